//! Who takes part in a cluster of processes, and on which ports: chosen once, then remembered in the folder, for members of
//! the storage tier know each other by them.

use crate::failure::Failure;
use crate::pki::{make_folder, write_atomically};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

/// Where ports are chosen from: registered ports that systems don't hand out to clients.
const PORTS: std::ops::Range<u16> = 20_000..30_000;
const HELP: &str = "remove the folder `cluster` to begin anew";

/// The processes of a cluster.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    /// Members of the storage tier.
    pub(super) nodes: Vec<NodePorts>,
    /// Ports of the API servers.
    pub(super) apiservers: Vec<u16>,
}

/// Where one member of the storage tier listens.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NodePorts {
    /// For API servers.
    pub(super) client: u16,
    /// For other members.
    pub(super) peer: u16,
}

/// What was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Members of the storage tier.
    pub(super) nodes: usize,
    /// API servers.
    pub(super) apiservers: usize,
    /// The first API server's port, the next ones have the next; 0 for any.
    pub(super) port: u16,
}

impl Plan {
    /// The plan of `folder`, made when there is none.
    ///
    /// # Errors
    /// When it has another number of storage nodes, can't be read or written, or there are no ports.
    pub(super) fn of(folder: &Path, asked: Asked) -> Result<Plan, Failure> {
        make_folder(folder, HELP)?;
        let path = folder.join("cluster.json");
        let mut plan = read(&path)?.unwrap_or_default();
        if !plan.nodes.is_empty() && plan.nodes.len() != asked.nodes {
            let (folder, has) = (folder.to_owned(), plan.nodes.len());
            return Err(Failure::OtherCluster { folder, has, asked: asked.nodes });
        }
        let mut ports = Ports::new(folder, &plan);
        while plan.nodes.len() < asked.nodes {
            plan.nodes.push(NodePorts { client: ports.choose()?, peer: ports.choose()? });
        }
        if asked.port == 0 {
            plan.apiservers.truncate(asked.apiservers);
            while plan.apiservers.len() < asked.apiservers {
                plan.apiservers.push(ports.choose()?);
            }
        } else {
            plan.apiservers = (asked.port..=u16::MAX).take(asked.apiservers).collect();
            if plan.apiservers.len() < asked.apiservers {
                let text =
                    format!("--port={} leaves no ports for {} API servers", asked.port, asked.apiservers);
                return Err(Failure::Usage(text));
            }
        }
        let text = serde_json::to_vec(&plan).expect("numbers are written as JSON");
        write_atomically(&path, &text)?;
        Ok(plan)
    }

    /// Every port of it.
    pub(super) fn ports(&self) -> impl Iterator<Item = u16> {
        self.nodes.iter().flat_map(|node| [node.client, node.peer]).chain(self.apiservers.iter().copied())
    }
}

fn read(path: &Path) -> Result<Option<Plan>, Failure> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::file(path, &error, HELP)),
    };
    let plan = serde_json::from_slice(&bytes);
    plan.map(Some).map_err(|error| Failure::File {
        path: PathBuf::from(path),
        reason: error.to_string(),
        help: HELP.to_owned(),
    })
}

/// Whether nobody listens there.
pub(super) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Chooses ports, each once.
struct Ports {
    next: u16,
    taken: BTreeSet<u16>,
}

impl Ports {
    /// Folders begin at different places, so that two clusters hardly want the same port even when only one runs.
    fn new(folder: &Path, plan: &Plan) -> Ports {
        let mut hasher = DefaultHasher::new();
        folder.hash(&mut hasher);
        let span = u64::from(PORTS.end - PORTS.start);
        let offset = u16::try_from(hasher.finish() % span).unwrap_or_default();
        Ports { next: PORTS.start + offset, taken: plan.ports().collect() }
    }

    fn choose(&mut self) -> Result<u16, Failure> {
        for _ in PORTS {
            let port = self.next;
            self.next = if port + 1 == PORTS.end { PORTS.start } else { port + 1 };
            if is_free(port) && self.taken.insert(port) {
                return Ok(port);
            }
        }
        let source = io::Error::from(io::ErrorKind::AddrInUse);
        Err(Failure::System { what: "no free port between 20000 and 30000", source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_remembered_and_its_nodes_stay() {
        let folder = std::env::temp_dir().join(format!("pintle-plan-{}", std::process::id()));
        let asked = Asked { nodes: 3, apiservers: 2, port: 0 };
        let first = Plan::of(&folder, asked).unwrap();
        let distinct: BTreeSet<u16> = first.ports().collect();
        assert_eq!(distinct.len(), 8);
        assert_eq!(Plan::of(&folder, asked).unwrap(), first);
        let more = Plan::of(&folder, Asked { apiservers: 3, ..asked }).unwrap();
        assert_eq!((&more.nodes, &more.apiservers[..2]), (&first.nodes, &first.apiservers[..]));
        let chosen = Plan::of(&folder, Asked { port: 6443, ..asked }).unwrap();
        assert_eq!((&chosen.nodes, &chosen.apiservers[..]), (&first.nodes, &[6443, 6444][..]));
        let high = Plan::of(&folder, Asked { port: 65535, ..asked }).unwrap_err().to_string();
        assert_eq!(high, "--port=65535 leaves no ports for 2 API servers");
        let other = Plan::of(&folder, Asked { nodes: 1, ..asked }).unwrap_err().to_string();
        assert!(other.contains("holds a cluster of 3 storage nodes, not 1"), "{other}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
