//! The built-in kinds: facts as data, read once at start, and the few hooks that data cannot replace.
//!
//! The facts below `data/` are made by `cargo xtask catalog` and carry no prose, but for `data/overlay/`, which is
//! ours: what the reference does in code and no published fact says. Absent on purpose: I/O, HTTP.
//!
//! ```text
//! data/types/*.facts --> Struct by OpenAPI name ---+--> kinds
//! data/overlay/*.facts --> their defaults ---------+
//! data/resources.facts --> Resource ---------------+ <-- hooks/GROUP/KIND.rs
//! data/bootstrap.facts --> objects a fresh server makes
//! data/openapi.facts, descriptions --> what OpenAPI documents say beside
//! ```

mod bootstrap;
pub mod hooks;
mod load;
mod openapi;

pub use bootstrap::{BootstrapObject, bootstrap};
pub use openapi::{Described, Descriptions, described, descriptions};

use aws_lc_rs::digest;
use load::types::Definitions;
use pintle_meta::{GroupVersionKind, Str, base64};
use pintle_schema::{Resource, Struct};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Everything built in.
#[derive(Debug)]
pub struct Catalog {
    resources: Vec<Arc<Resource>>,
    groups: Vec<(Str, Vec<Str>)>,
    definitions: HashMap<Str, Arc<Struct>>,
    kinds: HashMap<GroupVersionKind, Arc<Struct>>,
}

/// Everything built in; read on first use, in a few milliseconds.
pub fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::load);
    &CATALOG
}

impl Catalog {
    fn load() -> Catalog {
        let types = include_str!(concat!(env!("OUT_DIR"), "/types.facts"));
        let overlay = include_str!(concat!(env!("OUT_DIR"), "/overlay.facts"));
        let definitions = Definitions::read(types, overlay);
        let (groups, resources) =
            load::resources::read(include_str!("../data/resources.facts"), &definitions);
        let Definitions { structs, kinds } = definitions;
        Catalog { resources, groups, definitions: structs, kinds }
    }

    /// Every resource, served by default or not.
    pub fn resources(&self) -> &[Arc<Resource>] {
        &self.resources
    }

    /// Groups in the order of discovery ("" is core), each with its versions, preferred first.
    pub fn groups(&self) -> &[(Str, Vec<Str>)] {
        &self.groups
    }

    /// The type of this OpenAPI name.
    pub fn definition(&self, openapi_name: &str) -> Option<&Arc<Struct>> {
        self.definitions.get(openapi_name)
    }

    /// Every type by its OpenAPI name, in no particular order.
    pub fn definitions(&self) -> impl Iterator<Item = &Arc<Struct>> {
        self.definitions.values()
    }

    /// The type of this kind: of resources, lists, options, reviews.
    pub fn kind(&self, kind: &GroupVersionKind) -> Option<&Arc<Struct>> {
        self.kinds.get(kind)
    }
}

/// What discovery publishes of the kind that a resource is stored as.
pub fn storage_version_hash(kind: &GroupVersionKind) -> String {
    let text = format!("{}/{}/{}", kind.group, kind.version, kind.kind);
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    base64::encode(&digest.as_ref()[..8])
}
