//! `pintle dev`: a server to try things on. Makes what `pintle apiserver` must be given: certificates, a service
//! account key and a kubeconfig, all in one folder; then it is `pintle apiserver` with these flags.

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
use std::path::PathBuf;
use std::sync::OnceLock;

/// After the help text.
pub(crate) const EXAMPLES: &str = "\
Examples:
  pintle dev
  export KUBECONFIG=$PWD/.pintle/kubeconfig
  kubectl get namespaces

Objects, certificates and kubeconfig stay in the folder; remove its `storage` to begin anew.";

/// The first address of the default range of Services: `kubernetes` inside the cluster.
const KUBERNETES_SERVICE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

/// What `pintle dev` was told.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DevOrder {
    /// The folder for objects, certificates and kubeconfig; made when missing
    #[arg(long, value_name = "FOLDER", default_value = ".pintle")]
    data_dir: PathBuf,
    /// Keep objects in memory only: they are gone when the server stops, and those in the folder are left alone
    #[arg(long)]
    in_memory: bool,
    /// The port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 6443)]
    port: u16,
    /// The address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind_address: IpAddr,
    /// How much is logged: from 0 for little to 6 and more for everything
    #[arg(short, value_name = "LEVEL", default_value_t = 0)]
    v: u8,
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
    let file = |flag: &str, path: &PathBuf| match path.to_str() {
        Some(path) => Ok(format!("--{flag}={path}")),
        None => Err(Failure::NotText(path.clone().into_os_string())),
    };
    Ok(vec![
        if order.in_memory {
            "--embedded-storage=memory".to_owned()
        } else {
            file("embedded-storage", &folder.storage())?
        },
        format!("--bind-address={}", order.bind_address),
        format!("--advertise-address={}", reachable(order.bind_address)),
        format!("--secure-port={}", order.port),
        "--authorization-mode=Node,RBAC".to_owned(),
        file("client-ca-file", &credentials.authority)?,
        file("tls-cert-file", &credentials.server.certificate)?,
        file("tls-private-key-file", &credentials.server.key)?,
        file("service-account-key-file", &credentials.service_account.0)?,
        file("service-account-signing-key-file", &credentials.service_account.1)?,
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local".to_owned(),
    ])
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
    kubeconfig::write(&path, address, credentials)?;
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
