//! Who is answered now. A learner has not all that was answered, so it says nothing but what it is; and who sends
//! `hasleader: true` wants no answer of a member that has lost the others (etcd's api/v3rpc/interceptor.go).

use super::Service;
use tonic::metadata::MetadataMap;
use tonic::{Request, Status};

/// The metadata by which a client asks for a leader.
const HAS_LEADER: &str = "hasleader";

impl Service {
    /// Lets a request of a client in.
    pub(super) fn admit<T>(&self, request: Request<T>) -> Result<T, Status> {
        if self.node.is_learner() {
            return Err(Status::failed_precondition("etcdserver: rpc not supported for learner"));
        }
        self.admit_to_learner(request)
    }

    /// Lets a request in that a learner answers, too.
    pub(super) fn admit_to_learner<T>(&self, request: Request<T>) -> Result<T, Status> {
        if wants_leader(request.metadata()) && !self.node.has_leader() {
            return Err(no_leader());
        }
        Ok(request.into_inner())
    }

    /// Returns when a stream has to end: because the node stops or, where its client wants a leader, there is none.
    pub(super) async fn leader_lost(&self, wanted: bool) -> Status {
        let leaderless = async {
            match wanted {
                true => self.node.leaderless().await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.node.stopping() => Status::unavailable("etcdserver: server stopped"),
            () = leaderless => no_leader(),
        }
    }
}

/// Whether a client wants its requests to fail where there is no leader.
pub(super) fn wants_leader(metadata: &MetadataMap) -> bool {
    metadata.get(HAS_LEADER).is_some_and(|value| value == "true")
}

fn no_leader() -> Status {
    Status::unavailable("etcdserver: no leader")
}
