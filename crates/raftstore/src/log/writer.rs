//! The thread that writes: it takes what waits, makes one record of it, syncs once, and tells everybody. In a simulation
//! a task does so, after a while of virtual time.

use super::format::{Builder, Kind};
use super::index::{Index, Place};
use super::segment::Segments;
use super::{Done, Entry, Gauge, LogError, Options, Purged, State};
use crate::executor;
use crate::files::Files;
use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Something to be made durable.
#[derive(Debug)]
pub(super) enum Command {
    /// Entries, and the index's number of the first.
    Append {
        entries: Vec<Entry>,
        numbered: u64,
    },
    Vote(Bytes),
    Committed(Bytes),
    Truncate(u64),
    Purge(Purged),
}

/// A command, and who waits for it.
type Waiting = (Command, Option<Done>);

/// Who writes, as its log holds it. Dropped, it writes what waits and ends.
pub(super) struct Writer {
    commands: Option<SyncSender<Waiting>>,
    driver: Driver,
    size: Arc<AtomicU64>,
}

enum Driver {
    Thread(Option<JoinHandle<()>>),
    /// Simulated: a task that is rung for.
    Task {
        turns: Arc<Mutex<Turns>>,
        bell: Arc<Notify>,
        _task: JoinSet<()>,
    },
}

impl Writer {
    pub(super) fn start(
        files: Arc<dyn Files>,
        options: Options,
        index: Arc<RwLock<Index>>,
        segments: Segments,
    ) -> Writer {
        let (commands, waiting) = sync_channel(options.queue);
        let size = Arc::clone(&segments.size);
        let durable = index.read().state().clone();
        let work = Work { files, options, index, segments, durable, committed: None, failed: None };
        let driver = if executor::is_simulated() {
            Turns { work, waiting }.start()
        } else {
            let run = move || work.run(&waiting);
            let thread = std::thread::Builder::new().name("log".to_owned()).spawn(run);
            let thread = thread.expect("a process that can't start its log's thread can't do anything");
            Driver::Thread(Some(thread))
        };
        Writer { commands: Some(commands), driver, size }
    }

    /// Hands a command over; waits while too many are waiting.
    pub(super) fn send(&self, command: Command, done: Option<Done>) {
        let unsent = match &self.commands {
            Some(commands) => commands.send((command, done)).err().map(|unsent| unsent.0),
            None => Some((command, done)),
        };
        if let Some((_, Some(done))) = unsent {
            done(Err(LogError::Closed));
        }
        if let Driver::Task { bell, .. } = &self.driver {
            bell.notify_one();
        }
    }

    pub(super) fn size(&self) -> Gauge {
        Gauge(Arc::clone(&self.size))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.commands = None;
        match &mut self.driver {
            Driver::Thread(thread) => {
                if thread.take().is_some_and(|thread| thread.join().is_err()) {
                    tracing::error!("the log's writer panicked");
                }
            }
            Driver::Task { turns, .. } => turns.lock().take_all(),
        }
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// The writer of a simulation, between its turns.
struct Turns {
    work: Work,
    waiting: Receiver<Waiting>,
}

impl Turns {
    fn start(self) -> Driver {
        let (turns, bell) = (Arc::new(Mutex::new(self)), Arc::new(Notify::new()));
        let (writing, rung) = (Arc::clone(&turns), Arc::clone(&bell));
        let mut task = JoinSet::new();
        task.spawn(async move {
            loop {
                rung.notified().await;
                tokio::time::sleep(executor::latency()).await;
                writing.lock().take_all();
            }
        });
        Driver::Task { turns, bell, _task: task }
    }

    fn take_all(&mut self) {
        while let Ok(first) = self.waiting.try_recv() {
            self.work.record(first, &self.waiting);
        }
    }
}

struct Work {
    files: Arc<dyn Files>,
    options: Options,
    index: Arc<RwLock<Index>>,
    segments: Segments,
    /// What is on disk.
    durable: State,
    /// Known but not written: it goes with the next record.
    committed: Option<Bytes>,
    failed: Option<Arc<io::Error>>,
}

/// A record under way.
struct Batch {
    record: Builder,
    /// Index, number, payload's offset in the record and checksum of each entry.
    entries: Vec<(u64, u64, usize, u32)>,
    /// What will be remembered when it is durable.
    after: State,
    dones: Vec<Done>,
    is_worth_it: bool,
}

impl Work {
    fn run(mut self, waiting: &Receiver<Waiting>) {
        while let Ok(first) = waiting.recv() {
            self.record(first, waiting);
        }
    }

    /// Makes a record of what waits.
    fn record(&mut self, first: Waiting, waiting: &Receiver<Waiting>) {
        let mut batch = Batch {
            record: Builder::new(Kind::Batch),
            entries: Vec::new(),
            after: self.durable.clone(),
            dones: Vec::new(),
            is_worth_it: false,
        };
        let mut next = Some(first);
        while let Some((command, done)) = next {
            batch.dones.extend(done);
            batch.add(command, &mut self.committed);
            next = (batch.record.len() < self.options.batch_bytes).then(|| waiting.try_recv().ok()).flatten();
        }
        if batch.is_worth_it {
            self.finish(batch);
        }
    }

    fn finish(&mut self, mut batch: Batch) {
        let dones = std::mem::take(&mut batch.dones);
        let first = batch.entries.first().map(|(index, ..)| *index);
        let outcome = match &self.failed {
            Some(error) => Err(LogError::Failed(Arc::clone(error))),
            None => self.write(batch).map_err(|error| {
                tracing::error!(%error, ?first, "the log can't be written; nothing is acknowledged any more");
                let error = Arc::new(error);
                self.failed = Some(Arc::clone(&error));
                LogError::Failed(error)
            }),
        };
        for done in dones {
            done(outcome.clone());
        }
    }

    fn write(&mut self, mut batch: Batch) -> io::Result<()> {
        if let Some(committed) = self.committed.take() {
            batch.record.committed(&committed);
            batch.after.committed = Some(committed);
        }
        let last = batch.entries.iter().map(|(index, ..)| *index).max().unwrap_or_default();
        let written = self.segments.write(&*self.files, &self.options, batch.record, last, &self.durable)?;
        let mut index = self.index.write();
        for (entry, number, offset, crc) in batch.entries {
            let offset = written.offset + offset as u64;
            let place = Place { file: Arc::clone(&written.file), segment: written.segment, offset, crc };
            index.set_place(entry, number, place);
        }
        index.trim();
        drop(index);
        self.durable = batch.after;
        match &self.durable.purged {
            Some(purged) => self.segments.remove_up_to(&*self.files, purged.index),
            None => Ok(()),
        }
    }
}

impl Batch {
    fn add(&mut self, command: Command, committed: &mut Option<Bytes>) {
        self.is_worth_it |= !matches!(command, Command::Committed(_));
        match command {
            Command::Append { entries, numbered } => {
                for (number, entry) in (numbered..).zip(&entries) {
                    let (offset, crc) = self.record.entry(entry);
                    self.entries.push((entry.index, number, offset, crc));
                }
            }
            Command::Vote(vote) => {
                self.record.vote(&vote);
                self.after.vote = Some(vote);
            }
            Command::Committed(known) => *committed = Some(known),
            Command::Truncate(from) => self.record.truncate(from),
            Command::Purge(purged) => {
                self.record.purge(&purged);
                if self.after.purged.as_ref().is_none_or(|before| before.index < purged.index) {
                    self.after.purged = Some(purged);
                }
            }
        }
    }
}
