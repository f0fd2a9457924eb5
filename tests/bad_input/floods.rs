//! HTTP/2 floods, frame by frame: streams reset at once, heads without end, pings, settings.

use crate::Victim;
use pintle_tests::{Server, Who};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// GET / over https, by HPACK's static table, and an authority.
const GET: &[u8] = &[0x82, 0x84, 0x87, 0x41, 0x01, b'a'];

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Sends until the server has enough, reading what it says so that neither waits for the other.
async fn flood(server: &Server, frames: impl Iterator<Item = Vec<u8>>) {
    let stream = server.tls(Who::Nobody, &["h2"]).await;
    let (mut reading, mut writing) = tokio::io::split(stream);
    let send = async {
        let mut sent = writing.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).await;
        for frame in frames {
            if sent.is_err() {
                break;
            }
            sent = writing.write_all(&frame).await;
        }
        let _ = writing.shutdown().await;
    };
    let receive = async {
        let mut buffer = vec![0; 16 * 1024];
        while reading.read(&mut buffer).await.is_ok_and(|bytes| bytes > 0) {}
    };
    tokio::join!(send, receive);
}

#[tokio::test]
async fn streams_that_are_reset_at_once() {
    let victim = Victim::new().await;
    let frames = (0..20_000_u32).map(|number| {
        let stream = 2 * number + 1;
        let cancel = 8_u32.to_be_bytes();
        [frame(HEADERS, END_STREAM | END_HEADERS, stream, GET), frame(RST_STREAM, 0, stream, &cancel)]
            .concat()
    });
    flood(&victim.server, frames).await;
    victim.stays_well().await;
}

#[tokio::test]
async fn a_head_without_end() {
    let victim = Victim::new().await;
    // Literal fields that are never indexed: one more each time, 16 KiB a frame.
    let field = [&[0x10, 0x01, b'x', 0x7e][..], &[b'y'; 126]].concat();
    let more = field.repeat(100);
    let first = std::iter::once(frame(HEADERS, 0, 1, GET));
    let frames = first.chain(std::iter::repeat_with(|| frame(CONTINUATION, 0, 1, &more)).take(10_000));
    flood(&victim.server, frames).await;
    victim.stays_well().await;
}

#[tokio::test]
async fn pings_and_settings() {
    let victim = Victim::new().await;
    let both = [frame(PING, 0, 0, &[0; 8]), frame(SETTINGS, 0, 0, &[])].concat();
    flood(&victim.server, std::iter::repeat_n(both, 20_000)).await;
    victim.stays_well().await;
}
