//! `pintle`: the one binary. It reads the command line, puts the parts together and starts them.
//!
//! ```text
//! cli --> dev (certificates, kubeconfig) --+
//!     \-> apiserver <-- flags, options ----+--> frontend --> backend
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

mod apiserver;
mod backend;
mod child;
mod cli;
mod clock;
mod ctl;
mod dev;
mod failure;
mod flags;
mod frontend;
mod logging;
mod options;
mod pki;
mod runtime;
mod stop;
mod storage;
mod version;

use cli::Order;
use failure::Failure;
use std::process::ExitCode;

// Servers hold many small objects for long; this allocator keeps them dense (DESIGN, hot path rules).
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    match cli::read(std::env::args_os()).and_then(obey) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn obey(order: Order) -> Result<(), Failure> {
    match order {
        Order::Say(text) => print!("{text}"),
        Order::Dev(order) => return dev::run(&order),
        Order::Apiserver(given) => return apiserver::run(&given),
        Order::Storage(order) => return storage::run(&order),
        Order::Ctl(order) => return ctl::run(&order),
        Order::Child(order) => {
            child::begin();
            return obey(*order);
        }
    }
    Ok(())
}
