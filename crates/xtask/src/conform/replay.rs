//! One area replayed: the recordings' own program talks to the server; its verdicts are read back.

use super::Bench;
use super::areas::Area;
use super::pending::Pending;
use super::server::{Server, free_port};
use crate::failure::Failure;
use crate::program;
use pintle_meta::value::{Value, parse};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Seconds to wait for what is eventually true.
const PATIENCE: &str = "3";

/// How one area went.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// Its name.
    pub(super) area: String,
    /// Every case that was run, by name.
    pub(super) cases: BTreeMap<String, Verdicts>,
    /// What the replayer printed.
    pub(super) said: String,
}

/// How the steps of one case went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Verdicts {
    /// As recorded.
    pub(super) exact: usize,
    /// The right error in other words.
    pub(super) near: usize,
    /// Anything else.
    pub(super) wrong: usize,
}

impl Verdicts {
    /// Whether nothing differs.
    pub(super) fn all_exact(self) -> bool {
        self.near + self.wrong == 0
    }
}

/// Replays the area against the server.
///
/// # Errors
/// When the replayer can't do its work; differences are no error here.
pub(super) fn run(bench: &Bench, area: &Area, server: &Server) -> Result<Replayed, Failure> {
    let verdicts = bench.folder.join(format!("{}.json", area.name()));
    let hook_port = area.hook_port().map_or_else(free_port, Ok)?;
    let mut command = Command::new("python3");
    command.arg(bench.shared.join("replay.py"));
    command.arg("--server").arg(format!("https://127.0.0.1:{}", server.port));
    command.arg("--pki").arg(bench.folder.join("pki"));
    command.args(["--patience", PATIENCE, "--pending", Pending::FILE, "--only", &area.prefix()]);
    command.arg("--hook-port").arg(hook_port.to_string());
    command.arg("--json").arg(&verdicts);
    if bench.all {
        command.arg("--all");
    }
    if area.is_audit() {
        command.arg("--audit");
    }
    let output = program::output(&mut command)?;
    let text = std::fs::read(&verdicts).map_err(|_| {
        program::failure(&command, format!("failed:\n{}", String::from_utf8_lossy(&output.stderr)))
    })?;
    let document = parse(&text).map_err(|error| Failure::file(&verdicts, error))?;
    Ok(Replayed {
        area: area.name().to_owned(),
        cases: cases(&document),
        said: String::from_utf8_lossy(&output.stdout).into_owned(),
    })
}

fn cases(document: &Value) -> BTreeMap<String, Verdicts> {
    let mut cases: BTreeMap<String, Verdicts> = BTreeMap::new();
    for step in items(document) {
        let verdicts = cases.entry(text(step, "case").to_owned()).or_default();
        match text(step, "verdict") {
            "exact" => verdicts.exact += 1,
            "near" => verdicts.near += 1,
            _ => verdicts.wrong += 1,
        }
    }
    cases
}

/// The names of an area's cases.
///
/// # Errors
/// When the area's file can't be read; an area without a file has no cases.
pub(super) fn case_names(shared: &Path, area: &str) -> Result<Vec<String>, Failure> {
    let path = shared.join(format!("cases/{area}.json"));
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let bytes = std::fs::read(&path).map_err(|error| Failure::file(&path, error))?;
    let document = parse(&bytes).map_err(|error| Failure::file(&path, error))?;
    Ok(items(&document).map(|case| text(case, "name").to_owned()).collect())
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_list().into_iter().flat_map(|list| list.iter())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_by_case() {
        let document =
            br#"[{"case":"a/x","step":0,"verdict":"exact"},{"case":"a/x","step":1,"verdict":"near"},
            {"case":"a/y","step":0,"verdict":"exact"},{"case":"a/x","step":null,"verdict":"wrong"}]"#;
        let cases = cases(&parse(document).unwrap());
        assert_eq!(cases["a/x"], Verdicts { exact: 1, near: 1, wrong: 1 });
        assert!(cases["a/y"].all_exact() && !cases["a/x"].all_exact());
    }
}
