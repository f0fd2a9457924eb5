//! What is compared, a row each.

mod keys;
mod state;
mod watch;

use crate::cluster::{Cluster, Kind, Programs};
use crate::failure::Failure;
use crate::load::Measured;
pub(crate) use state::{Phase, State, Volume, measure as measure_state};
use std::path::Path;
use std::time::Duration;

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// By this it is asked for.
    pub(crate) name: &'static str,
    /// For the table.
    pub(crate) title: &'static str,
    work: Work,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Put { clients: usize, connections: usize },
    Txn { clients: usize, connections: usize },
    Get { clients: usize, connections: usize },
    ReadTxn { clients: usize, connections: usize },
    List { clients: usize },
    Watch { connections: usize, streams: usize, watches: usize },
}

/// All rows that take load for a while.
pub(crate) const ROWS: [Row; 12] = [
    Row { name: "put-1", title: "put, 1 client", work: Work::Put { clients: 1, connections: 1 } },
    Row {
        name: "put-64",
        title: "put, 64 clients on 4 connections",
        work: Work::Put { clients: 64, connections: 4 },
    },
    Row {
        name: "put-64-each",
        title: "put, 64 clients, a connection each",
        work: Work::Put { clients: 64, connections: 64 },
    },
    Row {
        name: "put-512",
        title: "put, 512 clients on 4 connections",
        work: Work::Put { clients: 512, connections: 4 },
    },
    Row {
        name: "txn-64",
        title: "txn (compare mod revision, put), 64 clients on 4 connections",
        work: Work::Txn { clients: 64, connections: 4 },
    },
    Row {
        name: "get-1",
        title: "range of one key, 1 client",
        work: Work::Get { clients: 1, connections: 1 },
    },
    Row {
        name: "get-64",
        title: "range of one key, 64 clients on 4 connections",
        work: Work::Get { clients: 64, connections: 4 },
    },
    Row {
        name: "get-64-each",
        title: "range of one key, 64 clients, a connection each",
        work: Work::Get { clients: 64, connections: 64 },
    },
    Row {
        name: "read-txn-64",
        title: "txn that only reads, 64 clients on 4 connections",
        work: Work::ReadTxn { clients: 64, connections: 4 },
    },
    Row { name: "list-5000", title: "range of 5,000 keys, 4 clients", work: Work::List { clients: 4 } },
    Row {
        name: "watch-1000",
        title: "event to 1,000 watchers, a stream each, 100 to a connection",
        work: Work::Watch { connections: 10, streams: 100, watches: 1 },
    },
    Row {
        name: "watch-1000-shared",
        title: "event to 1,000 watchers, 100 to a stream and connection",
        work: Work::Watch { connections: 10, streams: 1, watches: 100 },
    },
];

impl Row {
    /// Measures once, on servers that are started for it.
    ///
    /// # Errors
    /// What went wrong first.
    pub(crate) async fn measure(
        &self,
        kind: Kind,
        programs: &Programs,
        folder: &Path,
        nodes: usize,
        time: Duration,
    ) -> Result<Measured, Failure> {
        let cluster = Cluster::start(kind, programs, folder, nodes).await?;
        let measured = match self.work {
            Work::Put { clients, connections } => keys::put(&cluster, clients, connections, time).await,
            Work::Txn { clients, connections } => keys::txn(&cluster, clients, connections, time).await,
            Work::Get { clients, connections } => keys::get(&cluster, clients, connections, time).await,
            Work::ReadTxn { clients, connections } => {
                keys::read_txn(&cluster, clients, connections, time).await
            }
            Work::List { clients } => keys::list(&cluster, clients, time).await,
            Work::Watch { connections, streams, watches } => {
                watch::fan_out(&cluster, connections, streams, watches, time).await
            }
        }?;
        cluster.remove().await?;
        Ok(measured)
    }
}
