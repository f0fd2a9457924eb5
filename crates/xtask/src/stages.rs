//! Stages of a long command: each announced, timed, and the first failure names what to do.

use crate::Outcome;
use crate::failure::Failure;
use std::time::{Duration, Instant};

/// What ran so far.
#[derive(Default)]
pub(crate) struct Stages(Vec<(&'static str, Duration, bool)>);

impl Stages {
    /// Runs one; `advice` says what to do when it fails.
    ///
    /// # Errors
    /// [`Failure::Stage`].
    pub(crate) fn run(
        &mut self,
        stage: &'static str,
        advice: &'static str,
        work: impl FnOnce() -> Outcome,
    ) -> Outcome {
        println!("=== {stage}");
        let begun = now();
        let outcome = work();
        self.0.push((stage, begun.elapsed(), outcome.is_ok()));
        outcome.map_err(|source| Failure::Stage { stage, advice, source: Box::new(source) })
    }

    /// Seconds by stage.
    pub(crate) fn table(&self) -> String {
        let line = |(stage, took, good): &(&str, Duration, bool)| {
            let word = if *good { "ok" } else { "FAILED" };
            format!("{stage:12} {:7.1} s  {word}\n", took.as_secs_f64())
        };
        self.0.iter().map(line).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "what a person waits for is measured on the machine's clock")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_stage_and_what_to_do() {
        let mut stages = Stages::default();
        stages.run("format", "run `cargo fmt`", || Ok(())).unwrap();
        let failure = stages.run("lint", "mend it", || Err(Failure::Found("a warning".into()))).unwrap_err();
        assert_eq!(failure.to_string(), "stage lint failed: a warning\nto do: mend it");
        let table = stages.table();
        let words: Vec<_> = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
        assert_eq!((words[0][0], words[0][3]), ("format", "ok"));
        assert_eq!((words[1][0], words[1][3]), ("lint", "FAILED"));
    }
}
