//! etcd's v3 API on a node: messages in, messages out; what they mean is the node's business.
//!
//! ```text
//! gate.rs        who may ask now: a learner answers little, hasleader asks for a leader
//! kv  watch  lease  cluster  maintenance  auth     one file for each of etcd's services
//! health         gRPC's own health checks
//! failure.rs     errors as gRPC says them
//! ```

mod auth;
mod cluster;
mod failure;
mod gate;
mod health;
mod kv;
mod lease;
mod maintenance;
mod snapshot;
mod watch;

use crate::node::Node;
use pintle_wire::etcdserverpb::auth_server::AuthServer;
use pintle_wire::etcdserverpb::cluster_server::ClusterServer;
use pintle_wire::etcdserverpb::kv_server::KvServer;
use pintle_wire::etcdserverpb::lease_server::LeaseServer;
use pintle_wire::etcdserverpb::maintenance_server::MaintenanceServer;
use pintle_wire::etcdserverpb::watch_server::WatchServer;
use pintle_wire::grpc::health::health_server::HealthServer;
use std::sync::Arc;
use std::time::Duration;
use tonic::service::Routes;

/// What a message has around the request that it holds, as etcd allows for.
const OVERHEAD: usize = 512 << 10;
/// The largest answer, in bytes: a range of many keys.
const ANSWER_MAX: usize = i32::MAX as usize;

/// What can be chosen about the services.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How often a watch that asked for it is told that nothing happened.
    pub progress_every: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { progress_every: Duration::from_secs(10 * 60) }
    }
}

/// The services of one node.
#[derive(Clone, Debug)]
struct Service {
    node: Node,
    options: Options,
}

/// etcd's services on `node`, to be served on clients' addresses.
pub fn routes(node: Node, options: Options) -> Routes {
    let taken = node.limits().request_bytes + OVERHEAD;
    let service = Arc::new(Service { node, options });
    Routes::new(
        KvServer::from_arc(Arc::clone(&service))
            .max_decoding_message_size(taken)
            .max_encoding_message_size(ANSWER_MAX),
    )
    .add_service(
        WatchServer::from_arc(Arc::clone(&service))
            .max_decoding_message_size(taken)
            .max_encoding_message_size(ANSWER_MAX),
    )
    .add_service(LeaseServer::from_arc(Arc::clone(&service)))
    .add_service(ClusterServer::from_arc(Arc::clone(&service)))
    .add_service(AuthServer::from_arc(Arc::clone(&service)))
    .add_service(HealthServer::from_arc(Arc::clone(&service)))
    .add_service(MaintenanceServer::from_arc(service))
}
