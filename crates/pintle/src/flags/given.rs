//! What was given on the command line, every value known to be well-formed; defaults where nothing was.

use super::error::FlagError;
use super::facts::Flags;
use super::value;
use clap::ArgMatches;
use pintle_meta::time;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// Values by flag.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// In the order they were written.
    values: BTreeMap<&'static str, Vec<String>>,
    defaults: BTreeMap<&'static str, &'static str>,
}

/// Why a value may be read without looking at errors again.
const CHECKED: &str = "`Given::read` accepts well-formed values only";

impl Given {
    /// Takes what clap collected.
    ///
    /// # Errors
    /// [`FlagError::Value`] about the first malformed one.
    pub(crate) fn read(flags: &Flags, matches: &ArgMatches) -> Result<Given, FlagError> {
        let mut given = Given::default();
        for flag in flags.iter() {
            given.defaults.insert(flag.name, flag.default);
            let Some(values) = matches.get_many::<String>(flag.name) else { continue };
            let values: Vec<String> = values.cloned().collect();
            if let Some(bad) = values.iter().find(|value| !flag.kind.accepts(value)) {
                let (flag, expected) = (flag.name, flag.kind.expected());
                return Err(FlagError::Value { flag, value: bad.clone(), expected });
            }
            given.values.insert(flag.name, values);
        }
        Ok(given)
    }

    /// What these words give, written as on a command line but without `--help`.
    ///
    /// # Errors
    /// [`FlagError`] about the first word that is wrong.
    pub(crate) fn from_words(words: &[&str]) -> Result<Given, FlagError> {
        let flags = Flags::load();
        let written: Vec<String> = words.iter().map(ToString::to_string).collect();
        let words = super::words(&flags, &written)?;
        let matches = super::command(&flags).no_binary_name(true).try_get_matches_from(words);
        Given::read(&flags, &matches.expect("`words` lets through only what clap takes"))
    }

    /// Whether the flag was written, with whatever value.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.values.contains_key(flag)
    }

    /// The flags that were written.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.values.keys().copied()
    }

    /// The last value, or the default.
    pub(crate) fn text(&self, flag: &str) -> &str {
        let last = self.values.get(flag).and_then(|values| values.last());
        last.map_or_else(|| self.defaults.get(flag).copied().unwrap_or_default(), String::as_str)
    }

    /// The last value unless it is "".
    pub(crate) fn path(&self, flag: &str) -> Option<std::path::PathBuf> {
        Some(self.text(flag)).filter(|text| !text.is_empty()).map(Into::into)
    }

    /// A switch; off without a default.
    pub(crate) fn bool(&self, flag: &str) -> bool {
        match self.text(flag) {
            "" => false,
            text => value::bool(text).expect(CHECKED),
        }
    }

    /// A whole number; 0 without a default.
    pub(crate) fn int(&self, flag: &str) -> i64 {
        match self.text(flag) {
            "" => 0,
            text => value::int(text).expect(CHECKED),
        }
    }

    /// A number; 0 without a default.
    pub(crate) fn float(&self, flag: &str) -> f64 {
        match self.text(flag) {
            "" => 0.0,
            text => text.parse().expect(CHECKED),
        }
    }

    /// A duration; zero without a default, and zero for a negative one.
    pub(crate) fn duration(&self, flag: &str) -> Duration {
        match self.text(flag) {
            "" => Duration::ZERO,
            text => {
                let nanos = time::Duration::parse(text).expect(CHECKED).nanos();
                Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
            }
        }
    }

    /// Whether the duration is below zero.
    pub(crate) fn is_negative(&self, flag: &str) -> bool {
        time::Duration::parse(self.text(flag)).is_ok_and(|duration| duration.nanos() < 0)
    }

    /// An address; `None` for "".
    pub(crate) fn ip(&self, flag: &str) -> Option<IpAddr> {
        Some(self.text(flag).trim()).filter(|text| !text.is_empty()).map(|text| text.parse().expect(CHECKED))
    }

    /// All values of a list: comma-separated, and repeated.
    pub(crate) fn list(&self, flag: &str) -> Vec<String> {
        self.each(flag).flat_map(|text| value::list(text).expect(CHECKED)).collect()
    }

    /// Feature gates: the last word about each counts.
    pub(crate) fn gates(&self, flag: &str) -> Vec<value::Gate> {
        self.each(flag).flat_map(|text| value::gates(text).expect(CHECKED)).collect()
    }

    /// `key=value` pairs: the last word about each counts.
    pub(crate) fn switches(&self, flag: &str) -> BTreeMap<String, String> {
        self.each(flag).flat_map(value::switches).collect()
    }

    /// A range of ports, both ends included.
    pub(crate) fn port_range(&self, flag: &str) -> (u16, u16) {
        value::port_range(self.text(flag)).expect(CHECKED)
    }

    /// Every value that was written; the default where none was.
    fn each(&self, flag: &str) -> impl Iterator<Item = &str> {
        let written = self.values.get(flag).into_iter().flatten().map(String::as_str);
        let default = (!self.has(flag)).then(|| self.defaults.get(flag).copied()).flatten();
        written.chain(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_counts_and_lists_add_up() {
        let given = Given::from_words(&[
            "--secure-port=1",
            "--secure-port=0x10",
            "--authorization-mode=Node,RBAC",
            "--authorization-mode=Webhook",
            "--runtime-config=api/all=false,apps/v1",
            "--runtime-config=api/all=true",
            "--feature-gates=A=true,kube:B=false",
        ])
        .unwrap();
        assert_eq!(given.int("secure-port"), 16);
        assert_eq!(given.list("authorization-mode"), ["Node", "RBAC", "Webhook"]);
        assert_eq!(given.switches("runtime-config").get("api/all").map(String::as_str), Some("true"));
        assert_eq!(given.gates("feature-gates").len(), 2);
    }

    #[test]
    fn defaults_where_nothing_was_given() {
        let given = Given::from_words(&[]).unwrap();
        assert_eq!(given.duration("request-timeout"), Duration::from_secs(60));
        assert_eq!(given.list("oidc-signing-algs"), ["RS256"]);
        assert_eq!(given.port_range("service-node-port-range"), (30000, 32767));
        assert_eq!(given.ip("bind-address"), Some([0, 0, 0, 0].into()));
        assert!(given.bool("anonymous-auth") && !given.bool("allow-privileged"));
    }

    #[test]
    fn a_bad_value_names_flag_value_and_expectation() {
        let cases = [
            (
                "--secure-port=https",
                "invalid argument \"https\" for \"--secure-port\" flag: expected a whole number",
            ),
            (
                "--request-timeout=60",
                "invalid argument \"60\" for \"--request-timeout\" flag: expected a duration such as 30s or 1h15m",
            ),
            (
                "--bind-address=localhost",
                "invalid argument \"localhost\" for \"--bind-address\" flag: expected an IP address such as \
                 192.0.2.1 or 2001:db8::1",
            ),
            (
                "--profiling=maybe",
                "invalid argument \"maybe\" for \"--profiling\" flag: expected true or false",
            ),
        ];
        for (word, expected) in cases {
            assert_eq!(Given::from_words(&[word]).unwrap_err().to_string(), expected);
        }
    }
}
