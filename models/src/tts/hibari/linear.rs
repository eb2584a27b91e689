//! Dense layers on tract's matrix kernels, which pick the best instructions of
//! the CPU at run time, with weights packed once at load.

use tract_onnx::prelude::tract_linalg::MmmDispatch;
use tract_onnx::prelude::tract_linalg::mmm::{
    AsInputValue, FusedSpec, MMMInputValue, MatMatMul, Query,
};
use tract_onnx::prelude::{Datum, Tensor, TractResult, tvec};
use tract_onnx::tract_core::internal::{TensorView, anyhow};
use tract_onnx::tract_core::tract_linalg::BinOp;

/// A row-major matrix that keeps its memory when it shrinks.
pub(super) struct Matrix {
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
    /// Takes a new shape. What the cells hold afterwards is not defined.
    pub(super) fn resize(&mut self, rows: usize, cols: usize) -> TractResult<()> {
        if rows * cols > self.tensor.len() {
            self.tensor = Tensor::zero::<f32>(&[rows * cols])?;
        }
        (self.rows, self.cols) = (rows, cols);
        Ok(())
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// All cells, row by row.
    pub(super) fn cells(&self) -> &[f32] {
        // SAFETY: the tensor is plain f32 with at least rows · cols elements.
        unsafe {
            std::slice::from_raw_parts(self.tensor.view().as_ptr_unchecked(), self.rows * self.cols)
        }
    }

    /// All cells, row by row, to write.
    pub(super) fn cells_mut(&mut self) -> &mut [f32] {
        let len = self.rows * self.cols;
        // SAFETY: the tensor is plain f32 with at least rows · cols elements, and borrowed mutably.
        unsafe {
            std::slice::from_raw_parts_mut(self.tensor.view_mut().as_ptr_mut_unchecked(), len)
        }
    }

    pub(super) fn row(&self, row: usize) -> &[f32] {
        &self.cells()[row * self.cols..][..self.cols]
    }

    pub(super) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let cols = self.cols;
        &mut self.cells_mut()[row * cols..][..cols]
    }
}

/// y = x · W + b, over the rows of x.
pub(super) struct Linear {
    kernel: Box<dyn MatMatMul>,
    packing: usize,
    weights: Box<dyn MMMInputValue>,
    bias: Tensor,
    inputs: usize,
    outputs: usize,
}

impl Linear {
    /// `weights` has a row per input and a column per output.
    pub(super) fn new(weights: &[f32], bias: &[f32]) -> TractResult<Self> {
        let outputs = bias.len();
        let inputs = weights.len() / outputs;
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
        let (kernel, packing, _) = MmmDispatch::native()
            .pick(&query)
            .ok_or_else(|| anyhow!("no matrix kernel for this CPU"))?;
        let weights = Tensor::from_shape(&[inputs, outputs], weights)?;
        let weights = kernel.packings()[packing].0.prepare_one(&weights, 0, 1)?;
        Ok(Self {
            kernel,
            packing,
            weights,
            bias: Tensor::from_shape(&[outputs], bias)?,
            inputs,
            outputs,
        })
    }

    /// Fills `y` with a row for each row of `x`.
    pub(super) fn apply(&self, x: &Matrix, y: &mut Matrix) -> TractResult<()> {
        debug_assert_eq!(x.cols, self.inputs);
        y.resize(x.rows, self.outputs)?;
        if x.rows == 0 {
            return Ok(());
        }
        let (x_shape, x_strides) = ([x.rows, x.cols], [x.cols as isize, 1]);
        let (y_shape, y_strides) = ([y.rows, y.cols], [y.cols as isize, 1]);
        // SAFETY: both views lie within their tensors: `Matrix` holds at least rows · cols
        // elements. The kernel reads `x` through its own packing and writes rows · outputs
        // elements of `y`, which nothing else refers to meanwhile.
        unsafe {
            let x = TensorView::from_bytes(&x.tensor, 0, &x_shape, &x_strides);
            let x = self.kernel.packings()[self.packing].1.prepare_one_view(&x, 1, 0)?;
            let y = TensorView::from_bytes(&y.tensor, 0, &y_shape, &y_strides);
            let store = self.kernel.c_view(Some(1), Some(0)).wrap(&y);
            self.kernel.run(
                self.outputs,
                x_shape[0],
                &[
                    FusedSpec::AddMatMul {
                        a: AsInputValue::Borrowed(&*self.weights),
                        b: AsInputValue::Borrowed(&*x),
                        packing: self.packing,
                    },
                    FusedSpec::BinPerRow(self.bias.view(), BinOp::Add),
                    FusedSpec::Store(store),
                ],
            )
        }
    }
}
