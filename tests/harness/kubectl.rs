//! The real kubectl: `$KUBECTL`, or the one in the path when it is not too old for the server.

use crate::program::{self, Ended, Following};
use crate::server::Server;
use std::ffi::OsString;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;

/// Older ones lack what these tests ask for.
const OLDEST_MINOR: u32 = 28;
/// How long one command may take.
const COMMAND_MAX: Duration = Duration::from_secs(120);

/// kubectl, set up for one server.
#[derive(Debug)]
pub struct Kubectl<'a> {
    program: OsString,
    kubeconfig: PathBuf,
    /// The server has to be there as long.
    server: PhantomData<&'a Server>,
    environment: Vec<(String, String)>,
}

/// What one command said.
#[derive(Clone, Debug)]
pub struct Said {
    /// The command, for messages.
    pub line: String,
    /// How it ended.
    pub ended: Ended,
}

/// Starts a server and gives kubectl for it as `$kubectl`; ends the test where there is none.
#[macro_export]
macro_rules! kubectl_here {
    ($kubectl:ident, $server:ident) => {
        if !$crate::Kubectl::is_here().await {
            return;
        }
        let $server = $crate::Server::start();
        let $kubectl = $crate::Kubectl::of(&$server);
    };
}

impl<'a> Kubectl<'a> {
    /// Whether these tests can run; says so aloud when not.
    pub async fn is_here() -> bool {
        let program = program();
        let mut command = Command::new(&program);
        command.args(["version", "--client", "--output=json"]);
        let said = match command.output().await {
            Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
            Err(error) => error.to_string(),
        };
        let minor: Option<u32> = minor(&said);
        if minor.is_some_and(|minor| minor >= OLDEST_MINOR) {
            return true;
        }
        println!("SKIPPED: no kubectl of version 1.{OLDEST_MINOR} or newer in $KUBECTL or the path");
        false
    }

    /// kubectl with the server's kubeconfig.
    pub fn of(server: &'a Server) -> Kubectl<'a> {
        Kubectl::with_config(&server.kubeconfig())
    }

    /// kubectl with this kubeconfig.
    pub fn with_config(kubeconfig: &Path) -> Kubectl<'a> {
        let kubeconfig = kubeconfig.to_owned();
        Kubectl { program: program(), kubeconfig, server: PhantomData, environment: Vec::new() }
    }

    /// The same with a variable set.
    pub fn with(mut self, name: &str, value: &str) -> Kubectl<'a> {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs the words of a line; a word may not hold a blank.
    pub async fn run(&self, line: &str) -> Said {
        self.run_with(line, "").await
    }

    /// The same, with something to read.
    pub async fn run_with(&self, line: &str, input: &str) -> Said {
        let words: Vec<_> = line.split_whitespace().collect();
        self.words(&words, input).await
    }

    /// Runs these words, whatever they hold.
    pub async fn words(&self, words: &[&str], input: &str) -> Said {
        let ended = program::run(self.command(words), input, COMMAND_MAX).await;
        Said { line: format!("kubectl {}", words.join(" ")), ended }
    }

    /// Starts a command that goes on until it is dropped.
    pub fn follow(&self, line: &str) -> Following {
        let words: Vec<_> = line.split_whitespace().collect();
        Following::start(self.command(&words))
    }

    /// What kubectl remembers between commands stays in the server's folder.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).env("KUBECONFIG", &self.kubeconfig);
        command.env("HOME", self.kubeconfig.parent().unwrap());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Said {
    /// It did what it was told, without a word of warning; what it printed.
    #[track_caller]
    pub fn good(&self) -> &str {
        assert!(self.is_good(), "{self:#?}");
        &self.ended.stdout
    }

    /// Whether it did what it was told, without a word of warning.
    pub fn is_good(&self) -> bool {
        self.ended.code == Some(0) && self.ended.stderr.is_empty()
    }

    /// It did what it was told and printed each of these.
    #[track_caller]
    pub fn prints(&self, parts: &[&str]) {
        self.good();
        for part in parts {
            assert!(self.ended.stdout.contains(part), "no {part:?} in {self:#?}");
        }
    }

    /// It printed exactly this.
    #[track_caller]
    pub fn is(&self, text: &str) {
        assert_eq!(self.good(), text, "{}", self.line);
    }

    /// It failed and said this.
    #[track_caller]
    pub fn fails(&self, part: &str) {
        assert!(self.ended.code.is_some_and(|code| code != 0), "{self:#?}");
        assert!(self.ended.stderr.contains(part), "no {part:?} in {self:#?}");
    }
}

fn program() -> OsString {
    std::env::var_os("KUBECTL").filter(|program| !program.is_empty()).unwrap_or_else(|| "kubectl".into())
}

/// `"minor": "32"`, or `"28+"` where it was built by a cloud.
fn minor(version: &str) -> Option<u32> {
    let after = version.split("\"minor\":").nth(1)?.trim_start().strip_prefix('"')?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_version_is_found() {
        assert_eq!(minor(r#"{"clientVersion": {"major": "1", "minor": "32+"}}"#), Some(32));
        assert_eq!(minor("No such file"), None);
    }
}
