//! Changing objects: an editor, labels, patches, replacement, scale.

use crate::{run, shop};
use pintle_tests::{Folder, Kubectl};

const COLOUR: &str = "get configmap settings -n shop -o jsonpath={.data.colour}";

#[tokio::test]
async fn an_editor_changes_an_object() {
    shop!(kubectl, server);
    let folder = Folder::new();
    let script = folder.write("edit.sh", "sed -i 's/colour: red/colour: blue/' \"$1\"\n");
    let kubectl = Kubectl::of(&server).with("KUBE_EDITOR", &format!("sh {}", script.display()));
    run!(kubectl, "edit configmap settings -n shop").is("configmap/settings edited\n");
    run!(kubectl, "{COLOUR}").is("blue");
    server.stop().await;
}

#[tokio::test]
async fn labels_and_annotations() {
    shop!(kubectl, server);
    let labels = "get deployment web -n shop -o jsonpath={.metadata.labels}";
    run!(kubectl, "label deployment web -n shop tier=front").is("deployment.apps/web labeled\n");
    run!(kubectl, "{labels}").is(r#"{"app":"web","tier":"front"}"#);
    run!(kubectl, "label deployment web -n shop tier=back").fails("already has a value (front)");
    run!(kubectl, "label deployment web -n shop tier=back --overwrite").good();
    run!(kubectl, "label deployment web -n shop tier-").is("deployment.apps/web unlabeled\n");
    run!(kubectl, "{labels}").is(r#"{"app":"web"}"#);
    run!(kubectl, "annotate configmap settings -n shop example.com/a=b").is("configmap/settings annotated\n");
    run!(kubectl, "label deployment web -n shop a=b!").fails("a valid label must be");
    server.stop().await;
}

#[tokio::test]
async fn patches_of_all_three_types() {
    shop!(kubectl, server);
    let patch = "patch configmap settings -n shop";
    run!(kubectl, r#"{patch} --type=merge -p {{"data":{{"colour":"blue"}}}}"#)
        .is("configmap/settings patched\n");
    run!(kubectl, "{COLOUR}").is("blue");
    run!(kubectl, r#"{patch} --type=merge -p {{"data":{{"colour":"blue"}}}}"#)
        .is("configmap/settings patched (no change)\n");
    let replace = r#"[{"op":"replace","path":"/data/colour","value":"green"}]"#;
    run!(kubectl, "{patch} --type=json -p {replace}").is("configmap/settings patched\n");
    run!(kubectl, "{COLOUR}").is("green");
    let container = r#"{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}"#;
    run!(kubectl, "patch deployment web -n shop -p {container}").is("deployment.apps/web patched\n");
    let images = "get deployment web -n shop -o jsonpath={.spec.template.spec.containers[*].image}";
    run!(kubectl, "{images}").is("side:1 server:1");
    run!(kubectl, "set image deployment/web -n shop server=server:2")
        .is("deployment.apps/web image updated\n");
    run!(kubectl, "{images}").is("side:1 server:2");
    server.stop().await;
}

#[tokio::test]
async fn an_object_is_replaced() {
    shop!(kubectl, server);
    let map =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata: {only: this}\n";
    kubectl.run_with("replace -f -", map).await.is("configmap/settings replaced\n");
    run!(kubectl, "get configmap settings -n shop -o jsonpath={{.data}}").is(r#"{"only":"this"}"#);
    let missing = map.replace("settings", "missing");
    kubectl.run_with("replace -f -", &missing).await.fails("configmaps \"missing\" not found");
    server.stop().await;
}

#[tokio::test]
async fn a_deployment_is_scaled() {
    shop!(kubectl, server);
    run!(kubectl, "scale deployment web -n shop --replicas=5").is("deployment.apps/web scaled\n");
    run!(kubectl, "get deployment web -n shop -o jsonpath={{.spec.replicas}}").is("5");
    run!(kubectl, "scale deployment web -n shop --current-replicas=4 --replicas=1")
        .fails("Expected replicas to be 4, was 5");
    run!(kubectl, "get deployment web -n shop --subresource=scale -o jsonpath={{.spec.replicas}}").is("5");
    server.stop().await;
}

#[tokio::test]
async fn a_stale_copy_is_refused() {
    shop!(kubectl, server);
    let stale = run!(kubectl, "get configmap settings -n shop -o yaml").good().to_owned();
    run!(kubectl, "annotate configmap settings -n shop a=b").good();
    let said = kubectl.run_with("replace -f -", &stale).await;
    said.fails("the object has been modified; please apply your changes to the latest version and try again");
    server.stop().await;
}
