//! What a member can be trusted with, by the version it says it is.

/// What callers must know of the members before they rely on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Whether [`request_progress`](crate::Storage::request_progress) leads to progress. False until the first
    /// member has answered, and as soon as one has answered that can't be trusted: then consistent reads must go
    /// to storage. Members that can't be trusted are not asked; the progress that they report by themselves, every
    /// ten minutes by default, is.
    pub progress: bool,
}

/// Whether a member of this version, when asked for progress, never reports it ahead of events. Versions before
/// 3.4.31, and 3.5 before 3.5.13, do (etcd issues 15220 and 17507); one that is not understood is not trusted.
pub fn progress_is_trusted(version: &str) -> bool {
    match parse(version) {
        None => false,
        Some((3, 5, patch)) => patch >= 13,
        Some(release) => release >= (3, 4, 31),
    }
}

/// The release a version names. Whatever follows the three numbers (a pre-release, a build) is let be.
fn parse(version: &str) -> Option<(u64, u64, u64)> {
    let release = version.split(['-', '+']).next()?;
    let mut numbers = release.split('.').map(str::parse);
    let release = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    numbers.next().is_none().then_some(release)
}

#[cfg(test)]
mod tests {
    use super::progress_is_trusted;

    #[test]
    fn progress_is_trusted_from_the_fixed_releases_on() {
        for trusted in ["3.4.31", "3.4.40", "3.5.13", "3.5.21", "3.6.0", "3.6.5-rc.1", "3.7.0+git", "4.0.0"] {
            assert!(progress_is_trusted(trusted), "{trusted}");
        }
        for untrusted in
            ["3.3.99", "3.4.23", "3.4.30", "3.5.0", "3.5.12", "", "3.6", "3.6.x", "3.6.0.1", "v3.6.0"]
        {
            assert!(!progress_is_trusted(untrusted), "{untrusted}");
        }
    }
}
