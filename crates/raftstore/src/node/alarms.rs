//! Alarms, as etcd has them. CORRUPT says of a member that its state differs from that of others; it is kept with what the
//! cluster knows of that member, and goes when the member is removed. NOSPACE is a member's own and is gone when its
//! disk has room again.

use super::{Inner, Node, NodeError, Result};
use pintle_wire::pintle::peer::CorruptAlarm;
use pintle_wire::pintle::peer::change_membership_request::Change;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a member may not know yet that an alarm was raised or disarmed by another.
const TICK: Duration = Duration::from_millis(500);

/// What an alarm is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// The disk of the member is full.
    NoSpace,
    /// The state of the member differs from that of others.
    Corrupt,
}

/// An alarm that is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Whose.
    pub member: u64,
    /// What for.
    pub kind: AlarmKind,
}

/// Whether any member is said to be corrupt.
#[derive(Debug, Default)]
pub(super) struct Corrupt(AtomicBool);

impl Corrupt {
    pub(super) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Node {
    /// The alarms that are raised: about any member that is corrupt, and about this one's disk.
    pub fn alarms(&self) -> Vec<Alarm> {
        let corrupt = self.inner.consensus.members().into_iter().filter(|member| member.member.corrupt);
        let mut alarms: Vec<_> =
            corrupt.map(|member| Alarm { member: member.id, kind: AlarmKind::Corrupt }).collect();
        if self.is_full() {
            alarms.push(Alarm { member: self.inner.identity.member, kind: AlarmKind::NoSpace });
        }
        alarms
    }

    /// Raises an alarm: from now on nothing is written.
    ///
    /// # Errors
    /// [`NodeError`]; NOSPACE is raised by a full disk only.
    pub async fn raise_alarm(&self, alarm: Alarm) -> Result<()> {
        match alarm.kind {
            AlarmKind::NoSpace => Err(NodeError::AlarmNotForClients),
            AlarmKind::Corrupt => self.inner.set_corrupt(alarm.member, true).await,
        }
    }

    /// Disarms an alarm. Answers whether it was raised and is no more; NOSPACE stays until there is room.
    ///
    /// # Errors
    /// [`NodeError`].
    pub async fn disarm(&self, alarm: Alarm) -> Result<bool> {
        self.linearize().await?;
        if alarm.kind == AlarmKind::NoSpace || !self.alarms().contains(&alarm) {
            return Ok(false);
        }
        self.inner.set_corrupt(alarm.member, false).await?;
        Ok(true)
    }
}

impl Inner {
    pub(super) async fn set_corrupt(&self, member: u64, raised: bool) -> Result<()> {
        self.change(Change::Alarm(CorruptAlarm { member, raised })).await?;
        self.look_for_alarms();
        Ok(())
    }

    fn look_for_alarms(&self) {
        let corrupt = self.consensus.members().iter().any(|member| member.member.corrupt);
        self.corrupt.0.store(corrupt, Ordering::Relaxed);
    }
}

/// Follows what other members raise and disarm.
pub(super) async fn follow(inner: Arc<Inner>) {
    loop {
        inner.look_for_alarms();
        tokio::time::sleep(TICK).await;
    }
}
