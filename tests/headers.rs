//! Headers, over both protocols: what clients, caches and auditors go by.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use pintle_tests::{Connection, Protocol, Reply, Server, Who};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const V2_PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/// A server, and a connection of each protocol.
async fn each(who: Who) -> (Server, [Connection; 2]) {
    let server = Server::start();
    let connections = [server.connect(who, Protocol::H1).await, server.connect(who, Protocol::H2).await];
    (server, connections)
}

#[tokio::test]
async fn a_request_s_audit_id_comes_back_and_one_is_made_where_none_was_sent() {
    let (server, connections) = each(Who::Admin).await;
    for mut connection in connections {
        let echoed = connection.get("/api/v1/namespaces", &[("audit-id", "my-own-id")]).await;
        assert_eq!(echoed.header("audit-id"), "my-own-id");
        let made = connection.get("/api/v1/namespaces", &[]).await;
        assert_eq!(made.header("audit-id").len(), 36, "a UUID: {made:?}");
        let refused = connection.get("/no/such/path", &[("audit-id", "refused-id")]).await;
        assert_eq!((refused.status, refused.header("audit-id")), (404, "refused-id"));
    }
    server.stop().await;
}

#[tokio::test]
async fn objects_are_never_cached_and_say_when_they_were_sent() {
    let (server, connections) = each(Who::Admin).await;
    for mut connection in connections {
        for path in ["/api/v1/namespaces/default", "/api/v1/namespaces/absent", "/version", "/readyz"] {
            let reply = connection.get(path, &[]).await;
            assert_eq!(reply.header("cache-control"), "no-cache, private", "{path}");
            assert!(reply.header("date").ends_with(" GMT"), "{path}: {reply:?}");
        }
    }
    server.stop().await;
}

/// Asks twice, the second time with the first answer's entity tag.
async fn revalidated(connection: &mut Connection, path: &str, accept: &str) -> (Reply, Reply) {
    let first = connection.get(path, &[("accept", accept)]).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'), "{path}: {:?}", first.headers);
    let second = connection.get(path, &[("accept", accept), ("if-none-match", &tag)]).await;
    assert_eq!((first.status, second.status, second.header("etag")), (200, 304, tag.as_str()), "{path}");
    assert!(second.body.is_empty(), "{path}");
    (first, second)
}

#[tokio::test]
async fn discovery_is_revalidated() {
    let (server, connections) = each(Who::Admin).await;
    for mut connection in connections {
        for path in ["/api", "/apis"] {
            let (first, _) = revalidated(&mut connection, path, AGGREGATED).await;
            assert_eq!(first.header("content-type"), AGGREGATED);
            assert_eq!(first.header("cache-control"), "public");
            assert_eq!(first.header("vary"), "Accept");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn openapi_is_revalidated_and_kept_for_good_under_its_hash() {
    let (server, connections) = each(Who::Admin).await;
    for mut connection in connections {
        for accept in ["application/json", V2_PROTOBUF] {
            let (first, _) = revalidated(&mut connection, "/openapi/v2", accept).await;
            assert_eq!(first.header("vary"), "Accept");
        }
        revalidated(&mut connection, "/openapi/v3/apis/apps/v1", "application/json").await;
        let index = connection.get("/openapi/v3", &[]).await;
        let (_, rest) = index.text().split_once("/openapi/v3/apis/apps/v1?hash=").unwrap();
        let hash = rest.split('"').next().unwrap();
        let hashed = connection.get(&format!("/openapi/v3/apis/apps/v1?hash={hash}"), &[]).await;
        assert_eq!((hashed.status, hashed.header("cache-control")), (200, "public, immutable"));
        let wrong = connection.get("/openapi/v3/apis/apps/v1?hash=0000", &[]).await;
        let location = format!("/openapi/v3/apis/apps/v1?hash={hash}");
        assert_eq!((wrong.status, wrong.header("location")), (301, location.as_str()));
    }
    server.stop().await;
}

#[tokio::test]
async fn warnings_are_headers() {
    let (server, connections) = each(Who::Admin).await;
    for (number, mut connection) in connections.into_iter().enumerate() {
        let body = format!(
            r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"w{number}"}},
                "dat":{{}},"data":{{"a":"1","a":"2"}}}}"#
        );
        let reply = connection.post("/api/v1/namespaces/default/configmaps", body).await;
        let warnings = reply.headers.get_all("warning").iter().map(|value| value.to_str().unwrap());
        let expected = [r#"299 - "unknown field \"dat\"""#, r#"299 - "duplicate field \"data.a\"""#];
        assert_eq!((reply.status, warnings.collect::<Vec<_>>()), (201, expected.to_vec()));
    }
    server.stop().await;
}

#[tokio::test]
async fn who_should_come_again_later_is_told_when() {
    let (server, connections) = each(Who::Admin).await;
    for mut connection in connections {
        let ahead = connection.get("/api/v1/namespaces?resourceVersion=99999999", &[]).await;
        assert_eq!((ahead.status, ahead.header("retry-after")), (504, "1"), "{}", ahead.text());
    }
    server.stop().await;
}

/// Tokens are the only thing a client could add, and no header could tell it how to get one.
#[tokio::test]
async fn strangers_are_refused_without_a_challenge() {
    let (server, connections) = each(Who::Nobody).await;
    for mut connection in connections {
        let forged = connection.get("/api/v1/pods", &[("authorization", "Bearer forged")]).await;
        assert_eq!((forged.status, forged.header("www-authenticate")), (401, ""));
        assert_eq!(forged.header("content-type"), "application/json");
        let anonymous = connection.get("/api/v1/pods", &[]).await;
        assert_eq!(anonymous.status, 403);
    }
    server.stop().await;
}

#[tokio::test]
async fn content_types_are_what_was_asked_for() {
    let (server, connections) = each(Who::Admin).await;
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    for mut connection in connections {
        for (path, accept, content_type) in [
            ("/api/v1/namespaces", "*/*", "application/json"),
            ("/api/v1/namespaces", "application/yaml", "application/yaml"),
            ("/api/v1/namespaces", table, "application/json"),
            ("/version", "*/*", "application/json"),
            ("/readyz", "*/*", "text/plain; charset=utf-8"),
            ("/no/such/path", "*/*", "text/plain; charset=utf-8"),
            ("/api/v1/namespaces?watch=true&timeoutSeconds=1", "application/json", "application/json"),
        ] {
            let reply = connection.get(path, &[("accept", accept)]).await;
            assert_eq!(reply.header("content-type"), content_type, "{path} as {accept}");
        }
        let neither = connection.get("/api/v1/namespaces", &[("accept", "image/png")]).await;
        assert_eq!((neither.status, neither.header("content-type")), (406, "application/json"));
    }
    server.stop().await;
}
