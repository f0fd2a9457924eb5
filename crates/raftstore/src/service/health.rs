//! gRPC's health checks, as etcd answers them: of the server as a whole, which serves as long as it answers. Whether
//! there is a majority is asked over HTTP (`/readyz`).

use super::Service;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use pintle_wire::grpc::health::health_check_response::ServingStatus;
use pintle_wire::grpc::health::health_server::Health;
use pintle_wire::grpc::health::{HealthCheckRequest, HealthCheckResponse};
use tonic::{Request, Response, Status, async_trait};

#[async_trait]
impl Health for Service {
    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match status(request.get_ref()) {
            ServingStatus::ServiceUnknown => Err(Status::not_found("unknown service")),
            status => Ok(Response::new(HealthCheckResponse { status: status.into() })),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let status = status(request.get_ref());
        let node = self.node.clone();
        let end = stream::once(async move {
            node.stopping().await;
            Err(Status::unavailable("etcdserver: server stopped"))
        });
        let first = stream::iter([Ok(HealthCheckResponse { status: status.into() })]);
        Ok(Response::new(first.chain(end).boxed()))
    }
}

fn status(request: &HealthCheckRequest) -> ServingStatus {
    if request.service.is_empty() { ServingStatus::Serving } else { ServingStatus::ServiceUnknown }
}
