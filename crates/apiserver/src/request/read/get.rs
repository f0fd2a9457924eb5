//! GET of one object, as new as the client asks for.

use super::present::Presenter;
use super::{cache_status, check_name, options};
use crate::request::authorize::Authorized;
use crate::request::reply::{Negotiated, Response};
use crate::served::Target;
use crate::server::Server;
use pintle_meta::{ResourceVersion, Status};
use pintle_storage::Revision;
use pintle_watchcache::Freshness;
use std::sync::Arc;

pub(super) async fn get(
    server: &Arc<Server>,
    request: &Authorized,
    target: &Target,
    negotiated: Negotiated,
) -> Result<Response, Status> {
    let (info, query) = (&request.received.info, &request.received.query);
    if query.flag("export") {
        let text = "the export parameter, deprecated since v1.14, is no longer supported";
        return Err(Status::bad_request(text));
    }
    check_name(&info.name)?;
    let freshness = match options::resource_version(query.first("resourceVersion").unwrap_or_default())? {
        ResourceVersion::Unset => Freshness::Latest,
        ResourceVersion::Any => Freshness::Any,
        ResourceVersion::At(revision) => Freshness::NotOlderThan(Revision::new(revision)),
    };
    let prefix = target.storage_prefix().ok_or_else(Status::method_not_allowed)?;
    let view = server.cache.resource(prefix);
    let found =
        view.get(&view.key(target.namespace_of(info), &info.name), freshness).await.map_err(cache_status)?;
    let Some(entry) = found.entry else {
        return Err(Status::not_found(&target.group_resource(), &info.name));
    };
    Presenter::new(server, target, negotiated, query)?.entry(200, &entry)
}
