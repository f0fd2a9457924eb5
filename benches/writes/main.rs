//! What the stages of a write of one Pod cost, in order, and the two writes that matter most as a whole: a server-side
//! apply that changes nothing, and a strategic merge patch of one field. Without network and storage; `cargo api-bench`
//! measures a server with both.
#![allow(clippy::expect_used, reason = "a benchmark of a refused write measures nothing")]

#[path = "../api/config.rs"]
mod config;
mod pod;

use divan::{Bencher, black_box};
use pintle_meta::value::to_json;
use pintle_schema::{decode, form, ownership, patch, yaml};
use pod::Pod;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    divan::main();
}

#[divan::bench]
fn body_as_yaml(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    bencher.bench(|| yaml::parse(black_box(&pod.config)));
}

#[divan::bench]
fn live_from_stored(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    bencher.bench(|| pod.live());
}

#[divan::bench]
fn apply(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    let (live, config) = (pod.live(), yaml::parse(&pod.config).expect("it parses").value);
    bencher.bench(|| pod.as_writer(|write| ownership::apply(write, black_box(&live), &config, true)));
}

#[divan::bench]
fn normal_form_again(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    let live = pod.live();
    bencher.bench(|| decode::value(black_box(&live).clone(), pod.schema()));
}

#[divan::bench]
fn defaults(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    let live = pod.live();
    bencher.bench(|| {
        let mut object = black_box(&live).clone();
        form::default(pod.resource, pod.version(), &mut object);
        object
    });
}

#[divan::bench]
fn strategic_patch(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    let (live, patch) = (pod.live(), patch::strategic::parse(&pod.patch).expect("it parses"));
    bencher.bench(|| patch::strategic::apply(black_box(&live), &patch, pod.schema()));
}

#[divan::bench]
fn owners_of_an_update(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    let (live, patched) = (pod.live(), pod.patched());
    bencher.bench(|| {
        let mut object = black_box(&patched).clone();
        pod.as_writer(|write| ownership::update(write, &live, &mut object));
        object
    });
}

#[divan::bench]
fn stored_form(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    let live = pod.live();
    bencher.bench(|| form::to_stored(pod.resource, pod.storage(), pod.version(), black_box(&live).clone()));
}

#[divan::bench]
fn stored_bytes(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    let stored = form::to_stored(pod.resource, pod.storage(), pod.version(), pod.live());
    bencher.bench(|| form::stored_bytes(pod.storage(), black_box(&stored), form::StoredAs::Protobuf));
}

#[divan::bench]
fn answer_as_json(bencher: Bencher<'_, '_>) {
    let live = Pod::new().live();
    bencher.bench(|| to_json(black_box(&live)));
}

/// From the body to the answer: every stage of a server-side apply that changes nothing.
#[divan::bench]
fn whole_apply_unchanged(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    bencher.bench(|| {
        let config = yaml::parse(black_box(&pod.config)).expect("it parses").value;
        let live = pod.live();
        let applied = pod.as_writer(|write| ownership::apply(write, &live, &config, false));
        assert!(applied.expect("nobody else wants it otherwise").is_none());
        pod.unchanged(live)
    });
}

/// The same where a default stands in a struct that is owned as a whole: it is merged away, and set again.
#[divan::bench]
fn whole_apply_with_default_in_atomic(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    let config =
        String::from_utf8_lossy(&pod.config).replace(r#""apiVersion":"v1","fieldPath""#, r#""fieldPath""#);
    assert!(config.len() < pod.config.len());
    bencher.bench(|| {
        let config = yaml::parse(black_box(config.as_bytes())).expect("it parses").value;
        let live = pod.live();
        let applied = pod.as_writer(|write| ownership::apply(write, &live, &config, false));
        let applied = applied.expect("nobody else wants it otherwise").expect("a default is merged away");
        let merged = applied.document.expect("a default is merged away");
        let mut object = decode::unstructured(merged, pod.schema()).expect("it is a Pod").value;
        form::default(pod.resource, pod.version(), &mut object);
        applied.managers.write_to(pod.schema(), &mut object);
        pod.unchanged(object)
    });
}

/// The same of a strategic merge patch of one field, up to the bytes that are stored and the answer.
#[divan::bench]
fn whole_strategic_patch(bencher: Bencher<'_, '_>) {
    let pod = Pod::new();
    bencher.bench(|| {
        let live = pod.live();
        let patch = patch::strategic::parse(black_box(&pod.patch)).expect("it parses");
        let patched = patch::strategic::apply(&live, &patch, pod.schema()).expect("it applies");
        let decoded = decode::unstructured(patched, pod.schema()).expect("it is a Pod");
        let mut object = decoded.value;
        form::default(pod.resource, pod.version(), &mut object);
        pod.as_writer(|write| ownership::update(write, &live, &mut object));
        pod.stored(object)
    });
}
