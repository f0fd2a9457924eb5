//! Watches as a member sees them: how they share streams, and what its responses come to.

use futures_util::StreamExt;
use pintle_storage::etcd::{Etcd, Options};
use pintle_storage::{
    Error, Event, KeyRange, Reason, Revision, Storage, WatchRequest, WatchStream, WatchUpdate,
};
use pintle_wire::etcdserverpb as wire;
use pintle_wire::etcdserverpb::watch_request::RequestUnion;
use pintle_wire::mvccpb;

use crate::fake::{Call, Fake, header};

pub(crate) type WatchCall = Call<wire::WatchRequest, wire::WatchResponse>;

/// How a member names all watches of a stream.
const ALL: i64 = -1;

/// The next request, which must be to create a watch.
pub(crate) async fn create(call: &mut WatchCall) -> wire::WatchCreateRequest {
    match call.request().await.request_union {
        Some(RequestUnion::CreateRequest(create)) => create,
        other => panic!("a watch was to be created, not {other:?}"),
    }
}

/// The next request, which must be to cancel a watch. Answers its id.
pub(crate) async fn cancel(call: &mut WatchCall) -> i64 {
    match call.request().await.request_union {
        Some(RequestUnion::CancelRequest(cancel)) => cancel.watch_id,
        other => panic!("a watch was to be cancelled, not {other:?}"),
    }
}

async fn progress_request(call: &mut WatchCall) {
    let request = call.request().await.request_union;
    assert!(matches!(request, Some(RequestUnion::ProgressRequest(_))), "{request:?}");
}

/// Creates the watch that is asked for next, at `revision`. Answers its id.
pub(crate) async fn accept(call: &mut WatchCall, revision: i64) -> i64 {
    let watch_id = create(call).await.watch_id;
    call.send(created(watch_id, revision)).await;
    watch_id
}

pub(crate) fn created(watch_id: i64, revision: i64) -> wire::WatchResponse {
    wire::WatchResponse {
        header: header(revision),
        watch_id,
        created: true,
        ..wire::WatchResponse::default()
    }
}

/// One event at each revision, of a value of so many bytes.
pub(crate) fn events(watch_id: i64, revisions: &[i64], bytes: usize) -> wire::WatchResponse {
    let event = |revision: &i64| mvccpb::Event {
        kv: Some(mvccpb::KeyValue {
            key: "/a".into(),
            value: vec![b'x'; bytes].into(),
            mod_revision: *revision,
            ..mvccpb::KeyValue::default()
        }),
        ..mvccpb::Event::default()
    };
    let at = revisions.last().copied().unwrap_or_default();
    wire::WatchResponse {
        header: header(at),
        watch_id,
        events: revisions.iter().map(event).collect(),
        ..wire::WatchResponse::default()
    }
}

fn fragment(watch_id: i64, revisions: &[i64]) -> wire::WatchResponse {
    wire::WatchResponse { fragment: true, ..events(watch_id, revisions, 1) }
}

fn progress(watch_id: i64, revision: i64) -> wire::WatchResponse {
    wire::WatchResponse { header: header(revision), watch_id, ..wire::WatchResponse::default() }
}

fn cancelled(watch_id: i64, reason: &str, compact_revision: i64) -> wire::WatchResponse {
    wire::WatchResponse {
        header: header(9),
        watch_id,
        canceled: true,
        compact_revision,
        cancel_reason: reason.to_owned(),
        ..wire::WatchResponse::default()
    }
}

/// Opens a watch on a member that accepts it at revision 7, on the stream it was given or a new one.
pub(crate) async fn open(
    fake: &mut Fake,
    client: &Etcd,
    call: &mut Option<WatchCall>,
    request: WatchRequest,
) -> (WatchStream, i64) {
    let play = async {
        let call = match call {
            Some(call) => call,
            None => call.insert(fake.watches.next().await),
        };
        accept(call, 7).await
    };
    let (watch, id) = tokio::join!(client.watch(request), play);
    (watch.expect("it is accepted"), id)
}

pub(crate) fn everything() -> WatchRequest {
    WatchRequest::new(KeyRange::all())
}

/// The revisions of the next events.
pub(crate) async fn revisions(watch: &mut WatchStream) -> Vec<u64> {
    match watch.next().await {
        Some(Ok(WatchUpdate::Events(events))) => events.iter().map(|event| event.revision().get()).collect(),
        other => panic!("events were to come, not {other:?}"),
    }
}

async fn reached(watch: &mut WatchStream) -> u64 {
    match watch.next().await {
        Some(Ok(WatchUpdate::Progress(revision))) => revision.get(),
        other => panic!("progress was to come, not {other:?}"),
    }
}

#[tokio::test]
async fn a_watch_is_asked_for_as_it_should_be() {
    let mut fake = Fake::start();
    let client = fake.client();
    let play = async {
        let mut call = fake.watches.next().await;
        assert!(call.wants_leader);
        let create = create(&mut call).await;
        call.send(created(create.watch_id, 7)).await;
        (create, call)
    };
    let request = WatchRequest::new(KeyRange::prefix("/a/")).from(Revision::new(5)).with_prev();
    let (watch, (create, _call)) = tokio::join!(client.watch(request), play);
    assert!(watch.is_ok());
    assert_eq!(
        (&create.key[..], &create.range_end[..], create.start_revision),
        (&b"/a/"[..], &b"/a0"[..], 5)
    );
    assert!(create.fragment && create.prev_kv && create.progress_notify);
}

#[tokio::test]
async fn fragments_are_joined_to_whole_revisions_and_progress_waits_for_the_last() {
    let mut fake = Fake::start();
    let (client, mut call) = (fake.client(), None);
    let (mut watch, id) = open(&mut fake, &client, &mut call, everything()).await;
    let call = call.expect("there is a stream");
    call.send(fragment(id, &[8, 9, 10])).await;
    call.send(fragment(id, &[10, 10])).await;
    call.send(progress(ALL, 12)).await;
    call.send(progress(id, 12)).await;
    call.send(events(id, &[10, 11], 1)).await;
    call.send(progress(ALL, 12)).await;
    assert_eq!(revisions(&mut watch).await, [8, 9]);
    assert_eq!(revisions(&mut watch).await, [10, 10, 10, 10, 11]);
    assert_eq!(reached(&mut watch).await, 12);
}

#[tokio::test]
async fn puts_and_deletes_and_what_they_replaced_come_as_they_are() {
    let mut fake = Fake::start();
    let (client, mut call) = (fake.client(), None);
    let (mut watch, id) = open(&mut fake, &client, &mut call, everything().with_prev()).await;
    let mut response = events(id, &[8, 9], 3);
    response.events[1].r#type = mvccpb::event::EventType::Delete.into();
    response.events[1].prev_kv = response.events[0].kv.clone();
    call.expect("there is a stream").send(response).await;
    let Some(Ok(WatchUpdate::Events(came))) = watch.next().await else { panic!("events were to come") };
    assert!(
        matches!(&came[0], Event::Put { kv, prev: None } if kv.bytes().is_ok_and(|bytes| bytes == "xxx"))
    );
    assert!(
        matches!(&came[1], Event::Delete { prev: Some(prev), .. } if prev.mod_revision == Revision::new(8))
    );
}

#[tokio::test]
async fn a_cancelled_watch_ends_with_the_reason() {
    let compacted = "etcdserver: mvcc: required revision has been compacted";
    let cases = [
        (cancelled(1, compacted, 40), Error::Compacted { revision: Revision::new(40) }),
        (cancelled(1, "", 40), Error::Compacted { revision: Revision::new(40) }),
        (cancelled(1, "etcdserver: no leader", 0), Error::LeaderLost),
        (cancelled(1, "etcdserver: permission denied", 0), Error::LeaderLost),
        (cancelled(1, "", 0), Error::LeaderLost),
    ];
    let mut fake = Fake::start();
    let client = fake.client();
    for (mut response, expected) in cases {
        let mut call = None;
        let (mut watch, id) = open(&mut fake, &client, &mut call, everything()).await;
        response.watch_id = id;
        let mut call = call.expect("there is a stream");
        call.send(response).await;
        assert_eq!(watch.next().await, Some(Err(expected)));
        assert_eq!(watch.next().await, None);
        drop(watch);
        call.given_up().await;
    }
}

#[tokio::test]
async fn a_watch_that_is_refused_fails_to_open_and_disturbs_nobody() {
    let mut fake = Fake::start();
    let (client, mut call) = (fake.client(), None);
    let (mut stays, stays_id) = open(&mut fake, &client, &mut call, everything()).await;
    let mut call = call.expect("there is a stream");
    let refuse = async {
        create(&mut call).await;
        let mut refusal = cancelled(ALL, "etcdserver: permission denied", 0);
        refusal.created = true;
        call.send(refusal).await;
    };
    let (refused, ()) = tokio::join!(client.watch(everything()), refuse);
    let expected = Error::NotApplied(Reason::Unavailable("etcdserver: permission denied".into()));
    assert_eq!(refused.err(), Some(expected));
    call.send(events(stays_id, &[8], 1)).await;
    assert_eq!(revisions(&mut stays).await, [8]);
}

#[tokio::test]
async fn watches_share_streams_up_to_the_bound() {
    let mut fake = Fake::start();
    let options = Options { watches_per_stream: 2, ..fake.options() };
    let client = Etcd::new(options).expect("the options are good");
    let mut calls = [None, None, None];
    let mut watches = Vec::new();
    for place in [0, 0, 1, 1, 2] {
        watches.push(open(&mut fake, &client, &mut calls[place], everything()).await);
    }
    for (place, (watch, id)) in [0, 0, 1, 1, 2].into_iter().zip(&mut watches) {
        calls[place].as_ref().expect("it is open").send(events(*id, &[8], 1)).await;
        assert_eq!(revisions(watch).await, [8]);
    }
    assert!(fake.watches.is_empty());
    // A place that is free again is used again.
    drop(watches.remove(0));
    let first = calls[0].as_mut().expect("it is open");
    cancel(first).await;
    let (again, _) = tokio::join!(client.watch(everything()), accept(first, 7));
    assert!(again.is_ok());
}

#[tokio::test]
async fn a_dropped_watch_is_cancelled_and_the_last_one_gives_the_stream_up() {
    let mut fake = Fake::start();
    let (client, mut call) = (fake.client(), None);
    let (first, first_id) = open(&mut fake, &client, &mut call, everything()).await;
    let (second, _) = open(&mut fake, &client, &mut call, everything()).await;
    let mut call = call.expect("there is a stream");
    drop(first);
    assert_eq!(cancel(&mut call).await, first_id);
    drop(second);
    call.given_up().await;
}

#[tokio::test]
async fn a_request_for_progress_reaches_every_stream_and_its_answer_every_watch() {
    let mut fake = Fake::start();
    let options = Options { watches_per_stream: 2, ..fake.options() };
    let client = Etcd::new(options).expect("the options are good");
    let mut calls = [None, None];
    let mut watches = Vec::new();
    for place in [0, 0, 1] {
        watches.push(open(&mut fake, &client, &mut calls[place], everything()).await.0);
    }
    client.request_progress().await.expect("it is asked for");
    for call in &mut calls {
        let call = call.as_mut().expect("it is open");
        progress_request(call).await;
        call.send(progress(ALL, 9)).await;
    }
    for watch in &mut watches {
        assert_eq!(reached(watch).await, 9);
    }
}

#[tokio::test]
async fn an_answer_to_an_older_request_says_nothing_of_a_watch_that_replays() {
    let mut fake = Fake::start();
    let (client, mut call) = (fake.client(), None);
    let (mut older, _) = open(&mut fake, &client, &mut call, everything()).await;
    client.request_progress().await.expect("it is asked for");
    progress_request(call.as_mut().expect("there is a stream")).await;
    let (mut replays, id) = open(&mut fake, &client, &mut call, everything().from(Revision::new(3))).await;
    let mut call = call.expect("there is a stream");
    // To the request from before; the member has not replayed anything yet.
    call.send(progress(ALL, 7)).await;
    assert_eq!(reached(&mut older).await, 7);
    call.send(events(id, &[3, 4], 1)).await;
    client.request_progress().await.expect("it is asked for");
    progress_request(&mut call).await;
    call.send(progress(ALL, 7)).await;
    assert_eq!(revisions(&mut replays).await, [3, 4]);
    assert_eq!(reached(&mut replays).await, 7);
}

#[tokio::test]
async fn a_member_that_can_not_be_trusted_is_not_asked_for_progress() {
    let mut fake = Fake::start();
    *fake.script.version.lock() = "3.4.23";
    let (client, mut call) = (fake.client(), None);
    let (mut watch, id) = open(&mut fake, &client, &mut call, everything()).await;
    client.request_progress().await.expect("nothing is asked, and that is no error");
    let call = call.as_mut().expect("there is a stream");
    call.send(progress(ALL, 9)).await;
    call.send(progress(id, 8)).await;
    assert_eq!(reached(&mut watch).await, 8);
    let (second, _) = tokio::join!(client.watch(everything()), accept(call, 7));
    assert!(second.is_ok(), "and the next request was not for progress");
}
