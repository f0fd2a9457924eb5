//! A storage folder: one server at a time, whose etcd API others may use meanwhile.

use crate::{CONFIG_MAPS, config_map, resource_version};
use pintle_tests::{Apiserver, Folder, pintle, program};
use std::time::Duration;

#[tokio::test]
async fn a_folder_in_use_is_refused_in_clear_words() {
    let folder = Folder::new();
    let flag = format!("--embedded-storage={}", folder.path().join("data").display());
    let first = Apiserver::start(&[&flag]);
    let second = Apiserver::run(&[&flag]).await;
    assert_eq!(second.code, Some(1), "{second:?}");
    let last = second.stderr.lines().skip_while(|line| !line.starts_with("error: ")).collect::<Vec<_>>();
    assert_eq!(
        last,
        [
            format!("error: {} is in use by another process", folder.path().join("data").display()).as_str(),
            "help: stop that one, or give each a folder of its own; servers that share objects take --etcd-servers",
        ]
    );
    // The first one did not notice.
    first.until("/readyz", 200).await;
    assert_eq!(first.post(CONFIG_MAPS, config_map("one")).await.status, 201);
    first.stop().await;
    // And now it is free.
    let next = Apiserver::start(&[&flag]);
    next.until("/readyz", 200).await;
    assert_eq!(next.get(&format!("{CONFIG_MAPS}/one")).await.status, 200);
    next.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn its_socket_is_for_its_owner_and_leads_to_the_same_objects() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let data = folder.path().join("data");
    let owner = Apiserver::start(&[
        &format!("--embedded-storage={}", data.display()),
        "--embedded-storage-listen-client-urls=http://127.0.0.1:0",
    ]);
    owner.until("/readyz", 200).await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&data.join("etcd.sock"))), (0o700, 0o600));
    let written = resource_version(owner.post(CONFIG_MAPS, config_map("one")).await.text());
    // A second frontend, as over any etcd.
    let servers = format!("--etcd-servers=unix://{}", data.join("etcd.sock").display());
    let guest = Apiserver::start(&[&servers]);
    guest.until("/readyz", 200).await;
    let read = guest.get(&format!("{CONFIG_MAPS}/one")).await;
    assert_eq!((read.status, resource_version(read.text())), (200, written));
    guest.stop().await;
    owner.stop().await;
    assert!(!data.join("etcd.sock").exists(), "a socket that nobody listens on");
}

/// A second voter that the node can't reach would leave it without a majority for ever.
#[cfg(unix)]
#[tokio::test]
async fn no_member_is_added_while_it_is_embedded() {
    let folder = Folder::new();
    let data = folder.path().join("data");
    let owner = Apiserver::start(&[
        &format!("--embedded-storage={}", data.display()),
        "--embedded-storage-state-cache-bytes=16777216",
    ]);
    owner.until("/readyz", 200).await;
    for more in [&[][..], &["--learner"]] {
        let mut command = tokio::process::Command::new(pintle());
        command.args(["ctl", "--endpoints"]).arg(format!("unix://{}", data.join("etcd.sock").display()));
        command.args(["member", "add", "b", "--peer-urls", "http://127.0.0.1:1"]).args(more);
        let said = program::run(command, "", Duration::from_secs(60)).await;
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.stderr.contains("start `pintle storage` on its folder"), "{said:?}");
    }
    assert_eq!(owner.post(CONFIG_MAPS, config_map("one")).await.status, 201);
    owner.stop().await;
}
