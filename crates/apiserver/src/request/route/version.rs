//! `/version`: the release whose behaviour this server has. Clients and their tests compare the members with
//! that release, compiler and all; `gitVersion` says who it really is.

use crate::request::reply::{self, Response};
use crate::server::Server;
use http::Method;
use http::request::Parts;
use pintle_meta::value::to_pretty_json;
use pintle_meta::{Status, Value};

/// The version of the API that is served.
pub(super) const MINOR: &str = "36";
/// The release whose behaviour this server has.
pub(super) const GIT_VERSION: &str = "v1.36.2";

/// Answers `/version`.
///
/// # Errors
/// 405 for anything but GET.
pub(super) fn answer(server: &Server, head: &Parts) -> Result<Response, Status> {
    if head.method != Method::GET {
        return Err(Status::method_not_allowed());
    }
    let document = Value::from([
        ("major", "1".into()),
        ("minor", MINOR.into()),
        ("emulationMajor", "1".into()),
        ("emulationMinor", MINOR.into()),
        ("minCompatibilityMajor", "1".into()),
        ("minCompatibilityMinor", "35".into()),
        ("gitVersion", format!("{GIT_VERSION}+pintle").into()),
        ("gitCommit", server.config.build.commit.into()),
        ("gitTreeState", "clean".into()),
        ("buildDate", server.config.build.date.into()),
        ("goVersion", "go1.26.0".into()),
        ("compiler", "gc".into()),
        ("platform", format!("{}/{}", std::env::consts::OS, go_arch()).into()),
    ]);
    Ok(reply::bytes(200, "application/json", to_pretty_json(&document)))
}

fn go_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
