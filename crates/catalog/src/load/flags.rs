//! What follows a field's type and number:
//!
//! ```text
//! empty | zero        omitempty, omitzero        ptr | req           a Go pointer; required by OpenAPI
//! as=GONAME           go=GOTYPE                  default=JSON        enum=A|B (%20 is a space, "" no text)
//! list=atomic|set|map:KEY,KEY                    members=atomic|granular
//! boxed               a list that is a message of its own in protobuf
//! patch=merge,retainKeys:KEY
//! ```

use pintle_meta::value::parse;
use pintle_meta::{Str, Value};
use pintle_schema::types::{Members, Omit, Ownership, Patch};

/// A field's flags.
pub(super) struct Flags {
    pub(super) omit: Omit,
    pub(super) pointer: bool,
    pub(super) required: bool,
    pub(super) go_name: Option<Str>,
    pub(super) go_type: Option<Str>,
    pub(super) default: Option<Value>,
    pub(super) allowed: Vec<Str>,
    pub(super) ownership: Ownership,
    pub(super) boxed: bool,
    pub(super) members: Members,
    pub(super) patch: Patch,
}

impl Flags {
    pub(super) fn read<'a>(words: impl Iterator<Item = &'a str>) -> Flags {
        let mut flags = Flags {
            omit: Omit::Never,
            pointer: false,
            required: false,
            go_name: None,
            go_type: None,
            default: None,
            allowed: Vec::new(),
            ownership: Ownership::default(),
            boxed: false,
            members: Members::default(),
            patch: Patch::default(),
        };
        words.for_each(|word| flags.set(word));
        flags
    }

    fn set(&mut self, word: &str) {
        match word.split_once('=').unwrap_or((word, "")) {
            ("empty", _) => self.omit = Omit::Empty,
            ("nil", _) => self.omit = Omit::Nil,
            ("zero", _) => self.omit = Omit::Zero,
            ("ptr", _) => self.pointer = true,
            ("req", _) => self.required = true,
            ("boxed", _) => self.boxed = true,
            ("as", name) => self.go_name = Some(name.into()),
            ("go", name) => self.go_type = Some(name.into()),
            ("default", json) => self.default = Some(parse(json.as_bytes()).expect("defaults are JSON")),
            ("enum", values) => {
                let word = |value: &str| value.replace("\"\"", "").replace("%20", " ").into();
                self.allowed = values.split('|').map(word).collect();
            }
            ("list", "atomic") => self.ownership = Ownership::Atomic,
            ("list", "set") => self.ownership = Ownership::Set,
            ("list", keys) => self.ownership = Ownership::Map(names(keys.trim_start_matches("map:"))),
            ("members", "atomic") => self.members = Members::Atomic,
            ("members", _) => self.members = Members::Granular,
            ("patch", patch) => self.patch = read_patch(patch),
            (other, _) => panic!("the facts have a flag {other:?} that nobody knows"),
        }
    }
}

fn read_patch(text: &str) -> Patch {
    let (strategies, key) = text.split_once(':').unwrap_or((text, ""));
    let has = |name: &str| strategies.split(',').any(|strategy| strategy == name);
    let (merge, replace, retain_keys) = (has("merge"), has("replace"), has("retainKeys"));
    Patch { merge, replace, retain_keys, key: key.into() }
}

/// `a,b` as names.
pub(super) fn names(text: &str) -> Vec<Str> {
    text.split(',').filter(|name| !name.is_empty()).map(Str::from).collect()
}
