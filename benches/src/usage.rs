//! What processes use, as the kernel counts it, and what their files take.

use crate::failure::Failure;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

/// Bytes of memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident: u64,
    /// Resident at the most, since the process began.
    pub(crate) peak: u64,
}

/// Time on processors, in user mode and in the kernel, of all threads.
///
/// # Errors
/// When the process is gone.
pub(crate) fn cpu(process: u32) -> Result<Duration, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // After the name, which may hold anything, in brackets: state is field 3, utime 14, stime 15.
    let fields: Vec<&str> =
        stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
    let ticks = |field: usize| fields.get(field - 3).and_then(|ticks| ticks.parse::<u64>().ok());
    let ticks = ticks(14).zip(ticks(15)).map(|(user, system)| user + system);
    let ticks = ticks.ok_or_else(|| Failure::Server(format!("/proc/{process}/stat makes no sense")))?;
    Ok(Duration::from_micros(ticks * 1_000_000 / rustix::param::clock_ticks_per_second()))
}

/// Memory of a process.
///
/// # Errors
/// When the process is gone.
pub(crate) fn memory(process: u32) -> Result<Memory, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
    };
    Ok(Memory { resident: bytes("VmRSS:").unwrap_or_default(), peak: bytes("VmHWM:").unwrap_or_default() })
}

/// Bytes that a folder's files take on disk. Files may come and go meanwhile.
pub(crate) fn disk(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => disk(&entry.path()),
        Ok(metadata) => metadata.blocks() * 512,
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}
