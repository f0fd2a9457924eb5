//! Clients that ask one thing after the other, all at the same time.

use crate::client::{Ask, Client};
use crate::failure::Failure;
use crate::frames::Stamp;
use crate::measure::{Measured, Meter, measure};
use crate::objects::{self, NAMESPACE, STAMP, Thing};
use crate::order::{Encoding, Kind, Lists, Requests};
use crate::place::Place;
use crate::pool::Pool;
use crate::progress::bar;
use bytes::Bytes;
use futures_util::future::try_join_all;
use indicatif::ProgressBar;
use pintle_meta::Object;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What each client does again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Update,
    Patch,
    Get,
    Lease,
}

impl Verb {
    fn title(self, order: &Requests) -> String {
        let kind = if self == Verb::Lease { "lease" } else { order.kind.plural() };
        let form = if order.encoding == Encoding::Json { "JSON" } else { "protobuf" };
        let verb = match self {
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Patch => "patch",
            Verb::Get => "get",
            Verb::Lease => "renew",
        };
        format!("{verb} {kind}, {form}, {} clients on {} connections", order.clients, order.connections)
    }
}

/// Runs and measures requests of one kind.
///
/// # Errors
/// When the server can't be reached or refuses what has to be there first.
pub(crate) async fn run(
    verb: Verb,
    order: &Requests,
    place: &Place,
    pids: &[u32],
) -> Result<Measured, Failure> {
    let pool = Pool::open(place, order.connections).await?;
    let namespaces = make_namespaces(&mut pool.client(0), order.namespaces).await?;
    let run = format!("{:x}", std::process::id());
    let mut workers = Vec::new();
    for number in 0..order.clients.max(1) {
        let namespace = namespaces[number % namespaces.len()].clone();
        let thing = Thing {
            kind: order.kind,
            namespace,
            name: format!("{run}-{number}"),
            node: String::new(),
            size: order.size,
        };
        let encoding = order.encoding;
        workers.push(Worker {
            client: pool.client(number),
            verb,
            encoding,
            thing,
            turn: 0,
            resource_version: String::new(),
        });
    }
    if verb != Verb::Create {
        try_join_all(workers.iter_mut().map(Worker::prepare)).await?;
    }
    let meter = Meter::new();
    let limit = Limit::new(order);
    let work = async {
        try_join_all(workers.iter_mut().map(|worker| worker.work(&meter, &limit))).await?;
        limit.bar.finish_and_clear();
        Ok(())
    };
    measure(verb.title(order), "requests", pids, &meter, work).await
}

/// When it is over.
struct Limit {
    taken: AtomicU64,
    count: Option<u64>,
    until: Instant,
    begun: Instant,
    bar: ProgressBar,
}

impl Limit {
    fn new(order: &Requests) -> Limit {
        let (time, begun) = (Duration::from_secs_f64(order.seconds.clamp(0.1, 86400.0)), Instant::now());
        let length = order.count.unwrap_or(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let what = if order.count.is_some() { "requests" } else { "milliseconds" };
        Limit {
            taken: AtomicU64::new(0),
            count: order.count,
            until: begun + time,
            begun,
            bar: bar(length, what),
        }
    }

    /// The number of the next request, if there is to be one.
    fn next(&self) -> Option<u64> {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        match self.count {
            Some(count) => self.bar.set_position(number.min(count)),
            None => {
                self.bar.set_position(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX))
            }
        }
        let goes_on = self.count.map_or_else(|| Instant::now() < self.until, |count| number < count);
        goes_on.then_some(number)
    }
}

struct Worker {
    client: Client,
    verb: Verb,
    encoding: Encoding,
    thing: Thing,
    turn: u32,
    /// Of the Lease, which can't be replaced without.
    resource_version: String,
}

impl Worker {
    /// Makes what is to be changed or read.
    async fn prepare(&mut self) -> Result<(), Failure> {
        if self.verb != Verb::Lease {
            return ensure(&mut self.client, &self.thing, self.encoding).await;
        }
        let (namespace, name) = (self.thing.namespace.clone(), self.thing.name.clone());
        let body = self.encoding.encode(&objects::lease(&namespace, &name, 0, ""))?;
        let collection = format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases");
        let media_type = self.encoding.media_type();
        let ask = Ask {
            method: "POST",
            path: &collection,
            accept: media_type,
            content_type: media_type,
            body,
            ..Ask::default()
        };
        let made = self.client.must(&ask).await?;
        self.resource_version = self.encoding.decode(&made)?.resource_version().to_owned();
        Ok(())
    }

    async fn work(&mut self, meter: &Meter, limit: &Limit) -> Result<(), Failure> {
        while let Some(number) = limit.next() {
            self.turn += 1;
            let (method, path, content_type, body) = self.next(meter, number)?;
            let ask = Ask {
                method,
                path: &path,
                accept: self.encoding.media_type(),
                content_type,
                body,
                ..Ask::default()
            };
            let asked = Instant::now();
            let answer = self.client.ask(&ask).await?;
            if answer.status.is_success() {
                meter.took(asked.elapsed(), answer.body.len());
            } else {
                meter.failed(format!("{}: {}", answer.status, short(&answer.body)));
            }
            if self.verb == Verb::Lease && answer.status.is_success() {
                self.resource_version = self.encoding.decode(&answer.body)?.resource_version().to_owned();
            }
        }
        Ok(())
    }

    fn next(
        &mut self,
        meter: &Meter,
        number: u64,
    ) -> Result<(&'static str, String, &'static str, Bytes), Failure> {
        let stamp = Stamp { object: 0, change: self.turn, sent: meter.now() }.text();
        let media_type = self.encoding.media_type();
        Ok(match self.verb {
            Verb::Create => {
                let thing = Thing { name: format!("{}-{number}", self.thing.name), ..self.thing.clone() };
                ("POST", thing.collection(), media_type, self.encoding.encode(&thing.document(&stamp))?)
            }
            Verb::Update => {
                ("PUT", self.thing.path(), media_type, self.encoding.encode(&self.thing.document(&stamp))?)
            }
            Verb::Patch => {
                let patch = format!("{{\"metadata\":{{\"annotations\":{{\"{STAMP}\":\"{stamp}\"}}}}}}");
                ("PATCH", self.thing.path(), "application/merge-patch+json", patch.into())
            }
            Verb::Get => ("GET", self.thing.path(), "", Bytes::new()),
            Verb::Lease => {
                let (namespace, name) = (&self.thing.namespace, &self.thing.name);
                let micros = meter.now() / 1000;
                let lease = objects::lease(namespace, name, micros, &self.resource_version);
                let path = format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}");
                ("PUT", path, media_type, self.encoding.encode(&lease)?)
            }
        })
    }
}

/// The beginning of an answer that is no success.
fn short(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().filter(|char| !char.is_control()).take(200).collect()
}

/// Makes namespaces that are not there yet; their names.
///
/// # Errors
/// When the server refuses.
pub(crate) async fn make_namespaces(client: &mut Client, count: usize) -> Result<Vec<String>, Failure> {
    let names: Vec<String> = (0..count.max(1)).map(|number| format!("{NAMESPACE}{number}")).collect();
    for name in &names {
        let body = Encoding::Json.encode(&objects::namespace(name))?;
        post(client, "/api/v1/namespaces", Encoding::Json, body).await?;
    }
    Ok(names)
}

/// Makes an object that may be there.
///
/// # Errors
/// When the server refuses.
pub(crate) async fn ensure(client: &mut Client, thing: &Thing, encoding: Encoding) -> Result<(), Failure> {
    let stamp = Stamp { object: 0, change: 0, sent: 0 }.text();
    post(client, &thing.collection(), encoding, encoding.encode(&thing.document(&stamp))?).await
}

async fn post(client: &mut Client, path: &str, encoding: Encoding, body: Bytes) -> Result<(), Failure> {
    let media_type = encoding.media_type();
    let ask =
        Ask { method: "POST", path, accept: media_type, content_type: media_type, body, ..Ask::default() };
    // A real cluster makes the service account of a new namespace a little later, and refuses Pods until then.
    for _ in 0..50 {
        let answer = client.ask(&ask).await?;
        match answer.status.as_u16() {
            200..300 | 409 => return Ok(()),
            403 if String::from_utf8_lossy(&answer.body).contains("serviceaccount") => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            status => return Err(Failure::Server(format!("POST {path}: {status}: {}", short(&answer.body)))),
        }
    }
    Err(Failure::Server(format!("POST {path}: the namespace has no service account yet\nhelp: try again")))
}

/// Reads all objects again and again.
///
/// # Errors
/// When the server can't be reached.
pub(crate) async fn lists(order: &Lists, place: &Place, pids: &[u32]) -> Result<Measured, Failure> {
    let objects = &order.objects;
    let pool = Pool::open(place, objects.connections).await?;
    let (meter, bar) = (Arc::new(Meter::new()), bar(order.rounds, "lists"));
    let taken = AtomicU64::new(0);
    let work = async {
        let workers = (0..objects.clients.max(1)).map(|number| {
            let (mut client, meter, taken, bar) = (pool.client(number), &meter, &taken, &bar);
            async move {
                while taken.fetch_add(1, Ordering::Relaxed) < order.rounds {
                    let asked = Instant::now();
                    match list(&mut client, order).await? {
                        Ok(bytes) => meter.took(asked.elapsed(), bytes),
                        Err(words) => meter.failed(words),
                    }
                    bar.inc(1);
                }
                Ok::<_, Failure>(())
            }
        });
        try_join_all(workers).await?;
        bar.finish_and_clear();
        Ok(())
    };
    let form = objects.encoding.media_type();
    let gzip = if order.gzip { ", gzip" } else { "" };
    let title = format!("list {}, {form}{gzip}, {} clients", objects.kind.plural(), objects.clients);
    measure(title, "lists", pids, &meter, work).await
}

/// One list to its last page: its bytes, or the server's words.
async fn list(client: &mut Client, order: &Lists) -> Result<Result<usize, String>, Failure> {
    let encoding = order.objects.encoding;
    let (mut token, mut bytes) = (String::new(), 0);
    loop {
        let mut path = format!("/api/v1/{}?limit={}", order.objects.kind.plural(), order.limit);
        if token.is_empty() {
            path.push_str(&format!("&resourceVersion={}", order.resource_version));
        } else {
            path.push_str(&format!("&continue={token}"));
        }
        let ask = Ask {
            method: "GET",
            path: &path,
            accept: encoding.media_type(),
            gzip: order.gzip,
            ..Ask::default()
        };
        let answer = client.ask(&ask).await?;
        if !answer.status.is_success() {
            return Ok(Err(format!("{}: {}", answer.status, short(&answer.body))));
        }
        bytes += answer.body.len();
        if order.limit == 0 {
            return Ok(Ok(bytes));
        }
        if order.gzip {
            return Err(Failure::Server("--gzip does not go with --limit: pages are small".to_owned()));
        }
        let list = encoding.decode(&answer.body)?;
        list.text_at(&["metadata", "continue"]).clone_into(&mut token);
        if token.is_empty() {
            return Ok(Ok(bytes));
        }
    }
}

/// Deletes what this program made.
///
/// # Errors
/// When the server refuses.
pub(crate) async fn clean(place: &Place) -> Result<u64, Failure> {
    let mut client = Client::connect(place).await?;
    let accept = Encoding::Json.media_type();
    let ask = Ask { method: "GET", path: "/api/v1/namespaces", accept, ..Ask::default() };
    let list = Encoding::Json.decode(&client.must(&ask).await?)?;
    let names: Vec<String> = list["items"]
        .as_list()
        .into_iter()
        .flat_map(|items| items.iter())
        .map(|item| item.name().to_owned())
        .filter(|name| name.starts_with(NAMESPACE))
        .collect();
    let bar = bar(names.len() as u64, "namespaces");
    for name in &names {
        for collection in [
            format!("/api/v1/namespaces/{name}/{}?gracePeriodSeconds=0", Kind::Pod.plural()),
            format!("/api/v1/namespaces/{name}/{}", Kind::Configmap.plural()),
            format!("/apis/coordination.k8s.io/v1/namespaces/{name}/leases"),
            format!("/api/v1/namespaces/{name}"),
        ] {
            let ask = Ask { method: "DELETE", path: &collection, accept, ..Ask::default() };
            let answer = client.ask(&ask).await?;
            // A namespace may be on its way out already.
            if !answer.status.is_success() && !matches!(answer.status.as_u16(), 404 | 409) {
                return Err(Failure::Server(format!("DELETE {collection}: {}", short(&answer.body))));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(names.len() as u64)
}
