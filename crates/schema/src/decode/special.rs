//! Types that unmarshal themselves in Go: their canonical text, or their own refusal.

use crate::types::Special;
use pintle_meta::Value;
use pintle_meta::base64;
use pintle_meta::quantity::Quantity;
use pintle_meta::time::{Duration, MicroTime, Time};

/// Why a type refuses a value.
pub(super) enum Refusal {
    /// Of the wrong JSON type; Go adds the place.
    Type { found: String, wanted: &'static str },
    /// In the type's own words.
    Text(String),
}

/// The printed form of `value`; `None` when null leaves the Go value as it is.
pub(super) fn unmarshal(special: Special, value: Value) -> Result<Option<Value>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    match special {
        Special::Time => text(value, |text| Time::parse(text).map(|time| time.to_string())),
        Special::MicroTime => text(value, |text| MicroTime::parse(text).map(|time| time.to_string())),
        Special::Duration => text(value, |text| Duration::parse(text).map(|duration| duration.to_string())),
        Special::Quantity => quantity(value),
        Special::IntOrString => int_or_string(value),
        Special::RawExtension | Special::FieldsV1 | Special::Json => Ok(Some(value)),
        Special::SchemaOrArray | Special::SchemaOrBool | Special::SchemaOrStrings => Ok(Some(value)),
    }
}

/// A `[]byte` from base64, brought to its canonical form.
pub(super) fn bytes(text: &str) -> Result<Value, String> {
    base64::decode(text.as_bytes()).map(|bytes| encoded(&bytes)).map_err(|error| error.to_string())
}

/// A `[]byte` as it prints.
pub(super) fn encoded(bytes: &[u8]) -> Value {
    Value::from(base64::encode(bytes))
}

fn text<E: ToString>(
    value: Value,
    canonical: impl FnOnce(&str) -> Result<String, E>,
) -> Result<Option<Value>, Refusal> {
    match &value {
        Value::String(text) => {
            let printed = canonical(text).map_err(|error| Refusal::Text(error.to_string()))?;
            Ok(Some(if printed == text.as_str() { value } else { Value::from(printed) }))
        }
        other => Err(Refusal::Type { found: other.json_kind().to_owned(), wanted: "string" }),
    }
}

fn quantity(value: Value) -> Result<Option<Value>, Refusal> {
    let given = match &value {
        Value::String(text) => text.as_str().trim().to_owned(),
        other => String::from_utf8_lossy(&pintle_meta::value::to_json(other)).into_owned(),
    };
    let quantity = Quantity::parse(&given).map_err(|error| Refusal::Text(error.to_string()))?;
    let printed = quantity.to_string();
    Ok(Some(if value.as_str() == Some(&printed) { value } else { Value::from(printed) }))
}

fn int_or_string(value: Value) -> Result<Option<Value>, Refusal> {
    let found = match &value {
        Value::String(_) => return Ok(Some(value)),
        Value::Int(number) if i32::try_from(*number).is_ok() => return Ok(Some(value)),
        Value::Int(number) => format!("number {number}"),
        Value::Float(number) => format!("number {}", pintle_meta::value::float_text(*number)),
        other => other.json_kind().to_owned(),
    };
    Err(Refusal::Type { found, wanted: "int32" })
}
