//! Ranges, with everything etcd's request can ask for: first what of the index is asked for, then the values. Between
//! the two nobody needs to hold the state.

use super::State;
use crate::revisions::{At, Span, Version};
use bytes::Bytes;
use pintle_wire::etcdserverpb::range_request::{SortOrder, SortTarget};
use pintle_wire::etcdserverpb::{RangeRequest, RangeResponse, ResponseHeader};
use pintle_wire::mvccpb::KeyValue;

/// What a range asks for, chosen from the index.
#[derive(Debug)]
pub struct Selection {
    now: u64,
    count: usize,
    more: bool,
    chosen: Vec<(Bytes, Version)>,
    /// What is left to do when the values are there: only an order by value needs it.
    by_value: Option<ByValue>,
    wants_values: bool,
}

#[derive(Debug)]
struct ByValue {
    descending: bool,
    limit: usize,
    keys_only: bool,
}

/// Chooses what a range asks for, whose revision is readable; `now` is the revision to answer in the name of.
pub fn select(state: &State, request: &RangeRequest, now: u64) -> Selection {
    let span = Span::of(&request.key, &request.range_end);
    let revision = u64::try_from(request.revision).ok().filter(|revision| *revision > 0);
    let versions = state.index.range(&span, revision);
    let nothing = Selection {
        now,
        count: 0,
        more: false,
        chosen: Vec::new(),
        by_value: None,
        wants_values: !request.keys_only,
    };
    if request.count_only {
        return Selection { count: versions.count(), ..nothing };
    }
    let limit = usize::try_from(request.limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    if is_plain(request) {
        plain(versions, limit, nothing)
    } else {
        sorted(request, versions, limit, nothing)
    }
}

impl Selection {
    /// The records that [`Selection::finish`] wants the values of, in order.
    pub fn wanted(&self) -> impl Iterator<Item = At> {
        let wanted = if self.wants_values { &self.chosen[..] } else { &[] };
        wanted.iter().map(|(_, version)| version.at)
    }

    /// The answer. `values` are those of [`Selection::wanted`].
    pub fn finish(self, values: impl IntoIterator<Item = Bytes>) -> RangeResponse {
        let mut values = values.into_iter();
        let shown =
            |(key, version): (Bytes, Version)| shown(key, &version, values.next().unwrap_or_default());
        let mut kvs: Vec<KeyValue> = self.chosen.into_iter().map(shown).collect();
        let mut more = self.more;
        if let Some(ByValue { descending, limit, keys_only }) = self.by_value {
            kvs.sort_by(|a, b| a.value.cmp(&b.value));
            if descending {
                kvs.reverse();
            }
            more = kvs.len() > limit;
            kvs.truncate(limit);
            if keys_only {
                kvs.iter_mut().for_each(|kv| kv.value = Bytes::new());
            }
        }
        RangeResponse { header: Some(header(self.now)), kvs, more, count: length(self.count) }
    }
}

/// In the order of keys, all of them or the first few: what nearly everybody asks for.
fn plain<'a>(
    mut versions: impl Iterator<Item = (&'a Bytes, &'a Version)>,
    limit: usize,
    nothing: Selection,
) -> Selection {
    let chosen: Vec<_> =
        versions.by_ref().take(limit).map(|(key, version)| (key.clone(), *version)).collect();
    let beyond = versions.count();
    Selection { count: chosen.len() + beyond, more: beyond > 0, chosen, ..nothing }
}

fn sorted<'a>(
    request: &RangeRequest,
    versions: impl Iterator<Item = (&'a Bytes, &'a Version)>,
    limit: usize,
    nothing: Selection,
) -> Selection {
    let (mut count, mut chosen) = (0, Vec::new());
    for (key, version) in versions {
        count += 1;
        if is_within(request, version) {
            chosen.push((key.clone(), *version));
        }
    }
    let descending = request.sort_order() == SortOrder::Descend;
    match request.sort_target() {
        SortTarget::Key => {}
        SortTarget::Version => chosen.sort_by_key(|(_, version)| version.version),
        SortTarget::Create => chosen.sort_by_key(|(_, version)| version.created),
        SortTarget::Mod => chosen.sort_by_key(|(_, version)| version.at.revision),
        SortTarget::Value => {
            let by_value = Some(ByValue { descending, limit, keys_only: request.keys_only });
            return Selection { count, chosen, by_value, wants_values: true, ..nothing };
        }
    }
    if descending {
        chosen.reverse();
    }
    let more = chosen.len() > limit;
    chosen.truncate(limit);
    Selection { count, more, chosen, ..nothing }
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

/// A version as it is answered.
pub(super) fn shown(key: Bytes, version: &Version, value: Bytes) -> KeyValue {
    KeyValue {
        key,
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
