//! What clients may expect of watches and lists, each rule as a function of what happened and what was answered.
//!
//! ```text
//! ordered, unique, complete   the events between two revisions are those of history, each once, in its order
//! selector transitions        entering is ADDED, leaving is DELETED with the state before: history knows which
//! bookmark-true               before a bookmark stand all events up to its revision, behind it only later ones
//! initial-events-end          what came before that bookmark adds up to the state at its revision
//! resumable                   the next watch of a client begins where the last one was, and 410 only for what was compacted
//! lists                       one revision, the one that was asked for, and exactly its state in the order of keys
//! writes                      what was acknowledged is in history
//! ```

use crate::history::{History, Item, Kind, Told};
use crate::record::{Answer, Asked, End, Frame, Listed, Session, Since, Written};
use std::collections::BTreeMap;

/// A rule that was broken, and how.
pub(crate) type Fault = String;

/// What is known of a run besides answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The last revision of storage.
    pub(crate) newest: u64,
    /// Up to where storage was ever asked to forget.
    pub(crate) compacted: u64,
}

/// All rules of one watch.
pub(crate) fn session(history: &History, session: &Session, bounds: Bounds) -> Result<(), Fault> {
    let (since, frames) = match session.since {
        Since::Revision(revision) => (revision, &session.frames[..]),
        Since::Initial => {
            let (first, rest) = session.frames.split_at(session.initial_events());
            let Some(Frame::Bookmark { revision, .. }) = rest.first() else { return stored(history, first) };
            initial(history, session, first, *revision)?;
            (*revision, &rest[1..])
        }
    };
    bookmarks(frames, since, bounds.newest)?;
    let through = session.reached().unwrap_or(since);
    let wanted = history.told(since, through, &session.interest);
    let told: Vec<Told> = frames.iter().filter_map(Frame::event).cloned().collect();
    same(&wanted, &told).map_err(|fault| format!("events after {since} through {through}: {fault}"))?;
    match session.end {
        End::Gone if through >= bounds.compacted => Err(format!(
            "history after {through} is said to be gone, but only what is before {} is",
            bounds.compacted
        )),
        _ => Ok(()),
    }
}

/// The watches of one client, in their order: none skips what the one before had not told.
pub(crate) fn resumed(sessions: &[Session]) -> Result<(), Fault> {
    for pair in sessions.windows(2) {
        if let Since::Revision(since) = pair[1].since
            && pair[0].reached().is_some_and(|reached| reached < since)
            && pair[0].end != End::Gone
        {
            return Err(format!(
                "a watch was resumed after {since}, where {:?} had been reached",
                pair[0].reached()
            ));
        }
    }
    Ok(())
}

/// All rules of one list.
pub(crate) fn list(history: &History, listed: &Listed, bounds: Bounds) -> Result<(), Fault> {
    let (revisions, items) = match &listed.answer {
        Answer::Items { revisions, items } => (revisions, items),
        Answer::Gone(revision) if *revision < bounds.compacted => return Ok(()),
        Answer::Gone(revision) => {
            return Err(format!(
                "the state at {revision} is said to be gone, but only what is before {} is",
                bounds.compacted
            ));
        }
    };
    let revision = revisions[0];
    if revisions.iter().any(|page| *page != revision) {
        return Err(format!("pages of one list are of several states: {revisions:?}"));
    }
    let right = match listed.asked {
        Asked::Newest { acknowledged } => revision >= acknowledged,
        Asked::Any => true,
        Asked::NotOlderThan(oldest) => revision >= oldest,
        Asked::Exact(exact) => revision == exact,
    };
    if !right || revision > bounds.newest {
        return Err(format!("{:?} was answered with the state at {revision}", listed.asked));
    }
    same(&history.at(revision, &listed.interest), items)
        .map_err(|fault| format!("list at {revision}: {fault}"))
}

/// What was acknowledged was stored as it was said.
pub(crate) fn written(history: &History, written: &Written) -> Result<(), Fault> {
    let Written { key, revision, serial, .. } = written;
    if history.has(key, *revision, serial) {
        Ok(())
    } else {
        Err(format!("{written:?} was acknowledged, and is not stored"))
    }
}

/// A first part that broke off may say anything that was ever true.
fn stored(history: &History, frames: &[Frame]) -> Result<(), Fault> {
    let events = frames.iter().filter_map(Frame::event).filter(|told| told.kind != Kind::Deleted);
    for told in events {
        if !history.has(&told.key, told.revision, &told.serial) {
            return Err(format!("{told:?} never was"));
        }
    }
    Ok(())
}

fn initial(history: &History, session: &Session, frames: &[Frame], revision: u64) -> Result<(), Fault> {
    let mut known = BTreeMap::new();
    for frame in frames {
        let Frame::Event(told) = frame else { return Err("a bookmark within the first part".to_owned()) };
        let there = known.contains_key(&told.key);
        if there != (told.kind != Kind::Added) {
            return Err(format!(
                "{told:?} within the first part, where it is {}known",
                if there { "" } else { "not " }
            ));
        }
        match told.kind {
            Kind::Deleted => drop(known.remove(&told.key)),
            _ => drop(known.insert(told.key.clone(), (told.revision, told.serial.clone()))),
        }
    }
    let item = |(key, (revision, serial))| Item { key, revision, serial };
    let folded: Vec<Item> = known.into_iter().map(item).collect();
    same(&history.at(revision, &session.interest), &folded)
        .map_err(|fault| format!("first part, up to {revision}: {fault}"))
}

/// They rise with the events, and say nothing of the future.
fn bookmarks(frames: &[Frame], since: u64, newest: u64) -> Result<(), Fault> {
    let mut reached = since;
    for frame in frames {
        match frame {
            Frame::Event(told) if told.revision <= reached => {
                return Err(format!("{told:?} behind {reached}"));
            }
            Frame::Event(told) => reached = told.revision,
            Frame::Bookmark { revision, .. } if *revision < reached || *revision > newest => {
                return Err(format!(
                    "a bookmark of {revision} behind {reached}, where {newest} is the newest"
                ));
            }
            Frame::Bookmark { revision, .. } => reached = *revision,
        }
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(wanted: &[T], got: &[T]) -> Result<(), Fault> {
    let place = wanted.iter().zip(got).take_while(|(wanted, got)| wanted == got).count();
    if place == wanted.len() && place == got.len() {
        return Ok(());
    }
    let (wanted_len, got_len) = (wanted.len(), got.len());
    let (wanted, got) = (wanted.get(place), got.get(place));
    Err(format!("{got_len} in place of {wanted_len}; number {place} is {got:?} in place of {wanted:?}"))
}

impl Frame {
    fn event(&self) -> Option<&Told> {
        match self {
            Frame::Event(told) => Some(told),
            Frame::Bookmark { .. } => None,
        }
    }
}

#[cfg(test)]
#[path = "planted.rs"]
mod planted;
