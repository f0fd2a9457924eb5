//! The OpenAPI documents of an API, computed from its resources and types.
//!
//! ```text
//! Resource ---> resource.rs --\                        /--> v3.rs: a document per group version \
//!               server.rs ----- > operations ---------<                                          > proto/
//! Struct -----> definition.rs, field.rs -> schemas ----\--> v2.rs: one document (shared.rs)      /
//! ```
//!
//! # What whoever serves them has to do
//!
//! A document's *hash* is the upper-case hexadecimal SHA-512 of its JSON. Its ETag is the hash in double quotes,
//! for the protobuf form too (`Vary: Accept` tells them apart). Any method is answered as GET is.
//!
//! `/openapi/v2`, `/openapi/v3/NAME`:
//! - The clauses of `Accept` (absent: `*/*`) are tried from the highest q down, in the order given; for each,
//!   the forms in the order `application/json`, `.../com.github.proto-openapi.spec.vN.v1.0+protobuf`, and the
//!   latter's old name with `@v1.0`, whose answer bears the new name (version 2 tries the old one before the
//!   new). `*` in either place of a clause matches. Nothing matches: 406 without a body.
//! - Always `Vary: Accept`, `Etag`, and `Last-Modified`: when this document was last made from changed data.
//!   `If-None-Match` (also `*`) and `If-Modified-Since` are answered 304 without a body and Content-Type; ranges
//!   are served.
//! - An unknown NAME is 404 without a body.
//! - Version 3 only, with `?hash=`: another hash than the document's is answered 301 to [`v3_address`], with the
//!   Content-Type of the form that was asked for; its own adds `Cache-Control: public, immutable` and
//!   `Expires` a year from now (RFC 1123, zone `UTC`). Without `?hash=` neither is set.
//!
//! `/openapi/v3` is [`v3_index`]: whatever `Accept` says, as `text/plain; charset=utf-8`, with its own hash as
//! ETag and the present as `Last-Modified`.
//!
//! Clients keep documents by their hashes, so a document must come out the same, byte for byte, on every server
//! of a cluster: nothing here depends on the order of resources or on any hash map's.

mod custom;
mod definition;
mod document;
mod field;
mod index;
mod operation;
mod parameter;
pub mod proto;
mod resource;
mod server;
mod shared;
mod stream;
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

    /// Whether a definition is a custom resource's. Such a definition is called after its group with the parts
    /// turned round, version and kind: `com.example.stable.v1.Tab`; its list's stands beside it.
    fn custom(&self, _definition: &str) -> bool {
        false
    }

    /// The whole schema of a definition that its author wrote (of a custom resource or its list), in the words
    /// of version 3 or 2; what it refers to is added by itself.
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

pub use index::{v3_address, v3_index};
pub use v2::document as v2_document;
pub use v3::{document as v3_document, names as v3_names};
