//! LIST: a snapshot at one revision, filtered and paged.

use super::continue_token::Continue;
use super::options::{ListOptions, Match, version_problem};
use super::present::{ListMeta, Presenter};
use super::select::Selection;
use super::cache_status;
use crate::request::authorize::Authorized;
use crate::request::reply::{Negotiated, Response};
use crate::served::Target;
use crate::server::Server;
use pintle_meta::{ResourceVersion, Status};
use pintle_storage::Revision;
use pintle_watchcache::{Entry, Filter, Freshness};
use std::sync::Arc;

pub(super) async fn list(
    server: &Arc<Server>,
    request: &Authorized,
    target: &Target,
    negotiated: Negotiated,
) -> Result<Response, Status> {
    let (info, query) = (&request.received.info, &request.received.query);
    let options = ListOptions::read(query, target, false)?;
    let start = Start::of(&options)?;
    let presenter = Presenter::new(server, target, negotiated, query)?;
    let prefix = target.storage_prefix().ok_or_else(Status::method_not_allowed)?;
    let namespace = if target.is_namespaced() { info.namespace.as_str() } else { "" };
    let view = server.cache.resource(prefix);
    let snapshot = view.list(namespace, start.freshness).await;
    let snapshot = snapshot.map_err(|error| expired_page(cache_status(error), &start))?;
    let selection = Selection::new(target, &options);
    let range = view.relative_range(namespace, start.after.as_deref());
    let page = Page::take(snapshot.range(&range), &selection, start.limit);
    let everything = selection.is_everything();
    let meta = ListMeta {
        revision: snapshot.revision(),
        continue_token: page.next(&view, namespace, snapshot.revision()),
        remaining: (page.more && everything).then(|| snapshot.count_after(&range, page.entries.len())),
    };
    presenter.list(&page.entries, &meta).await
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
            (ResourceVersion::At(revision), Match::Unset) if limit > 0 => Freshness::Exact(Revision::new(revision)),
            (ResourceVersion::At(revision), _) => Freshness::NotOlderThan(Revision::new(revision)),
        };
        // From whatever is at hand, a list is never paged.
        let limit = if freshness == Freshness::Any { 0 } else { limit };
        Ok(Start { freshness, after: None, limit })
    }
}

/// The objects of one page.
struct Page {
    entries: Vec<Arc<Entry>>,
    more: bool,
}

impl Page {
    fn take(entries: impl Iterator<Item = Arc<Entry>>, selection: &Selection, limit: usize) -> Page {
        let mut page = Page { entries: Vec::new(), more: false };
        let everything = selection.is_everything();
        for entry in entries {
            if !everything && !selection.matches(&entry) {
                continue;
            }
            if limit > 0 && page.entries.len() == limit {
                page.more = true;
                break;
            }
            page.entries.push(entry);
        }
        page
    }

    fn next(&self, view: &pintle_watchcache::ResourceView, namespace: &str, revision: Revision) -> Option<String> {
        let last = self.entries.last().filter(|_| self.more)?;
        let start = format!("{}\0", view.relative_key(namespace, last.key()));
        Some(Continue { revision: Some(revision.get()), start }.encode())
    }
}

/// A page of a list whose revision is compacted: the answer says how to go on without it.
fn expired_page(status: Status, start: &Start) -> Status {
    let Some(after) = start.after.as_ref().filter(|_| status.code == 410) else { return status };
    let token = Continue { revision: None, start: after.clone() }.encode();
    let text = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";
    Status::expired(text).with_continue(token)
}
