//! WATCH: what is there first if asked for, then every change, until the time is up or the client goes.

use super::cache_status;
use super::events::Events;
use super::options::{self, ListOptions};
use super::present::Presenter;
use super::select::Selection;
use crate::request::authorize::Authorized;
use crate::request::reply::{Body, Negotiated, Response, whole};
use crate::served::Target;
use crate::server::Server;
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use pintle_meta::{ResourceVersion, Status};
use pintle_storage::Revision;
use pintle_watchcache::{Error as CacheError, Freshness, Start, WatchRequest};
use std::sync::Arc;

pub(super) async fn watch(
    server: Arc<Server>,
    request: &Authorized,
    target: Target,
    negotiated: Negotiated,
) -> Result<Response, Status> {
    let (info, query) = (&request.received.info, &request.received.query);
    // A watch by the old path need not say that it is one, and then has the options of a list.
    let mut options = ListOptions::read(query, &target, query.flag("watch"))?;
    select_name(&mut options, &info.name)?;
    let least = server.config.min_request_timeout;
    let timeout = options.timeout.unwrap_or_else(|| server.sources.spread(least, least));
    let content_type = negotiated.format.stream_type();
    let namespace = target.namespace_of(info).unwrap_or_default();
    let presenter = Presenter::new(&server, &target, negotiated, query)?;
    let prefix = target.storage_prefix().ok_or_else(Status::method_not_allowed)?;
    let view = server.cache.resource(prefix);
    let selection = Selection::new(&target, &view, &options);
    let start = start(&options)?;
    let wanted = WatchRequest::new(start).interest(selection.interest(namespace));
    let wanted = if selection.is_everything() { wanted } else { wanted.filter(selection) };
    let events = match view.watch(wanted).await {
        Ok(watcher) => {
            Events::new(watcher, presenter, &options, timeout, request.received.peer.leaving.clone())
        }
        Err(CacheError::Expired { oldest }) => {
            let status = too_old(start, oldest);
            return Ok(streamed(content_type, whole(presenter.error_event(&status))));
        }
        Err(error) => return Err(cache_status(error)),
    };
    Ok(streamed(content_type, events.boxed_unsync()))
}

/// The name in a path is a selector, and stands beside no other.
fn select_name(options: &mut ListOptions, name: &str) -> Result<(), Status> {
    if name.is_empty() {
        return Ok(());
    }
    if options.fields.is_everything() {
        options.fields = std::mem::take(&mut options.fields).and_equal("metadata.name", name);
    }
    if options.fields.exact("metadata.name") == Some(name) {
        return Ok(());
    }
    Err(Status::bad_request("fieldSelector metadata.name doesn't match requested name"))
}

fn streamed(content_type: &'static str, body: Body) -> Response {
    let mut response = http::Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A watch from before what is remembered: the one event says so.
fn too_old(start: Start, oldest: Revision) -> Status {
    let asked = match start {
        Start::After(revision) => revision,
        _ => Revision::ZERO,
    };
    Status::expired(format!("too old resource version: {asked} ({oldest})"))
}

/// Where the watch begins.
fn start(options: &ListOptions) -> Result<Start, Status> {
    let version = options::resource_version(&options.resource_version)?;
    let initial = options.initial_events == Some(true);
    let unsaid = options.initial_events.is_none();
    Ok(match version {
        ResourceVersion::Unset | ResourceVersion::Any if unsaid => Start::InitialThenLive(Freshness::Any),
        ResourceVersion::Unset if initial => Start::InitialThenLive(Freshness::Latest),
        ResourceVersion::Any if initial => Start::InitialThenLive(Freshness::Any),
        ResourceVersion::At(revision) if initial => {
            Start::InitialThenLive(Freshness::NotOlderThan(Revision::new(revision)))
        }
        ResourceVersion::At(revision) => Start::After(Revision::new(revision)),
        ResourceVersion::Unset => Start::Live(Freshness::Latest),
        ResourceVersion::Any => Start::Live(Freshness::Any),
    })
}
