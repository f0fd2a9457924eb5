//! What a write's documents are to the object: itself, or a view of it such as its Scale. Clients send and are shown
//! documents; the stages behind this one see whole objects.

use super::Write;
use super::live::Live;
use pintle_meta::{Status, Value};
use pintle_schema::ownership::Managers;
use pintle_schema::resource::{ScalePaths, View};
use pintle_schema::scale::{self, Replicas};

impl Write {
    /// What of `live` this write is about, owners included.
    pub(super) fn live_document(&self, live: &Live) -> Value {
        let View::Scale(paths) = self.target.view() else { return live.object.clone() };
        let mut document = self.target.document_of(live.object.clone());
        let owners = scale::owners_shown(&self.replicas(paths), Managers::of(&live.object));
        owners.write_to(self.target.document_schema(), &mut document);
        document
    }

    /// The object that `document` makes of `live`.
    ///
    /// # Errors
    /// 422 when the document breaks a rule of its own.
    pub(super) fn object_of(&self, document: Value, live: &Live) -> Result<Value, Status> {
        let View::Scale(paths) = self.target.view() else { return Ok(document) };
        let errors = scale::validate(&document);
        if !errors.is_empty() {
            let kind = self.target.document_kind();
            return Err(Status::invalid(&kind.group, &kind.kind, &self.name, &errors));
        }
        let schema = &self.target.version().schema;
        let mut object = scale::apply(paths, schema, &document, &live.object);
        let owners = scale::owners_of_object(
            &self.replicas(paths),
            Managers::of(&live.object),
            Managers::of(&document),
        );
        owners.write_to(schema, &mut object);
        Ok(object)
    }

    /// Where the replicas of a Scale are in each version of the object.
    fn replicas<'a>(&'a self, paths: &'a ScalePaths) -> Replicas<'a> {
        let versions = self.target.resource.versions.iter();
        Replicas {
            version: self.target.version().group_version().to_string(),
            versions: versions.map(|version| version.group_version().to_string()).collect(),
            path: &paths.spec_replicas,
            shown_version: self.target.document_kind().group_version().to_string(),
        }
    }
}
