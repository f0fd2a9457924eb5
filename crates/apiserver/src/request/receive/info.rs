//! What a URL asks for, by the reference's rules (k8s.io/apiserver's RequestInfo): made once, read everywhere.

use super::query::Query;
use http::Method;
use pintle_meta::Str;

/// What a request asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestInfo {
    /// Whether it is about a resource of the API, not a plain path.
    pub is_resource: bool,
    /// The path, percent-decoded.
    pub path: String,
    /// `get`, `list`, `watch`, `deletecollection`, ...; the method in lower case for plain paths.
    pub verb: Str,
    /// `api` or `apis`.
    pub prefix: Str,
    /// API group, "" for core.
    pub group: Str,
    /// Version within the group.
    pub version: Str,
    /// Namespace, or "".
    pub namespace: Str,
    /// URL plural.
    pub resource: Str,
    /// Path segment below the object, or "".
    pub subresource: Str,
    /// Object name, or "". Also the name that a list or watch selects by `metadata.name=`.
    pub name: Str,
    /// All segments from the resource on.
    pub parts: Vec<Str>,
}

impl RequestInfo {
    /// Reads a method, a raw path and a query.
    ///
    /// # Errors
    /// The reference's text for a `watch` or `proxy` prefix with nothing behind it; it names no URL yet.
    pub fn of(method: &Method, raw_path: &str, query: &Query) -> Result<RequestInfo, &'static str> {
        let path = percent_encoding::percent_decode_str(raw_path).decode_utf8_lossy().into_owned();
        let plain =
            RequestInfo { verb: Str::from(method.as_str().to_lowercase()), path, ..RequestInfo::default() };
        let trimmed = plain.path.trim_matches('/').to_owned();
        let all: Vec<&str> = if trimmed.is_empty() { Vec::new() } else { trimmed.split('/').collect() };
        let (prefix, group, rest) = match all.as_slice() {
            ["api", rest @ ..] if rest.len() >= 2 => ("api", "", rest),
            ["apis", group, rest @ ..] if rest.len() >= 2 => ("apis", *group, rest),
            _ => return Ok(plain),
        };
        let mut info = RequestInfo {
            is_resource: true,
            prefix: prefix.into(),
            group: group.into(),
            version: rest[0].into(),
            ..plain
        };
        info.read_resource(method, &rest[1..])?;
        info.refine_verb(query);
        Ok(info)
    }

    /// Whether the request stays open by its nature: no deadline, no seat held.
    pub fn is_long_running(&self) -> bool {
        self.verb == "watch"
            || self.verb == "proxy"
            || ["attach", "exec", "proxy", "log", "portforward"].contains(&self.subresource.as_str())
    }

    fn read_resource(&mut self, method: &Method, parts: &[&str]) -> Result<(), &'static str> {
        let mut parts = parts;
        let special = matches!(parts[0], "proxy" | "watch");
        if special {
            if parts.len() < 2 {
                return Err("unable to determine kind and namespace from url");
            }
            self.verb = parts[0].into();
            parts = &parts[1..];
        } else {
            self.verb = method_verb(method).into();
        }
        if parts[0] == "namespaces" && parts.len() > 1 {
            self.namespace = parts[1].into();
            if parts.len() > 2 && !matches!(parts[2], "status" | "finalize") {
                parts = &parts[2..];
            }
        }
        self.parts = parts.iter().map(|part| Str::from(*part)).collect();
        self.resource = self.parts.first().cloned().unwrap_or_default();
        self.name = self.parts.get(1).cloned().unwrap_or_default();
        if self.verb != "proxy" {
            self.subresource = self.parts.get(2).cloned().unwrap_or_default();
        }
        Ok(())
    }

    /// A GET or DELETE without a name is about many objects.
    fn refine_verb(&mut self, query: &Query) {
        if !self.name.is_empty() {
            return;
        }
        match self.verb.as_str() {
            "get" => {
                self.verb = if query.flag("watch") { "watch".into() } else { "list".into() };
                self.name = selected_name(query).unwrap_or_default();
            }
            "delete" => self.verb = "deletecollection".into(),
            _ => {}
        }
    }
}

fn method_verb(method: &Method) -> &'static str {
    match method.as_str() {
        "POST" => "create",
        "GET" | "HEAD" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "",
    }
}

/// The object that `fieldSelector=metadata.name=NAME` picks, so that authorization by name works on lists.
fn selected_name(query: &Query) -> Option<Str> {
    let selector = pintle_meta::selector::FieldSelector::parse(query.first("fieldSelector")?).ok()?;
    let name = selector.exact("metadata.name")?;
    let usable = !name.is_empty() && pintle_meta::names::path_segment_name(name).is_empty();
    usable.then(|| Str::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(method: Method, path: &str, query: &str) -> RequestInfo {
        RequestInfo::of(&method, path, &Query::parse(query)).unwrap()
    }

    #[test]
    fn urls_read_as_the_reference_reads_them() {
        for (method, path, query, want) in [
            (Method::GET, "/api/v1/pods", "", ("list", "", "", "pods", "", "")),
            (Method::GET, "/api/v1/namespaces", "watch=1", ("watch", "", "", "namespaces", "", "")),
            (Method::GET, "/api/v1/namespaces/a", "watch=1", ("get", "", "a", "namespaces", "a", "")),
            (
                Method::PUT,
                "/api/v1/namespaces/a/status",
                "",
                ("update", "", "a", "namespaces", "a", "status"),
            ),
            (Method::DELETE, "/api/v1/namespaces/a/pods", "", ("deletecollection", "", "a", "pods", "", "")),
            (
                Method::PATCH,
                "/apis/apps/v1/namespaces/a/deployments/d/scale",
                "",
                ("patch", "apps", "a", "deployments", "d", "scale"),
            ),
            (Method::GET, "/api/v1/watch/namespaces/a/pods/p", "", ("watch", "", "a", "pods", "p", "")),
            (Method::GET, "/api/v1/watch/pods/p/status", "", ("watch", "", "", "pods", "p", "status")),
            (Method::GET, "/api/v1/proxy/nodes/n/x", "", ("proxy", "", "", "nodes", "n", "")),
            (
                Method::GET,
                "/api/v1/watch/pods",
                "fieldSelector=metadata.name%3Dx",
                ("watch", "", "", "pods", "", ""),
            ),
            (
                Method::GET,
                "/api/v1/pods",
                "fieldSelector=metadata.name%3Dx",
                ("list", "", "", "pods", "x", ""),
            ),
        ] {
            let got = info(method, path, query);
            let seen =
                (&*got.verb, &*got.group, &*got.namespace, &*got.resource, &*got.name, &*got.subresource);
            assert!(got.is_resource && seen == want, "{path}?{query}: {seen:?}");
        }
        for path in ["/", "/api", "/api/v1", "/apis/apps/v1", "/healthz", "/openapi/v3/apis/apps/v1"] {
            assert!(!info(Method::GET, path, "").is_resource, "{path}");
        }
    }
}
