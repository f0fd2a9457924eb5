//! Every judge passes what is right, and finds the fault that is planted in it.

use super::*;
use crate::history::{Change, State};
use crate::interest::{Interest, Resource};

const BOUNDS: Bounds = Bounds { newest: 20, compacted: 5 };
const POD: &str = "watched/a";

/// `a` is red, turns green, red again with another content, and goes. `b` is red all the time.
fn history() -> History {
    let mut history = History::default();
    let red = |serial: &str| State { serial: serial.into(), color: "red".into(), ..State::default() };
    let green = State { color: "green".into(), ..red("2") };
    for (revision, key, state) in [
        (3, POD, Some(red("1"))),
        (5, "watched/b", Some(red("b"))),
        (7, POD, Some(green)),
        (9, POD, Some(red("3"))),
        (10, POD, Some(red("4"))),
        (12, POD, None),
    ] {
        history.push(Change { revision, key: key.into(), state });
    }
    history
}

fn red() -> Interest {
    Interest::of_color(Resource::Pods, "red")
}

fn told(kind: Kind, revision: u64, serial: &str) -> Frame {
    Frame::Event(Told { kind, revision, key: POD.into(), serial: serial.into() })
}

fn bookmark(revision: u64) -> Frame {
    Frame::Bookmark { revision, ends_initial: false }
}

/// As a watch from 5 must tell it.
fn right() -> Session {
    let frames = vec![
        bookmark(6),
        told(Kind::Deleted, 7, "1"),
        told(Kind::Added, 9, "3"),
        bookmark(9),
        told(Kind::Modified, 10, "4"),
        told(Kind::Deleted, 12, "4"),
        bookmark(20),
    ];
    Session { interest: red(), since: Since::Revision(5), frames, end: End::Orderly }
}

#[track_caller]
fn finds(part: &str, change: impl FnOnce(&mut Session)) {
    let mut broken = right();
    change(&mut broken);
    let fault = session(&history(), &broken, BOUNDS).unwrap_err();
    assert!(fault.contains(part), "{fault}");
}

#[test]
fn what_is_right_passes() {
    session(&history(), &right(), BOUNDS).unwrap();
    // However early it ended.
    for frames in 0..right().frames.len() {
        let mut early = right();
        early.frames.truncate(frames);
        session(&history(), &early, BOUNDS).unwrap();
    }
}

#[test]
fn events_out_of_order_twice_or_missing() {
    finds("behind 9", |watch| watch.frames.swap(1, 2));
    finds("behind 10", |watch| watch.frames.insert(5, told(Kind::Modified, 10, "4")));
    finds("in place of 4", |watch| drop(watch.frames.remove(4)));
    finds("in place of 4", |watch| drop(watch.frames.remove(5)));
    finds("in place of 4", |watch| watch.frames.insert(5, told(Kind::Modified, 11, "5")));
}

#[test]
fn transitions_that_are_told_wrongly() {
    // It left: not its new state, not a change, and not in silence.
    finds("number 0", |watch| watch.frames[1] = told(Kind::Deleted, 7, "2"));
    finds("number 0", |watch| watch.frames[1] = told(Kind::Modified, 7, "2"));
    finds("number 0", |watch| drop(watch.frames.remove(1)));
    finds("number 1", |watch| watch.frames[2] = told(Kind::Modified, 9, "3"));
}

#[test]
fn bookmarks_that_lie() {
    // An event behind a bookmark that has passed it, a bookmark that goes back, one from the future.
    finds("behind 8", |watch| watch.frames[0] = bookmark(8));
    finds("a bookmark of 8 behind 9", |watch| watch.frames[3] = bookmark(8));
    finds("a bookmark of 21", |watch| watch.frames[6] = bookmark(21));
}

#[test]
fn history_that_is_not_gone() {
    let mut gone = right();
    (gone.since, gone.end) = (Since::Revision(4), End::Gone);
    gone.frames.clear();
    session(&history(), &gone, BOUNDS).unwrap();
    finds("is said to be gone", |watch| {
        watch.frames.clear();
        watch.end = End::Gone;
    });
}

#[test]
fn first_parts() {
    let end = |revision| Frame::Bookmark { revision, ends_initial: true };
    let b =
        Frame::Event(Told { kind: Kind::Added, revision: 5, key: "watched/b".into(), serial: "b".into() });
    let begun = |frames: &[Frame]| Session { since: Since::Initial, frames: frames.to_vec(), ..right() };
    let judged = |frames: &[Frame]| session(&history(), &begun(frames), BOUNDS);
    judged(&[b.clone(), end(12)]).unwrap();
    judged(&[b.clone(), told(Kind::Added, 10, "4"), end(10), told(Kind::Deleted, 12, "4")]).unwrap();
    judged(&[
        told(Kind::Added, 9, "3"),
        b.clone(),
        told(Kind::Modified, 10, "4"),
        end(10),
        told(Kind::Deleted, 12, "4"),
    ])
    .unwrap();
    // Too little, too much, too old; what follows begins at the bookmark.
    assert!(judged(&[end(12)]).unwrap_err().contains("0 in place of 1"));
    assert!(
        judged(&[b.clone(), told(Kind::Added, 10, "4"), end(12)]).unwrap_err().contains("2 in place of 1")
    );
    assert!(judged(&[b.clone(), told(Kind::Added, 9, "3"), end(11)]).unwrap_err().contains("number 0"));
    assert!(judged(&[b.clone(), b.clone(), end(12)]).unwrap_err().contains("where it is known"));
    assert!(
        judged(&[b.clone(), told(Kind::Added, 10, "4"), end(10), bookmark(13)])
            .unwrap_err()
            .contains("0 in place of 1")
    );
    // One that broke off may hold less, but nothing that never was.
    judged(&[told(Kind::Added, 9, "3")]).unwrap();
    assert!(judged(&[told(Kind::Added, 9, "4")]).unwrap_err().contains("never was"));
}

#[test]
fn watches_that_skip() {
    let (first, mut second) = (right(), right());
    second.since = Since::Revision(20);
    resumed(&[first.clone(), second.clone()]).unwrap();
    second.since = Since::Revision(21);
    assert!(resumed(&[first, second]).unwrap_err().contains("resumed after 21"));
}

#[test]
fn lists() {
    let b = Item { key: "watched/b".into(), revision: 5, serial: "b".into() };
    let a = Item { key: POD.into(), revision: 10, serial: "4".into() };
    let judged = |asked, revisions: &[u64], items: &[&Item]| {
        let items = items.iter().map(|item| (*item).clone()).collect();
        let answer = Answer::Items { revisions: revisions.to_vec(), items };
        list(&history(), &Listed { interest: red(), asked, answer }, BOUNDS)
    };
    judged(Asked::Any, &[12], &[&b]).unwrap();
    judged(Asked::Newest { acknowledged: 10 }, &[10, 10], &[&a, &b]).unwrap();
    judged(Asked::Exact(11), &[11], &[&a, &b]).unwrap();
    assert!(judged(Asked::Any, &[12], &[&a, &b]).unwrap_err().contains("2 in place of 1"));
    assert!(judged(Asked::Any, &[10], &[&b, &a]).unwrap_err().contains("number 0"));
    assert!(judged(Asked::Any, &[10, 11], &[&a, &b]).unwrap_err().contains("several states"));
    assert!(
        judged(Asked::Newest { acknowledged: 12 }, &[11], &[&a, &b]).unwrap_err().contains("was answered")
    );
    assert!(judged(Asked::NotOlderThan(12), &[11], &[&a, &b]).unwrap_err().contains("was answered"));
    assert!(judged(Asked::Exact(10), &[11], &[&a, &b]).unwrap_err().contains("was answered"));
    assert!(judged(Asked::Any, &[21], &[&b]).unwrap_err().contains("was answered"));
    let gone =
        |revision| Listed { interest: red(), asked: Asked::Exact(revision), answer: Answer::Gone(revision) };
    list(&history(), &gone(4), BOUNDS).unwrap();
    list(&history(), &gone(5), BOUNDS).unwrap_err();
}

#[test]
fn writes_that_are_lost() {
    let made = |revision, serial: &str| Written {
        resource: Resource::Pods,
        key: POD.into(),
        revision,
        serial: serial.into(),
    };
    written(&history(), &made(9, "3")).unwrap();
    written(&history(), &made(9, "4")).unwrap_err();
    written(&history(), &made(8, "3")).unwrap_err();
}
