//! Long lists, put together while they are sent: what one client asks for never lies in memory as a whole.

use super::pause;
use crate::request::reply::{Body, Broken, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use pintle_meta::Status;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How much is put together at a time, in bytes. An item may make it longer.
const PIECE: usize = 64 * 1024;

/// The items of a list one after the other, in the form that they have in it.
pub(super) trait Items: Send + Unpin + 'static {
    /// Adds the next item, or what comes after the last. Answers whether there is more to add.
    ///
    /// # Errors
    /// 500 when the object can't be read.
    fn add_next(&mut self, out: &mut Vec<u8>) -> Result<bool, Status>;
}

/// A list that begins with `head` and has about `size` bytes, or more. Short ones come whole; of a long one as much is tried
/// first as one piece holds.
///
/// # Errors
/// 500 when one of the first objects can't be read. A later one breaks the answer off.
pub(super) async fn answer<I: Items>(
    content_type: &'static str,
    head: Vec<u8>,
    size: usize,
    mut items: I,
) -> Result<Response, Status> {
    let mut first = head;
    let (mut more, mut at) = (true, 0);
    while more && first.len() < PIECE {
        more = items.add_next(&mut first)?;
        pause(at).await;
        at += 1;
    }
    let body: Body = if more {
        Long { first: Bytes::from(first), size: size as u64, items, more }.boxed_unsync()
    } else {
        crate::request::reply::whole(first)
    };
    let mut response = http::Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    Ok(response)
}

/// What is left of a long list.
struct Long<I> {
    /// The first piece; empty when it was sent.
    first: Bytes,
    /// About how many bytes it has in all, or more.
    size: u64,
    items: I,
    more: bool,
}

impl<I: Items> Long<I> {
    fn next_piece(&mut self) -> Result<Bytes, Status> {
        let mut piece = Vec::with_capacity(PIECE + PIECE / 4);
        while self.more && piece.len() < PIECE {
            self.more = self.items.add_next(&mut piece)?;
        }
        Ok(Bytes::from(piece))
    }
}

impl<I: Items> http_body::Body for Long<I> {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if !self.first.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.first)))));
        }
        if !self.more {
            return Poll::Ready(None);
        }
        let piece = self.next_piece().map_err(|status| {
            self.more = false;
            tracing::error!(why = %status.message, "a list that was begun can't be ended");
            Broken(status.message)
        });
        Poll::Ready(Some(piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_empty() && !self.more
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.size);
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many items of 1,000 bytes, of which one may be broken.
    struct Plain {
        left: usize,
        broken: Option<usize>,
    }

    impl Items for Plain {
        fn add_next(&mut self, out: &mut Vec<u8>) -> Result<bool, Status> {
            if self.broken == Some(self.left) {
                return Err(Status::internal("broken"));
            }
            if self.left == 0 {
                out.push(b']');
                return Ok(false);
            }
            self.left -= 1;
            out.extend_from_slice(&[b'x'; 1000]);
            Ok(true)
        }
    }

    async fn answered(left: usize, broken: Option<usize>) -> Result<Response, Status> {
        answer("text/x", b"[".to_vec(), left * 1000, Plain { left, broken }).await
    }

    #[tokio::test]
    async fn a_short_list_comes_whole_and_a_long_one_in_pieces() {
        for (left, is_whole) in [(0, true), (60, true), (66, false), (5000, false)] {
            let body = answered(left, None).await.unwrap().into_body();
            assert_eq!(http_body::Body::size_hint(&body).exact().is_some(), is_whole, "{left}");
            let all = body.collect().await.unwrap().to_bytes();
            assert_eq!(all.len(), left * 1000 + 2);
            assert!(all.starts_with(b"[") && all.ends_with(b"]"));
        }
    }

    #[tokio::test]
    async fn what_can_t_be_read_is_told_as_long_as_it_can_be() {
        assert_eq!(answered(5000, Some(4990)).await.unwrap_err().code, 500);
        let body = answered(5000, Some(100)).await.unwrap().into_body();
        assert!(body.collect().await.is_err());
    }
}
