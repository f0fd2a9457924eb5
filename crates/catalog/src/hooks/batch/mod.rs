//! Hooks of the batch group.

mod cron_job;
mod job;

use pintle_schema::Hooks;

/// The hooks of a kind of this group that has any.
pub(super) fn of(kind: &str) -> Option<&'static dyn Hooks> {
    Some(match kind {
        "CronJob" => &cron_job::CronJob,
        "Job" => &job::Job,
        _ => return None,
    })
}
