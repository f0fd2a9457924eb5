//! The Pod, stored, and what is asked about it.

use crate::config::CONFIG;
use bytes::Bytes;
use pintle_catalog::catalog;
use pintle_meta::value::to_json;
use pintle_meta::{ObjectMut, Value};
use pintle_schema::object_meta::{self, set_meta};
use pintle_schema::ownership::{self, FieldSet};
use pintle_schema::resource::{Storage, Version};
use pintle_schema::{Resource, Struct, decode, form, patch, yaml};

const REVISION: u64 = 4711;

pub(crate) struct Pod {
    pub(crate) resource: &'static Resource,
    /// What is applied.
    pub(crate) config: Vec<u8>,
    /// What is patched: an image.
    pub(crate) patch: Vec<u8>,
    stored: Bytes,
}

impl Pod {
    pub(crate) fn new() -> Pod {
        let resource = catalog()
            .resources()
            .iter()
            .find(|resource| resource.group.is_empty() && resource.names.plural == "pods")
            .expect("pods are built in");
        let patch =
            br#"{"spec":{"containers":[{"name":"log-shipper","image":"registry.example/log-shipper:5"}]}}"#;
        let mut pod =
            Pod { resource, config: CONFIG.as_bytes().to_vec(), patch: patch.to_vec(), stored: Bytes::new() };
        pod.stored = pod.create();
        pod
    }

    fn create(&self) -> Bytes {
        let config = yaml::parse(&self.config).expect("it parses").value;
        let nothing = decode::zero(self.schema());
        let applied = self.as_writer(|write| ownership::apply(write, &nothing, &config, false));
        let applied = applied.expect("nobody is there to conflict with").expect("all is new");
        let mut object = decode::unstructured(applied.document.expect("something is new"), self.schema())
            .expect("it is a Pod")
            .value;
        form::default(self.resource, self.version(), &mut object);
        applied.managers.write_to(self.schema(), &mut object);
        set_meta(self.schema(), &mut object, "uid", "8f2a7c9e-6a0b-4b43-9a51-0d4f1f5a8b6c");
        set_meta(self.schema(), &mut object, "creationTimestamp", "2026-01-02T03:04:05Z");
        let stored = form::to_stored(self.resource, self.storage(), self.version(), object);
        form::stored_bytes(self.storage(), &stored, form::StoredAs::Protobuf).expect("it is not deep")
    }

    pub(crate) fn version(&self) -> &Version {
        &self.resource.versions[0]
    }

    pub(crate) fn schema(&self) -> &Struct {
        &self.version().schema
    }

    pub(crate) fn storage(&self) -> &Storage {
        self.resource.storage.as_ref().expect("Pods are stored")
    }

    /// As it is served.
    pub(crate) fn live(&self) -> Value {
        form::from_stored(self.resource, self.storage(), self.version(), &self.stored, REVISION)
            .expect("it was stored so")
    }

    /// The object after the patch, before anybody says who owns what.
    pub(crate) fn patched(&self) -> Value {
        let patch = patch::strategic::parse(&self.patch).expect("it parses");
        let patched = patch::strategic::apply(&self.live(), &patch, self.schema()).expect("it applies");
        let mut object = decode::unstructured(patched, self.schema()).expect("it is a Pod").value;
        form::default(self.resource, self.version(), &mut object);
        object.remove_meta("managedFields");
        object
    }

    /// What follows when nothing changed: prepared, found to be what is stored, and shown.
    pub(crate) fn unchanged(&self, object: Value) -> Vec<u8> {
        let (bytes, answer) = self.stored(object);
        assert_eq!(bytes, self.stored);
        answer
    }

    /// What follows once an object is computed: prepared, validated as any, made ready to be stored, and shown.
    pub(crate) fn stored(&self, object: Value) -> (Bytes, Vec<u8>) {
        let mut object = decode::value(object, self.schema()).expect("it is a Pod").value;
        form::default(self.resource, self.version(), &mut object);
        let errors = object_meta::validate(&object, true, |_, _| Vec::new());
        assert!(errors.is_empty(), "{errors:?}");
        let stored = form::to_stored(self.resource, self.storage(), self.version(), object);
        let bytes =
            form::stored_bytes(self.storage(), &stored, form::StoredAs::Protobuf).expect("it is not deep");
        let shown = form::serve(self.resource, self.storage(), self.version(), stored, REVISION + 1);
        (bytes, to_json(&shown))
    }

    pub(crate) fn as_writer<T>(&self, write: impl FnOnce(&ownership::Write<'_>) -> T) -> T {
        write(&ownership::Write {
            versions: self.resource,
            schema: self.schema(),
            api_version: "v1",
            manager: "bench",
            subresource: "",
            ignored: &FieldSet::of_names(self.resource.strategy.resets.iter().map(|name| name.as_str())),
            now: "2026-01-02T03:04:05Z",
        })
    }
}
