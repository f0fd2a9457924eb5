//! Two frontends on one storage: each sees what the other does, and neither needs the other.

use crate::{CONFIG_MAPS, config_map, resource_version};
use pintle_tests::{Apiserver, Etcd, Folder};

#[tokio::test]
async fn two_frontends_share_etcd() {
    if !Etcd::is_here() {
        return;
    }
    let etcd = Etcd::start();
    let servers = format!("--etcd-servers={}", etcd.url());
    share(&servers).await;
}

/// The same on our own storage, which a third frontend has in its process.
#[tokio::test]
async fn two_frontends_share_a_folder_s_etcd_api() {
    let folder = Folder::new();
    let owner = Apiserver::start(&[&format!("--embedded-storage={}", folder.path().display())]);
    share(&format!("--etcd-servers=unix://{}", folder.path().join("etcd.sock").display())).await;
    owner.stop().await;
}

async fn share(servers: &str) {
    // Both begin at once: whoever makes an object of the cluster's first, the other finds it.
    let (one, other) = (Apiserver::start(&[servers]), Apiserver::start(&[servers]));
    one.until("/readyz", 200).await;
    other.until("/readyz", 200).await;
    // What one has written the other reads, at the same version, without a wait.
    let written = resource_version(one.post(CONFIG_MAPS, config_map("first")).await.text());
    let read = other.get(&format!("{CONFIG_MAPS}/first")).await;
    assert_eq!((read.status, resource_version(read.text())), (200, written), "{}", read.text());
    let list = other.get(CONFIG_MAPS).await;
    assert!(list.text().contains(r#""name":"first""#) && resource_version(list.text()) >= written);
    // And watches, from where it has read. The watch ends by itself.
    let watching = async {
        let path = format!("{CONFIG_MAPS}?watch=true&timeoutSeconds=3&resourceVersion={written}");
        other.get(&path).await
    };
    let writing = async { one.post(CONFIG_MAPS, config_map("second")).await };
    let (watched, second) = tokio::join!(watching, writing);
    assert_eq!(second.status, 201, "{}", second.text());
    let events: Vec<&str> = watched.text().lines().collect();
    assert_eq!(events.len(), 1, "{events:#?}");
    assert!(
        events[0].contains(r#""type":"ADDED""#) && events[0].contains(r#""name":"second""#),
        "{events:#?}"
    );
    // One name, two frontends: one of them is told that it is taken.
    let (mine, yours) =
        tokio::join!(one.post(CONFIG_MAPS, config_map("race")), other.post(CONFIG_MAPS, config_map("race")));
    let mut outcomes = [mine.status, yours.status];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [201, 409]);
    one.kill();
    assert_eq!(other.post(CONFIG_MAPS, config_map("third")).await.status, 201);
    let list = other.get(CONFIG_MAPS).await;
    assert!(
        ["first", "second", "race", "third"]
            .iter()
            .all(|name| list.text().contains(&format!(r#""name":"{name}""#)))
    );
    other.stop().await;
}
