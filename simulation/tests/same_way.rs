//! Seeds break no promise, and a seed decides everything: whoever lives through it a second time sees the same.

use pintle_simulation::{is_repeatable, live};

#[test]
fn a_seed_goes_the_same_way_every_time_and_another_another_way() {
    let hashes: Vec<u64> = (1..4)
        .map(|seed| {
            let (one, other) = (live(seed, false), live(seed, false));
            assert_eq!(one.broken, Vec::<String>::new(), "seed {seed}");
            // Without tokio's chance only most of it is decided.
            if is_repeatable() {
                assert_eq!((one.trace, one.events), (other.trace, other.events), "seed {seed}");
            }
            one.trace
        })
        .collect();
    assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2]);
}
