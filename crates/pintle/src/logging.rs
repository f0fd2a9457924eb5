//! The log: to standard error, as text or JSON, as much of it as `-v` asks for.

use crate::options::Log;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

/// Our own crates all begin with it; what libraries say matters from a warning on.
const OURS: &str = "pintle";

/// Starts the log of this process. A second call changes nothing.
pub(crate) fn start(log: Log) {
    let filter = Targets::new().with_default(Level::WARN).with_target(OURS, level(log.level));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = if log.json { lines.json().flatten_event(true).boxed() } else { lines.boxed() };
    // Only a second start can fail, and the first one's log goes on.
    let _ = Registry::default().with(lines.with_filter(filter)).try_init();
}

/// klog's levels: up to 2 is for operators, 3 to 5 for those who look for a fault, 6 and more for developers.
fn level(verbosity: u8) -> Level {
    match verbosity {
        0..=2 => Level::INFO,
        3..=5 => Level::DEBUG,
        6.. => Level::TRACE,
    }
}
