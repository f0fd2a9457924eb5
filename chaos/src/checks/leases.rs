//! Leases: what lives on one is there as long as was promised, and gone some time after nobody keeps it alive.

use bytes::Bytes;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// A key on a lease, which its holder kept alive for a while and then let go.
#[derive(Clone, Debug)]
pub struct Held {
    /// The key; no other lease had it.
    pub key: Bytes,
    /// The time to live that was granted.
    pub ttl: Duration,
    /// When that was last asked for which was granted: it lives from then on for its whole time to live at least.
    pub asked: Instant,
    /// When the holder was told that there is no such lease.
    pub refused: Option<Instant>,
}

/// Every lease that ended too early or not at all. `gone` has each key that a watch told the deletion of, with when it
/// did, as often as it did.
pub fn leases(held: &[Held], gone: &[(Bytes, Instant)], broken: &mut Vec<String>) {
    let mut deletions: HashMap<&Bytes, Vec<Instant>> = HashMap::new();
    for (key, at) in gone {
        deletions.entry(key).or_default().push(*at);
    }
    for lease in held {
        let due = lease.asked + lease.ttl;
        let deletions = deletions.get(&lease.key).map_or(&[] as &[_], Vec::as_slice);
        if let Some(refused) = lease.refused
            && refused < due
        {
            let early = due - refused;
            broken.push(format!("the lease of {:?} was refused {early:?} before its time", lease.key));
        }
        match deletions {
            [] => broken.push(format!("the lease of {:?} never ended", lease.key)),
            [gone] if *gone < due => {
                broken.push(format!("{:?} was gone {:?} before its time", lease.key, due - *gone));
            }
            [_] => {}
            more => broken.push(format!("{:?} was deleted {} times", lease.key, more.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_early_or_twice_or_never_is_found() {
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let held = Held { key: "k".into(), ttl: Duration::from_secs(5), asked: begun, refused: None };
        let broken = |held: &Held, gone: &[u64]| {
            let gone: Vec<_> = gone.iter().map(|seconds| (held.key.clone(), after(*seconds))).collect();
            let mut broken = Vec::new();
            leases(std::slice::from_ref(held), &gone, &mut broken);
            broken.len()
        };
        assert_eq!(broken(&held, &[5]), 0);
        assert_eq!(broken(&held, &[4]), 1, "too early");
        assert_eq!(broken(&held, &[]), 1, "never");
        assert_eq!(broken(&held, &[6, 7]), 1, "twice");
        assert_eq!(broken(&Held { refused: Some(after(3)), ..held.clone() }, &[6]), 1, "refused too early");
        assert_eq!(broken(&Held { refused: Some(after(8)), ..held }, &[6]), 0);
    }
}
