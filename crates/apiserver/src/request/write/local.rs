//! Writes that the server makes by itself, through the same stages as everybody's: what every cluster begins with,
//! and what background loops keep in order.

use super::Write;
use super::commit::Terms;
use super::options::WriteOptions;
use super::update::{Intent, Outcome};
use crate::request::authenticate::{AUTHENTICATED, MASTERS, User};
use crate::request::receive::{Query, RequestInfo};
use crate::request::reply::{As, Format, Negotiated, Warnings};
use crate::served::Target;
use crate::server::Server;
use http::HeaderValue;
use pintle_meta::{Object, Status, Str, Value};
use pintle_schema::decode;
use pintle_schema::{form, object_meta};
use std::sync::Arc;
use tokio::time::Instant;

/// Who the server is when it writes.
const SERVER: &str = "system:apiserver";
/// Who owns the fields that it writes; as the reference calls itself, for a cluster may have both.
const MANAGER: &str = "kube-apiserver";

/// Creates an object; kind and version may be left out.
///
/// # Errors
/// What a client would be told.
pub async fn create_by_server(server: &Arc<Server>, target: &Target, object: Value) -> Result<Value, Status> {
    let write = Write::by_server(server, target, &object)?;
    let mut object = write.normal_form(object)?;
    object_meta::wipe_system(&mut object);
    write.place_in_namespace(&mut object)?;
    write.own_created(&mut object);
    write.create_named(object, Terms::default()).await
}

/// The object of this name and namespace as storage has it now, in the target's version.
///
/// # Errors
/// What a client would be told.
pub async fn read_by_server(
    server: &Arc<Server>,
    target: &Target,
    named: &Value,
) -> Result<Option<Value>, Status> {
    let write = Write::by_server(server, target, named)?;
    Ok(write.stored(&write.name).await?.map(|live| live.object))
}

/// Replaces an object, or the part of it that the target's subresource is about.
///
/// # Errors
/// What a client would be told.
pub async fn update_by_server(server: &Arc<Server>, target: &Target, object: Value) -> Result<Value, Status> {
    let write = Write::by_server(server, target, &object)?;
    let object = write.normal_form(object)?;
    match write.change(&Intent::Replace(object), &WriteOptions::default()).await? {
        Outcome::Changed(object) | Outcome::Created(object) => Ok(object),
    }
}

impl Write {
    fn by_server(server: &Arc<Server>, target: &Target, object: &Value) -> Result<Write, Status> {
        let prefix = target.storage_prefix().cloned().ok_or_else(Status::method_not_allowed)?;
        let (mut head, ()) = http::Request::new(()).into_parts();
        head.headers.insert(http::header::USER_AGENT, HeaderValue::from_static(MANAGER));
        let namespace = if target.is_namespaced() { Str::from(object.namespace()) } else { Str::new() };
        let groups = [MASTERS, AUTHENTICATED].map(str::to_owned).into();
        Ok(Write {
            view: server.cache.resource(&prefix),
            query: Query::default(),
            head: Arc::new(head),
            deadline: Some(Instant::now() + server.config.request_timeout),
            name: object.name().into(),
            user: User { name: SERVER.to_owned(), groups, ..User::default() },
            info: RequestInfo { namespace: namespace.clone(), ..RequestInfo::default() },
            negotiated: Negotiated { format: Format::Json, pretty: false, shape: As::Object },
            warnings: Arc::new(Warnings::default()),
            server: Arc::clone(server),
            target: target.clone(),
            namespace,
        })
    }

    fn normal_form(&self, object: Value) -> Result<Value, Status> {
        let version = self.target.version();
        let decoded =
            decode::value(object, &version.schema).map_err(|error| Status::bad_request(error.to_string()))?;
        let mut object = decoded.value;
        form::default(&self.target.resource, version, &mut object);
        pintle_meta::ObjectMut::set_group_version_kind(&mut object, &version.kind);
        Ok(object)
    }
}
