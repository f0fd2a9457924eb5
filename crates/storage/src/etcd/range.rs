//! Reads, and what becomes of one whose answer is larger than a message may be: it is read in pages, all at the
//! revision of the first, and put together again. Who asked can't tell the difference.

use super::Etcd;
use super::call::{Needs, Terms, call};
use super::failure::{Effect, Failed};
use super::messages::{range_request, range_response};
use crate::key::successor;
use crate::{Consistency, Error, KeyRange, KeyValue, RangeRequest, RangeResponse, Reason, Result, Revision};

/// How many keys the first page asks for.
const FIRST_PAGE: u64 = 4096;

impl Etcd {
    pub(super) async fn read(&self, request: RangeRequest) -> Result<RangeResponse> {
        request.check()?;
        match self.read_once(&request).await {
            Err(failed) if failed.answer_too_large => self.read_in_pages(request).await,
            answer => answer.map_err(Error::from),
        }
    }

    async fn read_once(&self, request: &RangeRequest) -> std::result::Result<RangeResponse, Failed> {
        let terms = Terms {
            effect: Effect::Read,
            needs: match request.consistency {
                Consistency::Linearizable => Needs::Leader,
                Consistency::Serializable => Needs::Anyone,
            },
            within: match request.range {
                KeyRange::Key(_) => self.options.call_timeout,
                KeyRange::Between { .. } | KeyRange::From(_) => self.options.range_timeout,
            },
        };
        let send = |session: &super::connection::Session, question| {
            let mut kv = session.kv.clone();
            async move { kv.range(question).await }
        };
        let asked = request.revision.unwrap_or_default();
        let answer = call(&self.pool, terms, range_request(request.clone()), send).await;
        let answer = answer.map_err(|failed| Failed { error: not_below(failed.error, asked), ..failed })?;
        range_response(answer).map_err(|answer| Effect::Read.malformed(answer).into())
    }

    async fn read_in_pages(&self, request: RangeRequest) -> Result<RangeResponse> {
        let mut page = FIRST_PAGE;
        let mut rest = request.clone();
        let mut whole: Option<RangeResponse> = None;
        let mut bytes = 0;
        loop {
            let got = whole.as_ref().map_or(0, |whole| whole.kvs.len() as u64);
            let wanted = if request.limit == 0 { u64::MAX } else { request.limit - got };
            rest.limit = page.min(wanted);
            let part = match self.read_once(&rest).await {
                Ok(part) => part,
                Err(failed) if failed.answer_too_large && rest.limit > 1 => {
                    page = rest.limit / 4 + 1;
                    continue;
                }
                Err(failed) if failed.answer_too_large => return Err(Error::TooLarge),
                Err(failed) => return Err(overtaken(failed.error, &request)),
            };
            bytes += part.kvs.iter().map(kv_bytes).sum::<usize>();
            if bytes > self.options.range_bytes {
                return Err(Error::TooLarge);
            }
            let complete = !part.more || part.kvs.len() as u64 >= wanted;
            let last = part.kvs.last().map(|kv| kv.key.clone());
            // All pages are of one moment, which may go by while they are read.
            rest.revision = rest.revision.or(Some(part.revision));
            let so_far = match whole.take() {
                None => part,
                Some(so_far) => joined(so_far, part),
            };
            match last {
                Some(last) if !complete => rest.range = after(&last, &request.range),
                _ => return Ok(so_far),
            }
            whole = Some(so_far);
        }
    }
}

/// etcd doesn't say to where it is compacted: at least beyond what was asked for.
pub(super) fn not_below(error: Error, asked: Revision) -> Error {
    match error {
        Error::Compacted { .. } => Error::Compacted { revision: asked.next() },
        error => error,
    }
}

/// Nobody asked for the revision that pages of the present are read at.
fn overtaken(error: Error, request: &RangeRequest) -> Error {
    match error {
        Error::Compacted { .. } if request.revision.is_none() => {
            Error::NotApplied(Reason::Unavailable("a long read was overtaken by compaction".into()))
        }
        error => error,
    }
}

fn joined(mut so_far: RangeResponse, part: RangeResponse) -> RangeResponse {
    so_far.kvs.extend(part.kvs);
    RangeResponse { revision: part.revision, more: part.more, ..so_far }
}

fn after(last: &[u8], range: &KeyRange) -> KeyRange {
    match range {
        KeyRange::Between { end, .. } => KeyRange::between(successor(last), end.clone()),
        KeyRange::Key(_) | KeyRange::From(_) => KeyRange::starting_at(successor(last)),
    }
}

fn kv_bytes(kv: &KeyValue) -> usize {
    kv.key.len() + kv.bytes().map_or(0, |value| value.len())
}
