//! How a cluster ends, and what the next start finds.

use crate::cluster::{Cluster, command, is_there, until_gone};
use pintle_tests::{Folder, Kubectl};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_end_with_the_parent_and_the_next_start_has_everything() {
    if !Kubectl::is_here().await {
        return;
    }
    let folder = Arc::new(Folder::new());
    let cluster = Cluster::start(&folder);
    let (children, addresses) = (cluster.children(), cluster.addresses.clone());
    cluster.kubectl().run("create configmap first --from-literal=a=1").await.good();
    // Killed, it can tell its children nothing; they end all the same.
    cluster.kill_parent();
    // At once, while they are ending: it waits for them.
    let cluster = Cluster::start(&folder);
    until_gone(&children).await;
    assert_eq!(cluster.addresses, addresses, "ports are remembered");
    let kubectl = cluster.kubectl();
    assert_eq!(kubectl.run("get configmap first --output=jsonpath={.data.a}").await.good(), "1");
    kubectl.run("--context=apiserver-2 create configmap second").await.good();

    // Asked to, it ends in order, and all are gone before it is.
    let children = cluster.children();
    assert!(cluster.stop().success());
    assert!(!children.iter().any(|pid| is_there(*pid)), "{children:?}");

    // Members can't be left out or added by a flag.
    let other = command(&folder, "5").output().unwrap();
    assert_eq!(other.status.code(), Some(1));
    let said = String::from_utf8(other.stderr).unwrap();
    assert!(
        said.contains("holds a cluster of 3 storage nodes, not 5\nhelp: start it with --nodes 3"),
        "{said}"
    );

    let cluster = Cluster::start(&folder);
    cluster.kubectl().run("get configmap second").await.good();
}
