//! Making objects from files and showing them in every form.

use crate::{SHOP, kubectl_here, run, shop};

#[tokio::test]
async fn a_file_of_several_documents_is_made() {
    kubectl_here!(kubectl, server);
    kubectl.run_with("create -f -", SHOP).await.is(
        "namespace/shop created\ndeployment.apps/web created\nservice/web created\nconfigmap/settings created\n\
         secret/key created\n",
    );
    kubectl.run_with("create -f -", SHOP).await.fails("configmaps \"settings\" already exists");
    run!(kubectl, "create namespace other").is("namespace/other created\n");
    run!(kubectl, "create configmap c -n other --from-literal=a=b").is("configmap/c created\n");
    run!(kubectl, "create secret generic s -n other --from-literal=a=b").is("secret/s created\n");
    run!(kubectl, "create deployment d -n other --image=i:1").is("deployment.apps/d created\n");
    run!(kubectl, "expose deployment d -n other --port=80").is("service/d exposed\n");
    run!(kubectl, "run p -n other --image=i:1").is("pod/p created\n");
    server.stop().await;
}

#[tokio::test]
async fn tables_show_what_matters() {
    shop!(kubectl, server);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    let wide = run!(kubectl, "get deployment web -n shop -o wide");
    let wide = words(wide.good());
    assert!(
        wide.starts_with("NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR web 0/2 0 0 "),
        "{wide}"
    );
    assert!(wide.ends_with(" server server:1 app=web"), "{wide}");
    let settings = run!(kubectl, "get configmap settings -n shop --no-headers");
    assert!(words(settings.good()).starts_with("settings 2 "));
    let key = run!(kubectl, "get secret key -n shop --no-headers");
    assert!(words(key.good()).starts_with("key Opaque 1 "));
    let everywhere = run!(kubectl, "get configmaps -A");
    assert!(words(everywhere.good()).starts_with("NAMESPACE NAME DATA AGE "));
    let all = run!(kubectl, "get all -n shop");
    all.prints(&["service/web", "deployment.apps/web"]);
    run!(kubectl, "get deployments,services -n shop -o name").is("deployment.apps/web\nservice/web\n");
    let labels = run!(kubectl, "get deployment -n shop --show-labels --no-headers -l app=web");
    assert!(words(labels.good()).ends_with("app=web"));
    run!(kubectl, "get pods -n nowhere").ended.stderr.contains("No resources found in nowhere namespace.");
    server.stop().await;
}

#[tokio::test]
async fn every_output_format() {
    shop!(kubectl, server);
    run!(kubectl, "get configmap settings -n shop -o yaml").prints(&[
        "apiVersion: v1\ndata:\n  colour: red\n  size: big\nkind: ConfigMap\n",
        "  name: settings\n",
    ]);
    run!(kubectl, "get configmap settings -n shop -o json")
        .prints(&["\"colour\": \"red\"", "\"kind\": \"ConfigMap\""]);
    run!(kubectl, "get configmap settings -n shop -o jsonpath={{.data.colour}}").is("red");
    run!(kubectl, "get configmaps -n shop -o custom-columns=N:.metadata.name,C:.data.colour")
        .is("N          C\nsettings   red\n");
    run!(kubectl, "get secret key -n shop -o jsonpath={{.data.password}}").is("Y29ycmVjdCBob3JzZQ==");
    run!(kubectl, "get namespaces -o name --sort-by=.metadata.name")
        .is("namespace/default\nnamespace/kube-node-lease\nnamespace/kube-public\nnamespace/kube-system\nnamespace/shop\n");
    server.stop().await;
}

#[tokio::test]
async fn objects_are_described() {
    shop!(kubectl, server);
    let deployment = run!(kubectl, "describe deployment web -n shop");
    deployment
        .prints(&["Replicas:               2 desired | 0 updated", "StrategyType:           RollingUpdate"]);
    deployment.prints(&["25% max unavailable, 25% max surge", "Image:         server:1"]);
    run!(kubectl, "describe service web -n shop").prints(&["Type:                     ClusterIP", "80/TCP"]);
    run!(kubectl, "describe configmap settings -n shop").prints(&["colour:\n----\nred"]);
    run!(kubectl, "describe secret key -n shop").prints(&["password:  13 bytes"]);
    run!(kubectl, "describe namespace shop")
        .prints(&["Status:       Active", "kubernetes.io/metadata.name=shop"]);
    server.stop().await;
}

#[tokio::test]
async fn a_dry_run_on_the_server_makes_nothing() {
    shop!(kubectl, server);
    run!(kubectl, "create configmap dry -n shop --from-literal=a=b --dry-run=server")
        .is("configmap/dry created (server dry run)\n");
    run!(kubectl, "get configmap dry -n shop").fails("configmaps \"dry\" not found");
    run!(kubectl, "delete configmap settings -n shop --dry-run=server").good();
    run!(kubectl, "label configmap settings -n shop a=b --dry-run=server").good();
    run!(kubectl, "get configmap settings -n shop -o jsonpath={{.metadata.labels}}").is("");
    server.stop().await;
}
