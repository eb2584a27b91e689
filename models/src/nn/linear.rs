//! Dense layers on tract's matrix kernels, which select the CPU's best instructions at run time,
//! with weights packed once when they are loaded.

use std::ops::Range;

use tract_onnx::prelude::tract_linalg::MmmDispatch;
use tract_onnx::prelude::tract_linalg::mmm::{
    AsInputValue, FusedSpec, MMMInputValue, MatMatMul, Query,
};
use tract_onnx::prelude::{Datum, Tensor, TractResult, tvec};
use tract_onnx::tract_core::internal::{TensorView, anyhow, ensure};
use tract_onnx::tract_core::tract_linalg::BinOp;

/// A row-major matrix that keeps its memory when it shrinks.
pub(crate) struct Matrix {
    tensor: Tensor,
    rows: usize,
    cols: usize,
}

impl Default for Matrix {
    fn default() -> Self {
        Self { tensor: Tensor::from(0.0f32), rows: 0, cols: 0 }
    }
}

impl Matrix {
    /// Takes a new shape. The contents of the cells are then undefined.
    pub(crate) fn resize(&mut self, rows: usize, cols: usize) -> TractResult<()> {
        if rows * cols > self.tensor.len() {
            self.tensor = Tensor::zero::<f32>(&[rows * cols])?;
        }
        (self.rows, self.cols) = (rows, cols);
        Ok(())
    }

    /// Overwrites everything that it has held with zeros, and becomes empty; the memory is kept.
    pub(crate) fn wipe(&mut self) {
        self.overwrite(0.0);
    }

    /// Overwrites everything that it has held with zeros, and becomes empty; the memory is kept.
    pub(crate) fn overwrite(&mut self, value: f32) {
        let all = self.tensor.len();
        (self.rows, self.cols) = (all, 1);
        self.cells_mut().fill(value);
        (self.rows, self.cols) = (0, 0);
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn cols(&self) -> usize {
        self.cols
    }

    /// All cells, row by row.
    pub(crate) fn cells(&self) -> &[f32] {
        // SAFETY: the tensor is plain f32 with at least rows · cols elements.
        unsafe {
            std::slice::from_raw_parts(self.tensor.view().as_ptr_unchecked(), self.rows * self.cols)
        }
    }

    /// All cells, row by row, to write.
    pub(crate) fn cells_mut(&mut self) -> &mut [f32] {
        let len = self.rows * self.cols;
        // SAFETY: the tensor is plain f32 with at least rows · cols elements, and borrowed mutably.
        unsafe {
            std::slice::from_raw_parts_mut(self.tensor.view_mut().as_ptr_mut_unchecked(), len)
        }
    }

    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.cells()[row * self.cols..][..self.cols]
    }
}

/// A kernel and the way in which it needs its operands packed.
struct Kernel {
    multiply: Box<dyn MatMatMul>,
    packing: usize,
}

impl Kernel {
    /// The best kernel of this CPU for products of about this shape.
    fn pick(outputs: usize, inputs: usize) -> TractResult<Self> {
        let query = Query {
            weight: f32::datum_type().into(),
            activation: f32::datum_type(),
            accumulators: tvec![f32::datum_type()],
            store: Some(f32::datum_type()),
            allow_extractor: false,
            m: Some(outputs),
            k: Some(inputs),
            // The kernel is chosen for a block of frames; the number only has to be typical.
            n: Some(64),
        };
        let (multiply, packing, _) = MmmDispatch::native()
            .pick(&query)
            .ok_or_else(|| anyhow!("no matrix kernel for this CPU"))?;
        Ok(Self { multiply, packing })
    }

    /// Packs a matrix of `inputs` along one axis and outputs along the other.
    fn pack(
        &self,
        matrix: &TensorView,
        inputs: usize,
        outputs: usize,
    ) -> TractResult<Box<dyn MMMInputValue>> {
        self.multiply.packings()[self.packing].0.prepare_one_view(matrix, inputs, outputs)
    }

    /// y = x · w (+ bias).
    ///
    /// # Safety
    /// `w` must have been packed by this kernel, with as many inputs as `x` has columns. `y` must
    /// be a view within its tensor, with a row for each row of `x` and a column for each output of
    /// `w`, and nothing else may refer to those elements during the call.
    unsafe fn run(
        &self,
        w: &dyn MMMInputValue,
        x: &TensorView,
        bias: Option<&Tensor>,
        y: &TensorView,
    ) -> TractResult<()> {
        let rows = y.shape()[0];
        let outputs = y.shape()[1];
        let x = self.multiply.packings()[self.packing].1.prepare_one_view(x, 1, 0)?;
        let mut steps = vec![FusedSpec::AddMatMul {
            a: AsInputValue::Borrowed(w),
            b: AsInputValue::Borrowed(&*x),
            packing: self.packing,
        }];
        if let Some(bias) = bias {
            steps.push(FusedSpec::BinPerRow(bias.view(), BinOp::Add));
        }
        // SAFETY: the caller guarantees the operands' shapes and `y`.
        unsafe {
            steps.push(FusedSpec::Store(self.multiply.c_view(Some(1), Some(0)).wrap(y)));
            self.multiply.run(outputs, rows, &steps)
        }
    }
}

/// y = x · W + b, over the rows of x.
pub(crate) struct Linear {
    kernel: Kernel,
    weights: Box<dyn MMMInputValue>,
    bias: Tensor,
    inputs: usize,
    outputs: usize,
}

impl Linear {
    /// `weights` has a row per input and a column per output.
    pub(crate) fn new(weights: &[f32], bias: &[f32]) -> TractResult<Self> {
        let outputs = bias.len();
        let inputs = weights.len() / outputs;
        let kernel = Kernel::pick(outputs, inputs)?;
        let weights = Tensor::from_shape(&[inputs, outputs], weights)?;
        let weights = kernel.pack(&weights.view(), 0, 1)?;
        Ok(Self { kernel, weights, bias: Tensor::from_shape(&[outputs], bias)?, inputs, outputs })
    }

    /// Fills `y` with a row for each row of `x`.
    pub(crate) fn apply(&self, x: &Matrix, y: &mut Matrix) -> TractResult<()> {
        ensure!(x.cols == self.inputs, "{} columns for {} inputs", x.cols, self.inputs);
        y.resize(x.rows, self.outputs)?;
        if x.rows == 0 {
            return Ok(());
        }
        let (x_shape, x_strides) = ([x.rows, x.cols], [x.cols as isize, 1]);
        let (y_shape, y_strides) = ([y.rows, y.cols], [y.cols as isize, 1]);
        // SAFETY: a `Matrix` holds at least rows · cols elements, so both views are within their
        // tensors; the shapes match; `y` is borrowed mutably.
        unsafe {
            let x = TensorView::from_bytes(&x.tensor, 0, &x_shape, &x_strides);
            let y = TensorView::from_bytes(&y.tensor, 0, &y_shape, &y_strides);
            self.kernel.run(&*self.weights, &x, Some(&self.bias), &y)
        }
    }
}

/// Products of two matrices that are both known only at run time.
pub(crate) struct Products(Kernel);

/// Some columns of a matrix.
#[derive(Clone)]
pub(crate) struct Columns<'a>(pub(super) &'a Matrix, pub(super) Range<usize>);

impl Columns<'_> {
    fn check(&self) -> TractResult<()> {
        ensure!(self.1.start < self.1.end && self.1.end <= self.0.cols, "no such columns");
        Ok(())
    }
}

impl Products {
    pub(crate) fn new() -> TractResult<Self> {
        Kernel::pick(64, 64).map(Self)
    }

    /// Writes x · yᵀ (if `transposed`) or x · y to the columns of `out` from `first` on.
    pub(crate) fn run(
        &self,
        x: Columns,
        y: Columns,
        transposed: bool,
        out: &mut Matrix,
        first: usize,
    ) -> TractResult<()> {
        x.check()?;
        y.check()?;
        let (inputs, outputs) =
            if transposed { (y.1.len(), y.0.rows) } else { (y.0.rows, y.1.len()) };
        ensure!(
            x.1.len() == inputs
                && x.0.rows == out.rows
                && first + outputs <= out.cols
                && out.rows > 0
        );
        const SIZE: isize = size_of::<f32>() as isize;
        let (x_shape, x_strides) = ([x.0.rows, x.1.len()], [x.0.cols as isize, 1]);
        let (y_shape, y_strides) = ([y.0.rows, y.1.len()], [y.0.cols as isize, 1]);
        let (out_shape, out_strides) = ([out.rows, outputs], [out.cols as isize, 1]);
        // SAFETY: a `Matrix` holds at least rows · cols elements and the columns were checked, so
        // all views are within their tensors; the shapes were checked; `out` is borrowed mutably.
        unsafe {
            let x = TensorView::from_bytes(
                &x.0.tensor,
                x.1.start as isize * SIZE,
                &x_shape,
                &x_strides,
            );
            let y = TensorView::from_bytes(
                &y.0.tensor,
                y.1.start as isize * SIZE,
                &y_shape,
                &y_strides,
            );
            let (k, m) = if transposed { (1, 0) } else { (0, 1) };
            let y = self.0.pack(&y, k, m)?;
            let out = TensorView::from_bytes(
                &out.tensor,
                first as isize * SIZE,
                &out_shape,
                &out_strides,
            );
            self.0.run(&*y, &x, None, &out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: usize, cols: usize) -> Matrix {
        let mut m = Matrix::default();
        m.resize(rows, cols).unwrap();
        for (i, v) in m.cells_mut().iter_mut().enumerate() {
            *v = ((i * 7919) % 101) as f32 / 50.0 - 1.0;
        }
        m
    }

    #[test]
    fn wiping_also_clears_cells_that_a_smaller_shape_hides() {
        let mut m = matrix(4, 5);
        m.resize(1, 2).unwrap();
        m.wipe();
        assert_eq!((m.rows(), m.cols()), (0, 0));
        m.resize(4, 5).unwrap();
        assert!(m.cells().iter().all(|v| *v == 0.0));
    }

    #[test]
    fn products_agree_with_plain_loops() {
        let products = Products::new().unwrap();
        let m = matrix(13, 3 * 20);
        let mut scores = matrix(13, 13);
        products.run(Columns(&m, 5..25), Columns(&m, 25..45), true, &mut scores, 0).unwrap();
        for i in 0..13 {
            for j in 0..13 {
                let want: f32 = (0..20).map(|k| m.row(i)[5 + k] * m.row(j)[25 + k]).sum();
                assert!((scores.row(i)[j] - want).abs() < 1e-4);
            }
        }
        let mut out = matrix(13, 30);
        let before = out.row(3)[0];
        products.run(Columns(&scores, 0..13), Columns(&m, 40..60), false, &mut out, 7).unwrap();
        for i in 0..13 {
            for j in 0..20 {
                let want: f32 = (0..13).map(|k| scores.row(i)[k] * m.row(k)[40 + j]).sum();
                assert!((out.row(i)[7 + j] - want).abs() < 1e-3);
            }
        }
        assert_eq!(out.row(3)[0], before);
        assert!(products.run(Columns(&m, 0..61), Columns(&m, 0..61), true, &mut out, 0).is_err());
    }
}
