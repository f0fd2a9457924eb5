//! What was measured, for people and for programs.

use crate::machine::Machine;
use crate::measure::{Measured, Sample};
use pintle_meta::value::to_pretty_json;
use pintle_meta::{Map, Value};
use std::fmt::Write;

/// The parts of all that latencies are told of.
const PARTS: [(&str, f64); 5] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1.0)];

/// A table.
pub(crate) fn table(measured: &Measured, machine: &Machine) -> String {
    let mut rows = vec![
        (measured.what.to_owned(), format!("{} in {:.1} s", measured.count(), measured.seconds)),
        (
            "throughput".to_owned(),
            format!("{:.0} a second, {:.1} MB/s", rate(measured), megabytes_a_second(measured)),
        ),
    ];
    if measured.count() > 0 {
        let latencies: Vec<String> =
            PARTS.iter().map(|(name, part)| format!("{name} {:.2}", measured.latency(*part))).collect();
        rows.push(("latency, ms".to_owned(), latencies.join("  ")));
    }
    if let Some(cpu) = measured.cpu {
        let each = measured.cpu_each().map(|each| format!(", {each:.1} us for each of {}", measured.what));
        rows.push((
            "processor time".to_owned(),
            format!("{:.2} s{}", cpu.as_secs_f64(), each.unwrap_or_default()),
        ));
    }
    if let Some((before, most, after)) = measured.resident {
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let text = format!(
            "{:.1} MB before, {:.1} at most, {:.1} at the end",
            megabytes(before),
            megabytes(most),
            megabytes(after)
        );
        rows.push(("resident".to_owned(), text));
    }
    rows.extend(measured.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    rows.extend(
        measured.failures.iter().map(|(words, count)| ("FAILED".to_owned(), format!("{count} x {words}"))),
    );
    let text = format!(
        "{}, {} processors, kernel {}, SHA-256 {} MB/s",
        machine.processor, machine.processors, machine.kernel, machine.sha256
    );
    rows.push(("machine".to_owned(), text));
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut table = format!("{}\n", measured.title);
    for (name, value) in rows {
        // Writing to a string does not fail.
        let _ = writeln!(table, "  {name:<width$}  {value}");
    }
    table
}

/// Everything, as JSON.
pub(crate) fn json(measured: &Measured, machine: &Machine) -> Vec<u8> {
    let latency = PARTS.iter().map(|(name, part)| ((*name).into(), Value::Float(measured.latency(*part))));
    let failures = measured.failures.iter().map(|(words, count)| (words.as_str().into(), int(*count)));
    let facts = measured.facts.iter().map(|(name, value)| ((*name).into(), value.as_str().into()));
    let mut map = Map::new();
    map.insert("title", measured.title.as_str());
    map.insert("counted", measured.what);
    map.insert("count", int(measured.count()));
    map.insert("seconds", Value::Float(measured.seconds));
    map.insert("perSecond", Value::Float(rate(measured)));
    map.insert("bytes", int(measured.bytes));
    map.insert("latencyMilliseconds", Value::Map(latency.collect()));
    map.insert("failures", Value::Map(failures.collect()));
    map.insert("facts", Value::Map(facts.collect()));
    if let Some(cpu) = measured.cpu {
        map.insert("cpuSeconds", Value::Float(cpu.as_secs_f64()));
        map.insert("cpuMicrosecondsEach", measured.cpu_each().map_or(Value::Null, Value::Float));
    }
    if let Some((before, most, after)) = measured.resident {
        map.insert(
            "residentBytes",
            Value::from([("before", int(before)), ("most", int(most)), ("after", int(after))]),
        );
    }
    map.insert("samples", measured.samples.iter().map(sample).collect::<Value>());
    map.insert(
        "machine",
        Value::from([
            ("processor", machine.processor.as_str().into()),
            ("processors", int(machine.processors as u64)),
            ("kernel", machine.kernel.as_str().into()),
            ("sha256MegabytesPerSecond", int(machine.sha256)),
        ]),
    );
    to_pretty_json(&Value::Map(map))
}

fn sample(sample: &Sample) -> Value {
    Value::from([
        ("at", Value::Float(sample.at)),
        ("perSecond", Value::Float(sample.rate)),
        ("p50", Value::Float(sample.p50)),
        ("p99", Value::Float(sample.p99)),
        ("processors", Value::Float(sample.cpu)),
        ("residentBytes", int(sample.resident)),
    ])
}

fn int(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn rate(measured: &Measured) -> f64 {
    measured.count() as f64 / measured.seconds.max(1e-9)
}

fn megabytes_a_second(measured: &Measured) -> f64 {
    measured.bytes as f64 / 1e6 / measured.seconds.max(1e-9)
}
