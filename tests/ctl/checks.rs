//! Checks of stopped members' folders.

use crate::backups::{parsed, put};
use crate::member::{ctl, fails, good, one};
use pintle_storage::Storage;
use pintle_tests::Folder;
use std::fs;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_tells_what_is_damaged_and_what_a_start_would_do() {
    let folder = Folder::new();
    let (plan, member) = one(&folder).await;
    plan.storage().txn(put("key".to_owned(), vec![7; 5000])).await.unwrap();
    let path = folder.path().join("first");
    let check =
        async || ctl(&["check", path.to_str().unwrap(), "--scratch", folder.path().to_str().unwrap()]).await;
    fails(&check().await, "in use");
    good(plan.ctl(&format!("snapshot save {}", folder.path().join("backup.db").display())).await);
    member.stop().await;
    let said = good(check().await);
    assert!(said.contains("starts: the working state is used"), "{said}");

    let snapshot = fs::read_dir(path.join("snapshots")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&snapshot).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&snapshot, bytes).unwrap();
    let ended = ctl(&["check", path.to_str().unwrap(), "-w", "json"]).await;
    fails(&ended, "some files are damaged");
    let found = parsed(&ended.stdout);
    let damaged: Vec<_> = found["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["condition"] == "DAMAGED")
        .map(|file| file["file"].as_str().unwrap())
        .collect();
    let name = snapshot.file_name().unwrap().to_str().unwrap();
    assert_eq!(damaged, [format!("snapshots/{name}")]);
    fails(&ctl(&["check", folder.path().to_str().unwrap()]).await, "not the folder of a node");
}
