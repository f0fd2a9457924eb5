//! Options of writes: decoded from the query (or the body of a delete) and validated in the reference's order.

use crate::request::receive::Query;
use pintle_meta::{FieldError, FieldErrorKind, List, Status, Value};

/// The longest field manager, in bytes.
const FIELD_MANAGER_MAX: usize = 128;

/// What to do about unknown and duplicate fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum FieldValidation {
    /// Nothing.
    Ignore,
    /// Warn.
    #[default]
    Warn,
    /// Refuse.
    Strict,
}

/// Options of a create, update or patch.
#[derive(Clone, Debug, Default)]
pub(super) struct WriteOptions {
    /// Go through all the motions, store nothing.
    pub dry_run: bool,
    /// What to do about unknown and duplicate fields.
    pub field_validation: FieldValidation,
}

/// Which options a request has, by the name that errors give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptionsKind {
    /// POST.
    Create,
    /// PUT.
    Update,
    /// PATCH of what is there.
    Patch,
    /// PATCH with what is wanted.
    Apply,
}

impl WriteOptions {
    /// Reads the options of a request.
    ///
    /// # Errors
    /// 422 in the reference's words.
    pub(super) fn read(query: &Query, kind: OptionsKind) -> Result<WriteOptions, Status> {
        let dry_run: Vec<&str> = query.all("dryRun").collect();
        let manager = query.first("fieldManager").unwrap_or_default();
        let mut errors = Vec::new();
        if kind == OptionsKind::Patch && query.flag_if_given("force").is_some() {
            errors.push(FieldError::forbidden("force", "may not be specified for non-apply patch"));
        }
        if kind == OptionsKind::Apply && manager.is_empty() {
            errors.push(FieldError::required("fieldManager", "is required for apply patch"));
        }
        errors.extend(field_manager_errors(manager));
        errors.extend(dry_run_error(&dry_run));
        let validation = query.first("fieldValidation").unwrap_or_default();
        let field_validation = match validation {
            "" | "Warn" => FieldValidation::Warn,
            "Ignore" => FieldValidation::Ignore,
            "Strict" => FieldValidation::Strict,
            other => {
                let allowed = ["", "Ignore", "Strict", "Warn"];
                errors.push(FieldError::not_supported("fieldValidation", &Value::from(other), &allowed));
                FieldValidation::Warn
            }
        };
        if !errors.is_empty() {
            return Err(Status::invalid("meta.k8s.io", kind.name(), "", &errors));
        }
        Ok(WriteOptions { dry_run: !dry_run.is_empty(), field_validation })
    }
}

impl OptionsKind {
    fn name(self) -> &'static str {
        match self {
            OptionsKind::Create => "CreateOptions",
            OptionsKind::Update => "UpdateOptions",
            OptionsKind::Patch | OptionsKind::Apply => "PatchOptions",
        }
    }
}

/// The dry run that is asked for, if it is one.
pub(super) fn dry_run_error(asked: &[&str]) -> Option<FieldError> {
    if asked.iter().all(|word| *word == "All") {
        return None;
    }
    let list: List = asked.iter().map(|word| Value::from(*word)).collect();
    Some(FieldError::not_supported("dryRun", &Value::List(list), &["All"]))
}

fn field_manager_errors(manager: &str) -> Vec<FieldError> {
    const PATH: &str = "fieldManager";
    let mut errors = Vec::new();
    if manager.len() > FIELD_MANAGER_MAX {
        errors.push(FieldError::too_long(PATH, FIELD_MANAGER_MAX));
    }
    let hidden = |c: &char| c.is_control() || (c.is_whitespace() && *c != ' ');
    for (at, c) in manager.char_indices().filter(|(_, c)| hidden(c)) {
        let detail = format!("invalid character U+{:04X} (at position {at})", u32::from(c));
        errors.push(FieldError::new(FieldErrorKind::Invalid, PATH, detail).showing(&Value::from(manager)));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_options_are_named() {
        let read = |query: &str, kind| WriteOptions::read(&Query::parse(query), kind);
        assert!(read("dryRun=All&dryRun=All", OptionsKind::Create).unwrap().dry_run);
        let status = read("dryRun=all", OptionsKind::Create).unwrap_err();
        let words = "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"all\"]: supported values: \"All\"";
        assert_eq!(status.message, words);
        assert_eq!(read("force=true", OptionsKind::Patch).unwrap_err().code, 422);
        assert_eq!(read("fieldManager=a%0Ab", OptionsKind::Update).unwrap_err().code, 422);
    }
}
