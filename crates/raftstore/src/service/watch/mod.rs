//! Watches: any number on one stream. The stream is polled by whoever sends it on, so a client that does not read stops
//! its own watches and nothing else; they go on from their positions when it reads again.

mod answer;
mod session;
mod turn;

use super::Service;
use super::gate::wants_leader;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use pintle_wire::etcdserverpb::watch_server::Watch;
use pintle_wire::etcdserverpb::{WatchRequest, WatchResponse};
use session::Session;
use std::sync::Arc;
use tonic::{Request, Response, Status, Streaming, async_trait};

#[async_trait]
impl Watch for Service {
    type WatchStream = BoxStream<'static, Result<WatchResponse, Status>>;

    async fn watch(
        &self,
        request: Request<Streaming<WatchRequest>>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let wanted = wants_leader(request.metadata());
        let requests = self.admit(request)?;
        let service = Arc::new(self.clone());
        let session = Session::new(Arc::clone(&service), requests.boxed());
        let answers = stream::unfold(Some(session), |session| async move {
            let mut session = session?;
            match session.next().await? {
                Ok(response) => Some((Ok(response), Some(session))),
                Err(status) => Some((Err(status), None)),
            }
        });
        let lost = stream::once(async move { service.leader_lost(wanted).await });
        Ok(Response::new(until(answers.boxed(), lost.boxed())))
    }
}

/// What `answers` brings, until it ends or `over` says why it has to.
fn until(
    answers: BoxStream<'static, Result<WatchResponse, Status>>,
    over: BoxStream<'static, Status>,
) -> BoxStream<'static, Result<WatchResponse, Status>> {
    stream::unfold(Some((answers, over)), |streams| async move {
        let (mut answers, mut over) = streams?;
        tokio::select! {
            biased;
            answer = answers.next() => answer.map(|answer| (answer, Some((answers, over)))),
            Some(status) = over.next() => Some((Err(status), None)),
        }
    })
    .boxed()
}
