//! Why a patch was refused, and with which status.

use pintle_meta::status::Details;
use pintle_meta::{Reason, Status};

/// Why a patch was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// The patch is no patch: 400.
    #[error("{0}")]
    Malformed(String),
    /// The patch is too big or would make the document too big: 413.
    #[error("{0}")]
    TooLarge(String),
    /// The patch does not fit the document: 422, without a word why, as the reference answers.
    #[error("{0}")]
    DoesNotApply(String),
    /// A directive of a strategic merge patch is wrong: 500, as the reference answers.
    #[error("{0}")]
    Directive(String),
}

impl PatchError {
    /// As clients see it.
    pub fn into_status(self) -> Status {
        match self {
            PatchError::Malformed(text) => Status::bad_request(text),
            PatchError::TooLarge(text) => Status::too_large(text),
            PatchError::DoesNotApply(_) => {
                let text = "the server rejected our request due to an error in our request";
                let status = Status::failure(422, Reason::Invalid, text);
                Status { details: Some(Box::new(Details::default())), ..status }
            }
            PatchError::Directive(text) => Status::unclassified(text),
        }
    }
}
