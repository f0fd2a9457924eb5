//! The published API's facts, where they are at hand.
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know what was skipped")]

use pintle_meta::Value;
use pintle_meta::value::to_json;
use std::path::PathBuf;

/// The folder of facts, or `None` with a notice: tests that need it skip.
pub(crate) fn facts() -> Option<PathBuf> {
    let found = std::env::var_os("PINTLE_SHARED").map(PathBuf::from).or_else(|| {
        let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let candidates = here.ancestors().skip(1).map(|folder| folder.join("shared"));
        candidates.into_iter().find(|folder| folder.join("kubernetes/go-fields.tsv").is_file())
    });
    let folder = found.map(|folder| folder.join("kubernetes")).filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("SKIPPED: no published facts beside the repository (set PINTLE_SHARED)");
    }
    folder
}

/// Every place where two documents differ: `.spec.replicas: made ..., wanted ...`.
#[allow(dead_code, reason = "not every test compares documents")]
pub(crate) fn differences(made: &Value, wanted: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(Some(made), Some(wanted), &mut String::new(), &mut found);
    found
}

fn compare(made: Option<&Value>, wanted: Option<&Value>, path: &mut String, found: &mut Vec<String>) {
    match (made, wanted) {
        (Some(Value::Map(made)), Some(Value::Map(wanted))) => {
            let extra = made.keys().filter(|key| !wanted.contains_key(key));
            for key in wanted.keys().chain(extra) {
                below(made.get(key), wanted.get(key), &format!(".{key}"), path, found);
            }
        }
        (Some(Value::List(made)), Some(Value::List(wanted))) if made.len() == wanted.len() => {
            for at in 0..made.len() {
                below(made.get(at), wanted.get(at), &format!("[{at}]"), path, found);
            }
        }
        (made, wanted) if made == wanted => {}
        (made, wanted) => {
            let text = |value: Option<&Value>| match value {
                Some(value) => String::from_utf8(to_json(value)).expect("JSON is text"),
                None => "nothing".to_owned(),
            };
            found.push(format!("{path}: made {}, wanted {}", text(made), text(wanted)));
        }
    }
}

fn below(
    made: Option<&Value>,
    wanted: Option<&Value>,
    step: &str,
    path: &mut String,
    found: &mut Vec<String>,
) {
    let length = path.len();
    path.push_str(step);
    compare(made, wanted, path, found);
    path.truncate(length);
}
