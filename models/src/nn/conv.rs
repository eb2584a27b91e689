use tract_onnx::prelude::TractResult;

use super::linear::Matrix;

/// Reorders the weights of a dense convolution, stored by output, input, tap, for a
/// [`Linear`](super::Linear) over [`neighbours`]: by tap, input, then output.
pub(crate) fn by_tap(stored: &[f32], outputs: usize, inputs: usize, taps: usize) -> Vec<f32> {
    (0..taps * inputs * outputs)
        .map(|i| {
            let (output, input, tap) = (i % outputs, i / outputs % inputs, i / outputs / inputs);
            stored[(output * inputs + input) * taps + tap]
        })
        .collect()
}

/// Puts `taps` neighbouring rows of `cols` columns side by side, starting at every `stride`-th row
/// that has enough neighbours.
pub(crate) fn neighbours(
    input: &[f32],
    cols: usize,
    taps: usize,
    stride: usize,
    out: &mut Matrix,
) -> TractResult<()> {
    let starts = (input.len() / cols + 1).saturating_sub(taps);
    out.resize(starts.div_ceil(stride), taps * cols)?;
    for (t, row) in out.cells_mut().chunks_exact_mut(taps * cols).enumerate() {
        row.copy_from_slice(&input[t * stride * cols..][..taps * cols]);
    }
    Ok(())
}
