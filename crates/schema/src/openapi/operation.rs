//! The vocabulary of the rooms beside this one: an operation as both document versions need it, before either
//! writes it down. Made by `server` and `resource`, written by `v2` and `v3`.

use pintle_meta::{GroupVersionKind, Str};

/// What one method of one path does.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// `/apis/apps/v1/namespaces/{namespace}/deployments/{name}`
    pub(super) path: String,
    /// Key in the path's item.
    pub(super) method: Method,
    /// `readAppsV1NamespacedDeployment`
    pub(super) id: String,
    /// `apps_v1`
    pub(super) tag: String,
    /// For people.
    pub(super) description: String,
    /// `x-kubernetes-action`; operations on no resource have none.
    pub(super) action: Option<&'static str>,
    /// `x-kubernetes-group-version-kind`
    pub(super) kind: Option<GroupVersionKind>,
    /// Media types of the body.
    pub(super) consumes: &'static [&'static str],
    /// Media types of answers.
    pub(super) produces: &'static [&'static str],
    /// In query and path, sorted by name.
    pub(super) parameters: Vec<Parameter>,
    /// What is sent.
    pub(super) body: Option<Body>,
    /// What is answered when all goes well.
    pub(super) answers: Vec<(Answer, Model)>,
}

/// Methods in the order in which a path's item lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Method {
    Get,
    Put,
    Post,
    Delete,
    Options,
    Head,
    Patch,
}

/// A request's body.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// Its definition.
    pub(super) definition: Str,
    /// Whether there must be one.
    pub(super) required: bool,
}

/// What is in an answer.
#[derive(Clone, Debug)]
pub(super) enum Model {
    /// Text or a stream.
    Text,
    /// A document of this definition.
    Definition(Str),
}

/// Status codes of success.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Ok,
    Created,
    Accepted,
}

/// Something in the query or the path. Equal parameters of all operations of a path are said once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: Str,
    pub(super) place: Place,
    /// `string`, `integer`, `boolean`
    pub(super) ty: &'static str,
    pub(super) description: Str,
}

/// Where a parameter stands; parameters of one name are sorted by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Path,
    Query,
}

impl Method {
    /// Each of them, in order.
    pub(super) const ALL: [Method; 7] = [
        Method::Get,
        Method::Put,
        Method::Post,
        Method::Delete,
        Method::Options,
        Method::Head,
        Method::Patch,
    ];

    /// Key in the path's item.
    pub(super) fn key(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Put => "put",
            Method::Post => "post",
            Method::Delete => "delete",
            Method::Options => "options",
            Method::Head => "head",
            Method::Patch => "patch",
        }
    }
}

impl Answer {
    /// Status code and its phrase.
    pub(super) fn code_and_phrase(self) -> (&'static str, &'static str) {
        match self {
            Answer::Ok => ("200", "OK"),
            Answer::Created => ("201", "Created"),
            Answer::Accepted => ("202", "Accepted"),
        }
    }
}

impl Place {
    /// Value of `in`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Place::Path => "path",
            Place::Query => "query",
        }
    }
}

/// Brings parameters into the order of every document.
pub(super) fn sort(parameters: &mut [Parameter]) {
    parameters.sort_by(|a, b| (&a.name, a.place).cmp(&(&b.name, b.place)));
}

/// The parameters that every operation of a path has, by name and place.
pub(super) fn common(operations: &[Operation]) -> Vec<Parameter> {
    let Some((first, others)) = operations.split_first() else { return Vec::new() };
    let everywhere = |parameter: &&Parameter| others.iter().all(|other| has(&other.parameters, parameter));
    first.parameters.iter().filter(everywhere).cloned().collect()
}

/// Whether a parameter of this name and place is among `parameters`.
pub(super) fn has(parameters: &[Parameter], wanted: &Parameter) -> bool {
    parameters.iter().any(|have| have.name == wanted.name && have.place == wanted.place)
}

/// `rbac.authorization.k8s.io` -> `rbacAuthorization.k8s.io` without what no identifier may hold: each letter
/// after a gap becomes a capital one; the first does when `capital` says so.
pub(super) fn identifier(text: &str, mut capital: bool) -> String {
    let mut made = String::with_capacity(text.len());
    for (at, letter) in text.chars().enumerate() {
        if !(letter.is_alphabetic() || letter == '_' || (at > 0 && letter.is_numeric())) {
            capital = true;
        } else if std::mem::take(&mut capital) {
            made.extend(letter.to_uppercase());
        } else {
            made.push(letter);
        }
    }
    made
}

/// The tag of a path's operations and what stands in their ids after the verb: `apps_v1` and `AppsV1`.
pub(super) fn tag_and_scope(path: &str) -> (String, String) {
    let mut parts = path.trim_matches('/').split('/');
    let (group, version) = match (parts.next(), parts.next()) {
        (Some("api"), version) => ("core", version),
        (Some("apis"), Some(group)) => (group, parts.next()),
        (first, _) => return (identifier(first.unwrap_or_default(), false), String::new()),
    };
    let group = group.strip_suffix(".k8s.io").unwrap_or(group);
    let (mut tag, mut scope) = (identifier(group, false), identifier(group, true));
    if let Some(version) = version {
        tag.push('_');
        tag.push_str(&identifier(version, false));
        scope.push_str(&identifier(version, true));
    }
    (tag, scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_become_tags_and_parts_of_ids() {
        let check = |path: &str, tag: &str, scope: &str| {
            assert_eq!(tag_and_scope(path), (tag.to_owned(), scope.to_owned()), "{path}");
        };
        check("/api/", "core", "Core");
        check("/api/v1/pods", "core_v1", "CoreV1");
        check("/apis/", "apis", "");
        check("/apis/apps/", "apps", "Apps");
        check("/apis/flowcontrol.apiserver.k8s.io/v1/", "flowcontrolApiserver_v1", "FlowcontrolApiserverV1");
        check("/apis/stable.example.com/v1/tabs", "stableExampleCom_v1", "StableExampleComV1");
        check("/.well-known/openid-configuration/", "WellKnown", "");
    }
}
