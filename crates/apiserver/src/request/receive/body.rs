//! Reading a body: bounded in size and time.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use pintle_meta::Status;
use tokio::time::Instant;

/// The largest body accepted, in bytes.
pub const BODY_MAX: usize = 3 * 1024 * 1024;
/// How much of a body that is too large is still read, in bytes: a client that is told "too large" while it sends
/// may see nothing but a broken connection, so a little too much is read to its end, as Go's servers do.
const DISCARDED_MAX: usize = 256 * 1024;

/// Reads the whole body.
///
/// # Errors
/// 413 over [`BODY_MAX`], 504 when it has not come by the deadline, 400 when the connection broke.
pub async fn read_body(body: Incoming, deadline: Option<Instant>) -> Result<Bytes, Status> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, collect(body))
            .await
            .map_err(|_| Status::timeout("request did not complete within requested timeout", 0))?,
        None => collect(body).await,
    }
}

async fn collect(mut body: Incoming) -> Result<Bytes, Status> {
    let announced = body.size_hint().lower();
    if announced > (BODY_MAX + DISCARDED_MAX) as u64 {
        return Err(Status::body_too_large(BODY_MAX));
    }
    let (mut first, mut all, mut length) = (Bytes::new(), BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Status::bad_request(error.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length > BODY_MAX + DISCARDED_MAX {
            break;
        }
        if length > BODY_MAX {
            (first, all) = (Bytes::new(), BytesMut::new());
        } else if first.is_empty() && all.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                all.reserve(usize::try_from(announced).unwrap_or(length).clamp(length, BODY_MAX));
                all.extend_from_slice(&std::mem::take(&mut first));
            }
            all.extend_from_slice(&data);
        }
    }
    if length > BODY_MAX {
        return Err(Status::body_too_large(BODY_MAX));
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}
