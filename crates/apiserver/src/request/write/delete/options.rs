//! Options of a delete: from the body when there is one, else from the query; never from both.

use crate::request::write::Write;
use crate::request::write::decode::{BodyFormat, body_format};
use crate::request::write::options::dry_run_error;
use pintle_meta::{FieldError, GroupVersion, Status, Value};
use pintle_schema::decode::{self, TypeMeta};
use pintle_schema::protobuf::Envelope;
use pintle_schema::yaml;

/// What is to become of an object and its dependents.
#[derive(Clone, Debug, Default)]
pub(super) struct DeleteOptions {
    pub(super) dry_run: bool,
    pub(super) grace_period_seconds: Option<i64>,
    pub(super) uid: Option<String>,
    pub(super) resource_version: Option<String>,
    pub(super) orphan_dependents: Option<bool>,
    pub(super) propagation: Option<Propagation>,
}

/// What becomes of dependents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Propagation {
    Orphan,
    Background,
    Foreground,
}

impl Write {
    /// Reads the options of a delete.
    ///
    /// # Errors
    /// 400 for what can't be decoded, 422 for what does not go together.
    pub(super) fn delete_options(&self, body: &[u8]) -> Result<DeleteOptions, Status> {
        let document =
            if body.is_empty() { self.options_from_query()? } else { self.options_from_body(body)? };
        validated(&document)
    }

    fn options_from_query(&self) -> Result<Value, Status> {
        let mut document = Value::map();
        let Some(map) = document.as_map_mut() else { return Ok(document) };
        if let Some(seconds) = self.query.integer("gracePeriodSeconds").map_err(Status::bad_request)? {
            map.insert("gracePeriodSeconds", seconds);
        }
        if let Some(orphan) = self.query.flag_if_given("orphanDependents") {
            map.insert("orphanDependents", orphan);
        }
        if let Some(policy) = self.query.first("propagationPolicy") {
            map.insert("propagationPolicy", policy);
        }
        if let Some(uid) = self.query.first("uid").filter(|uid| !uid.is_empty()) {
            map.insert("preconditions", Value::from([("uid", uid.into())]));
        }
        map.insert("dryRun", self.query.all("dryRun").map(Value::from).collect::<Value>());
        Ok(document)
    }

    fn options_from_body(&self, body: &[u8]) -> Result<Value, Status> {
        const SCHEME: &str = "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27";
        let schema = pintle_catalog::catalog()
            .definition("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions")
            .ok_or_else(|| Status::internal("the catalog lacks DeleteOptions"))?;
        let parsed = match body_format(&self.head.headers)? {
            BodyFormat::Protobuf => {
                let envelope =
                    Envelope::read(body).map_err(|error| Status::bad_request(error.to_string()))?;
                let said =
                    TypeMeta { api_version: envelope.api_version.clone(), kind: envelope.kind.clone() };
                let document =
                    envelope.document(schema).map_err(|error| Status::bad_request(error.to_string()))?;
                (document, said)
            }
            BodyFormat::Json => {
                let said = decode::type_meta(body).map_err(|error| {
                    Status::bad_request(format!("couldn't get version/kind; json parse error: {error}"))
                })?;
                let document = pintle_meta::value::parse(body)
                    .map_err(|error| Status::bad_request(error.to_string()))?;
                (document, said)
            }
            BodyFormat::Yaml => {
                let parsed = yaml::parse(body).map_err(|error| Status::bad_request(error.to_string()))?;
                let said = decode::type_meta_of(&parsed.value)
                    .map_err(|error| Status::bad_request(error.to_string()))?;
                (parsed.value, said)
            }
        };
        let (document, TypeMeta { api_version, kind }) = parsed;
        if !kind.is_empty() && kind != "DeleteOptions" {
            let version = GroupVersion::parse(&api_version).map_err(Status::bad_request)?;
            let text =
                format!("no kind \"{kind}\" is registered for version \"{version}\" in scheme \"{SCHEME}\"");
            return Err(Status::bad_request(text));
        }
        let decoded =
            decode::value(document, schema).map_err(|error| Status::bad_request(error.to_string()))?;
        Ok(decoded.value)
    }
}

fn validated(document: &Value) -> Result<DeleteOptions, Status> {
    let policy = document.get("propagationPolicy").and_then(Value::as_str);
    let orphan = document.get("orphanDependents").and_then(Value::as_bool);
    let dry_run: Vec<&str> = document
        .get("dryRun")
        .and_then(Value::as_list)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut errors = Vec::new();
    if let (Some(policy), Some(_)) = (policy, orphan) {
        let detail = "orphanDependents and deletionPropagation cannot be both set";
        errors.push(FieldError::invalid("propagationPolicy", &Value::from(policy), detail));
    }
    let propagation = match policy {
        None => None,
        Some("Orphan") => Some(Propagation::Orphan),
        Some("Background") => Some(Propagation::Background),
        Some("Foreground") => Some(Propagation::Foreground),
        Some(other) => {
            let allowed = ["Foreground", "Background", "Orphan", "nil"];
            errors.push(FieldError::not_supported("propagationPolicy", &Value::from(other), &allowed));
            None
        }
    };
    errors.extend(dry_run_error(&dry_run));
    if !errors.is_empty() {
        return Err(Status::invalid("meta.k8s.io", "DeleteOptions", "", &errors));
    }
    let precondition =
        |key: &str| document.at(&["preconditions", key]).and_then(Value::as_str).map(str::to_owned);
    Ok(DeleteOptions {
        dry_run: !dry_run.is_empty(),
        grace_period_seconds: document.get("gracePeriodSeconds").and_then(Value::as_int),
        uid: precondition("uid"),
        resource_version: precondition("resourceVersion"),
        orphan_dependents: orphan,
        propagation,
    })
}
