//! The command line.

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Drives any Kubernetes API server and tells what that costs
#[derive(Debug, Parser)]
#[command(
    name = "cargo load",
    after_help = "Everything it makes lies in namespaces called load-.. and goes by `cargo load clean`.

Examples, with the kubeconfig that `pintle dev` prints:
  export KUBECONFIG=.pintle/kubeconfig
  cargo load create --kind pod --count 5000 --pid $(pgrep -x pintle)
  cargo load list --kind pod --count 5000 --rounds 20 --encoding protobuf --pid ..
  cargo load lease --clients 64 --seconds 10 --pid ..
  cargo load watch --all-watchers 300 --narrow-watchers 9700 --connections 112 --rate 100 --stuck 1 --slow 1 --pid ..
  cargo load idle --watchers 10000 --connections 112 --pid ..

CPU and memory are those of the processes named with --pid: name the API server, and its storage if that is another one."
)]
pub(crate) struct Order {
    #[command(subcommand)]
    pub(crate) work: Work,
    #[command(flatten)]
    pub(crate) place: Where,
    #[command(flatten)]
    pub(crate) report: ReportTo,
}

/// Where the server is
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Where {
    /// A kubeconfig; $KUBECONFIG or ~/.kube/config when not given
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context to take from it, if not the current one
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "server")]
    pub(crate) context: Option<String>,
    /// The server's URL, instead of a kubeconfig
    #[arg(long, global = true, value_name = "URL", conflicts_with = "kubeconfig")]
    pub(crate) server: Option<String>,
    /// With --server: who signed its certificate (PEM)
    #[arg(long, global = true, value_name = "FILE", requires = "server")]
    pub(crate) ca_file: Option<PathBuf>,
    /// With --server: our certificate (PEM)
    #[arg(long, global = true, value_name = "FILE", requires = "server", requires = "client_key")]
    pub(crate) client_certificate: Option<PathBuf>,
    /// With --server: its key (PEM)
    #[arg(long, global = true, value_name = "FILE", requires = "server", requires = "client_certificate")]
    pub(crate) client_key: Option<PathBuf>,
    /// With --server: a bearer token
    #[arg(long, global = true, value_name = "FILE", requires = "server")]
    pub(crate) token_file: Option<PathBuf>,
    /// With --server: believe whatever answers
    #[arg(long, global = true, requires = "server")]
    pub(crate) insecure_skip_tls_verify: bool,
}

/// What to tell, and where
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ReportTo {
    /// A process whose processor time and memory are told; as often as needed
    #[arg(long = "pid", global = true, value_name = "PID", value_delimiter = ',')]
    pub(crate) pids: Vec<u32>,
    /// Write everything that was measured as JSON
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) json_file: Option<PathBuf>,
    /// Write a page with plots of latency, memory and processor time over time
    #[arg(long, global = true, value_name = "FILE.html")]
    pub(crate) plot: Option<PathBuf>,
    /// Requests that fail do not make the whole fail
    #[arg(long, global = true)]
    pub(crate) allow_errors: bool,
}

/// What to do
#[derive(Debug, Subcommand)]
pub(crate) enum Work {
    /// Create objects, each with a name of its own
    Create(Requests),
    /// Replace objects (PUT), each client its own
    Update(Requests),
    /// Change an annotation (merge patch), each client its own object
    Patch(Requests),
    /// Read single objects
    Get(Requests),
    /// Read all objects, in pages if --limit says so
    List(Lists),
    /// Renew Leases (PUT), each client its own, as kubelets do
    Lease(Requests),
    /// Deliver changes to watchers: who sees everything, and who sees one object
    Watch(Fanout),
    /// Hold watchers to whom nothing happens
    Idle(Idle),
    /// Make objects and leave them there
    Fill(Requests),
    /// Delete all namespaces and objects that this program made
    Clean,
}

/// The form of bodies and answers
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// As kubectl
    #[default]
    Json,
    /// As Go's controllers and kubelets
    Protobuf,
}

/// The kind of objects
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// ConfigMaps
    #[default]
    Configmap,
    /// Pods, about 4 KB with defaults
    Pod,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Requests {
    /// What objects
    #[arg(long, value_enum, default_value_t)]
    pub(crate) kind: Kind,
    /// Bytes of padding in each
    #[arg(long, default_value_t = 700)]
    pub(crate) size: usize,
    /// Clients that ask one thing after the other, all at the same time
    #[arg(long, default_value_t = 64, value_parser = at_least_one())]
    pub(crate) clients: usize,
    /// Connections that they share
    #[arg(long, default_value_t = 4, value_parser = at_least_one())]
    pub(crate) connections: usize,
    /// How many requests; without it, for --seconds
    #[arg(long)]
    pub(crate) count: Option<u64>,
    /// For how long
    #[arg(long, default_value_t = 10.0, value_parser = positive)]
    pub(crate) seconds: f64,
    /// Namespaces that the objects lie in
    #[arg(long, default_value_t = 10, value_parser = at_least_one())]
    pub(crate) namespaces: usize,
    /// JSON or protobuf
    #[arg(long, value_enum, default_value_t)]
    pub(crate) encoding: Encoding,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Lists {
    #[command(flatten)]
    pub(crate) objects: Requests,
    /// How many lists
    #[arg(long, default_value_t = 10)]
    pub(crate) rounds: u64,
    /// Objects a page; 0 for all at once
    #[arg(long, default_value_t = 0)]
    pub(crate) limit: u64,
    /// Accept gzip
    #[arg(long)]
    pub(crate) gzip: bool,
    /// The resourceVersion to ask for; empty for the newest
    #[arg(long, default_value = "")]
    pub(crate) resource_version: String,
}

/// By what narrow watchers pick the one object that they see
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// Its namespace, in which nothing else is
    #[default]
    Namespace,
    /// Its name, by a field selector
    Name,
    /// Its node, by a field selector, as kubelets do; the objects are Pods
    Node,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Fanout {
    /// Watchers of everything
    #[arg(long, default_value_t = 1000)]
    pub(crate) all_watchers: usize,
    /// Watchers of one object each, shared out evenly
    #[arg(long, default_value_t = 0)]
    pub(crate) narrow_watchers: usize,
    /// By what they pick it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) by: By,
    /// Connections that the watchers share
    #[arg(long, default_value_t = 12, value_parser = at_least_one())]
    pub(crate) connections: usize,
    /// Objects, which change in turn
    #[arg(long, default_value_t = 100, value_parser = at_least_one())]
    pub(crate) objects: usize,
    /// Changes a second
    #[arg(long, default_value_t = 100.0, value_parser = positive)]
    pub(crate) rate: f64,
    /// For how long
    #[arg(long, default_value_t = 20.0, value_parser = positive)]
    pub(crate) seconds: f64,
    /// Bytes of padding in each object
    #[arg(long, default_value_t = 900)]
    pub(crate) size: usize,
    /// Watchers of everything that never read, each on its own connection
    #[arg(long, default_value_t = 0)]
    pub(crate) stuck: usize,
    /// Watchers of everything that read slowly, each on its own connection
    #[arg(long, default_value_t = 0)]
    pub(crate) slow: usize,
    /// Bytes a second that those read
    #[arg(long, default_value_t = 1024)]
    pub(crate) slow_bytes: u64,
    /// JSON or protobuf
    #[arg(long, value_enum, default_value_t)]
    pub(crate) encoding: Encoding,
}

#[derive(Args, Clone, Debug)]
pub(crate) struct Idle {
    /// How many
    #[arg(long, default_value_t = 10_000, value_parser = at_least_one())]
    pub(crate) watchers: usize,
    /// Connections that they share
    #[arg(long, default_value_t = 112, value_parser = at_least_one())]
    pub(crate) connections: usize,
    /// How long they are held
    #[arg(long, default_value_t = 20.0, value_parser = positive)]
    pub(crate) seconds: f64,
    /// JSON or protobuf
    #[arg(long, value_enum, default_value_t)]
    pub(crate) encoding: Encoding,
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "a number is expected".to_owned())?;
    if number > 0.0 && number.is_finite() { Ok(number) } else { Err("it must be above 0".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound_and_refuses_what_makes_no_sense() {
        Order::command().debug_assert();
        let refused = |words: &str| Order::try_parse_from(words.split(' ')).unwrap_err().to_string();
        for words in [
            "load get --clients 0",
            "load watch --rate 0",
            "load watch --seconds inf",
            "load idle --watchers 0",
        ] {
            assert!(refused(words).contains("invalid value"), "{words}");
        }
        assert!(refused("load get --server https://a --client-certificate c").contains("--client-key"));
        assert!(refused("load get --token-file t").contains("--server"));
        assert!(refused("load get --server https://a --kubeconfig k").contains("cannot be used with"));
        Order::try_parse_from("load get --clients 1 --seconds 0.5 --pid 1,2 --pid 3".split(' ')).unwrap();
    }
}
