//! Changes to watchers: some see everything, others one object each; and watchers to whom nothing happens.

use crate::client::{Ask, Client};
use crate::failure::Failure;
use crate::frames::Stamp;
use crate::measure::{Measured, Meter, measure, used};
use crate::objects::Thing;
use crate::order::{By, Encoding, Fanout, Idle, Kind};
use crate::place::Place;
use crate::pool::Pool;
use crate::progress::bar;
use crate::requests::{ensure, make_namespaces};
use crate::watchers::{Subject, Tally, open, read, read_slowly};
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use futures_util::stream;
use hyper::body::Incoming;
use pintle_meta::Object;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

/// Watches that are opened at the same time.
const OPENING: usize = 64;
/// Clients that write, each its own objects.
const WRITERS: usize = 4;
/// How long the last deliveries may take after the last write, without any that comes.
const DRAIN: Duration = Duration::from_secs(20);
/// How long memory gets to settle.
const SETTLE: Duration = Duration::from_secs(3);

/// Runs and measures a fan-out.
///
/// # Errors
/// When the server can't be reached or refuses.
pub(crate) async fn run(order: &Fanout, place: &Place, pids: &[u32]) -> Result<Measured, Failure> {
    let mut writer = Client::connect(place).await?;
    let things = things(order, &mut writer).await?;
    let since = revision(&mut writer, things[0].kind).await?;
    let pool = Pool::open(place, order.connections).await?;
    let everything = Subject { path: format!("/api/v1/{}", things[0].kind.plural()), objects: things.len() };
    let mut subjects = vec![everything.clone(); order.all_watchers];
    subjects
        .extend((0..order.narrow_watchers).map(|number| narrow(order.by, &things[number % things.len()])));
    let (meter, tally) = (Arc::new(Meter::new()), Arc::new(Tally::default()));
    let mut tasks = JoinSet::new();
    for (body, objects) in open_all(&pool, &subjects, &since, order.encoding).await? {
        tasks.spawn(read(body, order.encoding, objects, Arc::clone(&meter), Arc::clone(&tally)));
    }
    let mut stuck = Vec::new();
    for number in 0..order.stuck + order.slow {
        let mut client = Client::narrow(place).await?;
        let body = open(&mut client, &everything.path, &since, order.encoding).await?;
        if number < order.stuck {
            stuck.push(body);
        } else {
            tasks.spawn(read_slowly(body, order.slow_bytes));
        }
        stuck_client(&mut tasks, client);
    }
    let sent: Vec<AtomicU64> = things.iter().map(|_| AtomicU64::new(0)).collect();
    let writes = Meter::new();
    let work = async {
        write_all(order, place, &things, &sent, &meter, &writes).await?;
        drain(&meter, &tally, expected(order, &sent)).await;
        Ok(())
    };
    let mut measured = measure(title(order), "deliveries", pids, &meter, work).await?;
    let expected = expected(order, &sent);
    let came = measured.count();
    let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
    let missed = expected.saturating_sub(came - count(&tally.doubled).min(came));
    for (number, words) in [
        (missed, "deliveries missed"),
        (count(&tally.doubled), "deliveries doubled"),
        (count(&tally.ended), "watches ended early"),
    ] {
        if number > 0 {
            measured.failures.insert(words.to_owned(), number);
        }
    }
    let written: u64 = sent.iter().map(count).sum();
    measured.facts.push(("writes", format!("{written}")));
    measured.facts.push(("deliveries due", format!("{expected}")));
    measured
        .facts
        .push(("watchers that stand still or read slowly", format!("{} and {}", order.stuck, order.slow)));
    drop(stuck);
    Ok(measured)
}

/// Keeps a connection until the end.
fn stuck_client(tasks: &mut JoinSet<()>, client: Client) {
    tasks.spawn(async move {
        std::future::pending::<()>().await;
        drop(client);
    });
}

fn title(order: &Fanout) -> String {
    format!(
        "watch: {} of everything, {} by {} on {} connections, {} changes a second",
        order.all_watchers,
        order.narrow_watchers,
        format!("{:?}", order.by).to_lowercase(),
        order.connections,
        order.rate
    )
}

/// The objects that change.
async fn things(order: &Fanout, client: &mut Client) -> Result<Vec<Thing>, Failure> {
    let kind = if order.by == By::Node { Kind::Pod } else { Kind::Configmap };
    let objects = order.objects.max(1);
    let namespaces = make_namespaces(client, if order.by == By::Namespace { objects } else { 1 }).await?;
    let run = std::process::id();
    let thing = |number: usize| Thing {
        kind,
        namespace: namespaces[number % namespaces.len()].clone(),
        name: format!("w{run:x}-{number}"),
        node: if kind == Kind::Pod { format!("n{run:x}-{number}") } else { String::new() },
        size: order.size,
    };
    let things: Vec<Thing> = (0..objects).map(thing).collect();
    for thing in &things {
        ensure(client, thing, Encoding::Json).await?;
    }
    Ok(things)
}

fn narrow(by: By, thing: &Thing) -> Subject {
    let plural = thing.kind.plural();
    let path = match by {
        By::Namespace => thing.collection(),
        By::Name => format!("{}?fieldSelector=metadata.name%3D{}", thing.collection(), thing.name),
        By::Node => format!("/api/v1/{plural}?fieldSelector=spec.nodeName%3D{}", thing.node),
    };
    Subject { path, objects: 1 }
}

/// The newest revision.
async fn revision(client: &mut Client, kind: Kind) -> Result<String, Failure> {
    let path = format!("/api/v1/{}?limit=1", kind.plural());
    let ask = Ask { method: "GET", path: &path, accept: Encoding::Json.media_type(), ..Ask::default() };
    Ok(Encoding::Json.decode(&client.must(&ask).await?)?.resource_version().to_owned())
}

async fn open_all(
    pool: &Pool,
    subjects: &[Subject],
    since: &str,
    encoding: Encoding,
) -> Result<Vec<(Incoming, usize)>, Failure> {
    let bar = bar(subjects.len() as u64, "watches opened");
    let opening = stream::iter(subjects.iter().enumerate()).map(|(number, subject)| {
        let mut client = pool.client(number);
        async move {
            Ok::<_, Failure>((open(&mut client, &subject.path, since, encoding).await?, subject.objects))
        }
    });
    let mut opening = opening.buffer_unordered(OPENING);
    let mut bodies = Vec::with_capacity(subjects.len());
    while let Some(opened) = opening.next().await {
        bodies.push(opened?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(bodies)
}

/// Changes the objects in turn, at the rate that was asked for.
async fn write_all(
    order: &Fanout,
    place: &Place,
    things: &[Thing],
    sent: &[AtomicU64],
    meter: &Meter,
    writes: &Meter,
) -> Result<(), Failure> {
    let writers = WRITERS.min(things.len());
    let pool = Pool::open(place, writers).await?;
    let total = (order.rate * order.seconds) as u64;
    let (bar, begun) = (bar(total, "changes"), Instant::now());
    let each = (0..writers).map(|writer| {
        let (mut client, bar) = (pool.client(writer), &bar);
        async move {
            let own: Vec<usize> = (writer..things.len()).step_by(writers).collect();
            for (turn, number) in (writer as u64..total).step_by(writers).enumerate() {
                sleep_until(begun + Duration::from_secs_f64(number as f64 / order.rate)).await;
                let object = own[turn % own.len()];
                change(&mut client, order.encoding, &things[object], object, &sent[object], meter, writes)
                    .await?;
                bar.inc(1);
            }
            Ok::<_, Failure>(())
        }
    });
    try_join_all(each).await?;
    bar.finish_and_clear();
    Ok(())
}

async fn change(
    client: &mut Client,
    encoding: Encoding,
    thing: &Thing,
    object: usize,
    sent: &AtomicU64,
    meter: &Meter,
    writes: &Meter,
) -> Result<(), Failure> {
    let change = sent.load(Ordering::Relaxed) + 1;
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let stamp = Stamp { object: small(object as u64), change: small(change), sent: meter.now() };
    let (media_type, body) = (encoding.media_type(), encoding.encode(&thing.document(&stamp.text()))?);
    let path = thing.path();
    let ask = Ask {
        method: "PUT",
        path: &path,
        accept: media_type,
        content_type: media_type,
        body,
        ..Ask::default()
    };
    let asked = Instant::now();
    let answer = client.must(&ask).await?;
    writes.took(asked.elapsed(), answer.len());
    sent.store(change, Ordering::Relaxed);
    Ok(())
}

/// How many deliveries are due for what was sent.
fn expected(order: &Fanout, sent: &[AtomicU64]) -> u64 {
    let narrow = |object: usize| {
        let (even, rest) = (order.narrow_watchers / sent.len(), order.narrow_watchers % sent.len());
        even + usize::from(object < rest)
    };
    let each = sent.iter().enumerate();
    each.map(|(object, sent)| sent.load(Ordering::Relaxed) * (order.all_watchers + narrow(object)) as u64)
        .sum()
}

/// Waits for what is still on its way.
async fn drain(meter: &Meter, tally: &Tally, expected: u64) {
    let (mut last, mut since) = (meter.count(), Instant::now());
    while last < expected + tally.doubled.load(Ordering::Relaxed) && since.elapsed() < DRAIN {
        sleep(Duration::from_millis(20)).await;
        if meter.count() > last {
            (last, since) = (meter.count(), Instant::now());
        }
    }
}

/// Holds watchers to whom nothing happens.
///
/// # Errors
/// When the server can't be reached or refuses.
pub(crate) async fn idle(order: &Idle, place: &Place, pids: &[u32]) -> Result<Measured, Failure> {
    let meter = Meter::new();
    let mut held = Vec::new();
    let mut quiet = None;
    let work = async {
        let pool = Pool::open(place, order.connections).await?;
        let since = revision(&mut pool.client(0), Kind::Configmap).await?;
        let subject = |number: usize| Subject {
            path: format!("/api/v1/configmaps?fieldSelector=metadata.name%3Dnobody-{number}"),
            objects: 1,
        };
        let subjects: Vec<Subject> = (0..order.watchers).map(subject).collect();
        held = open_all(&pool, &subjects, &since, order.encoding).await?;
        sleep(SETTLE).await;
        let before = used(pids)?;
        sleep(Duration::from_secs_f64(order.seconds)).await;
        quiet = before.zip(used(pids)?);
        Ok(())
    };
    let title = format!("{} idle watchers on {} connections", order.watchers, order.connections);
    let mut measured = measure(title, "deliveries", pids, &meter, work).await?;
    if let (Some((before, after)), Some((empty, _, full))) = (quiet, measured.resident) {
        let cpu = (after.cpu.saturating_sub(before.cpu)).as_secs_f64() / order.seconds * 100.0;
        let each = full.saturating_sub(empty) as f64 / order.watchers.max(1) as f64;
        measured.facts.push(("resident for each watcher", format!("{:.1} KB", each / 1000.0)));
        measured.facts.push(("processor while nothing happens", format!("{cpu:.2} % of one")));
    }
    Ok(measured)
}
