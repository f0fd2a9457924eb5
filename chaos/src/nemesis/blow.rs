//! What can be done to a cluster.

use crate::cluster::Cluster;
use crate::ground::Disk;

/// One kind of harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Blow {
    /// SIGKILL of one member, now and then of a second while the first is down.
    Kill,
    /// SIGKILL of all at once.
    KillAll,
    /// SIGKILL of a member that is writing a snapshot.
    KillSnapshotting,
    /// SIGSTOP, for so long that the others go on without it.
    Hold,
    /// The leader hears none of the others, and none of them it.
    CutLeader,
    /// The same for any member.
    CutMember,
    /// Packets between the leader and the others go one way only.
    CutOneWay,
    /// Two members don't hear each other; both hear the others.
    CutPair,
    /// What a member answers to clients is lost.
    Mute,
    /// The line to a member loses packets by chance.
    Lossy,
    /// The line to a member is slow.
    Slow,
    /// A member is cut off and mended, many times.
    Flap,
    /// One member's disk is below its reserve.
    FullOne,
    /// All members' disks are.
    FullAll,
    /// One member's disk has not a byte left.
    Brimful,
    /// Writes to a member's disk fail with EIO.
    BrokenDisk,
    /// Writes to a member's log fail in the middle.
    ShortWrite,
    /// A machine loses power: what was not synced is gone.
    PowerLoss,
    /// All machines do, at once.
    PowerLossAll,
    /// A byte of a member's working state flips.
    FlipState,
    /// A byte of its newest snapshot flips, and its working state is lost.
    FlipSnapshot,
    /// A byte in the middle of its log flips.
    FlipLog,
    /// A member's folder is lost.
    LoseFolder,
    /// A member is replaced, and members are killed meanwhile.
    Replace,
}

/// Each kind with its name, and how often it comes beside the others.
pub(crate) const BLOWS: [(Blow, &str, u32); 24] = [
    (Blow::Kill, "kill", 44),
    (Blow::KillAll, "kill-all", 12),
    (Blow::KillSnapshotting, "kill-snapshotting", 6),
    (Blow::Hold, "hold", 6),
    (Blow::CutLeader, "cut-leader", 6),
    (Blow::CutMember, "cut-member", 4),
    (Blow::CutOneWay, "cut-one-way", 4),
    (Blow::CutPair, "cut-pair", 2),
    (Blow::Mute, "mute", 3),
    (Blow::Lossy, "lossy-line", 2),
    (Blow::Slow, "slow-line", 2),
    (Blow::Flap, "flapping-line", 2),
    (Blow::FullOne, "full-disk", 2),
    (Blow::FullAll, "full-disk-all", 2),
    (Blow::Brimful, "brimful-disk", 2),
    (Blow::BrokenDisk, "broken-disk", 2),
    (Blow::ShortWrite, "short-write", 3),
    (Blow::PowerLoss, "power-loss", 4),
    (Blow::PowerLossAll, "power-loss-all", 3),
    (Blow::FlipState, "flip-state", 3),
    (Blow::FlipSnapshot, "flip-snapshot", 2),
    (Blow::FlipLog, "flip-log", 2),
    (Blow::LoseFolder, "lose-folder", 2),
    (Blow::Replace, "replace", 3),
];

/// Time in which nothing is done to anybody.
pub(crate) const PEACE: &str = "peace";

impl Blow {
    pub(crate) fn name(self) -> &'static str {
        BLOWS.iter().find(|(blow, ..)| *blow == self).map_or(PEACE, |(_, name, _)| name)
    }

    /// Whether it can be done to this cluster.
    pub(crate) fn is_possible(self, cluster: &Cluster) -> bool {
        let (network, disks) = (&cluster.ground.network, &cluster.ground.disks);
        match self {
            Blow::Kill | Blow::KillAll | Blow::KillSnapshotting | Blow::Hold => true,
            Blow::FlipState | Blow::FlipSnapshot | Blow::ShortWrite => true,
            Blow::CutLeader | Blow::CutMember | Blow::CutOneWay | Blow::CutPair | Blow::Flap => {
                network.can_cut() && cluster.len() > 2
            }
            Blow::Mute | Blow::Lossy | Blow::Slow => network.can_cut(),
            Blow::FullOne | Blow::FullAll | Blow::Brimful | Blow::BrokenDisk => {
                disks.iter().all(Disk::is_device)
            }
            Blow::PowerLoss | Blow::PowerLossAll => disks.iter().all(Disk::can_lose_power),
            Blow::FlipLog | Blow::LoseFolder | Blow::Replace => cluster.len() > 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_blow_has_one_name() {
        let kinds: BTreeSet<Blow> = BLOWS.iter().map(|(blow, ..)| *blow).collect();
        let names: BTreeSet<&str> = BLOWS.iter().map(|(_, name, _)| *name).collect();
        assert_eq!((kinds.len(), names.len()), (BLOWS.len(), BLOWS.len()));
        assert!(BLOWS.iter().all(|(blow, name, weight)| blow.name() == *name && *weight > 0));
    }
}
