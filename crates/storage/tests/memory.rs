//! The suite on the in-memory store, one test a case, under a clock that stands still unless it is moved; and once
//! more on several threads, where tasks really meet.

use std::sync::Arc;
use std::time::Duration;

use pintle_storage::Storage;
use pintle_storage::memory::Memory;
use pintle_storage::suite::{CASES, Running, Subject, run};

struct InMemory(Arc<Memory>);

impl Subject for InMemory {
    fn storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.0) as Arc<dyn Storage>
    }

    fn advance(&self, time: Duration) -> Running<'_> {
        Box::pin(tokio::time::advance(time))
    }
}

async fn new_memory() -> Arc<dyn Subject> {
    Arc::new(InMemory(Arc::new(Memory::new())))
}

macro_rules! a_test_each {
    ($($group:ident { $($case:ident)* })*) => {
        $(mod $group {
            $(#[tokio::test(start_paused = true)]
            async fn $case() {
                super::run(concat!(stringify!($group), "::", stringify!($case)), super::new_memory).await;
            })*
        })*
    };
}

pintle_storage::for_each_storage_case!(a_test_each);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_several_threads() {
    // Leases need the clock, which only one thread can stop.
    for case in CASES.iter().filter(|case| !case.name.starts_with("leases::")) {
        println!("{}", case.name);
        run(case.name, new_memory).await;
    }
}
