//! Where everything is kept: in this process's memory, in a folder, or on servers of etcd's API.

use super::read::duration;
use super::{ClientUrlTls, EmbeddedStorage, EtcdServers, Place, Problems, Storage, StoredAs};
use crate::flags::Given;
use std::net::SocketAddr;
use std::time::Duration;

/// The reference's media types of stored objects.
const MEDIA_TYPES: [&str; 3] =
    ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
/// What `--embedded-storage` says for no folder at all; a folder of this name is written `./memory`.
const MEMORY: &str = "memory";
/// What every client of etcd's API can be, as the reference says it.
const BACKEND: &str = "etcd3";

/// Reads where to keep objects, in which form, and how to look after them.
pub(super) fn read(given: &Given, problems: &mut Problems, warnings: &mut Vec<String>) -> Storage {
    if !matches!(given.text("storage-backend"), "" | BACKEND) {
        problems.add(format!(
            "--storage-backend {:?} must be {BACKEND}, which is also the default",
            given.text("storage-backend")
        ));
    }
    Storage {
        place: place(given, problems),
        prefix: prefix(given.text("etcd-prefix")),
        stored_as: stored_as(given, problems, warnings),
        compaction_interval: problems.take(duration(given, "etcd-compaction-interval")),
        health_timeout: problems.take(timeout(given, "etcd-healthcheck-timeout")),
        ready_timeout: problems.take(timeout(given, "etcd-readycheck-timeout")),
    }
}

fn place(given: &Given, problems: &mut Problems) -> Place {
    let servers: Vec<String> =
        given.list("etcd-servers").into_iter().filter(|server| !server.is_empty()).collect();
    let embedded = given.text("embedded-storage");
    if embedded.is_empty() || embedded == MEMORY {
        no_folder(given, problems);
    }
    match (embedded, servers.is_empty()) {
        ("", true) => {
            problems.add(
                "say where to keep objects: --etcd-servers=URL,... on the storage tier or etcd, \
                 --embedded-storage=FOLDER in this process, --embedded-storage=memory until it ends",
            );
            Place::default()
        }
        ("", false) => Place::Etcd(etcd(given, servers, problems)),
        (_, false) => {
            problems.add("--embedded-storage and --etcd-servers are two places to keep objects: choose one");
            Place::default()
        }
        (MEMORY, true) => Place::Memory,
        (folder, true) => {
            let (client_urls, tls) = client_urls(given, problems);
            let cache_bytes = problems.take(cache_bytes(given));
            Place::Folder(EmbeddedStorage { folder: folder.into(), client_urls, cache_bytes, tls })
        }
    }
}

/// Any number from nothing on; what is not there is not checked.
fn cache_bytes(given: &Given) -> Result<u64, String> {
    const FLAG: &str = "embedded-storage-state-cache-bytes";
    u64::try_from(given.int(FLAG))
        .map_err(|_| format!("--{FLAG} can not be negative, but is {}", given.int(FLAG)))
}

/// Flags of a storage folder, when there is none.
fn no_folder(given: &Given, problems: &mut Problems) {
    let given = given.names().filter(|name| name.starts_with("embedded-storage-"));
    given.for_each(|name| problems.add(format!("--{name} needs --embedded-storage=FOLDER")));
}

/// The reference leaves it to its client to find half a pair; we say so at once.
fn etcd(given: &Given, servers: Vec<String>, problems: &mut Problems) -> EtcdServers {
    let certificate = match (given.path("etcd-certfile"), given.path("etcd-keyfile")) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => {
            problems.add("--etcd-certfile and --etcd-keyfile go together");
            None
        }
    };
    EtcdServers { servers, ca: given.path("etcd-cafile"), certificate }
}

/// Who can ask storage reads every Secret and is stopped by no authorization: from outside this machine nobody may
/// without a certificate.
fn client_urls(given: &Given, problems: &mut Problems) -> (Vec<String>, Option<ClientUrlTls>) {
    const FLAG: &str = "embedded-storage-listen-client-urls";
    let urls = given.list(FLAG);
    for url in &urls {
        if let Some(address) = url.strip_prefix("http://") {
            if !is_loopback(address.trim_end_matches('/')) {
                problems.add(format!(
                    "--{FLAG}: {url} would let everybody read everything: use https://, or an address of this \
                     machine only, such as http://127.0.0.1:2379"
                ));
            }
        } else if !url.starts_with("https://") {
            problems.add(format!("--{FLAG}: {url} must begin with https:// or http://"));
        }
    }
    let file = |name| given.path(name);
    let files = (
        file("embedded-storage-cert-file"),
        file("embedded-storage-key-file"),
        file("embedded-storage-trusted-ca-file"),
    );
    let https = urls.iter().any(|url| url.starts_with("https://"));
    let tls = match files {
        (Some(certificate), Some(key), Some(trusted_ca)) => {
            Some(ClientUrlTls { certificate, key, trusted_ca })
        }
        (None, None, None) if !https => None,
        _ => {
            problems.add(format!(
                "--{FLAG} with https:// needs --embedded-storage-cert-file, --embedded-storage-key-file and \
                 --embedded-storage-trusted-ca-file, all three"
            ));
            None
        }
    };
    (urls, tls)
}

fn is_loopback(authority: &str) -> bool {
    let address = authority.parse::<SocketAddr>();
    authority.starts_with("localhost:") || address.is_ok_and(|address| address.ip().is_loopback())
}

fn stored_as(given: &Given, problems: &mut Problems, warnings: &mut Vec<String>) -> StoredAs {
    match given.text("storage-media-type") {
        "application/vnd.kubernetes.protobuf" => StoredAs::Protobuf,
        "application/json" => StoredAs::Json,
        "application/yaml" => {
            warnings.push("objects are stored as JSON: every reader of YAML reads it".to_owned());
            StoredAs::Json
        }
        other => {
            problems.add(format!("--storage-media-type {other:?} must be one of {}", MEDIA_TYPES.join(", ")));
            StoredAs::default()
        }
    }
}

/// `/a/b/`, however many slashes were written where.
fn prefix(text: &str) -> String {
    let parts = text.split('/').filter(|part| !part.is_empty());
    parts.fold("/".to_owned(), |prefix, part| format!("{prefix}{part}/"))
}

/// A duration within which storage can answer.
fn timeout(given: &Given, flag: &str) -> Result<Duration, String> {
    let timeout = duration(given, flag)?;
    if timeout.is_zero() {
        Err(format!("--{flag} must be above zero: nothing answers in no time"))
    } else {
        Ok(timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Storage, Vec<String>> {
        let mut problems = Problems::default();
        let storage = super::read(&Given::from_words(words).unwrap(), &mut problems, &mut Vec::new());
        if problems.0.is_empty() { Ok(storage) } else { Err(problems.0) }
    }

    fn problem(words: &[&str]) -> String {
        read(words).unwrap_err().join("\n")
    }

    #[test]
    fn prefixes_have_slashes_at_both_ends() {
        let cases = [("/registry", "/registry/"), ("a//b/", "/a/b/"), ("", "/")];
        cases.iter().for_each(|(text, expected)| assert_eq!(prefix(text), *expected));
    }

    #[test]
    fn each_place_is_one_choice() {
        assert_eq!(read(&["--embedded-storage=memory"]).unwrap().place, Place::Memory);
        let folder = EmbeddedStorage {
            folder: "/data".into(),
            client_urls: Vec::new(),
            cache_bytes: 64 << 20,
            tls: None,
        };
        assert_eq!(read(&["--embedded-storage=/data"]).unwrap().place, Place::Folder(folder.clone()));
        let words = ["--embedded-storage=/data", "--embedded-storage-state-cache-bytes=1048576"];
        let small = EmbeddedStorage { cache_bytes: 1 << 20, ..folder };
        assert_eq!(read(&words).unwrap().place, Place::Folder(small));
        assert_eq!(
            problem(&["--embedded-storage=/data", "--embedded-storage-state-cache-bytes=-1"]),
            "--embedded-storage-state-cache-bytes can not be negative, but is -1"
        );
        let servers = EtcdServers {
            servers: vec!["https://a:2379".to_owned(), "https://b:2379".to_owned()],
            ca: Some("ca".into()),
            certificate: Some(("crt".into(), "key".into())),
        };
        let words = [
            "--etcd-servers=https://a:2379,https://b:2379",
            "--etcd-cafile=ca",
            "--etcd-certfile=crt",
            "--etcd-keyfile=key",
        ];
        assert_eq!(read(&words).unwrap().place, Place::Etcd(servers));
        assert!(problem(&[]).starts_with("say where to keep objects: --etcd-servers=URL,..."));
        assert_eq!(problem(&["--etcd-servers="]), problem(&[]));
        assert_eq!(
            problem(&["--embedded-storage=memory", "--etcd-servers=http://a:1"]),
            "--embedded-storage and --etcd-servers are two places to keep objects: choose one"
        );
        assert_eq!(
            problem(&["--etcd-servers=http://a:1", "--etcd-certfile=crt"]),
            "--etcd-certfile and --etcd-keyfile go together"
        );
    }

    #[test]
    fn the_reference_s_numbers() {
        let storage = read(&["--embedded-storage=memory"]).unwrap();
        assert_eq!(storage.compaction_interval, Duration::from_secs(300));
        assert_eq!(
            (storage.health_timeout, storage.ready_timeout),
            (Duration::from_secs(2), Duration::from_secs(2))
        );
        let words = ["--embedded-storage=memory", "--etcd-compaction-interval=0"];
        assert_eq!(read(&words).unwrap().compaction_interval, Duration::ZERO);
        assert_eq!(
            problem(&[
                "--embedded-storage=memory",
                "--etcd-readycheck-timeout=0",
                "--etcd-compaction-interval=-1s"
            ]),
            "--etcd-compaction-interval can not be negative, but is -1s\n\
             --etcd-readycheck-timeout must be above zero: nothing answers in no time"
        );
    }

    #[test]
    fn nobody_reads_the_folder_from_outside_without_a_certificate() {
        const FLAG: &str = "--embedded-storage-listen-client-urls";
        let with = |urls: &str, more: &[&str]| {
            let urls = format!("{FLAG}={urls}");
            read(&[&["--embedded-storage=/data", urls.as_str()], more].concat())
        };
        for good in ["http://127.0.0.1:2379", "http://localhost:2379/,http://[::1]:0"] {
            assert!(with(good, &[]).is_ok(), "{good}");
        }
        for bad in ["http://0.0.0.0:2379", "http://10.0.0.1:2379", "http://localhost.example:1"] {
            let problems = with(bad, &[]).unwrap_err();
            assert!(problems[0].contains("would let everybody read everything"), "{problems:?}");
        }
        assert!(with("unix:///run/x", &[]).unwrap_err()[0].contains("must begin with https:// or http://"));
        let files = [
            "--embedded-storage-cert-file=crt",
            "--embedded-storage-key-file=key",
            "--embedded-storage-trusted-ca-file=ca",
        ];
        assert!(with("https://0.0.0.0:2379", &files).is_ok());
        assert!(with("https://0.0.0.0:2379", &files[..2]).unwrap_err()[0].contains("all three"));
        assert!(with("https://0.0.0.0:2379", &[]).unwrap_err()[0].contains("all three"));
        assert_eq!(
            problem(&["--etcd-servers=http://a:1", "--embedded-storage-cert-file=crt"]),
            "--embedded-storage-cert-file needs --embedded-storage=FOLDER"
        );
    }

    #[test]
    fn what_can_t_be_stored_so_is_refused() {
        assert_eq!(
            problem(&["--embedded-storage=memory", "--storage-media-type=text/plain"]),
            "--storage-media-type \"text/plain\" must be one of application/json, application/yaml, \
             application/vnd.kubernetes.protobuf"
        );
        assert_eq!(
            problem(&["--embedded-storage=memory", "--storage-backend=etcd2"]),
            "--storage-backend \"etcd2\" must be etcd3, which is also the default"
        );
    }
}
