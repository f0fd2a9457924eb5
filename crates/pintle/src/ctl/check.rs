//! Whether the files of a stopped member are what it wrote.

use super::bar::Bar;
use super::failed;
use super::order::CheckOrder;
use super::print::{Format, Table, json};
use crate::failure::Failure;
use pintle_raftstore::backup::{self, BackupError, Checked, Condition, Outlook, Report};
use pintle_raftstore::node::FolderError;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Findings<'a> {
    files: Vec<Finding<'a>>,
    start: &'a str,
    good: bool,
}

#[derive(Debug, Serialize)]
struct Finding<'a> {
    file: &'a str,
    condition: &'static str,
    what: &'a str,
}

/// Checks a folder, and prints what was found; an error when something is damaged or the member would not start.
pub(super) fn run(order: &CheckOrder, format: Format) -> Result<(), Failure> {
    let scratch = order.scratch.clone().unwrap_or_else(std::env::temp_dir);
    let mut bar = Bar::new();
    let report =
        backup::check(&order.folder, &scratch, &mut |stage, done, total| bar.show_stage(stage, done, total));
    drop(bar);
    let report = report.map_err(|error| match error {
        BackupError::Folder(FolderError::InUse(_)) => failed(format!("{error}\nhelp: stop that one first")),
        BackupError::Io { ref path, .. } if path.starts_with(&scratch) => {
            failed(format!("{error}\nhelp: name a folder with more room with --scratch"))
        }
        error => failed(error),
    })?;
    print(&report, format);
    match (&report.outlook, report.is_good()) {
        (_, true) => Ok(()),
        (Outlook::Starts(_), false) => Err(failed("some files are damaged; the member starts without them")),
        (_, false) => Err(failed("some files are damaged; the member does not start by itself")),
    }
}

fn print(report: &Report, format: Format) {
    let start = match &report.outlook {
        Outlook::Starts(how) => format!("starts: {how}"),
        Outlook::NeedsOthers(why) => format!("starts only with help: {why}"),
        Outlook::Refuses(why) => format!("does not start: {why}"),
    };
    let files: Vec<Finding<'_>> = report.files.iter().map(finding).collect();
    match format {
        Format::Json => json(&Findings { files, start: &start, good: report.is_good() }),
        Format::Table => {
            let mut table = Table::new(&["file", "condition", "what"]);
            for Finding { file, condition, what } in &files {
                table.row(vec![(*file).to_owned(), (*condition).to_owned(), (*what).to_owned()]);
            }
            table.print(format);
            println!("{start}");
        }
        Format::Simple => {
            for Finding { file, condition, what } in &files {
                println!("{condition:10} {file}: {what}");
            }
            println!("{start}");
        }
    }
}

fn finding(checked: &Checked) -> Finding<'_> {
    let (condition, what) = match &checked.condition {
        Condition::Good(what) => ("good", what),
        Condition::Unfinished(what) => ("unfinished", what),
        Condition::Damaged(what) => ("DAMAGED", what),
    };
    Finding { file: &checked.file, condition, what }
}
