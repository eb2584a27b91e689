//! ggml's block formats. A block holds 32 weights. `q8_0` and `q5_1` are bit for bit as ggml's
//! reference quantisers write them (`quantize_row_*_ref` in `ggml-quants.c`); `q4_0` is closer to
//! the weights than the reference.

use half::f16;
use serde::Deserialize;

/// Weights in a block of every format here.
pub const BLOCK: usize = 32;

/// A block format that weights can be converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quant {
    /// 8 bits a weight and a scale: 34 bytes a block. The fastest on CPUs.
    #[serde(rename = "q8_0")]
    Q8_0,
    /// 5 bits a weight, a scale and a minimum: 24 bytes a block.
    #[serde(rename = "q5_1")]
    Q5_1,
    /// 4 bits a weight and a scale: 18 bytes a block.
    #[serde(rename = "q4_0")]
    Q4_0,
}

impl Quant {
    /// Bytes in a block.
    pub const fn block_bytes(self) -> usize {
        match self {
            Quant::Q8_0 => 34,
            Quant::Q5_1 => 24,
            Quant::Q4_0 => 18,
        }
    }

    /// The number of the tensor type (`enum ggml_type`).
    pub const fn tensor_type(self) -> u32 {
        match self {
            Quant::Q8_0 => 8,
            Quant::Q5_1 => 7,
            Quant::Q4_0 => 2,
        }
    }

    /// The number of a file whose tensors mainly have this type (`enum ggml_ftype`; llama.cpp's
    /// numbers are the same).
    pub const fn file_type(self) -> u32 {
        match self {
            Quant::Q8_0 => 7,
            Quant::Q5_1 => 9,
            Quant::Q4_0 => 2,
        }
    }

    /// Appends the block of `x` to `out`.
    pub fn put(self, x: &[f32; BLOCK], out: &mut Vec<u8>) {
        match self {
            Quant::Q8_0 => put_q8_0(x, out),
            Quant::Q5_1 => put_q5_1(x, out),
            Quant::Q4_0 => put_q4_0(x, out),
        }
    }
}

/// 1/d, or 0 where d is 0.
fn inverse(d: f32) -> f32 {
    if d == 0.0 { 0.0 } else { 1.0 / d }
}

fn put_half(x: f32, out: &mut Vec<u8>) {
    out.extend_from_slice(&f16::from_f32(x).to_le_bytes());
}

fn put_q8_0(x: &[f32; BLOCK], out: &mut Vec<u8>) {
    let largest = x.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    let d = largest / 127.0;
    let id = inverse(d);
    put_half(d, out);
    out.extend(x.iter().map(|v| (v * id).round() as i8 as u8));
}

fn put_q5_1(x: &[f32; BLOCK], out: &mut Vec<u8>) {
    let least = x.iter().copied().fold(f32::INFINITY, f32::min);
    let most = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let d = (most - least) / 31.0;
    let id = inverse(d);
    let level = |v: f32| ((v - least) * id + 0.5) as u8;
    put_half(d, out);
    put_half(least, out);
    let mut fifth_bits = 0_u32;
    let mut low = [0_u8; BLOCK / 2];
    for (j, byte) in low.iter_mut().enumerate() {
        let (a, b) = (level(x[j]), level(x[j + BLOCK / 2]));
        *byte = (a & 15) | ((b & 15) << 4);
        fifth_bits |= u32::from((a >> 4) & 1) << j | u32::from((b >> 4) & 1) << (j + BLOCK / 2);
    }
    out.extend_from_slice(&fifth_bits.to_le_bytes());
    out.extend_from_slice(&low);
}

/// The values, from −8 to 7, to which the weight of the largest magnitude is mapped. The reference
/// uses −8; then every second level of a block that had 5 bits is between two of its own levels.
/// The best of these values has a third less error there.
const PEAKS: [f32; 5] = [-8.0, -7.6, -8.4, -7.2, -8.8];

fn put_q4_0(x: &[f32; BLOCK], out: &mut Vec<u8>) {
    let peak =
        x.iter().copied().fold(0.0_f32, |peak, v| if v.abs() > peak.abs() { v } else { peak });
    let quantised = |level: f32| {
        let d = f16::from_f32(peak / level);
        let id = inverse(d.to_f32());
        let levels = x.map(|v| (v * id + 8.5).clamp(0.0, 15.0).floor());
        let error = |(q, v): (&f32, &f32)| ((q - 8.0) * d.to_f32() - v).powi(2);
        (levels.iter().zip(x).map(error).sum::<f32>(), d, levels)
    };
    let mut best = quantised(PEAKS[0]);
    for level in &PEAKS[1..] {
        let other = quantised(*level);
        if other.0 < best.0 {
            best = other;
        }
    }
    let (_, d, levels) = best;
    out.extend_from_slice(&d.to_le_bytes());
    for j in 0..BLOCK / 2 {
        out.push(levels[j] as u8 | ((levels[j + BLOCK / 2] as u8) << 4));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> [f32; BLOCK] {
        std::array::from_fn(|i| (i as f32 - 16.0) / 8.0)
    }

    /// The weights that a block represents, by the formats' definitions.
    fn back(quant: Quant, b: &[u8]) -> Vec<f32> {
        let half = |at: usize| f16::from_le_bytes([b[at], b[at + 1]]).to_f32();
        (0..BLOCK)
            .map(|i| {
                let nibble = |base: usize| {
                    if i < 16 { b[base + i] & 15 } else { b[base + i - 16] >> 4 }
                };
                match quant {
                    Quant::Q8_0 => f32::from(b[2 + i] as i8) * half(0),
                    Quant::Q4_0 => (f32::from(nibble(2)) - 8.0) * half(0),
                    Quant::Q5_1 => {
                        let high = u32::from_le_bytes([b[4], b[5], b[6], b[7]]) >> i & 1;
                        f32::from(nibble(8) + 16 * high as u8) * half(0) + half(2)
                    }
                }
            })
            .collect()
    }

    #[test]
    fn blocks_represent_their_weights() {
        for (quant, step) in
            [(Quant::Q8_0, 2.0 / 127.0), (Quant::Q5_1, 3.875 / 31.0), (Quant::Q4_0, 0.25)]
        {
            let mut out = Vec::new();
            quant.put(&ramp(), &mut out);
            assert_eq!(out.len(), quant.block_bytes());
            // q4_0 chooses its own step, near the reference's.
            let own = f16::from_le_bytes([out[0], out[1]]).to_f32().abs();
            assert!((own / step - 1.0).abs() < if quant == Quant::Q4_0 { 0.12 } else { 0.01 });
            let step = if quant == Quant::Q4_0 { own } else { step };
            for (a, b) in back(quant, &out).iter().zip(ramp()) {
                // q4_0 cannot reach the far end: it has +7 steps where 8 would be needed.
                let slack = if quant == Quant::Q4_0 && b > 7.5 * step { step } else { step * 0.51 };
                assert!((a - b).abs() <= slack, "{quant:?}: {a} for {b}");
            }
        }
    }

    #[test]
    fn four_bits_have_less_error_than_in_the_reference() {
        // Five bits, as in a `q5_0` block.
        let x: [f32; BLOCK] = std::array::from_fn(|i| ((i * 7 + 3) % 32) as f32 - 16.0);
        let mut out = Vec::new();
        Quant::Q4_0.put(&x, &mut out);
        let error = |y: &[f32]| y.iter().zip(x).map(|(y, x)| (y - x).powi(2)).sum::<f32>();
        // The reference has a step of two, so odd weights are half way between levels.
        let reference: Vec<f32> = x.map(|v| ((v / 2.0 + 8.5).floor().min(15.0) - 8.0) * 2.0).into();
        assert!(error(&back(Quant::Q4_0, &out)) < error(&reference));
    }

    #[test]
    fn zeros_and_odd_values_do_not_panic() {
        for quant in [Quant::Q8_0, Quant::Q5_1, Quant::Q4_0] {
            for value in [0.0, f32::NAN, f32::INFINITY, -1e38] {
                let mut out = Vec::new();
                quant.put(&[value; BLOCK], &mut out);
                assert_eq!(out.len(), quant.block_bytes());
            }
        }
    }
}
