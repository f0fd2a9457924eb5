//! Lines to members: one for each endpoint that is asked.

use super::failed;
use super::order::Reach;
use crate::failure::Failure;
use pintle_storage::dial::{Address, TlsFiles, TlsSource, Transport, causes, dial};
use pintle_wire::etcdserverpb::MemberListRequest;
use pintle_wire::etcdserverpb::cluster_client::ClusterClient;
use pintle_wire::etcdserverpb::kv_client::KvClient;
use pintle_wire::etcdserverpb::maintenance_client::MaintenanceClient;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tonic::{Response, Status};

/// The members of a storage tier, as far as they are known.
pub(super) struct Cluster {
    addresses: Vec<Address>,
    tls: Option<Arc<TlsSource>>,
    dial_timeout: Duration,
    command_timeout: Duration,
}

/// A connection to a member; it ends with this value.
pub(super) struct Line {
    /// What was dialed.
    pub(super) endpoint: String,
    pub(super) kv: KvClient<Transport>,
    pub(super) cluster: ClusterClient<Transport>,
    pub(super) maintenance: MaintenanceClient<Transport>,
    limit: Duration,
    _driver: JoinSet<()>,
}

impl Cluster {
    /// The members that the flags name.
    pub(super) fn of(reach: &Reach) -> Result<Cluster, Failure> {
        let Reach { cacert, cert, key, .. } = reach;
        let secure = cacert.is_some() || cert.is_some();
        let addresses: Result<Vec<Address>, Failure> =
            reach.endpoints.iter().map(|endpoint| address(endpoint.trim(), secure)).collect();
        let addresses = addresses?;
        let tls = if secure || addresses.iter().any(Address::uses_tls) {
            let files = TlsFiles { ca: cacert.clone(), certificate: cert.clone(), key: key.clone() };
            let source = TlsSource::load(files).map_err(|error| {
                failed(format!("{error}\nhelp: --cacert, --cert and --key name files in PEM"))
            })?;
            Some(Arc::new(source))
        } else {
            None
        };
        let Reach { dial_timeout, command_timeout, .. } = *reach;
        Ok(Cluster { addresses, tls, dial_timeout, command_timeout })
    }

    /// The endpoints that were given or, if `all`, those that the members tell of.
    pub(super) async fn addresses(&self, all: bool) -> Result<Vec<Address>, Failure> {
        if !all {
            return Ok(self.addresses.clone());
        }
        let mut line = self.any().await?;
        let listed = line.cluster.member_list(MemberListRequest { linearizable: true });
        let members = within(line.limit, listed).await.map_err(|error| line.failure(&error))?.members;
        let urls = members.iter().flat_map(|member| &member.client_ur_ls);
        let secure = self.tls.is_some();
        let addresses: Vec<Address> = urls.map(|url| address(url, secure)).collect::<Result<_, _>>()?;
        if addresses.is_empty() {
            return Err(failed(
                "no member has told where clients reach it\nhelp: name the members with --endpoints",
            ));
        }
        Ok(addresses)
    }

    /// A line to the first endpoint that can be reached.
    pub(super) async fn any(&self) -> Result<Line, Failure> {
        let mut why = Vec::new();
        for address in &self.addresses {
            match self.line(address).await {
                Ok(line) => return Ok(line),
                Err(error) => why.push(format!("can't reach {address}: {error}")),
            }
        }
        let why = why.join("\n");
        Err(failed(format!(
            "{why}\nhelp: --endpoints names where members serve clients, --cacert whom to trust"
        )))
    }

    /// A line to this member; why there is none.
    pub(super) async fn line(&self, address: &Address) -> Result<Line, String> {
        let tls = self.tls.as_ref().filter(|_| address.uses_tls());
        if address.uses_tls() && tls.is_none() {
            return Err("it uses TLS: give --cacert".to_owned());
        }
        let dialed = timeout(self.dial_timeout, dial(address, tls)).await;
        let dialed = dialed.map_err(|_| format!("no connection within {:?}", self.dial_timeout))?;
        let (transport, driver) = dialed.map_err(|error| causes(&error))?;
        let mut driving = JoinSet::new();
        driving.spawn(async move {
            // The calls on it say what went wrong.
            drop(driver.await);
        });
        let origin = address.origin.clone();
        Ok(Line {
            endpoint: address.to_string(),
            kv: KvClient::with_origin(transport.clone(), origin.clone()),
            cluster: ClusterClient::with_origin(transport.clone(), origin.clone()),
            maintenance: MaintenanceClient::with_origin(transport, origin),
            limit: self.command_timeout,
            _driver: driving,
        })
    }
}

impl Line {
    /// How long an answer may take.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// A failure of a call on this line.
    pub(super) fn failure(&self, why: &str) -> Failure {
        let help = if why.contains("connection") {
            "\nhelp: a member that wants TLS ends such connections: use https:// and --cacert; one that wants to know its \
             clients, too: --cert and --key"
        } else {
            ""
        };
        failed(format!("{}: {why}{help}", self.endpoint))
    }
}

/// The answer of a call, or why there is none.
pub(super) async fn within<T>(
    limit: Duration,
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, String> {
    match timeout(limit, call).await {
        Ok(Ok(response)) => Ok(response.into_inner()),
        Ok(Err(status)) => Err(said(&status)),
        Err(_) => Err(format!("no answer within {limit:?}; --command-timeout gives it longer")),
    }
}

/// What a member said, or why it could not.
pub(super) fn said(status: &Status) -> String {
    match status.source() {
        Some(cause) => causes(cause),
        None => status.message().to_owned(),
    }
}

/// Endpoints may leave the scheme out, as etcdctl's.
fn address(endpoint: &str, secure: bool) -> Result<Address, Failure> {
    let parsed = if endpoint.contains("://") {
        Address::parse(endpoint)
    } else {
        Address::parse(&format!("{}://{endpoint}", if secure { "https" } else { "http" }))
    };
    parsed.map_err(|error| failed(format!("{error}\nhelp: an endpoint is like http://127.0.0.1:2379")))
}
