use tract_onnx::prelude::TractResult;

use super::linear::{Columns, Matrix, Products};
use super::math;

/// Self-attention over all rows, with `heads` heads. `qkv` holds queries, keys and values side by
/// side, each with its heads side by side. A row with a count of n in `counts` has the effect of n
/// equal rows.
pub(crate) fn attention(
    products: &Products,
    qkv: &Matrix,
    heads: usize,
    counts: Option<&[f32]>,
    scores: &mut Matrix,
    out: &mut Matrix,
) -> TractResult<()> {
    let rows = qkv.rows();
    let channels = qkv.cols() / 3;
    let width = channels / heads;
    let scale = 1.0 / (width as f32).sqrt();
    scores.resize(rows, rows)?;
    out.resize(rows, channels)?;
    for first in (0..channels).step_by(width) {
        let part = |which: usize| {
            let start = which * channels + first;
            Columns(qkv, start..start + width)
        };
        products.run(part(0), part(1), true, scores, 0)?;
        for row in scores.cells_mut().chunks_exact_mut(rows.max(1)) {
            match counts {
                None => math::softmax(row, scale),
                Some(counts) => math::softmax_counted(row, scale, counts),
            }
        }
        products.run(Columns(scores, 0..rows), part(2), false, out, first)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &[usize], cols: usize) -> Matrix {
        let mut m = Matrix::default();
        m.resize(rows.len(), cols).unwrap();
        for (row, &seed) in m.cells_mut().chunks_exact_mut(cols).zip(rows) {
            for (i, v) in row.iter_mut().enumerate() {
                *v = ((seed * 131 + i * 7919) % 101) as f32 / 50.0 - 1.0;
            }
        }
        m
    }

    /// A row with a count of three has the same effect as three equal rows.
    #[test]
    fn a_count_has_the_effect_of_repeated_rows() {
        let products = Products::new().unwrap();
        let (mut scores, mut whole, mut short) = Default::default();
        let (repeated, once) = (matrix(&[1, 1, 1, 2, 3], 3 * 32), matrix(&[1, 2, 3], 3 * 32));
        attention(&products, &repeated, 2, None, &mut scores, &mut whole).unwrap();
        let counts = [3.0, 1.0, 1.0];
        attention(&products, &once, 2, Some(&counts), &mut scores, &mut short).unwrap();
        for (i, j) in [(0, 0), (3, 1), (4, 2)] {
            for (a, b) in whole.row(i).iter().zip(short.row(j)) {
                assert!((a - b).abs() < 1e-5, "{a} {b}");
            }
        }
        attention(&products, &once, 2, None, &mut scores, &mut short).unwrap();
        assert!((whole.row(4)[0] - short.row(2)[0]).abs() > 1e-3, "the counts must matter");
    }
}
