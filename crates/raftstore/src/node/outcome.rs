//! How a command ended, on its way between members.

use crate::state_machine::{Answer, Refusal};
use pintle_storage::{Error, Reason};
use pintle_wire::pintle::command as wire;
use pintle_wire::pintle::command::outcome::Outcome;

pub(super) fn wire(answer: &Result<Answer, Refusal>) -> wire::Outcome {
    let outcome = match answer {
        Ok(Answer::Txn(response)) => Outcome::Txn(response.clone()),
        Ok(Answer::Done) => Outcome::Done(wire::Done {}),
        Ok(Answer::Lease { id, ttl }) => Outcome::Lease(wire::LeaseGranted { id: *id, ttl: *ttl }),
        Err(refusal) => Outcome::Refusal(i32::from(number(*refusal))),
    };
    wire::Outcome { outcome: Some(outcome) }
}

/// # Errors
/// Unknown, when the leader answers what this version does not know: the command was carried out.
pub(super) fn read(outcome: Option<wire::Outcome>) -> Result<Result<Answer, Refusal>, Error> {
    let unknown = || Error::Unknown(Reason::Unavailable("the leader's answer is not understood".into()));
    match outcome.and_then(|outcome| outcome.outcome).ok_or_else(unknown)? {
        Outcome::Txn(response) => Ok(Ok(Answer::Txn(response))),
        Outcome::Done(_) => Ok(Ok(Answer::Done)),
        Outcome::Lease(lease) => Ok(Ok(Answer::Lease { id: lease.id, ttl: lease.ttl })),
        Outcome::Refusal(number) => {
            let refusal = wire::Refusal::try_from(number).ok().and_then(refusal);
            refusal.map(Err).ok_or_else(unknown)
        }
    }
}

fn number(refusal: Refusal) -> wire::Refusal {
    match refusal {
        Refusal::Compacted => wire::Refusal::Compacted,
        Refusal::FutureRevision => wire::Refusal::FutureRevision,
        Refusal::LeaseNotFound => wire::Refusal::LeaseNotFound,
        Refusal::LeaseExists => wire::Refusal::LeaseExists,
        Refusal::KeyNotFound => wire::Refusal::KeyNotFound,
    }
}

fn refusal(number: wire::Refusal) -> Option<Refusal> {
    match number {
        wire::Refusal::Unspecified => None,
        wire::Refusal::Compacted => Some(Refusal::Compacted),
        wire::Refusal::FutureRevision => Some(Refusal::FutureRevision),
        wire::Refusal::LeaseNotFound => Some(Refusal::LeaseNotFound),
        wire::Refusal::LeaseExists => Some(Refusal::LeaseExists),
        wire::Refusal::KeyNotFound => Some(Refusal::KeyNotFound),
    }
}
