//! Applying files, on the client's side: again, with changes, and with keys taken away.

use crate::{SHOP, kubectl_here, run};

fn map(data: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {data}\n")
}

#[tokio::test]
async fn applying_again_changes_what_changed_and_nothing_else() {
    kubectl_here!(kubectl, server);
    let data = "get configmap settings -o jsonpath={.data}";
    let apply = async |text: &str| kubectl.run_with("apply -f -", text).await;
    apply(&map("{a: one, b: two}")).await.is("configmap/settings created\n");
    apply(&map("{a: one, b: two}")).await.is("configmap/settings unchanged\n");
    apply(&map("{a: one, b: three}")).await.is("configmap/settings configured\n");
    // A key of somebody else's stays, one of ours goes.
    run!(kubectl, r#"patch configmap settings --type=merge -p {{"data":{{"theirs":"kept"}}}}"#).good();
    apply(&map("{b: three}")).await.is("configmap/settings configured\n");
    run!(kubectl, "{data}").is(r#"{"b":"three","theirs":"kept"}"#);
    server.stop().await;
}

#[tokio::test]
async fn a_whole_application_is_applied_twice() {
    kubectl_here!(kubectl, server);
    // A Secret with stringData is never the same as what is stored.
    let (rest, _) = SHOP.rsplit_once("---").unwrap();
    let apply = async |text: &str| kubectl.run_with("apply -f -", text).await;
    apply(rest).await.is(
        "namespace/shop created\ndeployment.apps/web created\nservice/web created\nconfigmap/settings created\n",
    );
    apply(rest).await.is("namespace/shop unchanged\ndeployment.apps/web unchanged\nservice/web unchanged\n\
         configmap/settings unchanged\n");
    let newer = rest.replace("server:1", "server:2").replace("replicas: 2\n", "");
    let newer = newer.replace("spec:\n    selector", "spec:\n  selector");
    apply(&newer).await.prints(&["deployment.apps/web configured\n", "service/web unchanged\n"]);
    // What is no longer said falls back to its default.
    run!(kubectl, "get deployment web -n shop -o jsonpath={{.spec.replicas}}").is("1");
    server.stop().await;
}

#[tokio::test]
async fn a_difference_is_shown_before_it_is_made() {
    kubectl_here!(kubectl, server);
    kubectl.run_with("apply -f -", &map("{a: one}")).await.good();
    kubectl.run_with("diff -f -", &map("{a: one}")).await.is("");
    let differs = kubectl.run_with("diff -f -", &map("{a: two}")).await;
    assert_eq!(differs.ended.code, Some(1), "{differs:?}");
    assert!(differs.ended.stdout.contains("-  a: one\n+  a: two\n"), "{differs:?}");
    run!(kubectl, "get configmap settings -o jsonpath={{.data.a}}").is("one");
    server.stop().await;
}
