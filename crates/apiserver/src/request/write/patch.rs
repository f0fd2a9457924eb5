//! PATCH: a JSON patch, a merge patch or a strategic merge patch of what is there.

use super::Write;
use super::live::Live;
use super::options::{FieldValidation, OptionsKind, WriteOptions};
use super::update::{Intent, Outcome};
use crate::request::reply::Response;
use hyper::body::Incoming;
use pintle_meta::value::to_json;
use pintle_meta::{FieldError, Object, Status, Value};
use pintle_schema::decode::{self, Decoded};
use pintle_schema::{form, patch};

/// The media types of patches, in the order the reference lists them.
const PATCHES: [&str; 4] = [
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
];

/// A patch as sent, parsed once.
pub(super) enum Patch {
    Json(patch::json::Document),
    Merge(Value),
    Strategic(Value),
}

pub(super) async fn patch(write: Write, body: Incoming) -> Result<Response, Status> {
    let kind = write.patch_kind()?;
    let body = write.body(body).await?;
    let options = WriteOptions::read(&write.query, OptionsKind::Patch)?;
    let patch = match kind {
        Kind::Json => {
            Patch::Json(patch::json::Document::parse(&body).map_err(patch::PatchError::into_status)?)
        }
        Kind::Merge => Patch::Merge(patch::merge::parse(&body).map_err(patch::PatchError::into_status)?),
        Kind::Strategic => {
            Patch::Strategic(patch::strategic::parse(&body).map_err(patch::PatchError::into_status)?)
        }
    };
    let (code, object) = match write.change(&Intent::Patch(patch), &options).await? {
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
}

impl Write {
    fn patch_kind(&self) -> Result<Kind, Status> {
        let value = self.head.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type =
            value.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media_type.as_str() {
            "application/json-patch+json" => Ok(Kind::Json),
            "application/merge-patch+json" => Ok(Kind::Merge),
            "application/strategic-merge-patch+json" => Ok(Kind::Strategic),
            _ => Err(Status::unsupported_media_type(&PATCHES)),
        }
    }

    /// The object as the patch makes it of `live`.
    pub(super) fn patched(
        &self,
        patch: &Patch,
        live: &Live,
        options: &WriteOptions,
    ) -> Result<Value, Status> {
        let schema = &self.target.version().schema;
        let before = &live.object;
        let patched = match patch {
            Patch::Json(document) => document.apply(before),
            Patch::Merge(patch) => patch::merge::apply(before, patch),
            Patch::Strategic(patch) => patch::strategic::apply(before, patch, schema),
        };
        let patched = patched.map_err(patch::PatchError::into_status)?;
        let shown = patched.clone();
        let Decoded { value, strict } =
            decode::value(patched, schema).map_err(|error| self.refuse(patch, &shown, &error.to_string()))?;
        self.report(patch, &shown, strict, options)?;
        let mut object = value;
        form::default(&self.target.resource, self.target.version(), &mut object);
        self.check_identity(&object)?;
        Ok(object)
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

    fn check_identity(&self, object: &Value) -> Result<(), Status> {
        if self.target.is_namespaced() && object.namespace() != self.namespace.as_str() {
            let text =
                "the namespace of the provided object does not match the namespace sent on the request";
            return Err(Status::bad_request(text));
        }
        self.check_name(object)
    }
}
