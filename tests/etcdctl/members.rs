//! Members, leadership, alarms.

fn first_word(stdout: &str) -> String {
    stdout.split(',').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_come_and_go() {
    let Some(mut both) = crate::both().await else { return };
    let own = both.ids("member list", first_word).await;
    for line in ["member list", "member list -w json", "member list -w table", "member list -w fields"] {
        both.say(line).await;
    }
    both.say_of(&own, "move-leader {id}").await;
    both.say("move-leader 77").await;
    both.say("member remove 77").await;
    both.say("member promote 77").await;
    both.say_of(&own, "member promote {id}").await;
    both.say("member update 77 --peer-urls=http://127.0.0.1:1").await;
    both.say("member add two --peer-urls=nonsense").await;
    both.say("member add two --peer-urls={peer}").await;
    both.say("member add two --learner --peer-urls=http://127.0.0.1:1").await;
    both.say("member add three --learner --peer-urls=http://127.0.0.1:3").await;
    both.say("member list").await;
    let learner = |stdout: &str| {
        let line = stdout.lines().find(|line| line.contains("unstarted")).unwrap();
        first_word(line)
    };
    let learner = both.ids("member list", learner).await;
    for line in [
        "member promote {id}",
        "member update {id} --peer-urls=http://127.0.0.1:2",
        "member update {id} --peer-urls=nonsense",
        "member remove {id}",
        "member remove {id}",
        "member list",
    ] {
        both.say_of(&learner, line).await;
    }
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_no_alarm_and_nothing_to_defragment() {
    let Some(mut both) = crate::both().await else { return };
    for line in ["alarm list", "alarm disarm", "defrag", "defrag --cluster"] {
        both.say(line).await;
    }
    both.end();
}
