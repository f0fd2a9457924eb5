//! OpenAPI documents.
use super::not_found;
use crate::request::reply::Response;
use crate::server::Server;
use http::request::Parts;
use pintle_meta::Status;
use std::sync::Arc;

pub(super) fn v2(_server: &Arc<Server>, _head: &Parts) -> Result<Response, Status> {
    Ok(not_found())
}
pub(super) fn v3(_server: &Arc<Server>, _head: &Parts, _path: &str) -> Result<Response, Status> {
    Ok(not_found())
}
