//! Every target in every relation.

use crate::suite::Subject;
use crate::suite::steps::{delete, put, put_leased, txn};
use crate::{Compare, LeaseId, Relation, Revision, Storage, Target, Txn};
use std::time::Duration;

pub(super) async fn mod_revision(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    let at = put(&*storage, "/a", "2").await.get();
    let target = |number| Target::ModRevision(Revision::new(number));
    relations(&*storage, target(at - 1), target(at), target(at + 1)).await;
}

pub(super) async fn create_revision(subject: &dyn Subject) {
    let storage = subject.storage();
    let at = put(&*storage, "/a", "1").await.get();
    put(&*storage, "/a", "2").await;
    let target = |number| Target::CreateRevision(Revision::new(number));
    relations(&*storage, target(at - 1), target(at), target(at + 1)).await;
}

pub(super) async fn version(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    put(&*storage, "/a", "2").await;
    relations(&*storage, Target::Version(1), Target::Version(2), Target::Version(3)).await;
}

pub(super) async fn value(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "b").await;
    let target = |value: &'static str| Target::Value(value.into());
    relations(&*storage, target("a"), target("b"), target("ba")).await;
}

pub(super) async fn lease(subject: &dyn Subject) {
    let storage = subject.storage();
    let id = LeaseId::new(1000);
    let lease = storage.lease_grant(Duration::from_secs(600), id).await.expect("it is granted");
    put_leased(&*storage, "/a", "1", lease).await;
    let target = |number| Target::Lease(LeaseId::new(number));
    relations(&*storage, target(0), target(1000), target(1001)).await;
}

pub(super) async fn a_missing_key_compares_as_zero(subject: &dyn Subject) {
    let storage = subject.storage();
    let zeros = [
        Target::ModRevision(Revision::ZERO),
        Target::CreateRevision(Revision::ZERO),
        Target::Version(0),
        Target::Lease(None),
    ];
    for zero in zeros {
        assert!(holds(&*storage, Relation::Equal, zero.clone()).await, "{zero:?}");
        assert!(!holds(&*storage, Relation::Greater, zero.clone()).await, "{zero:?}");
        assert!(!holds(&*storage, Relation::NotEqual, zero).await);
    }
    assert!(holds(&*storage, Relation::Less, Target::Version(1)).await);
}

pub(super) async fn a_missing_key_has_no_value_to_compare(subject: &dyn Subject) {
    let storage = subject.storage();
    for relation in [Relation::Equal, Relation::NotEqual, Relation::Greater, Relation::Less] {
        assert!(!holds(&*storage, relation, Target::Value("".into())).await, "{relation:?}");
        assert!(!holds(&*storage, relation, Target::Value("x".into())).await, "{relation:?}");
    }
}

pub(super) async fn a_deleted_key_is_missing(subject: &dyn Subject) {
    let storage = subject.storage();
    put(&*storage, "/a", "1").await;
    delete(&*storage, "/a").await;
    assert!(holds(&*storage, Relation::Equal, Target::ModRevision(Revision::ZERO)).await);
    assert!(holds(&*storage, Relation::Equal, Target::Version(0)).await);
}

/// Checks the four relations of `/a` to something below it, equal to it, and above it.
async fn relations(storage: &dyn Storage, below: Target, equal: Target, above: Target) {
    let expected = [
        (Relation::Equal, [false, true, false]),
        (Relation::NotEqual, [true, false, true]),
        (Relation::Greater, [true, false, false]),
        (Relation::Less, [false, false, true]),
    ];
    for (relation, answers) in expected {
        for (target, answer) in [&below, &equal, &above].into_iter().zip(answers) {
            assert_eq!(holds(storage, relation, target.clone()).await, answer, "{relation:?} {target:?}");
        }
    }
}

async fn holds(storage: &dyn Storage, relation: Relation, target: Target) -> bool {
    txn(storage, Txn::new().when(Compare::new("/a", relation, target))).await.succeeded
}
