//! Watchers who read a few hundred bytes a second, each through a pipe of its own that lets no more through: what they
//! are told may be late, never wrong, and must cost nobody else anything.

use crate::cluster::Cluster;
use crate::failure::Failure;
use parking_lot::Mutex;
use pintle_chaos::checks::Step;
use pintle_chaos::keys::PREFIX;
use pintle_storage::Revision;
use pintle_wire::etcdserverpb as wire;
use pintle_wire::etcdserverpb::watch_client::WatchClient;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tonic::transport::Endpoint;

/// Bytes that come through at a time.
const SIP: usize = 128;
/// How often.
const PAUSE: Duration = Duration::from_millis(250);
/// Bytes that the kernel may hold for the pipe: little, so that the member feels it.
const HELD: u32 = 4096;

/// Slow watchers at work.
#[derive(Debug)]
pub(crate) struct SlowWatchers {
    watching: JoinSet<()>,
    told: Vec<Steps>,
}

/// What one of them was told.
type Steps = Arc<Mutex<Vec<Step>>>;

impl SlowWatchers {
    /// Two for each member.
    pub(crate) async fn start(cluster: &Cluster) -> Result<SlowWatchers, Failure> {
        let mut started = SlowWatchers { watching: JoinSet::new(), told: Vec::new() };
        for member in cluster.members.iter().chain(&cluster.members) {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let url = format!("http://{}", listener.local_addr()?);
            let target = SocketAddr::new(member.address, member.client_port);
            started.watching.spawn(pipes(listener, target));
            let told = Steps::default();
            started.told.push(Arc::clone(&told));
            started.watching.spawn(async move {
                let mut next = 1;
                loop {
                    watch(&url, &mut next, &told).await;
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            });
        }
        Ok(started)
    }

    /// Ends them: what each was told.
    pub(crate) async fn stop(mut self) -> Vec<Vec<Step>> {
        self.watching.shutdown().await;
        self.told.iter().map(|told| std::mem::take(&mut *told.lock())).collect()
    }
}

/// Watches once, from `next` on, until something ends it: that is no wonder here.
async fn watch(url: &str, next: &mut i64, told: &Mutex<Vec<Step>>) {
    let Ok(endpoint) = Endpoint::from_shared(url.to_owned()) else { return };
    let Ok(channel) = endpoint.connect_timeout(Duration::from_secs(5)).connect().await else { return };
    let create = wire::WatchCreateRequest {
        key: PREFIX.into(),
        range_end: "/chaos0".into(),
        start_revision: *next,
        ..wire::WatchCreateRequest::default()
    };
    let create =
        wire::WatchRequest { request_union: Some(wire::watch_request::RequestUnion::CreateRequest(create)) };
    // The stream of requests must stay open as long as the watch.
    let requests = futures_util::StreamExt::chain(
        futures_util::stream::once(async { create }),
        futures_util::stream::pending(),
    );
    let Ok(answers) = WatchClient::new(channel).watch(requests).await else { return };
    let mut answers = answers.into_inner();
    while let Ok(Some(answer)) = answers.message().await {
        if answer.compact_revision > 0 {
            told.lock().push(Step::Overtaken(revision(answer.compact_revision)));
            *next = answer.compact_revision;
            return;
        }
        for event in answer.events {
            let at = event.kv.map_or(0, |kv| kv.mod_revision);
            told.lock().push(Step::Told(revision(at)));
            *next = at + 1;
        }
    }
}

fn revision(number: i64) -> Revision {
    Revision::new(u64::try_from(number).unwrap_or_default())
}

/// Carries connections to a member and back.
async fn pipes(listener: TcpListener, target: SocketAddr) {
    let mut carrying = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while carrying.try_join_next().is_some() {}
        carrying.spawn(async move {
            // It ends when either side does.
            let _ = carry(client, target).await;
        });
    }
}

async fn carry(client: TcpStream, target: SocketAddr) -> io::Result<()> {
    let socket = if target.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_recv_buffer_size(HELD)?;
    let (mut from_member, mut to_member) = socket.connect(target).await?.into_split();
    let (mut from_client, mut to_client) = client.into_split();
    let questions = tokio::io::copy(&mut from_client, &mut to_member);
    let answers = async {
        let mut sip = [0; SIP];
        loop {
            let length = from_member.read(&mut sip).await?;
            if length == 0 {
                return Ok(());
            }
            to_client.write_all(&sip[..length]).await?;
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::select! {
        done = questions => done.map(drop),
        done = answers => done,
    }
}
