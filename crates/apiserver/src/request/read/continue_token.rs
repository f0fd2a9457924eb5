//! Continue tokens: where a paged list goes on, and at which revision. The reference's format, so that a list
//! begun at one server goes on at another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pintle_meta::Status;
use pintle_meta::value::{Map, Value, parse, syntax_error, to_json};

const FORMAT: &str = "meta.k8s.io/v1";
/// The most bytes a token may have; keys are far shorter.
const TOKEN_MAX: usize = 8 * 1024;

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Continue {
    /// At this revision; `None` for whatever is current, after the first one was compacted.
    pub revision: Option<u64>,
    /// From this key on, relative to the listed prefix.
    pub start: String,
}

impl Continue {
    /// The token for clients.
    pub(super) fn encode(&self) -> String {
        let mut map = Map::new();
        map.insert("v", FORMAT);
        map.insert("rv", self.revision.map_or(-1, |revision| i64::try_from(revision).unwrap_or(i64::MAX)));
        map.insert("start", self.start.as_str());
        URL_SAFE_NO_PAD.encode(to_json(&Value::Map(map)))
    }

    /// Reads a client's token.
    ///
    /// # Errors
    /// 400 in the reference's words.
    pub(super) fn decode(token: &str) -> Result<Continue, Status> {
        decode(token).map_err(|reason| {
            Status::bad_request(format!("invalid continue token: continue key is not valid: {reason}"))
        })
    }
}

fn decode(token: &str) -> Result<Continue, String> {
    if token.len() > TOKEN_MAX {
        return Err(format!("longer than {TOKEN_MAX} bytes"));
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|error| base64_problem(&error))?;
    let document =
        parse(&bytes).map_err(|error| syntax_error(&bytes).unwrap_or_else(|| error.to_string()))?;
    let version = document.text_at(&["v"]);
    if version != FORMAT {
        return Err(format!("server does not recognize this encoded version {version}"));
    }
    let revision = match document.get("rv").and_then(Value::as_int).unwrap_or_default() {
        0 => return Err(format!("incorrect encoded start resourceVersion (version {FORMAT})")),
        revision => u64::try_from(revision).ok(),
    };
    let start = document.text_at(&["start"]);
    if start.is_empty() {
        return Err(format!("no start key present (version {FORMAT})"));
    }
    // A key that a cleaned path would not be is no key of ours.
    let is_clean = !start.split('/').any(|part| matches!(part, "." | "..")) && !start.contains("//");
    if !is_clean || (start.len() > 1 && start.ends_with('/')) {
        return Err(start.to_owned());
    }
    Ok(Continue { revision, start: start.trim_start_matches('/').to_owned() })
}

fn base64_problem(error: &base64::DecodeError) -> String {
    match error {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => {
            format!("illegal base64 data at input byte {at}")
        }
        base64::DecodeError::InvalidLength(length) => format!("illegal base64 data at input byte {length}"),
        base64::DecodeError::InvalidPadding => "illegal base64 data at input byte 0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_round_trip_and_bad_ones_are_named() {
        let token = Continue { revision: Some(7), start: "ns/a\0".to_owned() };
        assert_eq!(Continue::decode(&token.encode()).unwrap(), token);
        let latest = Continue { revision: None, ..token };
        assert_eq!(Continue::decode(&latest.encode()).unwrap(), latest);
        for (bad, reason) in [
            ("abc", "invalid character 'i' looking for beginning of value"),
            ("!!", "illegal base64 data at input byte 0"),
            ("eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiJhLyJ9", "a/"),
            ("eyJ2IjoidjkiLCJydiI6MSwic3RhcnQiOiJhIn0", "server does not recognize this encoded version v9"),
        ] {
            let message = Continue::decode(bad).unwrap_err().message;
            assert_eq!(message, format!("invalid continue token: continue key is not valid: {reason}"));
        }
    }
}
