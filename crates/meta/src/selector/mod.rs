//! Label selectors and field selectors.
//!
//! ```text
//! text ── lexer ── parser ─┐
//! LabelSelector document ──┴─> LabelSelector ── matches(labels)
//! text ─────────────────────> FieldSelector ── transform(names) ── matches(field -> text)
//! ```
//! Matching allocates nothing. Parse errors are the reference's texts: they become 400 answers.

mod document;
mod field_selector;
mod label_selector;
mod lexer;
mod parser;
mod requirement;

pub use field_selector::{FieldRequirement, FieldSelector, escape_field_value};
pub use label_selector::LabelSelector;
pub use requirement::{LabelOperator, LabelRequirement};
