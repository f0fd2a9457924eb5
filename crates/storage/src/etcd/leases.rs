//! Leases: three plain calls. Keeping alive is a stream, in `keep_alive`.

use std::time::Duration;

use pintle_wire::etcdserverpb as wire;

use super::Etcd;
use super::call::{Terms, call};
use super::connection::Session;
use super::failure::Effect;
use super::messages::{Malformed, position};
use crate::{Error, Lease, LeaseId, LeaseTimeToLive, Result, Revision};

impl Etcd {
    pub(super) async fn grant(&self, ttl: Duration, id: Option<LeaseId>) -> Result<Lease> {
        if ttl > Lease::MAX_TTL {
            return Err(Error::LeaseTtlTooLarge);
        }
        let question = wire::LeaseGrantRequest { ttl: whole_seconds(ttl), id: id.map_or(0, LeaseId::get) };
        let send = |session: &Session, question| {
            let mut lease = session.lease.clone();
            async move { lease.lease_grant(question).await }
        };
        let answer = call(&self.pool, Terms::write(self.options.call_timeout), question, send).await?;
        lease(answer.id, answer.ttl).ok_or_else(|| Effect::Write.malformed(Malformed::LEASE))
    }

    pub(super) async fn revoke(&self, id: LeaseId) -> Result<Revision> {
        let question = wire::LeaseRevokeRequest { id: id.get() };
        let send = |session: &Session, question| {
            let mut lease = session.lease.clone();
            async move { lease.lease_revoke(question).await }
        };
        let answer = call(&self.pool, Terms::write(self.options.call_timeout), question, send).await?;
        position(answer.header.as_ref()).map_err(|answer| Effect::Write.malformed(answer))
    }

    pub(super) async fn time_to_live(&self, id: LeaseId, keys: bool) -> Result<LeaseTimeToLive> {
        let question = wire::LeaseTimeToLiveRequest { id: id.get(), keys };
        let send = |session: &Session, question| {
            let mut lease = session.lease.clone();
            async move { lease.lease_time_to_live(question).await }
        };
        let answer = call(&self.pool, Terms::read(self.options.call_timeout), question, send).await?;
        // It is an answer, not an error, that there is no such lease: a time to live of -1.
        let remaining = u64::try_from(answer.ttl).map_err(|_| Error::LeaseNotFound)?;
        let granted = u64::try_from(answer.granted_ttl).map_err(|_| Error::LeaseNotFound)?;
        Ok(LeaseTimeToLive {
            id,
            granted: Duration::from_secs(granted),
            remaining: Duration::from_secs(remaining),
            keys: answer.keys,
        })
    }
}

/// A lease as etcd writes it, unless it is none: its time to live is then not above zero.
pub(super) fn lease(id: i64, ttl: i64) -> Option<Lease> {
    let ttl = u64::try_from(ttl).ok().filter(|ttl| *ttl > 0)?;
    Some(Lease { id: LeaseId::new(id)?, ttl: Duration::from_secs(ttl) })
}

/// Rounded up, and never zero, which etcd refuses.
fn whole_seconds(ttl: Duration) -> i64 {
    let seconds = ttl.as_secs().saturating_add(u64::from(ttl.subsec_nanos() > 0)).max(1);
    super::messages::wire_number(seconds)
}
