//! Named tensors of an ONNX file, which is untrusted input.

use std::collections::HashMap;

use tract_onnx::pb::{ModelProto, TensorProto, tensor_proto::DataType};
use tract_onnx::prelude::Framework;

use crate::{Error, Result};

/// The initializers of an ONNX graph, by name. Every tensor is read with the shape that the
/// network needs, so no size depends on what the file claims.
pub(crate) struct Weights {
    tensors: HashMap<String, TensorProto>,
    damaged: Box<dyn Fn(&str) -> Error>,
}

impl Weights {
    /// Parses an ONNX file. `damaged` makes the error if something is wrong, now or when a tensor
    /// is read.
    pub(crate) fn parse(
        mut bytes: &[u8],
        damaged: impl Fn(&str) -> Error + 'static,
    ) -> Result<Self> {
        let proto: ModelProto = tract_onnx::onnx()
            .proto_model_for_read(&mut bytes)
            .map_err(|e| damaged("not an ONNX model").because(e))?;
        let graph = proto.graph.ok_or_else(|| damaged("an ONNX file without a graph"))?;
        let tensors = graph.initializer.into_iter().map(|t| (t.name.clone(), t)).collect();
        Ok(Self { tensors, damaged: Box::new(damaged) })
    }

    /// An `f32` tensor of exactly `len` numbers.
    pub(crate) fn floats(&self, name: &str, len: usize) -> Result<Vec<f32>> {
        let tensor = self.tensor(name, DataType::Float)?;
        let values: Vec<f32> = if tensor.raw_data.is_empty() {
            tensor.float_data.clone()
        } else {
            tensor
                .raw_data
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect()
        };
        if values.len() != len {
            return Err(
                self.wrong(name, &format!("it has {} numbers instead of {len}", values.len()))
            );
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(self.wrong(name, "it has a number that is not finite"));
        }
        Ok(values)
    }

    /// A matrix of `rows` × `cols`, stored as integers with a scale and zero point
    /// (`NAME_quantized`, `NAME_scale`, `NAME_zero_point`), as `f32`. There may be one scale,
    /// or one for each column.
    pub(crate) fn dequantised(&self, name: &str, rows: usize, cols: usize) -> Result<Vec<f32>> {
        self.dequantise(name, name, rows * cols, cols, |i| i % cols)
    }

    /// The same with one scale, or one for each row.
    pub(crate) fn dequantised_by_row(
        &self,
        name: &str,
        rows: usize,
        cols: usize,
    ) -> Result<Vec<f32>> {
        self.dequantise(name, name, rows * cols, rows, |i| i / cols)
    }

    /// A bias stored as integers, each with its scale (`NAME_quantized`,
    /// `NAME_quantized_scale`, `NAME_quantized_zero_point`), as `f32`.
    pub(crate) fn dequantised_bias(&self, name: &str, len: usize) -> Result<Vec<f32>> {
        self.dequantise(name, &format!("{name}_quantized"), len, len, |i| i)
    }

    /// `len` numbers, of which each belongs to one of `channels`.
    fn dequantise(
        &self,
        name: &str,
        scaled: &str,
        len: usize,
        channels: usize,
        channel: impl Fn(usize) -> usize,
    ) -> Result<Vec<f32>> {
        let scale = format!("{scaled}_scale");
        let one = self.tensors.get(&scale).is_some_and(|t| t.dims.iter().all(|&d| d == 1));
        let channels = if one { 1 } else { channels };
        let scale = self.floats(&scale, channels)?;
        let zero = self.integers(&format!("{scaled}_zero_point"), channels)?;
        let values = self.integers(&format!("{name}_quantized"), len)?;
        let steps = values.iter().enumerate().map(|(i, &v)| {
            let channel = if one { 0 } else { channel(i) };
            (i64::from(v) - i64::from(zero[channel])) as f32 * scale[channel]
        });
        Ok(steps.collect())
    }

    /// A tensor of exactly `len` integers of 8 bits, signed or not, or of 32 bits.
    fn integers(&self, name: &str, len: usize) -> Result<Vec<i32>> {
        let Some(tensor) = self.tensors.get(name) else {
            return Err(self.wrong(name, "it is missing"));
        };
        let raw = &tensor.raw_data;
        let is = |kind: DataType| tensor.data_type == kind as i32;
        let values: Vec<i32> = match () {
            () if !(is(DataType::Int8) || is(DataType::Uint8) || is(DataType::Int32)) => {
                return Err(self.wrong(name, "its numbers are not integers"));
            }
            () if raw.is_empty() => tensor.int32_data.clone(),
            () if is(DataType::Int8) => raw.iter().map(|&b| i32::from(b as i8)).collect(),
            () if is(DataType::Uint8) => raw.iter().map(|&b| i32::from(b)).collect(),
            () => {
                raw.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
            }
        };
        if values.len() != len {
            return Err(
                self.wrong(name, &format!("it has {} numbers instead of {len}", values.len()))
            );
        }
        Ok(values)
    }

    fn tensor(&self, name: &str, kind: DataType) -> Result<&TensorProto> {
        match self.tensors.get(name) {
            Some(tensor) if tensor.data_type == kind as i32 => Ok(tensor),
            Some(_) => Err(self.wrong(name, "it has another type")),
            None => Err(self.wrong(name, "it is missing")),
        }
    }

    fn wrong(&self, name: &str, what: &str) -> Error {
        (self.damaged)(&format!("tensor `{name}`: {what}"))
    }
}
