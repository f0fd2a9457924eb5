//! Carries requests over one HTTP/2 connection, and knows of each that fails whether it can have been seen by
//! the other side.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http2::SendRequest;
use tonic::body::Body;
use tonic::codegen::Service;

/// A connection. Clones share it.
#[derive(Clone)]
pub struct Transport(SendRequest<Body>);

/// Why a request failed below gRPC.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Nothing of it can have had an effect.
    #[error("the request was not sent")]
    NotSent(#[source] hyper::Error),
    /// It may have been seen.
    #[error("the connection failed")]
    Broken(#[source] hyper::Error),
}

impl Transport {
    /// Requests over `connection`.
    pub fn new(connection: SendRequest<Body>) -> Transport {
        Transport(connection)
    }

    /// Whether it has ended: nothing can be sent any more.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

type Answered = Pin<Box<dyn Future<Output = Result<Response<Incoming>, TransportError>> + Send>>;

impl Service<Request<Body>> for Transport {
    type Response = Response<Incoming>;
    type Error = TransportError;
    type Future = Answered;

    /// Always ready: a connection that is closed says so when it is used.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answered {
        let answer = self.0.try_send_request(request);
        Box::pin(async move {
            answer.await.map_err(|mut failed| {
                let returned = failed.take_message().is_some();
                let error = failed.into_error();
                if returned || is_refused(&error) {
                    TransportError::NotSent(error)
                } else {
                    TransportError::Broken(error)
                }
            })
        })
    }
}

/// A stream that is reset with REFUSED_STREAM was not processed (RFC 9113, section 8.7).
fn is_refused(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| cause.is_reset() && cause.reason() == Some(h2::Reason::REFUSED_STREAM))
}
