//! What goes on while a process is dead.

use crate::cluster::{Cluster, until_good};
use pintle_tests::{Folder, Kubectl};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_each_may_die_and_nothing_is_lost() {
    if !Kubectl::is_here().await {
        return;
    }
    let mut cluster = Cluster::start(&Arc::new(Folder::new()));
    let kubectl = cluster.kubectl();
    // What one has written the other reads, at once.
    kubectl.run("create configmap before --from-literal=a=1").await.good();
    kubectl.run("--context=apiserver-2 get configmap before").await.good();
    let watch = "--context=apiserver-2 get configmaps --watch --output=name";
    let mut watch = kubectl.follow(watch);
    while watch.line().await != "configmap/before" {}

    // Each storage node once, the leader among them: writes go on, and so does the watch.
    for node in ["storage-1", "storage-2", "storage-3"] {
        cluster.kill(node);
        until_good(&kubectl, &format!("create configmap without-{node}")).await;
        while watch.line().await != format!("configmap/without-{node}") {}
        cluster.until_back(node);
    }

    // The first API server: the other one answers, at once.
    cluster.kill("apiserver-1");
    kubectl.run("--context=apiserver-2 create configmap without-apiserver-1").await.good();
    while watch.line().await != "configmap/without-apiserver-1" {}
    cluster.until_back("apiserver-1");
    let names = kubectl.run("get configmaps --output=name").await;
    for name in
        ["before", "without-storage-1", "without-storage-2", "without-storage-3", "without-apiserver-1"]
    {
        assert!(names.good().contains(&format!("configmap/{name}\n")), "{names:#?}");
    }
    assert!(cluster.stop().success());
}
