//! `pintle storage`: a member of the storage tier, started with etcd's flags.

mod metrics;
mod order;
mod threads;
mod tls;

pub(crate) use order::{StorageOrder, founders};

use crate::child;
use crate::failure::Failure;
use crate::logging;
use crate::options::Log;
use crate::stop::Stop;
use pintle_raftstore::node::Node;
use pintle_raftstore::serve::{Listener, ServerTls, serve};
use pintle_raftstore::service;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

/// After the help text.
pub(crate) const EXAMPLES: &str = "\
Examples:
  pintle storage --data-dir /var/lib/pintle
  pintle storage --name a --data-dir a --listen-client-urls http://127.0.0.1:2379 \\
      --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380 \\
      --initial-advertise-peer-urls http://127.0.0.1:2380 \\
      --initial-cluster a=http://127.0.0.1:2380,b=http://127.0.0.1:12380,c=http://127.0.0.1:22380
  etcdctl --endpoints http://127.0.0.1:2379 member list";

/// Serves until told to stop, or until the node can't go on.
///
/// # Errors
/// What is wrong with the flags, or what kept the node from starting or ended it.
pub(crate) fn run(order: &StorageOrder) -> Result<(), Failure> {
    logging::start(Log { json: false, level: order.v });
    threads::block_on(async {
        let stop = Stop::listen(std::time::Duration::ZERO)?;
        Member::start(order).await?.until(stop.stopping().begun).await
    })
}

/// A node with its sockets.
struct Member {
    node: Node,
    serving: JoinSet<Result<(), Failure>>,
    closing: CancellationToken,
}

impl Member {
    async fn start(order: &StorageOrder) -> Result<Member, Failure> {
        let client_tls = order.client_tls()?;
        let peer_tls = order.peer_tls()?;
        let mut clients = Vec::new();
        for url in &order.listen_client_urls {
            clients.push(bind(url, client_tls.as_ref(), "--cert-file and --key-file").await?);
        }
        let mut peers = Vec::new();
        for url in &order.listen_peer_urls {
            peers.push(bind(url, peer_tls.as_ref(), "--peer-cert-file and --peer-key-file").await?);
        }
        let numbers = metrics::collect()?;
        let mut observers = Vec::new();
        for url in &order.listen_metrics_urls {
            observers.push(metrics::bind(url).await?);
        }
        let others = order.peers()?;
        let node = Node::start(order.options()?, &others).await.map_err(failed)?;
        let mut member = Member { node, serving: JoinSet::new(), closing: CancellationToken::new() };
        let routes = service::routes(member.node.clone(), order.service_options());
        let routes = metrics::beside(routes, member.node.clone(), numbers.clone());
        for listener in clients {
            tracing::info!(url = listener.url, "serving clients");
            member.serve(listener, client_tls.clone(), routes.clone());
        }
        let routes = pintle_raftstore::peers::routes(member.node.clone());
        for listener in peers {
            tracing::info!(url = listener.url, "serving members");
            member.serve(listener, peer_tls.clone(), routes.clone());
        }
        for listener in observers {
            let (node, numbers, stop) = (member.node.clone(), numbers.clone(), member.closing.clone());
            member.serving.spawn(metrics::serve(listener, node, numbers, stop));
        }
        let node = member.node.clone();
        let (name, urls) = (order.name.clone(), order.advertise_client_urls.clone());
        member.serving.spawn(async move {
            announce(&node, &name, urls).await;
            in_touch(&node).await;
            child::serves();
            std::future::pending().await
        });
        Ok(member)
    }

    fn serve(&mut self, listener: Listener, tls: Option<ServerTls>, routes: Routes) {
        let stop = self.closing.clone();
        self.serving.spawn(async move {
            let url = listener.url.clone();
            let served = serve(listener, tls, routes, stop).await;
            served.map_err(|error| Failure::Storage(format!("{url}: {error}")))
        });
    }

    async fn until(mut self, stop: CancellationToken) -> Result<(), Failure> {
        let outcome = tokio::select! {
            () = stop.cancelled() => Ok(()),
            why = self.node.failure() => Err(Failure::Storage(why)),
            Some(ended) = self.serving.join_next() => match ended {
                Ok(ended) => ended,
                Err(error) => Err(Failure::Storage(error.to_string())),
            },
        };
        self.closing.cancel();
        // A leader that leaves hands leadership over first: nobody waits for an election. Where all end there is nobody.
        if !child::is_abandoned() {
            self.node.step_aside().await;
        }
        self.node.stop().await;
        self.serving.shutdown().await;
        outcome
    }
}

/// Tells the others how clients reach this member, as soon as there is a leader to tell.
async fn announce(node: &Node, name: &str, urls: Vec<String>) {
    loop {
        match node.announce(name, urls.clone()).await {
            Ok(()) => return,
            Err(error) => {
                tracing::info!(%error, "the other members don't know yet how clients reach this one")
            }
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
}

/// Returns when it has answered as only one that is in touch with a majority can.
async fn in_touch(node: &Node) {
    while let Err(error) = node.linearize().await {
        tracing::debug!(%error, "not in touch with a majority yet");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn bind(url: &str, tls: Option<&ServerTls>, flags: &str) -> Result<Listener, Failure> {
    let listener = Listener::bind(url).await.map_err(failed)?;
    if listener.uses_tls() && tls.is_none() {
        return Err(Failure::Storage(format!("{url} needs a certificate\nhelp: give {flags}")));
    }
    Ok(listener)
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Storage(error.to_string())
}
