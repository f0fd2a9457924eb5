//! A member whose every answer is scripted. It runs in a runtime of its own, so that dropping it breaks all its
//! connections at once, as a killed process does.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use pintle_storage::etcd::{Etcd, Options};
use pintle_wire::etcdserverpb as wire;
use pintle_wire::etcdserverpb::kv_server::{Kv, KvServer};
use pintle_wire::etcdserverpb::lease_server::{Lease, LeaseServer};
use pintle_wire::etcdserverpb::maintenance_server::{Maintenance, MaintenanceServer};
use pintle_wire::etcdserverpb::watch_server::{Watch, WatchServer};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

/// What a call is answered with; `None` is silence.
pub(crate) type Answer<A> = Option<Result<A, Status>>;

type Script<Q, A> = Mutex<Arc<dyn Fn(Q) -> Answer<A> + Send + Sync>>;

pub(crate) struct Fake {
    pub(crate) script: Arc<Scripts>,
    address: SocketAddr,
    runtime: Option<Runtime>,
    /// Streams that clients open.
    pub(crate) watches: Incoming<wire::WatchRequest, wire::WatchResponse>,
    pub(crate) keep_alives: Incoming<wire::LeaseKeepAliveRequest, wire::LeaseKeepAliveResponse>,
}

/// What to answer, and what was asked.
pub(crate) struct Scripts {
    pub(crate) range: Script<wire::RangeRequest, wire::RangeResponse>,
    pub(crate) txn: Script<wire::TxnRequest, wire::TxnResponse>,
    pub(crate) version: Mutex<&'static str>,
    pub(crate) ranges: AtomicUsize,
    pub(crate) txns: AtomicUsize,
    /// Whether the last range and the last transaction were for members with a leader only.
    pub(crate) wanted_leader: Mutex<(bool, bool)>,
}

/// Streams in the order in which they were opened.
pub(crate) struct Incoming<Q, A>(mpsc::Receiver<Call<Q, A>>);

/// One stream, seen from the member.
pub(crate) struct Call<Q, A> {
    pub(crate) requests: Streaming<Q>,
    pub(crate) responses: mpsc::Sender<Result<A, Status>>,
    pub(crate) wants_leader: bool,
}

impl<Q, A> Incoming<Q, A> {
    pub(crate) async fn next(&mut self) -> Call<Q, A> {
        self.0.recv().await.expect("the member runs")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<Q, A> Call<Q, A> {
    /// The next message of the client, which goes on.
    pub(crate) async fn request(&mut self) -> Q {
        self.requests.message().await.expect("the stream is whole").expect("the stream goes on")
    }

    pub(crate) async fn send(&self, response: A) {
        self.responses.send(Ok(response)).await.expect("the client listens");
    }

    pub(crate) async fn fail(self, status: Status) {
        self.responses.send(Err(status)).await.expect("the client listens");
    }

    /// Waits until the client has given the stream up.
    pub(crate) async fn given_up(&mut self) {
        while let Ok(Some(_)) = self.requests.message().await {}
    }
}

impl Fake {
    pub(crate) fn start() -> Fake {
        Fake::start_with(SocketAddr::from(([127, 0, 0, 1], 0)), None)
    }

    /// Starts one that takes no more calls on a connection of this age, but finishes those under way.
    pub(crate) fn start_retiring(age: Duration) -> Fake {
        Fake::start_with(SocketAddr::from(([127, 0, 0, 1], 0)), Some(age))
    }

    /// Starts where another one was, and may still be about to go.
    pub(crate) fn start_at(address: SocketAddr) -> Fake {
        Fake::start_with(address, None)
    }

    fn start_with(address: SocketAddr, age: Option<Duration>) -> Fake {
        let free = (0..1000).find_map(|_| {
            TcpListener::bind(address).map_err(|_| std::thread::sleep(Duration::from_millis(5))).ok()
        });
        let listener = free.expect("the address is free");
        listener.set_nonblocking(true).expect("the listener is good");
        let address = listener.local_addr().expect("it is bound");
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("threads are to be had");
        let (watching, watches) = mpsc::channel(64);
        let (keeping, keep_alives) = mpsc::channel(64);
        let script = Arc::new(Scripts::default());
        let member = Member { script: Arc::clone(&script), watching, keeping };
        runtime.spawn(serve(listener, member, age));
        Fake {
            script,
            address,
            runtime: Some(runtime),
            watches: Incoming(watches),
            keep_alives: Incoming(keep_alives),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn client(&self) -> Etcd {
        Etcd::new(self.options()).expect("the options are good")
    }

    pub(crate) fn options(&self) -> Options {
        Options::new([self.endpoint()])
    }

    pub(crate) fn answer_range(
        &self,
        answer: impl Fn(wire::RangeRequest) -> Answer<wire::RangeResponse> + Send + Sync + 'static,
    ) {
        *self.script.range.lock() = Arc::new(answer);
    }

    pub(crate) fn answer_txn(
        &self,
        answer: impl Fn(wire::TxnRequest) -> Answer<wire::TxnResponse> + Send + Sync + 'static,
    ) {
        *self.script.txn.lock() = Arc::new(answer);
    }

    pub(crate) fn ranges(&self) -> usize {
        self.script.ranges.load(Ordering::SeqCst)
    }

    pub(crate) fn txns(&self) -> usize {
        self.script.txns.load(Ordering::SeqCst)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Two members, and a client that is connected to both.
pub(crate) async fn two(options: impl FnOnce(Options) -> Options) -> (Fake, Fake, Etcd) {
    let (one, other) = (Fake::start(), Fake::start());
    let options = options(Options::new([one.endpoint(), other.endpoint()]));
    let client = Etcd::new(options).expect("the options are good");
    until(|| client.connected() == 2).await;
    (one, other, client)
}

/// Lets others run until it is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

pub(crate) fn header(revision: i64) -> Option<wire::ResponseHeader> {
    Some(wire::ResponseHeader { revision, ..wire::ResponseHeader::default() })
}

impl Default for Scripts {
    fn default() -> Scripts {
        let range = |_| Some(Ok(wire::RangeResponse { header: header(7), ..wire::RangeResponse::default() }));
        let txn = |_| {
            let done = wire::TxnResponse { header: header(8), succeeded: true, responses: Vec::new() };
            Some(Ok(done))
        };
        Scripts {
            range: Mutex::new(Arc::new(range)),
            txn: Mutex::new(Arc::new(txn)),
            version: Mutex::new("3.6.0"),
            ranges: AtomicUsize::new(0),
            txns: AtomicUsize::new(0),
            wanted_leader: Mutex::new((false, false)),
        }
    }
}

#[derive(Clone)]
struct Member {
    script: Arc<Scripts>,
    watching: mpsc::Sender<Call<wire::WatchRequest, wire::WatchResponse>>,
    keeping: mpsc::Sender<Call<wire::LeaseKeepAliveRequest, wire::LeaseKeepAliveResponse>>,
}

async fn serve(listener: TcpListener, member: Member, age: Option<Duration>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is good");
    let mut server = age.map_or_else(Server::builder, |age| Server::builder().max_connection_age(age));
    server
        .add_service(KvServer::new(member.clone()))
        .add_service(WatchServer::new(member.clone()))
        .add_service(LeaseServer::new(member.clone()))
        .add_service(MaintenanceServer::new(member))
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await
        .expect("the server runs until it is killed");
}

fn wants_leader<Q>(request: &Request<Q>) -> bool {
    request.metadata().get("hasleader").is_some_and(|value| value == "true")
}

async fn say<A>(answer: Answer<A>) -> Result<Response<A>, Status> {
    match answer {
        Some(answer) => answer.map(Response::new),
        None => std::future::pending().await,
    }
}

fn unscripted<A>() -> Result<Response<A>, Status> {
    Err(Status::unimplemented("not in the script"))
}

#[tonic::async_trait]
impl Kv for Member {
    async fn range(
        &self,
        request: Request<wire::RangeRequest>,
    ) -> Result<Response<wire::RangeResponse>, Status> {
        self.script.wanted_leader.lock().0 = wants_leader(&request);
        self.script.ranges.fetch_add(1, Ordering::SeqCst);
        let script = Arc::clone(&self.script.range.lock());
        say(script(request.into_inner())).await
    }

    async fn txn(&self, request: Request<wire::TxnRequest>) -> Result<Response<wire::TxnResponse>, Status> {
        self.script.wanted_leader.lock().1 = wants_leader(&request);
        self.script.txns.fetch_add(1, Ordering::SeqCst);
        let script = Arc::clone(&self.script.txn.lock());
        say(script(request.into_inner())).await
    }

    async fn put(&self, _: Request<wire::PutRequest>) -> Result<Response<wire::PutResponse>, Status> {
        unscripted()
    }

    async fn delete_range(
        &self,
        _: Request<wire::DeleteRangeRequest>,
    ) -> Result<Response<wire::DeleteRangeResponse>, Status> {
        unscripted()
    }

    async fn compact(
        &self,
        _: Request<wire::CompactionRequest>,
    ) -> Result<Response<wire::CompactionResponse>, Status> {
        unscripted()
    }
}

#[tonic::async_trait]
impl Watch for Member {
    type WatchStream = ReceiverStream<Result<wire::WatchResponse, Status>>;

    async fn watch(
        &self,
        request: Request<Streaming<wire::WatchRequest>>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let (responses, answers) = mpsc::channel(64);
        let wants_leader = wants_leader(&request);
        let call = Call { requests: request.into_inner(), responses, wants_leader };
        self.watching.send(call).await.map_err(|_| Status::unavailable("nobody plays the member"))?;
        Ok(Response::new(ReceiverStream::new(answers)))
    }
}

#[tonic::async_trait]
impl Lease for Member {
    type LeaseKeepAliveStream = ReceiverStream<Result<wire::LeaseKeepAliveResponse, Status>>;

    async fn lease_keep_alive(
        &self,
        request: Request<Streaming<wire::LeaseKeepAliveRequest>>,
    ) -> Result<Response<Self::LeaseKeepAliveStream>, Status> {
        let (responses, answers) = mpsc::channel(64);
        let wants_leader = wants_leader(&request);
        let call = Call { requests: request.into_inner(), responses, wants_leader };
        self.keeping.send(call).await.map_err(|_| Status::unavailable("nobody plays the member"))?;
        Ok(Response::new(ReceiverStream::new(answers)))
    }

    async fn lease_grant(
        &self,
        _: Request<wire::LeaseGrantRequest>,
    ) -> Result<Response<wire::LeaseGrantResponse>, Status> {
        unscripted()
    }

    async fn lease_revoke(
        &self,
        _: Request<wire::LeaseRevokeRequest>,
    ) -> Result<Response<wire::LeaseRevokeResponse>, Status> {
        unscripted()
    }

    async fn lease_time_to_live(
        &self,
        _: Request<wire::LeaseTimeToLiveRequest>,
    ) -> Result<Response<wire::LeaseTimeToLiveResponse>, Status> {
        unscripted()
    }

    async fn lease_leases(
        &self,
        _: Request<wire::LeaseLeasesRequest>,
    ) -> Result<Response<wire::LeaseLeasesResponse>, Status> {
        unscripted()
    }
}

#[tonic::async_trait]
impl Maintenance for Member {
    type SnapshotStream = ReceiverStream<Result<wire::SnapshotResponse, Status>>;

    async fn status(
        &self,
        _: Request<wire::StatusRequest>,
    ) -> Result<Response<wire::StatusResponse>, Status> {
        Ok(Response::new(wire::StatusResponse {
            header: header(7),
            version: (*self.script.version.lock()).to_owned(),
            leader: 1,
            ..wire::StatusResponse::default()
        }))
    }

    async fn alarm(&self, _: Request<wire::AlarmRequest>) -> Result<Response<wire::AlarmResponse>, Status> {
        unscripted()
    }

    async fn defragment(
        &self,
        _: Request<wire::DefragmentRequest>,
    ) -> Result<Response<wire::DefragmentResponse>, Status> {
        unscripted()
    }

    async fn hash(&self, _: Request<wire::HashRequest>) -> Result<Response<wire::HashResponse>, Status> {
        unscripted()
    }

    async fn hash_kv(
        &self,
        _: Request<wire::HashKvRequest>,
    ) -> Result<Response<wire::HashKvResponse>, Status> {
        unscripted()
    }

    async fn snapshot(
        &self,
        _: Request<wire::SnapshotRequest>,
    ) -> Result<Response<Self::SnapshotStream>, Status> {
        unscripted()
    }

    async fn move_leader(
        &self,
        _: Request<wire::MoveLeaderRequest>,
    ) -> Result<Response<wire::MoveLeaderResponse>, Status> {
        unscripted()
    }

    async fn downgrade(
        &self,
        _: Request<wire::DowngradeRequest>,
    ) -> Result<Response<wire::DowngradeResponse>, Status> {
        unscripted()
    }
}
