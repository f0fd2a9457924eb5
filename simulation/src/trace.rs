//! What happened, in order: hashed, so that two runs can be compared, and told to whoever wants to read it.

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

/// Everything that happened so far. Two runs with the same hash went the same way.
#[derive(Debug)]
pub(crate) struct Trace {
    hasher: DefaultHasher,
    events: u64,
    /// Also printed.
    is_loud: bool,
}

impl Trace {
    pub(crate) fn new(is_loud: bool) -> Trace {
        Trace { hasher: DefaultHasher::new(), events: 0, is_loud }
    }

    /// Something happened, at this moment in microseconds.
    #[allow(clippy::print_stdout, reason = "a trace is asked for on a terminal")]
    pub(crate) fn note(&mut self, now: u64, what: fmt::Arguments<'_>) {
        self.events += 1;
        self.hasher.write_u64(now);
        // It only hashes: nothing can fail.
        let _ = Hashing(&mut self.hasher).write_fmt(what);
        if self.is_loud {
            println!("{:>9}.{:03} ms  {what}", now / 1000, now % 1000);
        }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hasher.finish()
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }
}

struct Hashing<'a>(&'a mut DefaultHasher);

impl Write for Hashing<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
