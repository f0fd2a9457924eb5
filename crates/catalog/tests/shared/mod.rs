//! The published API's facts, where they are at hand.
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know what was skipped")]

use std::path::PathBuf;

/// The folder of facts, or `None` with a notice: tests that need it skip.
pub(crate) fn facts() -> Option<PathBuf> {
    let found = std::env::var_os("PINTLE_SHARED").map(PathBuf::from).or_else(|| {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let candidates = here.ancestors().skip(1).map(|folder| folder.join("shared"));
        candidates.into_iter().find(|folder| folder.join("kubernetes/go-fields.tsv").is_file())
    });
    let folder = found.map(|folder| folder.join("kubernetes")).filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("SKIPPED: no published facts beside the repository (set PINTLE_SHARED)");
    }
    folder
}
