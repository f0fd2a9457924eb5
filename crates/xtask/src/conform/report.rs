//! What is said at the end: the differences that matter, a line for each area, and what must change.

use super::pending::Pending;
use super::replay::{Replayed, Verdicts};
use crate::failure::Failure;

/// Prints it.
///
/// # Errors
/// When a case that is not pending differs, or a pending one does not.
pub(super) fn print(replayed: &[Replayed], pending: &Pending, all: bool) -> Result<(), Failure> {
    for area in replayed {
        print!("{}", differences(&area.said, pending));
    }
    print!("{}", table(replayed, pending, all));
    let cases = || replayed.iter().flat_map(|area| &area.cases);
    let differ = cases().filter(|(case, verdicts)| !verdicts.all_exact() && !pending.contains(case));
    let exact = cases().filter(|(case, verdicts)| verdicts.all_exact() && pending.contains(case));
    let differ = differ.map(|(case, _)| format!("{case} differs and is not pending"));
    let exact = exact.map(|(case, _)| format!("{case} is exact now: take it out of {}", Pending::FILE));
    let wrong: Vec<_> = differ.chain(exact).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Found(wrong.join("\n"))) }
}

/// What the replayer said about cases that should be exact: a heading for each step, indented lines below it.
fn differences(said: &str, pending: &Pending) -> String {
    let mut wanted = false;
    let mut kept = String::new();
    for line in said.lines() {
        if !line.starts_with(' ') {
            let mut words = line.split_whitespace();
            let is_step = matches!(words.next(), Some("WRONG" | "NEAR"));
            wanted =
                is_step && words.next().is_some_and(|case| !pending.contains(case.trim_end_matches(':')));
        }
        if wanted {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn table(replayed: &[Replayed], pending: &Pending, all: bool) -> String {
    let mut lines = format!(
        "\n{:16} {:>6} {:>6} {:>6} {:>6} {:>8}\n",
        "area", "cases", "exact", "near", "wrong", "pending"
    );
    for area in replayed {
        let total = area.cases.values().fold(Verdicts::default(), |sum, case| Verdicts {
            exact: sum.exact + case.exact,
            near: sum.near + case.near,
            wrong: sum.wrong + case.wrong,
        });
        lines += &format!(
            "{:16} {:6} {:6} {:6} {:6} {:8}\n",
            area.area,
            area.cases.len(),
            total.exact,
            total.near,
            total.wrong,
            pending.count(&area.area)
        );
    }
    lines
        + if all { "steps of all cases, the pending ones too\n" } else { "steps of the cases not pending\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_pending_is_shown() {
        let said = "WRONG a/x step 0 GET /api\n      status: want 200\nNEAR  a/y step 1 GET /api\n      words\n\
                    WRONG a/z: TimeoutError (2 steps not run)\na                exact     1\n";
        assert_eq!(
            differences(said, &Pending::default()),
            "WRONG a/x step 0 GET /api\n      status: want 200\nNEAR  a/y step 1 GET /api\n      words\n\
             WRONG a/z: TimeoutError (2 steps not run)\n"
        );
    }
}
