//! Reading: which keys, how many, as of when.

use crate::key::successor;
use crate::suite::Subject;
use crate::suite::steps::{
    all_keys, delete, everything, get, keys, put, range, range_error, revision, text, value,
};
use crate::{Error, KeyRange, Op, RangeRequest, Revision, Storage, Txn};

pub(super) async fn a_key_comes_with_its_revisions(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let last = put(&*storage, "/b", "1").await;
    let response = range(&*storage, RangeRequest::new(KeyRange::key("/a"))).await;
    assert_eq!((response.revision, response.count, response.more), (last, 1, false));
    let kv = &response.kvs[0];
    assert_eq!((kv.create_revision, kv.mod_revision, kv.version), (at, at, 1));
    assert_eq!(text(kv.bytes().expect("readable")), "1");
}

pub(super) async fn a_missing_key_is_no_error(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    for missing in ["/", "/a/", "/b"] {
        let response = range(&*storage, RangeRequest::new(KeyRange::key(missing))).await;
        assert_eq!((response.revision, response.count, response.more), (at, 0, false));
        assert!(response.kvs.is_empty());
    }
}

pub(super) async fn keys_come_in_bytewise_order(subject: &dyn Subject) {
    let storage = subject.storage();
    for key in ["/b", "/a/b", "/a", "/B", "/a-b", "/ab", "/ä"] {
        put(&*storage, key, "1").await;
    }
    assert_eq!(all_keys(&*storage).await, ["/B", "/a", "/a-b", "/a/b", "/ab", "/b", "/ä"]);
}

pub(super) async fn a_prefix_ends_where_it_should(subject: &dyn Subject) {
    let storage = subject.storage();
    for key in ["/a", "/a/", "/a/1", "/a/\u{10ffff}", "/a0", "/ab/1"] {
        put(&*storage, key, "1").await;
    }
    let request = RangeRequest::new(KeyRange::prefix("/a/"));
    assert_eq!(keys(&*storage, request).await, ["/a/", "/a/1", "/a/\u{10ffff}"]);
}

pub(super) async fn the_end_is_not_part_of_the_range(subject: &dyn Subject) {
    let storage = subject.storage();
    fill(&*storage).await;
    assert_eq!(keys(&*storage, RangeRequest::new(KeyRange::between("/b", "/d"))).await, ["/b", "/c"]);
    assert_eq!(keys(&*storage, RangeRequest::new(KeyRange::between("/bb", "/c0"))).await, ["/c"]);
}

pub(super) async fn an_open_end_reaches_the_last_key(subject: &dyn Subject) {
    let storage = subject.storage();
    fill(&*storage).await;
    assert_eq!(keys(&*storage, RangeRequest::new(KeyRange::starting_at("/d"))).await, ["/d", "/e"]);
    assert_eq!(keys(&*storage, RangeRequest::new(KeyRange::starting_at("/f"))).await, [""; 0]);
    assert_eq!(all_keys(&*storage).await.len(), 5);
}

pub(super) async fn a_range_that_ends_before_it_starts_is_empty(subject: &dyn Subject) {
    let storage = subject.storage();
    fill(&*storage).await;
    for (start, end) in [("/d", "/b"), ("/b", "/b"), ("/b", "")] {
        let response = range(&*storage, RangeRequest::new(KeyRange::between(start, end))).await;
        assert_eq!((response.count, response.kvs.len(), response.more), (0, 0, false), "{start}..{end}");
    }
    let nothing = Txn::new().then(Op::delete_range(KeyRange::between("/d", "")));
    storage.txn(nothing).await.expect("deleting nothing is no error");
    assert_eq!(all_keys(&*storage).await.len(), 5);
}

pub(super) async fn a_limit_cuts_and_says_so(subject: &dyn Subject) {
    let storage = subject.storage();
    fill(&*storage).await;
    let response = range(&*storage, everything().limit(2)).await;
    let found: Vec<_> = response.kvs.iter().map(|kv| text(&kv.key)).collect();
    assert_eq!(found, ["/a", "/b"]);
    assert_eq!((response.more, response.count), (true, 5));
}

pub(super) async fn a_limit_that_fits_cuts_nothing(subject: &dyn Subject) {
    let storage = subject.storage();
    fill(&*storage).await;
    for limit in [0, 5, 6, u64::from(u32::MAX)] {
        let response = range(&*storage, everything().limit(limit)).await;
        assert_eq!((response.kvs.len(), response.more, response.count), (5, false, 5), "limit {limit}");
    }
}

pub(super) async fn pages_at_one_revision_ignore_later_writes(subject: &dyn Subject) {
    let storage = subject.storage();
    fill(&*storage).await;
    let first = range(&*storage, everything().limit(2)).await;
    let at = first.revision;
    put(&*storage, "/bb", "new").await;
    delete(&*storage, "/d").await;
    put(&*storage, "/e", "changed").await;
    let rest = RangeRequest::new(KeyRange::starting_at(successor(&first.kvs[1].key))).at(at);
    let second = range(&*storage, rest.limit(10)).await;
    let found: Vec<_> = second.kvs.iter().map(|kv| text(kv.bytes().expect("readable"))).collect();
    assert_eq!(found, ["c", "d", "e"]);
    assert_eq!((second.more, second.count), (false, 3));
    assert_eq!(second.revision, revision(&*storage).await);
}

pub(super) async fn keys_only_leaves_values_out(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let response = range(&*storage, everything().keys_only()).await;
    let kv = &response.kvs[0];
    assert_eq!((text(&kv.key), kv.mod_revision, kv.version), ("/a".to_owned(), at, 1));
    assert!(kv.bytes().expect("readable").is_empty());
}

pub(super) async fn count_only_leaves_keys_out(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = fill(&*storage).await;
    for request in [everything().count_only(), everything().limit(2).count_only()] {
        let response = range(&*storage, request).await;
        assert_eq!((response.count, response.kvs.len(), response.more), (5, 0, false));
        assert_eq!(response.revision, at);
    }
}

pub(super) async fn the_past_can_be_read(subject: &dyn Subject) {
    let storage = subject.storage();
    let one = put(&*storage, "/a", "1").await;
    let two = put(&*storage, "/a", "2").await;
    let three = put(&*storage, "/b", "1").await;
    for (at, expected) in [(one, "1"), (two, "2"), (three, "2")] {
        let response = range(&*storage, RangeRequest::new(KeyRange::key("/a")).at(at)).await;
        assert_eq!(text(response.kvs[0].bytes().expect("readable")), expected);
        assert_eq!(response.revision, three, "the answer is from now, of then");
    }
    assert_eq!(range(&*storage, everything().at(Revision::FIRST)).await.count, 0);
    assert_eq!(range(&*storage, everything().at(two).count_only()).await.count, 1);
}

pub(super) async fn the_past_shows_what_is_deleted_now(subject: &dyn Subject) {
    let storage = subject.storage();
    let there = put(&*storage, "/a", "1").await;
    let gone = delete(&*storage, "/a").await;
    let back = put(&*storage, "/a", "2").await;
    for (at, expected) in [(there, 1), (gone, 0), (back, 1)] {
        assert_eq!(range(&*storage, everything().at(at)).await.count, expected, "at {at}");
    }
}

pub(super) async fn the_future_is_refused(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await;
    let error = range_error(&*storage, everything().at(at.next())).await;
    assert_eq!(error, Error::FutureRevision);
    assert_eq!(error.to_string(), "etcdserver: mvcc: required revision is a future revision");
}

pub(super) async fn serializable_reads_answer(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = fill(&*storage).await;
    let response = range(&*storage, everything().serializable()).await;
    assert!(response.revision <= at);
    assert!(response.kvs.iter().all(|kv| kv.mod_revision <= response.revision));
}

pub(super) async fn an_empty_value_is_a_value(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "").await;
    assert_eq!(value(&*storage, "/a").await, "");
    assert_eq!(get(&*storage, "/a").await.expect("it exists").version, 1);
}

pub(super) async fn keys_are_any_bytes(subject: &dyn Subject) {
    let storage = subject.storage();
    let odd: [&[u8]; 5] = [b"\0", b"\0\0", b"a\0b", b"\xff", b"\xff\xff"];
    for key in odd {
        let put = Txn::new().then(Op::put(key, key));
        storage.txn(put).await.expect("any bytes are a key");
    }
    let response = range(&*storage, everything()).await;
    let found: Vec<_> = response.kvs.iter().map(|kv| &kv.key[..]).collect();
    assert_eq!(found, odd);
    assert!(response.kvs.iter().all(|kv| kv.bytes() == Ok(&kv.key)));
    let last = range(&*storage, RangeRequest::new(KeyRange::prefix(&b"\xff"[..]))).await;
    assert_eq!(last.count, 2);
}

/// Puts `/a`=a to `/e`=e.
async fn fill(storage: &dyn Storage) -> Revision {
    for name in ["a", "b", "c", "d", "e"] {
        put(storage, &format!("/{name}"), name).await;
    }
    revision(storage).await
}
