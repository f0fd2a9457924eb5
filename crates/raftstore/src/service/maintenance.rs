//! What operators ask of a node.

use super::{Service, snapshot};
use crate::embedded::ETCD_VERSION;
use crate::machine::ReadError;
use crate::node::{Alarm, AlarmKind, NodeError};
use futures_util::stream::BoxStream;
use pintle_wire::etcdserverpb::alarm_request::AlarmAction;
use pintle_wire::etcdserverpb::downgrade_request::DowngradeAction;
use pintle_wire::etcdserverpb::maintenance_server::Maintenance;
use pintle_wire::etcdserverpb::{
    AlarmMember, AlarmRequest, AlarmResponse, AlarmType, DefragmentRequest, DefragmentResponse,
    DowngradeInfo, DowngradeRequest, DowngradeResponse, HashKvRequest, HashKvResponse, HashRequest,
    HashResponse, MoveLeaderRequest, MoveLeaderResponse, SnapshotRequest, SnapshotResponse, StatusRequest,
    StatusResponse,
};
use std::sync::Arc;
use tonic::{Request, Response, Status, async_trait};

/// The layout of the state, as etcd numbers its own.
const STORAGE_VERSION: &str = "3.6.0";

#[async_trait]
impl Maintenance for Service {
    type SnapshotStream = BoxStream<'static, Result<SnapshotResponse, Status>>;

    async fn alarm(&self, request: Request<AlarmRequest>) -> Result<Response<AlarmResponse>, Status> {
        let request = self.admit(request)?;
        let kind = match AlarmType::try_from(request.alarm) {
            Ok(AlarmType::Nospace) => Some(AlarmKind::NoSpace),
            Ok(AlarmType::Corrupt) => Some(AlarmKind::Corrupt),
            Ok(AlarmType::None) | Err(_) => None,
        };
        let asked = kind.map(|kind| Alarm { member: request.member_id, kind });
        let alarms = match (AlarmAction::try_from(request.action), asked) {
            (Ok(AlarmAction::Activate), Some(alarm)) => {
                self.node.raise_alarm(alarm).await?;
                vec![alarm]
            }
            (Ok(AlarmAction::Deactivate), Some(alarm)) => {
                Vec::from_iter(self.node.disarm(alarm).await?.then_some(alarm))
            }
            (Ok(AlarmAction::Get), _) => {
                self.node.linearize().await?;
                let asked = |alarm: &Alarm| kind.is_none_or(|kind| kind == alarm.kind);
                self.node.alarms().into_iter().filter(asked).collect()
            }
            // As etcd: an alarm of no kind is none, and an unknown action does nothing.
            _ => Vec::new(),
        };
        let alarms = alarms.into_iter().map(told).collect();
        Ok(Response::new(AlarmResponse { header: Some(self.node.header()), alarms }))
    }

    async fn status(&self, request: Request<StatusRequest>) -> Result<Response<StatusResponse>, Status> {
        self.admit_to_learner(request)?;
        let (standing, progress, machine) = (self.node.standing(), self.node.progress(), self.node.machine());
        let mut errors = Vec::new();
        if standing.leader.is_none() {
            errors.push("etcdserver: no leader".to_owned());
        }
        // As etcd prints its messages.
        errors.extend(
            self.node
                .alarms()
                .into_iter()
                .map(told)
                .map(|alarm| format!("memberID:{} alarm:{} ", alarm.member_id, alarm.alarm().as_str_name())),
        );
        let in_use = machine.size_in_use();
        let size = machine.size().unwrap_or_else(|error| {
            errors.push(error.to_string());
            in_use
        });
        Ok(Response::new(StatusResponse {
            header: Some(self.node.header()),
            version: ETCD_VERSION.to_owned(),
            db_size: signed(size),
            leader: standing.leader.unwrap_or_default(),
            raft_index: progress.committed,
            raft_term: standing.term,
            raft_applied_index: progress.applied,
            errors,
            db_size_in_use: signed(in_use),
            is_learner: self.node.is_learner(),
            storage_version: STORAGE_VERSION.to_owned(),
            db_size_quota: 0,
            downgrade_info: Some(DowngradeInfo::default()),
        }))
    }

    /// Nothing to do: space that compaction frees is used again while the node serves.
    async fn defragment(
        &self,
        request: Request<DefragmentRequest>,
    ) -> Result<Response<DefragmentResponse>, Status> {
        self.admit_to_learner(request)?;
        tracing::info!("asked to defragment: there is never anything to defragment, nothing was done");
        Ok(Response::new(DefragmentResponse { header: Some(self.node.header()) }))
    }

    async fn hash(&self, request: Request<HashRequest>) -> Result<Response<HashResponse>, Status> {
        self.admit(request)?;
        let machine = Arc::clone(self.node.machine());
        let hash = blocking(move || machine.hash()).await?.map_err(|error| self.unread(error))?;
        Ok(Response::new(HashResponse { header: Some(self.node.header()), hash }))
    }

    async fn hash_kv(&self, request: Request<HashKvRequest>) -> Result<Response<HashKvResponse>, Status> {
        let revision = self.admit(request)?.revision;
        let node = self.node.clone();
        let hash = blocking(move || node.hash_kv(revision)).await??;
        Ok(Response::new(HashKvResponse {
            header: Some(self.node.header()),
            hash: hash.hash,
            // As etcd: -1 when nothing was ever compacted.
            compact_revision: if hash.compacted == 0 { -1 } else { signed(hash.compacted) },
            hash_revision: signed(hash.revision),
        }))
    }

    async fn snapshot(
        &self,
        request: Request<SnapshotRequest>,
    ) -> Result<Response<Self::SnapshotStream>, Status> {
        self.admit_to_learner(request)?;
        let machine = Arc::clone(self.node.machine());
        let file = blocking(move || machine.snapshot()).await?;
        let file = file.map_err(|error| Status::unavailable(error.to_string()))?;
        Ok(Response::new(snapshot::stream(file, self.node.header())))
    }

    async fn move_leader(
        &self,
        request: Request<MoveLeaderRequest>,
    ) -> Result<Response<MoveLeaderResponse>, Status> {
        let request = self.admit(request)?;
        // As etcd: only who has leadership gives it away.
        if !self.node.standing().leads {
            return Err(Status::failed_precondition("etcdserver: not leader"));
        }
        self.node.move_leader(request.target_id).await?;
        Ok(Response::new(MoveLeaderResponse { header: Some(self.node.header()) }))
    }

    async fn downgrade(
        &self,
        request: Request<DowngradeRequest>,
    ) -> Result<Response<DowngradeResponse>, Status> {
        let request = self.admit(request)?;
        if request.action() == DowngradeAction::Cancel {
            return Err(Status::failed_precondition("etcdserver: no inflight downgrade job"));
        }
        let numbers: Vec<_> = request.version.split('.').collect();
        if !(2..=3).contains(&numbers.len()) || numbers.iter().any(|number| number.parse::<u64>().is_err()) {
            return Err(Status::invalid_argument("etcdserver: wrong downgrade target version format"));
        }
        // What is kept here is no older etcd's.
        Err(Status::invalid_argument("etcdserver: invalid downgrade target version"))
    }
}

fn told(alarm: Alarm) -> AlarmMember {
    let kind = match alarm.kind {
        AlarmKind::NoSpace => AlarmType::Nospace,
        AlarmKind::Corrupt => AlarmType::Corrupt,
    };
    AlarmMember { member_id: alarm.member, alarm: kind.into() }
}

impl Service {
    fn unread(&self, error: ReadError) -> NodeError {
        NodeError::unread(error, self.node.compacted())
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Status> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Status::internal(error.to_string()))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
