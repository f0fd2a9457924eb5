//! Where etcd is, how to prove who we are, and every bound of the client.

use std::time::Duration;

use crate::Limits;
use crate::dial::TlsFiles;

/// What an [`Etcd`](super::Etcd) client is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// URLs of members of one cluster: `http://host:port`, `https://host:port` or `unix://path`.
    pub endpoints: Vec<String>,
    /// For `https` endpoints.
    pub tls: TlsFiles,
    /// How big one request may be. Not above what the members take, or they refuse it themselves.
    pub limits: Limits,
    /// How long a call may take, with all its attempts: 10 s by default, a little more than a member needs to
    /// say by itself that it gives up.
    pub call_timeout: Duration,
    /// The same for reads of more than one key, which may be long: 60 s by default.
    pub range_timeout: Duration,
    /// How long making one connection may take, with TLS and the first answer: 5 s by default.
    pub connect_timeout: Duration,
    /// The largest single message taken from a member: 128 MiB by default. A range whose answer would be larger
    /// is read in pages; a watch's message above it ends the watch's stream.
    pub response_bytes: usize,
    /// The most that one range may bring, all its pages together: 2 GiB - 1 by default, which is also where the
    /// reference stops.
    pub range_bytes: usize,
    /// About how many bytes of events a watch holds for a reader who is slow: 4 MiB by default. It may be
    /// exceeded by one message.
    pub watch_buffer_bytes: usize,
    /// How many watches share one stream: 256 by default.
    pub watches_per_stream: usize,
}

impl Options {
    /// These endpoints with the default bounds and no TLS files.
    pub fn new<E: Into<String>>(endpoints: impl IntoIterator<Item = E>) -> Options {
        Options {
            endpoints: endpoints.into_iter().map(Into::into).collect(),
            tls: TlsFiles::default(),
            limits: Limits::default(),
            call_timeout: Duration::from_secs(10),
            range_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(5),
            response_bytes: 128 << 20,
            range_bytes: i32::MAX as usize,
            watch_buffer_bytes: 4 << 20,
            watches_per_stream: 256,
        }
    }
}
