//! The cache as its users see it, on a node in memory that can be held up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod checker;
mod consistent;
mod crowds;
mod interest;
mod loading;
mod past;
mod reads;
mod slow;
mod uncached;
mod unclaimed;
mod unreported;
mod watching;
mod world;
