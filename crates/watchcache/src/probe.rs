//! The question "where does storage stand now?", asked once for everybody who waits for the answer. An answer counts for
//! those who came before it was asked for; who comes later waits for the next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use pintle_storage::{Error as StorageError, Reason, Result, Revision, Storage};
use tokio::sync::{Notify, watch};

#[derive(Debug)]
pub(crate) struct Probe {
    /// The number of the last question that was asked.
    asked: AtomicU64,
    wanted: Notify,
    answer: watch::Sender<Answered>,
}

#[derive(Debug)]
struct Answered {
    question: u64,
    answer: Result<Revision>,
}

impl Probe {
    pub(crate) fn new() -> Probe {
        let none = Answered { question: 0, answer: Ok(Revision::ZERO) };
        Probe { asked: AtomicU64::new(0), wanted: Notify::new(), answer: watch::Sender::new(none) }
    }

    /// The revision at or above that of every write that was answered before.
    pub(crate) async fn revision(&self) -> Result<Revision> {
        let mut answers = self.answer.subscribe();
        // Whatever is asked after this one was asked after now.
        let question = self.asked.load(Ordering::SeqCst) + 1;
        self.wanted.notify_one();
        match answers.wait_for(|answered| answered.question >= question).await {
            Ok(answered) => answered.answer.clone(),
            Err(_) => Err(StorageError::NotApplied(Reason::Stopped)),
        }
    }

    /// Asks, whenever somebody wants to know.
    pub(crate) async fn run(&self, storage: Arc<dyn Storage>) {
        loop {
            self.wanted.notified().await;
            let question = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            let answer = storage.revision().await;
            self.answer.send_replace(Answered { question, answer });
        }
    }

    /// Nobody asks any more: who waits and who comes is told so.
    pub(crate) fn stop(&self) {
        let answer = Err(StorageError::NotApplied(Reason::Stopped));
        self.answer.send_replace(Answered { question: u64::MAX, answer });
    }
}
