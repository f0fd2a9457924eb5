//! A decimal number: mantissa and power of ten.
//!
//! The reference has two representations, one quick for 64 bits and one without bounds; which of them holds a
//! number shows in places, so it is remembered. Ours ends at 38 digits: a sum beyond is its larger part.

use std::cmp::Ordering;

/// `mantissa` times ten to the power `scale`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amount {
    pub(super) mantissa: i128,
    pub(super) scale: i32,
    /// Whether the reference would hold it in its unbounded form.
    wide: bool,
}

impl Amount {
    pub(super) fn narrow(mantissa: i64, scale: i32) -> Amount {
        Amount { mantissa: i128::from(mantissa), scale, wide: false }
    }

    pub(super) fn wide(mantissa: i128, scale: i32) -> Amount {
        Amount { mantissa, scale, wide: true }
    }

    pub(super) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    pub(super) fn sign(self) -> i32 {
        match self.mantissa.cmp(&0) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    pub(super) fn negated(self) -> Amount {
        Amount { mantissa: self.mantissa.saturating_neg(), ..self }
    }

    pub(super) fn as_i64(self) -> Option<i64> {
        if self.wide || self.scale < 0 {
            return None;
        }
        self.times_ten(self.scale.unsigned_abs())?.try_into().ok()
    }

    pub(super) fn approximate(self) -> f64 {
        let base = self.mantissa as f64;
        if self.scale == 0 || base == 0.0 {
            return base;
        }
        base * format!("1e{}", self.scale).parse::<f64>().unwrap_or(f64::NAN)
    }

    /// The mantissa times ten to the power `power`, when it fits.
    fn times_ten(self, power: u32) -> Option<i128> {
        if self.mantissa == 0 {
            return Some(0);
        }
        self.mantissa.checked_mul(10i128.checked_pow(power)?)
    }

    /// Whether the number is written in multiples of ten to the power `scale` already.
    pub(super) fn is_multiple(self, scale: i32) -> bool {
        self.scale >= scale
    }

    /// Rounds away from zero to a multiple of ten to the power `scale`; tells whether nothing was lost.
    pub(super) fn round_up(&mut self, scale: i32) -> bool {
        if self.scale >= scale {
            return true;
        }
        let (quotient, exact) = divide_up(self.mantissa, scale.abs_diff(self.scale));
        (self.mantissa, self.scale) = (quotient, scale);
        exact
    }

    /// In units of ten to the power `scale`, rounded away from zero, within i64.
    pub(super) fn scaled(self, scale: i32) -> i64 {
        let number = if self.scale >= scale {
            self.times_ten(self.scale.abs_diff(scale))
        } else {
            Some(divide_up(self.mantissa, scale.abs_diff(self.scale)).0)
        };
        let limit = if self.mantissa < 0 { i64::MIN } else { i64::MAX };
        number.and_then(|number| i64::try_from(number).ok()).unwrap_or(limit)
    }

    pub(super) fn plus(self, other: Amount) -> Amount {
        if !self.wide && !other.wide {
            if other.mantissa == 0 {
                return self;
            }
            if self.mantissa == 0 {
                return other;
            }
        }
        let scale = self.scale.min(other.scale);
        let aligned = |amount: Amount| amount.times_ten(amount.scale.abs_diff(scale));
        let sum = aligned(self).zip(aligned(other)).and_then(|(a, b)| a.checked_add(b));
        match sum {
            Some(mantissa) => {
                let fits = i64::try_from(mantissa).is_ok();
                Amount { mantissa, scale, wide: self.wide || other.wide || !fits }
            }
            None => {
                let larger = if self.compare_size(other) == Ordering::Less { other } else { self };
                Amount { wide: true, ..larger }
            }
        }
    }

    pub(super) fn compare(self, other: Amount) -> Ordering {
        match self.sign().cmp(&other.sign()) {
            Ordering::Equal if self.mantissa < 0 => other.compare_size(self),
            Ordering::Equal => self.compare_size(other),
            unequal => unequal,
        }
    }

    /// Compares without regard to sign: by the place of the first digit, then by the digits.
    fn compare_size(self, other: Amount) -> Ordering {
        let (a, b) = (self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs());
        let (Some(digits_a), Some(digits_b)) = (a.checked_ilog10(), b.checked_ilog10()) else {
            return a.cmp(&b);
        };
        let place = |digits: u32, scale: i32| i64::from(digits) + i64::from(scale);
        place(digits_a, self.scale).cmp(&place(digits_b, other.scale)).then_with(|| {
            // The first digits stand in the same place, so aligning multiplies the shorter one only.
            let longest = digits_a.max(digits_b);
            let grown = |number: u128, digits: u32| number.saturating_mul(10u128.pow(longest - digits));
            grown(a, digits_a).cmp(&grown(b, digits_b))
        })
    }
}

/// `number` divided by ten to the power `power`, away from zero, and whether nothing remained.
fn divide_up(number: i128, power: u32) -> (i128, bool) {
    let Some(divisor) = 10i128.checked_pow(power) else {
        return (number.signum(), number == 0);
    };
    let (quotient, remainder) = (number / divisor, number % divisor);
    (quotient + remainder.signum(), remainder == 0)
}
