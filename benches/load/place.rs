//! Where the server is and who is asking: from a kubeconfig, or flag by flag.

use crate::failure::Failure;
use crate::order::Where;
use http::Uri;
use pintle_meta::{Value, base64};
use pintle_schema::yaml;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A server, as its clients need to know it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// `host:port`.
    pub(crate) authority: String,
    pub(crate) name: ServerName<'static>,
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) token: Option<String>,
}

/// What is known of a server before it is read.
#[derive(Default)]
struct Known {
    server: String,
    authority: Option<Vec<u8>>,
    certificate: Option<(Vec<u8>, Vec<u8>)>,
    token: Option<String>,
    insecure: bool,
}

impl Place {
    /// What the flags say; a kubeconfig is read when they name no server.
    ///
    /// # Errors
    /// When no server is named, or a file can't be used.
    pub(crate) fn find(given: &Where) -> Result<Place, Failure> {
        let known = match &given.server {
            Some(server) => by_flags(server, given)?,
            None => by_kubeconfig(&kubeconfig(given)?, given.context.as_deref())?,
        };
        let (authority, name) = address(&known.server)?;
        Ok(Place { authority, name, tls: Arc::new(tls(&known)?), token: known.token })
    }
}

/// `host:port` and the name that its certificate must have.
fn address(url: &str) -> Result<(String, ServerName<'static>), Failure> {
    let bad = |why: &str| Failure::Server(format!("{url}: {why}"));
    let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| bad(&error.to_string()))?;
    if uri.scheme_str() != Some("https") || !matches!(uri.path(), "" | "/") {
        return Err(bad("https://HOST:PORT is expected"));
    }
    let host = uri.host().unwrap_or_default();
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
    let name = name.map_err(|error| bad(&error.to_string()))?;
    Ok((format!("{host}:{}", uri.port_u16().unwrap_or(443)), name))
}

fn by_flags(server: &str, given: &Where) -> Result<Known, Failure> {
    let read = |path: &Option<PathBuf>| path.as_deref().map(contents).transpose();
    let token = read(&given.token_file)?.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    Ok(Known {
        server: server.to_owned(),
        authority: read(&given.ca_file)?,
        certificate: read(&given.client_certificate)?.zip(read(&given.client_key)?),
        token,
        insecure: given.insecure_skip_tls_verify,
    })
}

/// The flag, the first file of `$KUBECONFIG`, or where kubectl looks then.
fn kubeconfig(given: &Where) -> Result<PathBuf, Failure> {
    let variable = || std::env::var_os("KUBECONFIG").filter(|files| !files.is_empty());
    let named = || variable().and_then(|files| std::env::split_paths(&files).next());
    let usual = || std::env::home_dir().map(|home| home.join(".kube/config")).filter(|path| path.exists());
    given.kubeconfig.clone().or_else(named).or_else(usual).ok_or(Failure::NoServer)
}

fn by_kubeconfig(path: &Path, context: Option<&str>) -> Result<Known, Failure> {
    let bad = |why: String| Failure::File { path: path.to_owned(), why };
    let config = yaml::parse(&contents(path)?).map_err(|error| bad(error.to_string()))?.value;
    let named = |list: &str, name: &str| {
        let found = config[list]
            .as_list()
            .and_then(|items| items.iter().find(|item| item.text_at(&["name"]) == name));
        found.cloned().ok_or_else(|| bad(format!("nothing in {list} is called {name:?}")))
    };
    let context = named("contexts", context.unwrap_or(config.text_at(&["current-context"])))?;
    let cluster = named("clusters", context.text_at(&["context", "cluster"]))?;
    let user = named("users", context.text_at(&["context", "user"]))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let (cluster, user) = (&cluster["cluster"], &user["user"]);
    let bytes = |of: &Value, name: &str| -> Result<Option<Vec<u8>>, Failure> {
        match (of.text_at(&[&format!("{name}-data")]), of.text_at(&[name])) {
            ("", "") => Ok(None),
            ("", file) => contents(&folder.join(file)).map(Some),
            (data, _) => base64::decode(data.as_bytes())
                .map(Some)
                .map_err(|_| bad(format!("{name}-data is no base64"))),
        }
    };
    Ok(Known {
        server: cluster.text_at(&["server"]).to_owned(),
        authority: bytes(cluster, "certificate-authority")?,
        certificate: bytes(user, "client-certificate")?.zip(bytes(user, "client-key")?),
        token: Some(user.text_at(&["token"]).to_owned()).filter(|token| !token.is_empty()),
        insecure: cluster["insecure-skip-tls-verify"].as_bool().unwrap_or_default(),
    })
}

fn contents(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::File { path: path.to_owned(), why: error.to_string() })
}

fn tls(known: &Known) -> Result<ClientConfig, Failure> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = if known.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)))
    } else {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(known.authority.as_deref().unwrap_or_default()) {
            roots.add(certificate?)?;
        }
        builder.with_root_certificates(roots)
    };
    let mut config = match &known.certificate {
        Some((chain, key)) => {
            let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>()?;
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key)?)?
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// Believes every server, because it was told to.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let read = |url| address(url).map(|(authority, name)| (authority, name.to_str().into_owned()));
        for (url, authority, name) in [
            ("https://127.0.0.1:6443", "127.0.0.1:6443", "127.0.0.1"),
            ("https://api.example/", "api.example:443", "api.example"),
            ("https://[::1]", "[::1]:443", "::1"),
            ("https://[::1]:6443", "[::1]:6443", "::1"),
        ] {
            assert_eq!(read(url).unwrap(), (authority.to_owned(), name.to_owned()));
        }
        for url in
            ["", "127.0.0.1:6443", "http://127.0.0.1", "https://host/prefix", "https://", "https://a b"]
        {
            assert!(read(url).is_err(), "{url}");
        }
    }
}
