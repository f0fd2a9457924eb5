//! What a resource is, as data, and everything that follows from it by computation alone: decoding to normal
//! form, defaulting, pruning, patches, codecs, tables.
//!
//! Absent on purpose: I/O, clocks, randomness, and the name of any kind.

pub mod decode;
pub mod defaults;
pub mod form;
pub mod hooks;
mod names;
pub mod object_meta;
pub mod openapi;
pub mod ownership;
pub mod partial;
pub mod patch;
pub mod protobuf;
pub mod resource;
pub mod scale;
pub mod table;
pub mod types;
pub mod yaml;

pub use hooks::{Hooks, NoHooks};
pub use resource::Resource;
pub use types::{Field, Struct, Type};
