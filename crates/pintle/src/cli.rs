//! The command line: which command, and what it was told. Reads; does nothing.

use crate::child;
use crate::ctl::CtlOrder;
use crate::dev::DevOrder;
use crate::failure::Failure;
use crate::flags::{self, Flags, Given};
use crate::storage::StorageOrder;
use crate::version;
use clap::error::ErrorKind;
use clap::{Args, Command, FromArgMatches};
use std::ffi::OsString;
use std::path::Path;

/// What to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// Print a text.
    Say(String),
    /// A server to try things on.
    Dev(DevOrder),
    /// A server like kube-apiserver.
    Apiserver(Given),
    /// A member of the storage tier.
    Storage(Box<StorageOrder>),
    /// Something to do with a storage tier, or with files of it.
    Ctl(Box<CtlOrder>),
    /// The same as a child of another process.
    Child(Box<Order>),
}

const EXAMPLES: &str = "\
Examples:
  pintle dev
  pintle dev --nodes 3 --apiservers 2
  pintle apiserver --embedded-storage=/var/lib/pintle --client-ca-file=ca.crt --authorization-mode=RBAC
  pintle storage --data-dir /var/lib/pintle
  pintle ctl endpoint health

`pintle COMMAND --help` has more.";

/// Started under this name, it is `pintle apiserver`: tools that look for the reference find it.
const REFERENCE: &str = "kube-apiserver";

/// Reads the words of the command line, the program's own name first.
///
/// # Errors
/// What is wrong with them, and where help is.
pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Order, Failure> {
    let words: Result<Vec<String>, OsString> = words.into_iter().map(OsString::into_string).collect();
    let mut words = words.map_err(Failure::NotText)?;
    if words.first().is_some_and(|name| Path::new(name).file_name() == Some(REFERENCE.as_ref())) {
        words.insert(1, "apiserver".to_owned());
    }
    if words.get(1).is_some_and(|word| word == child::FLAG) {
        words.remove(1);
        return Ok(Order::Child(Box::new(plain(words)?)));
    }
    plain(words)
}

/// Reads the words of a process that is nobody's child.
fn plain(mut words: Vec<String>) -> Result<Order, Failure> {
    let flags = Flags::load();
    if words.get(1).is_some_and(|command| command == "apiserver") {
        let plain = flags::words(&flags, &words[2..])?;
        words.truncate(2);
        words.extend(plain);
    }
    match command(&flags).try_get_matches_from(words) {
        Ok(matches) => match matches.subcommand() {
            Some(("dev", matches)) => {
                Ok(Order::Dev(DevOrder::from_arg_matches(matches).map_err(|error| usage(&error))?))
            }
            Some(("storage", matches)) => {
                let order = StorageOrder::from_arg_matches(matches).map_err(|error| usage(&error))?;
                Ok(Order::Storage(Box::new(order)))
            }
            Some(("ctl", matches)) => {
                Ok(Order::Ctl(Box::new(CtlOrder::from_arg_matches(matches).map_err(|error| usage(&error))?)))
            }
            Some(("apiserver", matches)) => apiserver(Given::read(&flags, matches)?),
            _ => Ok(Order::Say(format!("pintle {}\n", version::own()))),
        },
        Err(error) if is_no_error(error.kind()) => Ok(Order::Say(error.render().to_string())),
        Err(error) => Err(usage(&error)),
    }
}

/// `pintle apiserver --version` answers as the reference does.
fn apiserver(given: Given) -> Result<Order, Failure> {
    match given.text("version") {
        "" | "false" | "0" | "f" | "F" | "FALSE" | "False" => Ok(Order::Apiserver(given)),
        _ => Ok(Order::Say(format!("Kubernetes {}\n", version::KUBERNETES))),
    }
}

/// Help and versions come out of clap as errors; so does the help it shows when nothing was asked.
fn is_no_error(kind: ErrorKind) -> bool {
    use ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    matches!(kind, DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand)
}

fn usage(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    Failure::Usage(text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned())
}

fn command(flags: &Flags) -> Command {
    // The order matters: the type's own description would stand otherwise.
    let dev = DevOrder::augment_args(Command::new("dev"))
        .about("Run a server to try things on, with certificates and kubeconfig made for you")
        .after_help(crate::dev::EXAMPLES);
    let storage = StorageOrder::augment_args(Command::new("storage"))
        .about("Run a member of the storage tier: etcd's API over a replicated log, with etcd's flags")
        .after_help(crate::storage::EXAMPLES);
    let ctl = CtlOrder::augment_args(Command::new("ctl"))
        .about("Look after a storage tier: members, backups, checks; with etcdctl's and etcdutl's commands")
        .after_help(crate::ctl::EXAMPLES);
    Command::new("pintle")
        .about("A Kubernetes API server")
        .version(version::own())
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(dev)
        .subcommand(flags::command(flags))
        .subcommand(storage)
        .subcommand(ctl)
        .subcommand(Command::new("version").about("Print the version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(line: &str) -> Result<Order, String> {
        read(line.split(' ').map(OsString::from)).map_err(|failure| failure.to_string())
    }

    fn said(line: &str) -> String {
        match order(line) {
            Ok(Order::Say(text)) => text,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn clap_finds_the_command_sound() {
        command(&Flags::load()).debug_assert();
    }

    #[test]
    fn versions() {
        let own = format!("pintle {}\n", version::own());
        assert_eq!(said("pintle version"), own);
        assert_eq!(said("pintle --version"), own);
        assert_eq!(said("pintle apiserver --version"), "Kubernetes v1.36.2\n");
        assert_eq!(said("/opt/bin/kube-apiserver --version=raw"), "Kubernetes v1.36.2\n");
    }

    #[test]
    fn help_names_the_commands_and_their_flags() {
        let help = said("pintle --help");
        assert!(help.contains("dev") && help.contains("apiserver") && help.contains("ctl"), "{help}");
        assert!(help.contains("try things on"), "{help}");
        assert_eq!(said("pintle"), help);
        assert!(said("pintle apiserver -h").contains("Secure serving flags:"));
        assert!(said("pintle dev --help").contains("--data-dir"));
    }

    #[test]
    fn the_reference_s_name_is_the_command() {
        let Ok(Order::Apiserver(given)) = order("kube-apiserver --secure_port 7443 --etcd-prefix=") else {
            panic!("not read as the API server's flags");
        };
        assert_eq!((given.int("secure-port"), given.text("etcd-prefix")), (7443, ""));
    }

    #[test]
    fn wrong_words_say_where_help_is() {
        assert_eq!(
            order("pintle apiserver --no-such=1").unwrap_err(),
            "unknown flag: --no-such\nhelp: `pintle apiserver --help` lists the flags"
        );
        assert!(order("pintle serve").unwrap_err().contains("unrecognized subcommand 'serve'"));
        assert!(order("pintle dev --port=x").unwrap_err().contains("invalid value 'x' for '--port <PORT>'"));
    }
}
