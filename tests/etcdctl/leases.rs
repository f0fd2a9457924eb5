//! Leases, and what etcdctl makes of them: locks and elections.

fn id(stdout: &str) -> String {
    stdout.split_whitespace().nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leases_live_and_end() {
    let Some(mut both) = crate::both().await else { return };
    both.say("lease grant 600").await;
    both.say("lease grant 600 -w json").await;
    both.say("lease grant x").await;
    both.say("lease grant 9999999999").await;
    let ids = both.ids("lease grant 500", id).await;
    for line in [
        "put k1 v --lease={id}",
        "get k1 -w json",
        "get k1 -w fields",
        "put k1 w --ignore-lease",
        "lease timetolive {id}",
        // One key: etcd tells several in any order.
        "lease timetolive {id} --keys",
        "lease timetolive {id} --keys -w json",
        "lease timetolive {id} --keys -w fields",
        "lease keep-alive --once {id}",
        "lease keep-alive --once {id} -w json",
        "lease list",
        "lease revoke {id}",
        "lease revoke {id}",
        "lease timetolive {id}",
        "lease keep-alive --once {id}",
        "get k --prefix",
        "put k1 v --lease={id}",
    ] {
        both.say_of(&ids, line).await;
    }
    both.say("lease revoke 77").await;
    both.say("lease timetolive 77").await;
    both.say("lease keep-alive 77").await;
    both.say("lease list -w json").await;
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn locks_are_held_while_a_command_runs() {
    let Some(mut both) = crate::both().await else { return };
    both.say("lock name echo held").await;
    both.say("lock name sh -c exit~7").await;
    both.say("get name --prefix --keys-only").await;
    both.follow("lock name", "name/", true).await;
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaders_are_elected() {
    let Some(mut both) = crate::both().await else { return };
    both.follow("elect who me", "me", true).await;
    both.end();
}
