//! Large answers in gzip for who accepts it, piece by piece while they are sent: neither memory nor other requests wait
//! for the whole.

use super::{Body, Broken, Response};
use bytes::{Buf, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, header};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// What is larger is compressed, in bytes; as the reference's APIResponseCompression.
const LARGE: u64 = 128 * 1024;
/// How much is compressed between two looks at other tasks, in bytes.
const PIECE: usize = 64 * 1024;

/// The answer to a request with `asked` among its headers: compressed, if it is known to be large and the client accepts
/// that.
pub fn compressed(asked: &HeaderMap, mut response: Response) -> Response {
    let large = response.body().size_hint().lower() > LARGE;
    if !large || !accepts_gzip(asked) || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response.map(|body| Gzip::new(body).boxed_unsync())
}

/// Whether `gzip` stands in the first Accept-Encoding by itself; weights are not understood, as in the reference.
fn accepts_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.split(',').any(|coding| coding.trim() == "gzip"))
}

/// A body on its way through gzip.
struct Gzip {
    body: Body,
    /// Came out of the body, and is not compressed yet.
    waiting: Bytes,
    /// `None` when its last bytes were taken.
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl Gzip {
    fn new(body: Body) -> Gzip {
        // The fastest level costs a third of the next ones and is hardly larger for objects.
        Gzip { body, waiting: Bytes::new(), encoder: Some(GzEncoder::new(Vec::new(), Compression::fast())) }
    }

    /// Compresses the next piece of what is waiting. Answers what has come out of it, which may be nothing yet.
    fn piece(&mut self) -> Bytes {
        let Some(encoder) = &mut self.encoder else { return Bytes::new() };
        let length = self.waiting.len().min(PIECE);
        // A Vec takes everything.
        let _always = encoder.write_all(&self.waiting[..length]);
        self.waiting.advance(length);
        Bytes::from(std::mem::take(encoder.get_mut()))
    }
}

impl http_body::Body for Gzip {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            while !self.waiting.is_empty() {
                let piece = self.piece();
                if !piece.is_empty() {
                    return Poll::Ready(Some(Ok(Frame::data(piece))));
                }
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.waiting = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                Some(Err(broken)) => return Poll::Ready(Some(Err(broken))),
                None => {
                    let end = self.encoder.take().and_then(|encoder| encoder.finish().ok());
                    let end = end.filter(|end| !end.is_empty());
                    return Poll::Ready(end.map(|end| Ok(Frame::data(Bytes::from(end)))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{bytes, whole};
    use super::*;
    use std::io::Read;

    fn asking(encodings: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings))])
    }

    fn text(length: usize) -> Vec<u8> {
        (0..length).map(|at| b"some words that come again"[at * at % 26]).collect()
    }

    #[tokio::test]
    async fn what_is_large_comes_back_whole() {
        for length in [LARGE as usize + 1, 5_000_000] {
            let text = text(length);
            let response = compressed(&asking("deflate, gzip"), bytes(200, "application/json", text.clone()));
            assert_eq!(response.headers()["content-encoding"], "gzip");
            assert_eq!(response.headers()["vary"], "Accept-Encoding");
            let sent = response.into_body().collect().await.unwrap().to_bytes();
            assert!(sent.len() < length / 4);
            let mut read = Vec::new();
            flate2::read::GzDecoder::new(&sent[..]).read_to_end(&mut read).unwrap();
            assert!(read == text);
        }
    }

    #[tokio::test]
    async fn all_else_stays_as_it_is() {
        let large = || bytes(200, "application/json", text(LARGE as usize + 1));
        let small = || bytes(200, "application/json", text(LARGE as usize));
        let mut encoded = large();
        encoded.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
        for (asked, response) in [
            (HeaderMap::new(), large()),
            (asking("deflate"), large()),
            (asking("gzip;q=1"), large()),
            (asking("gzip"), small()),
            (asking("gzip"), encoded),
            (asking("gzip"), http::Response::new(whole(Bytes::new()))),
        ] {
            let (before, length) = (response.headers().clone(), response.body().size_hint().exact());
            let response = compressed(&asked, response);
            assert_eq!((response.headers(), response.body().size_hint().exact()), (&before, length));
        }
    }
}
