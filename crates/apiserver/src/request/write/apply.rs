//! Server-side apply: what its manager wants of an object, merged into what is there, or the beginning of it.

use super::Write;
use super::decode::defaulted;
use super::options::{FieldValidation, WriteOptions};
use crate::request::receive::Query;
use pintle_meta::status::{Cause, Details};
use pintle_meta::{GroupVersionKind, Object, Reason, Status, Value};
use pintle_schema::ownership::{self, ApplyError, Conflicts};
use pintle_schema::{decode, object_meta, yaml};

/// What was sent, parsed once.
pub(super) struct Wanted {
    document: Result<yaml::Parsed, String>,
    force: bool,
}

impl Wanted {
    pub(super) fn read(body: &[u8], query: &Query) -> Wanted {
        let parsed = yaml::parse(body).map_err(|error| format!("error converting YAML to JSON: {error}"));
        let document = parsed.and_then(|parsed| {
            match &parsed.value {
                Value::Map(_) | Value::Null => Ok(parsed),
                other => Err(format!(
                    "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                    other.json_kind()
                )),
            }
        });
        Wanted { document, force: query.flag("force") }
    }

    fn document(&self) -> Result<&yaml::Parsed, Status> {
        let document = self.document.as_ref();
        document.map_err(|error| Status::bad_request(format!("error decoding YAML: {error}")))
    }
}

impl Write {
    /// The new object that `wanted` asks for, with its owners.
    pub(super) fn applied_to_nothing(
        &self,
        wanted: &Wanted,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        let zero = decode::zero(self.target.document_schema());
        let mut object = self.applied(wanted, zero, options)?;
        let uid = object.uid();
        if !uid.is_empty() {
            let why = format!(
                "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
            );
            return Err(Status::conflict(&self.group_resource(), &self.name, &why));
        }
        object_meta::wipe_system(&mut object);
        self.place_in_namespace(&mut object)?;
        self.check_name(&object)?;
        self.dedup_owners(&mut object);
        Ok(object)
    }

    /// What `wanted` makes of the document `before`, with its owners.
    pub(super) fn applied(
        &self,
        wanted: &Wanted,
        before: Value,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        let parsed = wanted.document()?;
        let kind = parsed.value.group_version_kind().unwrap_or_else(|| GroupVersionKind::new("", "", ""));
        if kind != *self.target.document_kind() {
            return Err(Status::bad_request(format!("invalid object type: {kind}")));
        }
        let applied = ownership::apply(&self.owning().write(), &before, &parsed.value, wanted.force);
        let applied = applied.map_err(|error| self.refuse_apply(&error))?;
        self.report_doubled(&parsed.duplicates, options)?;
        let Some(applied) = applied else { return Ok(before) };
        let mut document = match applied.document {
            Some(merged) => self.whole(merged, &parsed.value)?,
            None => before,
        };
        applied.managers.write_to(self.target.document_schema(), &mut document);
        Ok(document)
    }

    /// A merged document in normal form, with defaults.
    fn whole(&self, merged: Value, config: &Value) -> Result<Value, Status> {
        let decoded = decode::unstructured(merged, self.target.document_schema()).map_err(|error| {
            let (namespace, name) = (config.namespace(), config.name());
            let kind = self.target.document_kind();
            Status::unclassified(format!(
                "failed to convert new typed object ({namespace}/{name}; {kind}) to object: {error}"
            ))
        })?;
        Ok(defaulted(&self.target, decoded.value))
    }

    fn refuse_apply(&self, error: &ApplyError) -> Status {
        match error {
            ApplyError::Conflict(conflicts) => conflict(conflicts),
            ApplyError::OwnManagedFields => Status::bad_request(error.to_string()),
            ApplyError::Config { .. } | ApplyError::Unownable(_) => Status::unclassified(error.to_string()),
        }
    }

    /// Keys that stand twice are looked for last: a conflict is told before them.
    fn report_doubled(&self, doubled: &[String], options: &WriteOptions) -> Result<(), Status> {
        if doubled.is_empty() || options.field_validation == FieldValidation::Ignore {
            return Ok(());
        }
        let lines = doubled.join("\n  ");
        let text = format!("error converting YAML to JSON: yaml: unmarshal errors:\n  {lines}");
        if options.field_validation == FieldValidation::Strict {
            return Err(Status::bad_request(format!("error strict decoding YAML: {text}")));
        }
        self.warnings.add(text);
        Ok(())
    }
}

/// 409 that names every field and who owns it.
fn conflict(conflicts: &Conflicts) -> Status {
    let causes = conflicts.each().into_iter().map(|conflict| Cause {
        reason: "FieldManagerConflict".into(),
        message: format!("conflict with {}", conflict.manager),
        field: conflict.path,
    });
    let details = Details { causes: causes.collect(), ..Details::default() };
    let status = Status::failure(409, Reason::Conflict, conflicts.text());
    Status { details: Some(Box::new(details)), ..status }
}
