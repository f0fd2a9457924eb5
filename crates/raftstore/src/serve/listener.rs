//! Sockets to listen on, as etcd's `--listen-*-urls` name them.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::{TcpListener, UnixListener};

/// A bound socket.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: Socket,
    /// Whether connections begin with a TLS handshake.
    pub(super) tls: bool,
    /// Where it listens, as a URL.
    pub url: String,
}

#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The system refused.
    #[error("can't listen on {url}: {source}")]
    Io {
        /// Where.
        url: String,
        /// What the system said.
        source: io::Error,
    },
    /// The URL makes no sense.
    #[error("{url} can't be listened on: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What does not fit.
        reason: &'static str,
    },
}

impl Listener {
    /// Binds what `url` names: `http://host:port`, `https://host:port` or `unix://path`. Port 0 is any that is free.
    ///
    /// # Errors
    /// [`ListenError`].
    pub async fn bind(url: &str) -> Result<Listener, ListenError> {
        let io = |source| ListenError::Io { url: url.to_owned(), source };
        if let Some(path) = url.strip_prefix("unix://") {
            let socket = bind_unix(Path::new(path)).map_err(io)?;
            return Ok(Listener { socket, tls: false, url: url.to_owned() });
        }
        let bad = |reason| ListenError::Url { url: url.to_owned(), reason };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| bad("it has no scheme"))?;
        let tls = match scheme {
            "http" => false,
            "https" => true,
            _ => return Err(bad("it must begin with http://, https:// or unix://")),
        };
        let authority = rest.trim_end_matches('/');
        if authority.contains('/') || authority.is_empty() {
            return Err(bad("it must be only scheme, host and port"));
        }
        // As etcd: only an address that is this machine's, or localhost.
        let address: SocketAddr = match authority.strip_prefix("localhost:") {
            Some(port) => format!("127.0.0.1:{port}").parse(),
            None => authority.parse(),
        }
        .map_err(|_| bad("its host must be an IP address or localhost, and it must name a port"))?;
        let socket = TcpListener::bind(address).await.map_err(io)?;
        let address = socket.local_addr().map_err(io)?;
        Ok(Listener { socket: Socket::Tcp(socket), tls, url: format!("{scheme}://{address}") })
    }

    /// Whether connections begin with a TLS handshake.
    pub fn uses_tls(&self) -> bool {
        self.tls
    }
}

/// Only this user may connect. A socket that a dead process left is replaced; the folder's lock says that it is dead.
fn bind_unix(path: &Path) -> io::Result<Socket> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if std::os::unix::fs::FileTypeExt::is_socket(&found.file_type()) => {
            std::fs::remove_file(path)?
        }
        Ok(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, "something else has this name")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(Socket::Unix(listener, path.to_owned()))
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Socket::Unix(_, path) = self {
            // Whoever comes next replaces it anyway.
            let _ = std::fs::remove_file(path);
        }
    }
}
