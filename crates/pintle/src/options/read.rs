//! `Given` becomes `Options`. One line a flag; what needs more thought is in the files beside this one.

use super::{FrontProxy, Log, Options, Problems, Waiting};
use super::{admission, authorization, network, storage, tls};
use crate::flags::{Given, fate, value};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// The options, and what the log should say about them.
///
/// # Errors
/// Every problem of the command line.
pub(crate) fn read(given: &Given) -> Result<(Options, Vec<String>), Problems> {
    let mut problems = Problems(fate::refusals(given));
    let mut warnings = fate::warnings(given);
    let ip = given.ip("bind-address").unwrap_or([0, 0, 0, 0].into());
    let bind_address = SocketAddr::new(ip, problems.take(network::port(given)));
    let access = authorization::read(given, &mut problems, &mut warnings);
    admission::check(given, &access.modes, &mut problems);
    let options = Options {
        bind_address,
        advertise_address: network::advertise(given, ip, &mut problems),
        tls: tls::read(given, &mut problems, &mut warnings),
        front_proxy: front_proxy(given),
        token_auth_file: given.path("token-auth-file"),
        anonymous_auth: access.anonymous,
        authorization_modes: access.modes,
        service_cidrs: problems.take(network::service_ranges(given.text("service-cluster-ip-range"))),
        request_timeout: problems.take(duration(given, "request-timeout")),
        min_request_timeout: Duration::from_secs(problems.take(count(given, "min-request-timeout")).into()),
        connections: network::connections(given, &mut problems),
        watch_history_bytes: problems.take(watch_history(given)),
        shutdown_delay: problems.take(duration(given, "shutdown-delay-duration")),
        storage: storage::read(given, &mut problems, &mut warnings),
        log: Log {
            json: problems.take(json_log(given.text("logging-format"))),
            level: log_level(given.int("v")),
        },
        waiting: waiting(given, &mut problems),
    };
    if problems.0.is_empty() { Ok((options, warnings)) } else { Err(problems) }
}

fn waiting(given: &Given, problems: &mut Problems) -> Waiting {
    let gates = given.gates("feature-gates").into_iter();
    Waiting {
        service_node_ports: problems.take(network::node_ports(given)),
        max_in_flight: (
            problems.take(count(given, "max-requests-inflight")),
            problems.take(count(given, "max-mutating-requests-inflight")),
        ),
        priority_and_fairness: given.bool("enable-priority-and-fairness"),
        profiling: given.bool("profiling"),
        runtime_config: problems.take(runtime_config(given)),
        feature_gates: gates.map(|(component, name, on)| ((component, name), on)).collect(),
    }
}

fn front_proxy(given: &Given) -> FrontProxy {
    FrontProxy {
        client_ca: given.path("requestheader-client-ca-file"),
        allowed_names: given.list("requestheader-allowed-names"),
        username_headers: given.list("requestheader-username-headers"),
        uid_headers: given.list("requestheader-uid-headers"),
        group_headers: given.list("requestheader-group-headers"),
        extra_prefixes: given.list("requestheader-extra-headers-prefix"),
    }
}

pub(super) fn duration(given: &Given, flag: &str) -> Result<Duration, String> {
    if given.is_negative(flag) {
        return Err(format!("--{flag} can not be negative, but is {}", given.text(flag)));
    }
    Ok(given.duration(flag))
}

pub(super) fn count(given: &Given, flag: &str) -> Result<u32, String> {
    let number = given.int(flag);
    u32::try_from(number)
        .map_err(|_| format!("--{flag} must be a number from 0 to {}, but is {number}", u32::MAX))
}

fn watch_history(given: &Given) -> Result<usize, String> {
    const FLAG: &str = "watch-history-bytes";
    usize::try_from(given.int(FLAG))
        .map_err(|_| format!("--{FLAG} can not be negative, but is {}", given.int(FLAG)))
}

/// `api/all`, `api/ga`, ... or a path of group and version; on when nothing is said.
fn runtime_config(given: &Given) -> Result<BTreeMap<String, bool>, String> {
    let switch = |(key, value): (String, String)| {
        let on = if value.is_empty() { Some(true) } else { value::bool(&value) };
        match on {
            Some(on) => Ok((key, on)),
            None => Err(format!("--runtime-config: {key}={value} is neither true nor false")),
        }
    };
    given.switches("runtime-config").into_iter().map(switch).collect()
}

fn json_log(format: &str) -> Result<bool, String> {
    match format {
        "text" | "" => Ok(false),
        "json" => Ok(true),
        other => Err(format!("--logging-format must be text or json, but is {other:?}")),
    }
}

fn log_level(level: i64) -> u8 {
    u8::try_from(level.max(0)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{AuthorizationMode, Certificate};
    use super::*;

    fn options(words: &[&str]) -> Result<(Options, Vec<String>), Vec<String>> {
        let words = [&["--embedded-storage=memory", "--advertise-address=192.0.2.7"], words].concat();
        read(&Given::from_words(&words).unwrap()).map_err(|problems| problems.0)
    }

    #[test]
    fn the_reference_s_defaults() {
        let (options, warnings) = options(&[]).unwrap();
        assert_eq!(options.bind_address.to_string(), "0.0.0.0:6443");
        assert_eq!(options.tls.certificate, Certificate::SelfSigned("/var/run/kubernetes".into()));
        assert_eq!(options.authorization_modes, [AuthorizationMode::AlwaysAllow]);
        assert_eq!(options.service_cidrs[0].to_string(), "10.0.0.0/24");
        assert_eq!(options.request_timeout, Duration::from_secs(60));
        assert_eq!(options.min_request_timeout, Duration::from_secs(1800));
        assert_eq!(options.waiting.max_in_flight, (400, 200));
        assert_eq!(options.storage.prefix, "/registry/");
        assert!(!options.anonymous_auth, "not together with AlwaysAllow");
        assert_eq!(
            warnings,
            ["--anonymous-auth is off: everybody would be allowed everything while --authorization-mode \
                 has AlwaysAllow",]
        );
    }

    #[test]
    fn what_was_given_counts() {
        let (options, warnings) = options(&[
            "--bind-address=127.0.0.1",
            "--secure-port=0",
            "--authorization-mode=RBAC",
            "--tls-cert-file=a.crt",
            "--tls-private-key-file=a.key",
            "--etcd-prefix=/my/cluster/",
            "--storage-media-type=application/json",
            "--runtime-config=api/all,apps/v1=false",
            "--logging-format=json",
            "-v9",
        ])
        .unwrap();
        assert_eq!(options.bind_address.to_string(), "127.0.0.1:0");
        assert!(options.anonymous_auth);
        assert_eq!(options.storage.prefix, "/my/cluster/");
        assert_eq!(options.waiting.runtime_config.values().copied().collect::<Vec<_>>(), [true, false]);
        assert_eq!(options.log, Log { json: true, level: 9 });
        assert_eq!(
            warnings,
            [
                "--runtime-config is accepted but does nothing yet: switching API versions on and off comes later",
                "--authorization-mode=RBAC: only system:masters pass through it until it comes",
            ]
        );
    }

    #[test]
    fn all_problems_at_once() {
        let problems = options(&[
            "--secure-port=70000",
            "--request-timeout=-1s",
            "--goaway-chance=0.5",
            "--watch-history-bytes=-1",
            "--max-requests-inflight=-1",
            "--runtime-config=apps/v1=off",
            "--logging-format=xml",
        ]);
        assert_eq!(
            problems.unwrap_err(),
            [
                "--secure-port must be from 0 to 65535, but is 70000",
                "--request-timeout can not be negative, but is -1s",
                "--goaway-chance must be from 0 to 0.02, but is 0.5",
                "--watch-history-bytes can not be negative, but is -1",
                "--logging-format must be text or json, but is \"xml\"",
                "--max-requests-inflight must be a number from 0 to 4294967295, but is -1",
                "--runtime-config: apps/v1=off is neither true nor false",
            ]
        );
    }
}
