//! What storage itself says has happened: its own feed, which no server of the API stands in.

use crate::client::state;
use crate::history::{Change, History};
use crate::interest::Resource;
use futures_util::StreamExt;
use parking_lot::Mutex;
use pintle_catalog::catalog;
use pintle_meta::GroupVersion;
use pintle_schema::protobuf::Envelope;
use pintle_storage::etcd::Etcd;
use pintle_storage::{Event, KeyRange, Revision, Storage, WatchRequest, WatchStream, WatchUpdate};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Between two questions for progress.
const PAUSE: Duration = Duration::from_millis(50);

/// Takes down everything from its start on.
#[derive(Debug)]
pub(crate) struct Truth {
    storage: Etcd,
    seen: Arc<Mutex<Seen>>,
    _work: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Seen {
    reached: u64,
    histories: [History; 2],
}

impl Truth {
    pub(crate) async fn start(storage: Etcd) -> Truth {
        let request = WatchRequest::new(KeyRange::prefix("/registry/")).from(Revision::new(1));
        let stream = storage.watch(request).await.unwrap();
        let (seen, mut work) = (Arc::default(), JoinSet::new());
        work.spawn(take_down(stream, Arc::clone(&seen)));
        Truth { storage, seen, _work: work }
    }

    /// How far it is.
    pub(crate) fn reached(&self) -> u64 {
        self.seen.lock().reached
    }

    /// Waits until it has everything up to now; the current revision.
    pub(crate) async fn catch_up(&self) -> u64 {
        let newest = self.storage.revision().await.unwrap().get();
        while self.reached() < newest {
            self.storage.request_progress().await.unwrap();
            sleep(PAUSE).await;
        }
        newest
    }

    /// Has storage forget what was before this revision.
    pub(crate) async fn compact(&self, revision: u64) {
        self.storage.compact(Revision::new(revision)).await.unwrap();
    }

    pub(crate) fn history(&self, resource: Resource) -> History {
        self.seen.lock().histories[resource as usize].clone()
    }
}

async fn take_down(mut stream: WatchStream, seen: Arc<Mutex<Seen>>) {
    loop {
        let update = stream.next().await.unwrap().expect("storage's own feed goes on");
        let reached = update.revision().get();
        let mut seen = seen.lock();
        if let WatchUpdate::Events(events) = update {
            events.iter().for_each(|event| seen.take(event));
        }
        seen.reached = seen.reached.max(reached);
    }
}

impl Seen {
    fn take(&mut self, event: &Event) {
        let key = std::str::from_utf8(event.key()).unwrap();
        for resource in Resource::ALL {
            if let Some(key) = key.strip_prefix(&format!("/registry/{}/", resource.name())) {
                let state = match event {
                    Event::Put { kv, .. } => Some(decoded(kv.bytes().unwrap())),
                    Event::Delete { .. } => None,
                };
                let change = Change { revision: event.revision().get(), key: key.to_owned(), state };
                self.histories[resource as usize].push(change);
            }
        }
    }
}

fn decoded(bytes: &[u8]) -> crate::history::State {
    let envelope = Envelope::read(bytes).unwrap();
    let kind = GroupVersion::parse(&envelope.api_version).unwrap().with_kind(&envelope.kind);
    state(&envelope.document(catalog().kind(&kind).unwrap()).unwrap())
}
