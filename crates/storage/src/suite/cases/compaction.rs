//! Compaction: what can no longer be asked, and what must not be touched by it.

use crate::suite::Subject;
use crate::suite::steps::{delete, everything, get, keys, put, range, range_error, txn_error, value};
use crate::suite::watching::{Watching, lines};
use crate::{Error, KeyRange, Op, Revision, Storage, Txn, WatchRequest};

pub(super) async fn the_past_below_is_gone(subject: &dyn Subject) {
    let storage = subject.storage();
    let past = put(&*storage, "/a", "1").await;
    let at = put(&*storage, "/a", "2").await;
    let now = put(&*storage, "/a", "3").await;
    assert_eq!(storage.compact(at).await, Ok(now));
    let error = range_error(&*storage, everything().at(past)).await;
    assert!(matches!(error, Error::Compacted { .. }), "{error:?}");
    assert_eq!(error.to_string(), "etcdserver: mvcc: required revision has been compacted");
}

pub(super) async fn the_compacted_revision_can_be_read(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    put(&*storage, "/b", "1").await;
    let at = put(&*storage, "/a", "2").await;
    let after = put(&*storage, "/a", "3").await;
    compact(&*storage, at).await;
    for (revision, expected) in [(at, "2"), (after, "3")] {
        let response = range(&*storage, everything().at(revision)).await;
        let kv = &response.kvs[0];
        assert_eq!(kv.bytes().expect("readable"), expected);
        assert_eq!((response.count, kv.mod_revision), (2, revision));
    }
}

pub(super) async fn current_values_stay(subject: &dyn Subject) {
    let storage = subject.storage();
    let created = put(&*storage, "/a", "1").await;
    let modified = put(&*storage, "/a", "2").await;
    let at = put(&*storage, "/b", "1").await;
    compact(&*storage, at).await;
    let kv = get(&*storage, "/a").await.expect("it exists");
    assert_eq!((kv.create_revision, kv.mod_revision, kv.version), (created, modified, 2));
    assert_eq!(value(&*storage, "/a").await, "2");
    let next = put(&*storage, "/a", "3").await;
    let kv = get(&*storage, "/a").await.expect("it exists");
    assert_eq!((kv.create_revision, kv.mod_revision, kv.version), (created, next, 3));
}

pub(super) async fn deleted_keys_stay_deleted(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    put(&*storage, "/b", "1").await;
    delete(&*storage, "/a").await;
    put(&*storage, "/c", "1").await;
    let at = delete(&*storage, "/b").await;
    compact(&*storage, at).await;
    assert_eq!(keys(&*storage, everything()).await, ["/c"]);
    assert_eq!(keys(&*storage, everything().at(at)).await, ["/c"]);
    let back = put(&*storage, "/a", "2").await;
    let kv = get(&*storage, "/a").await.expect("it exists");
    assert_eq!((kv.create_revision, kv.version), (back, 1));
}

pub(super) async fn compacting_again_is_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let past = put(&*storage, "/a", "1").await;
    let at = put(&*storage, "/a", "2").await;
    compact(&*storage, at).await;
    for revision in [past, at] {
        let again = storage.compact(revision).await;
        assert!(matches!(again, Err(Error::Compacted { .. })), "{again:?}");
    }
}

pub(super) async fn compacting_the_future_is_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    assert_eq!(storage.compact(at.next()).await, Err(Error::FutureRevision));
    compact(&*storage, at).await;
}

pub(super) async fn a_watch_from_below_ends(subject: &dyn Subject) {
    let storage = subject.storage();
    let past = put(&*storage, "/a", "1").await;
    let at = put(&*storage, "/a", "2").await;
    put(&*storage, "/a", "3").await;
    compact(&*storage, at).await;
    let mut watch = Watching::all_from(&*storage, past).await;
    assert_eq!(watch.end().await, (vec![], Error::Compacted { revision: at }));
}

pub(super) async fn a_watch_from_the_compacted_revision_replays(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    put(&*storage, "/b", "1").await;
    let two = put(&*storage, "/a", "2").await;
    let three = delete(&*storage, "/a").await;
    compact(&*storage, two).await;
    let request = WatchRequest::new(KeyRange::all()).from(two).with_prev();
    let events = Watching::open(&*storage, request).await.settled(&*storage).await;
    assert_eq!(lines(&events), [format!("put /a=2 @{two}"), format!("delete /a @{three}")]);
    assert_eq!(events[0].prev(), None, "what came before the compacted revision is gone");
    assert_eq!(events[1].prev().map(|prev| prev.mod_revision), Some(two));
}

pub(super) async fn a_watch_that_kept_up_goes_on(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all()).with_prev()).await;
    let one = put(&*storage, "/a", "1").await;
    watch.events(1).await;
    watch.settled(&*storage).await;
    compact(&*storage, one).await;
    let two = put(&*storage, "/a", "2").await;
    let events = watch.events(1).await;
    assert_eq!(lines(&events), [format!("put /a=2 @{two}")]);
    assert_eq!(events[0].prev().map(|prev| prev.mod_revision), Some(one));
}

pub(super) async fn a_txn_cannot_read_below(subject: &dyn Subject) {
    let storage = subject.storage();
    let past = put(&*storage, "/a", "1").await;
    let at = put(&*storage, "/a", "2").await;
    compact(&*storage, at).await;
    let write = Txn::new().then(Op::put("/a", "3")).then(Op::Range(everything().at(past)));
    let error = txn_error(&*storage, write).await;
    assert!(matches!(error, Error::Compacted { .. }), "{error:?}");
    assert_eq!(value(&*storage, "/a").await, "2");
}

async fn compact(storage: &dyn Storage, revision: Revision) {
    storage.compact(revision).await.expect("it is compacted");
}
