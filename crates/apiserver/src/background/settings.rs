//! Objects that every cluster has and that depend on how the server was set up: the Service that leads to the API,
//! the default range of Service addresses, and what extension servers need to trust this one.

use super::bootstrap::Wanted;
use crate::config::{Cidr, Config};
use pintle_meta::time::Time;
use pintle_meta::value::to_json;
use pintle_meta::{Map, Str, Value};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The port that pods reach the API at.
const API_PORT: i64 = 443;

/// All of them.
pub(super) fn objects(config: &Config, now: SystemTime) -> Vec<Wanted> {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = Time::from_unix(i64::try_from(seconds).unwrap_or_default()).to_string();
    let mut wanted =
        vec![core("configmaps", authentication(config)), core("configmaps", token_tracking(&now))];
    if !config.service_cidrs.is_empty() {
        wanted.push(of("networking.k8s.io", "servicecidrs", service_cidr(&config.service_cidrs, &now)));
        wanted.push(core("services", api_service(config)));
    }
    wanted
}

fn core(resource: &str, object: Value) -> Wanted {
    of("", resource, object)
}

fn of(group: &str, resource: &str, object: Value) -> Wanted {
    Wanted { group: Str::from(group), resource: Str::from(resource), object }
}

fn named(namespace: &str, name: &str) -> Value {
    Value::from([("name", name.into()), ("namespace", namespace.into())])
}

/// default/kubernetes: the first address of the primary range, for as long as there is a cluster.
fn api_service(config: &Config) -> Value {
    let address = Value::from(config.service_cidrs[0].address(1).to_string());
    let family = if config.service_cidrs[0].network.is_ipv4() { "IPv4" } else { "IPv6" };
    let port = Value::from([
        ("name", "https".into()),
        ("protocol", "TCP".into()),
        ("port", API_PORT.into()),
        ("targetPort", i64::from(config.bind_address.port()).into()),
    ]);
    let labels = Value::from([("component", "apiserver".into()), ("provider", "kubernetes".into())]);
    let mut meta = named("default", "kubernetes");
    if let Some(place) = meta.place(&["labels"]) {
        *place = labels;
    }
    let list = |value: Value| [value].into_iter().collect::<Value>();
    Value::from([
        ("metadata", meta),
        (
            "spec",
            Value::from([
                ("ports", list(port)),
                ("clusterIP", address.clone()),
                ("clusterIPs", list(address)),
                ("type", "ClusterIP".into()),
                ("sessionAffinity", "None".into()),
                ("ipFamilies", list(family.into())),
                ("ipFamilyPolicy", "SingleStack".into()),
                ("internalTrafficPolicy", "Cluster".into()),
            ]),
        ),
    ])
}

fn service_cidr(ranges: &[Cidr], now: &str) -> Value {
    let ranges: Value = ranges.iter().map(|range| Value::from(range.to_string())).collect();
    let ready = Value::from([
        ("type", "Ready".into()),
        ("status", "True".into()),
        ("lastTransitionTime", now.into()),
        ("reason", "".into()),
        ("message", "Kubernetes default Service CIDR is ready".into()),
    ]);
    Value::from([
        ("metadata", Value::from([("name", "kubernetes".into())])),
        ("spec", Value::from([("cidrs", ranges)])),
        ("status", Value::from([("conditions", [ready].into_iter().collect())])),
    ])
}

/// What extension servers need to know who is asking: certificate authorities and header names.
fn authentication(config: &Config) -> Value {
    let mut data = Map::new();
    let mut put = |key: &str, file: &Option<std::path::PathBuf>| {
        if let Some(text) = file.as_deref().and_then(readable) {
            data.insert(key, text);
        }
    };
    put("client-ca-file", &config.tls.client_ca);
    let proxy = &config.front_proxy;
    put("requestheader-client-ca-file", &proxy.client_ca);
    if proxy.client_ca.is_some() {
        for (key, names) in [
            ("requestheader-allowed-names", &proxy.allowed_names),
            ("requestheader-extra-headers-prefix", &proxy.extra_prefixes),
            ("requestheader-group-headers", &proxy.group_headers),
            ("requestheader-uid-headers", &proxy.uid_headers),
            ("requestheader-username-headers", &proxy.username_headers),
        ] {
            if !names.is_empty() || key == "requestheader-allowed-names" {
                let list: Value = names.iter().map(|name| Value::from(name.as_str())).collect();
                data.insert(key, String::from_utf8_lossy(&to_json(&list)).into_owned());
            }
        }
    }
    let mut object = Value::from([("metadata", named("kube-system", "extension-apiserver-authentication"))]);
    if let Some(place) = object.place(&["data"]).filter(|_| !data.is_empty()) {
        *place = Value::Map(data);
    }
    object
}

/// A file that was read at start; gone meanwhile, it is left out.
fn readable(path: &Path) -> Option<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a certificate authority can't be published");
            None
        }
    }
}

/// Since when legacy tokens are tracked: a date.
fn token_tracking(now: &str) -> Value {
    let date = now.split('T').next().unwrap_or_default();
    Value::from([
        ("metadata", named("kube-system", "kube-apiserver-legacy-service-account-token-tracking")),
        ("data", Value::from([("since", date.into())])),
    ])
}
