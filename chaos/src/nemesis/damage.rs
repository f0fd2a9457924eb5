//! Files that are not what was written.

use super::Nemesis;
use crate::cluster::Cluster;
use crate::failure::Failure;
use rand::Rng;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// How long a member may take to refuse to start.
const REFUSE_MAX: Duration = Duration::from_secs(30);
/// How long it may take until another member has a snapshot that helps.
const FETCH_MAX: Duration = Duration::from_secs(90);
/// Who has not ended after this has started.
const SETTLE: Duration = Duration::from_secs(4);
/// Bytes of a record of the log before its body: length and checksum.
const FRAME: usize = 8;

impl Nemesis {
    /// The working state is made anew where the damage is noticed; nobody is ever told of it where it is not.
    pub(super) async fn flip_state(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = self.down(cluster).await?;
        let state = cluster.members[place].folder().join("state");
        // What was set aside before is nobody's any more.
        let mut used = files(&state)?;
        used.retain(|(path, _)| !path.components().any(|part| part.as_os_str() == "damaged"));
        if let Some(largest) = used.into_iter().max_by_key(|(_, size)| *size) {
            let offset = self.random.random_range(0..largest.1.max(1));
            flip(&largest.0, offset)?;
        }
        let words = self.up(cluster, place).await?;
        self.note(if words.contains("set aside") { "set aside and made anew" } else { "not noticed" });
        Ok(())
    }

    /// The older snapshot and the log do as well. Where both are damaged, another member's does, once that has one that
    /// reaches to where the log begins.
    pub(super) async fn flip_snapshot(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = self.down(cluster).await?;
        let folder = cluster.members[place].folder();
        let mut snapshots = files(&folder.join("snapshots"))?;
        snapshots.retain(|(path, _)| path.extension().is_some_and(|extension| extension == "snapshot"));
        snapshots.sort();
        let flipped = if cluster.len() > 2 && self.random.random_bool(0.4) { 2 } else { 1 };
        for (path, size) in snapshots.iter().rev().take(flipped) {
            flip(path, self.random.random_range(0..(*size).max(1)))?;
        }
        std::fs::remove_dir_all(folder.join("state"))?;
        let length = cluster.members[place].log_length();
        let deadline = Instant::now() + FETCH_MAX;
        loop {
            cluster.run(place)?;
            let has_ended = cluster.await_end(place, SETTLE).await?;
            let says_why = cluster.members[place].words_since(length).contains("hands out a snapshot");
            if !has_ended || !says_why || Instant::now() > deadline {
                break;
            }
        }
        cluster.heal().await?;
        let words = cluster.members[place].words_since(length);
        if !snapshots.is_empty() && !words.contains("a snapshot can't be used") {
            self.broken(format!("m{place} did not notice a flipped byte in its newest snapshot"));
        }
        self.note(match (words.contains("asking the other members"), snapshots.len() > flipped) {
            (true, _) => "made anew from another member's",
            (false, true) => "made anew from the older one",
            (false, false) => "made anew from the log",
        });
        Ok(())
    }

    /// The member refuses to start and says where the damage is; it is replaced.
    pub(super) async fn flip_log(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        let place = self.down(cluster).await?;
        let mut segments = files(&cluster.members[place].folder().join("log"))?;
        segments.sort();
        let mut records = Vec::new();
        for (path, _) in &segments {
            records.extend(bodies(&std::fs::read(path)?).into_iter().map(|(at, length)| (path, at, length)));
        }
        // The last record of all may be torn: whoever is damaged there can't know that it was not.
        records.pop();
        if records.is_empty() {
            self.note("there was nothing in it");
            return cluster.heal().await;
        }
        let (path, at, length) = records[self.random.random_range(0..records.len())];
        flip(path, at + self.random.random_range(0..length))?;
        let expected = "is damaged at byte";
        self.must_refuse(cluster, place, expected).await?;
        cluster.replace(place).await?;
        self.note("refused, and replaced");
        cluster.heal().await
    }

    /// The member may not come back under its old id: it has forgotten what it voted for. It is replaced.
    pub(super) async fn lose_folder(&mut self, cluster: &mut Cluster) -> Result<(), Failure> {
        cluster.heal().await?;
        let place = self.any(cluster);
        cluster.admin().is_announced(place).await?;
        self.kill(cluster, place).await?;
        cluster.lose_folder(place)?;
        self.must_refuse(cluster, place, "can't come back under its old id").await?;
        cluster.replace(place).await?;
        self.note("refused, and replaced");
        cluster.heal().await
    }

    /// Ends a member of a cluster that is well.
    async fn down(&mut self, cluster: &mut Cluster) -> Result<usize, Failure> {
        cluster.heal().await?;
        let place = self.any(cluster);
        self.kill(cluster, place).await?;
        Ok(place)
    }

    /// Starts it again, and waits until all are well. Answers what it wrote to its log meanwhile.
    async fn up(&mut self, cluster: &mut Cluster, place: usize) -> Result<String, Failure> {
        let length = cluster.members[place].log_length();
        cluster.run(place)?;
        cluster.heal().await?;
        Ok(cluster.members[place].words_since(length))
    }

    async fn must_refuse(&mut self, cluster: &mut Cluster, place: usize, words: &str) -> Result<(), Failure> {
        let length = cluster.members[place].log_length();
        cluster.run(place)?;
        if !cluster.await_end(place, REFUSE_MAX).await? {
            self.broken(format!("m{place} starts although it must not: {words}"));
            return cluster.kill(place).await;
        }
        let said = cluster.members[place].words_since(length);
        if !said.contains(words) {
            self.broken(format!("m{place} refuses to start without saying {words:?}, but:\n{said}"));
        }
        Ok(())
    }
}

/// All files in a folder and in those within, with their sizes.
fn files(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        match entry.metadata()? {
            metadata if metadata.is_dir() => found.extend(files(&entry.path())?),
            metadata => found.push((entry.path(), metadata.len())),
        }
    }
    Ok(found)
}

/// Where bodies of records lie in a segment of the log, and how long they are.
fn bodies(segment: &[u8]) -> Vec<(u64, u64)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(head) = segment.get(at..at + 4) {
        let length = u32::from_le_bytes(head.try_into().expect("four bytes were asked for")) as usize;
        if length == 0 || at + FRAME + length > segment.len() {
            break;
        }
        found.push(((at + FRAME) as u64, length as u64));
        at += FRAME + length;
    }
    found
}

/// Flips one bit, for good.
fn flip(path: &Path, offset: u64) -> io::Result<()> {
    let file = File::options().read(true).write(true).open(path)?;
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset)?;
    file.write_all_at(&[byte[0] ^ 0x10], offset)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_found_up_to_what_was_never_written() {
        let record = |length: u8| [vec![length, 0, 0, 0, 9, 9, 9, 9], vec![1; length.into()]].concat();
        let segment = [record(3), record(5), vec![0; 20]].concat();
        assert_eq!(bodies(&segment), [(8, 3), (19, 5)]);
        assert_eq!(bodies(&segment[..20]), [(8, 3)], "the second is torn");
        assert!(bodies(&[]).is_empty());
    }
}
