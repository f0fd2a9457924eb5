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

/// Our own flags: heading, name, type, default.
const OWN: [(&str, &str, &str, &str); 8] = [
    ("Generic", "connection-max-age", "duration", "0s"),
    // Storage in this process, when it is not elsewhere, beside `--etcd-servers`.
    ("Etcd", "embedded-storage", "string", ""),
    ("Etcd", "embedded-storage-listen-client-urls", "strings", ""),
    ("Etcd", "embedded-storage-cert-file", "string", ""),
    ("Etcd", "embedded-storage-key-file", "string", ""),
    ("Etcd", "embedded-storage-trusted-ca-file", "string", ""),
    ("Etcd", "embedded-storage-state-cache-bytes", "int", "67108864"),
    ("Etcd", "watch-history-bytes", "int", "67108864"),
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
            if line.starts_with("group ") {
                let own = OWN.iter().filter(|(heading, ..)| *heading == group);
                flags.extend(own.map(|(_, name, kind, default)| flag(name, kind, default, group, false)));
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
