//! One process of a cluster: started, heard of when it serves, started again when it ends by accident, and asked to end.

use crate::child;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// How long to wait before one that has ended is started again, at first and at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(30));
/// How long an orderly end may take, a little more than a child gives itself.
const END_MAX: Duration = Duration::from_secs(28);
/// A log longer than this is set aside when the process starts, in place of the one set aside before.
const LOG_BYTES_MAX: u64 = 16 << 20;
/// Lines of a log that are shown when a process can't start.
const LAST_LINES: usize = 3;

/// How to start a process.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    /// Its name, for people.
    pub(super) name: String,
    /// What it is told, after the program's name.
    pub(super) words: Vec<String>,
    /// The file for its standard error.
    pub(super) log: PathBuf,
}

/// What has happened to a process.
#[derive(Debug)]
pub(super) enum Event {
    /// It runs, under this number.
    Started(u32),
    /// It serves, so long after its start, or after the end of the one before.
    Serves(Duration),
    /// It has ended without being asked, and is started again after a while.
    Ended {
        /// How.
        how: String,
        /// When it is started again.
        again: Duration,
    },
}

/// Keeps it running until `stop`; tells `events` under the number `place`.
pub(super) async fn keep(
    recipe: Recipe,
    place: usize,
    events: mpsc::Sender<(usize, Event)>,
    stop: CancellationToken,
) {
    // Who does not listen any more is no reason to end.
    let tell = async |event| drop(events.send((place, event)).await);
    let mut again = AGAIN.0;
    let mut since = Instant::now();
    loop {
        let mut served = false;
        let how = match Running::start(&recipe) {
            Err(error) => error.to_string(),
            Ok(mut running) => {
                tell(Event::Started(running.id)).await;
                let Running { child, said, .. } = &mut running;
                let serving = async {
                    serves(said).await;
                    served = true;
                    tell(Event::Serves(since.elapsed())).await;
                    std::future::pending().await
                };
                let ended = tokio::select! {
                    () = stop.cancelled() => None,
                    ended = child.wait() => Some(ended),
                    () = serving => None,
                };
                match ended {
                    None => return running.end(&recipe.name).await,
                    Some(ended) => how(ended),
                }
            }
        };
        since = Instant::now();
        again = if served { AGAIN.0 } else { again };
        tell(Event::Ended { how, again }).await;
        if timeout(again, stop.cancelled()).await.is_ok() {
            return;
        }
        again = (again * 2).min(AGAIN.1);
    }
}

/// The end of a log, for who wants to know why its process has ended.
pub(super) fn last_words(log: &Path) -> String {
    let Ok(text) = fs::read(log) else { return String::new() };
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(|line| format!("  {line}\n")).collect()
}

/// A process that runs.
struct Running {
    id: u32,
    child: Child,
    /// It ends in order when this closes; so it does when this process is killed.
    hold: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Running {
    fn start(recipe: &Recipe) -> io::Result<Running> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(child::FLAG).args(&recipe.words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log(&recipe.log)?).kill_on_drop(true);
        // Ctrl-C is for the parent: it ends its children in the right order.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (hold, said) = (child.stdin.take().ok_or_else(gone)?, child.stdout.take().ok_or_else(gone)?);
        Ok(Running { id: child.id().ok_or_else(gone)?, child, hold, said: BufReader::new(said) })
    }

    /// Asks it to end, and sees to it that it does.
    async fn end(mut self, name: &str) {
        drop(self.hold);
        match timeout(END_MAX, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => {}
            Ok(ended) => tracing::warn!(name, how = how(ended), "a process did not end in order"),
            Err(_) => {
                tracing::warn!(name, "a process does not end, and is killed");
                if let Err(error) = self.child.kill().await {
                    tracing::warn!(name, %error, "a process could not be killed");
                }
            }
        }
    }
}

/// Returns when a process says that it serves; never when it says nothing more.
async fn serves(said: &mut BufReader<ChildStdout>) {
    let mut line = String::new();
    while said.read_line(&mut line).await.is_ok_and(|bytes| bytes > 0) {
        if line.trim_end() == child::SERVES {
            return;
        }
        line.clear();
    }
    std::future::pending().await
}

fn how(ended: io::Result<ExitStatus>) -> String {
    ended.map_or_else(|error| error.to_string(), |status| status.to_string())
}

/// The file for a log, which goes on where it was unless it is long.
fn log(path: &Path) -> io::Result<File> {
    if fs::metadata(path).is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
        fs::rename(path, path.with_extension("log.old"))?;
    }
    File::options().create(true).append(true).open(path)
}
