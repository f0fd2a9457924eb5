//! What people do to what was applied: replace, edit, scale, roll out, prune, delete.

use crate::cluster::Cluster;
use crate::kubectl_here;
use crate::team::{OBJECTS, first, newer};
use pintle_tests::{Folder, Kubectl};

#[tokio::test]
async fn objects_are_replaced_and_edited() {
    kubectl_here!(kubectl, server);
    let text = first("shop");
    kubectl.run_with("apply --server-side -f -", &text).await.good();

    // As they are: nothing is written.
    let before = Cluster::of(&kubectl, &text).await;
    let objects = kubectl.run_with("get -f - -o yaml", &text).await.good().to_owned();
    let replaced = kubectl.run_with("replace -f -", &objects).await.good().to_owned();
    assert_eq!(replaced.matches(" replaced\n").count(), OBJECTS);
    Cluster::of(&kubectl, &text).await.is_as(&before);

    // In another version: whoever replaces owns what it changed.
    let objects = objects.replace("1.0.0", "1.1.0");
    kubectl.run_with("replace -f -", &objects).await.good();
    let after = Cluster::of(&kubectl, &text).await;
    after.is_managed_by(&["kubectl*", "kubectl-replace"]);
    after.says_who_owns_what();

    let folder = Folder::new();
    let script =
        folder.write("edit.sh", "sed -i 's/web:1.1.0/web:1.2.0/; s/replicas: 3/replicas: 5/' \"$1\"\n");
    let editor = Kubectl::of(&server).with("KUBE_EDITOR", &format!("sh {}", script.display()));
    editor
        .run("edit deployment/web statefulset/database -n shop")
        .await
        .prints(&["deployment.apps/web edited\n", "statefulset.apps/database edited\n"]);
    let images = "get deployment web -n shop -o jsonpath={.spec.template.spec.containers[*].image}";
    kubectl.run(images).await.is("registry.example/web:1.2.0 registry.example/exporter:2.3");
    Cluster::of(&kubectl, &text).await.says_who_owns_what();
    server.stop().await;
}

#[tokio::test]
async fn scales_and_rollouts() {
    kubectl_here!(kubectl, server);
    let text = first("shop");
    kubectl.run_with("apply --server-side -f -", &text).await.good();
    kubectl
        .run("scale statefulset/database -n shop --replicas=5")
        .await
        .is("statefulset.apps/database scaled\n");
    kubectl.run("scale rc/legacy -n shop --current-replicas=1 --replicas=2").await.good();
    // Who scaled owns the replicas: the chart, which says 3, has to insist.
    let refused = kubectl.run_with("apply --server-side -f -", &text).await;
    refused.fails(r#"conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas"#);
    kubectl.run_with("apply --server-side --force-conflicts -f -", &text).await.good();
    kubectl.run("get statefulset database -n shop -o jsonpath={.spec.replicas}").await.is("3");

    for kind in ["deployment/web", "daemonset/agent", "statefulset/database"] {
        kubectl.run(&format!("rollout restart {kind} -n shop")).await.good();
    }
    kubectl.run("rollout pause deployment/web -n shop").await.is("deployment.apps/web paused\n");
    kubectl.run("rollout resume deployment/web -n shop").await.is("deployment.apps/web resumed\n");
    kubectl.run("set env deployment/web -n shop -c web GOMAXPROCS=4").await.good();
    let again = Cluster::of(&kubectl, &text).await;
    again.says_who_owns_what();
    history(&kubectl).await;
    server.stop().await;
}

/// The history that controllers leave, made by hand, as none runs here.
async fn history(kubectl: &Kubectl<'_>) {
    let uid = kubectl.run("get deployment web -n shop -o jsonpath={.metadata.uid}").await.good().to_owned();
    for revision in [1, 2] {
        let set = format!(
            "apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-{revision}
  namespace: shop
  labels: {{app.kubernetes.io/name: web, app.kubernetes.io/instance: shop, pod-template-hash: h{revision}}}
  annotations: {{deployment.kubernetes.io/revision: \"{revision}\", kubernetes.io/change-cause: change-{revision}}}
  ownerReferences:
  - {{apiVersion: apps/v1, kind: Deployment, name: web, uid: {uid}, controller: true, blockOwnerDeletion: true}}
spec:
  replicas: 0
  selector: {{matchLabels: {{app.kubernetes.io/name: web, app.kubernetes.io/instance: shop, pod-template-hash: h{revision}}}}}
  template:
    metadata:
      labels: {{app.kubernetes.io/name: web, app.kubernetes.io/instance: shop, pod-template-hash: h{revision}}}
    spec:
      containers: [{{name: web, image: \"web:{revision}\"}}]
"
        );
        kubectl.run_with("apply --server-side -f -", &set).await.good();
    }
    let history = kubectl.run("rollout history deployment/web -n shop").await;
    history.prints(&["REVISION  CHANGE-CAUSE\n", "1         change-1\n", "2         change-2\n"]);
    kubectl.run("rollout history deployment/web -n shop --revision=2").await.prints(&["Image:\tweb:2\n"]);
    kubectl
        .run("rollout undo deployment/web -n shop --to-revision=1")
        .await
        .is("deployment.apps/web rolled back\n");
    let image = "get deployment web -n shop -o jsonpath={.spec.template.spec.containers[*].image}";
    kubectl.run(image).await.is("web:1");
}

#[tokio::test]
async fn what_is_no_longer_in_the_manifests_is_pruned_and_all_of_it_deleted() {
    kubectl_here!(kubectl, server);
    let text = newer("shop");
    kubectl.run_with("apply -f -", &text).await.good();
    // kubectl looks for what to prune in the namespaces of what it applies.
    let stays = |object: &&str| {
        !object.contains("k8s-app: agent")
            || ["kind: ClusterRole", "kind: ServiceAccount"].iter().any(|kind| object.contains(kind))
    };
    let (kept, gone): (Vec<&str>, Vec<&str>) = text.split("---\n").partition(stays);
    let prune = "apply --prune -l helm.sh/chart=agent-1.1.0 -f -";
    let said = kubectl.run_with(prune, &kept.join("---\n")).await;
    let pruned = ["configmap/agent pruned\n", "service/agent pruned\n", "daemonset.apps/agent pruned\n"];
    pruned.iter().for_each(|line| assert!(said.ended.stdout.contains(line), "{said:?}"));
    kubectl.run("get daemonset agent -n shop").await.fails("\"agent\" not found");
    let deleted =
        kubectl.run_with("delete --wait=false --ignore-not-found -f -", &text).await.good().to_owned();
    // Of what was pruned, kinds that --prune does not know by itself are still there.
    assert!(deleted.matches(" deleted").count() >= OBJECTS - gone.len(), "{deleted}");
    let left = kubectl.run("get deployments,statefulsets,configmaps,secrets -n shop -o name").await;
    left.is("");
    server.stop().await;
}
