//! etcdctl over TLS: with a certificate it is let in, with none or somebody else's it is not.

use crate::side::{Side, has_etcdctl};
use pintle_tests::Folder;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use std::path::Path;

/// Writes an authority's certificate, and certificates of these hosts by it.
fn issue(folder: &Path, hosts: &[&str]) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.join("ca.crt"), authority.pem()).unwrap();
    for host in hosts {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned(), format!("{host}.local")]).unwrap();
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        std::fs::write(folder.join(format!("{host}.crt")), certificate.pem()).unwrap();
        std::fs::write(folder.join(format!("{host}.key")), key.serialize_pem()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_clients_with_the_right_certificate_are_let_in() {
    if !has_etcdctl().await {
        return;
    }
    let folder = Folder::new();
    issue(folder.path(), &["server", "client", "other"]);
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (ca, certificate, key) = (file("ca.crt"), file("server.crt"), file("server.key"));
    let (mine, my_key) = (file("client.crt"), file("client.key"));
    let server = ["--cert-file", &certificate, "--key-file", &key, "--trusted-ca-file", &ca];
    let only = ["--client-cert-auth", "--client-cert-allowed-hostname", "client.local"];
    let flags = ["--cacert", &ca, "--cert", &mine, "--key", &my_key];
    let side = Side::pintle_with("https", &[&server[..], &only].concat(), &flags).await;
    for line in ["put k v", "endpoint status", "endpoint hashkv", "member list", "lock name true"] {
        let words: Vec<&str> = line.split(' ').collect();
        let ended = side.etcdctl(&words, "").await;
        assert_eq!(ended.code, Some(0), "{line}: {ended:#?}");
    }
    // What comes later on the line is what counts.
    let (other, other_key) = (file("other.crt"), file("other.key"));
    let ended =
        side.etcdctl(&["get", "k", "--command-timeout=2s", "--cert", &other, "--key", &other_key], "").await;
    assert_eq!(ended.code, Some(1), "{ended:#?}");
    assert!(!ended.stdout.contains('v'), "{ended:#?}");
}
