//! `/`: every path there is.

use crate::request::reply::{self, Response};
use crate::server::Server;
use http::request::Parts;
use pintle_meta::value::to_pretty_json;
use pintle_meta::{List, Value};

/// Answers `/`.
pub(super) fn answer(server: &Server, _head: &Parts) -> Response {
    let mut paths: Vec<String> =
        ["/api", "/apis", "/apis/", "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/version"]
            .map(str::to_owned)
            .into();
    let served = server.served();
    for group in served.groups() {
        let base = if group.name.is_empty() { "/api".to_owned() } else { format!("/apis/{}", group.name) };
        if !group.name.is_empty() {
            paths.push(base.clone());
        }
        paths.extend(group.versions.iter().map(|version| format!("{base}/{}", version.version)));
    }
    paths.extend(super::health::paths());
    paths.sort();
    let list: List = paths.into_iter().map(Value::from).collect();
    reply::bytes(200, "application/json", to_pretty_json(&Value::from([("paths", Value::List(list))])))
}
