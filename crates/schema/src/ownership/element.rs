//! One step of a path to a field, and how FieldsV1 writes it: `f:NAME`, `k:{"key":"value"}`, `v:VALUE`, `i:INDEX`.

use pintle_meta::value::{parse, to_json};
use pintle_meta::{Str, Value};
use std::cmp::Ordering;

/// A step of a path. Ordered as the reference orders them: names, keys, values, indexes.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// A member of a struct or map.
    Field(Str),
    /// The list item whose key fields have these values; sorted by name.
    Key(Vec<(Str, Value)>),
    /// The item of a set.
    Value(Value),
    /// The item at this place.
    Index(i64),
}

impl Element {
    /// As FieldsV1 writes it.
    pub fn to_text(&self) -> String {
        let json = |value: &Value| String::from_utf8_lossy(&to_json(value)).into_owned();
        match self {
            Element::Field(name) => format!("f:{name}"),
            Element::Key(fields) => {
                let map: pintle_meta::Map = fields.iter().cloned().collect();
                format!("k:{}", json(&Value::Map(map)))
            }
            Element::Value(value) => format!("v:{}", json(value)),
            Element::Index(index) => format!("i:{index}"),
        }
    }

    /// Reads what FieldsV1 writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Element> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "f" => Some(Element::Field(rest.into())),
            "v" => Some(Element::Value(parse(rest.as_bytes()).ok()?)),
            "k" => {
                let Value::Map(mut map) = parse(rest.as_bytes()).ok()? else { return None };
                map.sort();
                Some(Element::Key(map.take().collect()))
            }
            "i" => Some(Element::Index(rest.parse().ok()?)),
            _ => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Element::Field(_) => 0,
            Element::Key(_) => 1,
            Element::Value(_) => 2,
            Element::Index(_) => 3,
        }
    }
}

impl Eq for Element {}

impl PartialOrd for Element {
    fn partial_cmp(&self, other: &Element) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Element {
    fn cmp(&self, other: &Element) -> Ordering {
        match (self, other) {
            (Element::Field(a), Element::Field(b)) => a.cmp(b),
            (Element::Key(a), Element::Key(b)) => compare_keys(a, b),
            (Element::Value(a), Element::Value(b)) => compare_values(a, b),
            (Element::Index(a), Element::Index(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

fn compare_keys(a: &[(Str, Value)], b: &[(Str, Value)]) -> Ordering {
    let pairs = a.iter().zip(b).map(|((name, value), (other_name, other_value))| {
        name.cmp(other_name).then_with(|| compare_values(value, other_value))
    });
    pairs.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// A total order of values: numbers, texts, booleans, lists, maps, null.
fn compare_values(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Int(_) | Value::Float(_) => 0,
        Value::String(_) => 1,
        Value::Bool(_) => 2,
        Value::List(_) => 3,
        Value::Map(_) => 4,
        Value::Null => 5,
    };
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Int(a), Value::Float(b)) => (*a as f64).total_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.total_cmp(&(*b as f64)),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) if rank(a) == rank(b) => {
            to_json(a).cmp(&to_json(b))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}
