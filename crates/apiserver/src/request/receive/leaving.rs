//! When a connection is told to go: at the end of the server, by chance, or because of its age, so that clients spread
//! over servers that came later. It is told by GOAWAY (RFC 9113, section 6.8) or, over h1, by closing after an answer: no
//! request is lost.

use super::batch::Batch;
use crate::config::Connections;
use crate::sources::Sources;
use hyper_util::server::graceful::GracefulConnection;
use std::future::pending;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncWrite;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// What ends a connection, as hyper tells it.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// A connection goes up to this part of its greatest age earlier: those that began together must not end together.
const AGE_SPREAD: u32 = 5;

/// The two ways in which one connection is told.
#[derive(Clone, Debug)]
pub(super) struct Leaving {
    /// No more requests; those that are open go on.
    told: CancellationToken,
    /// What stays open by its nature ends, too.
    streams: CancellationToken,
}

impl Leaving {
    /// Of a connection that goes when `stop` comes, if not before.
    pub(super) fn new(stop: &CancellationToken) -> Leaving {
        Leaving { told: stop.child_token(), streams: stop.child_token() }
    }

    /// Cancelled when watches are to end.
    pub(super) fn streams(&self) -> CancellationToken {
        self.streams.clone()
    }

    /// A request has come: by this chance its client takes another connection for the next ones, and keeps this one for
    /// the watches on it.
    pub(super) fn dice(&self, sources: Sources, chance: f64) {
        if sources.happens(chance) {
            self.told.cancel();
        }
    }

    /// Serves a connection to its end, and tells it when it is time.
    pub(super) async fn serve<C: GracefulConnection<Error = Error>, S: AsyncWrite + Unpin>(
        &self,
        connection: C,
        batch: Batch<S>,
        sources: Sources,
        settings: &Connections,
    ) -> Result<(), Error> {
        let mut connection = pin!(connection);
        let mut old = pin!(grow_old(sources, settings.age_max));
        let (mut is_told, mut is_old) = (false, false);
        loop {
            tokio::select! {
                biased;
                ended = Driven { connection: connection.as_mut(), batch: &batch } => return ended,
                () = self.told.cancelled(), if !is_told => {
                    is_told = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = &mut old, if !is_old => {
                    is_old = true;
                    self.told.cancel();
                    self.streams.cancel();
                }
            }
        }
    }
}

/// A connection that does all it can for now, and then what it has written is sent.
struct Driven<'a, C, S> {
    connection: Pin<&'a mut C>,
    batch: &'a Batch<S>,
}

impl<C: GracefulConnection<Error = Error>, S: AsyncWrite + Unpin> Future for Driven<'_, C, S> {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = self.connection.as_mut().poll(cx);
        match self.batch.poll_send(cx) {
            Poll::Ready(Err(error)) if outcome.is_pending() => Poll::Ready(Err(error.into())),
            // What the client has not taken yet is sent on when it does; that wakes this task.
            _ => outcome,
        }
    }
}

/// Returns when a connection that begins now is too old; never, if there is no greatest age.
async fn grow_old(sources: Sources, most: Option<Duration>) {
    match most {
        Some(most) => {
            let spread = most / AGE_SPREAD;
            sleep(most - spread + sources.part_of(spread)).await;
        }
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::batched;
    use super::*;
    use bytes::Bytes;
    use http_body_util::Empty;
    use hyper::service::service_fn;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use hyper_util::server::conn::auto::Builder;
    use std::convert::Infallible;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::Instant;
    use tokio_util::task::TaskTracker;

    const HOUR: Duration = Duration::from_secs(3600);

    /// A connection whose requests are all answered at once, the client's side of it.
    fn connect(leaving: &Leaving, age_max: Option<Duration>) -> DuplexStream {
        let (client, server) = duplex(4096);
        let leaving = leaving.clone();
        TaskTracker::new().spawn(async move {
            let answer =
                service_fn(|_| async { Ok::<_, Infallible>(http::Response::new(Empty::<Bytes>::new())) });
            let builder = Builder::new(TokioExecutor::new());
            let (stream, batch) = batched(server);
            let connection = builder.serve_connection(TokioIo::new(stream), answer).into_owned();
            let settings = Connections { age_max, ..Connections::default() };
            leaving.serve(connection, batch, Sources, &settings).await.unwrap();
        });
        client
    }

    /// Asks once; whether the connection is kept for more.
    async fn ask(client: &mut DuplexStream) -> bool {
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(client.read_u8().await.unwrap());
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        !answer.contains("connection: close")
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_ends_with_the_server() {
        let stop = CancellationToken::new();
        let leaving = Leaving::new(&stop);
        let mut client = connect(&leaving, None);
        assert!(ask(&mut client).await);
        tokio::time::sleep(1000 * HOUR).await;
        assert!(ask(&mut client).await);
        stop.cancel();
        assert_eq!(client.read(&mut [0; 1]).await.unwrap(), 0);
        assert!(leaving.streams().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_connection_ends_with_its_streams() {
        let leaving = Leaving::new(&CancellationToken::new());
        let mut client = connect(&leaving, Some(HOUR));
        assert!(ask(&mut client).await);
        let begun = Instant::now();
        assert_eq!(client.read(&mut [0; 1]).await.unwrap(), 0);
        assert!((HOUR * 4 / 5..=HOUR).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        assert!(leaving.streams().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn the_dice_take_no_stream_away() {
        let leaving = Leaving::new(&CancellationToken::new());
        let mut client = connect(&leaving, None);
        leaving.dice(Sources, 0.0);
        assert!(ask(&mut client).await);
        leaving.dice(Sources, 1.0);
        assert_eq!(client.read(&mut [0; 1]).await.unwrap(), 0);
        assert!(!leaving.streams().is_cancelled());
    }
}
