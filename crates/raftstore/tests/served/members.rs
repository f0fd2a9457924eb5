//! Members in one process, each with its folder and its sockets on the loopback interface.

use crate::pki::Pki;
use futures_util::future::join_all;
use pintle_raftstore::log;
use pintle_raftstore::node::{Bounds, Node, Options};
use pintle_raftstore::peers::{self, PeerTls, Remote};
use pintle_raftstore::raft::Settings;
use pintle_raftstore::serve::{Allowed, Listener, ServerTls, serve};
use pintle_raftstore::service;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A folder that goes away with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("pintle-served-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One member. It ends when it is dropped, as if it were killed.
pub(crate) struct Running {
    pub(crate) node: Node,
    serving: JoinSet<()>,
    closing: CancellationToken,
}

/// The members of a cluster; a place is empty while its member is stopped.
pub(crate) struct Members {
    pub(crate) running: Vec<Option<Running>>,
    peer_urls: Vec<String>,
    client_urls: Vec<String>,
    folder: Folder,
    setup: Setup,
}

/// What members are started with, beside what all are.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) tls: Option<Tls>,
    pub(crate) compare_every: Option<Duration>,
}

/// TLS on all of the members' sockets: whose certificates the others' are taken of, out of one folder.
pub(crate) struct Tls {
    pub(crate) pki: Pki,
    pub(crate) members: Allowed,
}

pub(crate) fn settings() -> Settings {
    Settings { heartbeat: Duration::from_millis(30), election: Duration::from_millis(300) }
}

impl Members {
    /// Starts a new cluster, and waits until it has a leader.
    pub(crate) async fn start(count: usize) -> Members {
        Members::start_on(count, |_, _| {}).await
    }

    /// The same, on folders that were made ready, by place, for members with these addresses.
    pub(crate) async fn start_on(count: usize, ready: impl FnOnce(&[String], &Path)) -> Members {
        Members::start_as(count, Setup::default(), ready).await
    }

    /// The same over TLS, on empty folders.
    pub(crate) async fn start_with_tls(count: usize, tls: Tls) -> Members {
        Members::start_as(count, Setup { tls: Some(tls), ..Setup::default() }, |_, _| {}).await
    }

    /// The same with more to choose.
    pub(crate) async fn start_as(
        count: usize,
        setup: Setup,
        ready: impl FnOnce(&[String], &Path),
    ) -> Members {
        let scheme = if setup.tls.is_some() { "https" } else { "http" };
        // Sockets first: the members' addresses are what they are known by.
        let (peers, clients) = (sockets(count, scheme).await, sockets(count, scheme).await);
        let urls = |sockets: &[Listener]| sockets.iter().map(|socket| socket.url.clone()).collect();
        let (peer_urls, client_urls) = (urls(&peers), urls(&clients));
        let mut members =
            Members { running: Vec::new(), peer_urls, client_urls, folder: Folder::new(), setup };
        ready(&members.peer_urls, &members.folder.0);
        // All at once: who starts alone asks for votes in vain, and waits for the next election.
        let starting = peers.into_iter().zip(clients).enumerate();
        let starting = starting.map(|(place, (peer, client))| members.run(place, peer, client));
        let running = join_all(starting).await;
        members.running = running.into_iter().map(Some).collect();
        members.leader().await;
        members
    }

    pub(crate) fn client_urls(&self) -> Vec<String> {
        self.client_urls.clone()
    }

    /// The certificates that its members use.
    pub(crate) fn pki(&self) -> &Pki {
        &self.setup.tls.as_ref().expect("they have TLS").pki
    }

    pub(crate) fn path(&self, place: usize) -> PathBuf {
        self.folder.0.join(place.to_string())
    }

    /// Stops a member in order.
    pub(crate) async fn stop(&mut self, place: usize) {
        if let Some(mut member) = self.running[place].take() {
            member.closing.cancel();
            member.node.stop().await;
            while member.serving.join_next().await.is_some() {}
        }
    }

    /// Starts a stopped member again, on the same addresses.
    pub(crate) async fn restart(&mut self, place: usize) {
        let peer = Listener::bind(&self.peer_urls[place]).await.unwrap();
        let client = Listener::bind(&self.client_urls[place]).await.unwrap();
        let member = self.run(place, peer, client).await;
        self.running[place] = Some(member);
    }

    pub(crate) fn peer_urls(&self) -> &[String] {
        &self.peer_urls
    }

    /// Starts a member that was added with the address of `peer`. Answers its place.
    pub(crate) async fn join(&mut self, peer: Listener) -> usize {
        let client = Listener::bind("http://127.0.0.1:0").await.unwrap();
        self.peer_urls.push(peer.url.clone());
        self.client_urls.push(client.url.clone());
        let place = self.running.len();
        let mut options = options(&self.path(place), place, &self.peer_urls);
        options.existing = true;
        let member = self.run_with(options, peer, client).await;
        self.running.push(Some(member));
        place
    }

    /// The place of the leader, once all running members agree on one.
    pub(crate) async fn leader(&self) -> usize {
        for _ in 0..1000 {
            let running = || self.running.iter().flatten();
            let leaders: Vec<_> = running().map(|member| member.node.standing().leader).collect();
            let first = leaders[0];
            if first.is_some() && leaders.iter().all(|leader| *leader == first) {
                let place = self.running.iter().position(|member| {
                    member.as_ref().is_some_and(|member| Some(member.node.identity().member) == first)
                });
                if let Some(place) = place {
                    return place;
                }
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no leader");
    }

    pub(crate) fn node(&self, place: usize) -> &Node {
        &self.running[place].as_ref().expect("the member runs").node
    }

    async fn run(&self, place: usize, peer_socket: Listener, client_socket: Listener) -> Running {
        self.run_with(options(&self.path(place), place, &self.peer_urls), peer_socket, client_socket).await
    }

    async fn run_with(
        &self,
        mut options: Options,
        peer_socket: Listener,
        client_socket: Listener,
    ) -> Running {
        let (shown, asked) = match &self.setup.tls {
            None => (PeerTls::default(), [None, None]),
            Some(Tls { pki, members }) => {
                let load = |allowed| ServerTls::load(pki.server(allowed)).unwrap();
                (pki.client(Some("member")), [Some(load(Allowed::Anyone)), Some(load(members.clone()))])
            }
        };
        options.bounds.compare_every = self.setup.compare_every;
        let others = Remote::new(shown).unwrap();
        let node = Node::start(options, &others).await.unwrap();
        let (mut serving, closing) = (JoinSet::new(), CancellationToken::new());
        let options = service::Options { progress_every: Duration::from_millis(100) };
        let clients = service::routes(node.clone(), options);
        let members = peers::routes(node.clone());
        let served = [(client_socket, clients), (peer_socket, members)];
        for ((socket, routes), tls) in served.into_iter().zip(asked) {
            let stop = closing.clone();
            serving.spawn(async move { serve(socket, tls, routes, stop).await.unwrap() });
        }
        Running { node, serving, closing }
    }
}

async fn sockets(count: usize, scheme: &str) -> Vec<Listener> {
    let mut sockets = Vec::new();
    for _ in 0..count {
        sockets.push(Listener::bind(&format!("{scheme}://127.0.0.1:0")).await.unwrap());
    }
    sockets
}

impl Drop for Running {
    fn drop(&mut self) {
        self.closing.cancel();
        self.serving.abort_all();
    }
}

pub(crate) fn options(folder: &Path, place: usize, peer_urls: &[String]) -> Options {
    let members: BTreeMap<_, _> =
        peer_urls.iter().enumerate().map(|(place, url)| (place.to_string(), vec![url.clone()])).collect();
    // Small segments: a start reads all of the last one.
    let log = log::Options { segment_bytes: 1 << 20, ..log::Options::default() };
    Options {
        folder: folder.to_owned(),
        name: place.to_string(),
        members,
        existing: false,
        token: "test".to_owned(),
        settings: settings(),
        limits: pintle_storage::Limits::default(),
        bounds: Bounds { reserve_bytes: 0, log, ..Bounds::default() },
        since_epoch: || Duration::from_secs(1_000_000_000),
    }
}
