//! Why a member did not answer, as gRPC carries it and back.

use crate::raft::{PeerError, Refused};
use pintle_storage::dial::TransportError;
use std::error::Error as _;
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

/// Who leads, where that is the reason.
const LEADER: &str = "pintle-leader";

pub(super) fn status(error: PeerError) -> Status {
    let words = error.to_string();
    match error {
        PeerError::Unreachable(why) | PeerError::Lost(why) => Status::new(Code::Unknown, why),
        PeerError::TimedOut => Status::new(Code::DeadlineExceeded, words),
        PeerError::Refused(refused) => match refused {
            Refused::NotLeader(leader) => {
                let mut status = Status::new(Code::FailedPrecondition, words);
                if let Some(leader) = leader.and_then(|id| MetadataValue::try_from(format!("{id:x}")).ok()) {
                    status.metadata_mut().insert(LEADER, leader);
                }
                status
            }
            Refused::Stranger(why) => Status::new(Code::PermissionDenied, why),
            Refused::Unable(why) => Status::new(Code::Aborted, why),
            Refused::Invalid(why) => Status::new(Code::InvalidArgument, why),
            Refused::NoSpace => Status::new(Code::ResourceExhausted, words),
            Refused::LeaseNotFound => Status::new(Code::NotFound, words),
        },
    }
}

pub(super) fn read(status: &Status) -> PeerError {
    let transport = status.source().and_then(|source| source.downcast_ref::<TransportError>());
    if matches!(transport, Some(TransportError::NotSent(_))) {
        return PeerError::Unreachable(status.message().to_owned());
    }
    let why = status.message().to_owned();
    match status.code() {
        Code::FailedPrecondition => {
            let leader = status.metadata().get(LEADER).and_then(|value| value.to_str().ok());
            let leader = leader.and_then(|text| u64::from_str_radix(text, 16).ok());
            PeerError::Refused(Refused::NotLeader(leader))
        }
        Code::PermissionDenied | Code::Unimplemented => PeerError::Refused(Refused::Stranger(why)),
        Code::Aborted => PeerError::Refused(Refused::Unable(why)),
        Code::InvalidArgument => PeerError::Refused(Refused::Invalid(why)),
        Code::ResourceExhausted => PeerError::Refused(Refused::NoSpace),
        Code::NotFound => PeerError::Refused(Refused::LeaseNotFound),
        Code::DeadlineExceeded => PeerError::TimedOut,
        _ => PeerError::Lost(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_arrive_as_they_were_made() {
        for error in [
            PeerError::Refused(Refused::NotLeader(Some(0xab))),
            PeerError::Refused(Refused::NotLeader(None)),
            PeerError::Refused(Refused::Stranger("who?".to_owned())),
            PeerError::Refused(Refused::Unable("busy".to_owned())),
            PeerError::Refused(Refused::Invalid("what?".to_owned())),
            PeerError::Refused(Refused::NoSpace),
            PeerError::Refused(Refused::LeaseNotFound),
            PeerError::TimedOut,
            PeerError::Lost("gone".to_owned()),
        ] {
            assert_eq!(read(&status(error.clone())), error);
        }
    }
}
