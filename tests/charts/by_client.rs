//! `kubectl apply` on the client's side, and the way from there to the server's.

use crate::cluster::Cluster;
use crate::kubectl_here;
use crate::team::{self, OBJECTS, first, newer};
use pintle_tests::Kubectl;

/// What kubectl patches every time: fields that are replaced as a whole or hold what Go does not print, and quantities
/// that are written otherwise. The server finds nothing to write in any of those patches.
const ALWAYS_PATCHED: [&str; 7] = [
    "poddisruptionbudget.policy/web",
    "networkpolicy.networking.k8s.io/web",
    "statefulset.apps/database",
    "poddisruptionbudget.policy/database",
    "priorityclass.scheduling.k8s.io/TEAM-agent",
    "pod/toolbox",
    "validatingwebhookconfiguration.admissionregistration.k8s.io/TEAM-policy",
];

#[tokio::test]
async fn manifests_are_applied_by_the_client() {
    kubectl_here!(kubectl, server);
    tokio::join!(tell(&kubectl, "shop"), tell(&kubectl, "bank"));
    server.stop().await;
}

async fn tell(kubectl: &Kubectl<'_>, team: &str) {
    let apply = async |manifests: &str| kubectl.run_with("apply -f -", manifests).await.good().to_owned();
    let text = first(team);
    assert_eq!(apply(&text).await.matches(" created\n").count(), OBJECTS);
    let before = Cluster::of(kubectl, &text).await;
    before.is_managed_by(&["kubectl-client-side-apply"]);
    before.says_who_owns_what();

    let again = apply(&text).await;
    let patched: Vec<&str> = again.lines().filter_map(|line| line.strip_suffix(" configured")).collect();
    assert_eq!(patched, ALWAYS_PATCHED.map(|name| name.replace("TEAM", team)));
    assert_eq!(again.matches(" unchanged\n").count() + patched.len(), OBJECTS);
    Cluster::of(kubectl, &text).await.is_as(&before);
    kubectl.run_with("diff -f -", &text).await.is("");

    // Others write, too; a newer version leaves what is theirs and takes away what is no longer its own.
    kubectl.run_with("label -f - theirs=kept --field-manager=others", &text).await.good();
    let text = newer(team);
    let differs = kubectl.run_with("diff -f -", &text).await;
    assert_eq!(differs.ended.code, Some(1), "{differs:?}");
    assert!(differs.ended.stdout.contains("-  only-in-1.0.0: removed later\n"), "{differs:?}");
    assert_eq!(apply(&text).await.matches(" configured\n").count(), OBJECTS);
    let newer = Cluster::of(kubectl, &text).await;
    newer.all_have("theirs", "kept");
    newer.has_nothing_of_the_first_version();
    newer.is_managed_by(&["kubectl-client-side-apply", "others"]);
    newer.says_who_owns_what();
    kubectl.run_with("diff -f -", &text).await.is("");
    to_the_server_s_side(kubectl, team).await;
}

/// What of the objects conflicts when the server takes over: it stands there otherwise than it was applied, by defaults
/// in what is owned as a whole and by quantities that are written otherwise. By the rules of
/// structured-merge-diff the reference refuses the same.
const TAKEN_BY_FORCE: [&str; 10] = [
    r#".spec.template.spec.containers[name="web"].env[name="POD_NAME"].valueFrom.fieldRef"#,
    ".spec.egress",
    ".spec.ingress",
    ".spec.volumeClaimTemplates",
    r#".spec.template.spec.containers[name="postgres"].resources.limits.cpu"#,
    r#".spec.template.spec.containers[name="postgres"].resources.limits.memory"#,
    r#".spec.template.spec.containers[name="agent"].env[name="NODE_NAME"].valueFrom.fieldRef"#,
    r#".spec.containers[name="toolbox"].resources.requests.cpu"#,
    r#".spec.containers[name="toolbox"].resources.requests.memory"#,
    r#".webhooks[name="validate.TEAM.example.com"].rules"#,
];

/// What was applied by the client is taken over by an apply on the server, and from then on what is no longer wanted
/// goes.
async fn to_the_server_s_side(kubectl: &Kubectl<'_>, team: &str) {
    let refused = kubectl.run_with("apply --server-side -f -", &newer(team)).await;
    let conflicts = refused.ended.stderr.lines().filter_map(conflict);
    assert_eq!(conflicts.collect::<Vec<_>>(), TAKEN_BY_FORCE.map(|path| path.replace("TEAM", team)));
    let apply = async |manifests: &str| {
        let said = kubectl.run_with("apply --server-side --force-conflicts -f -", manifests).await;
        assert_eq!(said.good().matches(" serverside-applied\n").count(), OBJECTS);
        Cluster::of(kubectl, manifests).await
    };
    let once = apply(&newer(team)).await;
    once.is_managed_by(&["kubectl*", "kubectl-last-applied*", "others"]);
    once.says_who_owns_what();
    apply(&newer(team)).await.is_as(&once);
    let back = apply(&team::first(team)).await;
    back.all_have("theirs", "kept");
    let forth = apply(&newer(team)).await;
    forth.has_nothing_of_the_first_version();
    forth.all_have("theirs", "kept");
    forth.says_who_owns_what();
}

/// The field that a line of kubectl's answer names as in conflict.
fn conflict(line: &str) -> Option<String> {
    let with_one = line.strip_prefix("Apply failed with 1 conflict: ");
    let path = with_one.and_then(|rest| rest.rsplit_once(": ").map(|(_, path)| path));
    path.or(line.strip_prefix("- ")).map(str::to_owned)
}
