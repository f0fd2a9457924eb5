//! Who owns which field (KEP-555): sets of fields, what a write changed, and `metadata.managedFields` after it.
//!
//! ```text
//! live, object --compare--> Comparison {removed, modified, added}
//!                               |
//! managedFields of live --------+--> update --> managedFields of object
//! ```
//!
//! Absent: clocks (the time comes as text), and conversion (documents come in each manager's version).

mod compare;
mod element;
pub mod fields_v1;
mod managers;
mod set;
mod update;

pub use compare::{Comparison, Unkeyed};
pub use element::Element;
pub use managers::{Manager, Managers, Owned, Said};
pub use set::FieldSet;
pub use update::{Update, Versioned, update};

#[cfg(test)]
mod tests;
