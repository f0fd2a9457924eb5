//! Two members: what goes to the other one, and what must not.

use std::time::Duration;

use pintle_storage::etcd::{Etcd, Features, Options};
use pintle_storage::{Error, KeyRange, Op, RangeRequest, Reason, Revision, Storage, Txn, WatchRequest};
use tonic::Status;

use crate::fake::{Fake, two, until};

fn write() -> Txn {
    Txn::new().then(Op::put("/a", "1"))
}

fn refusing(fake: &Fake, text: &'static str) {
    fake.answer_txn(move |_| Some(Err(Status::unavailable(text))));
    fake.answer_range(move |_| Some(Err(Status::unavailable(text))));
}

#[tokio::test]
async fn what_a_member_without_a_leader_refuses_goes_to_the_other() {
    for refusal in ["etcdserver: no leader", "etcdserver: rpc not supported for learner"] {
        let (one, other, client) = two(|options| options).await;
        // Whichever is preferred, every call is answered.
        refusing(&one, refusal);
        client.txn(write()).await.expect("the other takes it");
        assert_eq!(client.revision().await, Ok(Revision::new(7)));
        drop(one);
        client.txn(write()).await.expect("the other takes it");
        assert_eq!(other.txns(), 2);
    }
}

#[tokio::test]
async fn a_write_in_doubt_goes_nowhere_else() {
    let (one, other, client) = two(|options| options).await;
    for doubt in
        ["etcdserver: request timed out", "etcdserver: leader changed", "etcdserver: server stopped", "eh?"]
    {
        refusing(&one, doubt);
        refusing(&other, doubt);
        let before = one.txns() + other.txns();
        let error = client.txn(write()).await.expect_err("nobody took it");
        assert!(error.may_have_applied(), "{error:?}");
        assert_eq!(one.txns() + other.txns(), before + 1, "{doubt}");
    }
}

#[tokio::test]
async fn a_read_in_doubt_goes_to_each_member_once() {
    let (one, other, client) = two(|options| options).await;
    refusing(&one, "etcdserver: leader changed");
    refusing(&other, "etcdserver: leader changed");
    assert_eq!(client.revision().await, Err(Error::NotApplied(Reason::LeaderChanged)));
    assert_eq!((one.ranges(), other.ranges()), (1, 1));
}

#[tokio::test]
async fn a_verdict_is_final() {
    let (one, other, client) = two(|options| options).await;
    for fake in [&one, &other] {
        fake.answer_range(|_| {
            Some(Err(Status::out_of_range("etcdserver: mvcc: required revision is a future revision")))
        });
    }
    let read = RangeRequest::new(KeyRange::key("/a")).at(Revision::new(100));
    assert_eq!(client.range(read).await, Err(Error::FutureRevision));
    assert_eq!(one.ranges() + other.ranges(), 1);
}

#[tokio::test]
async fn a_silent_member_costs_a_read_only_part_of_its_time() {
    let (one, other, client) =
        two(|options| Options { call_timeout: Duration::from_millis(400), ..options }).await;
    one.answer_range(|_| None);
    assert_eq!(client.revision().await, Ok(Revision::new(7)));
    assert_eq!(other.ranges(), 1);
}

#[tokio::test]
async fn a_connection_lost_under_a_read_sends_it_to_the_other() {
    let (one, other, client) = two(|options| options).await;
    one.answer_range(|_| None);
    other.answer_range(|_| None);
    let call = client.revision();
    let kill = async {
        until(|| one.ranges() + other.ranges() == 1).await;
        let (asked, idle) = if one.ranges() == 1 { (one, other) } else { (other, one) };
        idle.answer_range(|_| {
            let header = crate::fake::header(9);
            Some(Ok(pintle_wire::etcdserverpb::RangeResponse { header, ..Default::default() }))
        });
        drop(asked);
        idle
    };
    let (answer, _idle) = tokio::join!(call, kill);
    assert_eq!(answer, Ok(Revision::new(9)));
}

#[tokio::test]
async fn a_member_that_can_not_be_reached_is_passed_over() {
    let (gone, there) = (Fake::start(), Fake::start());
    let options = Options::new([gone.endpoint(), there.endpoint()]);
    drop(gone);
    let client = Etcd::new(options).expect("the options are good");
    for _ in 0..3 {
        client.txn(write()).await.expect("the one that is there takes it");
    }
    assert_eq!((there.txns(), client.connected()), (3, 1));
}

#[tokio::test]
async fn calls_that_wait_are_spread_over_the_members() {
    let (one, other, client) = two(|options| options).await;
    one.answer_range(|_| None);
    other.answer_range(|_| None);
    let calls = (0..100).map(|_| client.revision());
    let waiting = futures_util::future::join_all(calls);
    let counted = until(|| one.ranges() + other.ranges() == 100);
    tokio::select! {
        _ = waiting => panic!("nobody answers"),
        () = counted => {}
    }
    assert!(one.ranges() >= 30 && other.ranges() >= 30, "{} and {}", one.ranges(), other.ranges());
}

#[tokio::test]
async fn progress_is_relied_on_only_when_every_member_can_be_trusted() {
    let (new, old) = (Fake::start(), Fake::start());
    *old.script.version.lock() = "3.5.12";
    let client = Etcd::new(new.options()).expect("the options are good");
    assert_eq!(client.features(), Features { progress: false }, "nobody has answered yet");
    until(|| client.connected() == 1).await;
    assert_eq!(client.features(), Features { progress: true });
    let both = Etcd::new(Options::new([new.endpoint(), old.endpoint()])).expect("the options are good");
    until(|| both.connected() == 2).await;
    assert_eq!(both.features(), Features { progress: false });
}

#[tokio::test]
async fn a_watch_that_one_member_refuses_is_opened_on_the_other() {
    let (mut one, mut other, client) = two(|options| options).await;
    let open = client.watch(WatchRequest::new(KeyRange::all()));
    let play = async {
        let (refused, taker) = tokio::select! {
            call = one.watches.next() => (call, &mut other),
            call = other.watches.next() => (call, &mut one),
        };
        refused.fail(Status::unavailable("etcdserver: no leader")).await;
        let mut call = taker.watches.next().await;
        crate::watches::accept(&mut call, 7).await;
        call
    };
    let (opened, _call) = tokio::join!(open, play);
    assert!(opened.is_ok());
}
