//! Writes of one turn of a connection, sent together. HTTP/2 hands out one frame at a time, and thousands of watches give it
//! many small ones at once: each by itself would be a TLS record and a system call.
//!
//! What is written waits, up to a bound, until whoever drives the connection has let it do all it can for now.

use parking_lot::Mutex;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What may wait, in bytes: four of TLS's largest records.
const WAITING_MAX: usize = 64 * 1024;
/// Larger writes wait for nobody and are not copied, in bytes.
const LARGE: usize = 8 * 1024;
/// What an idle connection may keep of its buffer, in bytes.
const KEPT: usize = 4 * 1024;

/// The connection's side: reads as ever, and writes what is sent later.
#[derive(Debug)]
pub(super) struct Batched<S>(Arc<Mutex<Stream<S>>>);

/// The driver's side.
#[derive(Debug)]
pub(super) struct Batch<S>(Arc<Mutex<Stream<S>>>);

#[derive(Debug)]
struct Stream<S> {
    stream: S,
    waiting: Vec<u8>,
    /// How much of it is sent.
    sent: usize,
    /// Something was sent that the stream may still hold back.
    unflushed: bool,
    /// Whether there is a driver: without one every flush sends.
    driven: bool,
}

/// Both sides of a stream.
pub(super) fn batched<S>(stream: S) -> (Batched<S>, Batch<S>) {
    let stream = Stream { stream, waiting: Vec::new(), sent: 0, unflushed: false, driven: true };
    let shared = Arc::new(Mutex::new(stream));
    (Batched(Arc::clone(&shared)), Batch(shared))
}

impl<S: AsyncWrite + Unpin> Batch<S> {
    /// Sends what waits. Pending until the stream has taken all of it.
    ///
    /// # Errors
    /// Those of the stream, which is of no use any more.
    pub(super) fn poll_send(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.lock().poll_send(cx)
    }
}

impl<S> Drop for Batch<S> {
    fn drop(&mut self) {
        self.0.lock().driven = false;
    }
}

impl<S: AsyncWrite + Unpin> Stream<S> {
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pass_on(cx))?;
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Gives the stream what waits.
    fn poll_pass_on(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.waiting.len() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.waiting[self.sent..]))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += sent;
            self.unflushed = true;
        }
        self.sent = 0;
        self.waiting.clear();
        if self.waiting.capacity() > KEPT {
            self.waiting.shrink_to(KEPT);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let length = slices.iter().map(|slice| slice.len()).sum::<usize>();
        if length >= LARGE {
            ready!(self.poll_pass_on(cx))?;
            let sent = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, slices))?;
            self.unflushed = true;
            return Poll::Ready(Ok(sent));
        }
        if self.waiting.len() + length > WAITING_MAX {
            ready!(self.poll_pass_on(cx))?;
        }
        slices.iter().for_each(|slice| self.waiting.extend_from_slice(slice));
        Poll::Ready(Ok(length))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Batched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0.lock().stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Batched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().poll_write(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.lock().poll_write(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut stream = self.0.lock();
        // The driver does it, when nothing more is to be added.
        if stream.driven { Poll::Ready(Ok(())) } else { stream.poll_send(cx) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut stream = self.0.lock();
        ready!(stream.poll_send(cx))?;
        Pin::new(&mut stream.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    /// What the client can read at once.
    async fn arrived(client: &mut DuplexStream) -> usize {
        let mut buffer = vec![0; 1 << 20];
        tokio::select! {
            biased;
            read = client.read(&mut buffer) => read.unwrap(),
            () = std::future::ready(()) => 0,
        }
    }

    #[tokio::test]
    async fn small_writes_wait_for_the_driver() {
        let (mut client, server) = duplex(1 << 20);
        let (mut stream, batch) = batched(server);
        for _ in 0..100 {
            stream.write_all(b"a frame").await.unwrap();
            stream.flush().await.unwrap();
        }
        assert_eq!(arrived(&mut client).await, 0);
        poll_fn(|cx| batch.poll_send(cx)).await.unwrap();
        assert_eq!(arrived(&mut client).await, 700);
    }

    #[tokio::test]
    async fn large_writes_go_at_once_behind_what_waits() {
        let (mut client, server) = duplex(1 << 20);
        let (mut stream, _batch) = batched(server);
        stream.write_all(b"first").await.unwrap();
        stream.write_all(&[b'x'; LARGE]).await.unwrap();
        let mut read = vec![0; LARGE + 5];
        client.read_exact(&mut read).await.unwrap();
        assert!(read.starts_with(b"firstx"));
    }

    #[tokio::test]
    async fn what_waits_is_bounded() {
        let (mut client, server) = duplex(100);
        let (mut stream, batch) = batched(server);
        let taken = std::cell::Cell::new(0);
        let writing = async {
            loop {
                stream.write_all(&[0; 1000]).await.unwrap();
                taken.set(taken.get() + 1000);
            }
        };
        tokio::select! {
            biased;
            () = writing => {}
            () = tokio::task::yield_now() => {}
        }
        assert!((WAITING_MAX - 1000..=WAITING_MAX).contains(&taken.get()), "{}", taken.get());
        let sending = async {
            poll_fn(|cx| batch.poll_send(cx)).await.unwrap();
            drop(batch);
            drop(stream);
        };
        let mut all = Vec::new();
        let (_, read) = tokio::join!(sending, client.read_to_end(&mut all));
        assert_eq!(read.unwrap(), taken.get());
    }

    #[tokio::test]
    async fn without_a_driver_a_flush_sends() {
        let (mut client, server) = duplex(1 << 20);
        let (mut stream, batch) = batched(server);
        stream.write_all(b"before").await.unwrap();
        drop(batch);
        stream.write_all(b" and after").await.unwrap();
        stream.flush().await.unwrap();
        assert_eq!(arrived(&mut client).await, 16);
    }

    #[tokio::test]
    async fn the_end_comes_after_what_waits() {
        let (mut client, server) = duplex(1 << 20);
        let (mut stream, _batch) = batched(server);
        stream.write_all(b"last words").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut all = String::new();
        client.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "last words");
    }
}
