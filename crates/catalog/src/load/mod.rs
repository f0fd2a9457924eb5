//! From the text of the facts to types and resources.
//!
//! The text is part of the program: a mistake in it is a mistake of ours, found by this crate's tests, and ends
//! the program where it is found.

pub(crate) mod flags;
mod overlay;
pub(crate) mod resources;
pub(crate) mod types;
