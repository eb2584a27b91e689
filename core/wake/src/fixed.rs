//! Fixed-point arithmetic on quantised numbers, as TensorFlow Lite for Microcontrollers does
//! it, and without floating point when a net is read either.

/// What a step of a quantised number is worth: `mantissa · 2^exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// 24 bits, of which the first is set.
    mantissa: u32,
    exponent: i32,
}

impl Scale {
    /// 2^power, for a small power.
    pub const fn power_of_two(power: i32) -> Self {
        Self { mantissa: 1 << 23, exponent: power - 23 }
    }

    /// Reads an `f32`. `None` where it is no normal positive number.
    pub fn from_bits(bits: u32) -> Option<Self> {
        let exponent = bits >> 23;
        // The sign is the bit above.
        (1..255).contains(&exponent).then_some(Self {
            mantissa: bits & 0x7f_ffff | 0x80_0000,
            exponent: exponent.cast_signed() - 150,
        })
    }

    /// The scale of products, exact.
    pub fn times(self, other: Self) -> Product {
        Product {
            mantissa: u64::from(self.mantissa) * u64::from(other.mantissa),
            exponent: self.exponent + other.exponent,
        }
    }

    /// `factor · 2^exponent / self`, rounded, for a small factor. `None` when it is 2^40 or
    /// more, or when nothing is left of it.
    pub fn divides(self, factor: u8, exponent: i32) -> Option<u64> {
        let shift = u32::try_from(exponent - self.exponent).ok()?;
        let shifted = u64::from(factor).checked_shl(shift)?;
        if shifted >> shift != u64::from(factor) {
            return None;
        }
        let divisor = u64::from(self.mantissa);
        let quotient = shifted.checked_add(divisor / 2)? / divisor;
        (quotient > 0 && quotient >> 40 == 0).then_some(quotient)
    }

    /// 256 / (1 + e^−x) for `x = steps · self`, rounded. Below 256, however large x is.
    pub fn logistic(self, steps: i32) -> u8 {
        /// 1/ln 2 with 30 bits behind the point, and ln 2 with 32.
        const LOG2_E: u64 = 1_549_082_005;
        const LN_2: u64 = 2_977_044_472;
        const ONE: u64 = 1 << 32;

        // |x| / ln 2, with 32 bits behind the point. Steps have at most 9 bits.
        let product = u64::from(steps.unsigned_abs()) * u64::from(self.mantissa);
        let shift = -(self.exponent + 2);
        let power = match u32::try_from(shift) {
            Ok(shift) => (product * LOG2_E).checked_shr(shift).unwrap_or(0),
            Err(_) => u64::MAX,
        };
        // e^−|x| is two to its whole part, times e to its fraction by a series.
        let fraction = ((power & (ONE - 1)) * LN_2) >> 32;
        let series = (1..=14).rev().fold(ONE, |sum, n| ONE - ((fraction * sum) >> 32) / n);
        let small = series.checked_shr((power >> 32).min(64) as u32).unwrap_or(0);
        let part = if steps < 0 { small } else { ONE };
        let sum = ONE + small;
        (((part << 8) + sum / 2) / sum).min(255) as u8
    }
}

/// A product of two scales. Its mantissa has 47 or 48 bits.
#[derive(Clone, Copy)]
pub struct Product {
    mantissa: u64,
    exponent: i32,
}

impl Product {
    /// The nearest `f32`, as where the reference multiplies in single precision.
    pub fn single(self) -> Self {
        let drop = u64::BITS - self.mantissa.leading_zeros() - 24;
        let mantissa = half_even(self.mantissa, drop, false) << drop;
        Self { mantissa, ..self }
    }

    /// This in steps of `scale`, as a multiplier. `None` when it is out of a multiplier's range.
    pub fn per(self, scale: Scale) -> Option<Multiplier> {
        // The quotient with 32 bits behind the point, 54 to 58 bits in all.
        let divisor = u64::from(scale.mantissa);
        let (whole, rest) = (self.mantissa / divisor, (self.mantissa % divisor) << 32);
        let quotient = (whole << 32) | (rest / divisor);
        // The reference's quotient is in double precision, which has 53.
        let drop = u64::BITS - quotient.leading_zeros() - 53;
        let double = half_even(quotient, drop, rest % divisor != 0);
        // Half away from zero to 31 bits.
        let value = (double + (1 << 21)) >> 22;
        let shift = self.exponent - scale.exponent - 32 + 53 + drop.cast_signed();
        let (value, shift) = if value >> 31 == 1 { (value / 2, shift + 1) } else { (value, shift) };
        match shift {
            ..-31 => Some(Multiplier { value: 0, shift: 0 }),
            -31..=30 => Some(Multiplier { value: value as i32, shift: shift as i8 }),
            31.. => None,
        }
    }
}

/// Drops bits from the end of a number and rounds half to even. `more` says that something was
/// dropped before. The result has one bit more when it is rounded up to a power of two.
fn half_even(x: u64, drop: u32, more: bool) -> u64 {
    let (kept, dropped, half) = (x >> drop, x & ((1 << drop) - 1), 1 << (drop - 1));
    let up = dropped > half || dropped == half && (more || kept % 2 == 1);
    kept + u64::from(up)
}

/// A factor below 2^30: `value · 2^(shift − 31)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplier {
    pub value: i32,
    pub shift: i8,
}

impl Multiplier {
    /// Multiplies and rounds, twice: half up after the product, half away from zero after a
    /// shift to the right.
    pub fn apply(self, x: i32) -> i32 {
        let (left, right) = (self.shift.max(0), self.shift.min(0).unsigned_abs());
        let product = i64::from(x.wrapping_shl(left as u32)) * i64::from(self.value);
        let nudge = if product < 0 { 1 - (1 << 30) } else { 1 << 30 };
        // The value is never −2^31, so this fits.
        let high = ((product + nudge) / (1 << 31)) as i32;
        let mask = (1i64 << right) - 1;
        let rest = i64::from(high) & mask;
        let threshold = (mask >> 1) + i64::from(high < 0);
        (i64::from(high) >> right) as i32 + i32::from(rest > threshold)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The multiplier as the reference computes it.
    fn reference(factor: f64) -> (i32, i32) {
        let mut exponent = 0;
        let mut q = factor;
        while q >= 1.0 {
            q /= 2.0;
            exponent += 1;
        }
        while q < 0.5 {
            q *= 2.0;
            exponent -= 1;
        }
        let fixed = (q * f64::from(1u32 << 31)).round() as i64;
        if fixed == 1 << 31 { (1 << 30, exponent + 1) } else { (fixed as i32, exponent) }
    }

    fn scale(x: f32) -> Scale {
        Scale::from_bits(x.to_bits()).unwrap()
    }

    proptest! {
        #[test]
        fn multipliers_are_those_of_double_precision(
            a in 1e-4f32..10.0, b in 1e-5f32..1.0, c in 1e-3f32..10.0,
        ) {
            let (a1, b1, c1) = (scale(a), scale(b), scale(c));
            let (value, shift) = reference(f64::from(a) * f64::from(b) / f64::from(c));
            let ours = a1.times(b1).per(c1).unwrap();
            prop_assert_eq!((ours.value, i32::from(ours.shift)), (value, shift));
            let (value, shift) = reference(f64::from(a * b) / f64::from(c));
            let ours = a1.times(b1).single().per(c1).unwrap();
            prop_assert_eq!((ours.value, i32::from(ours.shift)), (value, shift));
        }

        #[test]
        fn a_multiplier_multiplies(x in -1_000_000i32..1_000_000, factor in 1e-5f32..100.0) {
            let exact = f64::from(x) * f64::from(factor);
            let one = scale(1.0);
            let found = scale(factor).times(one).per(one).unwrap().apply(x);
            prop_assert!((f64::from(found) - exact).abs() <= 1.0, "{} for {}", found, exact);
        }

        #[test]
        fn a_logistic_is_rounded(x in -255i32..=255, step in 1e-6f32..1.0) {
            let exact = 256.0 / (1.0 + (-f64::from(x) * f64::from(step)).exp());
            let found = f64::from(scale(step).logistic(x));
            let exact = exact.min(255.0);
            prop_assert!((found - exact).abs() < 0.500_001, "{} for {}", found, exact);
        }

        #[test]
        fn no_scale_is_too_odd(bits: u32, other: u32, third: u32, x in -255i32..=255) {
            let scales = [bits, other, third].map(Scale::from_bits);
            if let [Some(a), Some(b), Some(c)] = scales {
                let _ = a.divides(5, 25);
                let _ = a.logistic(x);
                for product in [a.times(b), a.times(b).single()] {
                    if let Some(multiplier) = product.per(c) {
                        let _ = multiplier.apply(i32::MIN);
                        let _ = multiplier.apply(i32::MAX);
                    }
                }
            }
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        let half = Multiplier { value: 1 << 30, shift: 0 };
        let quarter = Multiplier { value: 1 << 30, shift: -1 };
        assert_eq!([-3, -1, 1, 3].map(|x| quarter.apply(2 * x)), [-2, -1, 1, 2]);
        // The first of two roundings rounds up.
        assert_eq!([-3, -1, 1, 3].map(|x| half.apply(x)), [-1, 0, 1, 2]);
    }

    #[test]
    fn a_scale_is_a_normal_positive_number() {
        for x in [0.0, -1.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 2.0] {
            assert_eq!(Scale::from_bits(x.to_bits()), None, "{x}");
        }
    }
}
