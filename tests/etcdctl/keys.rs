//! Keys: put, get, del, txn, compaction, and what needs nothing else (mirrors, snapshots, users).

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_written_and_read() {
    let Some(mut both) = crate::both().await else { return };
    for line in [
        "put a 1",
        "put a 2 --prev-kv",
        "put a 3 --prev-kv -w json",
        "put b 1 -w fields",
        "put a/b x",
        "put a/c y -w json",
        "put empty ~",
        "put a --ignore-value",
        "put a 4 --ignore-value",
        "put nobody --ignore-value",
        "put a 4 --ignore-lease",
        "put a 4 --lease=77",
        "put a 4 --ignore-lease --lease=77",
        "get a",
        "get nobody",
        "get a -w json",
        "get a -w fields",
        "get a -w simple",
        "get a -w table",
        "get a -w protobuf --print-value-only",
        "get a --print-value-only",
        "get a --hex",
        "get a b",
        "get a z",
        "get a --prefix",
        "get a/ --prefix --keys-only",
        "get a --prefix --count-only",
        "get a --prefix --count-only -w fields",
        "get a --prefix -w json",
        "get b --from-key",
        "get --prefix ~ --limit=2",
        "get --prefix a --limit=1 -w json",
        "get a --rev=2",
        "get a --rev=3 -w json",
        "get a --rev=1",
        "get a --rev=9999",
        "get a --rev=-3",
        "get a --prefix --order=DESCEND",
        "get a --prefix --order=ASCEND --sort-by=VALUE",
        "get a --prefix --order=DESCEND --sort-by=MODIFY",
        "get a --prefix --order=DESCEND --sort-by=CREATE",
        "get a --prefix --order=ASCEND --sort-by=VERSION",
        "get a --prefix --sort-by=KEY",
        "get a --prefix --order=UPWARDS",
        "get a --consistency=s",
        "get a --consistency=l -w json",
        "get a --consistency=x",
        "get a --prefix --from-key",
        "get",
        "get a b c",
        "del nobody",
        "del a/b --prev-kv",
        "del a/c -w json",
        "del b --prev-kv -w fields",
        "put d1 1",
        "put d2 2",
        "put d3 3",
        "put d4 4",
        "del d1 d2",
        "del d --prefix --prev-kv -w json",
        "put z 26",
        "del y --from-key --prev-kv",
        "del",
        "get ~ --from-key",
    ] {
        both.say(line).await;
    }
    both.say_with("put piped", "what came in\n").await;
    both.say("get piped").await;
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_are_read_from_the_input() {
    let Some(mut both) = crate::both().await else { return };
    both.say("put k 1").await;
    for input in [
        "value(\"k\") = \"1\"\n\nput k 2\nget k\nput other 1\n\nput failed 1\n\n",
        "value(\"k\") = \"1\"\n\nput k 3\n\nget k\ndel other --prev-kv\nget nobody\n\n",
        "mod(\"k\") > \"1\"\nversion(\"k\") = \"2\"\ncreate(\"k\") < \"100\"\n\nget k --rev=2\n\n\n",
        "create(\"new\") = \"0\"\n\nput new 1\n\n\n",
        "\nput x 1\nput y 2\nget x --prefix\n\n\n",
        "\nput x 1\nput x 2\n\n\n",
        "\nput x 1\ndel x\n\n\n",
        "\ndel x\nput x 1\n\n\n",
        "\nget x --rev=9999\n\n\n",
        "\nput x 1 --lease=77\n\n\n",
    ] {
        both.say_with("txn", input).await;
        both.say_with("txn -w json", input).await;
    }
    let many =
        format!("\n{}\n\n", (0..129).map(|number| format!("put many{number} x\n")).collect::<String>());
    both.say_with("txn", &many).await;
    let most =
        format!("\n{}\n\n", (0..128).map(|number| format!("put many{number} x\n")).collect::<String>());
    both.say_with("txn", &most).await;
    both.say("get many --prefix --count-only -w fields").await;
    both.say_with("put large", &"x".repeat((1536 << 10) + 1)).await;
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_is_compacted() {
    let Some(mut both) = crate::both().await else { return };
    for number in 0..10 {
        both.say(&format!("put k {number}")).await;
    }
    for line in [
        "compaction 5",
        "compaction 5",
        "compaction 4",
        "compaction 9999",
        "compaction x",
        "compaction 7 --physical=true",
        "compaction 8 -w json",
        "get k --rev=7",
        "get k --rev=8",
        "get k",
        "watch k --rev=3",
        "endpoint hashkv -w json",
        "endpoint hashkv --rev=9 -w fields",
        "endpoint hashkv --rev=2",
        "endpoint hashkv --rev=9999",
    ] {
        both.say(line).await;
    }
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_no_users() {
    let Some(mut both) = crate::both().await else { return };
    for line in [
        "user list",
        "user list -w json",
        "role list",
        "user get nobody",
        "user delete nobody",
        "user grant-role nobody nothing",
        "user revoke-role nobody nothing",
        "role get nothing",
        "role delete nothing",
        "role grant-permission nothing read k",
        "auth enable",
        "auth disable",
        // A client with a name goes on without it where nobody is asked for one.
        "get k --user=root:secret",
    ] {
        both.say(line).await;
    }
    both.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_is_saved() {
    let Some(mut both) = crate::both().await else { return };
    both.say("put k v").await;
    both.say("snapshot save {folder}/backup.db").await;
    both.say("snapshot save /nowhere/backup.db").await;
    both.end();
}
