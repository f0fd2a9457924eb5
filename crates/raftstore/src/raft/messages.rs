//! What members say to each other, between the wire and openraft.

use super::codec::{decode_entry, encode_entry, invalid, read_log_id, read_vote, wire_log_id, wire_vote};
use super::types::{Config, Vote};

use openraft::raft::{
    AppendEntriesRequest, StreamAppendError, StreamAppendResult, TransferLeaderRequest, VoteRequest,
    VoteResponse,
};
use pintle_wire::pintle::peer as wire;
use pintle_wire::pintle::peer::append_response::Outcome;
use std::io;

pub(super) fn wire_append(request: &AppendEntriesRequest<Config>) -> wire::AppendRequest {
    wire::AppendRequest {
        vote: Some(wire_vote(&request.vote)),
        previous: request.prev_log_id.as_ref().map(wire_log_id),
        entries: request.entries.iter().map(encode_entry).collect(),
        committed: request.leader_commit.as_ref().map(wire_log_id),
    }
}

pub(super) fn read_append(request: wire::AppendRequest) -> io::Result<AppendEntriesRequest<Config>> {
    Ok(AppendEntriesRequest {
        vote: vote(request.vote)?,
        prev_log_id: request.previous.map(read_log_id),
        entries: request.entries.into_iter().map(decode_entry).collect::<io::Result<_>>()?,
        leader_commit: request.committed.map(read_log_id),
    })
}

pub(super) fn wire_appended(result: &StreamAppendResult<Config>) -> wire::AppendResponse {
    let outcome = match result {
        Ok(through) => Outcome::Matched(wire::Matched { through: through.as_ref().map(wire_log_id) }),
        Err(StreamAppendError::Conflict(id)) => Outcome::Conflict(wire_log_id(id)),
        Err(StreamAppendError::HigherVote(vote)) => Outcome::HigherVote(wire_vote(vote)),
    };
    wire::AppendResponse { outcome: Some(outcome) }
}

/// What a member answered; `None` when it has no room.
pub(super) fn read_appended(
    response: wire::AppendResponse,
) -> io::Result<Option<StreamAppendResult<Config>>> {
    match response.outcome {
        Some(Outcome::Matched(matched)) => Ok(Some(Ok(matched.through.map(read_log_id)))),
        Some(Outcome::Conflict(id)) => Ok(Some(Err(StreamAppendError::Conflict(read_log_id(id))))),
        Some(Outcome::HigherVote(vote)) => Ok(Some(Err(StreamAppendError::HigherVote(read_vote(vote))))),
        Some(Outcome::NoSpace(_)) => Ok(None),
        None => Err(invalid("an answer without an outcome")),
    }
}

pub(super) fn wire_vote_request(request: &VoteRequest<Config>, pre_vote: bool) -> wire::VoteRequest {
    wire::VoteRequest {
        vote: Some(wire_vote(&request.vote)),
        last: request.last_log_id.as_ref().map(wire_log_id),
        leadership_transfer: request.leadership_transfer,
        pre_vote,
    }
}

pub(super) fn read_vote_request(request: wire::VoteRequest) -> io::Result<VoteRequest<Config>> {
    let mut read = VoteRequest::new(vote(request.vote)?, request.last.map(read_log_id));
    read.leadership_transfer = request.leadership_transfer;
    Ok(read)
}

pub(super) fn wire_voted(response: &VoteResponse<Config>) -> wire::VoteResponse {
    wire::VoteResponse {
        vote: Some(wire_vote(&response.vote)),
        granted: response.vote_granted,
        last: response.last_log_id.as_ref().map(wire_log_id),
    }
}

pub(super) fn read_voted(response: wire::VoteResponse) -> io::Result<VoteResponse<Config>> {
    Ok(VoteResponse::new(vote(response.vote)?, response.last.map(read_log_id), response.granted))
}

pub(super) fn wire_transfer(request: &TransferLeaderRequest<Config>) -> wire::TransferLeaderRequest {
    wire::TransferLeaderRequest {
        from: Some(wire_vote(request.from_leader())),
        to: *request.to_node_id(),
        last: request.last_log_id().map(wire_log_id),
    }
}

pub(super) fn read_transfer(
    request: wire::TransferLeaderRequest,
) -> io::Result<TransferLeaderRequest<Config>> {
    Ok(TransferLeaderRequest::new(vote(request.from)?, request.to, request.last.map(read_log_id)))
}

pub(super) fn vote(vote: Option<pintle_wire::pintle::raft::Vote>) -> io::Result<Vote> {
    vote.map(read_vote).ok_or_else(|| invalid("a message without a vote"))
}
