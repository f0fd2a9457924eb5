//! Where a member is: an endpoint as kube-apiserver's `--etcd-servers` takes it, made sense of.

use std::fmt;
use std::path::PathBuf;

use http::Uri;

use super::ConfigError;

/// One endpoint.
#[derive(Clone, Debug)]
pub struct Address {
    /// As it was given, for messages.
    text: Box<str>,
    /// What to dial.
    pub target: Target,
    /// Scheme and authority of requests.
    pub origin: Uri,
}

/// What to dial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A host.
    Tcp {
        /// Its name or address, without brackets.
        host: Box<str>,
        /// Its port.
        port: u16,
        /// Whether connections begin with a TLS handshake.
        tls: bool,
    },
    /// A socket of this machine.
    Unix(PathBuf),
}

impl Address {
    /// Makes sense of an endpoint.
    ///
    /// # Errors
    /// [`ConfigError::Endpoint`].
    pub fn parse(endpoint: &str) -> Result<Address, ConfigError> {
        parse(endpoint)
            .map(|(target, origin)| Address { text: endpoint.into(), target, origin })
            .map_err(|reason| ConfigError::Endpoint { endpoint: endpoint.to_owned(), reason })
    }

    /// Whether TLS files are needed for it.
    pub fn uses_tls(&self) -> bool {
        matches!(self.target, Target::Tcp { tls: true, .. })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

fn parse(endpoint: &str) -> Result<(Target, Uri), &'static str> {
    if let Some(path) = endpoint.strip_prefix("unix://") {
        return match path {
            "" => Err("it names no socket"),
            path => Ok((Target::Unix(path.into()), Uri::from_static("http://localhost"))),
        };
    }
    let uri: Uri = endpoint.parse().map_err(|_| "it is not a URL")?;
    let tls = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => return Err("it must begin with http://, https:// or unix://"),
    };
    let authority = uri.authority().ok_or("it names no host")?;
    if authority.as_str().contains('@') || uri.path() != "/" || uri.query().is_some() {
        return Err("it must be only scheme, host and port");
    }
    let port = authority.port_u16().ok_or("it names no port")?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err("it names no host");
    }
    Ok((Target::Tcp { host: host.into(), port, tls }, uri.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_what_the_reference_takes() {
        let tcp = |host: &str, port, tls| Target::Tcp { host: host.into(), port, tls };
        let cases = [
            ("http://127.0.0.1:2379", tcp("127.0.0.1", 2379, false)),
            ("https://etcd-0.etcd:2379/", tcp("etcd-0.etcd", 2379, true)),
            ("https://[::1]:2379", tcp("::1", 2379, true)),
            ("unix:///run/pintle/etcd.sock", Target::Unix("/run/pintle/etcd.sock".into())),
            ("unix://etcd.sock", Target::Unix("etcd.sock".into())),
        ];
        for (endpoint, expected) in cases {
            assert_eq!(Address::parse(endpoint).map(|address| address.target), Ok(expected), "{endpoint}");
        }
    }

    #[test]
    fn what_can_not_be_dialed_is_refused() {
        let endpoints = [
            "",
            "127.0.0.1:2379",
            "ftp://a:1",
            "http://a",
            "http://:2379",
            "http://a:2379/v3",
            "http://me@a:2379",
            "unix://",
            "http://a:99999",
        ];
        for endpoint in endpoints {
            assert!(Address::parse(endpoint).is_err(), "{endpoint}");
        }
    }
}
