//! A connection in use: the services spoken over it.

use std::sync::Arc;

use http::Uri;
use pintle_wire::etcdserverpb::kv_client::KvClient;
use pintle_wire::etcdserverpb::lease_client::LeaseClient;
use pintle_wire::etcdserverpb::maintenance_client::MaintenanceClient;
use pintle_wire::etcdserverpb::watch_client::WatchClient;

use crate::dial::Transport;
use crate::etcd::Options;

/// What sessions need of the options.
#[derive(Clone, Copy, Debug)]
pub(in crate::etcd) struct Settings {
    pub(super) connect_timeout: std::time::Duration,
    pub(super) response_bytes: usize,
}

impl Settings {
    pub(super) fn of(options: &Options) -> Settings {
        Settings { connect_timeout: options.connect_timeout, response_bytes: options.response_bytes }
    }
}

/// A connection whose other side has answered. The clients are cloned for each call, which is cheap.
pub(in crate::etcd) struct Session {
    /// Which member it leads to.
    pub(super) member: usize,
    pub(in crate::etcd) kv: KvClient<Transport>,
    pub(in crate::etcd) lease: LeaseClient<Transport>,
    pub(in crate::etcd) watch: WatchClient<Transport>,
    pub(in crate::etcd) maintenance: MaintenanceClient<Transport>,
    /// Whether the member's reports of progress can be trusted.
    pub(in crate::etcd) progress: bool,
}

impl Session {
    pub(super) fn new(
        member: usize,
        transport: &Transport,
        origin: &Uri,
        settings: Settings,
        progress: bool,
    ) -> Arc<Session> {
        let most = settings.response_bytes;
        Arc::new(Session {
            member,
            kv: KvClient::with_origin(transport.clone(), origin.clone()).max_decoding_message_size(most),
            lease: LeaseClient::with_origin(transport.clone(), origin.clone())
                .max_decoding_message_size(most),
            watch: WatchClient::with_origin(transport.clone(), origin.clone())
                .max_decoding_message_size(most),
            maintenance: MaintenanceClient::with_origin(transport.clone(), origin.clone()),
            progress,
        })
    }

    /// A number for the member, for [`Tried`](super::Tried).
    pub(in crate::etcd) fn member(&self) -> usize {
        self.member
    }
}
