//! JSON to protobuf. Members that no field holds are left out, as the form has no place for them. The last field is
//! put first.

use super::table::{Field, Message, Messages, NAME, Shape, Source, Ty, VALUE, YAML};
use super::yaml;
use crate::protobuf::wire::Backward;
use pintle_meta::Value;

/// Puts the fields of `message` that `value` has.
pub(super) fn message(messages: &Messages, message: &Message, value: &Value, out: &mut Backward) {
    match message.shape {
        Shape::Any => out.text(YAML, yaml::write(value).as_bytes()),
        Shape::Choice => {
            if let Some(field) = message.chosen(value) {
                one(messages, field.number, field.ty, value, out);
            }
        }
        Shape::List | Shape::OneOrMore => {
            for field in message.fields.iter().rev() {
                match value {
                    Value::List(items) => {
                        items.iter().rev().for_each(|item| one(messages, field.number, field.ty, item, out))
                    }
                    alone => one(messages, field.number, field.ty, alone, out),
                }
            }
        }
        Shape::Object => {
            message.fields.iter().rev().for_each(|field| member(messages, message, field, value, out))
        }
    }
}

fn member(messages: &Messages, message: &Message, field: &Field, value: &Value, out: &mut Backward) {
    match &field.source {
        Source::Member(key) => match value.get(key) {
            None => {}
            Some(Value::List(items)) if field.repeated => {
                items.iter().rev().for_each(|item| one(messages, field.number, field.ty, item, out));
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
    out: &mut Backward,
) {
    let ty = messages.value_of(field.ty);
    for (key, value) in
        value.as_map().into_iter().flat_map(|map| map.iter()).rev().filter(|(key, _)| belongs(key))
    {
        out.message(field.number, |out| {
            one(messages, VALUE, ty, value, out);
            out.text(NAME, key.as_bytes());
        });
    }
}

fn one(messages: &Messages, number: u32, ty: Ty, value: &Value, out: &mut Backward) {
    match (ty, value) {
        (Ty::String, Value::String(value)) => out.text(number, value.as_bytes()),
        (Ty::Bool, Value::Bool(flag)) => out.number(number, u64::from(*flag)),
        (Ty::Int, Value::Int(value)) => out.number(number, value.cast_unsigned()),
        (Ty::Double, Value::Int(value)) => out.double(number, *value as f64),
        (Ty::Double, Value::Float(value)) => out.double(number, *value),
        (Ty::Message(name), value) => {
            out.message(number, |out| message(messages, messages.get(name), value, out));
        }
        // Of another type than the form has room for.
        _ => {}
    }
}
