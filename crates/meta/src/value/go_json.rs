//! What Go's encoding/json says about bytes that are no JSON document.
//!
//! The reference's answers carry these texts and clients show them. The scanner here runs only after our own
//! parser refused; it keeps a state and a stack, looks at each byte once, and never recurses.

use super::DEPTH_MAX;
use crate::field::go_quote;

/// Go's words for the first syntax error in `bytes`; `None` when Go's scanner accepts them. (Go accepts some
/// documents that serde_json refuses: lone surrogates, invalid UTF-8 within strings, numbers beyond f64.)
pub fn syntax_error(bytes: &[u8]) -> Option<String> {
    let mut scanner = Scanner { state: State::Value, containers: Vec::new() };
    for byte in bytes {
        if let Err(context) = scanner.step(*byte) {
            return Some(invalid_character(*byte, context));
        }
    }
    if scanner.state == State::Done {
        return None;
    }
    // Go ends numbers by feeding one more space, so `tru` is an invalid ' ', not an early end.
    match scanner.step(b' ') {
        Err(context) => Some(invalid_character(b' ', context)),
        Ok(()) if scanner.state == State::Done => None,
        Ok(()) => Some("unexpected end of JSON input".to_owned()),
    }
}

fn invalid_character(byte: u8, context: &str) -> String {
    format!("invalid character {} {context}", quote_byte(byte))
}

/// A byte as Go quotes it: the code point of that number, in single quotes.
fn quote_byte(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => {
            let quoted = go_quote(char::from(byte).encode_utf8(&mut [0; 4]));
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}

/// What a byte may be next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    AfterValue,
    Done,
    InString,
    Escape,
    /// So many hexadecimal digits of `\u` are missing.
    Hex(u8),
    Minus,
    Zero,
    Digits,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
    /// So many bytes of a literal were read.
    Word(Literal, u8),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Literal {
    True,
    False,
    Null,
}

/// The container a byte stands in, and for objects which half of an entry.
#[derive(Clone, Copy)]
enum Container {
    ObjectKey,
    ObjectValue,
    Array,
}

struct Scanner {
    state: State,
    containers: Vec<Container>,
}

type Step = Result<(), &'static str>;

impl Scanner {
    fn step(&mut self, byte: u8) -> Step {
        match self.state {
            State::Value => self.begin_value(byte),
            State::ValueOrEnd if byte == b']' => self.after_value(byte),
            State::ValueOrEnd => self.begin_value(byte),
            State::KeyOrEnd if byte == b'}' => {
                self.replace_top(Container::ObjectValue);
                self.after_value(byte)
            }
            State::KeyOrEnd | State::Key => self.begin_key(byte),
            State::AfterValue | State::Done => self.after_value(byte),
            State::InString => self.in_string(byte),
            State::Escape => self.escape(byte),
            State::Hex(missing) => self.hex(byte, missing),
            State::Word(literal, read) => self.word(byte, literal, read),
            _ => self.number(byte),
        }
    }

    fn go(&mut self, state: State) -> Step {
        self.state = state;
        Ok(())
    }

    fn begin_value(&mut self, byte: u8) -> Step {
        match byte {
            _ if is_space(byte) => Ok(()),
            b'{' => self.open(Container::ObjectKey, State::KeyOrEnd),
            b'[' => self.open(Container::Array, State::ValueOrEnd),
            b'"' => self.go(State::InString),
            b'-' => self.go(State::Minus),
            b'0' => self.go(State::Zero),
            b'1'..=b'9' => self.go(State::Digits),
            b't' => self.go(State::Word(Literal::True, 1)),
            b'f' => self.go(State::Word(Literal::False, 1)),
            b'n' => self.go(State::Word(Literal::Null, 1)),
            _ => Err("looking for beginning of value"),
        }
    }

    fn open(&mut self, container: Container, state: State) -> Step {
        self.containers.push(container);
        if self.containers.len() > DEPTH_MAX { Err("exceeded max depth") } else { self.go(state) }
    }

    fn replace_top(&mut self, container: Container) {
        self.containers.pop();
        self.containers.push(container);
    }

    fn close(&mut self) -> Step {
        self.containers.pop();
        self.go(if self.containers.is_empty() { State::Done } else { State::AfterValue })
    }

    fn begin_key(&mut self, byte: u8) -> Step {
        match byte {
            _ if is_space(byte) => Ok(()),
            b'"' => self.go(State::InString),
            _ => Err("looking for beginning of object key string"),
        }
    }

    fn after_value(&mut self, byte: u8) -> Step {
        let Some(container) = self.containers.last().copied() else {
            self.state = State::Done;
            return if is_space(byte) { Ok(()) } else { Err("after top-level value") };
        };
        match (container, byte) {
            _ if is_space(byte) => self.go(State::AfterValue),
            (Container::ObjectKey, b':') => {
                self.replace_top(Container::ObjectValue);
                self.go(State::Value)
            }
            (Container::ObjectKey, _) => Err("after object key"),
            (Container::ObjectValue, b',') => {
                self.replace_top(Container::ObjectKey);
                self.go(State::Key)
            }
            (Container::ObjectValue, b'}') | (Container::Array, b']') => self.close(),
            (Container::ObjectValue, _) => Err("after object key:value pair"),
            (Container::Array, b',') => self.go(State::Value),
            (Container::Array, _) => Err("after array element"),
        }
    }

    fn in_string(&mut self, byte: u8) -> Step {
        match byte {
            b'"' => self.go(State::AfterValue),
            b'\\' => self.go(State::Escape),
            0..0x20 => Err("in string literal"),
            _ => Ok(()),
        }
    }

    fn escape(&mut self, byte: u8) -> Step {
        match byte {
            b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => self.go(State::InString),
            b'u' => self.go(State::Hex(4)),
            _ => Err("in string escape code"),
        }
    }

    fn hex(&mut self, byte: u8, missing: u8) -> Step {
        if !byte.is_ascii_hexdigit() {
            return Err(r"in \u hexadecimal character escape");
        }
        self.go(if missing == 1 { State::InString } else { State::Hex(missing - 1) })
    }

    fn number(&mut self, byte: u8) -> Step {
        match (self.state, byte) {
            (State::Minus, b'0') => self.go(State::Zero),
            (State::Minus, b'1'..=b'9') | (State::Digits, b'0'..=b'9') => self.go(State::Digits),
            (State::Minus, _) => Err("in numeric literal"),
            (State::Zero | State::Digits, b'.') => self.go(State::Point),
            (State::Point | State::Fraction, b'0'..=b'9') => self.go(State::Fraction),
            (State::Point, _) => Err("after decimal point in numeric literal"),
            (State::Zero | State::Digits | State::Fraction, b'e' | b'E') => self.go(State::Exponent),
            (State::Exponent, b'+' | b'-') => self.go(State::ExponentSign),
            (State::Exponent | State::ExponentSign | State::ExponentDigits, b'0'..=b'9') => {
                self.go(State::ExponentDigits)
            }
            (State::Exponent | State::ExponentSign, _) => Err("in exponent of numeric literal"),
            _ => self.after_value(byte),
        }
    }

    fn word(&mut self, byte: u8, literal: Literal, read: u8) -> Step {
        let (word, complaints) = literal.spelling();
        let at = usize::from(read);
        if word.as_bytes().get(at) != Some(&byte) {
            return Err(complaints[at - 1]);
        }
        self.go(if at + 1 == word.len() { State::AfterValue } else { State::Word(literal, read + 1) })
    }
}

impl Literal {
    /// The word, and what Go says when its second, third, ... letter is not there.
    fn spelling(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Literal::True => (
                "true",
                &[
                    "in literal true (expecting 'r')",
                    "in literal true (expecting 'u')",
                    "in literal true (expecting 'e')",
                ],
            ),
            Literal::False => (
                "false",
                &[
                    "in literal false (expecting 'a')",
                    "in literal false (expecting 'l')",
                    "in literal false (expecting 's')",
                    "in literal false (expecting 'e')",
                ],
            ),
            Literal::Null => (
                "null",
                &[
                    "in literal null (expecting 'u')",
                    "in literal null (expecting 'l')",
                    "in literal null (expecting 'l')",
                ],
            ),
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::parse;

    #[test]
    fn errors_read_as_go_writes_them() {
        for (input, text) in [
            ("", "unexpected end of JSON input"),
            ("  ", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            ("[1,", "unexpected end of JSON input"),
            ("\"abc", "unexpected end of JSON input"),
            ("tru", "invalid character ' ' in literal true (expecting 'e')"),
            ("-", "invalid character ' ' in numeric literal"),
            ("bad", "invalid character 'b' looking for beginning of value"),
            ("{bad", "invalid character 'b' looking for beginning of object key string"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("{} x", "invalid character 'x' after top-level value"),
            ("12 {", "invalid character '{' after top-level value"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 2}", "invalid character '2' after object key:value pair"),
            ("{\"a\":1]", "invalid character ']' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1}", "invalid character '}' after array element"),
            ("[,]", "invalid character ',' looking for beginning of value"),
            ("\"a\nb\"", r"invalid character '\n' in string literal"),
            ("\"\u{1}\"", r"invalid character '\x01' in string literal"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            ("\"\\u12g4\"", r"invalid character 'g' in \u hexadecimal character escape"),
            ("-a", "invalid character 'a' in numeric literal"),
            ("01", "invalid character '1' after top-level value"),
            ("1.x", "invalid character 'x' after decimal point in numeric literal"),
            ("1e+x", "invalid character 'x' in exponent of numeric literal"),
            ("nope", "invalid character 'o' in literal null (expecting 'u')"),
            ("nulL", "invalid character 'L' in literal null (expecting 'l')"),
            ("fals3", "invalid character '3' in literal false (expecting 'e')"),
            ("truth", "invalid character 't' in literal true (expecting 'e')"),
            ("'", r"invalid character '\'' looking for beginning of value"),
            ("{\"a\":1\"", "invalid character '\"' after object key:value pair"),
            ("\\", r"invalid character '\\' looking for beginning of value"),
            ("\u{e9}", "invalid character 'Ã' looking for beginning of value"),
            ("\u{7f}", r"invalid character '\x7f' looking for beginning of value"),
        ] {
            assert_eq!(syntax_error(input.as_bytes()).as_deref(), Some(text), "{input:?}");
        }
        assert_eq!(
            syntax_error(&[0x80]).as_deref(),
            Some(r"invalid character '\u0080' looking for beginning of value")
        );
        assert_eq!(
            syntax_error(&[0xad]).as_deref(),
            Some(r"invalid character '\u00ad' looking for beginning of value")
        );
    }

    #[test]
    fn documents_have_no_error() {
        for input in ["{}", " [1, -0.5e+3, \"\\u00e9\\n\"] ", "null", "12", "{\"a\":{\"b\":[true,false]}}\n"]
        {
            assert_eq!(syntax_error(input.as_bytes()), None, "{input:?}");
        }
    }

    #[test]
    fn depth_is_bounded_without_recursion() {
        let deepest = "[".repeat(DEPTH_MAX) + &"]".repeat(DEPTH_MAX);
        assert_eq!(syntax_error(deepest.as_bytes()), None);
        let text = syntax_error("[".repeat(1_000_000).as_bytes()).unwrap();
        assert_eq!(text, "invalid character '[' exceeded max depth");
    }

    #[test]
    fn what_our_parser_takes_go_takes() {
        let alphabet = b"{}[]:,\"\\ut1e-.0nulfasr \n\x01\xc3";
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..50_000 {
            let mut bytes = Vec::new();
            for _ in 0..(seed % 12) {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                bytes.push(alphabet[(seed % alphabet.len() as u64) as usize]);
            }
            seed = seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(1);
            let error = syntax_error(&bytes);
            if parse(&bytes).is_ok() {
                assert_eq!(error, None, "{:?}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}
