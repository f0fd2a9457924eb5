//! Progress of long work, on a terminal; nothing elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use pintle_raftstore::backup::Stage;

/// A bar; it goes away with this value.
pub(super) struct Bar {
    bar: ProgressBar,
    stage: &'static str,
}

impl Bar {
    /// Shows nothing yet. Nothing is ever shown where standard error is no terminal.
    pub(super) fn new() -> Bar {
        let bar = ProgressBar::new(0);
        if let Ok(style) =
            ProgressStyle::with_template("{msg:10} [{bar:40}] {bytes}/{total_bytes} {bytes_per_sec} {eta}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        Bar { bar, stage: "" }
    }

    /// So many bytes of so many are done.
    pub(super) fn show(&mut self, stage: &'static str, done: u64, total: u64) {
        if self.stage != stage {
            self.stage = stage;
            self.bar.reset();
            self.bar.set_message(stage);
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// The same, of work on files.
    pub(super) fn show_stage(&mut self, stage: Stage, done: u64, total: u64) {
        let name = match stage {
            Stage::Hashing => "hashing",
            Stage::Reading => "verifying",
            Stage::Writing => "writing",
            Stage::Copying => "copying",
        };
        self.show(name, done, total);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
