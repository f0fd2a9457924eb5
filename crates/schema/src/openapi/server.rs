//! Operations of the server itself: lists of groups, versions and resources, its version, its token issuer.

use super::operation::{Answer, Method, Model, Operation, tag_and_scope};
use pintle_meta::GroupVersion;

/// Definition names of what every API shares.
pub(super) mod machinery {
    pub(in crate::openapi) const STATUS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";
    pub(in crate::openapi) const PATCH: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";
    pub(in crate::openapi) const WATCH_EVENT: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent";
    pub(in crate::openapi) const LIST_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListOptions";
    pub(in crate::openapi) const GET_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.GetOptions";
    pub(in crate::openapi) const CREATE_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.CreateOptions";
    pub(in crate::openapi) const UPDATE_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.UpdateOptions";
    pub(in crate::openapi) const PATCH_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.PatchOptions";
    pub(in crate::openapi) const DELETE_OPTIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
    pub(super) const API_VERSIONS: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions";
    pub(super) const API_GROUP: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup";
    pub(super) const API_GROUP_LIST: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList";
    pub(super) const API_RESOURCE_LIST: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList";
    pub(super) const VERSION_INFO: &str = "io.k8s.apimachinery.pkg.version.Info";
}

const NOTHING: &[&str] = &[];
const JSON: &[&str] = &["application/json"];
const KEY_SET: &[&str] = &["application/jwk-set+json"];
const DOCUMENTS: &[&str] = &["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/// `/api/v1/`, `/apis/apps/v1/`
pub(super) fn root(group_version: &GroupVersion) -> String {
    match group_version.group.is_empty() {
        true => format!("/api/{}/", group_version.version),
        false => format!("/apis/{}/{}/", group_version.group, group_version.version),
    }
}

/// The resources of a group version.
pub(super) fn resources(group_version: &GroupVersion) -> Operation {
    let told = ("APIResources", "list the resources of this version");
    get(root(group_version), told, DOCUMENTS, DOCUMENTS, definition(machinery::API_RESOURCE_LIST))
}

/// The versions of a group.
pub(super) fn group(group: &str) -> Operation {
    let told = ("APIGroup", "list the versions of this group");
    get(format!("/apis/{group}/"), told, DOCUMENTS, DOCUMENTS, definition(machinery::API_GROUP))
}

/// The groups.
pub(super) fn groups() -> Operation {
    let told = ("APIVersions", "list the groups of the API");
    get("/apis/".to_owned(), told, DOCUMENTS, DOCUMENTS, definition(machinery::API_GROUP_LIST))
}

/// The versions of the core group.
pub(super) fn core_versions() -> Operation {
    let told = ("APIVersions", "list the versions of the core group");
    get("/api/".to_owned(), told, DOCUMENTS, DOCUMENTS, definition(machinery::API_VERSIONS))
}

/// The version of the server.
pub(super) fn version() -> Operation {
    let told = ("CodeVersion", "tell which version of the server this is");
    get("/version/".to_owned(), told, JSON, JSON, definition(machinery::VERSION_INFO))
}

/// Where the issuer of service account tokens describes itself.
pub(super) fn issuer() -> Operation {
    let told = ("ServiceAccountIssuerOpenIDConfiguration", "describe the issuer of service account tokens");
    get("/.well-known/openid-configuration/".to_owned(), told, NOTHING, JSON, Model::Text)
}

/// The keys that service account tokens are signed with.
pub(super) fn keys() -> Operation {
    let told = ("ServiceAccountIssuerOpenIDKeyset", "list the public keys of service account tokens");
    get("/openid/v1/jwks/".to_owned(), told, NOTHING, KEY_SET, Model::Text)
}

fn definition(name: &str) -> Model {
    Model::Definition(name.into())
}

fn get(
    path: String,
    (name, description): (&str, &str),
    consumes: &'static [&'static str],
    produces: &'static [&'static str],
    answer: Model,
) -> Operation {
    let (tag, scope) = tag_and_scope(&path);
    Operation {
        id: format!("get{scope}{name}"),
        path,
        method: Method::Get,
        tag,
        description: description.to_owned(),
        action: None,
        kind: None,
        consumes,
        produces,
        parameters: Vec::new(),
        body: None,
        answers: vec![(Answer::Ok, answer)],
    }
}
