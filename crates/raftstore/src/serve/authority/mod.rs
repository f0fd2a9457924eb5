//! Between a connection and HTTP/2: makes `:authority` legal where a client sends something else in it.
//!
//! etcdctl 3.4 sends a whole URL (`http://127.0.0.1:2379`, `unix:///run/etcd.sock`) with some of its requests; Go's
//! servers take it, the h2 crate ends the stream. Nobody here reads the authority, so its bytes may be changed; why that
//! disturbs nothing is said in docs/decisions/0003.
//!
//! ```text
//! bytes --> frames.rs (where does a header block begin and end) --> block.rs (its fields) --> bytes
//!                                                                   huffman.rs
//! ```
//!
//! A connection whose first header block is legal is looked at no more; so is one that is not HTTP/2.

mod block;
mod frames;
mod huffman;

use frames::Frames;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::{io, mem};
use tokio::io::{AsyncRead, ReadBuf};

/// Bytes that are read at a time while they are looked at.
const READ_BYTES: usize = 8 << 10;

/// What a connection was read for that is not handed on yet. Bounded by what was read at a time and by one header block.
#[derive(Default)]
pub(super) struct Mending {
    frames: Frames,
    ready: Vec<u8>,
    /// Bytes of `ready` that are handed on.
    taken: usize,
}

impl Mending {
    /// Whether the connection can be read without this from now on.
    pub(super) fn is_over(&self) -> bool {
        self.frames.is_over() && self.ready.is_empty()
    }

    /// Reads from `inner` what HTTP/2 is to see.
    pub(super) fn poll_read(
        &mut self,
        mut inner: Pin<&mut (impl AsyncRead + ?Sized)>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.ready.is_empty() {
            let mut bytes = [0; READ_BYTES];
            let mut read = ReadBuf::new(&mut bytes);
            ready!(inner.as_mut().poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                // The end; what was held back for more to come is for HTTP/2 to judge.
                self.frames.end(&mut self.ready);
                if self.ready.is_empty() {
                    return Poll::Ready(Ok(()));
                }
            } else {
                self.frames.take(read.filled(), &mut self.ready);
            }
        }
        let left = &self.ready[self.taken..];
        let count = left.len().min(buffer.remaining());
        buffer.put_slice(&left[..count]);
        self.taken += count;
        if self.taken == self.ready.len() {
            self.taken = 0;
            drop(mem::take(&mut self.ready));
        }
        Poll::Ready(Ok(()))
    }
}
