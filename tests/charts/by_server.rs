//! `kubectl apply --server-side`.

use crate::cluster::Cluster;
use crate::kubectl_here;
use crate::team::{OBJECTS, first, newer};
use pintle_tests::Kubectl;

#[tokio::test]
async fn manifests_are_applied_by_the_server() {
    kubectl_here!(kubectl, server);
    tokio::join!(tell(&kubectl, "maps"), tell(&kubectl, "play"));
    server.stop().await;
}

async fn tell(kubectl: &Kubectl<'_>, team: &str) {
    let apply = async |flags: &str, manifests: &str| {
        let said = kubectl.run_with(&format!("apply --server-side {flags} -f -"), manifests).await;
        assert_eq!(said.good().matches(" serverside-applied").count(), OBJECTS);
        Cluster::of(kubectl, manifests).await
    };
    let text = first(team);
    let before = apply("", &text).await;
    before.is_managed_by(&["kubectl*"]);
    before.says_who_owns_what();
    apply("", &text).await.is_as(&before);
    apply("--dry-run=server", &newer(team)).await.is_as(&before);
    kubectl.run_with("diff --server-side -f -", &text).await.is("");

    // Somebody else says what the chart says, too: that is a conflict until it is forced.
    let label = "label --overwrite -f - theirs=kept helm.sh/chart=other --field-manager=others";
    kubectl.run_with(label, &text).await.good();
    let refused = kubectl.run_with("apply --server-side -f -", &newer(team)).await;
    refused.fails(
        r#"Apply failed with 1 conflict: conflict with "others" using v1: .metadata.labels.helm.sh/chart"#,
    );
    assert_eq!(refused.ended.stderr.matches("Apply failed with 1 conflict: ").count(), OBJECTS);
    Cluster::of(kubectl, &text).await.all_have("helm.sh/chart", "other");

    let text = newer(team);
    let newer = apply("--force-conflicts", &text).await;
    newer.all_have("theirs", "kept");
    newer.has_nothing_of_the_first_version();
    newer.is_managed_by(&["kubectl*", "others"]);
    newer.says_who_owns_what();
    apply("", &text).await.is_as(&newer);

    // Two appliers who want the same own it both; it goes with the last of them.
    let shared = apply("--field-manager=copy --force-conflicts", &text).await;
    shared.is_managed_by(&["copy*", "kubectl*", "others"]);
    shared.says_who_owns_what();
}
