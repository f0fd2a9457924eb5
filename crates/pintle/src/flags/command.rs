//! The flags as clap shows and collects them: kube-apiserver's groups, one sentence for each flag that acts.
//!
//! `-h` lists the flags that act, `--help` also names those that are accepted and wait for their feature.

use super::facts::{Flag, Flags};
use super::fate::{Fate, fate};
use clap::{Arg, ArgAction, Command};

const EXAMPLES: &str = "\
Examples:
  Everything in one process, kept in a folder, certificates of your own:
    pintle apiserver --embedded-storage=/var/lib/pintle \\
      --tls-cert-file=server.crt --tls-private-key-file=server.key \\
      --client-ca-file=ca.crt --authorization-mode=RBAC

  One of several, on etcd or on our own storage tier:
    pintle apiserver --etcd-servers=https://10.0.0.1:2379,https://10.0.0.2:2379 \\
      --etcd-cafile=etcd-ca.crt --etcd-certfile=client.crt --etcd-keyfile=client.key ...

  To try it out without any certificates at hand:
    pintle dev

All of kube-apiserver's flags are taken. The log names those that were given and do nothing yet;
those that ask for a safety we would not give are refused.";

/// `pintle apiserver`.
pub(crate) fn command(flags: &Flags) -> Command {
    Command::new("apiserver")
        .about("Serve the Kubernetes API; takes kube-apiserver's flags")
        .override_usage("pintle apiserver [flags]")
        .after_help(EXAMPLES)
        .after_long_help(format!("{}\n{EXAMPLES}", waiting(flags)))
        .disable_version_flag(true)
        .next_line_help(true)
        .args(flags.iter().map(argument))
}

fn argument(flag: &Flag) -> Arg {
    let argument = Arg::new(flag.name)
        .long(flag.name)
        .value_name(flag.kind.placeholder())
        .help_heading(format!("{} flags", flag.group))
        .action(ArgAction::Append);
    let argument = match fate(flag.name) {
        Fate::Acts(sentence) => argument.help(format!("{sentence}{}", default(flag))),
        _ => argument.hide(true),
    };
    let argument = if flag.name == "v" { argument.short('v') } else { argument };
    match flag.kind.alone() {
        Some(value) => argument.num_args(0..=1).require_equals(true).default_missing_value(value),
        None => argument.num_args(1),
    }
}

fn default(flag: &Flag) -> String {
    if flag.default.is_empty() {
        return String::new();
    }
    format!(" [default: {}]", flag.default)
}

/// The flags that are accepted and wait, a paragraph for each group.
fn waiting(flags: &Flags) -> String {
    let mut text = "Accepted, and without effect until their feature comes:\n".to_owned();
    let mut group = "";
    let waits = |flag: &&Flag| !flag.hidden && matches!(fate(flag.name), Fate::Later(_) | Fate::Without(_));
    for flag in flags.iter().filter(waits) {
        if flag.group == group {
            text.push_str(", ");
        } else {
            group = flag.group;
            text.push_str(&format!("\n  {group} flags:\n    "));
        }
        text.push_str("--");
        text.push_str(flag.name);
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_shows_what_acts_and_long_help_the_rest() {
        let mut command = command(&Flags::load());
        command.build();
        let short = command.render_help().to_string();
        let long = command.render_long_help().to_string();
        assert!(short.contains("Secure serving flags:") && short.contains("--secure-port <number>"));
        assert!(short.contains("[default: 6443]"));
        assert!(!short.contains("--audit-log-path") && long.contains("--audit-log-path,"));
        assert!(long.contains("Auditing flags:\n"));
        assert!(!long.contains("--kubelet-read-only-port"));
    }
}
