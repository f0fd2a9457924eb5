//! The flags there are: kube-apiserver's from `data/flags.facts`, the hidden ones it still takes, and our own.

use super::kind::Kind;

const FACTS: &str = include_str!("../../data/flags.facts");

/// Deprecated and in no help text, but on command lines: name, type, default.
const HIDDEN: [(&str, &str, &str); 4] = [
    ("apiserver-count", "int", "1"),
    ("default-watch-cache-size", "int", "100"),
    ("kubelet-port", "int", "10250"),
    ("kubelet-read-only-port", "int", "10255"),
];

/// Storage in this process, when it is not elsewhere: our own flags, beside `--etcd-servers`. Name, type, default.
const EMBEDDED_STORAGE: [(&str, &str, &str); 6] = [
    ("embedded-storage", "string", ""),
    ("embedded-storage-listen-client-urls", "strings", ""),
    ("embedded-storage-cert-file", "string", ""),
    ("embedded-storage-key-file", "string", ""),
    ("embedded-storage-trusted-ca-file", "string", ""),
    ("embedded-storage-state-cache-bytes", "int", "67108864"),
];

/// One flag.
#[derive(Debug)]
pub(crate) struct Flag {
    /// Without dashes.
    pub(crate) name: &'static str,
    /// What its value looks like.
    pub(crate) kind: Kind,
    /// Its value when it isn't given, as one would write it; "" for the type's own zero.
    pub(crate) default: &'static str,
    /// The heading it is listed under.
    pub(crate) group: &'static str,
    /// Left out of help texts.
    pub(crate) hidden: bool,
}

/// All flags, in the order of help texts.
#[derive(Debug)]
pub(crate) struct Flags(Vec<Flag>);

impl Flags {
    /// Reads the facts.
    pub(crate) fn load() -> Flags {
        let mut flags = Vec::new();
        let mut group = "";
        for line in FACTS.lines() {
            match line.strip_prefix("group ") {
                Some(name) => group = name,
                None => flags.push(read(line, group)),
            }
            if line == "group Etcd" {
                flags.extend(
                    EMBEDDED_STORAGE.map(|(name, kind, default)| flag(name, kind, default, group, false)),
                );
            }
        }
        flags.extend(HIDDEN.map(|(name, kind, default)| flag(name, kind, default, "Misc", true)));
        Flags(flags)
    }

    /// The flag of that name.
    pub(crate) fn find(&self, name: &str) -> Option<&Flag> {
        self.0.iter().find(|flag| flag.name == name)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Flag> {
        self.0.iter()
    }
}

/// `  name type default`; a default may hold spaces.
fn read(line: &'static str, group: &'static str) -> Flag {
    let mut words = line.trim_start().splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    flag(word(), word(), word(), group, false)
}

fn flag(
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    group: &'static str,
    hidden: bool,
) -> Flag {
    Flag { name, kind: Kind::of(name, kind), default, group, hidden }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_good_value() {
        for flag in Flags::load().iter().filter(|flag| !flag.default.is_empty()) {
            assert!(flag.kind.accepts(flag.default), "--{}={}", flag.name, flag.default);
        }
    }

    #[test]
    fn names_are_unique() {
        let flags = Flags::load();
        for flag in flags.iter() {
            assert_eq!(flags.iter().filter(|other| other.name == flag.name).count(), 1, "--{}", flag.name);
        }
        assert!(flags.iter().count() > 170);
    }
}
