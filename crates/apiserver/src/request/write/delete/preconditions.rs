//! What a delete says of the object that it means.

use super::options::DeleteOptions;
use crate::request::write::Write;
use pintle_meta::{GroupResource, Object, Status, Value};

impl Write {
    pub(super) fn check_preconditions(&self, object: &Value, options: &DeleteOptions) -> Result<(), Status> {
        let differ = |wanted: &Option<String>, have: &str| wanted.clone().filter(|wanted| wanted != have);
        if let Some(uid) = differ(&options.uid, object.uid()) {
            let likely = "The object might have been deleted and then recreated";
            return Err(self.failed_precondition(object, "UID", &uid, object.uid(), likely));
        }
        if let Some(revision) = differ(&options.resource_version, object.resource_version()) {
            let (have, likely) = (object.resource_version(), "The object might have been modified");
            return Err(self.failed_precondition(object, "ResourceVersion", &revision, have, likely));
        }
        Ok(())
    }

    fn failed_precondition(
        &self,
        object: &Value,
        what: &str,
        asked: &str,
        have: &str,
        likely: &str,
    ) -> Status {
        if self.target.resource.hooks.deletes_by_own_store() {
            let why = format!(
                "Precondition failed: {what} in precondition: {asked}, {what} in object meta: {have}"
            );
            return Status::conflict(&self.group_resource(), object.name(), &why);
        }
        let kind = &self.target.version().kind;
        let named = GroupResource::new(kind.group.clone(), kind.kind.clone());
        let why = format!(
            "the {what} in the precondition ({asked}) does not match the {what} in record ({have}). {likely}"
        );
        Status::conflict(&named, object.name(), &why)
    }
}
