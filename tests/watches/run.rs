//! One run: everybody at work, frontends that come and go, and the judgment.

use crate::client::{Client, World};
use crate::fleet::{Fleet, Loss};
use crate::interest::{Interest, NAMESPACES};
use crate::judge::{self, Bounds, Fault};
use crate::lister;
use crate::record::{Answer, End, Frame, Listed, Since, Written};
use crate::truth::Truth;
use crate::watcher::{self, Watched};
use crate::writer;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

const WRITERS: usize = 4;
const LISTERS: usize = 2;
/// Faults that are printed; the first ones say most.
const PRINTED: usize = 10;
/// How far behind the present history is compacted.
const KEPT: u64 = 100;

/// What is to happen.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) losses: &'static [Loss],
    pub(crate) compacts: bool,
    pub(crate) operations: usize,
}

/// What happened, and who is still there.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) fleet: Fleet,
    pub(crate) summary: Summary,
}

#[derive(Debug, Default)]
#[allow(dead_code, reason = "printed")]
pub(crate) struct Summary {
    pub(crate) losses: usize,
    pub(crate) changes: usize,
    pub(crate) acknowledged: usize,
    pub(crate) watches: usize,
    pub(crate) resumed: usize,
    pub(crate) events: usize,
    pub(crate) bookmarks: usize,
    pub(crate) cut: usize,
    pub(crate) gone: usize,
    pub(crate) lists: usize,
    pub(crate) lists_gone: usize,
}

/// Runs, and judges.
pub(crate) async fn run(course: &Course) -> Ran {
    let seed: u64 =
        std::env::var("PINTLE_SEED").map_or_else(|_| rand::rng().random(), |text| text.parse().unwrap());
    println!("PINTLE_SEED={seed} {course:?}");
    let mut fleet = Fleet::start().await;
    let truth = Truth::start(fleet.plan.storage()).await;
    let world = fleet.world(!course.losses.contains(&Loss::Killed));
    make_namespaces(&world).await;

    let (end, goal) = watch::channel(None);
    let mut watchers = JoinSet::new();
    for (place, interest) in Interest::all().into_iter().enumerate() {
        let seed = seed.wrapping_add(100 + place as u64);
        watchers.spawn(watcher::watch(Arc::clone(&world), interest, seed, goal.clone()));
    }
    let mut listers = JoinSet::new();
    for place in 0..LISTERS {
        listers.spawn(lister::list(Arc::clone(&world), seed.wrapping_add(200 + place as u64), goal.clone()));
    }
    let mut writers = JoinSet::new();
    for place in 0..WRITERS {
        writers.spawn(writer::write(Arc::clone(&world), place, seed, course.operations / WRITERS));
    }
    let disturbed = disturb(course, &mut fleet, &truth, seed, writers).await;
    end.send(Some(truth.catch_up().await)).unwrap();
    let (watched, lists) = (watchers.join_all().await, listers.join_all().await);

    let bounds = Bounds { newest: truth.catch_up().await, compacted: disturbed.compacted };
    let lists = lists.into_iter().flatten().collect();
    let summary = judged(&world, &truth, bounds, &disturbed, &watched, lists);
    Ran { fleet, summary }
}

#[derive(Debug, Default)]
struct Disturbed {
    written: Vec<Written>,
    losses: usize,
    compacted: u64,
}

/// Takes frontends away, one after the other, until all writers are done, and each at least once.
async fn disturb(
    course: &Course,
    fleet: &mut Fleet,
    truth: &Truth,
    seed: u64,
    mut writers: JoinSet<Vec<Written>>,
) -> Disturbed {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut disturbed = Disturbed::default();
    while !writers.is_empty() || disturbed.losses < fleet.places() {
        sleep(Duration::from_millis(chance.random_range(0..500))).await;
        let place = disturbed.losses % fleet.places();
        let loss = *course.losses.choose(&mut chance).unwrap();
        fleet.replace(place, loss, chance.random(), chance.random()).await;
        disturbed.losses += 1;
        let until = truth.reached().saturating_sub(KEPT);
        if course.compacts && until > disturbed.compacted {
            disturbed.compacted = until;
            truth.compact(until).await;
        }
        while let Some(written) = writers.try_join_next() {
            disturbed.written.extend(written.unwrap());
        }
    }
    disturbed
}

fn judged(
    world: &World,
    truth: &Truth,
    bounds: Bounds,
    disturbed: &Disturbed,
    watched: &[Watched],
    mut lists: Vec<Listed>,
) -> Summary {
    lists.extend(watched.iter().flat_map(|watched| watched.lists.clone()));
    let mut faults: Vec<Fault> = std::mem::take(&mut *world.faults.lock());
    let mut summary =
        Summary { losses: disturbed.losses, acknowledged: disturbed.written.len(), ..Summary::default() };
    for resource in crate::interest::Resource::ALL {
        let history = truth.history(resource);
        summary.changes += history.len();
        for sessions in watched.iter().map(|watched| &watched.sessions) {
            faults.extend(judge::resumed(sessions).err());
            for session in sessions.iter().filter(|session| session.interest.resource == resource) {
                let fault = judge::session(&history, session, bounds).err();
                faults.extend(
                    fault.map(|fault| format!("{:?} {:?}: {fault}", session.interest, session.since)),
                );
            }
        }
        for list in lists.iter().filter(|list| list.interest.resource == resource) {
            let fault = judge::list(&history, list, bounds).err();
            faults.extend(fault.map(|fault| format!("{:?} {:?}: {fault}", list.interest, list.asked)));
        }
        let written = disturbed.written.iter().filter(|written| written.resource == resource);
        faults.extend(written.filter_map(|written| judge::written(&history, written).err()));
    }
    let sessions = || watched.iter().flat_map(|watched| &watched.sessions);
    let frames = || sessions().flat_map(|session| &session.frames);
    let ended = |end| sessions().filter(|session| session.end == end).count();
    summary.watches = sessions().count();
    summary.resumed = sessions().filter(|session| session.since != Since::Initial).count();
    summary.events = frames().filter(|frame| matches!(frame, Frame::Event(_))).count();
    summary.bookmarks = frames().count() - summary.events;
    (summary.cut, summary.gone) = (ended(End::Cut), ended(End::Gone));
    summary.lists = lists.len();
    summary.lists_gone = lists.iter().filter(|list| matches!(list.answer, Answer::Gone(_))).count();
    println!("{summary:#?}");
    let (count, first) = (faults.len(), faults.iter().take(PRINTED).map(String::as_str).collect::<Vec<_>>());
    assert!(faults.is_empty(), "{count} faults:\n{}", first.join("\n"));
    // Nobody was spared, and there was something to be told.
    assert!(summary.resumed > watched.len() && summary.events > summary.changes, "{summary:?}");
    assert!(summary.lists > 0 && summary.acknowledged > 0 && summary.bookmarks > 0, "{summary:?}");
    summary
}

async fn make_namespaces(world: &Arc<World>) {
    let mut client = Client::new(world);
    for name in NAMESPACES {
        let body = format!(r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{name}"}}}}"#);
        let (status, _) = client.ask("POST", "/api/v1/namespaces", &body).await.unwrap();
        assert_eq!(status, 201);
    }
}
