//! A pod in a table: how many of its containers are ready, what it is doing, and how often it began again.

use super::first_ip;
use crate::hooks::cells::{condition, count_at, is_set, items, non_empty_or};
use pintle_meta::time::{Duration, Time, human_duration};
use pintle_meta::{Object, Value};

/// What a row of a pod that has ended says of it.
pub(super) fn conditions(pod: &Value) -> Vec<Value> {
    let phase = pod.text_at(&["status", "phase"]);
    let message = match phase {
        "Succeeded" => "The pod has completed successfully.",
        "Failed" => "The pod failed.",
        _ => return Vec::new(),
    };
    vec![Value::from([
        ("type", "Completed".into()),
        ("status", "True".into()),
        ("reason", phase.into()),
        ("message", message.into()),
    ])]
}

/// Ready, Status, Restarts, IP, Node, Nominated Node, Readiness Gates.
pub(super) fn cells(pod: &Value, now: i64) -> Vec<Value> {
    let story = Story::read(pod);
    let ip = first_ip(pod);
    vec![
        format!("{}/{}", story.ready, story.containers).into(),
        story.reason.clone().into(),
        story.restarts(now).into(),
        if ip.is_empty() { "<none>" } else { ip }.into(),
        non_empty_or(pod, &["spec", "nodeName"], "<none>").into(),
        non_empty_or(pod, &["status", "nominatedNodeName"], "<none>").into(),
        gates(pod).into(),
    ]
}

/// What the containers' states come to.
struct Story {
    ready: usize,
    containers: usize,
    reason: String,
    restarted: Restarts,
}

/// How often containers began again, and when the last time.
#[derive(Clone, Copy, Default)]
struct Restarts {
    count: i64,
    last: Option<i64>,
}

impl Restarts {
    fn add(&mut self, container: &Value) {
        self.count += count_at(container, &["restartCount"]);
        let finished = container.text_at(&["lastState", "terminated", "finishedAt"]);
        self.last = self.last.max(Time::parse(finished).ok().map(Time::unix));
    }
}

impl Story {
    fn read(pod: &Value) -> Story {
        let init = items(pod, &["spec", "initContainers"]);
        let mut story = Story {
            ready: 0,
            containers: items(pod, &["spec", "containers"]).len()
                + init.iter().filter(|container| stays(container)).count(),
            reason: first_reason(pod),
            restarted: Restarts::default(),
        };
        let (initializing, of_those_that_stay) = story.read_init(pod, init);
        let initialized = condition(pod, "Initialized").is_some_and(is_true);
        if !initializing || initialized {
            story.restarted = of_those_that_stay;
            story.read_containers(pod);
        }
        if pod.deletion_timestamp().is_some() {
            if pod.text_at(&["status", "reason"]) == "NodeLost" {
                story.reason = "Unknown".to_owned();
            } else if !super::is_finished(pod) {
                story.reason = "Terminating".to_owned();
            }
        }
        story
    }

    /// Reads init containers up to the one that holds up the others; says whether there is one, and the
    /// restarts of those that stay beside the pod's containers.
    fn read_init(&mut self, pod: &Value, init: &[Value]) -> (bool, Restarts) {
        let mut staying = Restarts::default();
        for (at, container) in items(pod, &["status", "initContainerStatuses"]).iter().enumerate() {
            let name = container.text_at(&["name"]);
            // Of several with one name the last counts.
            let stays = init.iter().rfind(|spec| spec.text_at(&["name"]) == name).is_some_and(stays);
            self.restarted.add(container);
            if stays {
                staying.add(container);
            }
            let terminated = container.at(&["state", "terminated"]).filter(|state| !state.is_null());
            if terminated.is_some_and(|state| count_at(state, &["exitCode"]) == 0) {
                continue;
            }
            if stays && container["started"] == Value::Bool(true) {
                self.ready += usize::from(container["ready"] == Value::Bool(true));
                continue;
            }
            let waiting = container.text_at(&["state", "waiting", "reason"]);
            self.reason = match terminated {
                Some(state) => format!("Init:{}", end_of(state)),
                None if !waiting.is_empty() && waiting != "PodInitializing" => format!("Init:{waiting}"),
                None => format!("Init:{at}/{}", init.len()),
            };
            return (true, staying);
        }
        (false, staying)
    }

    /// Reads containers from the last to the first, so that the first one's reason wins.
    fn read_containers(&mut self, pod: &Value) {
        let mut running = false;
        for container in items(pod, &["status", "containerStatuses"]).iter().rev() {
            self.restarted.add(container);
            let waiting = container.text_at(&["state", "waiting", "reason"]);
            if !waiting.is_empty() {
                self.reason = waiting.to_owned();
            } else if is_set(container, &["state", "terminated"]) {
                self.reason = end_of(&container["state"]["terminated"]);
            } else if container["ready"] == Value::Bool(true) && is_set(container, &["state", "running"]) {
                running = true;
                self.ready += 1;
            }
        }
        if running && self.reason == "Completed" {
            let ready = condition_holds(pod, "Ready");
            self.reason = if ready { "Running" } else { "NotReady" }.to_owned();
        }
    }

    fn restarts(&self, now: i64) -> String {
        let Restarts { count, last } = self.restarted;
        match last.filter(|_| count != 0).and_then(|last| Duration::from_seconds(now - last)) {
            Some(since) => format!("{count} ({} ago)", human_duration(since)),
            None => count.to_string(),
        }
    }
}

/// An init container that keeps running beside the pod's containers.
fn stays(container: &Value) -> bool {
    container.text_at(&["restartPolicy"]) == "Always"
}

/// What the pod says of itself, before its containers are asked.
fn first_reason(pod: &Value) -> String {
    let gated = |condition: &Value| {
        condition.text_at(&["type"]) == "PodScheduled" && condition.text_at(&["reason"]) == "SchedulingGated"
    };
    if items(pod, &["status", "conditions"]).iter().any(gated) {
        return "SchedulingGated".to_owned();
    }
    non_empty_or(pod, &["status", "reason"], pod.text_at(&["status", "phase"])).to_owned()
}

/// How a container ended: by its reason, a signal or an exit code.
fn end_of(terminated: &Value) -> String {
    match (terminated.text_at(&["reason"]), count_at(terminated, &["signal"])) {
        ("", 0) => format!("ExitCode:{}", count_at(terminated, &["exitCode"])),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

/// How many of the pod's readiness gates hold.
fn gates(pod: &Value) -> String {
    match items(pod, &["spec", "readinessGates"]) {
        [] => "<none>".to_owned(),
        gates => {
            let holds = |gate: &&Value| condition(pod, gate.text_at(&["conditionType"])).is_some_and(is_true);
            format!("{}/{}", gates.iter().filter(holds).count(), gates.len())
        }
    }
}

fn condition_holds(pod: &Value, kind: &str) -> bool {
    let mut conditions = items(pod, &["status", "conditions"]).iter();
    conditions.any(|condition| condition.text_at(&["type"]) == kind && is_true(condition))
}

fn is_true(condition: &Value) -> bool {
    condition.text_at(&["status"]) == "True"
}

#[cfg(test)]
mod tests;
