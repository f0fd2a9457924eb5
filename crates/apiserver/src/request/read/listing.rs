//! A snapshot at one revision, filtered and paged.

use super::cache_status;
use super::continue_token::Continue;
use super::options::{ListOptions, Match, version_problem};
use super::present::ListMeta;
use super::select::Selection;
use crate::served::Target;
use pintle_meta::{ResourceVersion, Status};
use pintle_storage::{KeyRange, Revision};
use pintle_watchcache::{Entry, Filter, Freshness, ListRequest, ResourceView};
use std::sync::Arc;

/// Which objects of a resource, as of when, and how many of them.
pub struct Listing<'a> {
    view: &'a ResourceView,
    namespace: Option<&'a str>,
    selection: Selection,
    start: Start,
}

/// One page.
#[derive(Debug)]
pub struct Listed {
    /// The objects, in the order of their keys.
    pub entries: Vec<Arc<Entry>>,
    /// What the page says of itself.
    pub meta: ListMeta,
}

impl<'a> Listing<'a> {
    /// What `options` ask for, of one namespace or of all.
    ///
    /// # Errors
    /// 400 for a continue token or resourceVersion that can't be read, 410 for an old form of the token.
    pub fn new(
        view: &'a ResourceView,
        target: &Target,
        namespace: Option<&'a str>,
        options: &ListOptions,
    ) -> Result<Listing<'a>, Status> {
        let start = Start::of(options)?;
        Ok(Listing { view, namespace, selection: Selection::new(target, view, options), start })
    }

    /// Reads the page.
    ///
    /// # Errors
    /// 410 when the state is compacted, 504 when it has not come yet, what storage could not do.
    pub async fn page(&self) -> Result<Listed, Status> {
        let base = self.view.key(self.namespace, "");
        let first = self.start.key(&base);
        let range = from_key(self.view.range(self.namespace), first.as_deref());
        // A page ends where anything follows it, picked or not, so it has to see what is not.
        let field = if self.start.limit == 0 { self.selection.indexed() } else { None };
        let request =
            ListRequest::new(range, self.start.freshness).limit(self.start.limit as u64).field(field);
        let snapshot = self.view.list(request).await;
        let snapshot = snapshot.map_err(|error| expired_page(cache_status(error), &self.start))?;
        let everything = self.selection.is_everything();
        let picks = |entry: &&Arc<Entry>| everything || self.selection.matches(entry);
        let page = Page::take(snapshot.iter(), picks, self.start.limit);
        let last = page.entries.last().filter(|_| page.more).map(|entry| entry.key());
        let meta = ListMeta {
            revision: snapshot.revision(),
            continue_token: last.map(|key| next_token(&key[base.len()..], snapshot.revision())),
            remaining: last.filter(|_| everything).map(|key| snapshot.count_after(key)),
        };
        Ok(Listed { entries: page.entries.into_iter().cloned().collect(), meta })
    }
}

/// The part of `range` from `first` on.
fn from_key(range: KeyRange, first: Option<&[u8]>) -> KeyRange {
    match (range, first) {
        (KeyRange::Between { start, end }, Some(first)) if first > &start[..] => {
            KeyRange::between(first.to_vec(), end)
        }
        (range, _) => range,
    }
}

/// Where the page after the one that ends with `key` starts.
fn next_token(key: &[u8], revision: Revision) -> String {
    let start = format!("{}\0", String::from_utf8_lossy(key));
    Continue { revision: Some(revision.get()), start }.encode()
}

/// Where a list begins, and as of when.
struct Start {
    freshness: Freshness,
    /// The key to start from, relative to what is listed.
    after: Option<String>,
    /// At most so many; 0 for all.
    limit: usize,
}

impl Start {
    /// The key to start from, below the keys that begin with `prefix`.
    fn key(&self, prefix: &[u8]) -> Option<Vec<u8>> {
        self.after.as_ref().map(|after| [prefix, after.as_bytes()].concat())
    }

    fn of(options: &ListOptions) -> Result<Start, Status> {
        let limit = usize::try_from(options.limit).unwrap_or_default();
        let text = options.resource_version.as_str();
        if !options.continue_token.is_empty() {
            if !text.is_empty() && text != "0" {
                let problem = "specifying resource version is not allowed when using continue";
                return Err(Status::bad_request(problem));
            }
            let token = Continue::decode(&options.continue_token)?;
            let freshness = match token.revision {
                Some(revision) => Freshness::Exact(Revision::new(revision)),
                None => Freshness::Latest,
            };
            return Ok(Start { freshness, after: Some(token.start), limit });
        }
        let version = ResourceVersion::parse(text).map_err(|error| {
            Status::bad_request(format!("invalid resource version: {}", version_problem(text, &error)))
        })?;
        let freshness = match (version, options.version_match) {
            (ResourceVersion::Unset, _) => Freshness::Latest,
            (ResourceVersion::Any, _) => Freshness::Any,
            (ResourceVersion::At(revision), Match::Exact) => Freshness::Exact(Revision::new(revision)),
            // A limit without a match has always meant that very revision.
            (ResourceVersion::At(revision), Match::Unset) if limit > 0 => {
                Freshness::Exact(Revision::new(revision))
            }
            (ResourceVersion::At(revision), _) => Freshness::NotOlderThan(Revision::new(revision)),
        };
        // From whatever is at hand, a list is never paged.
        let limit = if freshness == Freshness::Any { 0 } else { limit };
        Ok(Start { freshness, after: None, limit })
    }
}

/// The objects of one page.
#[derive(Debug, PartialEq)]
struct Page<T> {
    entries: Vec<T>,
    more: bool,
}

impl<T> Page<T> {
    /// The first `limit` of `entries` that are picked, or all. There is more when anything comes after the last of
    /// them, picked or not: nobody looks on for the sake of a shorter answer.
    fn take(mut entries: impl Iterator<Item = T>, picks: impl Fn(&T) -> bool, limit: usize) -> Page<T> {
        let most = if limit == 0 { usize::MAX } else { limit };
        let page = entries.by_ref().filter(picks).take(most).collect();
        Page { entries: page, more: entries.next().is_some() }
    }
}

/// A page of a list whose revision is compacted: the answer says how to go on without it.
fn expired_page(status: Status, start: &Start) -> Status {
    let Some(after) = start.after.as_ref().filter(|_| status.code == 410) else { return status };
    let token = Continue { revision: None, start: after.clone() }.encode();
    let text = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";
    Status::expired(text).with_continue(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_with_its_last_object_whatever_comes_after() {
        let odd = |number: &u8| number % 2 == 1;
        for (limit, end, want, more) in [
            (0, 5, &[1, 3, 5][..], false),
            (2, 5, &[1, 3], true),
            (3, 5, &[1, 3, 5], false),
            (3, 6, &[1, 3, 5], true),
            (4, 6, &[1, 3, 5], false),
        ] {
            assert_eq!(
                Page::take(1..=end, odd, limit),
                Page { entries: want.to_vec(), more },
                "{limit} {end}"
            );
        }
    }
}
