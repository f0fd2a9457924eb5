//! Certificates are what clients and servers need, are used again while good, and are renewed in time.

use super::judge;
use super::*;
use std::fs;
use time::Duration;

/// A folder of its own that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("pintle-pki-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        make_folder(&path, "").unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn server() -> Leaf {
    Leaf::server(vec![[127, 0, 0, 1].into(), IpAddr::V6(std::net::Ipv6Addr::LOCALHOST), [10, 0, 0, 1].into()])
}

#[test]
fn certificates_chain_to_the_authority_and_say_who_holds_them() {
    let folder = Folder::new("chain");
    let now = clock::now();
    let authority = Authority::of(&folder.0, now).unwrap();
    let client = Leaf::client("kubernetes-admin", "system:masters");
    for (name, leaf) in [("server", server()), ("member", Leaf::member()), ("admin", client)] {
        let issued = authority.issued(name, &leaf, now).unwrap();
        let certificate = fs::read_to_string(&issued.certificate).unwrap();
        let key = fs::read_to_string(&issued.key).unwrap();
        assert!(judge::is_good_leaf(&certificate, &key, &leaf, authority.certificate(), now), "{name}");
        let (_, pem) = x509_parser::pem::parse_x509_pem(certificate.as_bytes()).unwrap();
        let certificate = pem.parse_x509().unwrap();
        let usage = certificate.extended_key_usage().unwrap().unwrap().value;
        assert_eq!((usage.server_auth, usage.client_auth), (leaf.serves(), !leaf.serves() || leaf.peer));
        let subject = match name {
            "server" => "CN=kube-apiserver",
            "member" => "CN=pintle-storage",
            _ => "O=system:masters, CN=kubernetes-admin",
        };
        assert_eq!(certificate.subject().to_string(), subject);
    }
}

#[test]
fn good_ones_stay_and_others_are_made_anew() {
    let folder = Folder::new("renew");
    let now = clock::now();
    let issue = |leaf: &Leaf, at| {
        let issued = Authority::of(&folder.0, at).unwrap().issued("server", leaf, at).unwrap();
        fs::read_to_string(issued.certificate).unwrap()
    };
    let first = issue(&server(), now);
    assert_eq!(issue(&server(), now + Duration::days(300)), first);
    let renewed = issue(&server(), now + Duration::days(340));
    assert_ne!(renewed, first, "near its end");
    let moved = issue(&Leaf::server(vec![[192, 0, 2, 9].into()]), now);
    assert_ne!(moved, renewed, "another address");
    fs::write(folder.0.join("server.key"), "nonsense").unwrap();
    let repaired = issue(&Leaf::server(vec![[192, 0, 2, 9].into()]), now);
    assert_ne!(repaired, moved, "a broken key");
    let authority = fs::read_to_string(folder.0.join("ca.crt")).unwrap();
    fs::remove_file(folder.0.join("ca.key")).unwrap();
    assert_ne!(issue(&Leaf::server(vec![[192, 0, 2, 9].into()]), now), repaired, "another authority");
    assert_ne!(fs::read_to_string(folder.0.join("ca.crt")).unwrap(), authority);
}

#[test]
fn key_pairs_stay() {
    let folder = Folder::new("pair");
    let (public, key) = key_pair(&folder.0, "sa").unwrap();
    let have = (fs::read_to_string(&public).unwrap(), fs::read_to_string(&key).unwrap());
    assert!(
        have.0.starts_with("-----BEGIN PUBLIC KEY-----") && have.1.starts_with("-----BEGIN PRIVATE KEY-----")
    );
    fs::remove_file(&public).unwrap();
    key_pair(&folder.0, "sa").unwrap();
    assert_eq!((fs::read_to_string(public).unwrap(), fs::read_to_string(key).unwrap()), have);
}

#[test]
fn without_an_authority_the_server_vouches_for_itself() {
    let folder = Folder::new("self");
    let cert_dir = folder.0.join("run/kubernetes");
    let (certificate, key) = self_signed(&cert_dir, vec![[192, 0, 2, 7].into()]).unwrap();
    let pem = fs::read_to_string(&certificate).unwrap();
    let leaf = Leaf::server(vec![[192, 0, 2, 7].into(), [127, 0, 0, 1].into()]);
    assert!(judge::is_good_leaf(&pem, &fs::read_to_string(key).unwrap(), &leaf, &pem, clock::now()));
    self_signed(&cert_dir, vec![[192, 0, 2, 8].into()]).unwrap();
    assert_eq!(fs::read_to_string(certificate).unwrap(), pem, "what is there is used");
}

#[cfg(unix)]
#[test]
fn keys_are_their_owner_s_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    let authority = Authority::of(&folder.0, clock::now()).unwrap();
    authority.issued("server", &server(), clock::now()).unwrap();
    key_pair(&folder.0, "sa").unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in ["ca.key", "server.key", "sa.key"] {
        assert_eq!(mode(folder.0.join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(folder.0.join("ca.crt")), 0o644);
    assert_eq!(mode(folder.0.clone()), 0o700);
    assert!(fs::read_dir(&folder.0).unwrap().all(|file| !file.unwrap().path().ends_with(".new")));
}
