//! A parsed document as a serde source, so that edited documents go through the same walk as bytes.

use pintle_meta::{Str, Value};
use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Hands out a value.
pub(super) struct ValueSource(pub(super) Value);

/// Hands out a key.
pub(super) struct KeySource(Str);

impl<'de> Deserializer<'de> for ValueSource {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Int(number) => visitor.visit_i64(number),
            Value::Float(number) => visitor.visit_f64(number),
            Value::String(text) => visitor.visit_str(&text),
            Value::List(mut list) => visitor.visit_seq(SeqDeserializer::new(list.take().map(ValueSource))),
            Value::Map(mut map) => {
                let entries = map.take().map(|(key, value)| (KeySource(key), ValueSource(value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for ValueSource {
    type Deserializer = ValueSource;

    fn into_deserializer(self) -> ValueSource {
        self
    }
}

impl<'de> Deserializer<'de> for KeySource {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        StrDeserializer::new(&self.0).deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for KeySource {
    type Deserializer = KeySource;

    fn into_deserializer(self) -> KeySource {
        self
    }
}
