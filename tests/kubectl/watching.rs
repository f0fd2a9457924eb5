//! Watching from the command line.

use crate::{run, shop};

#[tokio::test]
async fn a_watch_prints_what_is_there_and_what_happens() {
    shop!(kubectl, server);
    let mut watch = kubectl.follow(
        "get configmaps -n shop --watch -o custom-columns=N:.metadata.name,C:.data.colour --no-headers",
    );
    let words = |line: String| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(watch.line().await), ["settings", "red"]);
    run!(kubectl, r#"patch configmap settings -n shop --type=merge -p {{"data":{{"colour":"blue"}}}}"#)
        .good();
    assert_eq!(words(watch.line().await), ["settings", "blue"]);
    run!(kubectl, "create configmap other -n shop --from-literal=colour=green").good();
    assert_eq!(words(watch.line().await), ["other", "green"]);
    run!(kubectl, "delete configmap other -n shop").good();
    assert_eq!(words(watch.line().await), ["other", "green"]);
    server.stop().await;
}

#[tokio::test]
async fn a_watch_of_a_table_names_its_events() {
    shop!(kubectl, server);
    let mut watch = kubectl.follow("get configmap settings -n shop --watch --output-watch-events");
    let first_two = |line: String| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(first_two(watch.line().await), ["EVENT", "NAME"]);
    assert_eq!(first_two(watch.line().await), ["ADDED", "settings"]);
    run!(kubectl, "delete configmap settings -n shop").good();
    assert_eq!(first_two(watch.line().await), ["DELETED", "settings"]);
    server.stop().await;
}
