//! Members.

use super::Service;
use crate::raft::Standpoint;
use pintle_wire::etcdserverpb::cluster_server::Cluster;
use pintle_wire::etcdserverpb::{
    Member, MemberAddRequest, MemberAddResponse, MemberListRequest, MemberListResponse, MemberPromoteRequest,
    MemberPromoteResponse, MemberRemoveRequest, MemberRemoveResponse, MemberUpdateRequest,
    MemberUpdateResponse, ResponseHeader,
};
use tonic::{Request, Response, Status, async_trait};

#[async_trait]
impl Cluster for Service {
    async fn member_add(
        &self,
        request: Request<MemberAddRequest>,
    ) -> Result<Response<MemberAddResponse>, Status> {
        let request = self.admit(request)?;
        let id = self.node.add_member(request.peer_ur_ls, request.is_learner).await?;
        let members = self.members().await?;
        let member = members.iter().find(|member| member.id == id).cloned();
        Ok(Response::new(MemberAddResponse { header: self.unrevised(), member, members }))
    }

    async fn member_remove(
        &self,
        request: Request<MemberRemoveRequest>,
    ) -> Result<Response<MemberRemoveResponse>, Status> {
        let request = self.admit(request)?;
        self.node.remove_member(request.id).await?;
        let header = self.unrevised();
        Ok(Response::new(MemberRemoveResponse { header, members: self.members().await? }))
    }

    async fn member_update(
        &self,
        request: Request<MemberUpdateRequest>,
    ) -> Result<Response<MemberUpdateResponse>, Status> {
        let request = self.admit(request)?;
        self.node.update_member(request.id, request.peer_ur_ls).await?;
        let header = self.unrevised();
        Ok(Response::new(MemberUpdateResponse { header, members: self.members().await? }))
    }

    async fn member_list(
        &self,
        request: Request<MemberListRequest>,
    ) -> Result<Response<MemberListResponse>, Status> {
        let request = self.admit_to_learner(request)?;
        let members = self.node.members(request.linearizable).await?;
        let members = members.into_iter().map(told).collect();
        Ok(Response::new(MemberListResponse { header: self.unrevised(), members }))
    }

    async fn member_promote(
        &self,
        request: Request<MemberPromoteRequest>,
    ) -> Result<Response<MemberPromoteResponse>, Status> {
        let request = self.admit(request)?;
        self.node.promote_member(request.id).await?;
        let header = self.unrevised();
        Ok(Response::new(MemberPromoteResponse { header, members: self.members().await? }))
    }
}

impl Service {
    /// As etcd: members have no revision.
    fn unrevised(&self) -> Option<ResponseHeader> {
        Some(self.node.header_at(0))
    }

    /// The members as this one knows them: the change that was just made is known to whoever made it.
    async fn members(&self) -> Result<Vec<Member>, Status> {
        Ok(self.node.members(false).await?.into_iter().map(told).collect())
    }
}

fn told(standpoint: Standpoint) -> Member {
    Member {
        id: standpoint.id,
        name: standpoint.member.name,
        peer_ur_ls: standpoint.member.peer_urls,
        client_ur_ls: standpoint.member.client_urls,
        is_learner: standpoint.learns,
    }
}
