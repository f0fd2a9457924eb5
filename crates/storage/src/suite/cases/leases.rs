//! Leases: grants, attached keys, revoking, and expiry by the subject's clock.

use std::time::Duration;

use crate::suite::Subject;
use crate::suite::steps::{all_keys, delete, get, put, put_leased, revision, text};
use crate::suite::watching::{Watching, lines};
use crate::{Error, KeyRange, Lease, LeaseId, Storage, WatchRequest};

/// Long enough not to run out while a slow store is tried.
const LONG: Duration = Duration::from_secs(600);

/// Not below what stores grant at least, so that it is granted as it is.
const SHORT: Duration = Duration::from_secs(4);

/// After so long a store has noticed that a [`SHORT`] lease is over.
const PAST_SHORT: Duration = Duration::from_secs(7);

pub(super) async fn a_grant_gives_at_least_what_was_asked(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, LONG).await;
    assert_eq!(lease.ttl, LONG);
    let shortest = grant(&*storage, Duration::from_millis(1)).await;
    assert!(shortest.ttl >= Duration::from_secs(1));
    let uneven = grant(&*storage, Duration::from_millis(60_500)).await;
    assert_eq!(uneven.ttl, Duration::from_secs(61));
}

pub(super) async fn ids_can_be_chosen(subject: &dyn Subject) {
    let storage = subject.storage();
    let id = LeaseId::new(0x1234).expect("it is not zero");
    let lease = storage.lease_grant(LONG, Some(id)).await.expect("it is granted");
    assert_eq!(lease, Lease { id, ttl: LONG });
    assert_eq!(id.to_string(), "0000000000001234");
}

pub(super) async fn a_taken_id_is_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, LONG).await;
    let again = storage.lease_grant(LONG, Some(lease.id)).await;
    assert_eq!(again, Err(Error::LeaseExists));
    storage.lease_revoke(lease.id).await.expect("it is revoked");
    assert!(storage.lease_grant(LONG, Some(lease.id)).await.is_ok());
}

pub(super) async fn chosen_ids_differ(subject: &dyn Subject) {
    let storage = subject.storage();
    let first = grant(&*storage, LONG).await;
    let second = grant(&*storage, LONG).await;
    assert_ne!(first.id, second.id);
}

pub(super) async fn an_endless_lease_is_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let too_long = Lease::MAX_TTL + Duration::from_secs(1);
    assert_eq!(storage.lease_grant(too_long, None).await, Err(Error::LeaseTtlTooLarge));
}

pub(super) async fn a_put_attaches_the_key(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, LONG).await;
    put_leased(&*storage, "/a", "1", lease).await;
    assert_eq!(get(&*storage, "/a").await.expect("it exists").lease, Some(lease.id));
}

pub(super) async fn a_lease_knows_its_keys(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, LONG).await;
    put_leased(&*storage, "/b", "1", lease).await;
    put_leased(&*storage, "/a", "1", lease).await;
    put_leased(&*storage, "/a", "2", lease).await;
    put(&*storage, "/c", "1").await;
    assert_eq!(attached(&*storage, lease).await, ["/a", "/b"]);
    let without = storage.lease_time_to_live(lease.id, false).await.expect("it is known");
    assert!(without.keys.is_empty());
    assert_eq!((without.id, without.granted), (lease.id, LONG));
    assert!(without.remaining <= LONG && without.remaining > LONG / 2);
}

pub(super) async fn revoking_deletes_the_keys_at_one_revision(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, LONG).await;
    for key in ["/c", "/a", "/b"] {
        put_leased(&*storage, key, "1", lease).await;
    }
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let before = revision(&*storage).await;
    let at = storage.lease_revoke(lease.id).await.expect("it is revoked");
    assert_eq!(at, before.next());
    let expected = [format!("delete /a @{at}"), format!("delete /b @{at}"), format!("delete /c @{at}")];
    assert_eq!(lines(&watch.batch().await), expected);
    assert_eq!(all_keys(&*storage).await, [""; 0]);
}

pub(super) async fn revoking_an_empty_lease_raises_nothing(subject: &dyn Subject) {
    let storage = subject.storage();
    let before = put(&*storage, "/a", "1").await;
    let lease = grant(&*storage, LONG).await;
    assert_eq!(storage.lease_revoke(lease.id).await, Ok(before));
    assert_eq!(revision(&*storage).await, before);
}

pub(super) async fn revoking_leaves_other_keys(subject: &dyn Subject) {
    let storage = subject.storage();
    let goes = grant(&*storage, LONG).await;
    let stays = grant(&*storage, LONG).await;
    put_leased(&*storage, "/goes", "1", goes).await;
    put_leased(&*storage, "/stays", "1", stays).await;
    put(&*storage, "/free", "1").await;
    storage.lease_revoke(goes.id).await.expect("it is revoked");
    assert_eq!(all_keys(&*storage).await, ["/free", "/stays"]);
}

pub(super) async fn an_unknown_lease_is_not_found(subject: &dyn Subject) {
    let storage = subject.storage();
    let unknown = LeaseId::new(4711).expect("it is not zero");
    assert_eq!(storage.lease_revoke(unknown).await, Err(Error::LeaseNotFound));
    assert_eq!(storage.lease_keep_alive(unknown).await, Err(Error::LeaseNotFound));
    assert_eq!(storage.lease_time_to_live(unknown, true).await, Err(Error::LeaseNotFound));
    assert_eq!(Error::LeaseNotFound.to_string(), "etcdserver: requested lease not found");
}

pub(super) async fn a_put_without_lease_detaches(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, LONG).await;
    put_leased(&*storage, "/a", "1", lease).await;
    put(&*storage, "/a", "2").await;
    assert_eq!(get(&*storage, "/a").await.expect("it exists").lease, None);
    assert_eq!(attached(&*storage, lease).await, [""; 0]);
    storage.lease_revoke(lease.id).await.expect("it is revoked");
    assert_eq!(all_keys(&*storage).await, ["/a"]);
}

pub(super) async fn a_put_with_another_lease_moves(subject: &dyn Subject) {
    let storage = subject.storage();
    let from = grant(&*storage, LONG).await;
    let to = grant(&*storage, LONG).await;
    put_leased(&*storage, "/a", "1", from).await;
    put_leased(&*storage, "/a", "2", to).await;
    assert_eq!(attached(&*storage, from).await, [""; 0]);
    assert_eq!(attached(&*storage, to).await, ["/a"]);
    storage.lease_revoke(from.id).await.expect("it is revoked");
    assert_eq!(all_keys(&*storage).await, ["/a"]);
    storage.lease_revoke(to.id).await.expect("it is revoked");
    assert_eq!(all_keys(&*storage).await, [""; 0]);
}

pub(super) async fn a_deletion_detaches(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, LONG).await;
    put_leased(&*storage, "/a", "1", lease).await;
    delete(&*storage, "/a").await;
    assert_eq!(attached(&*storage, lease).await, [""; 0]);
    put(&*storage, "/a", "2").await;
    storage.lease_revoke(lease.id).await.expect("it is revoked");
    assert_eq!(all_keys(&*storage).await, ["/a"]);
}

pub(super) async fn time_runs_down(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, LONG).await;
    subject.advance(Duration::from_secs(3)).await;
    let left = storage.lease_time_to_live(lease.id, false).await.expect("it is alive");
    assert!(left.remaining <= LONG - Duration::from_secs(2), "{left:?}");
    assert_eq!(left.granted, LONG);
}

pub(super) async fn expiry_deletes_the_keys(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, SHORT).await;
    put_leased(&*storage, "/goes", "1", lease).await;
    put(&*storage, "/stays", "1").await;
    subject.advance(SHORT / 4).await;
    assert_eq!(all_keys(&*storage).await, ["/goes", "/stays"]);
    subject.advance(PAST_SHORT).await;
    until_deleted(&*storage, "/goes").await;
    assert_eq!(all_keys(&*storage).await, ["/stays"]);
}

pub(super) async fn expiry_sends_events_at_one_revision(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, SHORT).await;
    let watched = WatchRequest::new(KeyRange::all()).with_prev();
    for key in ["/c", "/a", "/b"] {
        put_leased(&*storage, key, key, lease).await;
    }
    let mut watch = Watching::open(&*storage, watched).await;
    let at = revision(&*storage).await.next();
    subject.advance(PAST_SHORT).await;
    let events = watch.batch().await;
    let expected = [format!("delete /a @{at}"), format!("delete /b @{at}"), format!("delete /c @{at}")];
    assert_eq!(lines(&events), expected);
    assert!(events.iter().all(|event| event.prev().is_some_and(|prev| prev.bytes() == Ok(event.key()))));
    assert_eq!(revision(&*storage).await, at);
}

pub(super) async fn an_expired_lease_is_not_found(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, SHORT).await;
    put_leased(&*storage, "/a", "1", lease).await;
    subject.advance(PAST_SHORT).await;
    until_deleted(&*storage, "/a").await;
    assert_eq!(storage.lease_keep_alive(lease.id).await, Err(Error::LeaseNotFound));
    assert_eq!(storage.lease_revoke(lease.id).await, Err(Error::LeaseNotFound));
    assert_eq!(storage.lease_time_to_live(lease.id, false).await, Err(Error::LeaseNotFound));
}

pub(super) async fn keep_alive_starts_the_time_again(subject: &dyn Subject) {
    let storage = subject.storage();
    let lease = grant(&*storage, SHORT).await;
    put_leased(&*storage, "/a", "1", lease).await;
    for _ in 0..5 {
        subject.advance(SHORT / 2).await;
        assert_eq!(storage.lease_keep_alive(lease.id).await, Ok(lease));
    }
    assert_eq!(all_keys(&*storage).await, ["/a"]);
    subject.advance(PAST_SHORT).await;
    until_deleted(&*storage, "/a").await;
}

async fn grant(storage: &dyn Storage, ttl: Duration) -> Lease {
    storage.lease_grant(ttl, None).await.expect("the lease is granted")
}

async fn attached(storage: &dyn Storage, lease: Lease) -> Vec<String> {
    let known = storage.lease_time_to_live(lease.id, true).await.expect("the lease is alive");
    let mut keys: Vec<_> = known.keys.iter().map(text).collect();
    keys.sort();
    keys
}

/// Waits for a deletion that is due: the store may take a moment after its clock has moved.
async fn until_deleted(storage: &dyn Storage, key: &'static str) {
    let now = revision(storage).await;
    if get(storage, key).await.is_none() {
        return;
    }
    let mut watch = Watching::open(storage, WatchRequest::new(KeyRange::key(key)).from(now.next())).await;
    let deleted = watch.batch().await;
    assert_eq!(lines(&deleted), [format!("delete {key} @{}", deleted[0].revision())]);
}
