//! The container of CTranslate2 models (binary version 4 and later), as its
//! own `serialization` code writes it: little endian, strings with their
//! length including a final NUL, then variables, then aliases.

use std::collections::BTreeMap;

use half::{bf16, f16};

use super::reader::{Reader, damaged};
use crate::error::Result;

/// The name of the format in errors.
const WHAT: &str = "CTranslate2 model";

/// A variable with more dimensions than this is not one of ours.
const MAX_RANK: u8 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    F32,
    I8,
    I16,
    I32,
    F16,
    Bf16,
}

impl Type {
    fn from_id(id: u8) -> Option<Self> {
        Some(match id {
            0 => Type::F32,
            1 => Type::I8,
            2 => Type::I16,
            3 => Type::I32,
            4 => Type::F16,
            5 => Type::Bf16,
            _ => return None,
        })
    }

    fn bytes(self) -> usize {
        match self {
            Type::I8 => 1,
            Type::I16 | Type::F16 | Type::Bf16 => 2,
            Type::F32 | Type::I32 => 4,
        }
    }
}

/// A tensor in the file: dimensions, element type, data in row-major order.
#[derive(Clone, Debug)]
pub(super) struct Variable<'a> {
    pub dims: Vec<usize>,
    pub kind: Type,
    pub data: &'a [u8],
}

impl Variable<'_> {
    pub fn len(&self) -> usize {
        self.data.len() / self.kind.bytes()
    }

    /// Element `i`, which must be below [`len`](Self::len).
    pub fn get(&self, i: usize) -> f32 {
        let at = i * self.kind.bytes();
        let d = &self.data[at..at + self.kind.bytes()];
        match self.kind {
            Type::F32 => f32::from_le_bytes([d[0], d[1], d[2], d[3]]),
            Type::I8 => f32::from(d[0] as i8),
            Type::I16 => f32::from(i16::from_le_bytes([d[0], d[1]])),
            Type::I32 => i32::from_le_bytes([d[0], d[1], d[2], d[3]]) as f32,
            Type::F16 => f16::from_le_bytes([d[0], d[1]]).to_f32(),
            Type::Bf16 => bf16::from_le_bytes([d[0], d[1]]).to_f32(),
        }
    }
}

/// The variables of a model by name, aliases resolved.
pub(super) struct Ct2<'a> {
    variables: BTreeMap<String, Variable<'a>>,
}

impl<'a> Ct2<'a> {
    /// Reads the whole container; `spec` is the kind of model that it must hold.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) when it is foreign, truncated, or
    /// has bytes after its end.
    pub fn parse(data: &'a [u8], spec: &str) -> Result<Self> {
        let mut r = Reader::new(data, WHAT);
        let version = r.u32()?;
        if !(4..=6).contains(&version) {
            return Err(r.error(format_args!("container version {version} is not known")));
        }
        let found = string(&mut r)?;
        if found != spec {
            return Err(r.error(format_args!("it holds a {found:?}, not a {spec:?}")));
        }
        let _revision = r.u32()?;
        let mut variables = BTreeMap::new();
        for _ in 0..r.u32()? {
            let name = string(&mut r)?;
            let variable = variable(&mut r)?;
            if variables.insert(name.clone(), variable).is_some() {
                return Err(r.error(format_args!("variable {name:?} occurs twice")));
            }
        }
        for _ in 0..r.u32()? {
            let (alias, target) = (string(&mut r)?, string(&mut r)?);
            let Some(variable) = variables.get(&target).cloned() else {
                return Err(r.error(format_args!("alias {alias:?} points to nothing")));
            };
            variables.insert(alias, variable);
        }
        if !r.at_end() {
            return Err(r.error("there are bytes after its end"));
        }
        Ok(Self { variables })
    }

    /// The variable called `name`, which must have `rank` dimensions.
    pub fn get(&self, name: &str, rank: usize) -> Result<&Variable<'a>> {
        match self.variables.get(name) {
            Some(variable) if variable.dims.len() == rank => Ok(variable),
            Some(_) => Err(damaged(WHAT, format_args!("{name} has not {rank} dimensions"))),
            None => Err(damaged(WHAT, format_args!("{name} is missing"))),
        }
    }

    pub fn find(&self, name: &str) -> Option<&Variable<'a>> {
        self.variables.get(name)
    }
}

fn string(r: &mut Reader<'_>) -> Result<String> {
    let n = r.u16()?;
    let bytes = r.bytes(usize::from(n))?;
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(r.error("a name is not text")),
    }
}

fn variable<'a>(r: &mut Reader<'a>) -> Result<Variable<'a>> {
    let rank = r.u8()?;
    if rank > MAX_RANK {
        return Err(r.error(format_args!("a variable has {rank} dimensions")));
    }
    let mut dims = Vec::with_capacity(usize::from(rank));
    for _ in 0..rank {
        dims.push(r.len32()?);
    }
    let id = r.u8()?;
    let Some(kind) = Type::from_id(id) else {
        return Err(r.error(format_args!("element type {id} is not known")));
    };
    let bytes = r.len32()?;
    let wanted = dims.iter().try_fold(kind.bytes(), |n, &d| n.checked_mul(d));
    if wanted != Some(bytes) {
        return Err(r.error(format_args!("{dims:?} elements do not fill {bytes} bytes")));
    }
    Ok(Variable { dims, kind, data: r.bytes(bytes)? })
}
