//! One step of a path to a field, and how FieldsV1 writes it: `f:NAME`, `k:{"key":"value"}`, `v:VALUE`, `i:INDEX`.

use pintle_meta::field::go_quote;
use pintle_meta::value::{float_text, parse, to_json, write_json, write_json_string};
use pintle_meta::{Str, Value};
use std::cmp::Ordering;
use std::fmt;

/// A step of a path. Ordered as the reference orders them: names, keys, values, indexes.
#[derive(Clone, Debug)]
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
    pub fn to_text(&self) -> Str {
        let mut text = match self {
            Element::Field(name) => {
                let mut text = Str::with_capacity(2 + name.len());
                text.push_str("f:");
                text.push_str(name);
                return text;
            }
            Element::Key(_) => b"k:".to_vec(),
            Element::Value(_) => b"v:".to_vec(),
            Element::Index(index) => return format!("i:{index}").into(),
        };
        match self {
            Element::Key(fields) => {
                for (at, (name, value)) in fields.iter().enumerate() {
                    text.push(if at == 0 { b'{' } else { b',' });
                    write_json_string(name, &mut text);
                    text.push(b':');
                    write_json(value, &mut text);
                }
                text.extend_from_slice(if fields.is_empty() { b"{}" } else { b"}" });
            }
            Element::Value(value) => write_json(value, &mut text),
            Element::Field(_) | Element::Index(_) => {}
        }
        String::from_utf8_lossy(&text).as_ref().into()
    }

    /// Reads what FieldsV1 writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Element> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "f" => Some(Element::Field(rest.into())),
            "v" => Some(Element::of_value(&parse(rest.as_bytes()).ok()?)),
            "k" => {
                let Value::Map(mut map) = parse(rest.as_bytes()).ok()? else { return None };
                map.sort();
                Some(Element::Key(map.take().map(|(name, value)| (name, canonical(value))).collect()))
            }
            "i" => Some(Element::Index(rest.parse().ok()?)),
            _ => None,
        }
    }

    /// The member of this name.
    pub fn field(name: &Str) -> Element {
        Element::Field(name.clone())
    }

    /// The item of a set.
    pub fn of_value(value: &Value) -> Element {
        Element::Value(canonical(value.clone()))
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

/// As the reference's messages write a step: `.name`, `[key="value"]`, `[="value"]`, `[0]`.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Element::Field(name) => write!(f, ".{name}"),
            Element::Key(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name}={}", value_text(value))).collect();
                write!(f, "[{}]", fields.join(","))
            }
            Element::Value(value) => write!(f, "[={}]", value_text(value)),
            Element::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// A value as structured-merge-diff's value.ToString writes it.
fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => float_text(*number),
        Value::String(text) => go_quote(text),
        Value::List(list) => format!("[{}]", list.iter().map(value_text).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let members: Vec<String> =
                map.iter().map(|(key, value)| format!("{key}={}", value_text(value))).collect();
            format!("{{{}}}", members.join(";"))
        }
    }
}

/// A number as it is when it was printed and read again: many floats print as integers.
pub(super) fn canonical(value: Value) -> Value {
    match value {
        Value::Float(number) => float_text(number).parse().map_or(value, Value::Int),
        other => other,
    }
}

impl PartialEq for Element {
    fn eq(&self, other: &Element) -> bool {
        self.cmp(other).is_eq()
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
        // No float here is an integer that an Int could hold: of those that seem equal, it is the greater one.
        (Value::Int(a), Value::Float(b)) => (*a as f64).total_cmp(b).then(Ordering::Less),
        (Value::Float(a), Value::Int(b)) => a.total_cmp(&(*b as f64)).then(Ordering::Greater),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) if rank(a) == rank(b) => {
            to_json(a).cmp(&to_json(b))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form_and_one_order() {
        let element = |text: &str| Element::parse(text).unwrap();
        assert_eq!(element("v:1.0"), element("v:1"));
        assert_eq!(element("v:555555555555555555.55"), element("v:555555555555555600"));
        assert_eq!(element(r#"k:{"a":1e3}"#), element(r#"k:{"a":1000}"#));
        let ordered =
            ["v:-1.5", "v:-1", "v:0.5", "v:9223372036854775807", "v:9223372036854775808", "v:1e300"];
        let elements: Vec<Element> = ordered.into_iter().map(element).collect();
        for (at, a) in elements.iter().enumerate() {
            for (other, b) in elements.iter().enumerate() {
                assert_eq!(a.cmp(b), at.cmp(&other), "{a} and {b}");
            }
        }
    }
}
