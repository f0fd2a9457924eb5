//! Ranges, with everything etcd's request can ask for.

use super::State;
use crate::revisions::{At, Damaged, Record, Span, Version};
use bytes::Bytes;
use pintle_wire::etcdserverpb::range_request::{SortOrder, SortTarget};
use pintle_wire::etcdserverpb::{RangeRequest, RangeResponse, ResponseHeader};
use pintle_wire::mvccpb::KeyValue;

/// Answers a range whose revision is readable. `fetch` gets a record; `now` is the revision to answer in the name of.
///
/// # Errors
/// That of `fetch`.
pub fn range(
    state: &State,
    request: &RangeRequest,
    now: u64,
    fetch: impl Fn(At) -> Result<Record, Damaged>,
) -> Result<RangeResponse, Damaged> {
    let span = Span::of(&request.key, &request.range_end);
    let revision = u64::try_from(request.revision).ok().filter(|revision| *revision > 0);
    let versions = state.index.range(&span, revision);
    let header = Some(header(now));
    if request.count_only {
        return Ok(RangeResponse { header, kvs: Vec::new(), more: false, count: length(versions.count()) });
    }
    let limit = usize::try_from(request.limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    if is_plain(request) {
        return plain(request, versions, limit, header, fetch);
    }
    let all: Vec<(&Bytes, &Version)> = versions.collect();
    let count = length(all.len());
    let mut kvs = Vec::new();
    for (key, version) in all.into_iter().filter(|(_, version)| is_within(request, version)) {
        kvs.push(key_value(request, key, version, &fetch)?);
    }
    sort(&mut kvs, request);
    let more = kvs.len() > limit;
    kvs.truncate(limit);
    if request.keys_only {
        kvs.iter_mut().for_each(|kv| kv.value = Bytes::new());
    }
    Ok(RangeResponse { header, kvs, more, count })
}

/// In the order of keys, all of them or the first few: what nearly everybody asks for.
fn plain<'a>(
    request: &RangeRequest,
    mut versions: impl Iterator<Item = (&'a Bytes, &'a Version)>,
    limit: usize,
    header: Option<ResponseHeader>,
    fetch: impl Fn(At) -> Result<Record, Damaged>,
) -> Result<RangeResponse, Damaged> {
    let mut kvs = Vec::new();
    for (key, version) in versions.by_ref().take(limit) {
        kvs.push(key_value(request, key, version, &fetch)?);
    }
    let beyond = versions.count();
    let count = length(kvs.len() + beyond);
    Ok(RangeResponse { header, kvs, more: beyond > 0, count })
}

fn is_plain(request: &RangeRequest) -> bool {
    let by_key = request.sort_target() == SortTarget::Key && request.sort_order() != SortOrder::Descend;
    by_key && !filters(request)
}

fn filters(request: &RangeRequest) -> bool {
    let bounds = [
        request.min_mod_revision,
        request.max_mod_revision,
        request.min_create_revision,
        request.max_create_revision,
    ];
    bounds.into_iter().any(|bound| bound != 0)
}

fn is_within(request: &RangeRequest, version: &Version) -> bool {
    let within = |value: u64, least: i64, most: i64| {
        let value = signed(value);
        (least == 0 || value >= least) && (most == 0 || value <= most)
    };
    within(version.at.revision, request.min_mod_revision, request.max_mod_revision)
        && within(version.created, request.min_create_revision, request.max_create_revision)
}

fn sort(kvs: &mut [KeyValue], request: &RangeRequest) {
    match request.sort_target() {
        SortTarget::Key => {}
        SortTarget::Version => kvs.sort_by_key(|kv| kv.version),
        SortTarget::Create => kvs.sort_by_key(|kv| kv.create_revision),
        SortTarget::Mod => kvs.sort_by_key(|kv| kv.mod_revision),
        SortTarget::Value => kvs.sort_by(|a, b| a.value.cmp(&b.value)),
    }
    if request.sort_order() == SortOrder::Descend {
        kvs.reverse();
    }
}

fn key_value(
    request: &RangeRequest,
    key: &Bytes,
    version: &Version,
    fetch: impl Fn(At) -> Result<Record, Damaged>,
) -> Result<KeyValue, Damaged> {
    let by_value = request.sort_target() == SortTarget::Value;
    let value = if request.keys_only && !by_value { Bytes::new() } else { fetch(version.at)?.value };
    Ok(shown(key, version, value))
}

/// A version as it is answered.
pub(super) fn shown(key: &Bytes, version: &Version, value: Bytes) -> KeyValue {
    KeyValue {
        key: key.clone(),
        create_revision: signed(version.created),
        mod_revision: signed(version.at.revision),
        version: signed(version.version),
        value,
        lease: version.lease,
    }
}

/// A header that says nothing but the revision; who answers adds the rest.
pub(super) fn header(revision: u64) -> ResponseHeader {
    ResponseHeader { revision: signed(revision), ..ResponseHeader::default() }
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
