//! `Accept` read as the reference's parser reads it: names are case-sensitive, a clause that can't be read is left
//! out, a quality that can't be read is none, and only the first header counts.

use http::HeaderMap;

/// The most alternatives that are looked at; clients send a handful.
const CLAUSES_MAX: usize = 64;

/// One alternative of an `Accept` header.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// `type/subtype`.
    pub media_type: String,
    /// Parameters but for `q`, the last of a name.
    pub parameters: Vec<(String, String)>,
    quality: f64,
}

impl Clause {
    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the reference's sort puts this before `other`. No order in the strict sense: something definite
    /// comes before a wildcard whatever their qualities.
    fn comes_before(&self, other: &Clause) -> bool {
        let is_wild = |clause: &Clause, at: usize| clause.media_type.split('/').nth(at) == Some("*");
        self.quality > other.quality
            || (!is_wild(self, 0) && is_wild(other, 0))
            || (!is_wild(self, 1) && is_wild(other, 1))
    }
}

/// The alternatives of the request's `Accept`, best first.
pub fn accept_clauses(headers: &HeaderMap) -> Vec<Clause> {
    clauses(accept_header(headers))
}

/// The first `Accept` header, or anything goes.
pub(super) fn accept_header(headers: &HeaderMap) -> &str {
    let sent = headers.get(http::header::ACCEPT).and_then(|value| value.to_str().ok());
    sent.filter(|text| !text.is_empty()).unwrap_or("*/*")
}

fn clauses(accept: &str) -> Vec<Clause> {
    let mut found: Vec<Clause> = accept.split(',').filter_map(clause).take(CLAUSES_MAX).collect();
    // By insertion, as the reference sorts so few, because their comparison is no order.
    for end in 1..found.len() {
        let mut at = end;
        while at > 0 && found[at].comes_before(&found[at - 1]) {
            found.swap(at, at - 1);
            at -= 1;
        }
    }
    found
}

fn clause(text: &str) -> Option<Clause> {
    let mut parts = text.trim().split(';');
    let names: Vec<&str> = parts.next()?.split('/').map(str::trim).collect();
    let media_type = match names[..] {
        ["*"] | ["*", ""] => "*/*".to_owned(),
        [ty, subtype] if !subtype.is_empty() => format!("{ty}/{subtype}"),
        _ => return None,
    };
    let (mut quality, mut parameters) = (1.0, Vec::new());
    for part in parts {
        let Some((key, value)) = part.split_once('=').filter(|(_, value)| !value.is_empty()) else {
            continue;
        };
        if value.contains('=') {
            continue;
        }
        match key.trim() {
            "q" => quality = value.parse().unwrap_or_default(),
            key => {
                parameters.retain(|(name, _): &(String, String)| name != key);
                parameters.push((key.to_owned(), value.trim().to_owned()));
            }
        }
    }
    Some(Clause { media_type, parameters, quality })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(accept: &str) -> Vec<String> {
        clauses(accept).into_iter().map(|clause| clause.media_type).collect()
    }

    #[test]
    fn alternatives_come_in_the_reference_s_order() {
        for (accept, want) in [
            ("a/b;q=0.2, c/d", &["c/d", "a/b"][..]),
            ("a/b, c/d", &["a/b", "c/d"]),
            ("*/*, a/b;q=0.1", &["a/b", "*/*"]),
            ("a/*;q=0.9, a/b;q=0.1", &["a/b", "a/*"]),
            ("*;q=0.5", &["*/*"]),
            ("nothing, a/b/c, a/, A/B", &["A/B"]),
            ("a/b;q=x, c/d;q=0.1", &["c/d", "a/b"]),
            ("a/b;q=0", &["a/b"]),
        ] {
            assert_eq!(order(accept), want, "{accept}");
        }
    }

    #[test]
    fn parameters_are_read_but_for_broken_ones() {
        let found = clauses("a/b; as = Table ;v=v1;v=v2;x;y=;z=1=2").remove(0);
        assert_eq!((found.parameter("as"), found.parameter("v")), (Some("Table"), Some("v2")));
        assert_eq!((found.parameter("x"), found.parameter("y"), found.parameter("z")), (None, None, None));
    }
}
