//! What kubectl asks and the server can't answer yet. Each line says what the reference prints and which capability
//! it waits for; it fails as soon as it works, so that it moves into the walk.

use crate::shop;
use std::fs;
use std::path::Path;

struct Gap {
    /// The command, with what it reads.
    line: &'static str,
    input: &'static str,
    /// What stands in the reference's answer, on either output.
    answer: &'static str,
    /// A capability of conformance/README.md.
    waits_for: &'static str,
}

const fn gap(line: &'static str, answer: &'static str, waits_for: &'static str) -> Gap {
    Gap { line, input: "", answer, waits_for }
}

const GAPS: &[Gap] = &[
    gap("auth can-i create pods", "yes", "access-reviews"),
    gap("auth whoami", "kubernetes-admin", "access-reviews"),
    gap("create token default -n shop", "eyJ", "service-account-tokens"),
    gap("get service web -n shop -o jsonpath={.spec.clusterIP}", "10.0.", "service-allocation"),
    gap("create configmap lost -n nowhere", "namespaces \"nowhere\" not found", "admission-plugins"),
    gap("delete namespace default --wait=false", "this namespace may not be deleted", "admission-plugins"),
    gap("run p -n shop --image=i", "serviceaccount \"default\" not found", "admission-plugins"),
    gap("get leases -n kube-system -o name", "lease.coordination.k8s.io/apiserver-", "system-objects"),
    gap("get componentstatuses", "etcd-0", "system-objects"),
    gap("get flowschemas exempt --no-headers", "False", "system-objects"),
    gap("get --raw /metrics", "apiserver_request_total", "metrics"),
    gap("get --raw /.well-known/openid-configuration", "jwks_uri", "service-account-tokens"),
    gap("logs single -n shop", "does not have a host assigned", "kubelet-connections"),
    Gap {
        line: "create -f -",
        input: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad, namespace: shop}\nspec:\n  \
                selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: c}}\n    \
                spec: {containers: [{name: c, image: i}]}\n",
        answer: "`selector` does not match template `labels`",
        waits_for: "kind-validation",
    },
];

#[tokio::test]
async fn what_waits_does_not_work_yet() {
    shop!(kubectl, server);
    let capabilities =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/README.md"));
    let capabilities = capabilities.unwrap();
    for gap in GAPS {
        let named = format!("- `{}`: ", gap.waits_for);
        assert!(
            capabilities.contains(&named),
            "{} waits for {}, which nobody knows",
            gap.line,
            gap.waits_for
        );
        let said = kubectl.run_with(gap.line, gap.input).await;
        let works = said.ended.stdout.contains(gap.answer) || said.ended.stderr.contains(gap.answer);
        assert!(!works, "works now, so move it into the walk: {said:#?}");
    }
    server.stop().await;
}
