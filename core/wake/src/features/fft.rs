//! The transform, with 16 bits: rounds where KISS FFT rounds.

use super::POINTS;
use super::tables::{HALF_ROOTS, ROOTS};

/// A complex number, 15 bits behind the point.
type Complex = [i16; 2];

/// The spectrum of pairs of samples, each pair taken as a complex number.
pub struct Spectrum([Complex; POINTS]);

impl Spectrum {
    /// Transforms 512 samples, which `sample` gives.
    pub fn new(sample: impl Fn(usize) -> i16) -> Self {
        let mut points = [[0; 2]; POINTS];
        for (i, point) in points.iter_mut().enumerate() {
            let from = reversed(i);
            *point = [sample(2 * from), sample(2 * from + 1)];
        }
        let mut size = 1;
        while size < POINTS {
            for block in points.chunks_exact_mut(4 * size) {
                butterflies(block, size);
            }
            size *= 4;
        }
        Self(points)
    }

    /// Calls `energy` for the bins from `first` to `end` of the real transform with each one's
    /// energy, in any order. `first` is at least 1 and `end` is at most 256.
    pub fn each(&self, first: usize, end: usize, mut energy: impl FnMut(usize, u32)) {
        let mut give = |bin: usize, value: [i32; 2]| {
            if (first..end).contains(&bin) {
                let [re, im] = value.map(|part| i32::from((part >> 1) as i16));
                energy(bin, (re * re).wrapping_add(im * im).cast_unsigned());
            }
        };
        for bin in first.min(POINTS - end)..=POINTS / 2 {
            let mirror = POINTS - bin;
            let this = divided(self.0[bin], 2);
            let [re, im] = self.0[mirror];
            let other = divided([re, im.wrapping_neg()], 2);
            let even = add(this, other).map(i32::from);
            let odd = product(subtract(this, other), HALF_ROOTS[bin - 1]).map(i32::from);
            // The middle is its own mirror, and is what the mirror says.
            if bin != mirror {
                give(bin, [even[0] + odd[0], even[1] + odd[1]]);
            }
            give(mirror, [even[0] - odd[0], odd[1] - even[1]]);
        }
    }
}

/// An index with its base-4 digits in reverse order.
const fn reversed(index: usize) -> usize {
    let mut reversed = 0;
    let (mut digits, mut rest) = (1, index);
    while digits < POINTS {
        reversed = 4 * reversed + rest % 4;
        rest /= 4;
        digits *= 4;
    }
    reversed
}

/// Makes of four transforms of `size` points that of all of them.
fn butterflies(block: &mut [Complex], size: usize) {
    let stride = POINTS / 4 / size;
    for i in 0..size {
        let at = [i, i + size, i + 2 * size, i + 3 * size];
        let [a, b, c, d] = at.map(|at| divided(block[at], 4));
        let b = product(b, ROOTS[i * stride]);
        let c = product(c, ROOTS[2 * i * stride]);
        let d = product(d, ROOTS[3 * i * stride]);
        let (sum, difference) = (add(a, c), subtract(a, c));
        let (odd, [re, im]) = (add(b, d), subtract(b, d));
        block[at[0]] = add(sum, odd);
        block[at[1]] = add(difference, [im, re.wrapping_neg()]);
        block[at[2]] = subtract(sum, odd);
        block[at[3]] = subtract(difference, [im, re.wrapping_neg()]);
    }
}

fn add(a: Complex, b: Complex) -> Complex {
    [a[0].wrapping_add(b[0]), a[1].wrapping_add(b[1])]
}

fn subtract(a: Complex, b: Complex) -> Complex {
    [a[0].wrapping_sub(b[0]), a[1].wrapping_sub(b[1])]
}

/// Rounds to 15 bits behind the point from 30.
fn rounded(x: i32) -> i16 {
    (x.wrapping_add(1 << 14) >> 15) as i16
}

fn divided(a: Complex, by: i16) -> Complex {
    a.map(|part| rounded(i32::from(part) * i32::from(i16::MAX / by)))
}

fn product(a: Complex, b: Complex) -> Complex {
    let [[a, b], [c, d]] = [a.map(i32::from), b.map(i32::from)];
    [rounded((a * c).wrapping_sub(b * d)), rounded((a * d).wrapping_add(b * c))]
}
