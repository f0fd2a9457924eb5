//! Options of reads: decoded, defaulted, validated, in the reference's order and words.

use crate::request::receive::Query;
use crate::served::Target;
use pintle_meta::selector::{FieldSelector, LabelSelector};
use pintle_meta::{FieldError, ResourceVersion, Status, Value};
use std::time::Duration;

/// How a resourceVersion is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Nothing was said.
    Unset,
    /// That state and no other.
    Exact,
    /// That state or a later one.
    NotOlderThan,
}

/// Options of a list or watch.
#[derive(Clone, Debug)]
pub struct ListOptions {
    /// Which labels.
    pub labels: LabelSelector,
    /// Which fields.
    pub fields: FieldSelector,
    /// As given; parsed later, for list and watch refuse a bad one differently.
    pub resource_version: String,
    /// How to understand it.
    pub version_match: Match,
    /// At most so many objects; 0 or less for all.
    pub limit: i64,
    /// Where the last page ended.
    pub continue_token: String,
    /// When a watch ends; `None` when the server decides.
    pub timeout: Option<Duration>,
    /// A watch may send bookmarks.
    pub bookmarks: bool,
    /// A watch starts with what is there; `None` when nothing was said.
    pub initial_events: Option<bool>,
}

impl ListOptions {
    /// Reads the options of a list, or of a watch.
    ///
    /// # Errors
    /// 400 for what can't be decoded, 422 for what does not go together.
    pub fn read(query: &Query, target: &Target, watch: bool) -> Result<ListOptions, Status> {
        // Numbers are read with the rest of the query, selectors made of its texts after that.
        let timeout = query.integer("timeoutSeconds").map_err(Status::bad_request)?;
        let limit = query.integer("limit").map_err(Status::bad_request)?.unwrap_or_default();
        let labels = LabelSelector::parse(query.first("labelSelector").unwrap_or_default());
        let labels = labels.map_err(|error| Status::bad_request(error.to_string()))?;
        let fields = FieldSelector::parse(query.first("fieldSelector").unwrap_or_default());
        let fields = fields.map_err(|error| Status::bad_request(error.to_string()))?;
        let mut options = ListOptions {
            labels,
            fields,
            resource_version: query.first("resourceVersion").unwrap_or_default().to_owned(),
            version_match: Match::Unset,
            limit,
            continue_token: query.first("continue").unwrap_or_default().to_owned(),
            timeout: timeout.and_then(go_seconds),
            bookmarks: query.flag("allowWatchBookmarks"),
            initial_events: query.flag_if_given("sendInitialEvents"),
        };
        let word = query.first("resourceVersionMatch").unwrap_or_default();
        let word = options.default_watch_list(watch, word);
        options.version_match = match word {
            "Exact" => Match::Exact,
            "NotOlderThan" => Match::NotOlderThan,
            _ => Match::Unset,
        };
        let errors = if watch { options.watch_errors(word) } else { options.list_errors(word) };
        if !errors.is_empty() {
            return Err(Status::invalid("meta.k8s.io", "ListOptions", "", &errors));
        }
        check_field_labels(&options.fields, target)?;
        Ok(options)
    }

    /// A watch from nowhere, or from anywhere, is a watch that starts with what is there.
    fn default_watch_list<'a>(&mut self, watch: bool, word: &'a str) -> &'a str {
        let from_anywhere = self.resource_version.is_empty() || self.resource_version == "0";
        if !watch || self.initial_events.is_some() || !word.is_empty() || !from_anywhere {
            return word;
        }
        self.initial_events = Some(true);
        "NotOlderThan"
    }

    fn list_errors(&self, word: &str) -> Vec<FieldError> {
        const PATH: &str = "resourceVersionMatch";
        let mut errors = Vec::new();
        if !word.is_empty() {
            if self.resource_version.is_empty() {
                let detail = "resourceVersionMatch is forbidden unless resourceVersion is provided";
                errors.push(FieldError::forbidden(PATH, detail));
            }
            if !self.continue_token.is_empty() {
                let detail = "resourceVersionMatch is forbidden when continue is provided";
                errors.push(FieldError::forbidden(PATH, detail));
            }
            if word != "Exact" && word != "NotOlderThan" {
                let allowed = ["Exact", "NotOlderThan", ""];
                errors.push(FieldError::not_supported(PATH, &Value::from(word), &allowed));
            }
            if word == "Exact" && self.resource_version == "0" {
                let detail = "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"";
                errors.push(FieldError::forbidden(PATH, detail));
            }
        }
        if self.initial_events.is_some() {
            let detail = "sendInitialEvents is forbidden for list";
            errors.push(FieldError::forbidden("sendInitialEvents", detail));
        }
        errors
    }

    fn watch_errors(&self, word: &str) -> Vec<FieldError> {
        const PATH: &str = "resourceVersionMatch";
        let mut errors = Vec::new();
        if self.initial_events.is_some() && word != "NotOlderThan" {
            let detail = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
            errors.push(FieldError::forbidden(PATH, detail));
        }
        if word.is_empty() {
            return errors;
        }
        if self.initial_events.is_none() {
            let detail = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
            errors.push(FieldError::forbidden(PATH, detail));
        }
        if word != "NotOlderThan" {
            errors.push(FieldError::not_supported(PATH, &Value::from(word), &["NotOlderThan"]));
        }
        if !self.continue_token.is_empty() {
            let detail = "resourceVersionMatch is forbidden when continue is provided";
            errors.push(FieldError::forbidden(PATH, detail));
        }
        errors
    }
}

/// So many seconds as a Go duration: none for 0, over at once for less, and what does not fit wraps around.
fn go_seconds(seconds: i64) -> Option<Duration> {
    let nanos = seconds.wrapping_mul(1_000_000_000);
    (nanos != 0).then(|| Duration::from_nanos(u64::try_from(nanos).unwrap_or_default()))
}

/// The resourceVersion of a get or watch.
///
/// # Errors
/// The reference answers an unparsable one with a bare 500.
pub(super) fn resource_version(text: &str) -> Result<ResourceVersion, Status> {
    ResourceVersion::parse(text).map_err(|error| Status::unclassified(version_problem(text, &error)))
}

/// What is wrong with a resourceVersion.
pub(super) fn version_problem(text: &str, error: &str) -> String {
    format!("resourceVersion: Invalid value: {}: {error}", pintle_meta::field::go_quote(text))
}

/// Refuses selectors of fields that the resource can't be selected by.
fn check_field_labels(fields: &FieldSelector, target: &Target) -> Result<(), Status> {
    let selectable = &target.version().selectable_fields;
    let usual = |name: &str| matches!(name, "metadata.name" | "metadata.namespace");
    let only_usual = selectable.iter().all(|field| usual(&field.label)) && selectable.len() != 1;
    let known = |name: &str| {
        if only_usual { usual(name) } else { selectable.iter().any(|field| field.label == name) }
    };
    match fields.requirements().iter().find(|requirement| !known(&requirement.field)) {
        None => Ok(()),
        Some(unknown) if only_usual => {
            let name = pintle_meta::field::go_quote(&unknown.field);
            let text = format!(
                "{name} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            );
            Err(Status::bad_request(text))
        }
        Some(unknown) => Err(Status::bad_request(format!("field label not supported: {}", unknown.field))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_as_many_as_fit_into_go_s_durations() {
        assert_eq!(go_seconds(0), None);
        assert_eq!(go_seconds(-1), Some(Duration::ZERO));
        assert_eq!(go_seconds(5), Some(Duration::from_secs(5)));
        assert_eq!(go_seconds(i64::MAX), Some(Duration::ZERO));
        assert!(go_seconds(9_000_000_000).is_some_and(|long| long.as_secs() == 9_000_000_000));
        assert!(
            (1..200).all(|n| go_seconds(i64::MAX / n).is_none_or(|long| long.as_secs() < 10_000_000_000))
        );
    }
}
