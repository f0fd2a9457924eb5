//! What holds of ownership and patches whatever the documents are: of every kind, by documents made of chance.
//! `PROPTEST_CASES` says how many are tried.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failed step is a failed test")]

mod apply;
mod documents;
mod fields_v1;
#[path = "../ownership/held.rs"]
#[allow(dead_code, reason = "not every question is asked here")]
mod held;
mod normal_form;
mod object;
mod patches;
mod reverse;

use proptest::prelude::ProptestConfig;

/// What failed is told as bytes, from which it is made again: nothing is kept.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}
