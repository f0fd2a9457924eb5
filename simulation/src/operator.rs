//! Somebody who adds members and removes them, as an operator would: a learner first, a voter when it has caught up.

use crate::chance::Chance;
use crate::clients::Records;
use crate::network::{Address, Ask, CLIENTS, Net, url};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use pintle_raftstore::node::{Node, NodeError};
use pintle_raftstore::raft::{PeerError, Standpoint};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long a change may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is to be done with machines.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// A new node on an empty disk, among these.
    Start(Address, Vec<Address>),
    /// It is a member no more: its disk is wiped.
    Retire(Address),
}

/// Orders, and whether somebody is in the middle of a change.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pub(crate) orders: Vec<Order>,
    pub(crate) is_busy: bool,
    /// Members that were added and removed.
    pub(crate) changes: u64,
    /// Ids of members that were to be removed, whether or not it was answered.
    pub(crate) unwanted: BTreeSet<u64>,
}

pub(crate) struct Operator {
    pub(crate) net: Net,
    pub(crate) chance: Chance,
    pub(crate) records: Arc<Records>,
    pub(crate) desk: Arc<Mutex<Desk>>,
    pub(crate) hosts: u64,
}

type Outcome<T> = Result<T, NodeError>;

impl Operator {
    /// Works until it is over. What was begun is brought to an end.
    pub(crate) async fn work(mut self) {
        loop {
            tokio::time::sleep(Duration::from_millis(self.chance.within(500, 4000))).await;
            if self.records.over.load(Ordering::Relaxed) {
                return;
            }
            self.desk.lock().is_busy = true;
            if let Some(members) = self.members().await {
                let voters = members.iter().filter(|member| !member.learns).count();
                let spare = (0..self.address()).find(|address| !is_at(&members, *address));
                match spare {
                    Some(spare) if voters <= 3 || self.chance.one_in(2) => self.grow(spare).await,
                    _ if voters > 3 => self.shrink(&members).await,
                    _ => {}
                }
            }
            self.desk.lock().is_busy = false;
        }
    }

    async fn grow(&mut self, spare: Address) {
        let urls = vec![url(spare)];
        let (added, learner) = (urls.clone(), self.chance.below(4) > 0);
        let outcome =
            self.ask(move |node| async move { node.add_member(added, learner).await }.boxed()).await;
        self.net
            .note(format_args!("the operator adds {spare}: {}", outcome.is_some_and(|added| added.is_ok())));
        // Whether it was added is told by who is a member now.
        let Some(members) = self.members_for_sure().await else { return };
        let Some(own) = members.iter().find(|member| member.member.peer_urls == urls) else { return };
        let id = own.id;
        let addresses: Vec<Address> =
            (0..self.address()).filter(|address| is_at(&members, *address)).collect();
        {
            let mut desk = self.desk.lock();
            desk.orders.push(Order::Start(spare, addresses));
            desk.changes += 1;
        }
        if !own.learns || self.chance.one_in(4) {
            return;
        }
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let promoted = self.ask(move |node| async move { node.promote_member(id).await }.boxed()).await;
            if matches!(promoted, Some(Ok(()) | Err(NodeError::MemberNotLearner | NodeError::MemberNotFound)))
            {
                return;
            }
        }
    }

    async fn shrink(&mut self, members: &[Standpoint]) {
        let Some(member) = self.chance.pick(members).cloned() else { return };
        let id = member.id;
        self.desk.lock().unwanted.insert(id);
        let outcome = self.ask(move |node| async move { node.remove_member(id).await }.boxed()).await;
        let done = outcome.is_some_and(|removed| removed.is_ok());
        self.net.note(format_args!("the operator removes {:?}: {done}", member.member.peer_urls));
        let Some(left) = self.members_for_sure().await else { return };
        if left.iter().all(|left| left.id != id) {
            let address = (0..self.address()).find(|address| member.member.peer_urls == [url(*address)]);
            let mut desk = self.desk.lock();
            desk.orders.extend(address.map(Order::Retire));
            desk.changes += 1;
        }
    }

    async fn members(&mut self) -> Option<Vec<Standpoint>> {
        self.ask(|node| async move { node.members(true).await }.boxed()).await?.ok()
    }

    /// Asks until somebody answers. What is under way may come true later: everything before it has then.
    async fn members_for_sure(&mut self) -> Option<Vec<Standpoint>> {
        for _ in 0..200 {
            if let Some(members) = self.members().await {
                return Some(members);
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        None
    }

    async fn ask<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(Node) -> BoxFuture<'static, Outcome<T>> + Send + 'static,
    ) -> Option<Outcome<T>> {
        let to = usize::try_from(self.chance.below(self.hosts)).unwrap_or_default();
        let ask = Ask { from: CLIENTS, to, member: None, time: PATIENCE, kind: "operate" };
        let answered: Result<Outcome<T>, PeerError> =
            self.net.ask(ask, move |node| async move { Ok(work(node).await) }.boxed()).await;
        answered.ok()
    }

    fn address(&self) -> Address {
        usize::try_from(self.hosts).unwrap_or_default()
    }
}

fn is_at(members: &[Standpoint], address: Address) -> bool {
    members.iter().any(|member| member.member.peer_urls == [url(address)])
}
