//! Clients that watch: each begins with a list or with the events of what is there, and resumes wherever it has to.

use crate::client::{Client, Lines, ONLY_METADATA, World, revision, told};
use crate::history::Kind;
use crate::interest::Interest;
use crate::lister::whole;
use crate::record::{Answer, Asked, End, Frame, Listed, Session, Since};
use pintle_meta::Value;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use tokio::sync::watch;

/// Seconds of a watch: it gets a bookmark two seconds before its end.
const SECONDS: std::ops::Range<u32> = 3..6;

/// What one client did.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub(crate) sessions: Vec<Session>,
    pub(crate) lists: Vec<Listed>,
}

/// Watches until everything is told through the goal, once that is set.
pub(crate) async fn watch(
    world: Arc<World>,
    interest: Interest,
    seed: u64,
    goal: watch::Receiver<Option<u64>>,
) -> Watched {
    let mut chance = StdRng::seed_from_u64(seed);
    let (mut client, mut watched, mut reached) = (Client::new(&world), Watched::default(), None);
    loop {
        let since = match reached {
            Some(revision) => Since::Revision(revision),
            None if chance.random_bool(0.5) => Since::Initial,
            None => match whole(&mut client, &interest, Asked::Any, None).await {
                Some(listed) => {
                    let since = first_revision(&listed);
                    watched.lists.push(listed);
                    Since::Revision(since)
                }
                None => continue,
            },
        };
        client.leave();
        let seconds = chance.random_range(SECONDS);
        let session = one(&mut client, &interest, since, seconds, &goal).await;
        reached = if session.end == End::Gone { None } else { session.reached() };
        let (left, there) = (session.end == End::Left, is_there(reached, &goal));
        watched.sessions.push(session);
        if left || there {
            return watched;
        }
    }
}

/// One watch through whoever the balancer chooses.
pub(crate) async fn one(
    client: &mut Client,
    interest: &Interest,
    since: Since,
    seconds: u32,
    goal: &watch::Receiver<Option<u64>>,
) -> Session {
    let from = match since {
        Since::Revision(revision) => format!("&resourceVersion={revision}"),
        Since::Initial => "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan".to_owned(),
    };
    let metadata = if interest.metadata { ONLY_METADATA } else { "" };
    let path = format!(
        "{}{metadata}&watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}{from}",
        interest.path()
    );
    let mut session = Session { interest: interest.clone(), since, frames: Vec::new(), end: End::Cut };
    match client.lines(&path).await {
        Ok((200, lines)) => session.end = follow(client, lines, &mut session, goal).await,
        Ok((status, _)) => client.world.fault(format!("GET {path}: {status}")),
        Err(_) => {}
    }
    session
}

async fn follow(
    client: &mut Client,
    mut lines: Lines,
    session: &mut Session,
    goal: &watch::Receiver<Option<u64>>,
) -> End {
    loop {
        let event = match lines.next().await {
            Ok(Some(event)) => event,
            Ok(None) => return End::Orderly,
            Err(error) => {
                client.broke(&format!("a watch: {error:?}"));
                return End::Cut;
            }
        };
        let object = &event["object"];
        if event.text_at(&["type"]) == "ERROR" {
            return refused(client, object, &mut lines).await;
        }
        session.frames.push(frame(event.text_at(&["type"]), object));
        if is_there(session.reached(), goal) {
            return End::Left;
        }
    }
}

/// The only error that a watch may end with is that its history is gone, and then it does end.
async fn refused(client: &Client, status: &Value, lines: &mut Lines) -> End {
    if status["code"].as_int() != Some(410) || status.text_at(&["reason"]) != "Expired" {
        let text = status.text_at(&["message"]);
        client.world.fault(format!("a watch ended with {:?}: {text}", status["code"].as_int()));
    }
    if !matches!(lines.next().await, Ok(None)) {
        client.world.fault("a watch went on behind its error".to_owned());
    }
    End::Gone
}

fn frame(kind: &str, object: &Value) -> Frame {
    match kind {
        "ADDED" => Frame::Event(told(Kind::Added, object)),
        "MODIFIED" => Frame::Event(told(Kind::Modified, object)),
        "DELETED" => Frame::Event(told(Kind::Deleted, object)),
        "BOOKMARK" => {
            let ends = object.text_at(&["metadata", "annotations", "k8s.io/initial-events-end"]);
            Frame::Bookmark { revision: revision(object), ends_initial: ends == "true" }
        }
        other => panic!("an event of type {other:?}"),
    }
}

fn first_revision(listed: &Listed) -> u64 {
    match &listed.answer {
        Answer::Items { revisions, .. } => revisions[0],
        Answer::Gone(revision) => *revision,
    }
}

fn is_there(reached: Option<u64>, goal: &watch::Receiver<Option<u64>>) -> bool {
    goal.borrow().is_some_and(|goal| reached.is_some_and(|reached| reached >= goal))
}
