//! Sockets to listen on, as etcd's `--listen-*-urls` name them.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::{TcpListener, TcpSocket, UnixListener};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A bound socket. It is not listened on before it is served: until then who connects is refused at once, and does not
/// wait for an answer of a node that is still starting.
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
    Tcp(TcpSocket),
    Unix(UnixListener, UnixPath),
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
        let socket = bind_tcp(address).map_err(io)?;
        let address = socket.local_addr().map_err(io)?;
        Ok(Listener { socket: Socket::Tcp(socket), tls, url: format!("{scheme}://{address}") })
    }

    /// Whether connections begin with a TLS handshake.
    pub fn uses_tls(&self) -> bool {
        self.tls
    }
}

fn bind_tcp(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // So that a node can start again while connections of its past still linger.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

impl Socket {
    /// Lets clients connect.
    pub(super) fn listen(self) -> io::Result<Listening> {
        Ok(match self {
            Socket::Tcp(socket) => Listening::Tcp(socket.listen(BACKLOG)?),
            Socket::Unix(socket, path) => Listening::Unix(socket, path),
        })
    }
}

/// A socket on which clients connect.
#[derive(Debug)]
pub(super) enum Listening {
    Tcp(TcpListener),
    /// With its name, as long as it is listened on.
    Unix(UnixListener, #[expect(dead_code, reason = "held for its end")] UnixPath),
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
    Ok(Socket::Unix(listener, UnixPath(path.to_owned())))
}

/// The name of a socket, which goes with it.
#[derive(Debug)]
pub(super) struct UnixPath(PathBuf);

impl Drop for UnixPath {
    fn drop(&mut self) {
        // Whoever comes next replaces it anyway.
        let _ = std::fs::remove_file(&self.0);
    }
}
