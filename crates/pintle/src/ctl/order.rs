//! What `pintle ctl` was told: etcdctl's and etcdutl's commands and flags, by their names and meanings.

use super::print::Format;
use crate::flags::value::duration;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// How much a restore raises the revision when nothing is said: more than any cluster writes between two backups.
const BUMP: u64 = 1_000_000_000;

/// What `pintle ctl` was told.
#[derive(Clone, Debug, Args)]
pub(crate) struct CtlOrder {
    #[command(flatten)]
    pub(super) reach: Reach,
    /// How answers are written
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value = "simple", help_heading = GLOBAL)]
    pub(super) write_out: Format,
    #[command(subcommand)]
    pub(super) command: CtlCommand,
}

const GLOBAL: &str = "Global options";

/// How members are reached.
#[derive(Clone, Debug, Args)]
pub(super) struct Reach {
    /// Where members serve clients: http://, https:// or unix://
    #[arg(long, global = true, env = "ETCDCTL_ENDPOINTS", value_name = "URLS", value_delimiter = ',', default_value = "127.0.0.1:2379", help_heading = GLOBAL)]
    pub(super) endpoints: Vec<String>,
    /// Who signs members' certificates
    #[arg(long, global = true, env = "ETCDCTL_CACERT", value_name = "FILE", help_heading = GLOBAL)]
    pub(super) cacert: Option<PathBuf>,
    /// The certificate that members are shown
    #[arg(long, global = true, env = "ETCDCTL_CERT", value_name = "FILE", help_heading = GLOBAL)]
    pub(super) cert: Option<PathBuf>,
    /// Its key
    #[arg(long, global = true, env = "ETCDCTL_KEY", value_name = "FILE", help_heading = GLOBAL)]
    pub(super) key: Option<PathBuf>,
    /// How long a connection may take
    #[arg(long, global = true, value_name = "DURATION", default_value = "2s", value_parser = duration, help_heading = GLOBAL)]
    pub(super) dial_timeout: Duration,
    /// How long an answer may take; a backup takes as long as it does
    #[arg(long, global = true, value_name = "DURATION", default_value = "5s", value_parser = duration, help_heading = GLOBAL)]
    pub(super) command_timeout: Duration,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum CtlCommand {
    /// Ask members how they are
    #[command(
        subcommand,
        after_help = "\
Examples:
  pintle ctl endpoint status -w table
  pintle ctl endpoint health --cluster"
    )]
    Endpoint(EndpointCommand),
    /// See and change who is a member
    #[command(
        subcommand,
        after_help = "\
Examples:
  pintle ctl member list -w table
  pintle ctl member add d --peer-urls http://10.0.0.4:2380 --learner
  pintle ctl member promote 8e9e05c52164694d
  pintle ctl member remove 8e9e05c52164694d"
    )]
    Member(MemberCommand),
    /// Hand leadership to another member
    #[command(after_help = "Example:\n  pintle ctl move-leader 8e9e05c52164694d")]
    MoveLeader {
        /// The member that leads afterwards
        #[arg(value_name = "MEMBER ID", value_parser = id)]
        id: u64,
    },
    /// Forget what was true only below a revision
    #[command(after_help = "Example:\n  pintle ctl compact 123456 --physical")]
    Compact(CompactOrder),
    /// Does nothing: there is never anything to defragment
    Defrag,
    /// Compare members by a hash of what they hold (as `endpoint hashkv`)
    Hashkv(HashOrder),
    /// Make backups, look into them, and restore them
    #[command(
        subcommand,
        after_help = "\
Examples:
  pintle ctl snapshot save backup.db
  pintle ctl snapshot status backup.db -w table
  pintle ctl snapshot restore backup.db --data-dir /var/lib/pintle"
    )]
    Snapshot(SnapshotCommand),
    /// Verify every file of a stopped member, and tell what a start would do; changes nothing
    #[command(after_help = "Example:\n  pintle ctl check /var/lib/pintle")]
    Check(CheckOrder),
}

/// What to ask of members.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum EndpointCommand {
    /// Version, size, leader and log of each member
    Status(All),
    /// Whether each member can answer with what a majority knows
    Health(All),
    /// Compare members by a hash of what they hold
    Hashkv(HashOrder),
}

/// Who is asked.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct All {
    /// Ask all members of the cluster, not only those of --endpoints
    #[arg(long)]
    pub(super) cluster: bool,
}

/// What is hashed.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct HashOrder {
    #[command(flatten)]
    pub(super) all: All,
    /// The revision to hash; by default the newest that all of them have
    #[arg(long, value_name = "REVISION", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    pub(super) rev: i64,
}

/// What to do about members.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum MemberCommand {
    /// List the members
    List,
    /// Add a member, before it starts
    Add(AddOrder),
    /// Remove a member, for ever
    Remove {
        /// The member
        #[arg(value_name = "MEMBER ID", value_parser = id)]
        id: u64,
    },
    /// Change where other members reach a member
    Update(UpdateOrder),
    /// Let a learner vote
    Promote {
        /// The learner
        #[arg(value_name = "MEMBER ID", value_parser = id)]
        id: u64,
    },
}

/// A member to add.
#[derive(Clone, Debug, Args)]
pub(super) struct AddOrder {
    /// Its name
    pub(super) name: String,
    /// Where other members reach it
    #[arg(long, value_name = "URLS", value_delimiter = ',', required = true)]
    pub(super) peer_urls: Vec<String>,
    /// Let it learn until it is promoted: it does not vote
    #[arg(long)]
    pub(super) learner: bool,
}

/// A member to change.
#[derive(Clone, Debug, Args)]
pub(super) struct UpdateOrder {
    /// The member
    #[arg(value_name = "MEMBER ID", value_parser = id)]
    pub(super) id: u64,
    /// Where other members reach it from now on
    #[arg(long, value_name = "URLS", value_delimiter = ',', required = true)]
    pub(super) peer_urls: Vec<String>,
}

/// What to forget.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct CompactOrder {
    /// Everything that was true only below it is forgotten
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    pub(super) revision: i64,
    /// Wait until the space is free
    #[arg(long)]
    pub(super) physical: bool,
}

/// What to do with backups.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum SnapshotCommand {
    /// Save a backup of a running member
    Save {
        /// The file to make
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Verify a backup, and tell what is in it
    Status(StatusOrder),
    /// Make the folder of one member of a new cluster out of a backup
    #[command(after_help = "\
Run it once for each member of the new cluster, with the same file, --initial-cluster and --initial-cluster-token.
Clients see a revision that never goes back, and read and list everything anew.

Examples:
  pintle ctl snapshot restore backup.db --data-dir /var/lib/pintle
  pintle ctl snapshot restore backup.db --data-dir /var/lib/pintle --name a \\
      --initial-advertise-peer-urls http://10.0.0.1:2380 \\
      --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380")]
    Restore(RestoreOrder),
}

/// A backup to look into.
#[derive(Clone, Debug, Args)]
pub(super) struct StatusOrder {
    /// The backup
    pub(super) file: PathBuf,
}

/// A backup to restore, and for whom.
#[derive(Clone, Debug, Args)]
pub(super) struct RestoreOrder {
    /// The backup
    pub(super) file: PathBuf,
    /// The folder to make; it must not exist, or be empty
    #[arg(long, value_name = "FOLDER")]
    pub(super) data_dir: PathBuf,
    /// Which of the members it is for
    #[arg(long, default_value = "default")]
    pub(super) name: String,
    /// The members of the new cluster: name=url,name=url; by default this one alone
    #[arg(long, value_name = "MEMBERS")]
    pub(super) initial_cluster: Option<String>,
    /// Where other members reach this one
    #[arg(long, value_name = "URLS", value_delimiter = ',', default_value = "http://localhost:2380")]
    pub(super) initial_advertise_peer_urls: Vec<String>,
    /// What the new cluster's ids are made with; by default a value made from the backup
    #[arg(long, value_name = "TOKEN")]
    pub(super) initial_cluster_token: Option<String>,
    /// By how much the revision is raised, so that it is above all that clients have seen
    #[arg(long, value_name = "COUNT", default_value_t = BUMP)]
    pub(super) bump_revision: u64,
    /// Whether nobody can read or watch from below the raised revision; with --bump-revision=0 it must be false
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set)]
    pub(super) mark_compacted: bool,
}

/// A folder to check.
#[derive(Clone, Debug, Args)]
pub(super) struct CheckOrder {
    /// The member's folder
    #[arg(value_name = "FOLDER")]
    pub(super) folder: PathBuf,
    /// Where the working state is copied to, which can't be opened without being changed; as much room is needed
    #[arg(long, value_name = "FOLDER")]
    pub(super) scratch: Option<PathBuf>,
}

/// A member's id, as it is printed.
fn id(text: &str) -> Result<u64, String> {
    u64::from_str_radix(text.trim_start_matches("0x"), 16)
        .map_err(|_| "an id is hexadecimal; `pintle ctl member list` prints it".to_owned())
}
