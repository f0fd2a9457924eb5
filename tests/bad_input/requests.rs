//! Requests whose line or headers ask for what is not there, or in a way nobody should.

use crate::Victim;
use pintle_tests::{Protocol, Who, request};

#[tokio::test]
async fn bad_names_are_refused() {
    let victim = Victim::new().await;
    let mut connection = victim.server.connect(Who::Admin, Protocol::H2).await;
    for name in ["UPPER", "-a", "a_b", "a..b", "", " ", "a/b", &"a".repeat(254)] {
        let body = format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}}}}"#);
        let reply = connection.post("/api/v1/namespaces/default/configmaps", body).await;
        assert_eq!(reply.status, 422, "{name:?}: {}", reply.text());
    }
    victim.stays_well().await;
}

#[tokio::test]
async fn odd_paths_and_parameters_are_answered() {
    let victim = Victim::new().await;
    for protocol in Protocol::ALL {
        let mut connection = victim.server.connect(Who::Admin, protocol).await;
        for (path, status) in [
            ("/api/v1/namespaces?no-such-parameter=1", 200),
            ("/api/v1/namespaces?limit=none", 400),
            ("/api/v1/namespaces?limit=99999999999999999999", 400),
            ("/api/v1/namespaces?labelSelector=a%20in%20(", 400),
            ("/api/v1/namespaces?fieldSelector=metadata.nonsense%3Da", 400),
            ("/api/v1/namespaces?continue=nonsense", 400),
            ("/api/v1/namespaces?resourceVersion=nonsense", 400),
            ("/api/v1/namespaces?%zz=%zz", 200),
            ("/api/v1/namespaces/%00", 404),
            ("/api/v1/namespaces/..%2f..", 404),
            ("/api/v1/nonsense", 404),
            ("/api/v9/pods", 404),
            ("//api//v1", 404),
            ("/%ff", 404),
        ] {
            let reply = connection.get(path, &[]).await;
            assert_eq!(reply.status, status, "{protocol:?} {path}: {}", reply.text());
        }
    }
    victim.stays_well().await;
}

#[tokio::test]
async fn odd_methods_and_large_heads_are_answered() {
    let victim = Victim::new().await;
    for protocol in Protocol::ALL {
        for (method, status) in [("TRACE", 405), ("NONSENSE", 405), ("OPTIONS", 405)] {
            let mut connection = victim.server.connect(Who::Admin, protocol).await;
            let reply = connection.send(request(method, "/api/v1/namespaces", &[], "")).await.unwrap();
            assert_eq!(reply.status, status, "{protocol:?} {method}: {}", reply.text());
        }
        let mut connection = victim.server.connect(Who::Admin, protocol).await;
        let large = "x".repeat(4 * 1024 * 1024);
        if let Ok(reply) = connection.send(request("GET", "/api", &[("x-large", &large)], "")).await {
            assert_eq!(reply.status, 431, "{protocol:?}: {}", reply.text());
        }
    }
    victim.stays_well().await;
}
