//! Members: who they are, how they are, and changes of that.

use crate::backups::parsed;
use crate::member::{Plan, ctl, fails, good};
use pintle_tests::Folder;
use serde_json::Value;
use std::path::PathBuf;

/// The id of the member at `place`, as commands take it.
async fn id(plan: &Plan, place: usize) -> String {
    let listed = parsed(&good(plan.ctl("member list -w json").await));
    let members = listed["members"].as_array().unwrap();
    let member = members.iter().find(|member| member["name"] == Plan::name(place)).unwrap();
    format!("{:x}", member["ID"].as_u64().unwrap())
}

async fn leader(plan: &Plan) -> u64 {
    let statuses = parsed(&good(plan.ctl("endpoint status -w json").await));
    statuses[0]["Status"]["leader"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_are_listed_asked_led_added_and_removed() {
    let folder = Folder::new();
    let all = Plan::new(4, "members");
    let mut plan = all.clone();
    plan.peers.truncate(3);
    plan.clients.truncate(3);
    let path = |place: usize| -> PathBuf { folder.path().join(place.to_string()) };
    let _members: Vec<_> = (0..3).map(|place| plan.start(place, &path(place))).collect();
    plan.healthy().await;

    let said = good(plan.ctl("endpoint status -w table").await);
    assert!(said.contains("| IS LEADER |") && said.matches(" true ").count() == 1, "{said}");
    let simple = good(plan.ctl("endpoint status").await);
    assert_eq!(simple.lines().count(), 3, "{simple}");
    let one = format!("--endpoints {}", plan.clients[0]);
    let words: Vec<&str> = one.split(' ').chain("endpoint health --cluster".split(' ')).collect();
    assert_eq!(good(ctl(&words).await).matches("is healthy").count(), 3);

    let next = match leader(&plan).await {
        leader if format!("{leader:x}") == id(&plan, 0).await => id(&plan, 1).await,
        _ => id(&plan, 0).await,
    };
    let said = good(plan.ctl(&format!("move-leader {next}")).await);
    assert!(said.ends_with(&format!("to {next}\n")), "{said}");
    assert_eq!(format!("{:x}", leader(&plan).await), next);

    fails(&plan.ctl("compact 1000000").await, "required revision is a future revision");
    fails(&plan.ctl("member remove 77").await, "member not found");
    assert!(good(plan.ctl("defrag").await).contains("nothing to defragment"));

    // A member joins as a learner, starts with what it is told, and is let to vote.
    let said = good(plan.ctl(&format!("member add member-3 --peer-urls {} --learner", all.peers[3])).await);
    let initial = said.lines().find_map(|line| line.strip_prefix("ETCD_INITIAL_CLUSTER=\"")).unwrap();
    let initial = initial.trim_end_matches('"');
    assert!(
        said.contains("ETCD_INITIAL_CLUSTER_STATE=\"existing\"") && said.contains("member promote"),
        "{said}"
    );
    let flags = ["--initial-cluster", initial, "--initial-cluster-state", "existing"];
    let joined = all.start_with(3, &path(3), &flags);
    let added = loop {
        let listed = parsed(&good(plan.ctl("member list -w json").await));
        let find = |member: &&Value| member["name"] == "member-3";
        if let Some(member) = listed["members"].as_array().unwrap().iter().find(find) {
            assert_eq!(member["isLearner"], true);
            break format!("{:x}", member["ID"].as_u64().unwrap());
        }
    };
    loop {
        let ended = plan.ctl(&format!("member promote {added}")).await;
        if ended.code == Some(0) {
            break;
        }
        fails(&ended, "in sync with leader");
    }
    all.healthy().await;
    good(all.ctl("hashkv").await);
    let said = good(plan.ctl(&format!("member remove {added}")).await);
    assert!(said.contains("removed from cluster"), "{said}");
    drop(joined);
    assert_eq!(good(plan.ctl("member list").await).lines().count(), 3);
}

#[tokio::test]
async fn nobody_there_is_said_with_what_to_do() {
    let plan = Plan::new(1, "none");
    let ended = plan.ctl("member list").await;
    fails(&ended, "can't reach");
    fails(&ended, "help: --endpoints");
    fails(&plan.ctl("endpoint health").await, "unhealthy cluster");
    fails(&plan.ctl("member remove xyz").await, "hexadecimal");
}
