//! How answers are written: as etcdctl writes them, so that scripts that read its output read ours.

mod table;

pub(super) use table::Table;

use pintle_wire::etcdserverpb::ResponseHeader;
use serde::Serialize;

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A line for each thing, its parts after commas.
    Simple,
    /// etcdctl's JSON.
    Json,
    /// For people.
    Table,
}

/// Who answered, as etcdctl prints it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Header {
    cluster_id: u64,
    member_id: u64,
    #[serde(skip_serializing_if = "is_zero")]
    revision: i64,
    raft_term: u64,
}

impl Header {
    /// Of an answer.
    pub(super) fn of(header: Option<&ResponseHeader>) -> Header {
        header.map_or_else(Header::default, |header| Header {
            cluster_id: header.cluster_id,
            member_id: header.member_id,
            revision: header.revision,
            raft_term: header.raft_term,
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Prints one line of JSON.
pub(super) fn json(what: &impl Serialize) {
    match serde_json::to_string(what) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("error: the answer can't be written as JSON: {error}"),
    }
}

/// Bytes for people, as etcdctl writes them: 512 B, 25 kB, 1.5 MB.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let (mut unit, mut size) = (0, 1000);
    while count / size >= 1000 && unit + 1 < UNITS.len() {
        size *= 1000;
        unit += 1;
    }
    let tenths = (u128::from(count) * 10 + u128::from(size) / 2) / u128::from(size);
    let unit = UNITS[unit];
    if tenths < 100 {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        // Halves go to the even number, as Go prints them.
        let (whole, rest) = (tenths / 10, tenths % 10);
        let up = rest > 5 || (rest == 5 && whole % 2 == 1);
        format!("{} {unit}", whole + u128::from(up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_as_etcdctl_tells_them() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (20480, "20 kB"),
            (25_000, "25 kB"),
            (1_536_000, "1.5 MB"),
            (82_854_982, "83 MB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
    }
}
