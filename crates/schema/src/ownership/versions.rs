//! Documents in the versions that their managers write in.

use crate::resource::Resource;
use crate::types::Struct;
use crate::{decode, form};
use pintle_meta::{GroupVersion, Str, Value};
use std::sync::Arc;

/// The versions of a resource, as far as ownership is concerned.
pub trait Versions {
    /// The type of documents of this group and version; `None` when nobody knows it (any more).
    fn schema(&self, api_version: &str) -> Option<Arc<Struct>>;

    /// A document of version `from` in version `to`, both known and not the same, in normal form.
    ///
    /// # Errors
    /// When the document is not of its type, in the reference's words.
    fn convert(&self, document: Value, from: &str, to: &str) -> Result<Value, String>;
}

impl Versions for Resource {
    fn schema(&self, api_version: &str) -> Option<Arc<Struct>> {
        self.version_of(api_version).map(|version| version.schema.clone())
    }

    fn convert(&self, document: Value, from: &str, to: &str) -> Result<Value, String> {
        let unknown = || format!("no version {from} or {to}");
        let (from, to) = self.version_of(from).zip(self.version_of(to)).ok_or_else(unknown)?;
        let decoded = decode::unstructured(document, &from.schema).map_err(|error| error.to_string())?;
        Ok(form::convert(self, from, to, decoded.value))
    }
}

impl Resource {
    fn version_of(&self, api_version: &str) -> Option<&crate::resource::Version> {
        let group_version = GroupVersion::parse(api_version).ok()?;
        self.versions.iter().find(|version| version.group_version() == group_version)
    }
}

/// Documents of one version, which are never converted: views of objects, such as Scale.
#[derive(Debug)]
pub struct OneVersion {
    /// Its group and version.
    pub api_version: Str,
    /// The type of its documents.
    pub schema: Arc<Struct>,
}

impl Versions for OneVersion {
    fn schema(&self, api_version: &str) -> Option<Arc<Struct>> {
        (api_version == self.api_version).then(|| self.schema.clone())
    }

    fn convert(&self, document: Value, _from: &str, _to: &str) -> Result<Value, String> {
        Ok(document)
    }
}
