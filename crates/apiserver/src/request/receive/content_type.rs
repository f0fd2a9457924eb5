//! `Content-Type` as Go's mime package reads it.

use http::HeaderMap;

/// The media type of a body, in lower case; "" when nothing is said, `None` when what is said can't be read.
pub fn content_type(headers: &HeaderMap) -> Option<String> {
    let Some(value) = headers.get(http::header::CONTENT_TYPE) else { return Some(String::new()) };
    let text = value.to_str().ok()?;
    if text.is_empty() {
        return Some(String::new());
    }
    let (media_type, parameters) = text.split_at(text.find(';').unwrap_or(text.len()));
    let media_type = media_type.trim().to_lowercase();
    let (ty, rest) = token(&media_type);
    let named = match rest.strip_prefix('/') {
        Some(rest) => matches!(token(rest), (subtype, "") if !subtype.is_empty()),
        None => rest.is_empty(),
    };
    (named && !ty.is_empty() && parameters_are_readable(parameters)).then_some(media_type)
}

/// Whether text is `;name=value` again and again; values may be quoted, a last semicolon may be left over, and
/// a name may come again only with the same value.
fn parameters_are_readable(mut text: &str) -> bool {
    let mut seen: Vec<(String, String)> = Vec::new();
    loop {
        text = text.trim_start();
        if text.is_empty() || text.trim() == ";" {
            return true;
        }
        let Some((name, value, rest)) = parameter(text) else { return false };
        if seen.iter().any(|(have, other)| *have == name && *other != value) {
            return false;
        }
        seen.push((name, value));
        text = rest;
    }
}

fn parameter(text: &str) -> Option<(String, String, &str)> {
    let (name, rest) = token(text.strip_prefix(';')?.trim_start());
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    if name.is_empty() {
        return None;
    }
    let (value, rest) = match rest.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None => {
            let (value, rest) = token(rest);
            (Some(value).filter(|value| !value.is_empty())?.to_owned(), rest)
        }
    };
    Some((name.to_lowercase(), value, rest))
}

/// What stands before the closing quote, and what after it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((value, &text[at + 1..])),
            c => value.push(c),
        }
    }
    None
}

/// The token that text begins with, and the rest.
fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?=".contains(c);
    text.split_at(text.find(|c| !is_token(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_read_as_go_reads_them() {
        for (text, want) in [
            ("", Some("")),
            ("application/json", Some("application/json")),
            ("Application/JSON ; charset=UTF-8;", Some("application/json")),
            ("application/json;charset=\"a;\\\"b\"; x=1", Some("application/json")),
            ("application/json;x=1;X=1", Some("application/json")),
            ("json", Some("json")),
            ("application/json;x=1;x=2", None),
            ("application/json;charset", None),
            ("application/json;charset=", None),
            ("application/json;charset=\"a", None),
            ("application/json, application/yaml", None),
            ("application/", None),
            (";charset=utf-8", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(http::header::CONTENT_TYPE, text.parse().unwrap());
            assert_eq!(content_type(&headers).as_deref(), want, "{text}");
        }
        assert_eq!(content_type(&HeaderMap::new()).as_deref(), Some(""));
    }
}
