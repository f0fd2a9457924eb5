//! A page with plots over time: latency, rate, processors, memory. It needs nothing from elsewhere.

use crate::measure::{Measured, Sample};
use std::fmt::Write;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 220.0;
/// Room for the numbers at the axes.
const LEFT: f64 = 70.0;
const BELOW: f64 = 28.0;
/// About so many lines across.
const LINES: f64 = 5.0;

/// One curve: its name, its colour's class, and its values.
type Curve<'a> = (&'a str, &'a str, &'a dyn Fn(&Sample) -> f64);

/// The page.
pub(crate) fn page(measured: &Measured, table: &str) -> String {
    let samples = &measured.samples;
    let mut page = String::from(HEAD);
    // Writing to a string does not fail.
    let _ = write!(page, "<h1>{}</h1><pre>{}</pre>", escaped(&measured.title), escaped(table));
    page.push_str(&plot(
        "Latency, ms",
        samples,
        &[("p99", "b", &|sample| sample.p99), ("p50", "a", &|sample| sample.p50)],
    ));
    let rate = format!("{} a second", measured.what);
    page.push_str(&plot(&rate, samples, &[("rate", "a", &|sample| sample.rate)]));
    if measured.cpu.is_some() {
        page.push_str(&plot("Processors in use", samples, &[("processors", "a", &|sample| sample.cpu)]));
        let resident: Curve<'_> = ("resident", "a", &|sample| sample.resident as f64 / 1e6);
        page.push_str(&plot("Resident memory, MB", samples, &[resident]));
    }
    page.push_str("</body></html>\n");
    page
}

fn plot(title: &str, samples: &[Sample], curves: &[Curve<'_>]) -> String {
    let most =
        samples.iter().flat_map(|sample| curves.iter().map(|(_, _, of)| of(sample))).fold(0.0, f64::max);
    let step = step(most / LINES);
    let top = (most / step).ceil().max(1.0) * step;
    let end = samples.last().map_or(1.0, |sample| sample.at.max(0.001));
    let x = |at: f64| LEFT + at / end * (WIDTH - LEFT - 10.0);
    let y = |value: f64| (HEIGHT - BELOW) - value / top * (HEIGHT - BELOW - 10.0);
    let mut svg = format!(
        "<h2>{}</h2><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{0} over seconds\">",
        escaped(title)
    );
    for line in 0..=(top / step).round() as u32 {
        let (value, at) = (f64::from(line) * step, y(f64::from(line) * step));
        let _ = write!(
            svg,
            "<line class=\"g\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - 10.0,
            LEFT - 6.0,
            at + 4.0,
            short(value)
        );
    }
    let seconds = self::step(end / 8.0).max(1.0);
    for tick in 0..=(end / seconds) as u32 {
        let at = f64::from(tick) * seconds;
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{} s</text>",
            x(at),
            HEIGHT - 8.0,
            short(at)
        );
    }
    for (place, (name, class, of)) in curves.iter().enumerate() {
        let points: Vec<String> =
            samples.iter().map(|sample| format!("{:.1},{:.1}", x(sample.at), y(of(sample)))).collect();
        let _ = write!(
            svg,
            "<polyline class=\"{class}\" points=\"{}\"/><text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>",
            points.join(" "),
            WIDTH - 14.0,
            16 + 16 * place
        );
    }
    svg.push_str("</svg>");
    svg
}

/// The next of 1, 2, 5, 10, ..
fn step(rough: f64) -> f64 {
    if rough <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power).into_iter().find(|step| *step >= rough).unwrap_or(power)
}

fn short(value: f64) -> String {
    if value >= 10.0 || value == value.trunc() { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Load</title><style>
:root{color-scheme:light dark;--text:#1c2733;--grid:#d6dde5;--a:#1769aa;--b:#c2501e;--back:#fff}
@media(prefers-color-scheme:dark){:root{--text:#dbe4ee;--grid:#334150;--a:#6bb3ee;--b:#f09a6a;--back:#10161d}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:900px;margin:2em auto;padding:0 1em}
h1{font-size:1.3em}h2{font-size:1em;margin:1.4em 0 .2em}pre{overflow-x:auto;font-size:12.5px}
svg{width:100%;height:auto}svg text{font-size:11px;fill:var(--text)}.g{stroke:var(--grid)}
polyline{fill:none;stroke-width:1.8}polyline.a{stroke:var(--a)}polyline.b{stroke:var(--b)}
text.a{fill:var(--a)}text.b{fill:var(--b)}
</style></head><body>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_across_are_at_round_numbers() {
        for (rough, want) in [(0.0, 1.0), (0.03, 0.05), (1.0, 1.0), (1.1, 2.0), (23.0, 50.0), (60.0, 100.0)] {
            assert!((step(rough) - want).abs() < 1e-9, "{rough}");
        }
    }

    #[test]
    fn a_plot_has_a_point_for_each_sample_and_no_tag_of_somebody_else() {
        let samples = [1.0, 2.0, 3.0].map(|at| Sample { at, p99: at * 2.0, ..Sample::default() });
        let plot = plot("a < b", &samples, &[("p99", "b", &|sample| sample.p99)]);
        assert!(plot.contains("a &lt; b") && !plot.contains("a < b"));
        let points = plot.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(points.split(' ').count(), 3);
        assert!(!plot.contains("NaN") && !plot.contains("inf"), "{plot}");
        let empty = self::plot("empty", &[], &[("p99", "b", &|sample| sample.p99)]);
        assert!(!empty.contains("NaN") && !empty.contains("inf"), "{empty}");
    }
}
