//! A node's machine against a model that keeps every revision: what is read, watched, left behind and found again.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod chance;
mod damage;
mod model;
mod pressure;
mod reads;
mod restarts;
mod snapshots;
mod watches;
mod world;
