//! Bodies that are broken, too large, too deep, or of another kind.

use crate::Victim;
use pintle_tests::{Connection, Protocol, Reply, Who, request};

const PATH: &str = "/api/v1/namespaces/default/configmaps";

async fn post_as(connection: &mut Connection, content_type: &str, body: impl Into<bytes::Bytes>) -> Reply {
    connection.send(request("POST", PATH, &[("content-type", content_type)], body)).await.unwrap()
}

#[tokio::test]
async fn broken_documents_are_bad_requests() {
    let victim = Victim::new().await;
    let mut connection = victim.server.connect(Who::Admin, Protocol::H2).await;
    for (content_type, body) in [
        ("application/json", "{"),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "\"text\""),
        ("application/json", r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":[]}"#),
        ("application/json", r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":1}}"#),
        ("application/json", r#"{"apiVersion":"v1","kind":"ConfigMap","data":{"a":{}}}"#),
        ("application/json", "{\"kind\":\"\u{0}\"}"),
        ("application/yaml", "a: [b"),
        ("application/yaml", "\t- a"),
        ("application/yaml", "a: *nowhere"),
        ("application/yaml", "a: &x [*x]"),
    ] {
        let reply = post_as(&mut connection, content_type, body).await;
        assert_eq!(reply.status, 400, "{content_type} {body:?}: {}", reply.text());
        assert!(reply.text().contains(r#""kind":"Status""#), "{body:?}: {}", reply.text());
    }
    let reply = post_as(&mut connection, "application/json", vec![0xff, 0xfe, 0x00]).await;
    assert_eq!(reply.status, 400);
    let reply = post_as(&mut connection, "image/png", "{}").await;
    assert_eq!(reply.status, 415, "{}", reply.text());
    // Nothing is a document in which everything is left out.
    let reply = post_as(&mut connection, "application/json", "null").await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    victim.stays_well().await;
}

#[tokio::test]
async fn documents_of_another_kind_are_bad_requests() {
    let victim = Victim::new().await;
    let mut connection = victim.server.connect(Who::Admin, Protocol::H2).await;
    for body in [
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}"#,
        r#"{"apiVersion":"apps/v1","kind":"ConfigMap","metadata":{"name":"a"}}"#,
        r#"{"apiVersion":"a/b/c","kind":"ConfigMap","metadata":{"name":"a"}}"#,
        r#"{"apiVersion":"v1","kind":"Nonsense","metadata":{"name":"a"}}"#,
    ] {
        let reply = post_as(&mut connection, "application/json", body).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
    }
    victim.stays_well().await;
}

#[tokio::test]
async fn bodies_over_three_mebibytes_are_too_large() {
    let victim = Victim::new().await;
    let mut large =
        br#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":""#.to_vec();
    large.resize(8 * 1024 * 1024, b'x');
    for protocol in Protocol::ALL {
        let mut connection = victim.server.connect(Who::Admin, protocol).await;
        // The server may close while the rest is still being sent; the answer may or may not get through.
        match connection
            .send(request("POST", PATH, &[("content-type", "application/json")], large.clone()))
            .await
        {
            Ok(reply) => assert_eq!(reply.status, 413, "{protocol:?}: {}", reply.text()),
            Err(error) => assert!(!error.is_timeout(), "{protocol:?}: {error}"),
        }
    }
    victim.stays_well().await;
}

#[tokio::test]
async fn nesting_bombs_do_not_go_off() {
    let victim = Victim::new().await;
    let mut connection = victim.server.connect(Who::Admin, Protocol::H2).await;
    let depth = 100_000;
    for (content_type, body) in [
        ("application/json", "[".repeat(depth)),
        ("application/json", r#"{"a":"#.repeat(depth)),
        ("application/json", format!("{}1}}", r#"{"a":"#.repeat(depth))),
        ("application/json", format!(r#"{{"data":{}{}}}"#, "[".repeat(depth), "]".repeat(depth))),
        ("application/yaml", "[".repeat(depth)),
        ("application/yaml", "{a: ".repeat(depth)),
        ("application/yaml", "- ".repeat(depth)),
        ("application/yaml", laughs()),
    ] {
        let reply = post_as(&mut connection, content_type, body.clone()).await;
        assert!((400..500).contains(&reply.status), "{content_type} {:.20}: {}", body, reply.text());
    }
    victim.stays_well().await;
}

/// A billion of them, from a document of a few hundred bytes.
fn laughs() -> String {
    let mut text = "a0: &a0 [l, l, l, l, l, l, l, l, l, l]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![below; 10].join(", "));
    }
    text
}

#[tokio::test]
async fn patches_that_would_blow_up_are_refused() {
    let victim = Victim::new().await;
    let mut connection = victim.server.connect(Who::Admin, Protocol::H2).await;
    let object =
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"0123456789"}}"#;
    assert_eq!(connection.post(PATH, object).await.status, 201);
    let doubling: Vec<_> = (0..60)
        .map(|step| format!(r#"{{"op":"copy","from":"/metadata","path":"/metadata/annotations/x{step}"}}"#))
        .collect();
    let many = vec![r#"{"op":"test","path":"/data/a","value":"0123456789"}"#; 10_001];
    for body in [format!("[{}]", doubling.join(",")), format!("[{}]", many.join(",")), "[{}]".to_owned()] {
        let headers = [("content-type", "application/json-patch+json")];
        let reply = connection.send(request("PATCH", &format!("{PATH}/a"), &headers, body)).await.unwrap();
        assert!((400..500).contains(&reply.status), "{}: {}", reply.status, reply.text());
    }
    victim.stays_well().await;
}
