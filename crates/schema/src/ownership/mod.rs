//! Who owns which field (KEP-555): sets of fields, what a write changed, and `metadata.managedFields` after it.
//!
//! ```text
//! live, object --compare--> Comparison {removed, modified, added}
//!                               |
//! managedFields of live --------+--> update --> managedFields of object
//!
//! live, config --merge--> --prune what its manager wants no more--> --compare--> conflicts, or
//!                                                         apply --> object and its managedFields
//! ```
//!
//! Absent: clocks (the time comes as text), and what a conversion does ([`Versions`] makes it).

mod apply;
mod cap;
mod change;
mod check;
mod compare;
mod conflict;
mod element;
mod fields;
pub mod fields_v1;
mod go_text;
mod last_applied;
mod managers;
mod merge;
mod reconcile;
mod remove;
mod set;
mod shape;
mod update;
mod versions;

pub use apply::{Applied, ApplyError, apply};
pub use change::{Conflicts, Unownable, Write};
pub use compare::{Comparison, Incomparable};
pub use conflict::Conflict;
pub use element::Element;
pub use fields::fields_of;
pub use managers::{Manager, Managers, Owned, Said};
pub use set::FieldSet;
pub use update::update;
pub use versions::{OneVersion, Versions};

use std::sync::LazyLock;

/// Members that nobody owns.
fn unowned() -> &'static FieldSet {
    static UNOWNED: LazyLock<FieldSet> = LazyLock::new(|| {
        FieldSet::of_names([
            "apiVersion",
            "kind",
            "metadata",
            "metadata.name",
            "metadata.namespace",
            "metadata.creationTimestamp",
            "metadata.selfLink",
            "metadata.uid",
            "metadata.clusterName",
            "metadata.generation",
            "metadata.managedFields",
            "metadata.resourceVersion",
        ])
    });
    &UNOWNED
}

#[cfg(test)]
mod tests;
