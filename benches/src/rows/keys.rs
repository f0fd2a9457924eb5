//! Rows that write and read keys.

use crate::cluster::Cluster;
use crate::content::{PREFIX, key, prefix_end, value};
use crate::failure::Failure;
use crate::load::{Client, Measured, measure};
use bytes::Bytes;
use pintle_wire::etcdserverpb::compare::{CompareResult, CompareTarget, TargetUnion};
use pintle_wire::etcdserverpb::kv_client::KvClient;
use pintle_wire::etcdserverpb::request_op::Request;
use pintle_wire::etcdserverpb::{Compare, PutRequest, RangeRequest, RequestOp, TxnRequest};
use rand::Rng;
use std::time::Duration;
use tonic::transport::Channel;

/// Objects there are, where some have to be.
const OBJECTS: u64 = 10_000;
/// Objects of a list.
const LISTED: u64 = 5_000;
/// Objects written by one transaction when there have to be many.
pub(super) const FILL_OPS: u64 = 100;

type Kv = KvClient<Channel>;

/// Each client creates objects, then writes them again.
pub(super) async fn put(
    cluster: &Cluster,
    clients: usize,
    connections: usize,
    time: Duration,
) -> Result<Measured, Failure> {
    let clients = kvs(cluster, clients, connections).await?;
    measure(cluster, clients.into_iter().map(|kv| Putting { kv, value: value() }).collect(), time).await
}

/// Each client updates an object of its own, if it is as it left it: as every update in Kubernetes.
pub(super) async fn txn(
    cluster: &Cluster,
    clients: usize,
    connections: usize,
    time: Duration,
) -> Result<Measured, Failure> {
    let clients = kvs(cluster, clients, connections).await?;
    fill(&clients[0], 0..clients.len() as u64).await?;
    let mut updating = Vec::new();
    for (kv, number) in clients.into_iter().zip(0..) {
        let request = RangeRequest { key: key(number), ..RangeRequest::default() };
        let found = kv.clone().range(request).await?.into_inner().kvs;
        let revision = found.first().map_or(0, |found| found.mod_revision);
        updating.push(Updating { kv, key: key(number), value: value(), revision });
    }
    measure(cluster, updating, time).await
}

/// Each client reads one object of many.
pub(super) async fn get(
    cluster: &Cluster,
    clients: usize,
    connections: usize,
    time: Duration,
) -> Result<Measured, Failure> {
    let clients = kvs(cluster, clients, connections).await?;
    fill(&clients[0], 0..OBJECTS).await?;
    measure(cluster, clients.into_iter().map(|kv| Getting { kv }).collect(), time).await
}

/// The same, each in a transaction.
pub(super) async fn read_txn(
    cluster: &Cluster,
    clients: usize,
    connections: usize,
    time: Duration,
) -> Result<Measured, Failure> {
    let clients = kvs(cluster, clients, connections).await?;
    fill(&clients[0], 0..OBJECTS).await?;
    measure(cluster, clients.into_iter().map(|kv| GettingInTxn { kv }).collect(), time).await
}

/// Each client reads all objects there are.
pub(super) async fn list(cluster: &Cluster, clients: usize, time: Duration) -> Result<Measured, Failure> {
    let clients = kvs(cluster, clients, clients).await?;
    fill(&clients[0], 0..LISTED).await?;
    measure(cluster, clients.into_iter().map(|kv| Listing { kv }).collect(), time).await
}

async fn kvs(cluster: &Cluster, clients: usize, connections: usize) -> Result<Vec<Kv>, Failure> {
    let channels = cluster.connect(connections).await?;
    let kv = |channel: &Channel| KvClient::new(channel.clone()).max_decoding_message_size(64 << 20);
    Ok(channels.iter().cycle().take(clients).map(kv).collect())
}

/// Writes objects, many at a time.
pub(super) async fn fill(kv: &Kv, numbers: std::ops::Range<u64>) -> Result<(), Failure> {
    for from in numbers.clone().step_by(FILL_OPS as usize) {
        let success = (from..numbers.end.min(from + FILL_OPS)).map(|number| put_op(key(number), value()));
        let request = TxnRequest { success: success.collect(), ..TxnRequest::default() };
        kv.clone().txn(request).await?;
    }
    Ok(())
}

fn put_op(key: Bytes, value: Bytes) -> RequestOp {
    let put = PutRequest { key, value, ..PutRequest::default() };
    RequestOp { request: Some(Request::RequestPut(put)) }
}

fn some_object() -> Bytes {
    key(rand::rng().random_range(0..OBJECTS))
}

struct Putting {
    kv: Kv,
    value: Bytes,
}

impl Client for Putting {
    async fn call(&mut self) -> Result<(), Failure> {
        let request = PutRequest { key: some_object(), value: self.value.clone(), ..PutRequest::default() };
        self.kv.put(request).await?;
        Ok(())
    }
}

struct Updating {
    kv: Kv,
    key: Bytes,
    value: Bytes,
    revision: i64,
}

impl Client for Updating {
    async fn call(&mut self) -> Result<(), Failure> {
        let range = RangeRequest { key: self.key.clone(), ..RangeRequest::default() };
        let request = TxnRequest {
            compare: vec![Compare {
                result: CompareResult::Equal.into(),
                target: CompareTarget::Mod.into(),
                key: self.key.clone(),
                target_union: Some(TargetUnion::ModRevision(self.revision)),
                ..Compare::default()
            }],
            success: vec![put_op(self.key.clone(), self.value.clone())],
            failure: vec![RequestOp { request: Some(Request::RequestRange(range)) }],
        };
        let answer = self.kv.txn(request).await?.into_inner();
        if !answer.succeeded {
            return Err(Failure::Server("an object that nobody else writes was changed".to_owned()));
        }
        self.revision = answer.header.map_or(0, |header| header.revision);
        Ok(())
    }
}

struct Getting {
    kv: Kv,
}

impl Client for Getting {
    async fn call(&mut self) -> Result<(), Failure> {
        let request = RangeRequest { key: some_object(), ..RangeRequest::default() };
        expect(self.kv.range(request).await?.into_inner().kvs.len(), 1)
    }
}

struct GettingInTxn {
    kv: Kv,
}

impl Client for GettingInTxn {
    async fn call(&mut self) -> Result<(), Failure> {
        let range = RangeRequest { key: some_object(), ..RangeRequest::default() };
        let success = vec![RequestOp { request: Some(Request::RequestRange(range)) }];
        let request = TxnRequest { success, ..TxnRequest::default() };
        expect(self.kv.txn(request).await?.into_inner().responses.len(), 1)
    }
}

struct Listing {
    kv: Kv,
}

impl Client for Listing {
    async fn call(&mut self) -> Result<(), Failure> {
        let request = RangeRequest { key: PREFIX.into(), range_end: prefix_end(), ..RangeRequest::default() };
        expect(self.kv.range(request).await?.into_inner().kvs.len(), LISTED as usize)
    }
}

fn expect(found: usize, wanted: usize) -> Result<(), Failure> {
    if found == wanted {
        return Ok(());
    }
    Err(Failure::Server(format!("{found} objects were answered where there are {wanted}")))
}
