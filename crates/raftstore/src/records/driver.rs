//! Who lets the writer write: a thread of its own or, in a simulation, a task, and whoever would wait for the thread.

use super::queue::Queue;
use super::writer::Writer;
use crate::executor;
use parking_lot::Mutex;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::task::JoinSet;

#[derive(Debug)]
pub(super) enum Driver {
    Thread(Option<JoinHandle<()>>),
    /// Simulated.
    Task {
        writer: Arc<Mutex<Writer>>,
        _task: JoinSet<()>,
    },
}

impl Driver {
    /// Lets it write; in a simulation at least every `write_after`.
    pub(super) fn start(writer: Writer, write_after: Duration) -> Driver {
        if !executor::is_simulated() {
            return Driver::Thread(Some(writer.start()));
        }
        let writer = Arc::new(Mutex::new(writer));
        let writing = Arc::clone(&writer);
        let mut task = JoinSet::new();
        task.spawn(async move {
            loop {
                tokio::time::sleep(write_after + executor::latency()).await;
                writing.lock().write_all();
            }
        });
        Driver::Task { writer, _task: task }
    }

    /// Writes what a thread would be waited for to write.
    pub(super) fn write_all(&self) {
        if let Driver::Task { writer, .. } = self {
            writer.lock().write_all();
        }
    }

    /// Writes when so much is unwritten that a thread would be waited for.
    pub(super) fn make_room(&self, queue: &Queue) {
        if matches!(self, Driver::Task { .. }) && queue.is_long() {
            self.write_all();
        }
    }

    /// Lets it write what waits, and end. The queue is closed.
    pub(super) fn end(&mut self) {
        match self {
            Driver::Thread(thread) => {
                if thread.take().is_some_and(|thread| thread.join().is_err()) {
                    tracing::error!("the writer of the state panicked");
                }
            }
            Driver::Task { writer, .. } => writer.lock().write_all(),
        }
    }
}
