//! Simple keys: what may yet turn out to be a key once a `:` follows on its line.
//!
//! One place for each flow level and one for the block around them. A token is held back only while it may be
//! such a key, so the scanner never runs far ahead: a key is at most 1,024 characters long.

use super::cursor::Mark;
use crate::yaml::YamlError;
use std::collections::VecDeque;

const KEY_MAX: usize = 1024;

/// A possible key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SimpleKey {
    possible: bool,
    /// Nothing but a key may stand there: it starts a line of a block mapping.
    required: bool,
    /// The number of the token that it starts with.
    pub(super) token: usize,
    pub(super) mark: Mark,
}

#[derive(Debug)]
pub(super) struct SimpleKeys {
    levels: Vec<SimpleKey>,
    /// Token numbers, ascending, and the level whose key starts there.
    by_token: VecDeque<(usize, usize)>,
}

impl SimpleKeys {
    pub(super) fn new() -> SimpleKeys {
        SimpleKeys { levels: vec![SimpleKey::default()], by_token: VecDeque::new() }
    }

    /// How many flow collections are open.
    pub(super) fn flow_level(&self) -> usize {
        self.levels.len() - 1
    }

    /// Whether the token numbered `token` may be the start of a key.
    pub(super) fn may_start(&mut self, token: usize, here: Mark) -> Result<bool, YamlError> {
        match self.by_token.binary_search_by_key(&token, |entry| entry.0) {
            Ok(at) => self.levels.get_mut(self.by_token[at].1).map_or(Ok(false), |key| key.is_valid(here)),
            Err(_) => Ok(false),
        }
    }

    /// Notes that a key may start here, with the token numbered `token`.
    pub(super) fn save(
        &mut self,
        token: usize,
        taken: usize,
        required: bool,
        here: Mark,
    ) -> Result<(), YamlError> {
        self.remove(here)?;
        while self.by_token.front().is_some_and(|entry| entry.0 < taken) {
            self.by_token.pop_front();
        }
        let level = self.flow_level();
        self.levels[level] = SimpleKey { possible: true, required, token, mark: here };
        if self.by_token.back().is_some_and(|entry| entry.0 == token) {
            self.by_token.pop_back();
        }
        self.by_token.push_back((token, level));
        Ok(())
    }

    /// No key can start where one was noted on this level.
    pub(super) fn remove(&mut self, here: Mark) -> Result<(), YamlError> {
        let level = self.flow_level();
        let key = &mut self.levels[level];
        if key.possible {
            if key.required {
                return Err(missing_colon(here));
            }
            key.possible = false;
            let token = key.token;
            self.forget(token);
        }
        Ok(())
    }

    /// The key that a `:` standing here belongs to; it is used up.
    pub(super) fn take(&mut self, here: Mark) -> Result<Option<SimpleKey>, YamlError> {
        let level = self.flow_level();
        let key = &mut self.levels[level];
        if !key.is_valid(here)? {
            return Ok(None);
        }
        key.possible = false;
        let key = *key;
        self.forget(key.token);
        Ok(Some(key))
    }

    /// A flow collection opens with the token numbered `token`.
    pub(super) fn open(&mut self, token: usize, here: Mark) {
        self.levels.push(SimpleKey { token, mark: here, ..SimpleKey::default() });
    }

    /// A flow collection closes. As in go-yaml an empty one is no longer waited for as a key.
    pub(super) fn close(&mut self) {
        if self.levels.len() > 1
            && let Some(key) = self.levels.pop()
        {
            self.forget(key.token);
        }
    }

    fn forget(&mut self, token: usize) {
        if let Ok(at) = self.by_token.binary_search_by_key(&token, |entry| entry.0) {
            self.by_token.remove(at);
        }
    }
}

impl SimpleKey {
    fn is_valid(&mut self, here: Mark) -> Result<bool, YamlError> {
        if self.possible && (self.mark.line < here.line || self.mark.index + KEY_MAX < here.index) {
            if self.required {
                return Err(missing_colon(here));
            }
            self.possible = false;
        }
        Ok(self.possible)
    }
}

fn missing_colon(here: Mark) -> YamlError {
    YamlError::scanner(here.line, "could not find expected ':'")
}
