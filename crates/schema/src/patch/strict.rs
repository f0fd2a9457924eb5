//! What a strict reader says of a patch before it is applied: fields that stand twice, and members that operations
//! of a JSON patch do not have. Looks at bytes that were parsed already, and nests as deep as they do.

use pintle_meta::Str;
use pintle_meta::field::go_quote;
use std::collections::HashSet;
use std::fmt::Write;

/// The most findings reported for one patch, as in the reference.
const FINDINGS_MAX: usize = 100;
/// The members of an operation.
const OPERATION: [&str; 4] = ["op", "path", "from", "value"];

/// What a patch is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    /// Members of the document: merge patches.
    Members,
    /// A list of operations: JSON patches.
    Operations,
}

/// `duplicate field "data.k"` and the like, in the order found, each once, at most 100. `bytes` are JSON.
pub fn findings(bytes: &[u8], shape: Shape) -> Vec<String> {
    let mut scan = Scan { shape, ..Scan::default() };
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => {
                let length = string_length(&bytes[at..]);
                scan.string(&bytes[at..at + length]);
                length
            }
            byte => {
                scan.punctuation(*byte);
                1
            }
        };
    }
    scan.found
}

/// The length of the string that `bytes` begin with, its quotes included.
fn string_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}

/// A container that is open, and where in it the scan is.
enum Frame {
    Map { seen: HashSet<Str>, key: Option<Str> },
    List { index: usize },
}

#[derive(Default)]
struct Scan {
    shape: Shape,
    open: Vec<Frame>,
    /// The scan is inside a member that nobody knows, opened at this depth: nothing in it is told.
    unknown_at: Option<usize>,
    found: Vec<String>,
    told: HashSet<String>,
}

impl Scan {
    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'{' => self.open.push(Frame::Map { seen: HashSet::new(), key: None }),
            b'[' => self.open.push(Frame::List { index: 0 }),
            b'}' | b']' => {
                self.open.pop();
                self.known_again();
            }
            b',' => {
                match self.open.last_mut() {
                    Some(Frame::Map { key, .. }) => *key = None,
                    Some(Frame::List { index }) => *index += 1,
                    None => {}
                }
                self.known_again();
            }
            _ => {}
        }
    }

    fn known_again(&mut self) {
        if self.unknown_at.is_some_and(|depth| self.open.len() <= depth) {
            self.unknown_at = None;
        }
    }

    /// A key, when it stands where keys stand.
    fn string(&mut self, quoted: &[u8]) {
        let depth = self.open.len();
        let Some(Frame::Map { seen, key }) = self.open.last_mut() else { return };
        if key.is_some() {
            return;
        }
        let name: Str = serde_json::from_slice::<String>(quoted).unwrap_or_default().into();
        let is_operation = self.shape == Shape::Operations && depth == 2;
        let is_unknown = is_operation && !OPERATION.contains(&name.as_str());
        let is_again = !seen.insert(name.clone());
        *key = Some(name);
        if self.unknown_at.is_some() {
            return;
        }
        if is_unknown {
            self.tell("unknown");
            self.unknown_at = Some(depth);
        } else if is_again {
            self.tell("duplicate");
        }
    }

    fn tell(&mut self, what: &str) {
        if self.found.len() >= FINDINGS_MAX {
            return;
        }
        let before = if self.shape == Shape::Operations { "json patch " } else { "" };
        let finding = format!("{before}{what} field {}", go_quote(&self.place()));
        if self.told.insert(finding.clone()) {
            self.found.push(finding);
        }
    }

    fn place(&self) -> String {
        let mut place = String::new();
        for frame in &self.open {
            match frame {
                Frame::List { index } => {
                    let _ = write!(place, "[{index}]");
                }
                Frame::Map { key, .. } => {
                    let dot = if place.is_empty() { "" } else { "." };
                    let _ = write!(place, "{dot}{}", key.as_deref().unwrap_or_default());
                }
            }
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_named_by_its_place() {
        for (patch, want) in [
            (r#"{"a":{"b":"a","b":{"c":1,"c":2}},"a":null}"#, &["a.b", "a.b.c", "a"][..]),
            (r#"{"l":[{"x":1},{"x":1,"x":[],"x":2}],"\u006c":1}"#, &["l[1].x", "l"]),
            (r#"{"a":"{\"b\":1,\"b\":2}","b":"a\\"}"#, &[]),
            (r#"[{"x":1,"x":2}]"#, &["[0].x"]),
        ] {
            let want: Vec<String> = want.iter().map(|place| format!("duplicate field \"{place}\"")).collect();
            assert_eq!(findings(patch.as_bytes(), Shape::Members), want, "{patch}");
        }
    }

    #[test]
    fn operations_have_four_members() {
        let patch = br#"[{"op":"add","Path":"/a","path":"/a","extra":{"x":1,"x":2},"value":{"y":1,"y":2},"op":"add"}]"#;
        let want = [
            "json patch unknown field \"[0].Path\"",
            "json patch unknown field \"[0].extra\"",
            "json patch duplicate field \"[0].value.y\"",
            "json patch duplicate field \"[0].op\"",
        ];
        assert_eq!(findings(patch, Shape::Operations), want);
    }

    #[test]
    fn no_bytes_break_it_and_there_is_an_end() {
        for bytes in [&b"\"ab"[..], b"}]", b"{\"a", b"[[[{", b"\"\\", b""] {
            assert!(findings(bytes, Shape::Members).is_empty());
        }
        let many: Vec<String> = (0..500).map(|n| format!("\"{n}\":1,\"{n}\":2")).collect();
        assert_eq!(
            findings(format!("{{{}}}", many.join(",")).as_bytes(), Shape::Members).len(),
            FINDINGS_MAX
        );
        let deep = "[".repeat(9_000) + &"]".repeat(9_000);
        assert!(findings(deep.as_bytes(), Shape::Members).is_empty());
    }
}
