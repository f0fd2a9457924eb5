//! CronJob: its schedule as cells. The template of its jobs gets what every pod template gets, but no defaults
//! of jobs.

use crate::hooks::cells::{age, is_set, text_or};
use crate::hooks::pod_features::drop_disabled;
use crate::hooks::pod_template::{default_template, names_and_images};
use pintle_meta::Value;
use pintle_schema::Hooks;

/// Where its pods' template is.
const TEMPLATE: [&str; 4] = ["spec", "jobTemplate", "spec", "template"];
/// Where its pods' spec is.
const POD_SPEC: [&str; 5] = ["spec", "jobTemplate", "spec", "template", "spec"];
const LAST_SCHEDULE: [&str; 2] = ["status", "lastScheduleTime"];

/// batch CronJob.
#[derive(Debug)]
pub(super) struct CronJob;

impl Hooks for CronJob {
    fn default(&self, _version: &str, object: &mut Value) {
        default_template(object, &TEMPLATE);
    }

    fn prepare_create(&self, object: &mut Value) {
        drop_disabled(object, None, &POD_SPEC);
    }

    fn prepare_update(&self, object: &mut Value, old: &Value) {
        drop_disabled(object, Some(old), &POD_SPEC);
    }

    fn cells(&self, object: &Value, now_unix_seconds: i64) -> Vec<Value> {
        let zone = text_or(object, &["spec", "timeZone"], "<none>");
        let suspend = match object["spec"]["suspend"].as_bool() {
            Some(true) => "True",
            Some(false) => "False",
            None => "<unset>",
        };
        let last = match is_set(object, &LAST_SCHEDULE) {
            true => age(object.at(&LAST_SCHEDULE), now_unix_seconds),
            false => "<none>".to_owned(),
        };
        let [names, images] = names_and_images(object.at(&POD_SPEC));
        vec![zone.into(), suspend.into(), last.into(), names, images]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hooks::cells::tests::check;

    #[test]
    fn cells_are_the_reference_s() {
        check(
            &CronJob,
            &[
                (r#"{"spec":{"suspend":false},"status":{}}"#, r#"["<none>","False","<none>","",""]"#),
                (
                    r#"{"spec":{"suspend":true,"timeZone":"Etc/UTC","jobTemplate":{"spec":{"template":{"spec":
                        {"containers":[{"name":"c","image":"i"}]}}}}},"status":{"lastScheduleTime":"1970-01-01T00:16:30Z"}}"#,
                    r#"["Etc/UTC","True","10s","c","i"]"#,
                ),
            ],
        );
    }
}
