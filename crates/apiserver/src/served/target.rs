//! What a request is about, looked up: a resource, one of its versions, perhaps a subresource.

use crate::request::receive::RequestInfo;
use pintle_meta::{GroupResource, GroupVersionKind, ObjectMut, Str, Value};
use pintle_schema::resource::{Scope, Subresource, Version, View};
use pintle_schema::{Resource, Struct, scale};
use std::sync::Arc;

/// A resource at a version, and a subresource where one is meant.
#[derive(Clone, Debug)]
pub struct Target {
    /// The resource.
    pub resource: Arc<Resource>,
    version: usize,
    subresource: Option<usize>,
}

impl Target {
    /// The resource itself at its version number `version`.
    pub fn new(resource: Arc<Resource>, version: usize) -> Target {
        Target { resource, version, subresource: None }
    }

    /// The same with a subresource; `None` when there is none of that name.
    pub fn with_subresource(mut self, name: &str) -> Option<Target> {
        self.subresource = Some(self.version().subresources.iter().position(|sub| sub.name == name)?);
        Some(self)
    }

    /// The version asked for.
    pub fn version(&self) -> &Version {
        &self.resource.versions[self.version]
    }

    /// The subresource asked for.
    pub fn subresource(&self) -> Option<&Subresource> {
        self.subresource.map(|at| &self.version().subresources[at])
    }

    /// What its documents are to the object.
    pub fn view(&self) -> &View {
        self.subresource().map_or(&View::Whole, |sub| &sub.view)
    }

    /// The kind of the documents that are sent and answered.
    pub fn document_kind(&self) -> &GroupVersionKind {
        self.subresource().map_or(&self.version().kind, |sub| &sub.kind)
    }

    /// The shape of those documents; that of the object for streams, which have none.
    pub fn document_schema(&self) -> &Arc<Struct> {
        self.subresource().and_then(|sub| sub.schema.as_ref()).unwrap_or(&self.version().schema)
    }

    /// Whether its documents can be written as protobuf: those of built-in kinds.
    pub fn has_protobuf(&self) -> bool {
        pintle_catalog::catalog().kind(self.document_kind()).is_some()
    }

    /// What of `object` the target is about, as it is shown.
    pub fn document_of(&self, object: Value) -> Value {
        let View::Scale(paths) = self.view() else { return object };
        let mut scale = scale::of(paths, self.document_schema(), &object);
        scale.set_group_version_kind(self.document_kind());
        scale
    }

    /// Group and plural.
    pub fn group_resource(&self) -> GroupResource {
        self.resource.group_resource()
    }

    /// Whether objects live in namespaces.
    pub fn is_namespaced(&self) -> bool {
        self.resource.scope == Scope::Namespaced
    }

    /// The namespace part of a key; `None` for resources of the cluster, and across namespaces.
    pub fn namespace_of<'a>(&self, info: &'a RequestInfo) -> Option<&'a str> {
        Some(info.namespace.as_str()).filter(|namespace| self.is_namespaced() && !namespace.is_empty())
    }

    /// Where objects are stored, below the storage prefix; `None` for resources that store nothing.
    pub fn storage_prefix(&self) -> Option<&Str> {
        self.resource.storage.as_ref().map(|storage| &storage.prefix)
    }
}
