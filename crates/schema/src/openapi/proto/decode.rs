//! Protobuf to JSON: the way back, for tests and tools.

use super::Form;
use super::table::{Field, Message, Messages, NAME, Shape, Source, Ty, VALUE, YAML};
use crate::protobuf::wire::{Fields, Read};
use pintle_meta::{List, Map, Str, Value};

/// The bytes are not a document of their form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an OpenAPI document in protobuf")]
pub struct DecodeError;

/// The JSON form of a document. Texts of values without a form of their own are read by `yaml`.
///
/// # Errors
/// [`DecodeError`] when the bytes are no document.
pub fn decode(form: Form, bytes: &[u8], yaml: &dyn Fn(&str) -> Value) -> Result<Value, DecodeError> {
    let messages = Messages::of(form);
    Reader { messages: &messages, yaml }.message(messages.document(), bytes).ok_or(DecodeError)
}

struct Reader<'a> {
    messages: &'a Messages,
    yaml: &'a dyn Fn(&str) -> Value,
}

impl Reader<'_> {
    fn message(&self, message: &Message, bytes: &[u8]) -> Option<Value> {
        let read = fields(bytes)?;
        match message.shape {
            Shape::Any => {
                let text = read.iter().find(|(number, _)| *number == YAML).map(|(_, read)| *read);
                Some(text.map_or(Value::Null, |text| (self.yaml)(string(text).unwrap_or_default())))
            }
            // An empty choice stands for an object that the form has no room for.
            Shape::Choice => match read.first() {
                None => Some(Value::map()),
                Some((number, read)) => self.one(message.field(*number)?.ty, *read),
            },
            Shape::List | Shape::OneOrMore => {
                let items: Option<List> =
                    read.iter().map(|(number, read)| self.one(message.field(*number)?.ty, *read)).collect();
                let items = items?;
                match (&items[..], message.shape) {
                    ([only], Shape::OneOrMore) => Some(only.clone()),
                    _ => Some(Value::List(items)),
                }
            }
            Shape::Object => {
                let mut members = Map::new();
                for (number, read) in read {
                    self.member(message.field(number)?, read, &mut members)?;
                }
                Some(Value::Map(members))
            }
        }
    }

    fn member(&self, field: &Field, read: Read<'_>, members: &mut Map) -> Option<()> {
        match &field.source {
            Source::Member(key) if field.repeated => {
                let item = self.one(field.ty, read)?;
                let list = members.entry(key);
                if list.is_null() {
                    *list = Value::List(List::new());
                }
                list.as_list_mut()?.push(item);
            }
            Source::Member(key) => {
                members.insert(Str::from(key.as_str()), self.one(field.ty, read)?);
            }
            Source::Extensions | Source::Entries => {
                let Read::Bytes(bytes) = read else { return None };
                let (mut name, mut value) = ("", None);
                for (number, read) in fields(bytes)? {
                    match number {
                        NAME => name = string(read)?,
                        VALUE => value = Some(self.one(self.messages.value_of(field.ty), read)?),
                        _ => return None,
                    }
                }
                members.insert(name, value?);
            }
        }
        Some(())
    }

    fn one(&self, ty: Ty, read: Read<'_>) -> Option<Value> {
        match (ty, read) {
            (Ty::String, read) => string(read).map(Value::from),
            (Ty::Bool, Read::Varint(number)) => Some(Value::Bool(number != 0)),
            (Ty::Int, Read::Varint(number)) => Some(Value::Int(number.cast_signed())),
            (Ty::Double, Read::Fixed64(bits)) => Some(number(f64::from_bits(bits))),
            (Ty::Message(name), Read::Bytes(bytes)) => self.message(self.messages.get(name), bytes),
            _ => None,
        }
    }
}

fn string(read: Read<'_>) -> Option<&str> {
    match read {
        Read::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// JSON does not tell 1.0 from 1.
fn number(value: f64) -> Value {
    let whole = value as i64;
    if whole as f64 == value { Value::Int(whole) } else { Value::Float(value) }
}

/// The fields of a message; `None` where the bytes are none.
fn fields(bytes: &[u8]) -> Option<Vec<(u32, Read<'_>)>> {
    Fields::new(bytes).collect::<Result<_, _>>().ok()
}
