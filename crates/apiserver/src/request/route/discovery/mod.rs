//! Discovery: what there is to ask for, in two forms. The older one is a document for each level of the path, the
//! newer one (apidiscovery.k8s.io) tells everything below `/api` or `/apis` at once, with an ETag.

mod aggregated;
mod legacy;
#[cfg(test)]
mod tests;

use super::not_found;
use crate::request::reply::{self, Response};
use crate::served::Served;
use crate::server::Server;
use http::Method;
use http::request::Parts;
use pintle_meta::{Status, Value};

/// What a discovery path asks for.
enum Asked<'a> {
    /// `/api`
    CoreVersions,
    /// `/apis`
    Groups,
    /// `/apis/GROUP`
    Group(&'a str),
    /// `/api/VERSION`, `/apis/GROUP/VERSION`
    Resources(&'a str, &'a str),
}

/// Answers a path below `/api` or `/apis`, or 404.
///
/// # Errors
/// 404 of an unknown version, 405, 406.
pub(super) fn answer(server: &Server, head: &Parts, path: &str) -> Result<Response, Status> {
    let Some(asked) = Asked::of(path) else { return Ok(not_found()) };
    let served = server.served();
    if let Asked::Group(name) = asked {
        // The reference's documents of groups look at the path alone, not at the method.
        return match served.group(name) {
            Some(group) => legacy_document(head, &legacy::group(group, true)),
            None => Ok(not_found()),
        };
    }
    if let Asked::Resources(name, version) = asked {
        let Some(group) = served.group(name) else { return Ok(not_found()) };
        let version = group.version(version).ok_or_else(Status::no_such_path)?;
        only_get(head)?;
        return legacy_document(head, &legacy::resources(name, version));
    }
    let core = matches!(asked, Asked::CoreVersions);
    if core {
        only_get(head)?;
    }
    if let Some(format) = aggregated::wanted(&head.headers) {
        return aggregated::answer(&served, core, format, head);
    }
    legacy_document(
        head,
        &if core { legacy::core(&served, server.advertised_address()) } else { groups(&served) },
    )
}

impl<'a> Asked<'a> {
    fn of(path: &'a str) -> Option<Asked<'a>> {
        let parts: Vec<&str> = path.strip_prefix('/')?.trim_end_matches('/').split('/').collect();
        match parts[..] {
            ["api"] => Some(Asked::CoreVersions),
            ["apis"] => Some(Asked::Groups),
            ["api", version] => Some(Asked::Resources("", version)),
            ["apis", group] => Some(Asked::Group(group)),
            ["apis", group, version] => Some(Asked::Resources(group, version)),
            _ => None,
        }
    }
}

fn groups(served: &Served) -> Value {
    legacy::groups(served.groups().iter().filter(|group| !group.name.is_empty()))
}

fn only_get(head: &Parts) -> Result<(), Status> {
    if head.method == Method::GET { Ok(()) } else { Err(Status::method_not_allowed()) }
}

fn legacy_document(head: &Parts, document: &Value) -> Result<Response, Status> {
    let negotiated = reply::negotiate_plain(head)?;
    Ok(reply::document(200, &negotiated, document))
}
