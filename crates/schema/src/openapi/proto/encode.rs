//! JSON to protobuf. Members that no field holds are left out, as the form has no place for them.

use super::table::{Field, Message, Messages, NAME, Shape, Source, Ty, VALUE, YAML};
use super::wire::{BYTES, FIXED64, VARINT, put_bytes, put_tag, put_varint};
use super::yaml;
use pintle_meta::Value;

/// Appends the fields of `message` that `value` has.
pub(super) fn message(messages: &Messages, message: &Message, value: &Value, out: &mut Vec<u8>) {
    match message.shape {
        Shape::Any => text(YAML, &yaml::write(value), out),
        Shape::Choice => {
            if let Some(field) = message.chosen(value) {
                one(messages, field.number, field.ty, value, out);
            }
        }
        Shape::List | Shape::OneOrMore => {
            for field in &message.fields {
                match value {
                    Value::List(items) => {
                        items.iter().for_each(|item| one(messages, field.number, field.ty, item, out))
                    }
                    alone => one(messages, field.number, field.ty, alone, out),
                }
            }
        }
        Shape::Object => message.fields.iter().for_each(|field| member(messages, message, field, value, out)),
    }
}

fn member(messages: &Messages, message: &Message, field: &Field, value: &Value, out: &mut Vec<u8>) {
    match &field.source {
        Source::Member(key) => match value.get(key) {
            None => {}
            Some(Value::List(items)) if field.repeated => {
                items.iter().for_each(|item| one(messages, field.number, field.ty, item, out));
            }
            // Go leaves out the zero values of scalars that are alone.
            Some(value) if value.is_empty() && !matches!(field.ty, Ty::Message(_)) => {}
            Some(value) => one(messages, field.number, field.ty, value, out),
        },
        Source::Extensions => named(messages, field, value, |key| key.starts_with("x-"), out),
        Source::Entries => {
            let has_extensions =
                message.fields.iter().any(|other| matches!(other.source, Source::Extensions));
            let own = |key: &str| {
                message
                    .fields
                    .iter()
                    .any(|other| matches!(&other.source, Source::Member(name) if name == key))
            };
            named(messages, field, value, |key| !(own(key) || has_extensions && key.starts_with("x-")), out);
        }
    }
}

/// Members as named values.
fn named(
    messages: &Messages,
    field: &Field,
    value: &Value,
    belongs: impl Fn(&str) -> bool,
    out: &mut Vec<u8>,
) {
    let ty = messages.value_of(field.ty);
    for (key, value) in value.as_map().into_iter().flat_map(|map| map.iter()).filter(|(key, _)| belongs(key))
    {
        put_bytes(field.number, out, |out| {
            text(NAME, key, out);
            one(messages, VALUE, ty, value, out);
        });
    }
}

fn one(messages: &Messages, number: u32, ty: Ty, value: &Value, out: &mut Vec<u8>) {
    match (ty, value) {
        (Ty::String, Value::String(value)) => text(number, value, out),
        (Ty::Bool, Value::Bool(flag)) => {
            put_tag(number, VARINT, out);
            put_varint(u64::from(*flag), out);
        }
        (Ty::Int, Value::Int(value)) => {
            put_tag(number, VARINT, out);
            put_varint(value.cast_unsigned(), out);
        }
        (Ty::Double, Value::Int(value)) => double(number, *value as f64, out),
        (Ty::Double, Value::Float(value)) => double(number, *value, out),
        (Ty::Message(name), value) => {
            put_bytes(number, out, |out| message(messages, messages.get(name), value, out));
        }
        // Of another type than the form has room for.
        _ => {}
    }
}

fn double(number: u32, value: f64, out: &mut Vec<u8>) {
    put_tag(number, FIXED64, out);
    out.extend_from_slice(&value.to_le_bytes());
}

fn text(number: u32, value: &str, out: &mut Vec<u8>) {
    put_tag(number, BYTES, out);
    put_varint(value.len() as u64, out);
    out.extend_from_slice(value.as_bytes());
}
