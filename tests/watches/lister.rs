//! Clients that list, in each way in which a state can be asked for.

use crate::client::{Client, ONLY_METADATA, World, item, revision};
use crate::interest::Interest;
use crate::record::{Answer, Asked, Listed};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Between two lists.
const PAUSE: Duration = Duration::from_millis(10);
/// How far back an exact state may be asked for.
const BACK: u64 = 60;

/// Lists until the goal is set; every list.
pub(crate) async fn list(world: Arc<World>, seed: u64, goal: watch::Receiver<Option<u64>>) -> Vec<Listed> {
    let mut chance = StdRng::seed_from_u64(seed);
    let (mut client, mut listed, interests) = (Client::new(&world), Vec::new(), Interest::all());
    while goal.borrow().is_none() {
        if chance.random_ratio(1, 10) {
            client.leave();
        }
        let interest = interests.choose(&mut chance).unwrap();
        let acknowledged = world.acknowledged.load(Ordering::SeqCst);
        let back = acknowledged.saturating_sub(chance.random_range(0..BACK)).max(1);
        let asked = match chance.random_range(0..4) {
            0 => Asked::Newest { acknowledged },
            1 => Asked::Any,
            2 => Asked::NotOlderThan(back),
            _ => Asked::Exact(back),
        };
        let page = chance.random_bool(0.5).then(|| chance.random_range(1..6));
        listed.extend(whole(&mut client, interest, asked, page).await);
        sleep(PAUSE).await;
    }
    listed
}

/// One list, in pages of so many; none when it ended in an answer that lists don't have, which is noted.
pub(crate) async fn whole(
    client: &mut Client,
    interest: &Interest,
    asked: Asked,
    page: Option<usize>,
) -> Option<Listed> {
    let mut base = interest.path();
    if interest.metadata {
        base.push_str(ONLY_METADATA);
    }
    if let Some(page) = page {
        base.push_str(&format!("&limit={page}"));
    }
    let mut path = format!("{base}{}", asked.query());
    let (mut revisions, mut items) = (Vec::new(), Vec::new());
    let answered = |answer| Some(Listed { interest: interest.clone(), asked, answer });
    loop {
        let (status, list) = client.read(&path).await;
        match status {
            200 => {}
            410 => {
                let asked_for = if let Asked::Exact(exact) = asked { exact } else { 0 };
                return answered(Answer::Gone(revisions.first().copied().unwrap_or(asked_for)));
            }
            _ => {
                client.world.fault(format!("GET {path}: {status} {}", list.text_at(&["message"])));
                return None;
            }
        }
        revisions.push(revision(&list));
        items.extend(list["items"].as_list().into_iter().flatten().map(item));
        match list.text_at(&["metadata", "continue"]) {
            "" => return answered(Answer::Items { revisions, items }),
            token => path = format!("{base}&continue={token}"),
        }
    }
}

impl Asked {
    fn query(self) -> String {
        match self {
            Asked::Newest { .. } => String::new(),
            Asked::Any => "&resourceVersion=0".to_owned(),
            Asked::NotOlderThan(revision) => {
                format!("&resourceVersion={revision}&resourceVersionMatch=NotOlderThan")
            }
            Asked::Exact(revision) => format!("&resourceVersion={revision}&resourceVersionMatch=Exact"),
        }
    }
}
