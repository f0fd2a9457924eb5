//! `pintle dev`: a server to try things on. Makes what `pintle apiserver` must be given: certificates, a service
//! account key and a kubeconfig, all in one folder; then it is `pintle apiserver` with these flags.

mod cluster;
mod credentials;
mod folder;
mod greeting;
mod kubeconfig;

use crate::clock;
use crate::failure::Failure;
use crate::flags::Given;
use crate::frontend;
use crate::logging;
use crate::options::{self, Log};
use crate::stop::Stop;
use credentials::Credentials;
use folder::Folder;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// After the help text.
pub(crate) const EXAMPLES: &str = "\
Examples:
  pintle dev
  export KUBECONFIG=$PWD/.pintle/kubeconfig
  kubectl get namespaces

  pintle dev --nodes 3 --apiservers 2
  kill -9 PID        # of any process in the table that it prints: the others go on

Objects, certificates and kubeconfig stay in the folder; remove its `storage` to begin anew (`cluster` with --nodes).";

/// The first address of the default range of Services: `kubernetes` inside the cluster.
const KUBERNETES_SERVICE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

/// kubectl's context for the one server.
const CONTEXT: &str = "pintle";

/// What `pintle dev` was told.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DevOrder {
    /// The folder for objects, certificates and kubeconfig; made when missing
    #[arg(long, value_name = "FOLDER", default_value = ".pintle")]
    data_dir: PathBuf,
    /// Keep objects in memory only: they are gone when the server stops, and those in the folder are left alone
    #[arg(long)]
    in_memory: bool,
    /// Run a cluster of processes: so many storage nodes, 3 if only --apiservers is given
    #[arg(long, value_name = "COUNT", value_parser = ["1", "3", "5"], conflicts_with = "in_memory")]
    nodes: Option<String>,
    /// Run a cluster of processes: so many API servers, 1 if only --nodes is given
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=5), conflicts_with = "in_memory")]
    apiservers: Option<u8>,
    /// The port to listen on, and the next ones for more API servers; 0 takes any free ones
    #[arg(long, default_value_t = 6443)]
    port: u16,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind_address: IpAddr,
    /// How much is logged: from 0 for little to 6 and more for everything
    #[arg(short, value_name = "LEVEL", default_value_t = 0)]
    v: u8,
}

impl DevOrder {
    /// How many storage nodes and API servers there are to be, if it is to be a cluster.
    fn cluster(&self) -> Option<(usize, usize)> {
        if self.nodes.is_none() && self.apiservers.is_none() {
            return None;
        }
        let nodes = self.nodes.as_deref().map_or(Some(3), |nodes| nodes.parse().ok())?;
        Some((nodes, usize::from(self.apiservers.unwrap_or(1))))
    }
}

/// Makes everything, serves until told to stop.
///
/// # Errors
/// What kept it from starting, with what to do about it.
pub(crate) fn run(order: &DevOrder) -> Result<(), Failure> {
    logging::start(Log { json: false, level: order.v });
    let folder = Folder::take(&order.data_dir)?;
    let addresses =
        vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), KUBERNETES_SERVICE, order.bind_address];
    let credentials = Credentials::of(&folder.pki(), addresses, clock::now())?;
    if let Some(size) = order.cluster() {
        return cluster::run(order, &folder, &credentials, size);
    }
    if folder.cluster().exists() {
        eprintln!(
            "note: objects of a cluster of processes are in {}; give --nodes to start it",
            folder.cluster().display()
        );
    }
    let given = Given::from_words(
        &words(order, &folder, &credentials)?.iter().map(String::as_str).collect::<Vec<_>>(),
    )?;
    // Its warnings are about flags that a user of `dev` never wrote.
    let (options, _) = options::read(&given).map_err(Failure::Options)?;
    frontend::block_on(async {
        let stop = Stop::listen(options.shutdown_delay)?;
        let unwritten = OnceLock::new();
        let token = stop.stopping().begun;
        let ready = |address: SocketAddr| match greet(order, &folder, &credentials, address) {
            Ok(greeting) => print!("{greeting}"),
            Err(failure) => {
                let _ = unwritten.set(failure);
                token.cancel();
            }
        };
        frontend::serve(options, "--port", ready, stop.stopping()).await?;
        unwritten.into_inner().map_or(Ok(()), Err)
    })
}

/// The flags of `pintle apiserver` that make this server.
fn words(order: &DevOrder, folder: &Folder, credentials: &Credentials) -> Result<Vec<String>, Failure> {
    let storage = if order.in_memory {
        "--embedded-storage=memory".to_owned()
    } else {
        file_flag("embedded-storage", &folder.storage())?
    };
    let mut words = frontend_words(order.bind_address, order.port, credentials)?;
    words.push(storage);
    Ok(words)
}

/// The flags of every API server that is started here, whatever it keeps objects in.
fn frontend_words(address: IpAddr, port: u16, credentials: &Credentials) -> Result<Vec<String>, Failure> {
    Ok(vec![
        format!("--bind-address={address}"),
        format!("--advertise-address={}", reachable(address)),
        format!("--secure-port={port}"),
        "--authorization-mode=Node,RBAC".to_owned(),
        file_flag("client-ca-file", &credentials.authority)?,
        file_flag("tls-cert-file", &credentials.server.certificate)?,
        file_flag("tls-private-key-file", &credentials.server.key)?,
        file_flag("service-account-key-file", &credentials.service_account.0)?,
        file_flag("service-account-signing-key-file", &credentials.service_account.1)?,
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local".to_owned(),
    ])
}

/// A flag whose value is a path.
///
/// # Errors
/// When the path is no text.
fn file_flag(flag: &str, path: &Path) -> Result<String, Failure> {
    match path.to_str() {
        Some(path) => Ok(format!("--{flag}={path}")),
        None => Err(Failure::NotText(path.as_os_str().to_owned())),
    }
}

/// Writes the kubeconfig, which can name the port only now, and says what to do with it.
fn greet(
    order: &DevOrder,
    folder: &Folder,
    credentials: &Credentials,
    address: SocketAddr,
) -> Result<String, Failure> {
    let address = SocketAddr::new(reachable(address.ip()), address.port());
    let path = folder.kubeconfig();
    kubeconfig::write(&path, &[(CONTEXT.to_owned(), address)], credentials)?;
    let storage = (!order.in_memory).then(|| folder.storage());
    Ok(greeting::greeting(address, &path, storage.as_deref()))
}

/// Where this machine reaches a server that listens at `address`.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        own => own,
    }
}
