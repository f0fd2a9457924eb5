//! How long a connection is waited for: for the head of a request, between requests, while the client does not take
//! what it asked for, and at the end. No bound applies while a request is being answered; the request has its own.
//!
//! hyper's timer for heads is not used: it runs on while an answer is still on its way to a slow client, and cuts it.
//! Nor is the socket closed as soon as hyper is done with it: where a client has sent something that nobody read (a
//! body that was not asked for), the kernel would reset the connection, and the client lose what it has not taken yet.

use crate::request::reply::{Body, Broken, Response};
use bytes::Bytes;
use http::StatusCode;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How long a client may take to send the head of a request, as kube-apiserver's ReadHeaderTimeout.
const HEAD_MAX: Duration = Duration::from_secs(32);
/// How long an h1 connection may stay open without a request, as kube-apiserver's IdleTimeout.
const IDLE_MAX: Duration = Duration::from_secs(90);
/// How long a client may take nothing of what is ready for it.
const STALL_MAX: Duration = Duration::from_secs(60);
/// How long the client has at the end to close its side, as Go's rstAvoidanceDelay.
const LINGER_MAX: Duration = Duration::from_millis(500);
/// Bytes by which every h2 connection begins (RFC 9113, section 3.4). What comes after them is watched over by pings.
const H2_PREFACE: usize = 24;

/// The answers under way on one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<AtomicUsize>);

/// One answer under way: from the head of its request to the last byte of its body.
#[derive(Debug)]
pub(super) struct Turn(Turns);

impl Turns {
    /// A request has come.
    pub(super) fn begin(&self) -> Turn {
        self.0.fetch_add(1, Ordering::Relaxed);
        Turn(self.clone())
    }

    fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

impl Turn {
    /// The answer, whose body ends the turn. A connection that becomes something else (101) is never waited for again.
    pub(super) fn answered(self, response: Response) -> Response {
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            std::mem::forget(self);
            return response;
        }
        response.map(|body| Answering { body, _turn: self }.boxed_unsync())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A body that holds its connection's turn.
struct Answering {
    body: Body,
    _turn: Turn,
}

impl http_body::Body for Answering {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream that fails with `TimedOut` when its client makes it wait too long.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    turns: Turns,
    reading: Reading,
    /// Whether something was written that may not have been sent yet.
    unsent: bool,
    /// Runs while a read is waited for.
    read_by: Timer,
    /// Runs while a write is waited for.
    write_by: Timer,
}

/// What is read next.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// Nothing that is waited for: an answer is under way.
    Nothing,
    /// The first byte of another request.
    Idle,
    /// The head of a request.
    Head,
    /// The beginning of an h2 connection, of which so many bytes are missing.
    Preface(usize),
    /// Frames of h2, whose own pings watch over the connection.
    Frames,
    /// Nothing more: what still comes is thrown away until the client closes its side, too.
    Lingering,
    /// Nothing more: the client has closed its side.
    Closed,
}

impl<S> Patient<S> {
    /// The stream of a connection that speaks h2 or h1, from its first byte on.
    pub(super) fn new(stream: S, h2: bool, turns: Turns) -> Patient<S> {
        let reading = if h2 { Reading::Preface(H2_PREFACE) } else { Reading::Head };
        let mut read_by = Timer::default();
        read_by.start(HEAD_MAX);
        Patient { stream, turns, reading, unsent: false, read_by, write_by: Timer::default() }
    }

    fn has_read(&mut self, bytes: usize) {
        match self.reading {
            _ if bytes == 0 => self.reading = Reading::Closed,
            Reading::Preface(missing) if bytes < missing => self.reading = Reading::Preface(missing - bytes),
            Reading::Preface(_) => self.reading = Reading::Frames,
            Reading::Nothing | Reading::Idle if !self.turns.any() => {
                self.reading = Reading::Head;
                self.read_by.start(HEAD_MAX);
            }
            Reading::Nothing | Reading::Idle | Reading::Head => {}
            Reading::Frames | Reading::Lingering | Reading::Closed => {}
        }
    }

    /// Whether the read that is pending has been waited for too long.
    fn is_overdue(&mut self, cx: &mut Context<'_>) -> bool {
        match self.reading {
            Reading::Frames | Reading::Closed => return false,
            Reading::Preface(_) | Reading::Lingering => {}
            _ if self.turns.any() || self.unsent => {
                self.reading = Reading::Nothing;
                return false;
            }
            Reading::Nothing => {
                self.reading = Reading::Idle;
                self.read_by.start(IDLE_MAX);
            }
            Reading::Idle | Reading::Head => {}
        }
        self.read_by.is_over(cx)
    }

    fn begins_write(&mut self) {
        self.unsent = true;
        if matches!(self.reading, Reading::Idle | Reading::Head) {
            self.reading = Reading::Nothing;
        }
    }

    /// The outcome of a write, with an end to waiting for it.
    fn written<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.write_by.stop();
            return outcome;
        }
        if !self.write_by.running {
            self.write_by.start(STALL_MAX);
        }
        if self.write_by.is_over(cx) {
            Poll::Ready(Err(late("takes nothing of its answer")))
        } else {
            outcome
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if outcome.is_ready() {
            self.has_read(buffer.filled().len() - before);
        } else if self.is_overdue(cx) {
            return Poll::Ready(Err(late("sends no request")));
        }
        outcome
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.begins_write();
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.begins_write();
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(outcome, Poll::Ready(Ok(()))) && std::mem::take(&mut self.unsent) {
            // The read that goes on from here was polled while the answer was on its way: it needs its waker now.
            let _ = self.is_overdue(cx);
        }
        self.written(cx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !matches!(self.reading, Reading::Lingering) {
            let outcome = Pin::new(&mut self.stream).poll_shutdown(cx);
            if !matches!(outcome, Poll::Ready(Ok(()))) || matches!(self.reading, Reading::Closed) {
                return self.written(cx, outcome);
            }
            self.reading = Reading::Lingering;
            self.read_by.start(LINGER_MAX);
        }
        self.poll_linger(cx)
    }
}

impl<S: AsyncRead + Unpin> Patient<S> {
    /// Ready when the client has closed its side, or had its time.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut scratch = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            let outcome = Pin::new(&mut self.stream).poll_read(cx, &mut buffer);
            let over = self.read_by.is_over(cx);
            match outcome {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() && !over => {}
                Poll::Pending if !over => return Poll::Pending,
                // The answer is sent: how the client ends is its own affair.
                Poll::Ready(_) | Poll::Pending => return Poll::Ready(Ok(())),
            }
        }
    }
}

fn late(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("the client {what}"))
}

/// A moment that may come.
#[derive(Debug, Default)]
struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    running: bool,
}

impl Timer {
    fn start(&mut self, time: Duration) {
        let deadline = Instant::now() + time;
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().reset(deadline),
            None => self.sleep = Some(Box::pin(tokio::time::sleep_until(deadline))),
        }
        self.running = true;
    }

    fn stop(&mut self) {
        self.running = false;
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.running && self.sleep.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    const SECOND: Duration = Duration::from_secs(1);

    fn connection(h2: bool) -> (DuplexStream, Patient<DuplexStream>, Turns) {
        let (client, server) = duplex(64);
        let turns = Turns::default();
        (client, Patient::new(server, h2, turns.clone()), turns)
    }

    /// Reads on until it fails; how long that took, in whole seconds.
    async fn patience(patient: &mut Patient<DuplexStream>) -> u64 {
        let begun = Instant::now();
        loop {
            match patient.read(&mut [0; 64]).await {
                Ok(0) => panic!("the client is still there"),
                Ok(_) => {}
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                    return begun.elapsed().as_secs();
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_is_waited_for_from_its_first_byte_on() {
        let (mut client, mut patient, _turns) = connection(false);
        let drip = async {
            loop {
                client.write_all(b"x").await.unwrap();
                tokio::time::sleep(5 * SECOND).await;
            }
        };
        tokio::select! {
            waited = patience(&mut patient) => assert_eq!(waited, 32),
            () = drip => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn between_requests_there_is_more_time_and_during_one_there_is_no_bound() {
        let (mut client, mut patient, turns) = connection(false);
        client.write_all(b"head").await.unwrap();
        patient.read_exact(&mut [0; 4]).await.unwrap();
        let turn = turns.begin();
        let waited = tokio::time::timeout(1000 * SECOND, patient.read(&mut [0; 4])).await;
        assert!(waited.is_err(), "{waited:?}");
        patient.write_all(b"answer").await.unwrap();
        patient.flush().await.unwrap();
        drop(turn);
        assert_eq!(patience(&mut patient).await, 90);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_client_gets_all_of_its_answer() {
        let (mut client, mut patient, turns) = connection(false);
        client.write_all(b"head").await.unwrap();
        patient.read_exact(&mut [0; 4]).await.unwrap();
        drop(turns.begin());
        let slow = async {
            let mut taken = 0;
            while taken < 1000 {
                tokio::time::sleep(20 * SECOND).await;
                taken += client.read(&mut [0; 64]).await.unwrap();
            }
        };
        let (mut read, mut write) = tokio::io::split(patient);
        let answer = async {
            write.write_all(&[0; 1000]).await.unwrap();
            write.flush().await.unwrap();
        };
        let both = async { tokio::join!(slow, answer) };
        // As hyper does: it waits for the next head while the answer is still on its way.
        tokio::select! {
            ended = read.read_u8() => panic!("given up while the answer was on its way: {ended:?}"),
            _ = both => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (_client, mut patient, turns) = connection(false);
        let _turn = turns.begin();
        let begun = Instant::now();
        let error = patient.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!((error.kind(), begun.elapsed().as_secs()), (io::ErrorKind::TimedOut, 60));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_waits_for_the_client_and_takes_what_it_still_sends() {
        let (mut client, mut patient, _turns) = connection(false);
        client.write_all(b"nobody asked").await.unwrap();
        let ends = async {
            assert_eq!(client.read(&mut [0; 4]).await.unwrap(), 0, "the server's side is closed");
            client.write_all(&[0; 500]).await.unwrap();
            drop(client);
        };
        let begun = Instant::now();
        let (closed, ()) = tokio::join!(patient.shutdown(), ends);
        closed.unwrap();
        assert!(begun.elapsed() < LINGER_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_end_nobody_is_waited_for_long() {
        let (_client, mut patient, _turns) = connection(false);
        let begun = Instant::now();
        patient.shutdown().await.unwrap();
        assert_eq!(begun.elapsed().as_millis(), 500);
    }

    #[tokio::test(start_paused = true)]
    async fn an_h2_connection_must_begin() {
        let (mut client, mut patient, _turns) = connection(true);
        client.write_all(&[b'x'; 23]).await.unwrap();
        assert_eq!(patience(&mut patient).await, 32);
        let (mut client, mut patient, _turns) = connection(true);
        client.write_all(&[b'x'; 24]).await.unwrap();
        patient.read_exact(&mut [0; 24]).await.unwrap();
        let waited = tokio::time::timeout(1000 * SECOND, patient.read(&mut [0; 4])).await;
        assert!(waited.is_err(), "{waited:?}");
    }
}
