//! The log on a disk that loses power, fails and decays: what was acknowledged is there, what is there was written.
#![allow(clippy::unwrap_used, clippy::disallowed_types, reason = "a test that can't go on fails")]

use bytes::Bytes;
use pintle_raftstore::files::{Files, MemoryFiles, SystemFiles};
use pintle_raftstore::log::{Entry, Log, LogError, OpenError, Options, Purged};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

const SMALL: Options = Options { segment_bytes: 8192, cached_bytes: 2048, batch_bytes: 4096, queue: 16 };

/// Numbers that a seed decides.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// What a log should hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Model {
    first: u64,
    entries: Vec<Bytes>,
    vote: Option<Bytes>,
    purged: Option<u64>,
}

impl Model {
    fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    fn of(log: &Log) -> Model {
        let state = log.state();
        let purged = state.purged.map(|purged| purged.index);
        let (first, end) = match log.range() {
            Some((first, last)) => (first, last + 1),
            None => (purged.map_or(0, |purged| purged + 1), purged.map_or(0, |purged| purged + 1)),
        };
        let mut entries = Vec::new();
        while first + (entries.len() as u64) < end {
            let from = first + entries.len() as u64;
            let read = log.reader().read(from..end, 3000).unwrap();
            assert!(!read.is_empty() && read[0].index == from);
            entries.extend(read.into_iter().map(|entry| entry.payload));
        }
        Model { first, entries, vote: state.vote, purged }
    }
}

/// Does something to a log and to its model.
fn step(log: &mut Log, model: &mut Model, chance: &mut Chance, acknowledged: &Arc<AtomicUsize>) {
    let acknowledged = Arc::clone(acknowledged);
    let done = Box::new(move |outcome: Result<(), LogError>| {
        if outcome.is_ok() {
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    });
    match chance.below(10) {
        0 => {
            let vote = Bytes::from(format!("vote {}", chance.next()));
            model.vote = Some(vote.clone());
            log.save_vote(vote, done);
        }
        1 if !model.entries.is_empty() => {
            let from = model.first + chance.below(model.entries.len() as u64 + 1);
            model.entries.truncate((from - model.first) as usize);
            log.truncate(from, done);
        }
        2 if !model.entries.is_empty() => {
            let index = model.first + chance.below(model.entries.len() as u64);
            model.entries.drain(..=(index - model.first) as usize);
            model.first = index + 1;
            model.purged = Some(index);
            log.purge(Purged { index, id: Bytes::from(index.to_string()) }, done);
        }
        kind => {
            let count = 1 + chance.below(4);
            let entries: Vec<Entry> = (0..count)
                .map(|n| {
                    let length = if kind == 3 { chance.below(20_000) } else { chance.below(600) };
                    let payload = Bytes::from(vec![(chance.next() % 255) as u8; length as usize]);
                    Entry { index: model.next() + n, payload }
                })
                .collect();
            model.entries.extend(entries.iter().map(|entry| entry.payload.clone()));
            log.append(entries, done);
        }
    }
    if chance.below(4) == 0 {
        log.save_committed(Bytes::from(model.next().to_string()));
    }
}

#[test]
fn after_power_is_lost_a_log_is_what_it_was_at_an_acknowledged_moment_or_later() {
    for seed in 1..=400u64 {
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let files = MemoryFiles::new();
        let mut model = Model::default();
        for _life in 0..4 {
            let mut log = Log::open(Arc::new(files.clone()), SMALL)
                .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert_eq!(Model::of(&log), model, "seed {seed}");
            let acknowledged = Arc::new(AtomicUsize::new(0));
            files.fail_after(chance.below(60));
            let mut history = vec![model.clone()];
            for _ in 0..1 + chance.below(60) {
                step(&mut log, &mut model, &mut chance, &acknowledged);
                history.push(model.clone());
            }
            drop(log);
            let at_least = acknowledged.load(Ordering::SeqCst);
            let luck = chance.below(3);
            files.lose_power(|| luck == 0 || (luck == 1 && chance.below(2) == 0));
            let log = Log::open(Arc::new(files.clone()), SMALL)
                .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            let found = Model::of(&log);
            assert!(
                history[at_least..].contains(&found),
                "seed {seed}: {at_least} of {} steps were acknowledged, and the log is none of what followed",
                history.len() - 1
            );
            model = found;
        }
    }
}

fn filled() -> (MemoryFiles, Model) {
    let files = MemoryFiles::new();
    let mut log = Log::open(Arc::new(files.clone()), SMALL).unwrap();
    let mut model = Model::default();
    let entries: Vec<Entry> =
        (0..40u8).map(|n| Entry { index: n.into(), payload: Bytes::from(vec![n; 700]) }).collect();
    for entry in entries {
        model.entries.push(entry.payload.clone());
        append(&mut log, entry).unwrap();
    }
    (files, model)
}

fn append(log: &mut Log, entry: Entry) -> Result<(), LogError> {
    let (sender, receiver) = sync_channel(1);
    log.append(vec![entry], Box::new(move |outcome| sender.send(outcome).unwrap()));
    receiver.recv().unwrap()
}

#[test]
fn a_flipped_byte_is_refused_and_named_wherever_an_acknowledged_record_lies() {
    let (files, model) = filled();
    let mut names = files.list().unwrap();
    names.sort();
    assert!(names.len() > 3, "{names:?}");
    let open = |files: &MemoryFiles| Log::open(Arc::new(files.clone()), SMALL);
    for name in &names[..names.len() - 1] {
        for offset in (0..6000).step_by(97) {
            files.flip(name, offset);
            match open(&files).map(|log| Model::of(&log)) {
                Err(OpenError::Damaged { file, .. }) => assert_eq!(&file, name),
                other => panic!("byte {offset} of {name} was flipped, and the log opened: {other:?}"),
            }
            files.flip(name, offset);
        }
    }
    // In the newest segment only its last record can pass for one that was torn.
    let newest = names.last().unwrap();
    files.flip(newest, 40);
    assert!(matches!(open(&files), Err(OpenError::Damaged { .. })));
    files.flip(newest, 40);
    assert_eq!(Model::of(&open(&files).unwrap()), model);
}

#[test]
fn a_missing_segment_is_refused() {
    let (files, _) = filled();
    let mut names = files.list().unwrap();
    names.sort();
    files.remove(&names[1]).unwrap();
    let refused = Log::open(Arc::new(files.clone()), SMALL).unwrap_err();
    assert!(refused.to_string().contains(&names[1]), "{refused}");
    files.remove(&names[0]).unwrap();
    let refused = Log::open(Arc::new(files), SMALL).unwrap_err();
    assert!(refused.to_string().contains("missing"), "{refused}");
}

#[test]
fn nothing_is_acknowledged_after_the_disk_failed() {
    let (files, _) = filled();
    let mut log = Log::open(Arc::new(files.clone()), SMALL).unwrap();
    let next = log.range().unwrap().1 + 1;
    files.fail_after(0);
    let entry = |index| Entry { index, payload: Bytes::from_static(b"x") };
    assert!(matches!(append(&mut log, entry(next)), Err(LogError::Failed(_))));
    files.fail_after(1000);
    assert!(matches!(append(&mut log, entry(next + 1)), Err(LogError::Failed(_))));
}

#[test]
fn segments_go_when_their_entries_are_purged() {
    let (files, model) = filled();
    let mut log = Log::open(Arc::new(files.clone()), SMALL).unwrap();
    let before = (files.list().unwrap().len(), log.size());
    let (sender, receiver) = sync_channel(1);
    let purged = Purged { index: 30, id: Bytes::from_static(b"30") };
    log.purge(purged.clone(), Box::new(move |outcome| sender.send(outcome.is_ok()).unwrap()));
    assert!(receiver.recv().unwrap());
    drop(log);
    let log = Log::open(Arc::new(files.clone()), SMALL).unwrap();
    assert!(files.list().unwrap().len() < before.0 && log.size() < before.1);
    assert_eq!((log.state().purged, log.range()), (Some(purged), Some((31, 39))));
    assert_eq!(Model::of(&log).entries, model.entries[31..]);
}

#[test]
fn a_log_lives_on_a_real_disk() {
    let folder = std::env::temp_dir().join(format!("pintle-log-{}", std::process::id()));
    let open = || Log::open(Arc::new(SystemFiles::open(&folder).unwrap()), SMALL).unwrap();
    let finished = Arc::new(Mutex::new(0));
    {
        let mut log = open();
        for index in 0..100u64 {
            let finished = Arc::clone(&finished);
            let entry = Entry { index, payload: Bytes::from(index.to_string().repeat(100)) };
            log.append(
                vec![entry],
                Box::new(move |outcome| {
                    outcome.unwrap();
                    *finished.lock().unwrap() += 1;
                }),
            );
            assert_eq!(log.range(), Some((0, index)));
        }
    }
    assert_eq!(*finished.lock().unwrap(), 100);
    let log = open();
    let all = log.reader().read(0..1000, usize::MAX).unwrap();
    assert!(all.len() == 100 && all[42].payload.starts_with(b"4242"));
    drop(log);
    std::fs::remove_dir_all(&folder).unwrap();
}
