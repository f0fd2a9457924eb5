//! The vocabulary every room speaks: documents, kinds, versions, selectors, quantities, statuses.
//!
//! Absent on purpose: tokio, HTTP, storage, clocks, and the name of any kind.

pub mod base64;
pub mod field;
pub mod group;
pub mod names;
pub mod object;
pub mod quantity;
pub mod resource_version;
pub mod selector;
pub mod status;
pub mod time;
pub mod value;

pub use field::{FieldError, FieldErrorKind};
pub use group::{GroupResource, GroupVersion, GroupVersionKind, GroupVersionResource};
pub use object::{Object, ObjectMut};
pub use quantity::Quantity;
pub use resource_version::ResourceVersion;
pub use selector::{FieldSelector, LabelSelector};
pub use status::{Reason, Status};
pub use value::{List, Map, Str, Value};
