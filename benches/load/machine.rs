//! What the numbers were measured on.

use aws_lc_rs::digest::{SHA256, digest};
use std::fs;
use std::time::Duration;
use tokio::time::Instant;

/// A machine, as far as it matters.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) processors: usize,
    pub(crate) kernel: String,
    /// MB/s of SHA-256 over blocks of 16 KB: a measure of one processor, and of how much of it we have.
    pub(crate) sha256: u64,
}

impl Machine {
    pub(crate) fn look() -> Machine {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Machine {
            processor: processor.map_or("unknown", |(_, name)| name.trim()).to_owned(),
            processors: std::thread::available_parallelism().map_or(0, usize::from),
            kernel: kernel.trim().to_owned(),
            sha256: sha256(),
        }
    }
}

fn sha256() -> u64 {
    let block = [7; 16 << 10];
    let (begun, mut bytes) = (Instant::now(), 0u64);
    while begun.elapsed() < Duration::from_millis(300) {
        std::hint::black_box(digest(&SHA256, &block));
        bytes += block.len() as u64;
    }
    (bytes as f64 / begun.elapsed().as_secs_f64() / 1e6) as u64
}
