//! Bars, where somebody looks at a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for so many things.
pub(crate) fn bar(of: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}, {eta} left");
    styled(of, what, style)
}

fn styled(
    of: u64,
    what: &'static str,
    style: Result<ProgressStyle, indicatif::style::TemplateError>,
) -> ProgressBar {
    let bar = ProgressBar::new(of).with_message(what);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
