//! What a machine costs, in CPU time of the whole process: with the disk's thread, and whatever sled starts.
//!
//! `cargo bench -p pintle-raftstore --bench machine`
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that can't go on fails, and prints"
)]

use bytes::Bytes;
use pintle_raftstore::disk::SledVolume;
use pintle_raftstore::feed::{Request, Watcher};
use pintle_raftstore::files::SystemFiles;
use pintle_raftstore::machine::{Bounds, Content, Machine, Options, Position};
use pintle_raftstore::revisions::{At, KeyIndex, Span, Version};
use pintle_wire::etcdserverpb::request_op::Request as Operation;
use pintle_wire::etcdserverpb::{CompactionRequest, PutRequest, RangeRequest, RequestOp, TxnRequest};
use pintle_wire::pintle::command::Command;
use pintle_wire::pintle::command::command::Command as Body;
use prost::Message;
use rustix::time::{ClockId, clock_gettime};
use std::path::Path;
use std::sync::Arc;

/// As in the server.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Entries that are applied at once.
const BATCH: u64 = 64;
/// Bytes of a value.
const VALUE: usize = 1024;

fn main() {
    index();
    let folder = std::env::temp_dir().join(format!("pintle-bench-{}", std::process::id()));
    let mut bench = Bench { machine: open(&folder.join("memory")), index: 0 };
    bench.memory();
    bench.churn();
    let mut bench = Bench { machine: open(&folder), index: 0 };
    bench.puts();
    bench.ranges();
    bench.watchers();
    bench.compaction();
    bench.snapshot();
    bench.restart(&folder);
    drop(bench);
    std::fs::remove_dir_all(&folder).unwrap();
}

struct Bench {
    machine: Machine,
    index: u64,
}

impl Bench {
    fn puts(&mut self) {
        for (what, keys, count) in
            [("put 1 KB, new keys", 50_000, 50_000), ("put 1 KB, over 5,000 keys", 5000, 200_000)]
        {
            let commands: Vec<Vec<Bytes>> = (0..count / BATCH)
                .map(|batch| (0..BATCH).map(|n| put((batch * BATCH + n) % keys, VALUE)).collect())
                .collect();
            let start = cpu();
            for batch in commands {
                self.apply(batch);
            }
            let applied = cpu();
            self.machine.flush().unwrap();
            let count = count as f64;
            println!(
                "{what}: {:.2} us, of which {:.2} after the last was applied",
                (cpu() - start) / count,
                (cpu() - applied) / count
            );
        }
        let (size, in_use) = (self.machine.size().unwrap() >> 20, self.machine.size_in_use() >> 20);
        println!("on disk: {size} MB for {in_use} MB of records");
    }

    fn ranges(&self) {
        for what in ["first", "then"] {
            let (start, count) = (cpu(), 20);
            for _ in 0..count {
                let end = Bytes::from(name(5000));
                let request =
                    RangeRequest { key: Bytes::from(name(0)), range_end: end, ..RangeRequest::default() };
                assert_eq!(self.machine.range(&request).unwrap().kvs.len(), 5000);
            }
            println!("range of 5,000 keys of 1 KB, {what}: {:.0} us", (cpu() - start) / f64::from(count));
        }
    }

    fn watchers(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for prev in [false, true] {
            let request = Request { prev, ..Request::of(Span::Key(Bytes::from(name(7)))) };
            let mut watchers: Vec<Watcher> = (0..1000).map(|_| self.machine.watch(request.clone())).collect();
            let (start, count) = (cpu(), 200);
            for _ in 0..count {
                self.apply(vec![put(7, VALUE)]);
                for watcher in &mut watchers {
                    runtime.block_on(watcher.next(1 << 20)).unwrap();
                }
            }
            let each = (cpu() - start) / f64::from(count) / 1000.0;
            println!("an event to one of 1,000 watchers of a key, prev {prev}: {each:.2} us");
        }
    }

    fn compaction(&mut self) {
        let start = cpu();
        let revision = i64::try_from(self.machine.revision()).unwrap();
        self.apply(vec![encode(Body::Compact(CompactionRequest { revision, physical: false }))]);
        self.machine.wait_for_clearing();
        self.machine.flush().unwrap();
        let cleared = self.machine.counters().cleared_records.load(std::sync::atomic::Ordering::Relaxed);
        println!("clearing a record of {cleared}: {:.2} us", (cpu() - start) / cleared as f64);
        let (size, in_use) = (self.machine.size().unwrap() >> 20, self.machine.size_in_use() >> 20);
        println!("on disk: {size} MB for {in_use} MB of records");
    }

    /// A cluster that only changes what it has, for a long time: what it takes on disk must not grow with time.
    fn churn(&mut self) {
        let start = cpu();
        let (rounds, each) = (12, 50_000);
        for round in 0..rounds {
            for batch in 0..each / BATCH {
                self.apply((0..BATCH).map(|n| put((batch * BATCH + n) % 5000, VALUE)).collect());
            }
            let revision = i64::try_from(self.machine.revision()).unwrap();
            self.apply(vec![encode(Body::Compact(CompactionRequest { revision, physical: false }))]);
            self.machine.wait_for_clearing();
            self.machine.flush().unwrap();
            let (size, in_use) = (self.machine.size().unwrap() >> 20, self.machine.size_in_use() >> 20);
            println!(
                "round {round}: {size} MB on disk for {in_use} MB of records, {} MB resident",
                resident() >> 20
            );
        }
        println!("put 1 KB, cleared later: {:.2} us", (cpu() - start) / f64::from(rounds) / each as f64);
    }

    fn snapshot(&self) {
        let start = cpu();
        let snapshot = self.machine.snapshot().unwrap();
        println!("snapshot of {} MB: {:.0} ms", snapshot.size >> 20, (cpu() - start) / 1000.0);
    }

    fn restart(&mut self, folder: &Path) {
        let other = folder.join("other");
        drop(std::mem::replace(&mut self.machine, open(&other)));
        let start = cpu();
        self.machine = open(folder);
        println!("start with {} revisions: {:.0} ms", self.machine.revision(), (cpu() - start) / 1000.0);
        self.ranges();
    }

    fn memory(&mut self) {
        let (before, count) = (resident(), 400_000);
        for batch in 0..count / BATCH {
            let command = |n| put(1_000_000 + batch * BATCH + n, 16);
            self.apply((0..BATCH).map(command).collect());
        }
        self.machine.flush().unwrap();
        let grown = (resident() - before) as f64 / count as f64;
        println!("resident for each more key of {} bytes: {grown:.0} bytes", name(0).len());
    }

    fn apply(&mut self, commands: Vec<Bytes>) {
        let entries = commands.into_iter().map(|command| {
            self.index += 1;
            (Position { term: 1, index: self.index }, Content::Command(command))
        });
        let entries = entries.collect();
        self.machine.apply(entries).unwrap();
    }
}

/// What the index alone takes.
fn index() {
    let (before, count) = (resident(), 400_000);
    let mut index = KeyIndex::default();
    for n in 0..count {
        let at = At { revision: n, sub: 0 };
        index.push_newer(&Bytes::from(name(n)), Version { at, created: n, version: 1, lease: 0 });
        // As a state does when a key is put for the second time.
        let _ = index.known(name(n).as_bytes()).cloned();
    }
    let each = (resident() - before) as f64 / count as f64;
    println!("index: {:.0} bytes for each key beyond its {}", each - name(0).len() as f64, name(0).len());
}

fn open(folder: &Path) -> Machine {
    let options = Options {
        volume: Arc::new(SledVolume::open_in(&folder.join("state"), 16 << 20).unwrap()),
        snapshots: Arc::new(SystemFiles::open(&folder.join("snapshots")).unwrap()),
        needed: None,
        bounds: Bounds::default(),
    };
    Machine::open(options).unwrap()
}

fn name(number: u64) -> String {
    format!("/registry/configmaps/default/object-{number:08}")
}

fn put(number: u64, length: usize) -> Bytes {
    let put =
        PutRequest { key: name(number).into(), value: Bytes::from(vec![b'x'; length]), ..Default::default() };
    let success = vec![RequestOp { request: Some(Operation::RequestPut(put)) }];
    encode(Body::Txn(TxnRequest { success, ..TxnRequest::default() }))
}

fn encode(body: Body) -> Bytes {
    Command { command: Some(body) }.encode_to_vec().into()
}

/// Microseconds of CPU this process has had.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// Bytes of memory this process has.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
