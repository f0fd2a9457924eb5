//! Watching what happens from now on.

use crate::suite::Subject;
use crate::suite::steps::{delete, put, put_op, revision, text, txn};
use crate::suite::watching::{Watching, lines};
use crate::{Compare, Error, Event, KeyRange, KeyValue, Op, Revision, Txn, WatchRequest};

pub(super) async fn puts_and_deletes_come(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let one = put(&*storage, "/a", "1").await;
    let two = put(&*storage, "/a", "2").await;
    let three = delete(&*storage, "/a").await;
    let expected = [format!("put /a=1 @{one}"), format!("put /a=2 @{two}"), format!("delete /a @{three}")];
    assert_eq!(lines(&watch.events(3).await), expected);
}

pub(super) async fn from_now_on_means_no_past(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let at = put(&*storage, "/a", "2").await;
    assert_eq!(lines(&watch.settled(&*storage).await), [format!("put /a=2 @{at}")]);
}

pub(super) async fn a_single_key_is_watched_alone(subject: &dyn Subject) {
    let seen = seen_of(subject, KeyRange::key("/a/b")).await;
    assert_eq!(seen, ["/a/b"]);
}

pub(super) async fn a_prefix_is_watched_alone(subject: &dyn Subject) {
    let seen = seen_of(subject, KeyRange::prefix("/a/")).await;
    assert_eq!(seen, ["/a/", "/a/b", "/a/c"]);
}

pub(super) async fn an_open_range_is_watched(subject: &dyn Subject) {
    let seen = seen_of(subject, KeyRange::starting_at("/a/c")).await;
    assert_eq!(seen, ["/a/c", "/a0", "/b"]);
}

pub(super) async fn events_carry_revisions_and_versions(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let created = put(&*storage, "/a", "1").await;
    let modified = put(&*storage, "/a", "2").await;
    let events = watch.events(2).await;
    assert_eq!(counts(put_kv(&events[0])), (created, created, 1));
    assert_eq!(counts(put_kv(&events[1])), (created, modified, 2));
}

pub(super) async fn prev_is_what_was_replaced(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all()).with_prev()).await;
    let created = put(&*storage, "/a", "1").await;
    let modified = put(&*storage, "/a", "2").await;
    delete(&*storage, "/a").await;
    put(&*storage, "/a", "3").await;
    let events = watch.events(4).await;
    assert_eq!(events[0].prev(), None);
    assert_eq!(events[1].prev(), Some(put_kv(&events[0])));
    assert_eq!(counts(put_kv(&events[0])), (created, created, 1));
    assert_eq!(events[2].prev(), Some(put_kv(&events[1])));
    assert_eq!(counts(put_kv(&events[1])), (created, modified, 2));
    assert_eq!(events[3].prev(), None);
}

pub(super) async fn prev_is_left_out_unless_asked_for(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    put(&*storage, "/a", "1").await;
    put(&*storage, "/a", "2").await;
    delete(&*storage, "/a").await;
    assert!(watch.events(3).await.iter().all(|event| event.prev().is_none()));
}

pub(super) async fn a_txn_comes_in_one_piece_in_its_order(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/c", "1").await;
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let write = Txn::new().then(put_op("/z", "1")).then(Op::delete("/c")).then(put_op("/a", "1"));
    let at = txn(&*storage, write).await.revision;
    let expected = [format!("put /z=1 @{at}"), format!("delete /c @{at}"), format!("put /a=1 @{at}")];
    assert_eq!(lines(&watch.batch().await), expected);
}

pub(super) async fn a_deleted_range_comes_in_key_order(subject: &dyn Subject) {
    let storage = subject.storage();
    for key in ["/c", "/a", "/b"] {
        put(&*storage, key, "1").await;
    }
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let at = txn(&*storage, Txn::new().then(Op::delete_range(KeyRange::prefix("/")))).await.revision;
    let expected = [format!("delete /a @{at}"), format!("delete /b @{at}"), format!("delete /c @{at}")];
    assert_eq!(lines(&watch.batch().await), expected);
}

pub(super) async fn a_failed_txn_sends_nothing(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    txn(&*storage, Txn::new().when(Compare::absent("/a")).then(put_op("/a", "2"))).await;
    delete(&*storage, "/b").await;
    assert_eq!(lines(&watch.settled(&*storage).await), [""; 0]);
}

pub(super) async fn several_watches_each_get_everything(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut all = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let mut again = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let mut one = Watching::open(&*storage, WatchRequest::new(KeyRange::key("/b"))).await;
    put(&*storage, "/a", "1").await;
    put(&*storage, "/b", "1").await;
    let events = all.events(2).await;
    assert_eq!(again.events(2).await, events);
    assert_eq!(one.events(1).await, events[1..]);
}

pub(super) async fn a_dropped_watch_disturbs_nobody(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut stays = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    let mut goes = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    put(&*storage, "/a", "1").await;
    goes.events(1).await;
    drop(goes);
    put(&*storage, "/a", "2").await;
    stays.events(2).await;
    assert_eq!(stays.settled(&*storage).await, []);
}

pub(super) async fn an_empty_key_is_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let refused = storage.watch(WatchRequest::new(KeyRange::key(""))).await;
    assert_eq!(refused.err(), Some(Error::EmptyKey));
}

/// The keys whose puts a watch of `range` sees, of six that are put.
async fn seen_of(subject: &dyn Subject, range: KeyRange) -> Vec<String> {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(range)).await;
    for key in ["/a", "/a/", "/a/b", "/a/c", "/a0", "/b"] {
        put(&*storage, key, "1").await;
    }
    let events = watch.settled(&*storage).await;
    assert!(events.iter().all(|event| event.revision() <= Revision::new(7)));
    assert_eq!(revision(&*storage).await, Revision::new(7));
    events.iter().map(|event| text(event.key())).collect()
}

fn put_kv(event: &Event) -> &KeyValue {
    match event {
        Event::Put { kv, .. } => kv,
        Event::Delete { .. } => panic!("a put is expected, not {event:?}"),
    }
}

fn counts(kv: &KeyValue) -> (Revision, Revision, u64) {
    (kv.create_revision, kv.mod_revision, kv.version)
}
