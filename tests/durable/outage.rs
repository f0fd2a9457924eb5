//! Storage that is not there: the frontend goes on, says that it is not ready, and goes on by itself.

use crate::{CONFIG_MAPS, config_map, resource_version};
use pintle_tests::{Apiserver, Etcd};

#[tokio::test]
async fn etcd_is_killed_and_comes_back() {
    if !Etcd::is_here() {
        return;
    }
    let mut etcd = Etcd::start();
    // Not even at the start.
    etcd.kill();
    let server = Apiserver::start(&[&format!("--etcd-servers={}", etcd.url())]);
    assert_says_unready(&server).await;
    etcd.restart();
    server.until("/readyz", 200).await;
    let written = resource_version(server.post(CONFIG_MAPS, config_map("before")).await.text());
    etcd.kill();
    assert_says_unready(&server).await;
    assert_eq!(server.get("/livez?exclude=etcd").await.status, 200);
    // What can't be written now is said to be so, and not that it is done.
    let refused = server.post(CONFIG_MAPS, config_map("meanwhile")).await;
    assert!(matches!(refused.status, 500 | 503 | 504), "{} {}", refused.status, refused.text());
    etcd.restart();
    server.until("/readyz", 200).await;
    let read = server.get(&format!("{CONFIG_MAPS}/before")).await;
    assert_eq!((read.status, resource_version(read.text())), (200, written));
    assert_eq!(server.post(CONFIG_MAPS, config_map("after")).await.status, 201);
    server.stop().await;
}

async fn assert_says_unready(server: &Apiserver) {
    let unready = server.until("/readyz", 500).await;
    assert!(unready.text().contains("[-]etcd-readiness failed: reason withheld"), "{}", unready.text());
    assert_eq!(server.get("/livez").await.status, 500);
    assert_eq!(server.get("/healthz").await.status, 500);
}
