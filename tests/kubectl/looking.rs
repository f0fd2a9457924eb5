//! Looking at a server: who it is, what it has, what its kinds mean.

use crate::{kubectl_here, run};

/// Words of a table's line that begins with this word.
fn row<'a>(table: &'a str, first: &str) -> Vec<&'a str> {
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.into_iter().find(|row| row.first() == Some(&first)).unwrap_or_default()
}

#[tokio::test]
async fn the_server_says_who_it_is() {
    kubectl_here!(kubectl, server);
    // An older kubectl warns about its own age; that is no word of the server's.
    let version = run!(kubectl, "version");
    assert_eq!(version.ended.code, Some(0));
    assert!(version.ended.stdout.contains("Server Version: v1.36."), "{version:?}");
    let info = run!(kubectl, "cluster-info");
    info.prints(&["Kubernetes control plane", &format!("https://{}", server.address)]);
    run!(kubectl, "get --raw /readyz").is("ok");
    run!(kubectl, "get --raw /livez?verbose").prints(&["[+]ping ok", "livez check passed"]);
    server.stop().await;
}

#[tokio::test]
async fn the_server_says_what_it_has() {
    kubectl_here!(kubectl, server);
    let resources = run!(kubectl, "api-resources");
    let table = resources.good();
    assert_eq!(row(table, "configmaps"), ["configmaps", "cm", "v1", "true", "ConfigMap"]);
    assert_eq!(row(table, "deployments"), ["deployments", "deploy", "apps/v1", "true", "Deployment"]);
    assert_eq!(row(table, "namespaces"), ["namespaces", "ns", "v1", "false", "Namespace"]);
    assert_eq!(row(table, "leases"), ["leases", "coordination.k8s.io/v1", "true", "Lease"]);
    let apps = run!(kubectl, "api-resources --api-group=apps -o name");
    apps.is(
        "controllerrevisions.apps\ndaemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps\n",
    );
    run!(kubectl, "api-versions").prints(&[
        "apps/v1\n",
        "batch/v1\n",
        "rbac.authorization.k8s.io/v1\n",
        "\nv1\n",
    ]);
    server.stop().await;
}

#[tokio::test]
async fn kinds_are_explained() {
    kubectl_here!(kubectl, server);
    let tree = run!(kubectl, "explain pod.spec.containers --recursive");
    tree.prints(&["KIND:       Pod", "VERSION:    v1", "FIELD: containers <[]Container>"]);
    tree.prints(&[
        "  imagePullPolicy\t<string>",
        "    containerPort\t<integer> -required-",
        "enum: Always, IfNotPresent, Never",
    ]);
    let field = run!(kubectl, "explain deployment.spec.replicas");
    field.prints(&["GROUP:      apps", "FIELD: replicas <integer>", "Number of desired pods."]);
    run!(kubectl, "explain pod.spec.nonsense").fails("field \"nonsense\" does not exist");
    server.stop().await;
}
