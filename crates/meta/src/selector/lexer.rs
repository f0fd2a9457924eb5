//! Splits the text of a label selector into tokens.
//!
//! A zero byte ends a word, and ends the selector when it stands where a token would begin, as in the reference.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    End,
    Closed,
    Comma,
    Not,
    DoubleEquals,
    Equals,
    Greater,
    Word,
    In,
    Less,
    NotEquals,
    NotIn,
    Open,
}

/// The tokens of `text` with their spelling; the last is [`Token::End`] and no other is.
pub(super) fn tokens(text: &str) -> Vec<(Token, &str)> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next();
        tokens.push(token);
        if token.0 == Token::End {
            return tokens;
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> (Token, &'a str) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
        match self.peek() {
            None | Some(0) => (Token::End, ""),
            Some(byte) if is_special(byte) => self.symbol(),
            Some(_) => self.word(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The longest operator from here: one or two bytes.
    fn symbol(&mut self) -> (Token, &'a str) {
        let rest = &self.text[self.at..];
        let (token, length) = match rest.as_bytes() {
            [b'=', b'=', ..] => (Token::DoubleEquals, 2),
            [b'!', b'=', ..] => (Token::NotEquals, 2),
            [b'=', ..] => (Token::Equals, 1),
            [b'!', ..] => (Token::Not, 1),
            [b'>', ..] => (Token::Greater, 1),
            [b'<', ..] => (Token::Less, 1),
            [b'(', ..] => (Token::Open, 1),
            [b',', ..] => (Token::Comma, 1),
            _ => (Token::Closed, 1),
        };
        self.at += length;
        self.skip_zero();
        (token, &rest[..length])
    }

    fn word(&mut self) -> (Token, &'a str) {
        let rest = &self.text[self.at..];
        let length = rest
            .bytes()
            .position(|byte| byte == 0 || is_special(byte) || is_space(byte))
            .unwrap_or(rest.len());
        self.at += length;
        self.skip_zero();
        let word = &rest[..length];
        let token = match word {
            "in" => Token::In,
            "notin" => Token::NotIn,
            _ => Token::Word,
        };
        (token, word)
    }

    fn skip_zero(&mut self) {
        if self.peek() == Some(0) {
            self.at += 1;
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'=' | b'!' | b'(' | b')' | b',' | b'>' | b'<')
}
