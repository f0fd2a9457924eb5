//! Where a request goes: to a resource, or to one of the plain paths. After authorization, so that existence is
//! told only to those who may ask.

mod discovery;
mod health;
mod index;
mod openapi;
mod version;

use super::authorize::Authorized;
use super::receive::RequestInfo;
use super::reply::{self, Response, Warnings};
use super::{read, write};
use crate::served::{Served, Target};
use crate::server::Server;
use http::Method;
use pintle_meta::{Reason, Status};
use pintle_schema::resource::{Verb, View};
use std::sync::Arc;

/// Answers an authorized request.
///
/// # Errors
/// Whatever the stages after this one refuse.
pub async fn route(
    server: Arc<Server>,
    request: Authorized,
    warnings: Arc<Warnings>,
) -> Result<Response, Status> {
    if !request.received.info.is_resource {
        return plain(&server, &request).await;
    }
    let served = server.served();
    let Some(found) = find(&served, &request) else {
        return Ok(not_found());
    };
    let (target, verb) = found?;
    if let Some(warning) = &target.version().deprecated {
        warnings.add(warning.clone());
    }
    if *target.view() == View::Action || target.resource.storage.is_none() {
        return Err(not_there_yet(&request.received.info));
    }
    match verb {
        Verb::Get | Verb::List | Verb::Watch => read::read(server, request, target, verb).await,
        _ => write::write(server, request, target, verb, warnings).await,
    }
}

/// The target and verb of a request for a resource. `None` where the reference has no such API group, or does not
/// see that it is one.
fn find(served: &Served, request: &Authorized) -> Option<Result<(Target, Verb), Status>> {
    let info = &request.received.info;
    if info.path.starts_with("//") {
        return None;
    }
    let group = served.group(&info.group)?;
    if group.version(&info.version).is_none() {
        return Some(Err(Status::no_such_path()));
    }
    let Some((resource, at)) = served.resource(&info.group, &info.version, &info.resource) else {
        return Some(Err(Status::no_such_path()));
    };
    let target = Target::new(Arc::clone(resource), at);
    Some(locate(target, request))
}

/// Checks that the path has the shape its resource has, and that the method is one of its verbs.
fn locate(target: Target, request: &Authorized) -> Result<(Target, Verb), Status> {
    let (info, method) = (&request.received.info, &request.received.head.method);
    let is_namespace_path = info.resource == "namespaces" && info.namespace == info.name;
    let in_namespace = !info.namespace.is_empty() && !is_namespace_path;
    let is_stream_of_part = info.verb == "watch" && !info.subresource.is_empty();
    if info.parts.len() > 3 || is_stream_of_part || (in_namespace && !target.is_namespaced()) {
        return Err(Status::no_such_path());
    }
    let named = info.parts.len() > 1;
    if named && target.is_namespaced() && !in_namespace {
        return Err(Status::no_such_path());
    }
    let target = match info.subresource.as_str() {
        "" => target,
        name => target.with_subresource(name).ok_or_else(Status::no_such_path)?,
    };
    let verbs = target.subresource().map_or(target.version().verbs, |sub| sub.verbs);
    let verb = verb_of(method, info).ok_or_else(Status::method_not_allowed)?;
    let whole_item = named && target.subresource().is_none();
    let has_items =
        [Verb::Get, Verb::Update, Verb::Patch, Verb::Delete].into_iter().any(|verb| verbs.has(verb));
    if whole_item && !has_items {
        return Err(Status::no_such_path());
    }
    let across_namespaces =
        target.is_namespaced() && !in_namespace && !matches!(verb, Verb::List | Verb::Watch);
    let create_across = across_namespaces && verb == Verb::Create && !verbs.has(Verb::List);
    if !verbs.has(verb) || (across_namespaces && !create_across) {
        return Err(Status::method_not_allowed());
    }
    Ok((target, verb))
}

/// The verb of a request, if the method goes with the path: one object is got, updated, patched and deleted, many
/// are listed and deleted, new ones are posted to the collection or to a subresource.
fn verb_of(method: &Method, info: &RequestInfo) -> Option<Verb> {
    let verb = Verb::parse(&info.verb)?;
    let named = info.parts.len() > 1;
    let fits = match verb {
        Verb::Get | Verb::Update | Verb::Patch | Verb::Delete => named,
        Verb::Create => !named || !info.subresource.is_empty(),
        Verb::List | Verb::DeleteCollection => !named,
        Verb::Watch => method == Method::GET,
    };
    // Go's servers answer HEAD only where a route says so, and no resource's does.
    (fits && method != Method::HEAD).then_some(verb)
}

/// Paths that are no resources.
async fn plain(server: &Arc<Server>, request: &Authorized) -> Result<Response, Status> {
    let path = request.received.info.path.as_str();
    let head = &request.received.head;
    match path {
        "/" | "/index.html" => Ok(index::answer(server, head)),
        "/version" | "/version/" => version::answer(server, head),
        _ if path.starts_with("/version/") => Err(Status::no_such_path()),
        _ if path.starts_with("/healthz") || path.starts_with("/livez") || path.starts_with("/readyz") => {
            Ok(health::answer(server, request))
        }
        "/openapi/v2" => openapi::v2(server, head).await,
        "/openapi/v3" => openapi::v3(server, head, path, &request.received.query).await,
        _ if path.starts_with("/openapi/v3/") => {
            openapi::v3(server, head, path, &request.received.query).await
        }
        _ => discovery::answer(server, head, path),
    }
}

/// What discovery shows and no room answers yet: refused plainly, so that nobody takes silence for success.
fn not_there_yet(info: &RequestInfo) -> Status {
    let slash = if info.subresource.is_empty() { "" } else { "/" };
    let text = format!("{}{slash}{} is not implemented by this server yet", info.resource, info.subresource);
    Status::failure(501, Reason::Unknown, text)
}

/// A path that nobody has.
fn not_found() -> Response {
    reply::text(404, "404 page not found\n")
}
