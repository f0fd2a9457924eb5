//! The labels of an entry: where they stand in its bytes. Sixteen bytes a label once somebody asked, nothing before.

use super::{json, protobuf};

/// The field of every built-in that holds its ObjectMeta.
const METADATA: u32 = 1;

/// The field of ObjectMeta that holds the labels: a map, one message an entry with the key in field 1 and the value in
/// field 2.
const LABELS: u32 = 11;
const KEY: u32 = 1;
const VALUE: u32 = 2;

/// Where the labels stand.
#[derive(Debug)]
pub(super) struct LabelSpans {
    /// The texts themselves, when they could not be pointed at because one is escaped in the bytes.
    own: Option<Box<[u8]>>,
    /// Start and length of key and value, in `own` or else in the entry's bytes.
    spans: Box<[[u32; 4]]>,
}

/// The labels of an object, in the order in which they are stored (which is that of their keys).
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    bytes: &'a [u8],
    spans: &'a [[u32; 4]],
}

impl<'a> Labels<'a> {
    pub(super) fn new(found: Option<&'a LabelSpans>, bytes: &'a [u8]) -> Labels<'a> {
        match found {
            None => Labels { bytes: &[], spans: &[] },
            Some(found) => Labels { bytes: found.own.as_deref().unwrap_or(bytes), spans: &found.spans },
        }
    }

    /// The value of the label of this name.
    pub fn get(self, key: &str) -> Option<&'a str> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Each label's key and value.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let text = move |start: u32, length: u32| {
            let found = self.bytes.get(start as usize..(start + length) as usize).unwrap_or_default();
            std::str::from_utf8(found).unwrap_or_default()
        };
        self.spans.iter().map(move |span| (text(span[0], span[1]), text(span[2], span[3])))
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.spans.is_empty()
    }
}

impl LabelSpans {
    /// Looks for labels. `None` when there are none.
    pub(super) fn scan(bytes: &[u8]) -> Option<Box<LabelSpans>> {
        let pairs = match bytes.starts_with(protobuf::MAGIC) {
            true => in_protobuf(bytes)?,
            false => in_json(bytes)?,
        };
        if pairs.is_empty() {
            return None;
        }
        let escaped = pairs.iter().flatten().any(|text| text.contains(&b'\\'));
        let found = if escaped { LabelSpans::unescaped(&pairs)? } else { LabelSpans::within(bytes, &pairs)? };
        Some(Box::new(found))
    }

    fn within(bytes: &[u8], pairs: &[[&[u8]; 2]]) -> Option<LabelSpans> {
        let start = |text: &[u8]| u32::try_from(text.as_ptr().addr() - bytes.as_ptr().addr()).ok();
        let length = |text: &[u8]| u32::try_from(text.len()).ok();
        let spans = pairs
            .iter()
            .map(|[key, value]| Some([start(key)?, length(key)?, start(value)?, length(value)?]))
            .collect::<Option<_>>()?;
        Some(LabelSpans { own: None, spans })
    }

    /// Only of JSON: protobuf has no escapes, and a label's text no backslash.
    fn unescaped(pairs: &[[&[u8]; 2]]) -> Option<LabelSpans> {
        let mut own = Vec::new();
        let mut spans = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let mut span = [0; 4];
            for (text, place) in pair.iter().zip(span.chunks_exact_mut(2)) {
                let text = json::text(text)?;
                place[0] = u32::try_from(own.len()).ok()?;
                place[1] = u32::try_from(text.len()).ok()?;
                own.extend_from_slice(text.as_bytes());
            }
            spans.push(span);
        }
        Some(LabelSpans { own: Some(own.into()), spans: spans.into() })
    }
}

fn in_json(bytes: &[u8]) -> Option<Vec<[&[u8]; 2]>> {
    let mut members = json::Scanner::members(json::find(bytes, &["metadata", "labels"])?)?;
    let mut pairs = Vec::new();
    while let Some((key, value)) = members.next_member() {
        let value = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
        pairs.push([key, value?]);
    }
    Some(pairs)
}

fn in_protobuf(bytes: &[u8]) -> Option<Vec<[&[u8]; 2]>> {
    let metadata = protobuf::find(protobuf::enveloped(bytes)?, &[METADATA])?;
    let maps = protobuf::contents(metadata).filter(|(number, _)| *number == LABELS);
    // An empty key or value need not be written; it must still lie within the bytes.
    let part = |entry, number| protobuf::find(entry, &[number]).unwrap_or(&entry[..0]);
    Some(maps.map(|(_, entry)| [part(entry, KEY), part(entry, VALUE)]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(bytes: &[u8]) -> Vec<(String, String)> {
        let spans = LabelSpans::scan(bytes);
        let labels = Labels::new(spans.as_deref(), bytes);
        assert_eq!(labels.len(), labels.iter().count());
        labels.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    fn delimited(number: u8, content: &[u8]) -> Vec<u8> {
        assert!(content.len() < 128 && number < 16, "one byte each");
        [&[number << 3 | 2, content.len() as u8][..], content].concat()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }

    #[test]
    fn a_stored_pod_shows_its_labels_and_its_node() {
        use pintle_schema::protobuf::seal;
        use pintle_schema::protobuf::wire::Backward;
        let entry = |out: &mut Backward, field: u32, key: &str, value: &str| {
            out.message(field, |out| {
                out.text(VALUE, value.as_bytes());
                out.text(KEY, key.as_bytes());
            });
        };
        let pod = seal("v1", "Pod", Backward::default(), |out| {
            out.message(3, |out| out.text(1, b"Pending"));
            out.message(2, |out| out.text(10, b"node-1"));
            out.message(METADATA, |out| {
                entry(out, 12, "note", "annotation");
                entry(out, LABELS, "b", "");
                entry(out, LABELS, "a", "1");
                out.number(7, 1);
                out.text(1, b"p");
            });
        });
        let pod = pod.unwrap();
        assert_eq!(scanned(&pod), owned(&[("a", "1"), ("b", "")]));
        let raw = protobuf::enveloped(&pod).unwrap();
        assert_eq!(protobuf::find(raw, &[2, 10]), Some(&b"node-1"[..]));
    }

    #[test]
    fn json_labels_are_found() {
        let bytes = br#"{"spec":{"labels":{"no":"no"}},"metadata":{"name":"n","labels":{"a":"1","b/c":""}}}"#;
        assert_eq!(scanned(bytes), owned(&[("a", "1"), ("b/c", "")]));
        assert_eq!(scanned(br#"{"metadata":{"labels":null}}"#), []);
        assert_eq!(scanned(br#"{"metadata":{}}"#), []);
        assert_eq!(scanned(b"garbage"), []);
    }

    #[test]
    fn escaped_json_labels_are_unescaped() {
        let bytes = br#"{"metadata":{"labels":{"a\/b":"1","c":"\u0064"}}}"#;
        assert_eq!(scanned(bytes), owned(&[("a/b", "1"), ("c", "d")]));
    }

    #[test]
    fn enveloped_labels_are_found() {
        let label = |key: &str, value: &str| {
            delimited(11, &[delimited(1, key.as_bytes()), delimited(2, value.as_bytes())].concat())
        };
        let metadata = [delimited(1, b"name"), label("a", "1"), label("b", ""), delimited(12, b"")].concat();
        let object = [delimited(1, &metadata), delimited(2, b"spec")].concat();
        let type_meta = delimited(1, &delimited(1, b"v1"));
        let bytes = [&MAGIC[..], &type_meta, &delimited(2, &object), &delimited(3, b"")].concat();
        assert_eq!(scanned(&bytes), owned(&[("a", "1"), ("b", "")]));
        for end in 0..bytes.len() {
            scanned(&bytes[..end]);
        }
    }

    use protobuf::MAGIC;
}
