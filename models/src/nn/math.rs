//! Elementwise functions over slices, written so that the compiler vectorises them: no branches,
//! no calls. Errors are below 3e-7 of the largest result, far less than the quantisation of the
//! weights.

use std::f32::consts::{FRAC_2_PI, LOG2_E};

/// Defines a function over slices that is compiled twice on x86-64, for the baseline and for AVX2
/// + FMA, and selects one at run time.
macro_rules! vectorised {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$doc])*
        #[inline]
        $vis fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body($($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn wide($($arg: $ty),*) $(-> $ret)? { body($($arg),*) }

                if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
                    // SAFETY: the CPU was just found to have both features.
                    return unsafe { wide($($arg),*) };
                }
            }
            body($($arg),*)
        }
    };
}
pub(crate) use vectorised;

/// Adding and subtracting this rounds a small number to an integer, which is in between in the low
/// bits of the mantissa: 1.5 · 2²³.
const ROUND: f32 = 12_582_912.0;

/// eˣ, for x clamped to −87…88.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    // ln 2 in two parts, so that the remainder keeps its bits (Cody and Waite).
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    // The Taylor polynomial is good to 1e-7 on ±ln(2)/2.
    let p = 1.0
        + r * (1.0
            + r * (0.5
                + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    let exponent = (shifted.to_bits() << 23).wrapping_add(127 << 23);
    p * f32::from_bits(exponent)
}

/// tanh x.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

/// (sin x, cos x), for |x| up to a few thousand.
#[inline(always)]
pub(crate) fn sin_cos(x: f32) -> (f32, f32) {
    let shifted = x * FRAC_2_PI + ROUND;
    let quadrant = shifted.to_bits();
    let n = shifted - ROUND;
    // π/2 in three parts (Cody and Waite).
    let r = x - n * 1.570_312_5 - n * 4.837_513e-4 - n * 7.549_789_4e-8;
    let q = r * r;
    let s =
        r + r * q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362_880.0))));
    let c = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40_320.0))));
    let odd = quadrant & 1 == 1;
    let (sin, cos) = if odd { (c, s) } else { (s, c) };
    let sin_sign = (quadrant & 2) << 30;
    let cos_sign = (quadrant.wrapping_add(1) & 2) << 30;
    (f32::from_bits(sin.to_bits() ^ sin_sign), f32::from_bits(cos.to_bits() ^ cos_sign))
}

/// erf x, to 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let a = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * a);
    let p = t
        * (0.254_829_6
            + t * (-0.284_496_72 + t * (1.421_413_8 + t * (-1.453_152_1 + t * 1.061_405_4))));
    (1.0 - p * exp(-a * a)).copysign(x)
}

vectorised! {
    /// The Gaussian error linear unit, x · Φ(x), in place.
    pub(crate) fn gelu(values: &mut [f32]) {
        for v in values {
            *v = 0.5 * *v * (1.0 + erf(*v * std::f32::consts::FRAC_1_SQRT_2));
        }
    }
}

vectorised! {
    /// tanh of every value, in place.
    pub(crate) fn tanh_all(values: &mut [f32]) {
        for v in values {
            *v = tanh(*v);
        }
    }
}

vectorised! {
    /// out += a · x.
    pub(crate) fn add_scaled(out: &mut [f32], x: &[f32], a: f32) {
        for (o, x) in out.iter_mut().zip(x) {
            *o += a * x;
        }
    }
}

/// Prevents a division by a variance of 0. The voice's layers and Whisper's have the same value.
const EPSILON: f32 = 1e-5;

vectorised! {
    /// Normalises a row to mean 0 and variance 1, in place.
    pub(crate) fn normalise(row: &mut [f32]) {
        let mut lanes = [0.0f32; 16];
        for c in row.chunks_exact(16) {
            for i in 0..16 {
                lanes[i] += c[i];
            }
        }
        let mean = lanes.iter().sum::<f32>() / row.len() as f32;
        let mut lanes = [0.0f32; 16];
        for c in row.chunks_exact(16) {
            for i in 0..16 {
                lanes[i] += (c[i] - mean) * (c[i] - mean);
            }
        }
        let scale = 1.0 / (lanes.iter().sum::<f32>() / row.len() as f32 + EPSILON).sqrt();
        for v in row {
            *v = (*v - mean) * scale;
        }
    }
}

vectorised! {
    /// Softmax of a row times `scale`, in place, where each entry counts as often as `counts`
    /// says. The result is each entry's share of the whole.
    pub(crate) fn softmax_counted(row: &mut [f32], scale: f32, counts: &[f32]) {
        let top = row.iter().copied().fold(f32::MIN, f32::max);
        for (v, count) in row.iter_mut().zip(counts) {
            *v = count * exp((*v - top) * scale);
        }
        let sum: f32 = row.iter().sum();
        for v in row {
            *v /= sum;
        }
    }
}

vectorised! {
    /// Softmax of a row times `scale`, in place.
    pub(crate) fn softmax(row: &mut [f32], scale: f32) {
        let top = row.iter().copied().fold(f32::MIN, f32::max);
        for v in row.iter_mut() {
            *v = exp((*v - top) * scale);
        }
        let sum: f32 = row.iter().sum();
        for v in row {
            *v /= sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_agree_with_the_standard_library() {
        for i in -40_000..40_000 {
            let x = i as f32 * 0.01;
            let (s, c) = sin_cos(x);
            assert!((f64::from(s) - f64::from(x).sin()).abs() < 3e-6, "sin {x}");
            assert!((f64::from(c) - f64::from(x).cos()).abs() < 3e-6, "cos {x}");
            let y = x * 0.2;
            assert!((f64::from(exp(y)) / f64::from(y).exp() - 1.0).abs() < 3e-6, "exp {y}");
            assert!((f64::from(tanh(y)) - f64::from(y).tanh()).abs() < 1e-6, "tanh {y}");
        }
        assert_eq!(exp(f32::NEG_INFINITY), exp(-87.0));
        assert!((erf(0.5) - 0.520_499_9).abs() < 1e-6 && (erf(-2.0) + 0.995_322_3).abs() < 1e-6);
    }
}
