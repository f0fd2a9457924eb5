//! Clients at work: each does one thing after the other, asks whichever node it likes, and writes down what became of it.

use crate::chance::Chance;
use crate::host::MEMBERS;
use crate::network::{Address, Ask, CLIENTS, Net};
use crate::seen::{Keys, Leased, Read, Version, Written};
use bytes::Bytes;
use futures_util::FutureExt;
use parking_lot::Mutex;
use pintle_chaos::history::{Asked, Became, Call, History};
use pintle_chaos::keys::{PREFIX, name, value_of};
use pintle_raftstore::embedded::Embedded;
use pintle_raftstore::raft::PeerError;
use pintle_storage::{
    Answer, Compare, Error, KeyRange, LeaseId, Op, OpResponse, RangeRequest, RangeResponse, Reason, Relation,
    Revision, Storage, Target, Txn, TxnResponse,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Keys that are written one by one.
const KEYS: u64 = 6;
/// Keys that are written together.
const TOGETHER: &str = "/together/";
/// Keys on leases.
pub(crate) const LEASED: &str = "/leased/";
/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(9);

/// What all clients share.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) history: History,
    pub(crate) reads: Mutex<Vec<Read>>,
    pub(crate) written: Mutex<Vec<Written>>,
    pub(crate) leases: Mutex<Vec<Leased>>,
    pub(crate) counts: Counts,
    /// The highest revision that anybody was told of by an acknowledged write or a linearizable read.
    acknowledged: AtomicU64,
    /// Up to here everything was told to the watch that must miss nothing.
    pub(crate) watched: AtomicU64,
    values: AtomicU64,
    pub(crate) over: AtomicBool,
    /// Clients that have not ended: what became of their calls is not known before.
    pub(crate) at_work: AtomicU64,
}

/// How calls ended.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) done: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) unknown: AtomicU64,
}

/// One client.
pub(crate) struct Client {
    pub(crate) number: u32,
    pub(crate) net: Net,
    pub(crate) chance: Chance,
    pub(crate) records: Arc<Records>,
    /// Where nodes may be.
    pub(crate) hosts: u64,
    /// The longest pause between two calls, in milliseconds.
    pub(crate) pause: u64,
}

impl Client {
    /// Works until it is told that it is over.
    pub(crate) async fn work(mut self) {
        while !self.records.over.load(Ordering::Relaxed) {
            match self.chance.below(100) {
                0..66 => self.one_key().await,
                66..78 => self.read().await,
                78..88 => self.together().await,
                88..92 => self.compact().await,
                _ => self.lease().await,
            }
            tokio::time::sleep(Duration::from_millis(self.chance.below(self.pause) + 1)).await;
        }
        self.records.at_work.fetch_sub(1, Ordering::Relaxed);
    }

    async fn one_key(&mut self) {
        let key = u32::try_from(self.chance.below(KEYS)).unwrap_or_default();
        let asked = match self.chance.below(10) {
            0..4 => Asked::Get,
            4..7 => Asked::Put(self.value()),
            7..9 => {
                let from = match self.get(key).await {
                    Some(Became::Found(found)) => found,
                    _ => None,
                };
                Asked::Swap { from, to: self.value() }
            }
            _ => Asked::Delete,
        };
        let begun = self.records.history.now();
        let became = match asked {
            Asked::Get => self.get(key).await,
            asked => self.write(key, asked).await,
        };
        let ended = if became == Some(Became::Unknown) { i64::MAX } else { self.records.history.now() };
        // What certainly was not done is not part of the history.
        if let Some(became) = became {
            self.net.note(format_args!("client {} {key} {asked:?} {became:?}", self.number));
            self.records.history.add(Call { client: self.number, key, asked, became, begun, ended });
        }
    }

    async fn get(&mut self, key: u32) -> Option<Became> {
        let request = RangeRequest::new(KeyRange::key(name(key)));
        let found = self.range(request).await?;
        Some(Became::Found(found.kvs.first().and_then(value_of)))
    }

    async fn write(&mut self, key: u32, asked: Asked) -> Option<Became> {
        let put = |value: u64| Op::put(name(key), value.to_string());
        let txn = match asked {
            Asked::Put(value) => Txn::new().then(put(value)),
            Asked::Swap { from, to } => {
                let target = match from {
                    Some(value) => Target::Value(value.to_string().into()),
                    None => Target::Version(0),
                };
                Txn::new().when(Compare::new(name(key), Relation::Equal, target)).then(put(to))
            }
            Asked::Delete | Asked::Get => Txn::new().then(Op::delete(name(key))),
        };
        match self.txn(txn).await {
            Ok(response) if !response.succeeded => Some(Became::Refused),
            Ok(response) => match response.responses.first() {
                Some(OpResponse::Delete { deleted: 0 }) => Some(Became::Refused),
                _ => Some(Became::Written(response.revision)),
            },
            Err(error) if error.may_have_applied() => Some(Became::Unknown),
            Err(_) => None,
        }
    }

    /// Reads everything under a prefix: as it is, or as whichever node knows it, or as it was.
    async fn read(&mut self) {
        let range = KeyRange::prefix(self.chance.pick(&[PREFIX, TOGETHER, "/"]).copied().unwrap_or("/"));
        let mut request = RangeRequest::new(range.clone());
        let is_old = self.chance.one_in(3);
        let known = self.records.acknowledged.load(Ordering::Relaxed);
        if is_old {
            request = request.serializable();
        } else if self.chance.one_in(4) && known > 2 {
            let at = self.chance.within(known.saturating_sub(20).max(2), known + 1);
            request = request.at(Revision::new(at));
        }
        let at = request.revision;
        let floor = if is_old { 0 } else { known };
        let host = self.host();
        let outcome = self.ask(host, "range", move |storage| storage.range(request)).await;
        let Some(response) = self.count(outcome) else { return };
        if !is_old {
            self.acknowledge(response.revision);
        }
        let header = response.revision.get();
        let revision = at.unwrap_or(response.revision).get();
        self.net.note(format_args!("client {} reads at {revision}", self.number));
        let keys: Keys = response.kvs.iter().map(|kv| (kv.key.clone(), Version::of(kv))).collect();
        self.records.reads.lock().push(Read { range, floor, header, revision, keys, host });
    }

    /// Puts one value under several keys: nobody may see some of them with it and others without.
    async fn together(&mut self) {
        let value = Bytes::from(self.value().to_string());
        let keys: Vec<Bytes> =
            (0..self.chance.within(2, 5)).map(|number| Bytes::from(format!("{TOGETHER}{number}"))).collect();
        let put = |txn: Txn, key: &Bytes| txn.then(Op::put(key.clone(), value.clone()));
        let txn = keys.iter().fold(Txn::new(), put);
        if let Ok(response) = self.txn(txn).await {
            let revision = response.revision.get();
            self.records.written.lock().push(Written { revision, keys, value });
        }
    }

    /// Forgets what the watch that must miss nothing has been told; now and then nearly everything.
    async fn compact(&mut self) {
        let watched = self.records.watched.load(Ordering::Relaxed);
        let keep = self.chance.below(60);
        let Some(revision) = watched.checked_sub(keep).filter(|revision| *revision > 2) else { return };
        let host = self.host();
        let outcome =
            self.ask(host, "compact", move |storage| storage.compact(Revision::new(revision))).await;
        self.net.note(format_args!("client {} compacts {revision}: {}", self.number, outcome.is_ok()));
        self.count(outcome);
    }

    /// A lease with a key: kept alive for a while, then left alone or ended.
    async fn lease(&mut self) {
        let begun = self.net.now();
        let ttl = Duration::from_secs(self.chance.within(1, 4));
        let host = self.host();
        let outcome = self.ask(host, "grant", move |storage| storage.lease_grant(ttl, None)).await;
        let Some(lease) = self.count(outcome) else { return };
        let key = Bytes::from(format!("{LEASED}{:x}", lease.id.get()));
        let ttl = u64::try_from(lease.ttl.as_micros()).unwrap_or(u64::MAX);
        let number = {
            let mut leases = self.records.leases.lock();
            leases.push(Leased { key: key.clone(), ttl, alive: begun, revoked: false });
            leases.len() - 1
        };
        let put = Txn::new().then(Op::put_leased(key, "here", lease.id));
        if self.txn(put).await.is_err() {
            return;
        }
        for _ in 0..self.chance.below(4) {
            tokio::time::sleep(Duration::from_millis(self.chance.below(900))).await;
            self.keep_alive(lease.id, number).await;
        }
        if self.chance.one_in(3) {
            self.records.leases.lock()[number].revoked = true;
            let host = self.host();
            let outcome = self.ask(host, "revoke", move |storage| storage.lease_revoke(lease.id)).await;
            self.count(outcome);
        }
    }

    async fn keep_alive(&mut self, id: LeaseId, number: usize) {
        let begun = self.net.now();
        let host = self.host();
        let outcome = self.ask(host, "keep alive", move |storage| storage.lease_keep_alive(id)).await;
        if self.count(outcome).is_some() {
            self.records.leases.lock()[number].alive = begun;
        }
    }

    async fn range(&mut self, request: RangeRequest) -> Option<RangeResponse> {
        let host = self.host();
        let outcome = self.ask(host, "range", move |storage| storage.range(request)).await;
        let response = self.count(outcome)?;
        self.acknowledge(response.revision);
        Some(response)
    }

    async fn txn(&mut self, txn: Txn) -> Result<TxnResponse, Error> {
        let host = self.host();
        let outcome = self.ask(host, "txn", move |storage| storage.txn(txn)).await;
        if let Ok(response) = &outcome {
            self.acknowledge(response.revision);
        }
        self.count(outcome.clone());
        outcome
    }

    /// Asks the node at `host`, over the network.
    async fn ask<T: Send + 'static>(
        &self,
        host: Address,
        kind: &'static str,
        call: impl FnOnce(&Embedded) -> Answer<'_, T> + Send + 'static,
    ) -> Result<T, Error> {
        let ask = Ask { from: CLIENTS, to: host, member: None, time: PATIENCE, kind };
        let answered = self.net.ask(ask, move |node| {
            async move {
                let storage = Embedded::new(node);
                Ok(call(&storage).await)
            }
            .boxed()
        });
        match answered.await {
            Ok(outcome) => outcome,
            Err(PeerError::Unreachable(_) | PeerError::Refused(_)) => {
                Err(Error::NotApplied(Reason::Unavailable("nobody is there".into())))
            }
            Err(_) => Err(Error::Unknown(Reason::TimedOutByConnectionLoss)),
        }
    }

    fn count<T>(&self, outcome: Result<T, Error>) -> Option<T> {
        let counts = &self.records.counts;
        match outcome {
            Ok(answer) => {
                counts.done.fetch_add(1, Ordering::Relaxed);
                Some(answer)
            }
            Err(error) => {
                let unknown = error.may_have_applied();
                let count = if unknown { &counts.unknown } else { &counts.refused };
                count.fetch_add(1, Ordering::Relaxed);
                self.net.note(format_args!("client {} is told {error}", self.number));
                None
            }
        }
    }

    fn acknowledge(&self, revision: Revision) {
        self.records.acknowledged.fetch_max(revision.get(), Ordering::Relaxed);
    }

    /// Mostly one that was there from the beginning.
    fn host(&mut self) -> Address {
        let among = if self.chance.one_in(5) { self.hosts } else { MEMBERS as u64 };
        usize::try_from(self.chance.below(among)).unwrap_or_default()
    }

    fn value(&self) -> u64 {
        self.records.values.fetch_add(1, Ordering::Relaxed) + 1
    }
}
