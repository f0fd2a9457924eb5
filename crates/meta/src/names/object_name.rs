//! Names of objects: a rule is asked for a whole name, or for a prefix that a suffix will be put to.

use super::{dns1035_label, dns1123_label, dns1123_subdomain};
use std::borrow::Cow;

/// Judges a name, or a `generateName` when `prefix` is set.
pub type NameRule = fn(name: &str, prefix: bool) -> Vec<String>;

/// A DNS subdomain: most kinds.
pub fn name_is_dns_subdomain(name: &str, prefix: bool) -> Vec<String> {
    dns1123_subdomain(&masked(name, prefix))
}

/// A DNS label: namespaces.
pub fn name_is_dns_label(name: &str, prefix: bool) -> Vec<String> {
    dns1123_label(&masked(name, prefix))
}

/// A DNS label that starts with a letter.
pub fn name_is_dns1035_label(name: &str, prefix: bool) -> Vec<String> {
    dns1035_label(&masked(name, prefix))
}

/// A name that can stand in a URL path: the least any name must be. Does not look at length.
pub fn path_segment_name(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    path_segment_prefix(name)
}

/// The beginning of such a name.
pub fn path_segment_prefix(name: &str) -> Vec<String> {
    ['/', '%']
        .into_iter()
        .filter(|bad| name.contains(*bad))
        .map(|bad| format!("may not contain '{bad}'"))
        .collect()
}

/// `name` with a trailing dash, and the byte before it, replaced by a letter that may stand last, since the
/// generated suffix will follow. A name that no rule accepts anyway is left alone.
pub fn mask_trailing_dash(name: &str) -> Cow<'_, str> {
    let front = name.strip_suffix('-').and_then(|rest| rest.get(..rest.len().checked_sub(1)?));
    front.map_or(Cow::Borrowed(name), |front| Cow::Owned(format!("{front}a")))
}

fn masked(name: &str, prefix: bool) -> Cow<'_, str> {
    if prefix { mask_trailing_dash(name) } else { Cow::Borrowed(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_may_end_in_a_dash() {
        for (name, prefix, valid) in [
            ("a-", true, true),
            ("a-", false, false),
            ("a--", true, true),
            ("a.-", true, true),
            ("-", true, false),
            ("A-", true, true),
            ("AB-", true, false),
            ("é-", true, false),
        ] {
            assert_eq!(name_is_dns_subdomain(name, prefix).is_empty(), valid, "{name:?}");
        }
        assert!(name_is_dns_label("a.b", false).contains(&"must not contain dots".to_owned()));
        assert!(name_is_dns1035_label("ab-", true).is_empty());
    }

    #[test]
    fn path_segments_refuse_what_a_url_cannot_carry() {
        assert_eq!(path_segment_name(".."), ["may not be '..'"]);
        assert_eq!(path_segment_name("a/%"), ["may not contain '/'", "may not contain '%'"]);
        assert!(path_segment_name("system:node a").is_empty());
        assert!(path_segment_prefix("..").is_empty());
    }
}
