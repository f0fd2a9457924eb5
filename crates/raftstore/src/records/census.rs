//! A count of things and the sum of their hashes, whichever order they came in: what was lost or came back shows. Each
//! thing's content has a checksum of its own, so it is enough to hash what tells it from others.

use crate::revisions::At;

/// How many there are, and which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Census {
    pub(crate) count: u64,
    pub(crate) sum: u128,
}

impl Census {
    pub(crate) fn add(&mut self, hash: u128) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(hash);
    }

    pub(crate) fn remove(&mut self, hash: u128) {
        self.count = self.count.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(hash);
    }
}

/// The hash of a record's place.
pub(crate) fn of_record(at: At) -> u128 {
    mix(at.revision, u64::from(at.sub))
}

/// The hash of a lease.
pub(crate) fn of_lease(id: i64, ttl: i64) -> u128 {
    mix(id.cast_unsigned(), !ttl.cast_unsigned())
}

/// Spreads two numbers over 128 bits, so that sums of few never meet by accident (splitmix64, twice).
pub(crate) fn mix(a: u64, b: u64) -> u128 {
    let low = spread(spread(a ^ 0x9E37_79B9_7F4A_7C15) ^ b);
    let high = spread(spread(b ^ 0xD1B5_4A32_D192_ED03).wrapping_add(a));
    u128::from(high) << 64 | u128::from(low)
}

fn spread(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
