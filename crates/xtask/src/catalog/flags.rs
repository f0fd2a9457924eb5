//! Flags of the reference's command line: name, type and default, by group.

use super::table::Table;
use crate::failure::Failure;
use std::fmt::Write;
use std::path::Path;

/// Every command line has it, and the parser brings its own.
const NOT_A_FACT: &str = "help";

/// Makes the facts.
pub(crate) fn make(facts: &Path) -> Result<String, Failure> {
    let flags = Table::read(&facts.join("flags.tsv"))?;
    let mut text = String::new();
    let mut group = "";
    for row in flags.rows().filter(|row| row.get("flag") != NOT_A_FACT) {
        if row.get("group") != group {
            group = row.get("group");
            let _ = writeln!(text, "group {group}");
        }
        let _ = write!(text, "  {} {}", row.get("flag"), kind(row.get("type")));
        match bare(row.get("default")) {
            "" => text.push('\n'),
            default => {
                let _ = writeln!(text, " {default}");
            }
        }
    }
    Ok(text)
}

/// The type's name in one word; two of the published ones describe themselves by a form.
fn kind(published: &str) -> &str {
    match published {
        "version[=true]" => "version",
        "pattern=N,..." => "pattern",
        other => other,
    }
}

/// A default as one would type it: no quotes around text, no brackets around a list.
fn bare(default: &str) -> &str {
    let unquoted = default.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let listed = default.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    unquoted.or(listed).unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_lose_their_dress() {
        let cases =
            [("\"/registry\"", "/registry"), ("[a,b]", "a,b"), ("[]", ""), ("1m0s", "1m0s"), ("", "")];
        for (published, typed) in cases {
            assert_eq!(bare(published), typed);
        }
    }
}
