//! What becomes of a flag today: it acts, it waits for its feature, or it stops the start.
//!
//! When a feature arrives its flags move from `LATER` or `REFUSED` to `ACTS`; nothing else changes. Why each
//! security flag stands where it stands: docs/decisions/0001-flags-before-their-features.md.

use super::given::Given;

/// What a flag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It does what it says; one sentence for help texts.
    Acts(&'static str),
    /// It is accepted with a warning that names what it waits for.
    Later(&'static str),
    /// It is accepted with a warning that says why it never does anything.
    Without(&'static str),
    /// The server doesn't start with it, for this reason.
    Refused(&'static str),
}

/// Flags that act.
const ACTS: &[(&str, &str)] = &[
    ("advertise-address", "The address that other members of the cluster reach this server at"),
    ("min-request-timeout", "The least number of seconds that a watch lasts when its client doesn't say"),
    ("request-timeout", "How long a request may take that doesn't stay open by its nature"),
    (
        "goaway-chance",
        "The chance, to 0.02, that an HTTP/2 request makes its client connect anew for the next, so that clients spread over servers",
    ),
    (
        "connection-max-age",
        "The age at which a connection ends in peace, watches included, so that clients spread over servers; 0 for never",
    ),
    ("http2-max-streams-per-connection", "Requests an HTTP/2 connection may have open; 0 for 1000"),
    ("shutdown-delay-duration", "How long to go on serving after the signal to stop"),
    (
        "embedded-storage",
        "Keep everything in this process: durably in this folder, or in memory, until it ends: `memory`",
    ),
    (
        "embedded-storage-listen-client-urls",
        "Where to serve etcd's API of the folder besides its socket: https://, or http:// for this machine only",
    ),
    (
        "embedded-storage-cert-file",
        "The certificate of those URLs (PEM), followed by those between it and its CA",
    ),
    ("embedded-storage-key-file", "The key of that certificate (PEM)"),
    (
        "embedded-storage-trusted-ca-file",
        "Who may sign the certificates that clients of those URLs must have (PEM)",
    ),
    (
        "embedded-storage-state-cache-bytes",
        "Memory for the disk cache of the folder's working state, in bytes",
    ),
    (
        "watch-history-bytes",
        "Memory for objects as they were, so that watches can start in the past and slow watchers catch up, in bytes",
    ),
    ("etcd-servers", "Where the storage tier or etcd is: scheme://host:port of each member"),
    ("etcd-cafile", "Who may sign the certificates of --etcd-servers (PEM)"),
    ("etcd-certfile", "The certificate that --etcd-servers are shown (PEM)"),
    ("etcd-keyfile", "The key of --etcd-certfile (PEM)"),
    ("etcd-prefix", "What all keys in storage begin with"),
    (
        "etcd-compaction-interval",
        "How often storage's history is cut off behind what was current then; 0 leaves it alone",
    ),
    ("etcd-healthcheck-timeout", "How long storage may take to answer before /healthz fails"),
    ("etcd-readycheck-timeout", "How long storage may take to answer before /readyz fails"),
    ("storage-backend", "etcd3, whatever serves it"),
    ("storage-media-type", "The form objects are stored in; what has no protobuf is JSON all the same"),
    ("bind-address", "The address to listen on; 0.0.0.0 and :: are all of them"),
    ("cert-dir", "Where a self-signed certificate is kept when none is given"),
    ("secure-port", "The port to listen on; 0 takes any free one"),
    ("tls-cert-file", "The server's certificate (PEM), followed by those between it and its CA"),
    ("tls-private-key-file", "The key of that certificate (PEM)"),
    ("tls-min-version", "The lowest TLS version to speak: VersionTLS12 or VersionTLS13"),
    ("tls-cipher-suites", "Cipher suites of TLS 1.2 to offer; all good ones when not given"),
    ("anonymous-auth", "Let requests without credentials in as system:anonymous; never with AlwaysAllow"),
    ("client-ca-file", "Who may sign client certificates (PEM): CN is the user, each O a group"),
    ("token-auth-file", "Bearer tokens as CSV: token,user,uid,\"group,group\""),
    (
        "authorization-mode",
        "Who decides what users may do, in order. AlwaysAllow and AlwaysDeny act; behind any other mode only system:masters pass until it comes",
    ),
    ("logging-format", "How log lines are written: text or json"),
    ("v", "How much is logged: from 0 for little to 6 and more for everything"),
    (
        "service-cluster-ip-range",
        "Where Services get their addresses from: one range, or two of different families",
    ),
    ("version", "Print the version and exit"),
];

/// Flags that wait, by what for. `*` ends a prefix.
const LATER: &[(&str, &[&str])] = &[
    (
        "answering browsers of other origins",
        &["cors-allowed-origins", "strict-transport-security-directives"],
    ),
    ("emulation of older releases", &["emulat*", "min-compatibility-version", "runtime-config-emulation-*"]),
    ("an external address in discovery", &["external-hostname"]),
    ("switching features by gate", &["feature-gates"]),
    ("limiting requests in flight", &["max-requests-inflight", "max-mutating-*"]),
    ("priority and fairness", &["enable-priority-and-fairness"]),
    (
        "tuning health checks and shutdown",
        &["livez-*", "send-retry-*", "shutdown-send-*", "shutdown-watch-*"],
    ),
    ("counting objects for metrics", &["etcd-count-metric-poll-period", "etcd-db-metric-poll-interval"]),
    ("encryption at rest", &["encryption-provider-config-automatic-reload"]),
    ("expiry of events", &["event-ttl", "lease-reuse-duration-seconds"]),
    ("tuning the watch cache", &["watch-cache*", "default-watch-cache-size"]),
    ("deletion by parallel workers", &["delete-collection-workers"]),
    ("garbage collection", &["enable-garbage-collector"]),
    ("sharing an address or a port", &["permit-*"]),
    ("choosing certificates by server name", &["tls-sni-cert-key"]),
    ("auditing", &["audit-*"]),
    ("profiling", &["contention-profiling", "debug-socket-path", "profiling"]),
    ("authentication by service account token", &["api-audiences", "service-account-*"]),
    ("authentication by configuration file", &["authentication-config"]),
    ("authentication by webhook", &["authentication-token-*"]),
    ("authentication by bootstrap token", &["enable-bootstrap-token-auth"]),
    ("authentication by a proxy's headers", &["requestheader-*"]),
    ("authentication by OpenID Connect", &["oidc-*"]),
    ("authorization by configuration file", &["authorization-config"]),
    ("authorization by policy file", &["authorization-policy-file"]),
    ("authorization by webhook", &["authorization-webhook-*"]),
    ("switching API versions on and off", &["runtime-config"]),
    ("choosing routes to the cluster", &["egress-selector-config-file"]),
    (
        "admission",
        &[
            "admission-*",
            "default-not-ready-*",
            "default-unreachable-*",
            "disable-admission-*",
            "enable-admission-*",
        ],
    ),
    ("choosing metrics", &["allow-metric-*", "disabled-metrics", "show-hidden-metrics-*"]),
    ("tuning the log", &["log-*", "vmodule", "enable-logs-handler"]),
    ("tracing", &["tracing-config-file"]),
    ("aggregation of API servers", &["aggregator-*", "enable-aggregator-routing", "proxy-client-*"]),
    ("validation of privileged Pods", &["allow-privileged"]),
    ("election among components", &["coordinated-*"]),
    (
        "endpoints of the kubernetes Service",
        &["apiserver-count", "endpoint-reconciler-type", "kubernetes-service-node-port"],
    ),
    ("talking to kubelets", &["kubelet-*"]),
    ("throttling connections", &["max-connection-bytes-per-sec"]),
    ("proxying between API servers", &["peer-*"]),
    ("allocation of node ports", &["service-node-port-range"]),
];

/// Flags that have nothing to act on.
const WITHOUT: &[(&str, &str)] = &[(
    "storage-initialization-timeout",
    "this server is not ready before its storage is, however long that takes",
)];

/// Flags that ask for safety we would not give.
const REFUSED: &[(&str, &str)] = &[
    (
        "encryption-provider-config",
        "encryption at rest comes later, and without it Secrets would be stored in the clear",
    ),
    (
        "etcd-servers-overrides",
        "this server keeps all resources in one place, and would not find those that are kept elsewhere; bring them to \
         --etcd-servers first",
    ),
    ("tls-curve-preferences", "choosing key exchanges comes later, and others than those would be offered"),
    ("disable-http2-serving", "switching HTTP/2 off comes later, and it would still be served"),
];

/// What becomes of the flag.
pub(crate) fn fate(name: &str) -> Fate {
    let refused = REFUSED.iter().find(|(flag, _)| *flag == name).map(|(_, why)| Fate::Refused(why));
    let acts = || ACTS.iter().find(|(flag, _)| *flag == name).map(|(_, does)| Fate::Acts(does));
    let waits = |names: &&[&str]| names.iter().any(|pattern| matches(pattern, name));
    let without = || WITHOUT.iter().find(|(flag, _)| *flag == name).map(|(_, why)| Fate::Without(why));
    let later = || LATER.iter().find(|(_, names)| waits(names)).map(|(what, _)| Fate::Later(what));
    refused.or_else(acts).or_else(without).or_else(later).expect("a test sees that every flag is in a table")
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |prefix| name.starts_with(prefix))
}

/// A line for each flag that was given and does nothing.
pub(crate) fn warnings(given: &Given) -> Vec<String> {
    let warning = |name| match fate(name) {
        Fate::Later(what) => Some(format!("--{name} is accepted but does nothing yet: {what} comes later")),
        Fate::Without(why) => Some(format!("--{name} is accepted but does nothing: {why}")),
        Fate::Acts(_) | Fate::Refused(_) => None,
    };
    given.names().filter_map(warning).collect()
}

/// A line for each flag that was given and can't be honoured. Its own zero asks for nothing, so it passes.
pub(crate) fn refusals(given: &Given) -> Vec<String> {
    let asked = |name: &&str| !matches!(given.text(name), "" | "false" | "0" | "f" | "F" | "FALSE" | "False");
    let refused = given.names().filter(asked).filter_map(|name| match fate(name) {
        Fate::Refused(why) => Some(format!("--{name}: {why}")),
        _ => None,
    });
    refused.collect()
}

#[cfg(test)]
mod tests {
    use super::super::Flags;
    use super::*;

    #[test]
    fn every_flag_has_a_fate_and_every_fate_a_flag() {
        let flags = Flags::load();
        flags.iter().for_each(|flag| {
            fate(flag.name);
        });
        let named = ACTS.iter().chain(REFUSED).chain(WITHOUT).map(|(name, _)| *name);
        let named = named.chain(LATER.iter().flat_map(|(_, names)| names.iter().copied()));
        for pattern in named {
            assert!(flags.iter().any(|flag| matches(pattern, flag.name)), "{pattern} is no flag");
        }
    }

    #[test]
    fn what_waits_says_so() {
        let given = Given::from_words(&[
            "--audit-log-path=/tmp/a",
            "--secure-port=1",
            "--storage-initialization-timeout=5s",
        ])
        .unwrap();
        assert_eq!(
            warnings(&given),
            [
                "--audit-log-path is accepted but does nothing yet: auditing comes later",
                "--storage-initialization-timeout is accepted but does nothing: this server is not ready before its \
                 storage is, however long that takes",
            ]
        );
    }

    #[test]
    fn nothing_weaker_is_started() {
        let given = Given::from_words(&[
            "--encryption-provider-config=e.yaml",
            "--disable-http2-serving=false",
            "--etcd-servers-overrides=",
        ])
        .unwrap();
        assert_eq!(
            refusals(&given),
            [
                "--encryption-provider-config: encryption at rest comes later, and without it Secrets would be \
              stored in the clear"
            ]
        );
    }
}
