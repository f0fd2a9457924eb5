//! Normal form: the same whichever way a document comes, and nothing that is in it changes again.

use crate::documents::Choices;
use crate::object::Kind;
use crate::patches::{sorted, text};
use pintle_catalog::catalog;
use pintle_meta::value::{parse, to_json};
use pintle_meta::{Map, Value};
use pintle_schema::{decode, yaml};
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn documents_are_the_same_whichever_way_they_come(bytes in vec(any::<u8>(), 0..300)) {
        let mut choices = Choices(&bytes);
        let kind = Kind::chosen(&mut choices);
        let document = shuffled(kind.document(&mut choices), &mut choices);
        let json = to_json(&document);
        let told = |decoded: Result<decode::Decoded, decode::DecodeError>| match decoded {
            Ok(mut decoded) => {
                decoded.strict.sort();
                Ok((text(&sorted(&decoded.value)), decoded.strict))
            }
            Err(error) => Err(error.to_string()),
        };
        let as_json = told(decode::json(&json, kind.schema()));
        prop_assert_eq!(&told(decode::value(document, kind.schema())), &as_json);
        // YAML's members are sorted: where several things are wrong, another is found first.
        let as_yaml = told(decode::value(yaml::parse(&json).unwrap().value, kind.schema()));
        prop_assert!(as_yaml == as_json || as_yaml.is_err() && as_json.is_err(), "{as_yaml:?}, not {as_json:?}");
    }

    #[test]
    fn what_is_in_normal_form_stays_as_it_is(bytes in vec(any::<u8>(), 0..300)) {
        let mut choices = Choices(&bytes);
        let kind = Kind::chosen(&mut choices);
        let normal = kind.normal(kind.document(&mut choices));
        let again = decode::value(normal.clone(), kind.schema()).unwrap();
        prop_assert_eq!(to_json(&again.value), to_json(&normal));
        prop_assert_eq!(to_json(&kind.normal(normal.clone())), to_json(&normal));
        // And it is not made again: it is the same in memory.
        let map = |value: &Value| value.as_map().cloned().unwrap_or_default();
        prop_assert!(Map::shares(&map(&again.value), &map(&normal)));
    }

    #[test]
    fn yaml_that_is_json_reads_as_json(text in r#"[ -~]{0,40}|\{("[a-z<.]{0,3}":("[ -~]{0,4}"|[0-9.eE+-]{1,5}|\{\}|\[[0-9]\]|null|true|~),?){0,4}\}"#) {
        let Ok(document) = parse(text.as_bytes()) else { return Ok(()) };
        // Where YAML reads anything else into it, it is not JSON's fault: numbers and repeated keys.
        let Ok(parsed) = yaml::parse(text.as_bytes()) else { return Ok(()) };
        if parsed.duplicates.is_empty() && !text.contains(['.', 'e', 'E', '~']) && !text.contains("<<") {
            prop_assert_eq!(parsed.value, document);
        }
    }
}

/// Members in another order, some of a wrong type, some that nobody knows.
fn shuffled(document: Value, choices: &mut Choices<'_>) -> Value {
    match document {
        Value::Map(mut map) => {
            let mut entries: Vec<_> =
                map.take().map(|(key, value)| (key, shuffled(value, choices))).collect();
            if choices.below(3) == 1 {
                entries.reverse();
            }
            if choices.below(40) == 39 {
                entries.push(("unheardOf".into(), Value::Int(1)));
            }
            Value::Map(entries.into_iter().collect())
        }
        Value::List(mut list) => list.take().map(|item| shuffled(item, choices)).collect(),
        _ if choices.below(100) == 99 => Value::List(pintle_meta::List::new()),
        _ if choices.below(60) == 59 => Value::Null,
        other => other,
    }
}

/// As Go decodes: into what is there already.
#[test]
fn a_member_that_is_given_twice_is_merged_into_itself() {
    let pods = catalog().resources().iter().find(|resource| &*resource.names.plural == "pods").unwrap();
    let text =
        br#"{"metadata":{"name":"a","labels":{"a":"b","x":"1"}},"spec":{"nodeName":"n","hostname":"h"},
        "metadata":{"labels":{"c":"d","x":"2"},"name":null},"spec":{"hostname":"i","containers":[]}}"#;
    let decoded = decode::json(text, &pods.versions[0].schema).unwrap();
    let wanted = r#"{"metadata":{"name":"a","labels":{"a":"b","c":"d","x":"2"}},"spec":{"containers":[],"nodeName":"n","hostname":"i"},"status":{}}"#;
    assert_eq!(String::from_utf8(to_json(&decoded.value)).unwrap(), wanted);
    assert_eq!(decoded.strict, [r#"duplicate field "metadata""#, r#"duplicate field "spec""#]);
}
