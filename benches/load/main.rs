//! A load on any Kubernetes API server: requests, lists, leases, changes to thousands of watchers; and what that costs the
//! server. One thread, so that it takes one processor at most and leaves the rest to whom it measures.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

mod client;
mod failure;
mod fanout;
mod frames;
mod machine;
mod measure;
mod objects;
mod order;
mod place;
mod plot;
mod pool;
mod progress;
mod report;
mod requests;
#[path = "../src/usage.rs"]
#[allow(dead_code, reason = "disks are looked at by another benchmark")]
mod usage;
mod watchers;

use clap::Parser;
use failure::Failure;
use machine::Machine;
use measure::Measured;
use order::{Order, ReportTo, Work};
use place::Place;
use requests::Verb;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Order::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(order: &Order) -> Result<(), Failure> {
    let (place, pids) = (Place::find(&order.place)?, &order.report.pids);
    let machine = Machine::look();
    let measured = match &order.work {
        Work::Create(requests) | Work::Fill(requests) => {
            requests::run(Verb::Create, requests, &place, pids).await?
        }
        Work::Update(requests) => requests::run(Verb::Update, requests, &place, pids).await?,
        Work::Patch(requests) => requests::run(Verb::Patch, requests, &place, pids).await?,
        Work::Get(requests) => requests::run(Verb::Get, requests, &place, pids).await?,
        Work::Lease(requests) => requests::run(Verb::Lease, requests, &place, pids).await?,
        Work::List(lists) => requests::lists(lists, &place, pids).await?,
        Work::Watch(fanout) => fanout::run(fanout, &place, pids).await?,
        Work::Idle(idle) => fanout::idle(idle, &place, pids).await?,
        Work::Clean => {
            let namespaces = requests::clean(&place).await?;
            println!("{namespaces} namespaces are empty and on their way out");
            return Ok(());
        }
    };
    tell(&measured, &machine, &order.report)
}

fn tell(measured: &Measured, machine: &Machine, to: &ReportTo) -> Result<(), Failure> {
    let table = report::table(measured, machine);
    print!("{table}");
    if let Some(path) = &to.json_file {
        write(path, &report::json(measured, machine))?;
    }
    if let Some(path) = &to.plot {
        write(path, plot::page(measured, &table).as_bytes())?;
    }
    let failed: u64 = measured.failures.values().sum();
    if failed > 0 && !to.allow_errors {
        return Err(Failure::Wrong(format!(
            "{failed} failures, told above\nhelp: --allow-errors lets them pass"
        )));
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| Failure::File { path: path.to_owned(), why: error.to_string() })
}
