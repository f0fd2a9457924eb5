//! pflag's way of writing flags, brought to one form: `--name=value`.
//!
//! `--name value`, a bare `--switch`, underscores for dashes, `-v4`. What comes out of here clap takes as it is,
//! so the errors about spelling are all made here.

use super::error::FlagError;
use super::facts::{Flag, Flags};

/// The one flag with a letter: the log level.
const LEVEL: &str = "v";

/// The words of a command line, each `--name=value`, or `--help`.
///
/// # Errors
/// [`FlagError`] about the first word that is none of our flags.
pub(crate) fn words(flags: &Flags, written: &[String]) -> Result<Vec<String>, FlagError> {
    let mut words = Vec::with_capacity(written.len());
    let mut rest = written.iter();
    while let Some(word) = rest.next() {
        let (flag, value) = match word.as_str() {
            "--help" | "-h" => {
                words.push(word.clone());
                continue;
            }
            "--" => match rest.next() {
                Some(argument) => return Err(FlagError::Argument(argument.clone())),
                None => break,
            },
            long if long.starts_with("--") => long_flag(flags, long)?,
            "-" => return Err(FlagError::Argument(word.clone())),
            short if short.starts_with('-') => short_flag(flags, short)?,
            _ => return Err(FlagError::Argument(word.clone())),
        };
        let value = match value.or(flag.kind.alone()) {
            Some(value) => value,
            None => rest.next().ok_or_else(|| FlagError::NoValue(word.clone()))?,
        };
        words.push(format!("--{}={value}", flag.name));
    }
    Ok(words)
}

/// `--name`, `--name=value`.
fn long_flag<'a>(flags: &'a Flags, word: &'a str) -> Result<(&'a Flag, Option<&'a str>), FlagError> {
    let body = &word[2..];
    if body.starts_with(['-', '=']) {
        return Err(FlagError::Syntax(word.to_owned()));
    }
    let (name, value) = body.split_once('=').map_or((body, None), |(name, value)| (name, Some(value)));
    let name = name.replace('_', "-");
    match flags.find(&name) {
        Some(flag) => Ok((flag, value)),
        None => Err(FlagError::Unknown(name)),
    }
}

/// `-v`, `-v4`, `-v=4`.
fn short_flag<'a>(flags: &'a Flags, word: &'a str) -> Result<(&'a Flag, Option<&'a str>), FlagError> {
    match (word[1..].strip_prefix(LEVEL), flags.find(LEVEL)) {
        (Some(""), Some(level)) => Ok((level, None)),
        (Some(value), Some(level)) => Ok((level, Some(value.strip_prefix('=').unwrap_or(value)))),
        _ => {
            let letter = word[1..].chars().next().unwrap_or('-');
            Err(FlagError::UnknownShorthand { letter, word: word.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<String, String> {
        let written: Vec<String> = line.split(' ').map(str::to_owned).collect();
        words(&Flags::load(), &written).map(|words| words.join(" ")).map_err(|error| error.to_string())
    }

    #[test]
    fn every_spelling_becomes_one() {
        let cases = [
            ("--secure-port=6443", "--secure-port=6443"),
            ("--secure-port 6443", "--secure-port=6443"),
            ("--secure_port 6443", "--secure-port=6443"),
            ("--anonymous-auth --profiling=false", "--anonymous-auth=true --profiling=false"),
            ("--token-auth-file --odd_name", "--token-auth-file=--odd_name"),
            ("--etcd-prefix=", "--etcd-prefix="),
            ("--etcd-prefix=a=b", "--etcd-prefix=a=b"),
            ("-v 4", "--v=4"),
            ("-v=4 -v5 --v 6", "--v=4 --v=5 --v=6"),
            ("--profiling --", "--profiling=true"),
            ("-h", "-h"),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let cases = [
            ("--secure-prot=1", "unknown flag: --secure-prot"),
            ("--no_such", "unknown flag: --no-such"),
            ("-secure-port=1", "unknown shorthand flag: 's' in -secure-port=1; long flags take two dashes"),
            ("--secure-port", "flag needs an argument: --secure-port"),
            ("-v", "flag needs an argument: -v"),
            ("---v", "bad flag syntax: ---v"),
            ("--=1", "bad flag syntax: --=1"),
            ("--profiling false", "the API server takes flags only, and \"false\" is none"),
            ("-- x", "the API server takes flags only, and \"x\" is none"),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line), Err(expected.to_owned()));
        }
    }
}
