//! What members stand on: networks and disks that can be taken from under them.

mod disk;
pub(crate) mod isolate;
mod network;
pub(crate) mod tool;

pub(crate) use disk::Disk;
pub(crate) use network::{Line, Network};

use crate::failure::Failure;
use std::path::Path;

/// Networks and disks.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) network: Network,
    pub(crate) disks: Vec<Disk>,
    /// What can't be done here, and why.
    pub(crate) left_out: Vec<String>,
}

impl Ground {
    /// The best ground there is for `count` members, with its disks in `folder`.
    ///
    /// # Errors
    /// When not even folders can be made.
    pub(crate) fn prepare(count: usize, folder: &Path, why_not: Option<String>) -> Result<Ground, Failure> {
        let mut left_out = Vec::new();
        if let Some(why) = why_not {
            left_out.push(format!("partitions, bad lines, full and broken disks, power losses: {why}"));
            return Ok(Ground { network: Network::Loopback, disks: folders(count, folder)?, left_out });
        }
        let network = match Network::namespaces(count) {
            Ok(network) => network,
            Err(failure) => {
                left_out.push(format!("partitions and bad lines: {failure}"));
                Network::Loopback
            }
        };
        let devices: Result<Vec<Disk>, Failure> =
            (0..count).map(|place| Disk::device(folder, place)).collect();
        let disks = match devices {
            Ok(devices) => devices,
            Err(failure) => {
                left_out.push(format!("full and broken disks, power losses: {failure}"));
                folders(count, folder)?
            }
        };
        if disks.iter().all(Disk::is_device) && !disks.iter().all(Disk::can_lose_power) {
            left_out.push("power losses: there is no program `python3`".to_owned());
        }
        Ok(Ground { network, disks, left_out })
    }
}

fn folders(count: usize, folder: &Path) -> Result<Vec<Disk>, Failure> {
    (0..count)
        .map(|place| {
            let path = folder.join(format!("folder-{place}"));
            std::fs::create_dir_all(&path)?;
            Ok(Disk::Folder(path))
        })
        .collect()
}
