//! Anchors, aliases and tags.

use super::cursor::is_word;
use super::{Scanner, TokenKind};
use crate::yaml::YamlError;
use std::borrow::Cow;

impl<'a> Scanner<'a> {
    /// Reads `&name` or `*name`.
    pub(super) fn scan_anchor(&mut self) -> Result<TokenKind<'a>, YamlError> {
        let alias = self.cursor.byte(0) == b'*';
        self.cursor.skip();
        let name = self.cursor.take_word();
        let ended = self.cursor.is_gap(0)
            || matches!(self.cursor.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ended {
            return Err(self.error("did not find expected alphabetic or numeric character"));
        }
        Ok(if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) })
    }

    /// Reads `!<uri>`, `!suffix`, `!handle!suffix` or `!`.
    pub(super) fn scan_tag(&mut self) -> Result<TokenKind<'a>, YamlError> {
        let (handle, suffix) = if self.cursor.byte(1) == b'<' {
            self.cursor.skip_many(2);
            let suffix = self.scan_uri("")?;
            if self.cursor.byte(0) != b'>' {
                return Err(self.error("did not find the expected '>'"));
            }
            self.cursor.skip();
            ("", suffix)
        } else {
            let handle = self.scan_tag_handle(false)?;
            if handle.len() > 1 && handle.ends_with('!') {
                (handle, self.scan_uri("")?)
            } else {
                // It was no handle but the start of the suffix. A lone `!` is a tag of its own.
                let suffix = self.scan_uri(handle)?;
                if suffix.is_empty() { ("", Cow::Borrowed("!")) } else { ("!", suffix) }
            }
        };
        if !self.cursor.is_gap(0) {
            return Err(self.error("did not find expected whitespace or line break"));
        }
        Ok(TokenKind::Tag { handle: Cow::Borrowed(handle), suffix })
    }

    /// Reads `!`, `!word` or `!word!`. A directive takes no `!word`.
    pub(super) fn scan_tag_handle(&mut self, directive: bool) -> Result<&'a str, YamlError> {
        let start = self.cursor.mark.at;
        if self.cursor.byte(0) != b'!' {
            return Err(self.error("did not find expected '!'"));
        }
        self.cursor.skip();
        let word = self.cursor.take_word();
        if self.cursor.byte(0) == b'!' {
            self.cursor.skip();
        } else if directive && !word.is_empty() {
            return Err(self.error("did not find expected '!'"));
        }
        Ok(&self.cursor.text[start..self.cursor.mark.at])
    }

    /// Reads the characters of a URI, after those of `head` less its `!`.
    pub(super) fn scan_uri(&mut self, head: &str) -> Result<Cow<'a, str>, YamlError> {
        let mut uri = head.get(1..).unwrap_or_default().as_bytes().to_vec();
        let start = self.cursor.mark.at;
        while is_uri(self.cursor.byte(0)) {
            if self.cursor.byte(0) == b'%' {
                self.scan_uri_escape(&mut uri)?;
            } else {
                uri.push(self.cursor.byte(0));
                self.cursor.skip();
            }
        }
        if head.is_empty() && self.cursor.mark.at == start {
            return Err(self.error("did not find expected tag URI"));
        }
        Ok(Cow::Owned(String::from_utf8_lossy(&uri).into_owned()))
    }

    /// Reads the `%xx` of one character.
    fn scan_uri_escape(&mut self, uri: &mut Vec<u8>) -> Result<(), YamlError> {
        let mut missing = None;
        while missing != Some(0) {
            let digit = |ahead: usize| char::from(self.cursor.byte(ahead)).to_digit(16);
            let octet = match (self.cursor.byte(0), digit(1), digit(2)) {
                (b'%', Some(high), Some(low)) => u8::try_from(high << 4 | low).unwrap_or(u8::MAX),
                _ => return Err(self.error("did not find URI escaped octet")),
            };
            missing = Some(match (missing, octet) {
                (None, 0x00..=0x7f) => 0,
                (None, 0xc0..=0xdf) => 1,
                (None, 0xe0..=0xef) => 2,
                (None, 0xf0..=0xf7) => 3,
                (None, _) => return Err(self.error("found an incorrect leading UTF-8 octet")),
                (Some(count), 0x80..=0xbf) => count - 1,
                (Some(_), _) => return Err(self.error("found an incorrect trailing UTF-8 octet")),
            });
            uri.push(octet);
            self.cursor.skip_many(3);
        }
        Ok(())
    }
}

fn is_uri(byte: u8) -> bool {
    is_word(byte) || b";/?:@&=+$,.!~*'()[]%".contains(&byte)
}
