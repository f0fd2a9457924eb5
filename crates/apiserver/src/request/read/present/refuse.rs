//! What can't be shown as the client asked.

use super::Presenter;
use pintle_meta::{Reason, Status};

impl Presenter {
    pub(super) fn not_a_list(&self) -> Status {
        let ty = self.go_type("");
        let text =
            format!("you requested PartialObjectMetadataList, but the requested object is not a list ({ty})");
        Status::failure(406, Reason::NotAcceptable, text)
    }

    pub(super) fn is_a_list(&self) -> Status {
        let ty = self.go_type("List");
        let text = format!("you requested PartialObjectMetadata, but the requested object is a list ({ty})");
        Status::failure(406, Reason::NotAcceptable, text)
    }

    /// How the reference's errors call the hub type.
    fn go_type(&self, suffix: &str) -> String {
        let kind = &self.target.version().kind;
        let package =
            if kind.group.is_empty() { "core" } else { kind.group.split('.').next().unwrap_or_default() };
        format!("*{package}.{}{suffix}", kind.kind)
    }
}
