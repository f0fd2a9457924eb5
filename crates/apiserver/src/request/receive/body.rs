//! Reading a body: bounded in size and time.

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use pintle_meta::Status;
use tokio::time::Instant;

/// The largest body accepted, in bytes.
pub const BODY_MAX: usize = 3 * 1024 * 1024;

/// Reads the whole body.
///
/// # Errors
/// 413 over [`BODY_MAX`], 504 when it has not come by the deadline, 400 when the connection broke.
pub async fn read_body(body: Incoming, deadline: Option<Instant>) -> Result<Bytes, Status> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > BODY_MAX as u64 {
        return Err(Status::body_too_large(BODY_MAX));
    }
    let collecting = Limited::new(body, BODY_MAX).collect();
    let collected = match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, collecting)
            .await
            .map_err(|_| Status::timeout("request did not complete within requested timeout", 0))?,
        None => collecting.await,
    };
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Status::body_too_large(BODY_MAX)),
        Err(error) => Err(Status::bad_request(error.to_string())),
    }
}
