//! One call to one member: deadlines, lost connections, and what is known of a write after them.

use std::net::TcpListener;
use std::time::Duration;

use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::{Compare, Error, KeyRange, Limits, Op, RangeRequest, Reason, Revision, Storage, Txn};
use tonic::Status;

use crate::fake::{Fake, until};
use crate::watches::{events, everything, open, revisions};

fn write() -> Txn {
    Txn::new().when(Compare::absent("/a")).then(Op::put("/a", "1"))
}

fn read() -> RangeRequest {
    RangeRequest::new(KeyRange::key("/a"))
}

#[tokio::test]
async fn nobody_there_means_not_applied_and_says_who() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = format!("http://{}", free.local_addr().expect("it is bound"));
    drop(free);
    let client = Etcd::new(Options::new([endpoint.as_str()])).expect("the options are good");
    let error = client.txn(write()).await.expect_err("nobody is there");
    assert!(
        matches!(&error, Error::NotApplied(Reason::Unavailable(words)) if words.contains(&endpoint)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_connection_lost_under_a_call_leaves_a_write_in_doubt_and_a_read_not() {
    for writes in [true, false] {
        let fake = Fake::start();
        fake.answer_txn(|_| None);
        let client = fake.client();
        let txn = if writes { write() } else { Txn::new().then(Op::get("/a")) };
        let call = client.txn(txn);
        let kill = async {
            until(|| fake.txns() == 1).await;
            drop(fake);
        };
        let (answer, ()) = tokio::join!(call, kill);
        match answer {
            Err(Error::Unknown(Reason::Unavailable(_))) if writes => {}
            Err(Error::NotApplied(Reason::Unavailable(_))) if !writes => {}
            other => panic!("writes: {writes}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn silence_until_the_deadline_leaves_a_write_in_doubt_and_a_read_not() {
    let fake = Fake::start();
    fake.answer_txn(|_| None);
    fake.answer_range(|_| None);
    let options = Options { call_timeout: Duration::from_millis(200), ..fake.options() };
    let client = Etcd::new(options).expect("the options are good");
    until(|| client.connected() == 1).await;
    assert_eq!(client.txn(write()).await, Err(Error::Unknown(Reason::TimedOut)));
    assert_eq!(client.range(read()).await, Err(Error::NotApplied(Reason::TimedOut)));
}

#[tokio::test]
async fn no_member_is_asked_twice() {
    let fake = Fake::start();
    let timed_out = "etcdserver: request timed out";
    fake.answer_txn(move |_| Some(Err(Status::unavailable(timed_out))));
    fake.answer_range(move |_| Some(Err(Status::unavailable(timed_out))));
    let client = fake.client();
    assert_eq!(client.txn(write()).await, Err(Error::Unknown(Reason::TimedOut)));
    assert_eq!(client.range(read()).await, Err(Error::NotApplied(Reason::TimedOut)));
    assert_eq!((fake.txns(), fake.ranges()), (1, 1));
}

#[tokio::test]
async fn compaction_is_reported_no_lower_than_it_can_be() {
    let fake = Fake::start();
    let compacted = "etcdserver: mvcc: required revision has been compacted";
    fake.answer_range(move |_| Some(Err(Status::out_of_range(compacted))));
    let client = fake.client();
    let answer = client.range(read().at(Revision::new(4))).await;
    assert_eq!(answer, Err(Error::Compacted { revision: Revision::new(5) }));
}

#[tokio::test]
async fn what_is_too_large_is_not_sent() {
    let fake = Fake::start();
    let limits = Limits { request_bytes: 1000, txn_ops: 2 };
    let client = Etcd::new(Options { limits, ..fake.options() }).expect("the options are good");
    let large = Txn::new().then(Op::put("/a", vec![0; 1000]));
    assert_eq!(client.txn(large).await, Err(Error::TooLarge));
    let many = Txn::new().then(Op::get("/a")).then(Op::get("/b")).then(Op::get("/c"));
    assert_eq!(client.txn(many).await, Err(Error::TooManyOps));
    assert_eq!(client.range(RangeRequest::new(KeyRange::key(""))).await, Err(Error::EmptyKey));
    assert_eq!((fake.txns(), fake.ranges()), (0, 0));
}

#[tokio::test]
async fn only_serializable_reads_are_content_with_a_member_that_has_no_leader() {
    let fake = Fake::start();
    let client = fake.client();
    client.txn(write()).await.expect("it is answered");
    client.range(read()).await.expect("it is answered");
    assert_eq!(*fake.script.wanted_leader.lock(), (true, true));
    client.range(read().serializable()).await.expect("it is answered");
    assert_eq!(*fake.script.wanted_leader.lock(), (false, true));
}

#[tokio::test]
async fn an_answer_that_lacks_its_header_leaves_a_write_in_doubt() {
    let fake = Fake::start();
    fake.answer_txn(|_| Some(Ok(pintle_wire::etcdserverpb::TxnResponse::default())));
    let error = fake.client().txn(write()).await.expect_err("the answer is of no use");
    assert!(error.may_have_applied(), "{error:?}");
}

#[tokio::test]
async fn a_member_that_comes_back_is_used_again() {
    let fake = Fake::start();
    let address = fake.address();
    let client = fake.client();
    assert_eq!(client.revision().await, Ok(Revision::new(7)));
    drop(fake);
    until(|| client.connected() == 0).await;
    assert!(client.revision().await.is_err_and(|error| error.may_retry()));
    let _fake = Fake::start_at(address);
    while client.revision().await != Ok(Revision::new(7)) {}
}

#[tokio::test]
async fn connections_that_are_retired_cost_nothing() {
    let mut fake = Fake::start_retiring(Duration::from_millis(150));
    let client = fake.client();
    let mut stream = None;
    let (mut watch, id) = open(&mut fake, &client, &mut stream, everything()).await;
    // Long enough for several connections to grow old, in use and idle.
    for round in 0..30 {
        client.txn(write()).await.expect("it is taken");
        client.revision().await.expect("it is answered");
        tokio::time::sleep(Duration::from_millis(round * 2)).await;
    }
    stream.expect("there is a stream").send(events(id, &[8], 1)).await;
    assert_eq!(revisions(&mut watch).await, [8], "what was under way goes on");
}
