//! Custom resources are described as their authors wrote them, in documents of their own.

use pintle_meta::{GroupVersionKind, Str, Value};
use pintle_schema::openapi::{Api, Types, v2_document, v3_document, v3_names};
use pintle_schema::resource::{Access, Names, Scope, Strategy, Subresource, Verb, Verbs, Version, View};
use pintle_schema::types::{Field, Members, Omit, Patch, Struct, Type};
use pintle_schema::{NoHooks, Resource};
use std::sync::Arc;

const TAB: &str = "com.example.stable.v1.Tab";
const LIST_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListOptions";

/// A custom kind, and options of lists with one field.
struct Custom {
    options: Arc<Struct>,
}

impl Types for Custom {
    fn definition(&self, name: &str) -> Option<&Arc<Struct>> {
        (name == LIST_OPTIONS).then_some(&self.options)
    }

    fn kind(&self, _: &GroupVersionKind) -> Option<&Arc<Struct>> {
        None
    }

    fn kinds_of(&self, _: &str) -> Vec<GroupVersionKind> {
        Vec::new()
    }

    fn unions(&self, _: &str) -> Option<Value> {
        None
    }

    fn describe(&self, _: &str, field: Option<&str>) -> Option<&str> {
        field.map(|_| "how many")
    }

    fn custom(&self, definition: &str) -> bool {
        definition == TAB
    }

    fn ready(&self, definition: &str, version_3: bool) -> Option<Value> {
        let items = if version_3 { "#/components/schemas/" } else { "#/definitions/" };
        match definition.strip_prefix(TAB)? {
            "" => Some(Value::from([("pattern", "^a".into())])),
            "List" => Some(Value::from([("items", Value::from([("$ref", format!("{items}{TAB}").into())]))])),
            _ => None,
        }
    }
}

fn laid_out(name: &str, definition: &str, fields: Vec<Field>) -> Arc<Struct> {
    let made = Struct::new(name, format!("v1.{name}"), definition, false);
    made.lay_out(fields, Vec::new());
    Arc::new(made)
}

fn limit() -> Field {
    Field {
        name: "limit".into(),
        ty: Type::Int(pintle_schema::types::IntType::I64),
        go_type: "int64".into(),
        go_name: "Limit".into(),
        omit: Omit::Empty,
        pointer: false,
        required: false,
        default: None,
        implied: None,
        thousandths: false,
        allowed: Vec::new(),
        members: Members::Unsaid,
        patch: Patch::default(),
        number: 0,
    }
}

fn tabs() -> Arc<Resource> {
    let kind = GroupVersionKind::new("stable.example.com", "v1", "Tab");
    let schema = laid_out("Tab", TAB, Vec::new());
    let scale = Subresource {
        name: "scale".into(),
        kind: GroupVersionKind::new("autoscaling", "v1", "Scale"),
        schema: None,
        verbs: Verbs::of([Verb::Get, Verb::Patch, Verb::Update]),
        resets: Vec::new(),
        access: Access::Documents,
        view: View::Action,
    };
    Arc::new(Resource {
        group: kind.group.clone(),
        names: Names {
            plural: "tabs".into(),
            singular: "tab".into(),
            kind: "Tab".into(),
            list_kind: "TabList".into(),
            short_names: Vec::new(),
            categories: Vec::new(),
        },
        scope: Scope::Namespaced,
        versions: vec![Version {
            name: "v1".into(),
            served: true,
            kind,
            schema,
            verbs: Verbs::of(Verb::ALL),
            columns: Vec::new(),
            selectable_fields: Vec::new(),
            subresources: vec![scale],
            deprecated: None,
        }],
        storage: None,
        generation: 1,
        strategy: Strategy::default(),
        hooks: &NoHooks,
    })
}

#[test]
fn a_custom_resource_has_a_document_of_its_own() {
    let types = Custom { options: laid_out("ListOptions", LIST_OPTIONS, vec![limit()]) };
    let resources = [tabs()];
    let api = Api { resources: &resources, types: &types, version: "1.36" };
    let names = v3_names(&api);
    assert!(names.contains("apis/stable.example.com/v1") && !names.contains("apis/stable.example.com"));

    let document = v3_document(&api, "apis/stable.example.com/v1").unwrap();
    assert_eq!(document.text_at(&["info", "title"]), "Kubernetes CRD Swagger");
    let keys = |at: &[&str]| -> Vec<Str> {
        document.at(at).and_then(Value::as_map).into_iter().flat_map(|map| map.keys().cloned()).collect()
    };
    assert_eq!(
        keys(&["paths"]),
        [
            "/apis/stable.example.com/v1/namespaces/{namespace}/tabs",
            "/apis/stable.example.com/v1/namespaces/{namespace}/tabs/{name}",
            "/apis/stable.example.com/v1/namespaces/{namespace}/tabs/{name}/scale",
            "/apis/stable.example.com/v1/tabs",
        ]
    );
    assert_eq!(keys(&["components", "schemas"]), [TAB, "com.example.stable.v1.TabList"]);
    let collection = &document["paths"]["/apis/stable.example.com/v1/namespaces/{namespace}/tabs"];
    let id = collection.text_at(&["delete", "operationId"]);
    assert_eq!(id, "deleteStableExampleComV1CollectionNamespacedTab");
    let item = ["paths", "/apis/stable.example.com/v1/namespaces/{namespace}/tabs/{name}"];
    let patches = keys(&[&item[..], &["patch", "requestBody", "content"]].concat());
    assert!(!patches.iter().any(|media| media.contains("strategic")), "{patches:?}");
    let answers = keys(&[&item[..], &["get", "responses", "200", "content"]].concat());
    assert_eq!(answers, ["application/json", "application/yaml"]);
}

#[test]
fn a_custom_resource_stands_in_the_document_of_all() {
    let types = Custom { options: laid_out("ListOptions", LIST_OPTIONS, vec![limit()]) };
    let resources = [tabs()];
    let document = v2_document(&Api { resources: &resources, types: &types, version: "1.36" });
    let list = &document["paths"]["/apis/stable.example.com/v1/tabs"]["get"];
    let schema = list.text_at(&["responses", "200", "schema", "$ref"]);
    assert_eq!(schema, "#/definitions/com.example.stable.v1.TabList");
    assert_eq!(document.text_at(&["definitions", TAB, "pattern"]), "^a");
    assert!(document["paths"].get("/apis/stable.example.com/").is_none());
}
