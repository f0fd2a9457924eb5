//! The OpenAPI documents of an API, computed from its resources and types.
//!
//! ```text
//! Resource ---> resource.rs --\                        /--> v3.rs: one document per group version
//!               server.rs ----- > Operations ---------<
//! Struct -----> definition.rs, field.rs -> schemas ----\--> v2.rs: one document of all (shared.rs)
//! ```

mod definition;
mod document;
mod field;
mod operation;
mod parameter;
mod resource;
mod server;
mod shared;
mod v2;
mod v3;

use crate::resource::Resource;
use crate::types::Struct;
use pintle_meta::{GroupVersionKind, Value};
use std::sync::Arc;

/// What is known of types beside the resources themselves.
pub trait Types {
    /// The type of this definition name.
    fn definition(&self, name: &str) -> Option<&Arc<Struct>>;

    /// The type of this kind: lists, options, statuses.
    fn kind(&self, kind: &GroupVersionKind) -> Option<&Arc<Struct>>;

    /// The kinds that a definition stands for, sorted.
    fn kinds_of(&self, definition: &str) -> Vec<GroupVersionKind>;

    /// What the reference publishes of a definition's unions.
    fn unions(&self, definition: &str) -> Option<Value>;

    /// What people are told about a definition, or about one of its fields.
    fn describe(&self, definition: &str, field: Option<&str>) -> Option<&str>;

    /// The whole schema of a definition that is no struct (a custom resource's), in version 3's words or 2's.
    fn ready(&self, _definition: &str, _version_3: bool) -> Option<Value> {
        None
    }
}

/// An API to be described.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    /// Its resources; only versions that are served are described.
    pub resources: &'a [Arc<Resource>],
    /// Their types.
    pub types: &'a dyn Types,
    /// Version of the server in every document's `info`: `1.36`.
    pub version: &'a str,
}

pub use v2::document as v2_document;
pub use v3::{document as v3_document, names as v3_names};
