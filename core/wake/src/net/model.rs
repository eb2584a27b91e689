//! A TensorFlow Lite file, as far as the nets need it.

use crate::Error;
use crate::fixed::Scale;
use crate::flatbuffer::{Read, Table, Vector};

/// Kinds of tensor that are read or computed with.
pub const INT32: u8 = 2;
pub const UINT8: u8 = 3;
pub const INT8: u8 = 9;

/// The most axes of a tensor.
const AXES: usize = 4;
/// The most elements of a tensor.
const ELEMENTS: usize = 1 << 20;

/// What an operator computes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Concatenation,
    Convolution,
    ConvolutionByChannel,
    FullyConnected,
    Logistic,
    Reshape,
    StridedSlice,
    Split,
    Quantize,
    CallOnce,
    VariableHandle,
    ReadVariable,
    AssignVariable,
}

impl Op {
    /// The operator with a code of TensorFlow Lite.
    fn from_code(code: i32) -> Option<Self> {
        Some(match code {
            2 => Self::Concatenation,
            3 => Self::Convolution,
            4 => Self::ConvolutionByChannel,
            9 => Self::FullyConnected,
            14 => Self::Logistic,
            22 => Self::Reshape,
            45 => Self::StridedSlice,
            102 => Self::Split,
            114 => Self::Quantize,
            129 => Self::CallOnce,
            142 => Self::VariableHandle,
            143 => Self::ReadVariable,
            144 => Self::AssignVariable,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy)]
pub struct Model<'m> {
    codes: Vector<'m>,
    graphs: Vector<'m>,
    buffers: Vector<'m>,
}

/// A graph of a model.
#[derive(Clone, Copy)]
pub struct Graph<'m> {
    pub model: Model<'m>,
    tensors: Vector<'m>,
    pub inputs: Vector<'m>,
    pub outputs: Vector<'m>,
    operators: Vector<'m>,
}

/// What an operator of a graph computes, from which tensors and to which.
#[derive(Clone, Copy)]
pub struct Operator<'m> {
    pub op: Op,
    pub inputs: Vector<'m>,
    pub outputs: Vector<'m>,
    options: Option<Table<'m>>,
}

/// What is known of a tensor.
#[derive(Clone, Copy)]
pub struct Tensor<'m> {
    pub kind: u8,
    axes: [usize; AXES],
    rank: usize,
    /// How many elements it has. Every axis has one at least.
    pub len: usize,
    pub data: Vector<'m>,
    pub scales: Vector<'m>,
    zeros: Vector<'m>,
}

impl<'m> Model<'m> {
    pub fn read(bytes: &'m [u8]) -> Read<Self> {
        let root = Table::root(bytes, *b"TFL3")?;
        Ok(Self {
            codes: root.vector(1, 4)?,
            graphs: root.vector(2, 4)?,
            buffers: root.vector(4, 4)?,
        })
    }

    pub fn graph(self, index: usize) -> Read<Graph<'m>> {
        let table = self.graphs.table(index)?;
        Ok(Graph {
            model: self,
            tensors: table.vector(0, 4)?,
            inputs: table.vector(1, 4)?,
            outputs: table.vector(2, 4)?,
            operators: table.vector(3, 4)?,
        })
    }
}

impl<'m> Graph<'m> {
    pub fn tensors(self) -> usize {
        self.tensors.len()
    }

    pub fn operators(self) -> impl Iterator<Item = Read<Operator<'m>>> {
        (0..self.operators.len()).map(move |index| self.operator(index))
    }

    pub fn operator(self, index: usize) -> Read<Operator<'m>> {
        let table = self.operators.table(index)?;
        let code = usize::try_from(table.int(0, 0)?).map_err(|_| Error::Damaged)?;
        let code = self.model.codes.table(code)?;
        // Files from before there were more than 127 have the code in the first field only.
        let code = code.int(3, 0)?.max(code.byte(0)?.into());
        Ok(Operator {
            op: Op::from_code(code).ok_or(Error::Unsupported)?,
            inputs: table.vector(1, 4)?,
            outputs: table.vector(2, 4)?,
            options: table.table(4)?,
        })
    }

    pub fn tensor(self, index: usize) -> Read<Tensor<'m>> {
        let table = self.tensors.table(index)?;
        let shape = table.vector(0, 4)?;
        let mut axes = [1; AXES];
        for (axis, size) in axes.iter_mut().zip(0..shape.len()) {
            *axis = shape.index(size)?;
        }
        let len = axes.iter().try_fold(1, |len: usize, axis| len.checked_mul(*axis));
        let len = len.filter(|len| shape.len() <= AXES && (1..=ELEMENTS).contains(len));
        let buffer = usize::try_from(table.int(2, 0)?).map_err(|_| Error::Damaged)?;
        let quantization = table.table(4)?;
        let vector =
            |field, size| quantization.map_or(Ok(Vector::EMPTY), |table| table.vector(field, size));
        Ok(Tensor {
            kind: table.byte(1)?,
            axes,
            rank: shape.len(),
            len: len.ok_or(Error::Unsupported)?,
            data: self.model.buffers.table(buffer)?.vector(0, 1)?,
            scales: vector(2, 4)?,
            zeros: vector(3, 8)?,
        })
    }
}

impl<'m> Operator<'m> {
    /// A number of the options.
    pub fn int(&self, field: usize, absent: i32) -> Read<i32> {
        self.options.map_or(Ok(absent), |options| options.int(field, absent))
    }

    pub fn byte(&self, field: usize) -> Read<u8> {
        self.options.map_or(Ok(0), |options| options.byte(field))
    }

    /// A string of the options.
    pub fn string(&self, field: usize) -> Read<&'m [u8]> {
        let options = self.options.ok_or(Error::Damaged)?;
        Ok(options.vector(field, 1)?.bytes())
    }
}

impl Tensor<'_> {
    pub fn axes(&self) -> &[usize] {
        &self.axes[..self.rank]
    }

    /// An axis, which counts from the end if it is negative.
    pub fn axis(&self, axis: i32) -> Read<usize> {
        let rank = self.rank as i32;
        let axis = if axis < 0 { axis.saturating_add(rank) } else { axis };
        usize::try_from(axis).ok().filter(|axis| *axis < self.rank).ok_or(Error::Damaged)
    }

    /// How many bytes the axes from this one on have.
    pub fn inner(&self, axis: usize) -> usize {
        self.axes()[axis..].iter().product()
    }

    /// How many parts the axes before this one have.
    pub fn outer(&self, axis: usize) -> usize {
        self.axes()[..axis].iter().product()
    }

    /// What a step of it is worth, where that is the same everywhere.
    pub fn scale(&self) -> Read<Scale> {
        if self.scales.len() == 1 { self.scale_of(0) } else { Err(Error::Unsupported) }
    }

    /// What a step of a channel is worth.
    pub fn scale_of(&self, channel: usize) -> Read<Scale> {
        let channel = if self.scales.len() == 1 { 0 } else { channel };
        let bits = self.scales.int(channel)?.cast_unsigned();
        Scale::from_bits(bits).ok_or(Error::Unsupported)
    }

    /// Which number stands for zero.
    pub fn zero(&self) -> Read<i32> {
        let zero = if self.zeros.len() == 0 { 0 } else { self.zeros.long(0)? };
        let range = if self.kind == UINT8 { 0..=255 } else { -128..=127 };
        if range.contains(&zero) { Ok(zero as i32) } else { Err(Error::Unsupported) }
    }

    /// Whether all channels' zero is 0, as weights have it.
    pub fn centred(&self) -> Read<bool> {
        (0..self.zeros.len()).try_fold(true, |all, i| Ok(all && self.zeros.long(i)? == 0))
    }
}
