//! Metadata that every object has: who may set what, when it moves, and what is wrong with it.
//!
//! The rules are those of k8s.io/apiserver's registry/rest and of apimachinery's ObjectMeta validation.

mod edit;
mod validate;
mod validate_update;

pub use edit::{
    begin_create, begin_update, bump_generation, dedup_owner_references, only_times_differ, set_meta,
    wipe_system,
};
pub(crate) use validate::ANNOTATIONS_MAX;
pub use validate::{NameCheck, validate};
pub use validate_update::validate_update;
