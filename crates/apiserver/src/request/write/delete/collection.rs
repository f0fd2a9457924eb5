//! DELETE of many objects: what a list would show, one after the other.

use super::Write;
use crate::request::read::{ListMeta, ListOptions, Presenter, Selection, cache_status};
use crate::request::reply::Response;
use hyper::body::Incoming;
use pintle_meta::Status;
use pintle_watchcache::{Entry, Filter, Freshness, ListRequest};
use std::sync::Arc;

pub(super) async fn delete_collection(write: Write, body: Incoming) -> Result<Response, Status> {
    let listing = ListOptions::read(&write.query, &write.target, false)?;
    let body = write.body(body).await?;
    let options = write.delete_options(&body)?;
    let selection = Selection::new(&write.target, &listing);
    let namespace = Some(write.namespace.as_str()).filter(|namespace| !namespace.is_empty());
    let request = ListRequest::new(write.view.range(namespace), Freshness::Latest);
    let snapshot = write.view.list(request).await.map_err(cache_status)?;
    let most = usize::try_from(listing.limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    let chosen: Vec<Arc<Entry>> =
        snapshot.iter().filter(|entry| selection.matches(entry)).take(most).cloned().collect();
    for entry in &chosen {
        let one = Write { namespace: entry.namespace().into(), ..write.clone() };
        match one.delete_named(entry.name(), &options).await {
            Ok(_) => {}
            Err(status) if status.code == 404 => {}
            Err(status) => return Err(status),
        }
    }
    let presenter = Presenter::new(&write.server, &write.target, write.negotiated.clone(), &write.query)?;
    let meta = ListMeta { revision: snapshot.revision(), continue_token: None, remaining: None };
    presenter.list(&chosen, &meta).await
}
