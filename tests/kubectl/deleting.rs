//! Deleting: at once, in the end, and by selection.

use crate::{run, shop};

#[tokio::test]
async fn objects_go_and_whoever_waits_is_told() {
    shop!(kubectl, server);
    run!(kubectl, "delete deployment web -n shop").prints(&["deployment.apps \"web\" deleted"]);
    run!(kubectl, "get deployment web -n shop").fails("deployments.apps \"web\" not found");
    run!(kubectl, "delete deployment web -n shop").fails("deployments.apps \"web\" not found");
    run!(kubectl, "delete deployment web -n shop --ignore-not-found").is("");
    run!(kubectl, "delete configmaps -n shop --all").prints(&["configmap \"settings\" deleted"]);
    run!(kubectl, "delete service -n shop -l no=such").ended.stdout.contains("No resources found");
    server.stop().await;
}

#[tokio::test]
async fn a_finalizer_holds_until_it_is_taken_away() {
    shop!(kubectl, server);
    let patch = "patch configmap settings -n shop --type=merge -p";
    run!(kubectl, r#"{patch} {{"metadata":{{"finalizers":["example.com/keep"]}}}}"#).good();
    run!(kubectl, "delete configmap settings -n shop --wait=false")
        .prints(&["configmap \"settings\" deleted"]);
    let going = run!(kubectl, "get configmap settings -n shop -o jsonpath={{.metadata.deletionTimestamp}}");
    assert!(!going.good().is_empty(), "{going:?}");
    let waiting = async { run!(kubectl, "wait --for=delete configmap/settings -n shop --timeout=60s") };
    let freeing = async { run!(kubectl, r#"{patch} {{"metadata":{{"finalizers":null}}}}"#) };
    let (waited, freed) = tokio::join!(waiting, freeing);
    freed.good();
    waited.good();
    run!(kubectl, "get configmap settings -n shop").fails("configmaps \"settings\" not found");
    server.stop().await;
}

/// Its contents are a controller's work, and none runs here.
#[tokio::test]
async fn a_namespace_is_terminating_until_its_controller_has_emptied_it() {
    shop!(kubectl, server);
    run!(kubectl, "delete namespace shop --wait=false").prints(&["namespace \"shop\" deleted"]);
    run!(kubectl, "get namespace shop -o jsonpath={{.status.phase}}").is("Terminating");
    server.stop().await;
}
