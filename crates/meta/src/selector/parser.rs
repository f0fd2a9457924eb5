//! The grammar of label selectors: requirements joined by commas.
//!
//! `key`, `!key`, `key in (a,b)`, `key notin (a)`, `key=a`, `key==a`, `key!=a`, `key>1`, `key<1`.
//! `in` and `notin` are operators only after a key.

use super::lexer::{Token, tokens};
use super::requirement::{LabelOperator, LabelRequirement, key_error};
use crate::value::Str;
use std::collections::BTreeSet;

/// The requirements of `text`, in its order.
pub(super) fn parse(text: &str) -> Result<Vec<LabelRequirement>, String> {
    let mut parser = Parser { tokens: tokens(text), at: 0 };
    let mut requirements = Vec::new();
    loop {
        match parser.peek() {
            (Token::Word | Token::Not, _) => {
                let requirement =
                    parser.requirement().map_err(|why| format!("unable to parse requirement: {why}"))?;
                requirements.push(requirement);
                match parser.take() {
                    (Token::End, _) => return Ok(requirements),
                    (Token::Comma, _) => parser.expect_another()?,
                    (_, found) => {
                        return Err(format!("found '{found}', expected: ',' or 'end of string'"));
                    }
                }
            }
            (Token::End, _) => return Ok(requirements),
            (_, found) => {
                return Err(format!("found '{found}', expected: !, identifier, or 'end of string'"));
            }
        }
    }
}

struct Parser<'a> {
    tokens: Vec<(Token, &'a str)>,
    at: usize,
}

impl<'a> Parser<'a> {
    /// The next token, with `in` and `notin` taken for words.
    fn peek(&self) -> (Token, &'a str) {
        match self.peek_operator() {
            (Token::In | Token::NotIn, text) => (Token::Word, text),
            token => token,
        }
    }

    fn peek_operator(&self) -> (Token, &'a str) {
        self.tokens.get(self.at).copied().unwrap_or((Token::End, ""))
    }

    fn take(&mut self) -> (Token, &'a str) {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn expect_another(&self) -> Result<(), String> {
        match self.peek() {
            (Token::Word | Token::Not, _) => Ok(()),
            (_, found) => Err(format!("found '{found}', expected: identifier after ','")),
        }
    }

    fn requirement(&mut self) -> Result<LabelRequirement, String> {
        let (mut token, mut key) = self.take();
        let negated = token == Token::Not;
        if negated {
            (token, key) = self.take();
        }
        if token != Token::Word {
            return Err(format!("found '{key}', expected: identifier"));
        }
        // The reference has no path at hand here and prints its nil.
        if let Some(error) = key_error("<nil>", key) {
            return Err(error.to_string());
        }
        if negated {
            return LabelRequirement::new(key, LabelOperator::DoesNotExist, Vec::new());
        }
        if matches!(self.peek().0, Token::End | Token::Comma) {
            return LabelRequirement::new(key, LabelOperator::Exists, Vec::new());
        }
        let operator = self.operator()?;
        let values = match operator {
            LabelOperator::In | LabelOperator::NotIn => self.value_set()?,
            _ => BTreeSet::from([self.exact_value()?]),
        };
        LabelRequirement::new(key, operator, values.into_iter().map(Str::from).collect())
    }

    fn operator(&mut self) -> Result<LabelOperator, String> {
        let (token, found) = self.peek_operator();
        self.at += 1;
        match token {
            Token::In => Ok(LabelOperator::In),
            Token::NotIn => Ok(LabelOperator::NotIn),
            Token::Equals => Ok(LabelOperator::Equals),
            Token::DoubleEquals => Ok(LabelOperator::DoubleEquals),
            Token::NotEquals => Ok(LabelOperator::NotEquals),
            Token::Greater => Ok(LabelOperator::GreaterThan),
            Token::Less => Ok(LabelOperator::LessThan),
            _ => Err(format!("found '{found}', expected: in, notin, =, ==, !=, gt, lt")),
        }
    }

    /// `(a,b)`; `()` is the set of the empty text, and so is a place between commas.
    fn value_set(&mut self) -> Result<BTreeSet<&'a str>, String> {
        match self.take() {
            (Token::Open, _) => {}
            (_, found) => return Err(format!("found '{found}' expected: '('")),
        }
        match self.peek() {
            (Token::Word | Token::Comma, _) => {}
            (Token::Closed, _) => {
                self.at += 1;
                return Ok(BTreeSet::from([""]));
            }
            (_, found) => return Err(format!("found '{found}', expected: ',', ')' or identifier")),
        }
        let mut values = BTreeSet::new();
        loop {
            match self.take() {
                (Token::Word, value) => {
                    values.insert(value);
                    match self.peek() {
                        (Token::Comma, _) => {}
                        (Token::Closed, _) => break,
                        (_, found) => return Err(format!("found '{found}', expected: ',' or ')'")),
                    }
                }
                (Token::Comma, _) => {
                    if values.is_empty() {
                        values.insert("");
                    }
                    match self.peek().0 {
                        Token::Closed => {
                            values.insert("");
                            break;
                        }
                        Token::Comma => {
                            self.at += 1;
                            values.insert("");
                        }
                        _ => {}
                    }
                }
                (_, found) => return Err(format!("found '{found}', expected: ',', or identifier")),
            }
        }
        self.at += 1;
        Ok(values)
    }

    /// A value, or the empty text where the requirement ends.
    fn exact_value(&mut self) -> Result<&'a str, String> {
        if matches!(self.peek().0, Token::End | Token::Comma) {
            return Ok("");
        }
        match self.take() {
            (Token::Word, value) => Ok(value),
            (_, found) => Err(format!("found '{found}', expected: identifier")),
        }
    }
}
