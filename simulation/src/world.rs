//! A cluster, its clients and its bad luck, on one thread and in one time. One seed is one course of events.
//!
//! ```text
//! world   turn by turn: what arrives (network), each machine (host), clients, faults
//!   |-- hosts      a node each, with a disk in memory and a clock of its own
//!   |-- clients    calls, watches, an operator; written down
//!   |-- agreement  what must be the same everywhere, at any time
//!   '-- verdict    what clients were told must make sense
//! ```

use crate::agreement::Agreement;
use crate::chance::Chance;
use crate::clients::{Client, Records};
use crate::faults::{Counts, Undo};
use crate::host::{Flags, Host, MEMBERS, News, clock, set_time};
use crate::network::{Address, Net};
use crate::operator::{Desk, Operator, Order};
use crate::panics;
use crate::seen::{Keys, Version, Watched};
use crate::trace::Trace;
use crate::verdict::{Rest, judge};
use crate::watchers::Watcher;
use bytes::Bytes;
use parking_lot::Mutex;
use pintle_raftstore::executor;
use pintle_raftstore::log;
use pintle_raftstore::machine;
use pintle_raftstore::node::StartError;
use pintle_storage::KeyRange;
use pintle_wire::etcdserverpb::RangeRequest;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::runtime::Runtime;

/// One turn, in microseconds.
const TURN: u64 = 1000;
/// Machines: the members of the beginning, and spare ones.
const HOSTS: usize = 5;
/// How long things go wrong, in microseconds.
const TROUBLE: u64 = 12_000_000;
/// How long everything may take to be well again once nothing goes wrong any more.
const HEALING: u64 = 60_000_000;
/// How often states are compared by their hashes.
const HASHED_EVERY: u64 = 200_000;
/// A node whose log failed must end within this time.
const STOPS_WITHIN: u64 = 3_000_000;

/// What became of a seed.
#[derive(Debug)]
pub struct Outcome {
    /// Which.
    pub seed: u64,
    /// The hash of everything that happened, in order.
    pub trace: u64,
    /// How much that was.
    pub events: u64,
    /// Broken promises, in words.
    pub broken: Vec<String>,
    /// How long it was for the nodes, in milliseconds.
    pub millis: u64,
    /// Calls that were answered, surely not carried out, and of unknown fate.
    pub calls: [u64; 3],
    /// Revisions that were made.
    pub revisions: u64,
    /// What went wrong, and how often.
    pub faults: Vec<(String, u64)>,
}

/// Everything.
pub(crate) struct World {
    pub(crate) net: Net,
    pub(crate) hosts: Vec<Host>,
    pub(crate) chance: Chance,
    pub(crate) faults: Counts,
    pub(crate) undo: Vec<(u64, Undo)>,
    clients: Runtime,
    records: Arc<Records>,
    watched: Vec<Arc<Mutex<Watched>>>,
    desk: Arc<Mutex<Desk>>,
    agreement: Agreement,
    broken: Vec<String>,
    /// When each machine starts its node again.
    restarts: Vec<Option<u64>>,
    /// Since when a log has failed.
    log_failed: Vec<Option<u64>>,
    /// Ids of members that found out that they were removed.
    departed: BTreeSet<u64>,
    /// The only one whose disk decays: of what is left of two, a cluster of three can't always be made whole.
    decays: Option<Address>,
    refusals: u64,
}

/// Lives through what a seed brings. With `is_loud`, everything that happens is printed.
pub fn live(seed: u64, is_loud: bool) -> Outcome {
    let mut chance = Chance::new(seed);
    let simulated = executor::simulate(chance.number());
    panics::forget();
    let mut world = World::new(chance, is_loud);
    world.begin();
    world.suffer();
    world.heal();
    let outcome = world.end_of(seed);
    drop(simulated);
    outcome
}

impl World {
    fn new(mut chance: Chance, is_loud: bool) -> World {
        let net = Net::new(chance.fork(), Trace::new(is_loud));
        let clients = clock(chance.number());
        let flags = Flags { members: (0..MEMBERS).collect(), existing: false };
        let hosts = (0..HOSTS).map(|address| Host::new(address, 1000, flags.clone())).collect();
        World {
            net,
            hosts,
            chance,
            faults: Counts::new(),
            undo: Vec::new(),
            clients,
            records: Arc::default(),
            watched: Vec::new(),
            desk: Arc::default(),
            agreement: Agreement::default(),
            broken: Vec::new(),
            restarts: vec![None; HOSTS],
            log_failed: vec![None; HOSTS],
            departed: BTreeSet::new(),
            decays: None,
            refusals: 0,
        }
    }

    /// Starts the members and whoever uses them.
    fn begin(&mut self) {
        set_time(0);
        for host in &mut self.hosts[..MEMBERS] {
            host.pace = self.chance.within(970, 1031);
            host.start(&self.net, self.chance.number());
        }
        let hosts = HOSTS as u64;
        let pause = *self.chance.pick(&[20, 80, 200]).unwrap_or(&80);
        for number in 0..4 {
            let (net, chance, records) = (self.net.clone(), self.chance.fork(), Arc::clone(&self.records));
            let client = Client { number, net, chance, records, hosts, pause };
            self.records.at_work.fetch_add(1, Ordering::Relaxed);
            self.clients.spawn(client.work());
        }
        let all = KeyRange::prefix("/");
        let ranges =
            [(all.clone(), false, 0), (all, true, 300), (KeyRange::prefix("/together/"), true, 1500)];
        for (range, prev, slow) in ranges {
            let watched = Arc::new(Mutex::new(Watched::new(range, prev)));
            self.watched.push(Arc::clone(&watched));
            let (net, chance, records) = (self.net.clone(), self.chance.fork(), Arc::clone(&self.records));
            self.clients.spawn(Watcher { net, chance, records, watched, hosts, slow }.work());
        }
        if self.chance.below(3) > 0 {
            let (net, chance, records) = (self.net.clone(), self.chance.fork(), Arc::clone(&self.records));
            let desk = Arc::clone(&self.desk);
            self.clients.spawn(Operator { net, chance, records, desk, hosts }.work());
        }
    }

    /// Lets things go wrong for a while.
    fn suffer(&mut self) {
        let often = *self.chance.pick(&[700_000, 1_500_000, 3_000_000]).unwrap_or(&1_500_000);
        let mut next = 1_500_000 + self.chance.below(often);
        while self.net.now() < TROUBLE && self.broken.is_empty() {
            if self.net.now() >= next {
                self.hurt();
                next = self.net.now() + self.chance.below(often) + 1;
            }
            self.undo(false);
            self.turn();
        }
    }

    /// Lets nothing go wrong any more, and waits until all is well.
    fn heal(&mut self) {
        self.net.note(format_args!("nothing goes wrong any more"));
        self.undo(true);
        self.records.over.store(true, Ordering::Relaxed);
        for address in 0..HOSTS {
            // A disk that is about to fail is exchanged, with what is on it.
            if self.hosts[address].running.is_some() {
                let disk = &self.hosts[address].disk;
                disk.log.fail_after(u64::MAX);
                disk.snapshots.fail_after(u64::MAX);
            }
            if let Some(restart) = &mut self.restarts[address] {
                *restart = 0;
            }
        }
        let until = self.net.now() + HEALING;
        while self.broken.is_empty() {
            self.turn();
            if self.net.now().is_multiple_of(100_000) && self.is_well() {
                return;
            }
            if self.net.now() > until {
                let state = self.state();
                self.broken.push(format!("it is not well again: {state}"));
            }
        }
    }

    /// A turn of everybody.
    fn turn(&mut self) {
        self.net.advance(TURN);
        let now = self.net.now();
        set_time(now);
        for host in &mut self.hosts {
            host.work(TURN);
        }
        self.clients.block_on(async { tokio::time::sleep(Duration::from_micros(TURN)).await });
        self.hear();
        self.carry_out_orders();
        for address in 0..HOSTS {
            if self.restarts[address].is_some_and(|due| due <= now) {
                self.restarts[address] = None;
                self.hosts[address].start(&self.net, self.chance.number());
            }
            self.look_at(address, now.is_multiple_of(HASHED_EVERY));
        }
        self.broken.extend(self.net.broken());
        self.broken.extend(panics::take().into_iter().map(|panic| format!("panicked: {panic}")));
    }

    /// Hears what processes say of themselves.
    fn hear(&mut self) {
        for address in 0..HOSTS {
            match self.hosts[address].news(&self.net) {
                News::None => {}
                News::Started => self.net.note(format_args!("{address} has started")),
                News::Refused(error) => {
                    self.net.note(format_args!("{address} does not start: {error}"));
                    if !self.may_refuse(address, &error) {
                        self.broken.push(format!("node {address} does not start: {error}"));
                    }
                    self.refusals += 1;
                    self.end(address, false);
                }
                News::Ended(why) => {
                    self.net.note(format_args!("{address} ended: {why}"));
                    if self.departs(address, &why) {
                        continue;
                    }
                    let disk = &self.hosts[address].disk;
                    if disk.log.failures() == 0 && disk.snapshots.failures() == 0 {
                        self.broken.push(format!("node {address} ended by itself: {why}"));
                    }
                    let power = self.chance.one_in(2);
                    self.end(address, power);
                }
            }
        }
    }

    /// A member that was to be removed has heard of it before whoever removed it, who may never have: its disk is wiped
    /// then. It has to be true in the end.
    fn departs(&mut self, address: Address, why: &str) -> bool {
        let Some(id) = self.hosts[address].node().map(|node| node.identity().member) else { return false };
        let departs = why.contains("was removed from the cluster") && self.desk.lock().unwanted.contains(&id);
        if departs {
            self.departed.insert(id);
            self.wipe(address);
        }
        departs
    }

    /// An empty disk, and nothing that runs on it.
    fn wipe(&mut self, address: Address) {
        self.hosts[address].crash(&self.net, None);
        self.agreement.forget(address);
        (self.restarts[address], self.log_failed[address]) = (None, None);
        let (starts, flags) = (self.hosts[address].starts, self.hosts[address].flags.clone());
        self.hosts[address] = Host::new(address, 1000, flags);
        self.hosts[address].starts = starts;
    }

    /// Whether there is a reason that was brought about.
    fn may_refuse(&self, address: Address, error: &StartError) -> bool {
        let disk = &self.hosts[address].disk;
        match error {
            StartError::Log(log::OpenError::Io { .. }) => disk.log.failures() > 0,
            StartError::Machine(machine::OpenError::Snapshot(_)) => disk.snapshots.failures() > 0,
            StartError::NoSnapshot { .. } => self.decays == Some(address),
            // It is added again, or asked before anybody can answer.
            StartError::NobodyThere(_) | StartError::NotAdded(_) => self.hosts[address].flags.existing,
            // Its log failed while it was started.
            StartError::Consensus(_) => disk.log.failures() > 0 || disk.snapshots.failures() > 0,
            _ => false,
        }
    }

    fn carry_out_orders(&mut self) {
        let orders = std::mem::take(&mut self.desk.lock().orders);
        for order in orders {
            self.net.note(format_args!("{order:?}"));
            let address = match &order {
                Order::Start(address, _) | Order::Retire(address) => *address,
            };
            // Whatever runs there is a member no more.
            self.wipe(address);
            if let Order::Start(_, members) = order {
                self.hosts[address].flags = Flags { members, existing: true };
                self.hosts[address].start(&self.net, self.chance.number());
            }
        }
    }

    /// Holds a node against the others, and against what its disk did.
    fn look_at(&mut self, address: Address, hash: bool) {
        let Some(running) = &self.hosts[address].running else { return };
        if let Some(node) = &running.node {
            self.broken.extend(self.agreement.look(address, node, hash));
        }
        let now = self.net.now();
        if self.hosts[address].disk.log.failures() > 0 {
            let since = *self.log_failed[address].get_or_insert(now);
            if now > since + STOPS_WITHIN {
                self.broken.push(format!("node {address} goes on though its log failed"));
            }
        }
    }

    /// Ends a process; it is started again after a while.
    pub(crate) fn end(&mut self, address: Address, power: bool) {
        if self.hosts[address].running.is_none() {
            return;
        }
        self.net.note(format_args!("{address} is ended, power lost: {power}"));
        let chance = power.then_some(&mut self.chance);
        self.hosts[address].crash(&self.net, chance);
        self.agreement.forget(address);
        self.log_failed[address] = None;
        self.restarts[address] = Some(self.net.now() + self.chance.within(50_000, 1_200_000));
    }

    pub(crate) fn running(&self) -> Vec<Address> {
        (0..HOSTS).filter(|address| self.hosts[*address].running.is_some()).collect()
    }

    pub(crate) fn leader(&self) -> Option<Address> {
        (0..HOSTS).find(|address| self.hosts[*address].node().is_some_and(|node| node.standing().leads))
    }

    /// Whether the disk of this one may decay; no other may from then on.
    pub(crate) fn may_damage(&mut self, address: Address) -> bool {
        *self.decays.get_or_insert(address) == address
    }

    /// Whether all members run, agree, and have told everything.
    fn is_well(&self) -> bool {
        let at_work = self.records.at_work.load(Ordering::Relaxed);
        if at_work > 0 || self.desk.lock().is_busy || self.restarts.iter().any(Option::is_some) {
            return false;
        }
        let running = self.running();
        let nodes: Vec<_> = running.iter().filter_map(|address| self.hosts[*address].node()).collect();
        let Some(first) = nodes.first() else { return false };
        let applied = first.machine().applied();
        let leader = first.standing().leader;
        let agreed = nodes.iter().all(|node| {
            node.machine().applied() == applied && node.standing().leader == leader && node.has_leader()
        });
        let told = self.watched[0].lock().reached() == first.revision();
        let leased = first.machine().leases().is_empty();
        nodes.len() == running.len() && leader.is_some() && agreed && told && leased
    }

    /// How everybody stands, in words.
    fn state(&self) -> String {
        let hosts = self.running().into_iter().map(|address| match self.hosts[address].node() {
            None => format!(
                "{address} is starting since {:?}",
                self.hosts[address].running.as_ref().map(|running| running.since)
            ),
            Some(node) => format!(
                "{address}: {:?}, {:?}, revision {}, applied {:?}, leases {}",
                node.standing(),
                node.progress(),
                node.revision(),
                node.machine().applied(),
                node.machine().leases().len()
            ),
        });
        let told = self.watched[0].lock().reached();
        let desk = self.desk.lock();
        format!("{:#?}; told up to {told}; {desk:?}", hosts.collect::<Vec<_>>())
    }

    /// The verdict.
    fn end_of(mut self, seed: u64) -> Outcome {
        let mut revisions = 0;
        if self.broken.is_empty() {
            for address in self.running() {
                self.look_at(address, true);
                let Some(node) = self.hosts[address].node() else { continue };
                let members = self.clients.block_on(node.members(false)).unwrap_or_default();
                let stayed = members.iter().filter(|member| self.departed.contains(&member.id));
                self.broken.extend(stayed.map(|member| format!("{:x} has left, and is a member", member.id)));
            }
            let rest = self.rest();
            revisions = rest.revision;
            let watched: Vec<Watched> = self.watched.iter().map(|watched| watched.lock().clone()).collect();
            self.broken.extend(judge(&self.records, &watched, &rest));
        }
        let (trace, events) = self.net.trace();
        let counts = &self.records.counts;
        let calls =
            [&counts.done, &counts.refused, &counts.unknown].map(|count| count.load(Ordering::Relaxed));
        let mut faults: Vec<(String, u64)> =
            self.faults.iter().map(|(fault, count)| (format!("{fault:?}"), *count)).collect();
        faults.push(("MembersChanged".to_owned(), self.desk.lock().changes));
        faults.push(("StartsRefused".to_owned(), self.refusals));
        let millis = self.net.now() / 1000;
        for address in 0..HOSTS {
            self.hosts[address].crash(&self.net, None);
        }
        drop(self.clients);
        self.net.close();
        Outcome { seed, trace, events, broken: self.broken, millis, calls, revisions, faults }
    }

    /// What a node has, when all is over.
    fn rest(&self) -> Rest {
        let Some(node) = self.running().into_iter().find_map(|address| self.hosts[address].node()) else {
            return Rest::default();
        };
        let request = RangeRequest {
            key: Bytes::from_static(b"/"),
            range_end: Bytes::from_static(b"0"),
            ..RangeRequest::default()
        };
        let found = node.machine().range(&request).map(|found| found.kvs).unwrap_or_default();
        let keys: Keys = found
            .into_iter()
            .map(|kv| {
                let number = |number: i64| u64::try_from(number).unwrap_or_default();
                let version = Version {
                    value: kv.value,
                    created: number(kv.create_revision),
                    modified: number(kv.mod_revision),
                    version: number(kv.version),
                    lease: kv.lease,
                };
                (kv.key, version)
            })
            .collect();
        Rest { revision: node.revision(), compacted: node.compacted(), keys }
    }
}
