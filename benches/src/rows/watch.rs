//! One writes, many watch. The writer waits until everybody was told, so that each event is delivered by itself.

use crate::cluster::Cluster;
use crate::content::{PREFIX, key, prefix_end, value};
use crate::failure::Failure;
use crate::load::{Client, Measured, measure};
use pintle_wire::etcdserverpb::kv_client::KvClient;
use pintle_wire::etcdserverpb::watch_client::WatchClient;
use pintle_wire::etcdserverpb::watch_request::RequestUnion;
use pintle_wire::etcdserverpb::{PutRequest, WatchCreateRequest, WatchRequest, WatchResponse};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tonic::codegen::tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Request, Streaming};

/// Requests of one stream that wait to be sent.
const REQUESTS: usize = 128;

/// One writer and `connections` times `streams` times `watches` watchers; counts deliveries.
pub(super) async fn fan_out(
    cluster: &Cluster,
    connections: usize,
    streams: usize,
    watches: usize,
    time: Duration,
) -> Result<Measured, Failure> {
    let channels = cluster.connect(connections).await?;
    let watchers = connections * streams * watches;
    let (told, tells) = mpsc::channel(watchers);
    let mut reading = JoinSet::new();
    for channel in &channels {
        for _ in 0..streams {
            reading.spawn(read(watch(channel.clone(), watches).await?, told.clone()));
        }
    }
    let writer = Writer { kv: KvClient::new(channels[0].clone()), number: 0, tells, watchers };
    let mut measured = measure(cluster, vec![writer], time).await?;
    measured.operations *= watchers as u64;
    Ok(measured)
}

/// A stream of watches that all stand.
async fn watch(channel: Channel, watches: usize) -> Result<Watching, Failure> {
    let (requests, sent) = mpsc::channel(REQUESTS);
    for _ in 0..watches {
        let create = WatchCreateRequest {
            key: PREFIX.into(),
            range_end: prefix_end(),
            ..WatchCreateRequest::default()
        };
        let request = WatchRequest { request_union: Some(RequestUnion::CreateRequest(create)) };
        requests.send(request).await.map_err(|_| Failure::Server("a stream of watches ended".to_owned()))?;
    }
    let mut client = WatchClient::new(channel);
    let mut answers = client.watch(Request::new(ReceiverStream::new(sent))).await?.into_inner();
    let mut created = 0;
    while created < watches {
        created += usize::from(next(&mut answers).await?.created);
    }
    Ok(Watching { answers, _requests: requests })
}

struct Watching {
    answers: Streaming<WatchResponse>,
    /// The stream ends with it.
    _requests: mpsc::Sender<WatchRequest>,
}

async fn next(answers: &mut Streaming<WatchResponse>) -> Result<WatchResponse, Failure> {
    answers.message().await?.ok_or_else(|| Failure::Server("a stream of watches ended".to_owned()))
}

/// Says how many events came with each answer.
async fn read(mut watching: Watching, told: mpsc::Sender<usize>) -> Result<(), Failure> {
    loop {
        let events = next(&mut watching.answers).await?.events.len();
        if events > 0 && told.send(events).await.is_err() {
            return Ok(());
        }
    }
}

struct Writer {
    kv: KvClient<Channel>,
    number: u64,
    tells: mpsc::Receiver<usize>,
    watchers: usize,
}

impl Client for Writer {
    async fn call(&mut self) -> Result<(), Failure> {
        self.number += 1;
        let request = PutRequest { key: key(self.number % 1000), value: value(), ..PutRequest::default() };
        self.kv.put(request).await?;
        let mut delivered = 0;
        while delivered < self.watchers {
            let events = self.tells.recv().await;
            delivered += events.ok_or_else(|| Failure::Server("all watches ended".to_owned()))?;
        }
        Ok(())
    }
}
