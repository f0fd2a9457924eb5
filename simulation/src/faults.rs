//! What may go wrong, one thing after the other and several at a time.

use crate::network::{Address, Weather};
use crate::world::World;
use futures_util::FutureExt;
use pintle_raftstore::node::Node;
use std::collections::BTreeMap;

/// What can be done to a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fault {
    /// A process ends at once.
    Kill,
    /// A machine loses power.
    Power,
    /// All machines lose power.
    Blackout,
    /// A node is cut off, or some are, or in one direction only.
    Cut,
    /// Messages are late, lost, torn and repeated.
    Weather,
    /// The log's disk fails for good, or once.
    LogFails,
    /// The disk of snapshots fails once.
    SnapshotsFail,
    /// The disk is full for a while.
    Full,
    /// A snapshot is written, on no special occasion.
    Snapshot,
    /// Leadership is handed over.
    Transfer,
    /// A machine loses power, and a byte of its newest snapshot changes.
    SnapshotDamaged,
    /// A machine loses power, and something of its working state changes.
    StateDamaged,
    /// A clock goes at another pace.
    Clock,
}

/// How often each comes, in hundredths.
const WEIGHTS: [(Fault, u64); 13] = [
    (Fault::Kill, 10),
    (Fault::Power, 14),
    (Fault::Blackout, 4),
    (Fault::Cut, 20),
    (Fault::Weather, 8),
    (Fault::LogFails, 8),
    (Fault::SnapshotsFail, 4),
    (Fault::Full, 5),
    (Fault::Snapshot, 10),
    (Fault::Transfer, 6),
    (Fault::SnapshotDamaged, 4),
    (Fault::StateDamaged, 4),
    (Fault::Clock, 3),
];

/// How often each came.
pub(crate) type Counts = BTreeMap<Fault, u64>;

/// Something that is to be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undo {
    Cut,
    Weather,
    Full(Address),
}

impl World {
    /// Does something bad.
    pub(crate) fn hurt(&mut self) {
        let total = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut drawn = self.chance.below(total);
        for (fault, weight) in WEIGHTS {
            if drawn < weight {
                self.net.note(format_args!("{fault:?}"));
                if self.carry_out(fault) {
                    *self.faults.entry(fault).or_default() += 1;
                }
                return;
            }
            drawn -= weight;
        }
    }

    /// Answers whether it could be done.
    fn carry_out(&mut self, fault: Fault) -> bool {
        let Some(victim) = self.victim() else { return false };
        match fault {
            Fault::Kill => self.end(victim, false),
            Fault::Power => self.end(victim, true),
            Fault::Blackout => {
                for address in self.running() {
                    self.end(address, true);
                }
            }
            Fault::Cut => self.cut(victim),
            Fault::Weather => {
                self.net.set_weather(Weather::FOUL);
                self.undo_within(2_500_000, Undo::Weather);
            }
            Fault::LogFails => {
                let after = self.chance.below(30);
                let log = &self.hosts[victim].disk.log;
                if self.chance.one_in(2) { log.fail_after(after) } else { log.fail_once_after(after) }
            }
            Fault::SnapshotsFail => {
                let after = self.chance.below(12);
                self.hosts[victim].disk.snapshots.fail_once_after(after);
            }
            Fault::Full => {
                self.hosts[victim].disk.set_full(true);
                self.undo_within(2_000_000, Undo::Full(victim));
            }
            Fault::Snapshot => {
                self.tell(victim, |node| async move { drop(node.snapshot_now().await) }.boxed());
            }
            Fault::Transfer => {
                let to = self.hosts[victim].node().map(|node| node.identity().member);
                let (Some(leader), Some(to)) = (self.leader(), to) else { return false };
                self.tell(leader, move |node| async move { drop(node.move_leader(to).await) }.boxed());
            }
            Fault::SnapshotDamaged => {
                if !self.may_damage(victim) {
                    return false;
                }
                self.end(victim, true);
                return self.hosts[victim].disk.damage_newest_snapshot(&mut self.chance).is_some();
            }
            Fault::StateDamaged => {
                if !self.may_damage(victim) {
                    return false;
                }
                self.end(victim, true);
                return self.hosts[victim].disk.damage_state(&mut self.chance);
            }
            Fault::Clock => self.hosts[victim].pace = self.chance.within(900, 1101),
        }
        true
    }

    /// One that runs; often the leader.
    fn victim(&mut self) -> Option<Address> {
        if self.chance.one_in(3)
            && let Some(leader) = self.leader()
        {
            return Some(leader);
        }
        let running = self.running();
        self.chance.pick(&running).copied()
    }

    fn cut(&mut self, victim: Address) {
        let others: Vec<Address> = (0..self.hosts.len()).filter(|address| *address != victim).collect();
        let (out, back) = match self.chance.below(4) {
            0 => (true, false),
            1 => (false, true),
            _ => (true, true),
        };
        // Some go with the victim.
        let mut with = vec![victim];
        if self.chance.one_in(3) {
            with.extend(self.chance.pick(&others).copied());
        }
        for one in &with {
            for other in others.iter().filter(|other| !with.contains(other)) {
                if out {
                    self.net.cut(*one, *other);
                }
                if back {
                    self.net.cut(*other, *one);
                }
            }
        }
        self.undo_within(3_000_000, Undo::Cut);
    }

    fn undo_within(&mut self, most: u64, undo: Undo) {
        let due = self.net.now() + self.chance.within(200_000, most);
        self.undo.push((due, undo));
    }

    /// Undoes what is due, or everything.
    pub(crate) fn undo(&mut self, everything: bool) {
        let now = self.net.now();
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.undo).into_iter().partition(|(due, _)| everything || *due <= now);
        self.undo = later;
        for (_, undo) in due {
            self.net.note(format_args!("{undo:?} is over"));
            match undo {
                Undo::Cut => self.net.mend(),
                Undo::Weather => self.net.set_weather(Weather::FAIR),
                Undo::Full(address) => self.hosts[address].disk.set_full(false),
            }
        }
    }

    /// Has a node do something that nobody waits for.
    fn tell(
        &self,
        address: Address,
        work: impl FnOnce(Node) -> futures_util::future::BoxFuture<'static, ()>,
    ) {
        if let Some(up) = self.net.up(address) {
            up.runtime.spawn(work(up.node));
        }
    }
}
