//! Objects written and read: conflicts, pages, patches of each type, finalizers, status.

use crate::{client, config_map, config_maps, refused};
use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use pintle_tests::Server;
use serde_json::json;

#[tokio::test]
async fn made_read_replaced_and_deleted() {
    let server = Server::start();
    let api = config_maps(&server).await;
    let made = api.create(&PostParams::default(), &config_map("a", &[("k", "v")])).await.unwrap();
    assert!(made.metadata.uid.is_some() && made.metadata.creation_timestamp.is_some());
    assert_eq!(api.get("a").await.unwrap(), made);
    let mut changed = made.clone();
    changed.data.get_or_insert_default().insert("k".to_owned(), "w".to_owned());
    let replaced = api.replace("a", &PostParams::default(), &changed).await.unwrap();
    assert_eq!((replaced.data.clone(), replaced.metadata.uid), (changed.data.clone(), made.metadata.uid));
    assert_ne!(replaced.metadata.resource_version, made.metadata.resource_version);
    // The copy read first is old now.
    let conflict = refused(api.replace("a", &PostParams::default(), &changed).await);
    assert!(conflict.is_conflict() && conflict.code == 409, "{conflict:?}");
    assert!(api.delete("a", &DeleteParams::default()).await.unwrap().right().unwrap().is_success());
    assert!(api.get_opt("a").await.unwrap().is_none());
    server.stop().await;
}

#[tokio::test]
async fn errors_are_typed() {
    let server = Server::start();
    let api = config_maps(&server).await;
    let missing = refused(api.get("absent").await);
    assert!(missing.is_not_found());
    assert_eq!(missing.message, "configmaps \"absent\" not found");
    let details = missing.details.unwrap();
    assert_eq!((details.name.as_str(), details.kind.as_str()), ("absent", "configmaps"));
    api.create(&PostParams::default(), &config_map("a", &[])).await.unwrap();
    let twice = refused(api.create(&PostParams::default(), &config_map("a", &[])).await);
    assert!(twice.is_already_exists() && twice.code == 409, "{twice:?}");
    let invalid = refused(api.create(&PostParams::default(), &config_map("No Name", &[])).await);
    assert!(invalid.is_invalid() && invalid.code == 422, "{invalid:?}");
    assert_eq!(invalid.details.unwrap().causes[0].field, "metadata.name");
    server.stop().await;
}

#[tokio::test]
async fn lists_come_in_pages_and_selections() {
    let server = Server::start();
    let api = config_maps(&server).await;
    for name in ["a", "b", "c", "d", "e"] {
        let mut object = config_map(name, &[]);
        let vowel = ["a", "e"].contains(&name).to_string();
        object.metadata.labels = Some([("vowel".to_owned(), vowel)].into());
        api.create(&PostParams::default(), &object).await.unwrap();
    }
    let (mut names, mut versions, mut params) = (Vec::new(), Vec::new(), ListParams::default().limit(2));
    loop {
        let page = api.list(&params).await.unwrap();
        names.push(
            page.items.into_iter().filter_map(|object| object.metadata.name).collect::<Vec<_>>().concat(),
        );
        versions.push(page.metadata.resource_version.unwrap());
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => params = ListParams::default().limit(2).continue_token(&token),
            None => break,
        }
        // What is made between two pages is in neither: all pages are one moment.
        let later = config_map(&format!("z{}", names.len()), &[]);
        api.create(&PostParams::default(), &later).await.unwrap();
    }
    assert_eq!(names, ["ab", "cd", "e"]);
    versions.dedup();
    assert_eq!(versions.len(), 1);
    let chosen = api.list(&ListParams::default().labels("vowel=true")).await.unwrap();
    assert_eq!(chosen.items.len(), 2);
    let chosen = api.list(&ListParams::default().fields("metadata.name=c")).await.unwrap();
    assert_eq!(chosen.items.len(), 1);
    server.stop().await;
}

fn deployment() -> Deployment {
    let document = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "one", "image": "one:1"}, {"name": "two", "image": "two:1"}]},
            },
        },
    });
    serde_json::from_value(document).unwrap()
}

fn images(deployment: &Deployment) -> Vec<&str> {
    let pod = deployment.spec.as_ref().and_then(|spec| spec.template.spec.as_ref()).unwrap();
    pod.containers.iter().filter_map(|container| container.image.as_deref()).collect()
}

#[tokio::test]
async fn patches_of_each_type() {
    let server = Server::start();
    let api: Api<Deployment> = Api::namespaced(client(&server).await, "default");
    api.create(&PostParams::default(), &deployment()).await.unwrap();
    let params = PatchParams::default();
    let containers = |image: &str| json!({"spec": {"template": {"spec": {"containers": [{"name": "two", "image": image}]}}}});
    // Merged by name.
    let strategic = api.patch("web", &params, &Patch::Strategic(containers("two:2"))).await.unwrap();
    assert_eq!(images(&strategic), ["one:1", "two:2"]);
    // Replaced whole.
    let merge = api.patch("web", &params, &Patch::Merge(containers("two:3"))).await.unwrap();
    assert_eq!(images(&merge), ["two:3"]);
    let path = "/spec/template/spec/containers/0/image";
    let operations = json!([{"op": "test", "path": path, "value": "two:3"}, {"op": "replace", "path": path, "value": "two:4"}]);
    let operations = serde_json::from_value(operations).unwrap();
    let headers = Patch::<()>::Json(operations);
    let json = api.patch("web", &params, &headers).await.unwrap();
    assert_eq!(images(&json), ["two:4"]);
    let failed = refused(api.patch("web", &params, &headers).await);
    assert!(failed.is_invalid(), "{failed:?}");
    assert_eq!(json.metadata.generation, Some(4));
    server.stop().await;
}

#[tokio::test]
async fn status_and_specification_are_written_apart() {
    let server = Server::start();
    let api: Api<Deployment> = Api::namespaced(client(&server).await, "default");
    let made = api.create(&PostParams::default(), &deployment()).await.unwrap();
    let both = json!({"spec": {"replicas": 7}, "status": {"replicas": 3}});
    let params = PatchParams::default();
    let status = api.patch_status("web", &params, &Patch::Merge(&both)).await.unwrap();
    assert_eq!(status.status.as_ref().and_then(|status| status.replicas), Some(3));
    assert_eq!((&status.spec, status.metadata.generation), (&made.spec, Some(1)));
    let both = Patch::Merge(json!({"spec": {"replicas": 7}, "status": {"replicas": 9}}));
    let spec = api.patch("web", &params, &both).await.unwrap();
    assert_eq!(spec.spec.and_then(|spec| spec.replicas), Some(7));
    assert_eq!(spec.status.and_then(|status| status.replicas), Some(3));
    let scale = api.get_scale("web").await.unwrap();
    assert_eq!(scale.spec.and_then(|spec| spec.replicas), Some(7));
    server.stop().await;
}

#[tokio::test]
async fn an_object_with_a_finalizer_stays_until_it_is_taken_away() {
    let server = Server::start();
    let api = config_maps(&server).await;
    let mut object = config_map("kept", &[]);
    object.metadata.finalizers = Some(vec!["example.com/keep".to_owned()]);
    api.create(&PostParams::default(), &object).await.unwrap();
    let deleted = api.delete("kept", &DeleteParams::default()).await.unwrap().left().unwrap();
    assert!(deleted.metadata.deletion_timestamp.is_some());
    // No new ones while it goes.
    let add = json!({"metadata": {"finalizers": ["example.com/keep", "example.com/more"]}});
    assert!(refused(api.patch("kept", &PatchParams::default(), &Patch::Merge(add)).await).is_invalid());
    let none = json!({"metadata": {"finalizers": null}});
    api.patch("kept", &PatchParams::default(), &Patch::Merge(none)).await.unwrap();
    assert!(api.get_opt("kept").await.unwrap().is_none());
    server.stop().await;
}

#[tokio::test]
async fn a_collection_is_deleted_by_selection_and_a_dry_run_deletes_nothing() {
    let server = Server::start();
    let api = config_maps(&server).await;
    for name in ["a", "b"] {
        api.create(&PostParams::default(), &config_map(name, &[])).await.unwrap();
    }
    let only_b = ListParams::default().fields("metadata.name=b");
    api.delete_collection(&DeleteParams::default().dry_run(), &only_b).await.unwrap();
    assert!(api.get_opt("b").await.unwrap().is_some());
    api.delete_collection(&DeleteParams::default(), &only_b).await.unwrap();
    assert!(api.get_opt("b").await.unwrap().is_none() && api.get_opt("a").await.unwrap().is_some());
    server.stop().await;
}
