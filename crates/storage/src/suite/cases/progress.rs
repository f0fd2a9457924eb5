//! Progress: how a watch that gets no events learns that there are none.

use crate::suite::Subject;
use crate::suite::steps::{put, revision};
use crate::suite::watching::{Watching, lines};
use crate::{KeyRange, WatchRequest};

pub(super) async fn an_idle_watch_progresses(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    assert_eq!(watch.settled_and_progress(&*storage).await, (vec![], at));
}

pub(super) async fn progress_follows_all_events(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::all())).await;
    for round in 0..20 {
        for number in 0..round {
            put(&*storage, "/a", &number.to_string()).await;
        }
        let (events, reached) = watch.settled_and_progress(&*storage).await;
        assert_eq!(events.len(), round);
        assert_eq!(reached, revision(&*storage).await);
    }
}

pub(super) async fn progress_counts_events_of_other_keys(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::key("/a"))).await;
    let mine = put(&*storage, "/a", "1").await;
    let other = put(&*storage, "/b", "1").await;
    let (events, reached) = watch.settled_and_progress(&*storage).await;
    assert_eq!(lines(&events), [format!("put /a=1 @{mine}")]);
    assert_eq!(reached, other);
}

pub(super) async fn every_watch_progresses(subject: &dyn Subject) {
    let storage = subject.storage();
    let first = put(&*storage, "/a", "1").await;
    let mut replays = Watching::all_from(&*storage, first).await;
    let mut idles = Watching::open(&*storage, WatchRequest::new(KeyRange::key("/b"))).await;
    let at = put(&*storage, "/a", "2").await;
    let (events, reached) = replays.settled_and_progress(&*storage).await;
    assert_eq!((events.len(), reached), (2, at));
    assert_eq!(idles.settled_and_progress(&*storage).await, (vec![], at));
}

pub(super) async fn progress_can_be_asked_for_again(subject: &dyn Subject) {
    let storage = subject.storage();
    let mut watch = Watching::open(&*storage, WatchRequest::new(KeyRange::key("/a"))).await;
    for _ in 0..3 {
        let at = put(&*storage, "/b", "1").await;
        assert_eq!(watch.settled_and_progress(&*storage).await, (vec![], at));
        assert_eq!(watch.settled_and_progress(&*storage).await, (vec![], at));
    }
}
