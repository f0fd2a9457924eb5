//! LIST: a page of a snapshot, shown.

use super::listing::Listing;
use super::options::ListOptions;
use super::present::Presenter;
use crate::request::authorize::Authorized;
use crate::request::reply::{Negotiated, Response};
use crate::served::Target;
use crate::server::Server;
use pintle_meta::Status;
use std::sync::Arc;

pub(super) async fn list(
    server: &Arc<Server>,
    request: &Authorized,
    target: &Target,
    negotiated: Negotiated,
) -> Result<Response, Status> {
    let (info, query) = (&request.received.info, &request.received.query);
    let options = ListOptions::read(query, target, false)?;
    let prefix = target.storage_prefix().ok_or_else(Status::method_not_allowed)?;
    let view = server.cache.resource(prefix);
    let listing = Listing::new(&view, target, target.namespace_of(info), &options)?;
    let presenter = Presenter::new(server, target, negotiated, query)?;
    let page = listing.page().await?;
    presenter.list(page.entries, &page.meta).await
}
