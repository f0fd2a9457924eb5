//! The TLS configuration of new connections, made anew whenever a file has changed. Open connections keep what
//! they were made with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::{ConfigError, TlsFiles};

/// The files, and what was last made of them.
#[derive(Debug)]
pub struct TlsSource {
    files: TlsFiles,
    loaded: Mutex<Loaded>,
}

#[derive(Clone, Debug)]
struct Loaded {
    contents: Contents,
    config: Arc<ClientConfig>,
}

/// What the files held: authorities, certificate, key.
type Contents = [Option<Vec<u8>>; 3];

impl TlsSource {
    /// Reads the files for the first time; they must be good now.
    pub fn load(files: TlsFiles) -> Result<TlsSource, ConfigError> {
        if files.certificate.is_some() != files.key.is_some() {
            return Err(ConfigError::Tls("certificate and key must be given together".into()));
        }
        let contents = read(&files)?;
        let config = make(&files, &contents)?;
        Ok(TlsSource { files, loaded: Mutex::new(Loaded { contents, config }) })
    }

    /// What a new connection uses. When the files can't be used now (they may be in the middle of a change), it
    /// is what could be used last.
    pub async fn current(self: &Arc<TlsSource>) -> Arc<ClientConfig> {
        let source = Arc::clone(self);
        let reloaded = tokio::task::spawn_blocking(move || source.reload()).await;
        match reloaded {
            Ok(Ok(config)) => return config,
            Ok(Err(error)) => tracing::warn!(%error, "keeping the TLS files that were read before"),
            Err(error) => tracing::warn!(%error, "the TLS files were not read"),
        }
        Arc::clone(&self.loaded.lock().config)
    }

    fn reload(&self) -> Result<Arc<ClientConfig>, ConfigError> {
        let contents = read(&self.files)?;
        let last = self.loaded.lock().clone();
        if contents == last.contents {
            return Ok(last.config);
        }
        let config = make(&self.files, &contents)?;
        *self.loaded.lock() = Loaded { contents, config: Arc::clone(&config) };
        Ok(config)
    }
}

fn read(files: &TlsFiles) -> Result<Contents, ConfigError> {
    let read = |path: &Option<PathBuf>| match path {
        None => Ok(None),
        Some(path) => std::fs::read(path).map(Some).map_err(|error| unusable(path, &error)),
    };
    Ok([read(&files.ca)?, read(&files.certificate)?, read(&files.key)?])
}

fn make(files: &TlsFiles, contents: &Contents) -> Result<Arc<ClientConfig>, ConfigError> {
    let [ca, certificate, key] = contents;
    let roots = match (&files.ca, ca) {
        (Some(path), Some(pem)) => authorities(path, pem)?,
        _ => system_authorities()?,
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(tls_error)?
        .with_root_certificates(roots);
    let mut config = match (&files.certificate, certificate, &files.key, key) {
        (Some(path), Some(certificate), Some(key_path), Some(key)) => {
            let chain = certificates(path, certificate)?;
            let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| unusable(key_path, &error))?;
            builder.with_client_auth_cert(chain, key).map_err(tls_error)?
        }
        _ => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

fn authorities(path: &Path, pem: &[u8]) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path, pem)? {
        roots.add(certificate).map_err(|error| unusable(path, &error))?;
    }
    Ok(roots)
}

/// Certificates there that can't be parsed are passed over, as every client of the operating system's store does.
fn system_authorities() -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(ConfigError::Tls("no CA file is given, and the operating system trusts nobody".into()));
    }
    Ok(roots)
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match parsed.map_err(|error| unusable(path, &error))? {
        none if none.is_empty() => Err(unusable(path, &"it holds no certificate")),
        certificates => Ok(certificates),
    }
}

fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::File { path: path.to_owned(), reason: reason.to_string() }
}

fn tls_error(error: rustls::Error) -> ConfigError {
    ConfigError::Tls(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority() -> String {
        let key = rcgen::KeyPair::generate().expect("keys can be made");
        let params = rcgen::CertificateParams::new(["etcd".to_owned()]).expect("it is a name");
        params.self_signed(&key).expect("it signs itself").pem()
    }

    #[tokio::test]
    async fn files_are_followed_and_bad_ones_passed_over() {
        let file = std::env::temp_dir().join(format!("pintle-etcd-tls-{}.crt", std::process::id()));
        let write = |text: &str| std::fs::write(&file, text).expect("the file can be written");
        write(&authority());
        let files = TlsFiles { ca: Some(file.clone()), ..TlsFiles::default() };
        let source = Arc::new(TlsSource::load(files).expect("the file is good"));
        let first = source.current().await;
        assert!(Arc::ptr_eq(&first, &source.current().await), "nothing has changed");
        write("half a file");
        assert!(Arc::ptr_eq(&first, &source.current().await), "what was good is kept");
        write(&authority());
        assert!(!Arc::ptr_eq(&first, &source.current().await), "what is new is used");
        std::fs::remove_file(&file).expect("the file is ours");
    }
}
