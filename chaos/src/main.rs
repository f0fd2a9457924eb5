//! Chaos for the storage tier: real members, killed, cut off, starved and damaged while clients write, read and watch;
//! then proof that nothing acknowledged was lost, that the history is linearizable, and that watches told everything
//! once, in order.
//!
//! ```text
//! ground    networks and disks            --> cluster: processes of `pintle storage`
//! nemesis   does one blow after the other --> tally
//! clients   write, read, watch, hold leases --> what each was told
//! verdict   all of that through the library's checks --> report
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

mod clients;
mod cluster;
mod failure;
mod ground;
mod nemesis;
mod order;
mod report;
mod run;
mod verdict;

use clap::Parser;
use failure::Failure;
use ground::isolate;
use order::Order;
use report::Report;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let order = Order::parse();
    let why_not = match isolate::is_inside() {
        true => None,
        false if order.plain => Some("--plain".to_owned()),
        false => isolate::obstacle(),
    };
    if why_not.is_none() && !isolate::is_inside() {
        eprintln!("error: {}", isolate::enter());
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(obey(&order, why_not)));
    match outcome {
        Ok(report) => {
            print!("{report}");
            if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs to the end, or until somebody wants it to end. Members end with it in any case.
async fn obey(order: &Order, why_not: Option<String>) -> Result<Report, Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        report = run::run(order, why_not) => report,
        _ = tokio::signal::ctrl_c() => Err(Failure::Stopped),
        _ = terminate.recv() => Err(Failure::Stopped),
    }
}
