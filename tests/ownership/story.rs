//! One object's life, with somebody else at every turn.

use crate::held::{owned_but_absent, owns, set_but_not_owned};
use crate::status;
use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{GroupVersion, ObjectMut, Str, Value};
use pintle_schema::Resource;
use pintle_schema::ownership::{Element, FieldSet};
use pintle_schema::resource::{Scope, Version};
use pintle_tests::{Connection, request};

/// What the apply-patch requests are.
const APPLY: [(&str, &str); 1] = [("content-type", "application/apply-patch+yaml")];
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

pub(crate) struct Story<'a> {
    connection: &'a mut Connection,
    resource: &'static Resource,
    version: &'static Version,
    /// What is to be created.
    object: Value,
    /// Where the object will be.
    path: String,
    pub(crate) problems: Vec<String>,
}

impl<'a> Story<'a> {
    pub(crate) fn begin(connection: &'a mut Connection, entry: &Value) -> Story<'a> {
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
        let path = format!("{root}/{group_version}{namespace}/{plural}");
        Story { connection, resource, version, object, path, problems: Vec::new() }
    }

    pub(crate) async fn tell(&mut self) {
        let Some(_) = self.create().await else { return };
        let Some(_) = self.apply().await else { return };
        let Some(_) = self.update().await else { return };
        if self.version.subresource("status").is_some() {
            self.write_status().await;
        }
        self.apply_less().await;
    }

    async fn create(&mut self) -> Option<Value> {
        let (collection, sent) = (self.path.clone(), self.object.clone());
        let made = self.send("POST", &collection, "creator", &JSON, &sent).await?;
        self.path = format!("{collection}/{}", made.text_at(&["metadata", "name"]));
        let ignored = self.ignored(None);
        self.check(&made, &sent, "creator", &ignored);
        Some(made)
    }

    /// The same, and a bit more, by who applies.
    async fn apply(&mut self) -> Option<Value> {
        // As the server shows it: without members that nobody knows, or that are empty.
        let mut config = self.get().await?;
        config.take_at(&["status"]);
        for set_by_the_server in
            ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink"]
        {
            config.take_at(&["metadata", set_by_the_server]);
        }
        *config.place(&["metadata", "labels", "applied"])? = "yes".into();
        *config.place(&["metadata", "annotations", "mine"])? = "alone".into();
        self.object = config.clone();
        let path = format!("{}?force=true", self.path);
        let applied = self.send("PATCH", &path, "applier", &APPLY, &config).await?;
        let ignored = self.ignored(None);
        self.check(&applied, &config, "applier", &ignored);
        Some(applied)
    }

    /// A label changes hands.
    async fn update(&mut self) -> Option<Value> {
        let mut object = self.get().await?;
        *object.place(&["metadata", "labels", "applied"])? = "no".into();
        *object.place(&["metadata", "labels", "updated"])? = "yes".into();
        let path = self.path.clone();
        let updated = self.send("PUT", &path, "updater", &JSON, &object).await?;
        for label in ["applied", "updated"] {
            let label = meta_path("labels", label);
            self.expect(owns(&updated, "updater", &label), "the updater owns the labels that it set");
            self.expect(!owns(&updated, "applier", &label), "the applier does not own them any more");
        }
        self.check_owned(&updated);
        Some(updated)
    }

    async fn write_status(&mut self) -> Option<Value> {
        let mut object = self.get().await?;
        let before = object.get("status").cloned();
        *object.place(&["status"])? = status::filled(&self.version.schema)?;
        let path = format!("{}/status", self.path);
        let written = self.send("PUT", &path, "statuser", &JSON, &object).await?;
        let mut sent = Value::map();
        *sent.place(&["status"])? = changed(before.as_ref(), object.get("status")?);
        let ignored = self.ignored(Some("status"));
        self.check(&written, &sent, "statuser", &ignored);
        Some(written)
    }

    /// What nobody else wants goes, what others took stays.
    async fn apply_less(&mut self) -> Option<Value> {
        let mut config = self.object.clone();
        config.take_at(&["metadata", "labels", "applied"]);
        config.take_at(&["metadata", "annotations", "mine"]);
        for map in ["labels", "annotations"] {
            if config.at(&["metadata", map]).is_some_and(Value::is_empty) {
                config.take_at(&["metadata", map]);
            }
        }
        let path = format!("{}?force=true", self.path);
        let applied = self.send("PATCH", &path, "applier", &APPLY, &config).await?;
        let ignored = self.ignored(None);
        self.check(&applied, &config, "applier", &ignored);
        self.expect(applied.at(&["metadata", "annotations", "mine"]).is_none(), "the annotation is gone");
        self.expect(applied.text_at(&["metadata", "labels", "applied"]) == "no", "the label is still there");
        Some(applied)
    }

    async fn get(&mut self) -> Option<Value> {
        let reply = self.connection.get(&self.path, &[]).await;
        parse(&reply.body).ok()
    }

    /// The answer; `None`, and a problem, when it is no success.
    async fn send(
        &mut self,
        method: &str,
        path: &str,
        manager: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Option<Value> {
        let path = format!("{path}{}fieldManager={manager}", if path.contains('?') { '&' } else { '?' });
        let reply = self.connection.send(request(method, &path, headers, to_json(body))).await.unwrap();
        if !(200..300).contains(&reply.status) {
            self.problems.push(format!("{method} {path}: {} {}", reply.status, reply.text()));
            return None;
        }
        parse(&reply.body).ok()
    }

    /// Members that a write of the object, or through a subresource, cannot change.
    fn ignored(&self, subresource: Option<&str>) -> FieldSet {
        let resets: &[Str] = match subresource.and_then(|name| self.version.subresource(name)) {
            Some(sub) => &sub.resets,
            None => &self.resource.strategy.resets,
        };
        FieldSet::of_names(resets.iter().map(Str::as_str))
    }

    fn check(&mut self, object: &Value, sent: &Value, manager: &str, ignored: &FieldSet) {
        let found = set_but_not_owned(&self.version.schema, sent, object, manager, ignored);
        self.problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", self.path)));
        self.check_owned(object);
    }

    fn check_owned(&mut self, object: &Value) {
        let found = owned_but_absent(&self.version.schema, object);
        self.problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", self.path)));
    }

    fn expect(&mut self, holds: bool, what: &str) {
        if !holds {
            self.problems.push(format!("{}: not true that {what}", self.path));
        }
    }
}

fn meta_path(member: &str, key: &str) -> [Element; 3] {
    ["metadata", member, key].map(|name| Element::Field(name.into()))
}

/// What of a status is not as it was.
fn changed(before: Option<&Value>, after: &Value) -> Value {
    let Some(map) = after.as_map() else { return after.clone() };
    let is_new = |name: &str, value: &Value| before.and_then(|before| before.get(name)) != Some(value);
    Value::Map(
        map.iter()
            .filter(|(name, value)| is_new(name, value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}
