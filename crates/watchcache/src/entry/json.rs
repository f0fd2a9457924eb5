//! A look into stored JSON without decoding it: follows one path of members and skips over everything else. The bytes
//! were written by an API server, so the scan is lenient: it finds its way through valid JSON and gives up on what is
//! cut off, but does not prove that the rest is valid.

/// A place in JSON text.
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The value of the member that `path` leads to from the root, as it stands in the text.
pub(super) fn find<'a>(bytes: &'a [u8], path: &[impl AsRef<str>]) -> Option<&'a [u8]> {
    let mut value = bytes;
    for name in path {
        let mut members = Scanner::members(value)?;
        value = loop {
            let (key, found) = members.next_member()?;
            if key == name.as_ref().as_bytes() {
                break found;
            }
        };
    }
    Some(value)
}

/// The text of a scalar: a string unescaped, a number or a boolean as it stands. `None` for null and for containers.
pub(super) fn scalar(raw: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    match raw.first()? {
        b'"' => text(raw.get(1..raw.len().checked_sub(1)?)?),
        b'{' | b'[' | b'n' => None,
        _ => std::str::from_utf8(raw).ok().map(Into::into),
    }
}

/// What stands between the quotes of a string, unescaped.
pub(super) fn text(raw: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    if !raw.contains(&b'\\') {
        return std::str::from_utf8(raw).ok().map(Into::into);
    }
    let quoted = [b"\"", raw, b"\""].concat();
    match pintle_meta::value::parse(&quoted) {
        Ok(pintle_meta::Value::String(text)) => Some(text.as_str().to_owned().into()),
        _ => None,
    }
}

impl<'a> Scanner<'a> {
    /// At the members of an object.
    pub(super) fn members(object: &'a [u8]) -> Option<Scanner<'a>> {
        let mut scanner = Scanner { bytes: object, at: 0 };
        (scanner.after_space()? == b'{').then(|| {
            scanner.at += 1;
            scanner
        })
    }

    /// The next member: what stands between the quotes of its key, and its value as it stands. `None` at the end.
    pub(super) fn next_member(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        if self.after_space()? == b',' {
            self.at += 1;
        }
        if self.after_space()? != b'"' {
            return None;
        }
        let start = self.at;
        self.skip_string()?;
        let key = &self.bytes[start + 1..self.at - 1];
        if self.after_space()? != b':' {
            return None;
        }
        self.at += 1;
        self.after_space()?;
        let start = self.at;
        self.skip_value()?;
        Some((key, &self.bytes[start..self.at]))
    }

    /// The next byte that is not white space.
    fn after_space(&mut self) -> Option<u8> {
        while let b' ' | b'\n' | b'\r' | b'\t' = self.bytes.get(self.at)? {
            self.at += 1;
        }
        Some(self.bytes[self.at])
    }

    fn skip_value(&mut self) -> Option<()> {
        match self.bytes.get(self.at)? {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_container(),
            _ => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
                self.at += self.bytes[self.at..].iter().take_while(|byte| !ends(byte)).count();
                Some(())
            }
        }
    }

    /// By depth, not by recursion: objects may nest as deeply as the API allows.
    fn skip_container(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn skip_string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &[u8] =
        br#" {"a": {"b\"}": [1, {"x": "]"}], "c" : "d\u0065"}, "n": -1.5e3 , "t":true,"z":null}"#;

    #[test]
    fn a_path_leads_to_the_value_as_it_stands() {
        assert_eq!(find(OBJECT, &["a", "c"]), Some(&br#""d\u0065""#[..]));
        assert_eq!(find(OBJECT, &["n"]), Some(&b"-1.5e3"[..]));
        assert_eq!(find(OBJECT, &["a", "x"]), None);
        assert_eq!(find(OBJECT, &["n", "x"]), None);
    }

    #[test]
    fn a_scalar_is_text() {
        assert_eq!(scalar(br#""d\u0065""#).as_deref(), Some("de"));
        assert_eq!(scalar(b"true").as_deref(), Some("true"));
        assert_eq!(scalar(b"null"), None);
        assert_eq!(scalar(b"{}"), None);
    }

    #[test]
    fn text_that_is_cut_off_ends_the_search() {
        for end in 0..OBJECT.len() - 1 {
            let _ = find(&OBJECT[..end], &["z"]);
            assert_eq!(find(&OBJECT[..end], &["missing"]), None);
        }
    }
}
