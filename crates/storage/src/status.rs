//! How a storage node stands.

use std::borrow::Cow;

use crate::Revision;

/// What the node that was asked says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The version of etcd whose API is served: 3.6.x, by which clients decide what they may ask for.
    pub version: Cow<'static, str>,
    /// Where this node stands; other nodes may be further.
    pub revision: Revision,
    /// Bytes the node occupies, history included.
    pub size: u64,
    /// Bytes of that in use by current values.
    pub size_in_use: u64,
    /// The node's own member id.
    pub member: u64,
    /// The member that leads, as far as this node knows.
    pub leader: Option<u64>,
    /// The node only learns, and does not vote.
    pub learner: bool,
}
