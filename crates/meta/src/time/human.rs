//! Ages as kubectl prints them: two units at most, coarser the older.

use super::Duration;

/// `5s`, `3m20s`, `2d3h`, `5y12d`; `<invalid>` for what lies more than a second ahead.
pub fn human_duration(duration: Duration) -> String {
    let seconds = duration.seconds();
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    let (days, years) = (hours / 24, hours / 24 / 365);
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        _ if minutes < 10 => pair(minutes, "m", seconds % 60, "s"),
        _ if minutes < 180 => format!("{minutes}m"),
        _ if hours < 8 => pair(hours, "h", minutes % 60, "m"),
        _ if hours < 48 => format!("{hours}h"),
        _ if days < 8 => pair(days, "d", hours % 24, "h"),
        _ if years < 2 => format!("{days}d"),
        _ if years < 8 => pair(years, "y", days % 365, "d"),
        _ => format!("{years}y"),
    }
}

/// The same in one unit: `5s`, `3m`, `2d`.
pub fn short_human_duration(duration: Duration) -> String {
    let seconds = duration.seconds();
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        86_400..31_536_000 => format!("{}d", seconds / 86_400),
        _ => format!("{}y", seconds / 31_536_000),
    }
}

fn pair(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    match small {
        0 => format!("{large}{large_unit}"),
        _ => format!("{large}{large_unit}{small}{small_unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_kubectl_prints_them() {
        let (minute, hour, day, year) = (60, 3_600, 86_400, 365 * 86_400);
        for (seconds, long, short) in [
            (-2, "<invalid>", "<invalid>"),
            (-1, "0s", "0s"),
            (0, "0s", "0s"),
            (119, "119s", "1m"),
            (2 * minute, "2m", "2m"),
            (3 * minute + 20, "3m20s", "3m"),
            (10 * minute + 1, "10m", "10m"),
            (179 * minute + 59, "179m", "2h"),
            (3 * hour, "3h", "3h"),
            (7 * hour + 59 * minute, "7h59m", "7h"),
            (8 * hour + minute, "8h", "8h"),
            (47 * hour, "47h", "1d"),
            (2 * day + 3 * hour, "2d3h", "2d"),
            (8 * day + hour, "8d", "8d"),
            (2 * year - 1, "729d", "1y"),
            (2 * year, "2y", "2y"),
            (5 * year + 12 * day, "5y12d", "5y"),
            (8 * year + 12 * day, "8y", "8y"),
        ] {
            let duration = Duration::from_seconds(seconds).unwrap();
            assert_eq!(human_duration(duration), long);
            assert_eq!(short_human_duration(duration), short);
        }
        assert_eq!(human_duration(Duration::from_nanos(-1)), "0s");
    }
}
