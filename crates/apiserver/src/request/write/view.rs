//! What a write's documents are to the object: itself, or a view of it such as its Scale. Clients send and are shown
//! documents; the stages behind this one see whole objects.

use super::Write;
use super::live::Live;
use pintle_meta::{Status, Value};
use pintle_schema::resource::View;
use pintle_schema::scale;

impl Write {
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
        Ok(scale::apply(paths, &self.target.version().schema, &document, &live.object))
    }
}
