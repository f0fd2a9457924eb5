//! A TCP load balancer as stands before replicas: it knows addresses and no protocol.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::RwLock;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// One address of several servers; it and its connections end with this value.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    servers: Arc<Servers>,
    _work: JoinSet<()>,
}

#[derive(Debug, Default)]
struct Servers {
    listed: RwLock<Vec<SocketAddr>>,
    next: AtomicUsize,
}

impl Balancer {
    /// Starts one on a free port of the loopback interface. It has no servers yet, and closes what it can't pass on.
    pub async fn start() -> Balancer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, servers) = (listener.local_addr().unwrap(), Arc::new(Servers::default()));
        let mut work = JoinSet::new();
        work.spawn(accept(listener, Arc::clone(&servers)));
        Balancer { address, servers, _work: work }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// New connections may go there from now on.
    pub fn add(&self, server: SocketAddr) {
        self.servers.listed.write().push(server);
    }

    /// No new connection goes there any more; those that are stay.
    pub fn remove(&self, server: SocketAddr) {
        self.servers.listed.write().retain(|listed| *listed != server);
    }
}

impl Servers {
    /// To the next in turn that accepts.
    async fn connect(&self) -> Option<TcpStream> {
        let listed = self.listed.read().clone();
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        for place in 0..listed.len() {
            if let Ok(stream) = TcpStream::connect(listed[(first + place) % listed.len()]).await {
                return Some(stream);
            }
        }
        None
    }
}

async fn accept(listener: TcpListener, servers: Arc<Servers>) {
    let mut connections = JoinSet::new();
    while let Ok((mut client, _)) = listener.accept().await {
        let servers = Arc::clone(&servers);
        connections.spawn(async move {
            if let Some(mut server) = servers.connect().await {
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                // Either side may break off; the other is told by the end of its connection.
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
        while connections.try_join_next().is_some() {}
    }
}
