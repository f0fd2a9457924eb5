//! Connections that say nothing, something else than TLS, or stop in the middle.

use crate::Victim;
use pintle_tests::{Protocol, Server, Who};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than any bound of the server.
const CLOSED_MAX: Duration = Duration::from_secs(120);

/// Reads until the server closes; what it said before.
async fn closed(mut stream: impl AsyncReadExt + Unpin) -> Vec<u8> {
    let mut said = Vec::new();
    // An abrupt end is an end too.
    let _ = timeout(CLOSED_MAX, stream.read_to_end(&mut said)).await.expect("the server closes in time");
    said
}

async fn tcp(server: &Server) -> TcpStream {
    TcpStream::connect(server.address).await.unwrap()
}

#[tokio::test]
async fn what_is_not_tls_is_closed() {
    let victim = Victim::new().await;
    for garbage in
        [&b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], &[0xff; 70_000], &[0x16, 3, 1, 0xff, 0xff]]
    {
        let mut stream = tcp(&victim.server).await;
        let _ = stream.write_all(garbage).await;
        let _ = stream.shutdown().await;
        closed(stream).await;
    }
    victim.stays_well().await;
}

#[tokio::test]
async fn what_is_not_http_is_closed() {
    let victim = Victim::new().await;
    for (protocol, garbage) in [
        ("http/1.1", &b"nonsense\r\n\r\n"[..]),
        ("http/1.1", b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
        ("http/1.1", b"POST /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        ("h2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense that is no frame"),
        ("h2", b"GET / HTTP/1.1\r\n\r\n"),
    ] {
        let mut stream = victim.server.tls(Who::Admin, &[protocol]).await;
        stream.write_all(garbage).await.unwrap();
        stream.shutdown().await.unwrap();
        closed(stream).await;
    }
    victim.stays_well().await;
}

#[tokio::test]
async fn a_body_that_ends_early_changes_nothing() {
    let victim = Victim::new().await;
    let mut stream = victim.server.tls(Who::Admin, &["http/1.1"]).await;
    let head = "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                Content-Length: 1000\r\n\r\n";
    let body = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"half"}}"#;
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    closed(stream).await;
    let mut connection = victim.server.connect(Who::Admin, Protocol::H1).await;
    assert_eq!(connection.get("/api/v1/namespaces/default/configmaps/half", &[]).await.status, 404);
    victim.stays_well().await;
}

/// A connection that is closed with something unread in it is reset, and takes with it what is still on its way.
#[tokio::test]
async fn a_body_that_nobody_asked_for_costs_nothing_of_the_answer() {
    let victim = Victim::new().await;
    for _ in 0..5 {
        let mut stream = victim.server.tls(Who::Admin, &["http/1.1"]).await;
        let head = "GET /openapi/v2 HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nConnection: close\r\n\
                    Content-Length: 2\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 1024];
        stream.read_exact(&mut answer).await.unwrap();
        stream.write_all(b"{}").await.unwrap();
        // Time for the server to be done with its side, whatever the client has taken by then.
        tokio::time::sleep(Duration::from_millis(100)).await;
        answer.extend(closed(stream).await);
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let length = format!("content-length: {}\r\n", body.len());
        assert!(
            head.starts_with("HTTP/1.1 200 ") && head.contains(&length),
            "{} bytes of {head}",
            body.len()
        );
    }
    victim.stays_well().await;
}

/// Each of them would hold a connection for ever; the server's own bounds end them all.
#[tokio::test]
async fn those_who_dawdle_are_let_go() {
    let victim = Victim::new().await;
    let silent = async { closed(tcp(&victim.server).await).await };
    let half_a_head = async {
        let mut stream = victim.server.tls(Who::Admin, &["http/1.1"]).await;
        stream.write_all(b"GET /api HTTP/1.1\r\nHost: a\r\nX-Sl").await.unwrap();
        closed(stream).await
    };
    let half_a_body = async {
        let mut stream = victim.server.tls(Who::Admin, &["http/1.1"]).await;
        let head = "POST /api/v1/namespaces/default/configmaps?timeout=2s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                    Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
        stream.write_all(head.as_bytes()).await.unwrap();
        closed(stream).await
    };
    let (_, _, late) = tokio::join!(silent, half_a_head, half_a_body);
    let late = String::from_utf8_lossy(&late).into_owned();
    assert!(late.starts_with("HTTP/1.1 504 "), "{late}");
    victim.stays_well().await;
}

#[tokio::test]
async fn many_idle_connections_cost_little() {
    let victim = Victim::new().await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(victim.server.tls(Who::Nobody, &["h2"]).await);
    }
    drop(idle);
    victim.stays_well().await;
}
