//! What nobody should send. The server answers in the reference's words or closes the connection; it stays up, and
//! its memory stays bounded.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod bodies;
mod connections;
mod floods;
mod requests;

use pintle_tests::{Protocol, Server, Who};

/// How much more memory it may hold after an attack than before, in KiB.
const GROWTH_MAX: u64 = 128 * 1024;

/// A server that must get over what is done to it.
struct Victim {
    server: Server,
    before: Option<u64>,
}

impl Victim {
    async fn new() -> Victim {
        let server = Server::start();
        // The first requests load what every server loads once.
        let mut connection = server.connect(Who::Admin, Protocol::H2).await;
        assert_eq!(connection.get("/api/v1/namespaces", &[]).await.status, 200);
        let before = server.resident();
        Victim { server, before }
    }

    /// It is there, answers, and holds little more than before.
    async fn stays_well(mut self) {
        assert!(self.server.is_running());
        for protocol in Protocol::ALL {
            let mut connection = self.server.connect(Who::Admin, protocol).await;
            assert_eq!(connection.get("/readyz", &[]).await.text(), "ok");
        }
        if let (Some(before), Some(after)) = (self.before, self.server.resident()) {
            assert!(after < before + GROWTH_MAX, "resident memory went from {before} to {after} KiB");
        }
        let log = self.server.log();
        assert!(!log.contains("panicked"), "{log}");
        self.server.stop().await;
    }
}
