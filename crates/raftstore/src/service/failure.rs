//! Errors as etcd says them over gRPC (api/v3rpc/rpctypes/error.go): clients match on the code and on the words.

use crate::node::NodeError;
use pintle_storage::{Error, Reason};
use tonic::{Code, Status};

impl From<NodeError> for Status {
    fn from(error: NodeError) -> Status {
        Status::new(code(&error), error.to_string())
    }
}

fn code(error: &NodeError) -> Code {
    match error {
        NodeError::Storage(error) => storage_code(error),
        NodeError::KeyNotFound
        | NodeError::ValueProvided
        | NodeError::LeaseProvided
        | NodeError::InvalidSortOption
        | NodeError::BadUrls => Code::InvalidArgument,
        NodeError::MemberNotFound => Code::NotFound,
        NodeError::MemberNotLearner
        | NodeError::LearnerNotReady
        | NodeError::PeerUrlExists
        | NodeError::NotEnoughMembers
        | NodeError::StaysAlone(_)
        | NodeError::TooManyLearners
        | NodeError::AlarmNotForClients
        | NodeError::BadLeaderTransferee => Code::FailedPrecondition,
        NodeError::Damaged(_) => Code::DataLoss,
    }
}

fn storage_code(error: &Error) -> Code {
    match error {
        Error::NotApplied(Reason::TooManyRequests) | Error::NoSpace => Code::ResourceExhausted,
        Error::NotApplied(Reason::Corrupt) => Code::DataLoss,
        Error::NotApplied(_) | Error::Unknown(_) | Error::LeaderLost => Code::Unavailable,
        Error::Compacted { .. } | Error::FutureRevision | Error::LeaseTtlTooLarge => Code::OutOfRange,
        Error::TooLarge | Error::TooManyOps | Error::DuplicateKey | Error::EmptyKey => Code::InvalidArgument,
        Error::LeaseNotFound => Code::NotFound,
        Error::LeaseExists => Code::FailedPrecondition,
    }
}
