//! What a failed call means. etcd says it in texts (its `rpctypes`), gRPC in codes, the transport in errors; here
//! they become our one closed list. In doubt, a write's fate is unknown.

use std::error::Error as _;

use tonic::{Code, Status};

use super::messages::Malformed;
use crate::dial::TransportError;
use crate::{Error, Reason, Revision};

/// What a call does to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing: it may fail and be sent again.
    Read,
    /// It may change it, unless it is certain that it didn't.
    Write,
}

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) error: Error,
    /// There was an answer, above the bound on messages.
    pub(super) answer_too_large: bool,
    /// The member never saw it: it was not asked, and may be.
    pub(super) not_sent: bool,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed { error, answer_too_large: false, not_sent: false }
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Error {
        failed.error
    }
}

impl Effect {
    pub(super) fn failed(self, status: &Status) -> Failed {
        let answer_too_large = status.code() == Code::OutOfRange && status.message().starts_with(DECODING);
        let not_sent = was_not_sent(status);
        let error = if not_sent {
            let words = format!("the request was not sent: {}", status.message());
            Error::NotApplied(Reason::Unavailable(words.into()))
        } else {
            self.answered(status)
        };
        Failed { error, answer_too_large, not_sent }
    }

    pub(super) fn malformed(self, answer: Malformed) -> Error {
        self.in_doubt(Reason::Unavailable(answer.to_string().into()))
    }

    /// The error for something that may have happened, had it been a write.
    pub(super) fn in_doubt(self, reason: Reason) -> Error {
        match self {
            Effect::Read => Error::NotApplied(reason),
            Effect::Write => Error::Unknown(reason),
        }
    }

    fn answered(self, status: &Status) -> Error {
        if let Some(error) = verdict(status.message()) {
            return error;
        }
        if let Some(reason) = doubt(status.message()) {
            return self.in_doubt(reason);
        }
        let reason = unavailable(status);
        match status.code() {
            // etcd refuses before it proposes, but the write that crosses the bound is applied all the same.
            _ if status.message() == NO_SPACE => match self {
                Effect::Read => Error::NoSpace,
                Effect::Write => Error::Unknown(reason),
            },
            // A member takes requests of a bounded size, and looks at nothing above.
            Code::ResourceExhausted if status.message().starts_with(RECEIVED_TOO_LARGE) => Error::TooLarge,
            // These judge the request before it is proposed.
            Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::Unimplemented => Error::NotApplied(reason),
            _ => self.in_doubt(reason),
        }
    }
}

/// How tonic begins when a message that comes in is above our bound...
const DECODING: &str = "Error, decoded message length too large";

/// ...and grpc-go when one is above the member's.
const RECEIVED_TOO_LARGE: &str = "grpc: received message larger than max";

const NO_SPACE: &str = "etcdserver: mvcc: database space exceeded";

/// Answers after which it is certain that nothing was done, whatever was asked.
fn verdict(text: &str) -> Option<Error> {
    Some(match text {
        "etcdserver: key is not provided" => Error::EmptyKey,
        "etcdserver: too many operations in txn request" => Error::TooManyOps,
        "etcdserver: duplicate key given in txn request" => Error::DuplicateKey,
        // Only watches are told to where.
        "etcdserver: mvcc: required revision has been compacted" => {
            Error::Compacted { revision: Revision::ZERO }
        }
        "etcdserver: mvcc: required revision is a future revision" => Error::FutureRevision,
        "etcdserver: requested lease not found" => Error::LeaseNotFound,
        "etcdserver: lease already exists" => Error::LeaseExists,
        "etcdserver: too large lease TTL" => Error::LeaseTtlTooLarge,
        "etcdserver: request is too large" => Error::TooLarge,
        // Refused before it is proposed...
        "etcdserver: too many requests" => Error::NotApplied(Reason::TooManyRequests),
        "etcdserver: no leader" | "etcdserver: not leader" => Error::NotApplied(Reason::NoLeader),
        // ...by Raft, which drops it while leadership is handed over or too much is uncommitted...
        "raft proposal dropped" => Error::NotApplied(Reason::Unavailable(text.into())),
        // ...or by a member that doesn't serve this.
        "etcdserver: not capable" | "etcdserver: rpc not supported for learner" => {
            Error::NotApplied(Reason::Unavailable(text.into()))
        }
        "etcdserver: unhealthy cluster" => Error::NotApplied(Reason::Unhealthy),
        "etcdserver: corrupt cluster" => Error::NotApplied(Reason::Corrupt),
        _ => return None,
    })
}

/// Answers that say only why a request was no longer waited for: it may have been proposed.
fn doubt(text: &str) -> Option<Reason> {
    Some(match text {
        "etcdserver: leader changed" => Reason::LeaderChanged,
        "etcdserver: server stopped" => Reason::Stopped,
        "etcdserver: request timed out"
        | "etcdserver: request timed out, waiting for the applied index took too long" => Reason::TimedOut,
        "etcdserver: request timed out, possibly due to previous leader failure" => {
            Reason::TimedOutByLeaderFailure
        }
        "etcdserver: request timed out, possibly due to connection lost" => Reason::TimedOutByConnectionLoss,
        _ => return None,
    })
}

fn was_not_sent(status: &Status) -> bool {
    let transport = status.source().and_then(|source| source.downcast_ref::<TransportError>());
    matches!(transport, Some(TransportError::NotSent(_)))
}

/// The status in its own words, with the code where it has none.
fn unavailable(status: &Status) -> Reason {
    let words = match (status.message(), status.source()) {
        ("", None) => status.code().description().into(),
        ("", Some(source)) => source.to_string().into(),
        (message, _) => message.into(),
    };
    Reason::Unavailable(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(code: Code, text: &str) -> (Error, Error) {
        let status = Status::new(code, text);
        (Effect::Read.failed(&status).error, Effect::Write.failed(&status).error)
    }

    #[test]
    fn every_error_of_ours_is_known_by_its_text() {
        let verdicts = [
            (Code::InvalidArgument, Error::EmptyKey),
            (Code::InvalidArgument, Error::TooManyOps),
            (Code::InvalidArgument, Error::DuplicateKey),
            (Code::OutOfRange, Error::Compacted { revision: Revision::ZERO }),
            (Code::OutOfRange, Error::FutureRevision),
            (Code::NotFound, Error::LeaseNotFound),
            (Code::FailedPrecondition, Error::LeaseExists),
            (Code::OutOfRange, Error::LeaseTtlTooLarge),
            (Code::InvalidArgument, Error::TooLarge),
            (Code::ResourceExhausted, Error::NotApplied(Reason::TooManyRequests)),
            (Code::Unavailable, Error::NotApplied(Reason::NoLeader)),
            (Code::Unavailable, Error::NotApplied(Reason::Unhealthy)),
            (Code::DataLoss, Error::NotApplied(Reason::Corrupt)),
        ];
        for (code, error) in verdicts {
            assert_eq!(both(code, &error.to_string()), (error.clone(), error));
        }
    }

    #[test]
    fn a_write_that_was_given_up_is_in_doubt_and_a_read_is_not() {
        let reasons = [
            Reason::LeaderChanged,
            Reason::Stopped,
            Reason::TimedOut,
            Reason::TimedOutByLeaderFailure,
            Reason::TimedOutByConnectionLoss,
            Reason::Unavailable("connection reset by peer".into()),
        ];
        for reason in reasons {
            let expected = (Error::NotApplied(reason.clone()), Error::Unknown(reason.clone()));
            assert_eq!(both(Code::Unavailable, &reason.to_string()), expected);
        }
        for code in [Code::Unknown, Code::Internal, Code::Cancelled, Code::DeadlineExceeded, Code::Aborted] {
            let (read, write) = both(code, "what is this");
            assert!(read.may_retry() && write.may_have_applied(), "{code:?}");
        }
    }

    #[test]
    fn a_write_that_finds_no_space_is_in_doubt() {
        let words = Error::NoSpace.to_string();
        let unknown = Error::Unknown(Reason::Unavailable(words.as_str().into()));
        assert_eq!(both(Code::ResourceExhausted, &words), (Error::NoSpace, unknown));
    }

    #[test]
    fn what_is_refused_before_it_is_proposed_was_not_applied() {
        let refusals = [
            (Code::PermissionDenied, "etcdserver: permission denied"),
            (Code::Unauthenticated, "etcdserver: invalid auth token"),
            (Code::InvalidArgument, "etcdserver: user name is empty"),
            (Code::Unimplemented, "unknown service etcdserverpb.KV"),
            (Code::Unavailable, "etcdserver: rpc not supported for learner"),
            (Code::Unknown, "raft proposal dropped"),
        ];
        for (code, text) in refusals {
            let error = Error::NotApplied(Reason::Unavailable(text.into()));
            assert_eq!(both(code, text), (error.clone(), error));
        }
    }

    #[test]
    fn an_answer_above_the_bound_is_told_from_a_request_above_it() {
        let answer = Status::new(Code::OutOfRange, format!("{DECODING}: found 9 bytes"));
        let failed = Effect::Write.failed(&answer);
        assert!(failed.answer_too_large && failed.error.may_have_applied());
        let request = Status::new(Code::ResourceExhausted, format!("{RECEIVED_TOO_LARGE} (9 vs. 8)"));
        assert_eq!(Effect::Write.failed(&request).error, Error::TooLarge);
        let doubtful = Status::new(Code::ResourceExhausted, "grpc: trying to send message larger than max");
        assert!(Effect::Write.failed(&doubtful).error.may_have_applied());
    }
}
