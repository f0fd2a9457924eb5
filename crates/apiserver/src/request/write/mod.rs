//! Writes: what was sent becomes an object, is computed against what is there, checked, and committed if nobody
//! was faster. Each stage takes what the one before it made.
//!
//! ```text
//! decode > compute > own > prepare > validate > commit
//!             ^                                    |
//!             +------- somebody was faster --------+
//! ```

mod apply;
mod commit;
mod create;
mod decode;
mod delete;
mod live;
mod local;
mod options;
mod own;
mod patch;
mod prepare;
mod update;
mod validate;
mod view;

pub use local::{create_by_server, read_by_server, update_by_server};

use super::authenticate::User;
use super::authorize::Authorized;
use super::read::Presenter;
use super::receive::{self, Query, RequestInfo};
use super::reply::{self, Negotiated, Response, Warnings};
use crate::served::Target;
use crate::server::Server;
use bytes::Bytes;
use hyper::body::Incoming;
use pintle_meta::{GroupResource, Status, Str, Value};
use pintle_schema::resource::Verb;
use pintle_watchcache::ResourceView;
use std::sync::Arc;
use tokio::time::Instant;

/// What every stage of one write may look at.
#[derive(Clone)]
struct Write {
    server: Arc<Server>,
    target: Target,
    view: ResourceView,
    query: Query,
    head: Arc<http::request::Parts>,
    deadline: Option<Instant>,
    namespace: Str,
    /// The name in the URL; "" for creates.
    name: Str,
    user: User,
    info: RequestInfo,
    negotiated: Negotiated,
    warnings: Arc<Warnings>,
}

/// Answers a create, update, patch or delete.
///
/// # Errors
/// Whatever the stages refuse, in the reference's words.
pub async fn write(
    server: Arc<Server>,
    request: Authorized,
    target: Target,
    verb: Verb,
    warnings: Arc<Warnings>,
) -> Result<Response, Status> {
    let prefix = target.storage_prefix().cloned().ok_or_else(Status::method_not_allowed)?;
    let received = request.received;
    let negotiated = reply::negotiate(&received.head, false, target.has_protobuf())?;
    let write = Write {
        view: server.cache.resource(&prefix),
        namespace: if target.is_namespaced() { received.info.namespace.clone() } else { Str::new() },
        name: received.info.name.clone(),
        user: request.user,
        info: received.info,
        server,
        target,
        query: received.query,
        head: received.head,
        deadline: received.deadline,
        negotiated,
        warnings,
    };
    match verb {
        Verb::Create => create::create(write, received.body).await,
        Verb::Update => update::update(write, received.body).await,
        Verb::Patch => patch::patch(write, received.body).await,
        Verb::Delete => delete::delete(write, received.body).await,
        _ => delete::delete_collection(write, received.body).await,
    }
}

impl Write {
    async fn body(&self, body: Incoming) -> Result<Bytes, Status> {
        receive::read_body(body, self.deadline).await
    }

    fn group_resource(&self) -> GroupResource {
        self.target.group_resource()
    }

    /// The storage key of an object of this resource.
    fn key(&self, name: &str) -> Bytes {
        let namespace = Some(self.namespace.as_str()).filter(|namespace| !namespace.is_empty());
        Bytes::from(self.view.key(namespace, name))
    }

    /// The object in the negotiated form.
    fn show(&self, code: u16, object: Value) -> Result<Response, Status> {
        Presenter::new(&self.server, &self.target, self.negotiated.clone(), &self.query)?
            .object(code, self.target.document_of(object))
    }

    fn not_found(&self) -> Status {
        Status::not_found(&self.group_resource(), &self.name)
    }

    /// The current time as metadata holds it.
    fn now(&self) -> String {
        pintle_meta::time::Time::from_unix(self.server.sources.unix_seconds()).to_string()
    }
}
