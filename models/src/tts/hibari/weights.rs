//! Named tensors of an ONNX file, taken as untrusted input.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tract_onnx::pb::{ModelProto, TensorProto, tensor_proto::DataType};
use tract_onnx::prelude::Framework;

use super::files;
use crate::Result;

/// The initializers of an ONNX graph, by name. Every tensor is taken with the
/// shape that the network needs, so nothing is sized by what the file claims.
pub(super) struct Weights {
    tensors: HashMap<String, TensorProto>,
    path: PathBuf,
}

impl Weights {
    /// Reads `path`.
    ///
    /// # Errors
    /// `Missing` or `Io` when it cannot be read, `Damaged` when it is no ONNX file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = files::read(path)?;
        let proto: ModelProto = tract_onnx::onnx()
            .proto_model_for_read(&mut bytes.as_slice())
            .map_err(|e| files::damaged(path, format!("not an ONNX model: {e}")))?;
        let graph =
            proto.graph.ok_or_else(|| files::damaged(path, "an ONNX file without a graph"))?;
        let tensors = graph.initializer.into_iter().map(|t| (t.name.clone(), t)).collect();
        Ok(Self { tensors, path: path.to_path_buf() })
    }

    /// An `f32` tensor of exactly `len` numbers.
    pub(super) fn floats(&self, name: &str, len: usize) -> Result<Vec<f32>> {
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
            return Err(self.wrong(name, &format!("{} numbers instead of {len}", values.len())));
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(self.wrong(name, "a number that is not finite"));
        }
        Ok(values)
    }

    /// A matrix of `rows` × `cols`, stored as 8-bit integers with one scale and
    /// zero point (`NAME_quantized`, `NAME_scale`, `NAME_zero_point`), as `f32`.
    pub(super) fn dequantised(&self, name: &str, rows: usize, cols: usize) -> Result<Vec<f32>> {
        let scale = self.floats(&format!("{name}_scale"), 1)?[0];
        let zero = self.bytes(&format!("{name}_zero_point"), 1)?[0];
        let values = self.bytes(&format!("{name}_quantized"), rows * cols)?;
        Ok(values.iter().map(|&v| f32::from(v - zero) * scale).collect())
    }

    /// An 8-bit tensor of exactly `len` numbers, signed or not.
    fn bytes(&self, name: &str, len: usize) -> Result<Vec<i16>> {
        let Some(tensor) = self.tensors.get(name) else {
            return Err(self.wrong(name, "it is not there"));
        };
        let signed = tensor.data_type == DataType::Int8 as i32;
        if !signed && tensor.data_type != DataType::Uint8 as i32 {
            return Err(self.wrong(name, "not of an 8-bit type"));
        }
        let values: Vec<i16> = if tensor.raw_data.is_empty() {
            tensor.int32_data.iter().map(|&v| v.clamp(-128, 255) as i16).collect()
        } else if signed {
            tensor.raw_data.iter().map(|&b| i16::from(b as i8)).collect()
        } else {
            tensor.raw_data.iter().map(|&b| i16::from(b)).collect()
        };
        if values.len() != len {
            return Err(self.wrong(name, &format!("{} numbers instead of {len}", values.len())));
        }
        Ok(values)
    }

    fn tensor(&self, name: &str, kind: DataType) -> Result<&TensorProto> {
        match self.tensors.get(name) {
            Some(tensor) if tensor.data_type == kind as i32 => Ok(tensor),
            Some(_) => Err(self.wrong(name, "of another type")),
            None => Err(self.wrong(name, "it is not there")),
        }
    }

    fn wrong(&self, name: &str, what: &str) -> crate::Error {
        files::damaged(&self.path, format!("not a Hibari voice: tensor `{name}`: {what}"))
    }
}
