//! Types with a form of their own, both ways. Each is a small message.

use super::ProtobufError;
use super::decode::{Reader, fields, text};
use super::encode;
use super::wire::{Backward, Read};
use crate::types::{Special, Struct};
use pintle_meta::quantity::Quantity;
use pintle_meta::time::{Duration, MicroTime, Time};
use pintle_meta::value::{parse, to_json};
use pintle_meta::{List, Value};

/// The kind of an IntOrString that holds text.
const TEXT: i64 = 1;
const MICRO: i64 = 1_000_000;
const NANO: i64 = 1_000;

/// Reads one.
pub(super) fn decode(reader: Reader<'_>, ty: Special, message: &[u8]) -> Result<Value, ProtobufError> {
    let fields = Message::read(ty, message)?;
    match ty {
        // Go's zero time is an empty message.
        Special::Time | Special::MicroTime if message.is_empty() => Ok(Value::Null),
        Special::Time => Ok(Time::from_unix(fields.number(1)).to_value()),
        Special::MicroTime => {
            // Nanoseconds are an int32 to Go.
            let micros = i64::from(fields.number(2) as i32) / NANO;
            let micros = fields.number(1).saturating_mul(MICRO).saturating_add(micros);
            Ok(MicroTime::from_unix_micros(micros).to_value())
        }
        Special::Duration => Ok(Value::from(Duration::from_nanos(fields.number(1)).to_string())),
        Special::Quantity => match fields.bytes(1) {
            None => Ok(Quantity::default().to_value()),
            Some(bytes) => Quantity::parse(&text(bytes))
                .map(|quantity| quantity.to_value())
                .map_err(|error| ProtobufError::Value(error.to_string())),
        },
        Special::IntOrString => match fields.number(1) {
            0 => Ok(Value::Int(i64::from(fields.number(2) as i32))),
            TEXT => Ok(Value::from(text(fields.bytes(3).unwrap_or_default()))),
            _ => Err(ProtobufError::Value("impossible IntOrString.Type".to_owned())),
        },
        Special::RawExtension | Special::FieldsV1 | Special::Json => match fields.bytes(1) {
            None | Some([]) => Ok(Value::Null),
            Some(json) => parse(json).map_err(|error| ProtobufError::Value(error.to_string())),
        },
        Special::SchemaOrArray => match fields.all(2) {
            [] => fields.schema(reader, 1),
            schemas => {
                let schemas = schemas.iter().map(|schema| reader.structure(reader.home, schema));
                schemas.collect::<Result<List, _>>().map(Value::List)
            }
        },
        Special::SchemaOrBool => match fields.schema(reader, 2)? {
            Value::Null => Ok(Value::Bool(fields.number(1) != 0)),
            schema => Ok(schema),
        },
        Special::SchemaOrStrings => match fields.all(2) {
            [] => fields.schema(reader, 1),
            texts => Ok(Value::List(texts.iter().map(|bytes| Value::from(text(bytes))).collect())),
        },
    }
}

/// Puts the fields of one's message. The schemas among them are of the type `home`.
pub(super) fn put(home: &Struct, ty: Special, value: &Value, out: &mut Backward) {
    match (ty, value) {
        (Special::Time | Special::MicroTime, Value::Null) => {}
        (Special::Time, value) => {
            let time = value.as_str().and_then(|text| Time::parse(text).ok()).unwrap_or(Time::ZERO);
            put_time(time.unix(), 0, out);
        }
        (Special::MicroTime, value) => {
            let time = value.as_str().and_then(|text| MicroTime::parse(text).ok());
            let micros = time.unwrap_or(MicroTime::ZERO).unix_micros();
            put_time(micros.div_euclid(MICRO), micros.rem_euclid(MICRO) * NANO, out);
        }
        (Special::Duration, value) => {
            let duration = value.as_str().and_then(|text| Duration::parse(text).ok());
            out.number(1, duration.unwrap_or_default().nanos().cast_unsigned());
        }
        (Special::Quantity, value) => out.text(1, value.as_str().unwrap_or("0").as_bytes()),
        (Special::IntOrString, value) => {
            out.text(3, value.as_str().unwrap_or_default().as_bytes());
            out.number(2, value.as_int().unwrap_or_default().cast_unsigned());
            out.number(1, u64::from(value.as_str().is_some()));
        }
        (Special::RawExtension | Special::FieldsV1 | Special::Json, Value::Null) => {}
        (Special::RawExtension | Special::FieldsV1 | Special::Json, value) => out.text(1, &to_json(value)),
        (Special::SchemaOrArray, Value::List(schemas)) => {
            schemas.iter().rev().for_each(|schema| put_schema(home, 2, schema, out));
        }
        (Special::SchemaOrBool, Value::Map(_)) => {
            put_schema(home, 2, value, out);
            out.number(1, 1);
        }
        (Special::SchemaOrBool, value) => out.number(1, u64::from(value.as_bool().unwrap_or_default())),
        (Special::SchemaOrStrings, Value::List(texts)) => {
            texts.iter().rev().for_each(|text| out.text(2, text.as_str().unwrap_or_default().as_bytes()));
        }
        (Special::SchemaOrArray | Special::SchemaOrStrings, Value::Map(_)) => put_schema(home, 1, value, out),
        (Special::SchemaOrArray | Special::SchemaOrStrings, _) => {}
    }
}

fn put_time(seconds: i64, nanos: i64, out: &mut Backward) {
    out.number(2, nanos.cast_unsigned());
    out.number(1, seconds.cast_unsigned());
}

fn put_schema(home: &Struct, number: u32, schema: &Value, out: &mut Backward) {
    out.message(number, |out| encode::put(home, schema, out));
}

/// The fields of a small message.
struct Message<'m> {
    numbers: [i64; 3],
    texts: [Vec<&'m [u8]>; 3],
}

impl<'m> Message<'m> {
    fn read(ty: Special, message: &'m [u8]) -> Result<Message<'m>, ProtobufError> {
        let mut found = Message { numbers: [0; 3], texts: [Vec::new(), Vec::new(), Vec::new()] };
        for (number, read) in fields(message_name(ty), message)? {
            let place = number as usize - 1;
            match (read, field(ty, number)) {
                (_, None) => {}
                (Read::Varint(number), Some((_, false))) => found.numbers[place] = number.cast_signed(),
                (Read::Bytes(bytes), Some((_, true))) => found.texts[place].push(bytes),
                (read, Some((field, _))) => {
                    return Err(ProtobufError::WrongWire { wire: read.wire(), field: field.to_owned() });
                }
            }
        }
        Ok(found)
    }

    fn number(&self, field: usize) -> i64 {
        self.numbers[field - 1]
    }

    fn bytes(&self, field: usize) -> Option<&'m [u8]> {
        self.texts[field - 1].last().copied()
    }

    fn all(&self, field: usize) -> &[&'m [u8]] {
        &self.texts[field - 1]
    }

    /// A schema, whose pieces are merged; null when there is none.
    fn schema(&self, reader: Reader<'_>, field: usize) -> Result<Value, ProtobufError> {
        match self.all(field) {
            [] => Ok(Value::Null),
            [only] => reader.structure(reader.home, only),
            several => reader.structure(reader.home, &several.concat()),
        }
    }
}

/// A field's Go name, and whether it is of bytes and not a number.
fn field(ty: Special, number: u32) -> Option<(&'static str, bool)> {
    Some(match (ty, number) {
        (Special::Time | Special::MicroTime, 1) => ("Seconds", false),
        (Special::Time | Special::MicroTime, 2) => ("Nanos", false),
        (Special::Duration, 1) => ("Duration", false),
        (Special::Quantity, 1) => ("String_", true),
        (Special::IntOrString, 1) => ("Type", false),
        (Special::IntOrString, 2) => ("IntVal", false),
        (Special::IntOrString, 3) => ("StrVal", true),
        (Special::RawExtension | Special::FieldsV1 | Special::Json, 1) => ("Raw", true),
        (Special::SchemaOrArray | Special::SchemaOrStrings, 1) | (Special::SchemaOrBool, 2) => {
            ("Schema", true)
        }
        (Special::SchemaOrArray, 2) => ("JSONSchemas", true),
        (Special::SchemaOrBool, 1) => ("Allows", false),
        (Special::SchemaOrStrings, 2) => ("Property", true),
        _ => return None,
    })
}

/// What the message of the type is called: times are messages of another Go type.
fn message_name(ty: Special) -> &'static str {
    match ty {
        Special::Time | Special::MicroTime => "Timestamp",
        other => other.go_name(),
    }
}
