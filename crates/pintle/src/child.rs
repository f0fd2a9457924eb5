//! Being the child of another `pintle`: `pintle dev` runs servers as processes of their own.
//!
//! A child holds a pipe to its parent as standard input. It ends in order when that closes, which is how the parent asks
//! for it, and what the system does when the parent is killed. When it serves, it says so on standard output.

use std::io::{self, Read, Write};
use std::sync::OnceLock;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The first word of a child's command line.
pub(crate) const FLAG: &str = "--child";
/// What a child prints when it serves.
pub(crate) const SERVES: &str = "serves";

/// How long an orderly end may take once nobody waits for it any more.
const END_MAX: Duration = Duration::from_secs(25);

/// Cancelled when the parent lets go; there in a child only.
static ABANDONED: OnceLock<CancellationToken> = OnceLock::new();

/// This process is a child from now on.
pub(crate) fn begin() {
    let abandoned = CancellationToken::new();
    if ABANDONED.set(abandoned.clone()).is_err() {
        return;
    }
    std::thread::spawn(move || {
        wait_for_end(&mut io::stdin());
        abandoned.cancel();
        std::thread::sleep(END_MAX);
        eprintln!("error: the end took longer than {END_MAX:?}");
        std::process::exit(1);
    });
}

/// Tells the parent, if there is one, that everything is served.
pub(crate) fn serves() {
    if ABANDONED.get().is_some() {
        // A parent that is gone is noticed elsewhere.
        let _ = writeln!(io::stdout(), "{SERVES}");
    }
}

/// Returns when the parent wants it to end, or is gone; never in a process that is no child.
pub(crate) async fn abandoned() {
    match ABANDONED.get() {
        Some(abandoned) => abandoned.cancelled().await,
        None => std::future::pending().await,
    }
}

/// Whether the parent wants it to end, or is gone: then all that it has started ends.
pub(crate) fn is_abandoned() -> bool {
    ABANDONED.get().is_some_and(CancellationToken::is_cancelled)
}

/// Returns when there is nothing more to read, and never will be.
fn wait_for_end(input: &mut impl Read) {
    let mut nothing = [0; 64];
    loop {
        match input.read(&mut nothing) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
