//! One object's life, from its creation to the deletion of its whole collection.

use crate::client::{Client, enveloped, text};
use crate::shared::differences;
use pintle_catalog::catalog;
use pintle_meta::{GroupVersion, Object, ObjectMut, Value};
use pintle_schema::Resource;
use pintle_schema::resource::{Scope, Version};

pub(crate) struct Life<'a> {
    client: &'a mut Client,
    version: &'static Version,
    resource: &'static Resource,
    object: Value,
    collection: String,
    /// Each state of the object as the answers had it, in order.
    states: Vec<Value>,
}

/// What a watch of the collection from `since` on must tell.
pub(crate) struct Seen {
    pub(crate) collection: String,
    pub(crate) since: String,
    pub(crate) name: String,
    pub(crate) states: Vec<Value>,
}

impl<'a> Life<'a> {
    pub(crate) fn new(client: &'a mut Client, entry: &Value) -> Life<'a> {
        let (group_version, plural) = entry.text_at(&["resource"]).rsplit_once('/').unwrap();
        let group_version = GroupVersion::parse(group_version).unwrap();
        let mut resources = catalog().resources().iter();
        let resource =
            resources.find(|one| one.group == group_version.group && one.names.plural == plural).unwrap();
        let version = resource.version(&group_version.version).unwrap();
        let mut object = entry["object"].clone();
        object.set_group_version_kind(&version.kind);
        let root = if group_version.group.is_empty() { "/api" } else { "/apis" };
        let namespace = if resource.scope == Scope::Namespaced { "/namespaces/ns1" } else { "" };
        let collection = format!("{root}/{group_version}{namespace}/{plural}");
        Life { client, version, resource, object, collection, states: Vec::new() }
    }

    pub(crate) async fn live(&mut self) -> Seen {
        let before = self.client.document("GET", &self.collection, b"", 200).await;
        let created = self.client.document("POST", &self.collection, &enveloped(&self.object), 201).await;
        let path = format!("{}/{}", self.collection, created.name());
        self.changed(&path, created.clone()).await;
        self.update(&path).await;
        let patch = r#"{"metadata":{"annotations":{"patched":"yes"}}}"#;
        let patched = self.client.patch(&path, patch).await;
        self.changed(&path, patched).await;
        self.subresources(&path).await;
        self.listed(created.name()).await;
        self.delete(&path).await;
        Seen {
            collection: self.collection.clone(),
            since: before.text_at(&["metadata", "resourceVersion"]).to_owned(),
            name: created.name().to_owned(),
            states: std::mem::take(&mut self.states),
        }
    }

    async fn update(&mut self, path: &str) {
        let mut object = self.client.document("GET", path, b"", 200).await;
        *object.place(&["metadata", "labels", "updated"]).unwrap() = "yes".into();
        let updated = self.client.document("PUT", path, &enveloped(&object), 200).await;
        assert_eq!(updated.text_at(&["metadata", "labels", "updated"]), "yes");
        self.changed(path, updated).await;
    }

    /// Those that read and write the object, or a view of it.
    async fn subresources(&mut self, path: &str) {
        for name in ["status", "scale"] {
            if self.version.subresource(name).is_none() {
                continue;
            }
            let path = format!("{path}/{name}");
            let document = self.client.document("GET", &path, b"", 200).await;
            let updated = self.client.document("PUT", &path, &enveloped(&document), 200).await;
            assert_eq!(updated.text_at(&["kind"]), document.text_at(&["kind"]), "{path}");
        }
    }

    /// The list has what a list in JSON has.
    async fn listed(&mut self, name: &str) {
        let list = self.client.document("GET", &self.collection, b"", 200).await;
        let found = list["items"].as_list().unwrap().iter().filter(|item| item.name() == name).count();
        assert_eq!(found, 1, "{}: {}", self.collection, text(&list));
        let in_json = self.client.in_json(&self.collection).await;
        assert_eq!(differences(&list, &in_json), [""; 0], "{}", self.collection);
    }

    async fn delete(&mut self, path: &str) {
        let options = Value::from([
            ("kind", "DeleteOptions".into()),
            ("apiVersion", "v1".into()),
            ("gracePeriodSeconds", 0.into()),
        ]);
        // What storage-object protection or orphaning keeps alive goes by an update.
        let answer = self.client.document("DELETE", path, &enveloped(&options), 200).await;
        if answer.finalizers().next().is_some() {
            self.client.patch(path, r#"{"metadata":{"finalizers":null}}"#).await;
        }
        if self.resource.names.plural != "namespaces" {
            self.client.refused("GET", path, b"", 404).await;
            let nothing = format!("{}?labelSelector=no=where", self.collection);
            let gone = self.client.document("DELETE", &nothing, b"", 200).await;
            assert!(gone["items"].is_empty());
        }
    }

    /// An answer to a write: what a read in either form shows.
    async fn changed(&mut self, path: &str, answer: Value) {
        let read = self.client.document("GET", path, b"", 200).await;
        assert_eq!(differences(&answer, &read), [""; 0], "{path}");
        let in_json = self.client.in_json(path).await;
        assert_eq!(differences(&read, &in_json), [""; 0], "{path}");
        self.states.push(read);
    }
}
