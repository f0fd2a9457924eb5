//! Pods in all states, and their first three cells.

use super::*;
use pintle_meta::value::parse;

fn check(pod: &str, wanted: [&str; 3]) {
    let object = parse(pod.as_bytes()).unwrap();
    let made = cells(&object, 1000);
    let made: Vec<&str> = made[..3].iter().filter_map(Value::as_str).collect();
    assert_eq!(made, wanted, "{pod}");
}

#[test]
fn containers_tell_what_a_pod_is_doing() {
    let spec = r#""spec":{"containers":[{"name":"a"},{"name":"b"}]}"#;
    for (status, wanted) in [
        (r#""phase":"Pending""#, ["0/2", "Pending", "0"]),
        (r#""phase":"Failed","reason":"Evicted""#, ["0/2", "Evicted", "0"]),
        (
            r#""phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]"#,
            ["0/2", "SchedulingGated", "0"],
        ),
        (
            r#""phase":"Running","containerStatuses":[{"ready":true,"restartCount":2,"state":{"running":{}},
               "lastState":{"terminated":{"exitCode":1,"finishedAt":"1970-01-01T00:16:30Z"}}},{"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]"#,
            ["1/2", "CrashLoopBackOff", "2 (10s ago)"],
        ),
        (
            r#""phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":3}}},{"state":{"terminated":{"exitCode":1,"signal":9}}}]"#,
            ["0/2", "ExitCode:3", "0"],
        ),
        (
            r#""phase":"Running","conditions":[{"type":"Ready","status":"True"}],
               "containerStatuses":[{"state":{"terminated":{"reason":"Completed","exitCode":0}}},{"ready":true,"state":{"running":{}}}]"#,
            ["1/2", "Running", "0"],
        ),
        (
            r#""phase":"Running",
               "containerStatuses":[{"state":{"terminated":{"reason":"Completed","exitCode":0}}},{"ready":true,"state":{"running":{}}}]"#,
            ["1/2", "NotReady", "0"],
        ),
    ] {
        check(&format!(r#"{{{spec},"status":{{{status}}}}}"#), wanted);
    }
}

#[test]
fn init_containers_come_first() {
    let spec = r#""spec":{"initContainers":[{"name":"x"},{"name":"s","restartPolicy":"Always"}],"containers":[{"name":"a"}]}"#;
    for (statuses, wanted) in [
        (r#"[{"name":"x","state":{"running":{}}}]"#, ["0/2", "Init:0/2", "0"]),
        (
            r#"[{"name":"x","restartCount":4,"state":{"terminated":{"exitCode":1}}}]"#,
            ["0/2", "Init:ExitCode:1", "4"],
        ),
        (
            r#"[{"name":"x","state":{"terminated":{"exitCode":1,"reason":"Error"}}}]"#,
            ["0/2", "Init:Error", "0"],
        ),
        (
            r#"[{"name":"x","state":{"waiting":{"reason":"ErrImagePull"}}}]"#,
            ["0/2", "Init:ErrImagePull", "0"],
        ),
        (
            r#"[{"name":"x","restartCount":3,"state":{"terminated":{"exitCode":0}}},
                {"name":"s","restartCount":1,"started":true,"ready":true,"state":{"running":{}}}]"#,
            ["1/2", "Pending", "1"],
        ),
    ] {
        check(
            &format!(r#"{{{spec},"status":{{"phase":"Pending","initContainerStatuses":{statuses}}}}}"#),
            wanted,
        );
    }
}

#[test]
fn deleted_pods_terminate_unless_they_have_ended() {
    for (status, reason) in [
        (r#"{"phase":"Running"}"#, "Terminating"),
        (r#"{"phase":"Running","reason":"NodeLost"}"#, "Unknown"),
        (r#"{"phase":"Succeeded"}"#, "Succeeded"),
    ] {
        let pod =
            format!(r#"{{"metadata":{{"deletionTimestamp":"1970-01-01T00:00:00Z"}},"status":{status}}}"#);
        check(&pod, ["0/0", reason, "0"]);
    }
}

#[test]
fn wide_cells_say_where_it_is() {
    let pod = parse(
        br#"{"spec":{"nodeName":"n","readinessGates":[{"conditionType":"g"},{"conditionType":"h"}]},
            "status":{"podIPs":[{"ip":"1.1.1.1"}],"conditions":[{"type":"g","status":"True"}]}}"#,
    )
    .unwrap();
    let made: Value = cells(&pod, 0).split_off(3).into_iter().collect();
    assert_eq!(made, parse(br#"["1.1.1.1","n","<none>","1/2"]"#).unwrap());
}

#[test]
fn rows_of_ended_pods_say_so() {
    let pod = parse(br#"{"status":{"phase":"Failed"}}"#).unwrap();
    assert_eq!(
        conditions(&pod),
        [parse(br#"{"type":"Completed","status":"True","reason":"Failed","message":"The pod failed."}"#)
            .unwrap()]
    );
    assert_eq!(conditions(&Value::map()), []);
}
