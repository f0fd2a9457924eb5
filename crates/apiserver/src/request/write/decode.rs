//! A body becomes an object in normal form: read once, checked against the endpoint's kind.

use super::options::FieldValidation;
use crate::request::receive::content_type;
use crate::request::reply::Warnings;
use crate::served::Target;
use http::HeaderMap;
use pintle_meta::{GroupVersion, GroupVersionKind, Object, Status, Value};
use pintle_schema::decode::{self, DecodeError, Decoded};
use pintle_schema::protobuf::Envelope;
use pintle_schema::resource::View;
use pintle_schema::{Struct, form, yaml};

/// Media types that can be read, in the order the reference lists them.
const READABLE: [&str; 3] = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyFormat {
    Json,
    Yaml,
    Protobuf,
}

/// The format that `Content-Type` names.
///
/// # Errors
/// 415.
pub(super) fn body_format(headers: &HeaderMap) -> Result<BodyFormat, Status> {
    match content_type(headers).as_deref() {
        Some("" | "application/json") => Ok(BodyFormat::Json),
        Some("application/yaml") => Ok(BodyFormat::Yaml),
        Some("application/vnd.kubernetes.protobuf") => Ok(BodyFormat::Protobuf),
        _ => Err(Status::unsupported_media_type(&READABLE)),
    }
}

/// What an endpoint takes.
pub(super) struct Expected<'a> {
    pub(super) kind: &'a GroupVersionKind,
    pub(super) schema: &'a Struct,
}

/// Reads the body of a create or update of `target`, with defaults set.
///
/// # Errors
/// 400 in the reference's words.
pub(super) fn object(
    target: &Target,
    format: BodyFormat,
    body: &[u8],
    validation: FieldValidation,
    warnings: &Warnings,
) -> Result<Value, Status> {
    let expected = Expected { kind: target.document_kind(), schema: target.document_schema() };
    Ok(defaulted(target, document(&expected, format, body, validation, warnings)?))
}

/// A document of `target` in normal form, with its defaults set; views have none.
pub(super) fn defaulted(target: &Target, mut document: Value) -> Value {
    if *target.view() == View::Whole {
        form::default(&target.resource, target.version(), &mut document);
    }
    document
}

/// Reads a body of the expected kind.
///
/// # Errors
/// 400 in the reference's words.
pub(super) fn document(
    expected: &Expected<'_>,
    format: BodyFormat,
    body: &[u8],
    validation: FieldValidation,
    warnings: &Warnings,
) -> Result<Value, Status> {
    let (decoded, mut strict) = match format {
        // Unknown fields of a message are nobody's mistake: a newer client's are passed over.
        BodyFormat::Protobuf => return message(expected, body),
        BodyFormat::Json => (decode::json(body, expected.schema), Vec::new()),
        BodyFormat::Yaml => {
            let parsed =
                yaml::parse(body).map_err(|error| unrecognized(expected, &error.to_string(), body))?;
            (decode::value(parsed.value, expected.schema), parsed.duplicates)
        }
    };
    let Decoded { value, strict: found } = check_kind(expected, format, body, decoded)?;
    if format == BodyFormat::Yaml && !strict.is_empty() && validation == FieldValidation::Strict {
        strict = vec![format!("yaml: unmarshal errors:\n  {}", strict.join("\n  "))];
    }
    strict.extend(found);
    match validation {
        FieldValidation::Ignore => {}
        FieldValidation::Warn => strict.into_iter().for_each(|text| warnings.add(text)),
        FieldValidation::Strict if strict.is_empty() => {}
        FieldValidation::Strict => {
            let text = format!("strict decoding error: {}", strict.join(", "));
            return Err(cannot_handle(&seen_kind(&value, expected), expected, &text));
        }
    }
    Ok(stamped(value, expected))
}

/// Reads a protobuf body of the expected kind.
fn message(expected: &Expected<'_>, body: &[u8]) -> Result<Value, Status> {
    let envelope = Envelope::read(body).map_err(|error| unrecognized(expected, &error.to_string(), body))?;
    let kind = if envelope.kind.is_empty() { expected.kind.kind.clone() } else { envelope.kind.clone() };
    let group_version = match envelope.api_version.as_str() {
        "" => expected.kind.group_version(),
        text => GroupVersion::parse(text).map_err(|error| unrecognized(expected, &error, body))?,
    };
    let found = group_version.with_kind(kind);
    if found != *expected.kind {
        return Err(wrong_kind(&found, expected));
    }
    let document = envelope.document(expected.schema);
    let document = document.map_err(|error| cannot_handle(&found, expected, &error.to_string()))?;
    Ok(stamped(document, expected))
}

/// The document must be of the endpoint's kind and version; where it says nothing, it is.
fn check_kind(
    expected: &Expected<'_>,
    format: BodyFormat,
    body: &[u8],
    decoded: Result<Decoded, DecodeError>,
) -> Result<Decoded, Status> {
    let decoded = match decoded {
        Ok(decoded) if says_what_is_expected(&decoded.value, expected) => return Ok(decoded),
        decoded => decoded,
    };
    let said = match format {
        // A message was told apart by its envelope before.
        BodyFormat::Json | BodyFormat::Protobuf => decode::type_meta(body),
        BodyFormat::Yaml => yaml::parse(body)
            .map_err(|error| DecodeError::Syntax(error.to_string()))
            .and_then(|parsed| decode::type_meta_of(&parsed.value)),
    };
    let said = said.map_err(|error| {
        let text = format!("couldn't get version/kind; json parse error: {error}");
        unrecognized(expected, &text, body)
    })?;
    let kind = if said.kind.is_empty() { expected.kind.kind.clone() } else { said.kind };
    let group_version = match said.api_version.as_str() {
        "" => expected.kind.group_version(),
        text => GroupVersion::parse(text).map_err(|error| unrecognized(expected, &error, body))?,
    };
    let found = group_version.with_kind(kind);
    if found != *expected.kind {
        return Err(wrong_kind(&found, expected));
    }
    decoded.map_err(|error| cannot_handle(&found, expected, &error.to_string()))
}

fn says_what_is_expected(document: &Value, expected: &Expected<'_>) -> bool {
    let want = expected.kind;
    document.kind() == want.kind.as_str()
        && GroupVersion::parse(document.api_version()) == Ok(want.group_version())
}

/// Another kind than the endpoint's: known or not, it can't be made into it.
fn wrong_kind(found: &GroupVersionKind, expected: &Expected<'_>) -> Status {
    let group = &expected.kind.group;
    let package = if group.is_empty() { "core" } else { first_label(group) };
    cannot_handle(found, expected, &no_conversion(found, expected.kind, package))
}

/// Why an object of the kind `found` is not made into `wanted` of the Go package `package`.
pub(super) fn no_conversion(found: &GroupVersionKind, wanted: &GroupVersionKind, package: &str) -> String {
    if pintle_catalog::catalog().kind(found).is_some() {
        let (from, version, to) = (&found.kind, &found.version, &wanted.kind);
        return format!("converting ({version}.{from}) to ({package}.{to}): unknown conversion");
    }
    let (kind, group_version) = (&found.kind, found.group_version());
    let scheme = "pkg/api/legacyscheme/scheme.go:30";
    format!("no kind \"{kind}\" is registered for version \"{group_version}\" in scheme \"{scheme}\"")
}

fn first_label(group: &str) -> &str {
    group.split('.').next().unwrap_or_default()
}

fn cannot_handle(found: &GroupVersionKind, expected: &Expected<'_>, text: &str) -> Status {
    let (kind, version, want) = (&found.kind, &found.version, &expected.kind.kind);
    Status::bad_request(format!("{kind} in version \"{version}\" cannot be handled as a {want}: {text}"))
}

fn unrecognized(expected: &Expected<'_>, text: &str, body: &[u8]) -> Status {
    let summary = summary(body);
    let want = &expected.kind.kind;
    Status::bad_request(format!(
        "the object provided is unrecognized (must be of type {want}): {text} ({summary})"
    ))
}

/// The start of a body for an error message: text that begins like JSON, else hexadecimal.
fn summary(body: &[u8]) -> String {
    const SHOWN: usize = 30;
    match body.first() {
        None => "<empty>".to_owned(),
        Some(b'{') if body.len() > SHOWN => format!("{} ...", String::from_utf8_lossy(&body[..SHOWN])),
        Some(b'{') => String::from_utf8_lossy(body).into_owned(),
        Some(_) => {
            let hex: String = body.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
            if body.len() > SHOWN { format!("{hex} ...") } else { hex }
        }
    }
}

fn seen_kind(value: &Value, expected: &Expected<'_>) -> GroupVersionKind {
    value.group_version_kind().filter(|gvk| !gvk.kind.is_empty()).unwrap_or_else(|| expected.kind.clone())
}

fn stamped(mut value: Value, expected: &Expected<'_>) -> Value {
    if let Value::Map(map) = &mut value {
        decode::set_field(expected.schema, map, "kind", Value::String(expected.kind.kind.clone()));
        let group_version = expected.kind.group_version().to_string();
        decode::set_field(expected.schema, map, "apiVersion", Value::from(group_version));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_schema::protobuf::seal;
    use pintle_schema::protobuf::wire::Backward;

    fn read(body: &[u8]) -> Result<Value, String> {
        let kind = GroupVersionKind::new("", "v1", "ConfigMap");
        let schema = pintle_catalog::catalog().kind(&kind).unwrap();
        let expected = Expected { kind: &kind, schema };
        let (strict, warnings) = (FieldValidation::Strict, Warnings::default());
        let read = document(&expected, BodyFormat::Protobuf, body, strict, &warnings);
        read.map_err(|status| status.message)
    }

    fn sealed(api_version: &str, kind: &str) -> bytes::Bytes {
        let sealed = seal(api_version, kind, Backward::default(), |out| {
            out.text(99, b"from a newer client");
            out.message(1, |out| out.text(1, b"one"));
        });
        sealed.unwrap()
    }

    #[test]
    fn protobuf_bodies_say_what_they_are_or_are_what_is_expected() {
        for body in [sealed("v1", "ConfigMap"), sealed("", "")] {
            let object = read(&body).unwrap();
            assert_eq!((object.name(), object.kind(), object.api_version()), ("one", "ConfigMap", "v1"));
        }
        let words = "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to \
                     (core.ConfigMap): unknown conversion";
        assert_eq!(read(&sealed("v1", "Secret")).unwrap_err(), words);
    }

    #[test]
    fn bodies_that_are_no_protobuf_are_refused_in_the_reference_s_words() {
        let prefix = "the object provided is unrecognized (must be of type ConfigMap): ";
        for (body, words) in [
            (&b""[..], "empty data (<empty>)"),
            (b"k8s\0", "empty body (6b387300)"),
            (
                b"hello",
                "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (68656c6c6f)",
            ),
        ] {
            assert_eq!(read(body).unwrap_err(), format!("{prefix}{words}"));
        }
        let cut_off = seal("v1", "ConfigMap", Backward::default(), |out| out.bytes(&[0x0a, 0x05]));
        let words = "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: unexpected EOF";
        assert_eq!(read(&cut_off.unwrap()).unwrap_err(), words);
    }
}
