//! TLS with a real member: who is let in, and certificates that change while we run.

use std::path::{Path, PathBuf};

use pintle_storage::Storage;
use pintle_storage::etcd::{Etcd, Options, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};

use crate::server::{Server, free_url, new_folder, version};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new([]).expect("no name is a bad name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("keys can be made");
        Authority(CertifiedIssuer::self_signed(params, key).expect("it signs itself"))
    }

    /// Writes a certificate for `127.0.0.1`, good for both sides, and its key.
    fn issue(&self, folder: &Path, name: &str) {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("the address is a name");
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().expect("keys can be made");
        let certificate = params.signed_by(&key, &self.0).expect("the authority signs");
        write(&folder.join(format!("{name}.crt")), &certificate.pem());
        write(&folder.join(format!("{name}.key")), &key.serialize_pem());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_let_in_by_their_certificate_and_new_files_are_used() {
    if let Err(reason) = version() {
        return crate::say(&format!("skipped TLS: {reason}"));
    }
    let (ours, strange) = (Authority::new(), Authority::new());
    let folder = new_folder();
    write(&folder.join("ca.crt"), &ours.0.pem());
    ours.issue(&folder, "server");
    let server = start(&folder);
    let mine = new_folder();
    write(&mine.join("ca.crt"), &ours.0.pem());

    ours.issue(&mine, "client");
    let client = server.client(Options { tls: files(&mine, true), ..server.options() }).await;
    assert!(client.revision().await.is_ok());

    // One call fails once every attempt made after it began has failed.
    let nobody =
        Etcd::new(Options { tls: files(&mine, false), ..server.options() }).expect("the files are good");
    let refused = nobody.revision().await.expect_err("there is no certificate to show");
    assert!(refused.may_retry(), "{refused:?}");

    // The certificate is replaced by one that is good while the client goes on trying.
    strange.issue(&mine, "client");
    let stranger =
        Etcd::new(Options { tls: files(&mine, true), ..server.options() }).expect("the files are good");
    assert!(stranger.revision().await.is_err());
    ours.issue(&mine, "client");
    while stranger.revision().await.is_err() {
        tokio::task::yield_now().await;
    }
    std::fs::remove_dir_all(mine).expect("the folder is ours");
}

#[tokio::test]
async fn files_that_are_no_good_are_refused_at_once() {
    let folder = new_folder();
    let options = |tls| Options { tls, ..Options::new(["https://127.0.0.1:1"]) };
    let missing = Etcd::new(options(files(&folder, true))).expect_err("there is no file");
    assert!(missing.to_string().contains("ca.crt"), "{missing}");
    write(&folder.join("ca.crt"), "this is no PEM");
    let empty = Etcd::new(options(files(&folder, false))).expect_err("there is no certificate");
    assert!(empty.to_string().ends_with("ca.crt: it holds no certificate"), "{empty}");
    let half = TlsFiles { certificate: Some(folder.join("client.crt")), ..TlsFiles::default() };
    assert!(Etcd::new(options(half)).is_err());
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

fn start(folder: &Path) -> Server {
    let url = free_url("https");
    let flags = [
        "--cert-file=server.crt",
        "--key-file=server.key",
        "--client-cert-auth=true",
        "--trusted-ca-file=ca.crt",
    ];
    Server::start_in(folder.to_owned(), &url, &url, &flags)
}

fn files(folder: &Path, certificate: bool) -> TlsFiles {
    let file = |name: &str| Some(folder.join(name)).filter(|_| certificate);
    TlsFiles { ca: Some(folder.join("ca.crt")), certificate: file("client.crt"), key: file("client.key") }
}

fn write(path: &PathBuf, text: &str) {
    std::fs::write(path, text).expect("the folder can be written");
}
