//! What writes of one object cost an API server: one client, one connection, one Pod of about 4 KB. What counts is the
//! server's processor time, all of it: TLS, HTTP, the request's stages and, where something changed, storage.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks to its terminal")]

mod client;
mod config;
mod failure;
mod pod;
mod rows;
mod server;
#[path = "../src/usage.rs"]
#[allow(dead_code, reason = "memory and disk are looked at by the other benchmark")]
mod usage;

use clap::Parser;
use client::Client;
use failure::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use rows::{ROWS, Row};
use server::Server;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::time::Instant;

/// Requests before anything is measured.
const WARM_UP: u64 = 300;

/// Measures what reads and writes of a Pod cost the API server
#[derive(Debug, Parser)]
#[command(
    name = "cargo api-bench",
    after_help = "Each row is one kind of request, one after the other on one connection. `changes` rows are written
to storage, in the same process; the others find that there is nothing to write.

Examples:
  cargo build --release -p pintle && cargo api-bench
  cargo api-bench --rows apply-same,strategic --seconds 10"
)]
struct Order {
    /// What to measure; without it, everything
    #[arg(long, value_name = "ROWS", value_delimiter = ',', value_parser = rows::names())]
    rows: Vec<String>,
    /// How long each row is measured
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// The server's program
    #[arg(long, default_value = "target/release/pintle")]
    pintle: PathBuf,
}

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
    let server = Server::start(&order.pintle)?;
    let mut client = server.client().await?;
    let size = pod::create(&mut client).await?;
    println!("a Pod of {size} bytes as JSON, {} of them who owns what", pod::owners_size(&mut client).await?);
    println!("{:<14} {:>9} {:>12} {:>12}  request", "row", "requests", "CPU us each", "median us");
    for row in
        ROWS.iter().filter(|row| order.rows.is_empty() || order.rows.iter().any(|name| name == row.name))
    {
        let measured = measure(row, &mut client, &server, order.seconds).await?;
        println!(
            "{:<14} {:>9} {:>12.1} {:>12}  {}",
            row.name,
            measured.requests,
            measured.cpu.as_secs_f64() * 1e6 / measured.requests as f64,
            measured.median.as_micros(),
            row.about
        );
    }
    Ok(())
}

struct Measured {
    requests: u64,
    cpu: Duration,
    median: Duration,
}

async fn measure(row: &Row, client: &mut Client, server: &Server, seconds: f64) -> Result<Measured, Failure> {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}%");
    let bar = ProgressBar::new(1000).with_message(row.name);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    for number in 0..WARM_UP {
        row.ask(client, number).await?;
    }
    let (before, begun) = (usage::cpu(server.process())?, Instant::now());
    let (mut times, time) = (Vec::new(), Duration::from_secs_f64(seconds.clamp(0.1, 3600.0)));
    while begun.elapsed() < time {
        let asked = Instant::now();
        row.ask(client, WARM_UP + times.len() as u64).await?;
        times.push(asked.elapsed());
        bar.set_position((begun.elapsed().as_secs_f64() / time.as_secs_f64() * 1000.0) as u64);
    }
    bar.finish_and_clear();
    let cpu = usage::cpu(server.process())?.saturating_sub(before);
    times.sort_unstable();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    Ok(Measured { requests: times.len() as u64, cpu, median })
}
