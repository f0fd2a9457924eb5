//! `pintle ctl`: what operators do with a storage tier and its files, by etcdctl's and etcdutl's names.
//!
//! ```text
//! order (flags) --> cluster (lines to members) --> endpoint, member, lead  --> print
//!              \--> snapshot, check (files)                               --/
//! ```
//!
//! It serves nothing, and knows no key of Kubernetes.

mod bar;
mod check;
mod cluster;
mod endpoint;
mod hash;
mod lead;
mod member;
mod order;
mod print;
mod snapshot;

pub(crate) use order::CtlOrder;

use crate::failure::Failure;
use crate::frontend;
use cluster::Cluster;
use order::{CtlCommand, EndpointCommand, MemberCommand, SnapshotCommand};

/// After the help text.
pub(crate) const EXAMPLES: &str = "\
Examples:
  pintle ctl --endpoints http://10.0.0.1:2379,http://10.0.0.2:2379 endpoint status -w table
  pintle ctl member add d --peer-urls http://10.0.0.4:2380 --learner
  pintle ctl snapshot save backup.db
  pintle ctl snapshot restore backup.db --data-dir /var/lib/pintle
  pintle ctl check /var/lib/pintle";

/// Does what was asked.
///
/// # Errors
/// What went wrong, and what to do next.
pub(crate) fn run(order: &CtlOrder) -> Result<(), Failure> {
    let format = order.write_out;
    match &order.command {
        // Files of this machine: nobody is asked.
        CtlCommand::Check(order) => check::run(order, format),
        CtlCommand::Snapshot(SnapshotCommand::Status(order)) => snapshot::status(order, format),
        CtlCommand::Snapshot(SnapshotCommand::Restore(order)) => snapshot::restore(order, format),
        CtlCommand::Defrag => {
            println!(
                "There is nothing to defragment: what compaction frees is used again while members serve."
            );
            Ok(())
        }
        command => {
            let cluster = Cluster::of(&order.reach)?;
            frontend::block_on(ask(&cluster, command, format))
        }
    }
}

async fn ask(cluster: &Cluster, command: &CtlCommand, format: print::Format) -> Result<(), Failure> {
    match command {
        CtlCommand::Endpoint(EndpointCommand::Status(all)) => endpoint::status(cluster, *all, format).await,
        CtlCommand::Endpoint(EndpointCommand::Health(all)) => endpoint::health(cluster, *all, format).await,
        CtlCommand::Endpoint(EndpointCommand::Hashkv(order)) | CtlCommand::Hashkv(order) => {
            hash::hashkv(cluster, order, format).await
        }
        CtlCommand::Member(MemberCommand::List) => member::list(cluster, format).await,
        CtlCommand::Member(MemberCommand::Add(order)) => member::add(cluster, order, format).await,
        CtlCommand::Member(MemberCommand::Remove { id }) => member::remove(cluster, *id, format).await,
        CtlCommand::Member(MemberCommand::Update(order)) => member::update(cluster, order, format).await,
        CtlCommand::Member(MemberCommand::Promote { id }) => member::promote(cluster, *id, format).await,
        CtlCommand::MoveLeader { id } => lead::move_leader(cluster, *id, format).await,
        CtlCommand::Compact(order) => lead::compact(cluster, order, format).await,
        CtlCommand::Snapshot(SnapshotCommand::Save { file }) => snapshot::save(cluster, file).await,
        CtlCommand::Snapshot(_) | CtlCommand::Check(_) | CtlCommand::Defrag => Ok(()),
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Storage(error.to_string())
}
