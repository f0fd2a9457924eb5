//! Deletes beyond the plain one: of collections page by page, with preconditions, of what is on its way already; and
//! writes that are too large with their owners.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use pintle_meta::value::parse;
use pintle_meta::{Object, Value};
use pintle_tests::{Connection, Protocol, Reply, Server, Who, request};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn started() -> (Server, Connection) {
    let server = Server::start();
    let connection = server.connect(Who::Admin, Protocol::H2).await;
    (server, connection)
}

async fn delete(connection: &mut Connection, path: &str, options: &str) -> Reply {
    connection.send(request("DELETE", path, &JSON, options.to_owned())).await.unwrap()
}

async fn create(connection: &mut Connection, path: &str, body: String) -> Value {
    let made = connection.post(path, body).await;
    assert_eq!(made.status, 201, "{path}: {}", made.text());
    parse(&made.body).unwrap()
}

async fn names(connection: &mut Connection, path: &str) -> Vec<String> {
    names_of(&connection.get(path, &[]).await)
}

fn names_of(list: &Reply) -> Vec<String> {
    assert_eq!(list.status, 200, "{}", list.text());
    let list = parse(&list.body).unwrap();
    list["items"].as_list().unwrap().iter().map(|item| item.name().to_owned()).collect()
}

#[tokio::test]
async fn a_collection_is_deleted_by_page_and_selection() {
    let (server, mut connection) = started().await;
    for (name, color) in [("a", "red"), ("b", "blue"), ("c", "red"), ("d", "red"), ("e", "blue")] {
        let map = format!(r#"{{"metadata":{{"name":"{name}","labels":{{"color":"{color}"}}}}}}"#);
        create(&mut connection, MAPS, map).await;
    }
    // A dry run tells and takes nothing.
    let told = delete(&mut connection, &format!("{MAPS}?labelSelector=color=red&dryRun=All"), "").await;
    assert_eq!(names_of(&told), ["a", "c", "d"]);
    // One page when the client asks for a limit; what comes after stays.
    let page = delete(&mut connection, &format!("{MAPS}?labelSelector=color=red&limit=1"), "").await;
    assert_eq!(names_of(&page), ["a"]);
    let token = parse(&page.body).unwrap().text_at(&["metadata", "continue"]).to_owned();
    assert!(!token.is_empty(), "{}", page.text());
    assert_eq!(names(&mut connection, MAPS).await, ["b", "c", "d", "e"]);
    let rest = delete(&mut connection, &format!("{MAPS}?labelSelector=color=red&continue={token}"), "").await;
    assert_eq!(names_of(&rest), ["c", "d"]);
    let one = delete(&mut connection, &format!("{MAPS}?fieldSelector=metadata.name=e"), "").await;
    assert_eq!(names_of(&one), ["e"]);
    assert_eq!(names(&mut connection, MAPS).await, ["b"]);
    for (query, code) in [("limit=x", 400), ("resourceVersion=x", 400), ("continue=x", 400)] {
        assert_eq!(delete(&mut connection, &format!("{MAPS}?{query}"), "").await.status, code, "{query}");
    }
    assert_eq!(names(&mut connection, MAPS).await, ["b"], "what is refused takes nothing");
    server.stop().await;
}

#[tokio::test]
async fn failed_preconditions_say_what_is_there() {
    let (server, mut connection) = started().await;
    let map = create(&mut connection, MAPS, r#"{"metadata":{"name":"a"}}"#.into()).await;
    let body = r#"{"metadata":{"name":"n"}}"#;
    let namespace = create(&mut connection, "/api/v1/namespaces", body.into()).await;
    for (path, precondition, words) in [
        (
            format!("{MAPS}/a"),
            r#"{"uid":"other"}"#,
            format!("the UID in the precondition (other) does not match the UID in record ({})", map.uid()),
        ),
        (
            format!("{MAPS}/a"),
            r#"{"resourceVersion":"1"}"#,
            format!(
                "the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({})",
                map.resource_version()
            ),
        ),
        (
            "/api/v1/namespaces/n".into(),
            r#"{"uid":"other"}"#,
            format!(
                "Operation cannot be fulfilled on namespaces \"n\": Precondition failed: UID in precondition: other, UID in object meta: {}",
                namespace.uid()
            ),
        ),
    ] {
        let refused = delete(&mut connection, &path, &format!(r#"{{"preconditions":{precondition}}}"#)).await;
        assert_eq!(refused.status, 409, "{path}");
        let status = parse(&refused.body).unwrap();
        assert!(status.text_at(&["message"]).contains(&words), "{}\n{words}", refused.text());
    }
    let right = format!(r#"{{"preconditions":{{"uid":"{}"}}}}"#, map.uid());
    assert_eq!(delete(&mut connection, &format!("{MAPS}/a"), &right).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn what_is_on_its_way_is_not_asked_again_what_becomes_of_others() {
    let (server, mut connection) = started().await;
    let pods = "/api/v1/namespaces/default/pods";
    let pod = r#"{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#;
    create(&mut connection, pods, pod.into()).await;
    let first = delete(&mut connection, &format!("{pods}/p"), r#"{"gracePeriodSeconds":30}"#).await;
    let second = delete(&mut connection, &format!("{pods}/p"), r#"{"propagationPolicy":"Orphan"}"#).await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.text(), second.text(), "nothing was written");
    // A namespace waits for whoever empties it, and is not marked twice.
    let namespaces = "/api/v1/namespaces";
    create(&mut connection, namespaces, r#"{"metadata":{"name":"n"}}"#.into()).await;
    let path = format!("{namespaces}/n");
    let first = delete(&mut connection, &path, "").await;
    let second = delete(&mut connection, &path, r#"{"propagationPolicy":"Foreground"}"#).await;
    assert_eq!(first.text(), second.text(), "nothing was written");
    server.stop().await;
}

#[tokio::test]
async fn what_is_too_large_with_its_owners_is_stored_without_them() {
    let (server, mut connection) = started().await;
    let pods = "/api/v1/namespaces/default/pods";
    let env: Vec<String> =
        (0..16_000).map(|at| format!(r#"{{"name":"E{at:05}","value":"{}"}}"#, "v".repeat(30))).collect();
    let pod = |name: &str, image: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}"}},"spec":{{"containers":[{{"name":"c","image":"{image}","env":[{}]}}]}}}}"#,
            env.join(",")
        )
    };
    let made = create(&mut connection, pods, pod("p", "i")).await;
    assert!(made.at(&["metadata", "managedFields"]).is_none(), "it would not fit with them");
    let put = request("PUT", &format!("{pods}/p"), &JSON, pod("p", "j"));
    let put = connection.send(put).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.text());
    assert!(parse(&put.body).unwrap().at(&["metadata", "managedFields"]).is_none());
    // Whoever applies can't do without.
    let apply = [("content-type", "application/apply-patch+yaml")];
    let applied = request("PATCH", &format!("{pods}/q?fieldManager=m"), &apply, pod("q", "i"));
    let applied = connection.send(applied).await.unwrap();
    assert_eq!(applied.status, 500);
    assert!(applied.text().contains("etcdserver: request is too large"), "{}", applied.text());
    server.stop().await;
}
