//! Says the same to both members, and compares what etcdctl makes of the answers. What may differ is masked: ids, terms,
//! addresses, sizes, hashes. Revisions may not.

use crate::side::Side;
use pintle_tests::program::Ended;
use regex::Regex;
use std::sync::LazyLock;

/// etcd and pintle, with what they answered differently so far.
pub(crate) struct Both {
    sides: [Side; 2],
    differences: Vec<String>,
}

impl Both {
    pub(crate) async fn start() -> Both {
        Both { sides: [Side::etcd().await, Side::pintle().await], differences: Vec::new() }
    }

    /// Runs etcdctl with the words of a line on both; `{client}` and `{peer}` are their addresses, `{folder}` is theirs.
    pub(crate) async fn say(&mut self, line: &str) {
        self.say_with(line, "").await;
    }

    /// The same, with something on its input.
    pub(crate) async fn say_with(&mut self, line: &str, input: &str) {
        let mut answers = Vec::new();
        for side in &self.sides {
            let words = words(side, line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            answers.push(masked(side, &side.etcdctl(&words, input).await));
        }
        self.compare(line, answers);
    }

    /// Follows what etcdctl prints on both up to a line that has `last` in it. Without `in_order` lines may be in any.
    pub(crate) async fn follow(&mut self, line: &str, last: &str, in_order: bool) {
        let mut answers = Vec::new();
        for side in &self.sides {
            let words = words(side, line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut following = side.following(&words);
            let mut lines = Vec::new();
            loop {
                let line = following.line().await;
                let is_last = line.contains(last);
                lines.push(line);
                if is_last {
                    break;
                }
            }
            if !in_order {
                lines.sort();
            }
            let ended = Ended { code: None, stdout: lines.join("\n"), stderr: String::new() };
            answers.push(masked(side, &ended));
        }
        self.compare(line, answers);
    }

    /// The word that both print at a place of a line, as each has its own: an id, most of the time.
    pub(crate) async fn ids(&self, line: &str, pick: impl Fn(&str) -> String) -> [String; 2] {
        let mut ids = Vec::new();
        for side in &self.sides {
            let words = words(side, line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ended = side.etcdctl(&words, "").await;
            assert_eq!(ended.code, Some(0), "{line}: {ended:#?}");
            ids.push(pick(&ended.stdout));
        }
        ids.try_into().unwrap()
    }

    /// Says what has an id in it that each side has its own of, in the place of `{id}`.
    pub(crate) async fn say_of(&mut self, ids: &[String; 2], line: &str) {
        let mut answers = Vec::new();
        for (side, id) in self.sides.iter().zip(ids) {
            let words = words(side, &line.replace("{id}", id));
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            answers.push(masked(side, &side.etcdctl(&words, "").await));
        }
        self.compare(line, answers);
    }

    fn compare(&mut self, line: &str, answers: Vec<String>) {
        if answers[0] != answers[1] {
            let [etcd, pintle] = [&answers[0], &answers[1]];
            self.differences.push(format!("{line}\n--- etcd\n{etcd}\n--- pintle\n{pintle}"));
        }
    }

    /// Fails where anything was different.
    pub(crate) fn end(self) {
        let differences = self.differences.join("\n\n");
        assert!(differences.is_empty(), "{} differ:\n{differences}", self.differences.len());
    }
}

/// Words are parted by blanks; a `~` within one stands for a blank.
fn words(side: &Side, line: &str) -> Vec<String> {
    let folder = side.folder.path().to_str().unwrap();
    let said = |word: &str| {
        let word = word.replace('~', " ").replace("{client}", &side.client).replace("{peer}", &side.peer);
        word.replace("{folder}", folder)
    };
    line.split_whitespace().map(said).collect()
}

/// What was printed, and how it ended, without what may differ.
fn masked(side: &Side, ended: &Ended) -> String {
    static MASKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let masks = [
            (r"\+-+", "+-"),
            (r" +", " "),
            (r"\b[0-9a-f]{12,16}\b", "ID"),
            (
                r#""(cluster_id|member_id|raft_term|raftTerm|raftIndex|raftAppliedIndex|dbSize|leader|hash|ID|id|MemberID|LeaseID|lease)":\s?-?\d+"#,
                r#""$1":N"#,
            ),
            (r#","dbSizeInUse":\d+"#, ""),
            (r"(CLIENT, ID), 3[^,]*, .*", "$1, STATUS"),
            (r"CLIENT \| ID \| 3.*", "CLIENT | ID | STATUS"),
            (r"CLIENT, \d+", "CLIENT, HASH"),
            (r#""version":"3[^"]*""#, r#""version":"V""#),
            (r#""(Cluster|Member)ID" : \d+"#, r#""${1}ID" : N"#),
            (
                r#""(RaftTerm|RaftIndex|RaftAppliedIndex|DBSize|DBSizeInUse|Leader|Hash|ID)" : \d+"#,
                r#""$1" : N"#,
            ),
            (r#""Lease" : [1-9]\d*"#, r#""Lease" : N"#),
            (r#""Version" : "3[^"]*""#, r#""Version" : "V""#),
            (r"remaining\(\d+s\)", "remaining(N)"),
            (r#""(ttl|TTL)" ?: ?\d+"#, r#""$1":N"#),
            (r"took = \S+", "took = T"),
            (r#""took":"[^"]*""#, r#""took":"T""#),
            (r"in \d+(\.\d+)?(ms|µs|s)", "in T"),
            (r"\b\d+(\.\d+)? [kM]?B\b", "SIZE"),
        ];
        masks.map(|(mask, text)| (Regex::new(mask).unwrap(), text)).to_vec()
    });
    // etcdctl's log says when and where; its errors stand in lines of their own.
    let errors: Vec<&str> = ended.stderr.lines().filter(|line| !line.starts_with('{')).collect();
    let mut text = format!("{:?}\n{}\n{}", ended.code, ended.stdout, errors.join("\n"));
    for (address, mask) in [(&side.client, "CLIENT"), (&side.peer, "PEER")] {
        text = text.replace(address.as_str(), mask);
        text = text.replace(address.split_once("//").unwrap().1, mask);
    }
    text = text.replace(side.folder.path().to_str().unwrap(), "FOLDER");
    for (mask, name) in MASKS.iter() {
        text = mask.replace_all(&text, *name).into_owned();
    }
    in_order(&text)
}

/// Members come in the order of their ids, which are each side's own.
fn in_order(text: &str) -> String {
    const CLUSTER: &str = "ETCD_INITIAL_CLUSTER=\"";
    let (mut lines, mut members) = (Vec::new(), Vec::new());
    for line in text.lines() {
        match line.strip_prefix(CLUSTER).and_then(|rest| rest.strip_suffix('"')) {
            _ if line.starts_with("ID, ") => members.push(line.to_owned()),
            Some(named) => {
                let mut named: Vec<&str> = named.split(',').collect();
                named.sort_unstable();
                lines.push(format!("{CLUSTER}{}\"", named.join(",")));
            }
            None => lines.push(line.to_owned()),
        }
    }
    members.sort_unstable();
    lines.extend(members);
    lines.join("\n")
}
