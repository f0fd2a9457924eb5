//! PATCH: a JSON patch, a merge patch or a strategic merge patch of what is there; or an apply.

use super::Write;
use super::apply::Wanted;
use super::decode::{defaulted, no_conversion};
use super::options::{FieldValidation, OptionsKind, WriteOptions};
use super::update::{Intent, Outcome};
use crate::request::read::check_name;
use crate::request::reply::Response;
use hyper::body::Incoming;
use pintle_meta::value::to_json;
use pintle_meta::{FieldError, GroupVersion, ObjectMut, Reason, Status, Value};
use pintle_schema::decode::{self, Decoded};
use pintle_schema::patch::strict::Shape;
use pintle_schema::patch::{self, PatchError};

/// A patch as sent, parsed once, and what a strict reader says of it.
pub(super) struct Sent {
    patch: Patch,
    strict: Vec<String>,
}

enum Patch {
    Json(patch::json::Document),
    Merge(Value),
    Strategic(Value),
}

pub(super) async fn patch(write: Write, body: Incoming) -> Result<Response, Status> {
    let kind = write.patch_kind()?;
    let body = write.body(body).await?;
    let (intent, options) = match kind {
        Kind::Apply => {
            let options = WriteOptions::read(&write.query, OptionsKind::Apply)?;
            (Intent::Apply(Wanted::read(&body, &write.query)), options)
        }
        kind => {
            let options = WriteOptions::read(&write.query, OptionsKind::Patch)?;
            match Sent::read(kind, &body, options.field_validation) {
                Ok(sent) => (Intent::Patch(sent), options),
                Err(error) => return Err(write.unreadable(error).await?),
            }
        }
    };
    let (code, object) = match write.change(&intent, &options).await? {
        Outcome::Changed(object) => (200, object),
        Outcome::Created(object) => (201, object),
    };
    write.show(code, object)
}

#[derive(Clone, Copy)]
enum Kind {
    Json,
    Merge,
    Strategic,
    Apply,
}

impl Sent {
    fn read(kind: Kind, body: &[u8], validation: FieldValidation) -> Result<Sent, PatchError> {
        let patch = match kind {
            Kind::Json => Patch::Json(patch::json::Document::parse(body)?),
            Kind::Merge => Patch::Merge(patch::merge::parse(body)?),
            Kind::Strategic => Patch::Strategic(patch::strategic::parse(body)?),
            Kind::Apply => unreachable!("an apply is read as what is wanted"),
        };
        let shape = if matches!(kind, Kind::Json) { Shape::Operations } else { Shape::Members };
        let strict = match validation {
            FieldValidation::Ignore => Vec::new(),
            _ => patch::strict::findings(body, shape),
        };
        Ok(Sent { patch, strict })
    }
}

impl Write {
    /// What is said of a patch that can't be read: nothing is, when there is nothing to patch.
    async fn unreadable(&self, error: PatchError) -> Result<Status, Status> {
        check_name(&self.name)?;
        Ok(match self.stored(&self.name).await? {
            Some(_) => error.into_status(),
            None => self.not_found(),
        })
    }

    fn patch_kind(&self) -> Result<Kind, Status> {
        let value = self.head.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        // Compared letter by letter, other than a create's; parameters are not looked at.
        match value.unwrap_or_default().split(';').next().unwrap_or_default().trim() {
            "application/json-patch+json" => Ok(Kind::Json),
            "application/merge-patch+json" => Ok(Kind::Merge),
            "application/strategic-merge-patch+json" => Ok(Kind::Strategic),
            "application/apply-patch+yaml" => Ok(Kind::Apply),
            // The route itself lists the types above, and refuses others before the patch is looked at.
            _ => {
                let status =
                    Status::failure(415, Reason::UnsupportedMediaType, "415: Unsupported Media Type");
                Err(Status { details: Some(Box::default()), ..status })
            }
        }
    }

    /// What the patch makes of the document `before`.
    pub(super) fn patched(
        &self,
        sent: &Sent,
        before: &Value,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        let patch = &sent.patch;
        let schema = self.target.document_schema();
        let patched = match patch {
            Patch::Json(document) => document.apply(before),
            Patch::Merge(patch) => patch::merge::apply(before, patch),
            Patch::Strategic(patch) => patch::strategic::apply(before, patch, schema),
        };
        let patched = patched.map_err(PatchError::into_status)?;
        let shown = patched.clone();
        let decoded = match patch {
            Patch::Strategic(_) => decode::unstructured(patched, schema),
            _ => self.check_kind(&patched, patch).map(|()| decode::value(patched, schema))?,
        };
        let Decoded { mut value, strict } =
            decoded.map_err(|error| self.refuse(patch, &shown, &error.to_string()))?;
        let strict = [&sent.strict[..], &strict].concat();
        self.report(patch, &shown, strict, options)?;
        value.set_group_version_kind(self.target.document_kind());
        Ok(defaulted(&self.target, value))
    }

    /// A patch may not make another kind of an object.
    fn check_kind(&self, patched: &Value, patch: &Patch) -> Result<(), Status> {
        let wanted = self.target.document_kind();
        let said =
            decode::type_meta_of(patched).map_err(|error| self.refuse(patch, patched, &error.to_string()))?;
        let group_version = match said.api_version.as_str() {
            "" => wanted.group_version(),
            text => GroupVersion::parse(text).map_err(|error| self.refuse(patch, patched, &error))?,
        };
        let found =
            group_version.with_kind(if said.kind.is_empty() { wanted.kind.clone() } else { said.kind });
        if found == *wanted {
            return Ok(());
        }
        Err(self.refuse(patch, patched, &no_conversion(&found, wanted, &wanted.version)))
    }

    fn report(
        &self,
        patch: &Patch,
        shown: &Value,
        strict: Vec<String>,
        options: &WriteOptions,
    ) -> Result<(), Status> {
        match options.field_validation {
            FieldValidation::Strict if !strict.is_empty() => {
                Err(self.refuse(patch, shown, &format!("strict decoding error: {}", strict.join(", "))))
            }
            FieldValidation::Warn => {
                strict.into_iter().for_each(|text| self.warnings.add(text));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// 422 about the field `patch`: the patched document (for a strategic patch, the patch) is not of its type.
    fn refuse(&self, patch: &Patch, shown: &Value, why: &str) -> Status {
        let shown = match patch {
            Patch::Strategic(patch) => Value::from(patch::strategic::go_map_text(patch)),
            _ => Value::from(String::from_utf8_lossy(&to_json(shown)).into_owned()),
        };
        Status::invalid("", "", "", &[FieldError::invalid("patch", &shown, why)])
    }
}
