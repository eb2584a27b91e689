//! Reads FlatBuffers as they lie in memory. Every offset is checked where it is followed, so
//! bytes of any kind can be read.

use crate::Error;

/// What a read gives: no value is past the end of the bytes.
pub type Read<T> = Result<T, Error>;

/// The bytes at a place.
fn array<const N: usize>(bytes: &[u8], at: usize) -> Read<[u8; N]> {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().ok_or(Error::Damaged)
}

fn u32_at(bytes: &[u8], at: usize) -> Read<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// The place that the offset at `at` leads to.
fn follow(bytes: &[u8], at: usize) -> Read<usize> {
    at.checked_add(u32_at(bytes, at)? as usize).ok_or(Error::Damaged)
}

/// A table: fields by number, each of which may be absent.
#[derive(Clone, Copy)]
pub struct Table<'m> {
    bytes: &'m [u8],
    at: usize,
}

impl<'m> Table<'m> {
    /// The root table of a file with this identifier.
    pub fn root(bytes: &'m [u8], identifier: [u8; 4]) -> Read<Self> {
        if array(bytes, 4)? != identifier {
            return Err(Error::Damaged);
        }
        Ok(Self { bytes, at: follow(bytes, 0)? })
    }

    /// Where a field is, if it is there.
    fn field(self, number: usize) -> Read<Option<usize>> {
        let back = i32::from_le_bytes(array(self.bytes, self.at)?);
        let at = i64::try_from(self.at).map_err(|_| Error::Damaged)?;
        let layout = usize::try_from(at - i64::from(back)).map_err(|_| Error::Damaged)?;
        let size = usize::from(u16::from_le_bytes(array(self.bytes, layout)?));
        let entry = 4 + 2 * number;
        if entry + 2 > size {
            return Ok(None);
        }
        let entry = layout.checked_add(entry).ok_or(Error::Damaged)?;
        match u16::from_le_bytes(array(self.bytes, entry)?) {
            0 => Ok(None),
            offset => Ok(Some(self.at + usize::from(offset))),
        }
    }

    /// A byte, 0 where it is absent.
    pub fn byte(self, number: usize) -> Read<u8> {
        let at = self.field(number)?;
        at.map_or(Ok(0), |at| array(self.bytes, at).map(|[byte]| byte))
    }

    /// A number of 32 bits.
    pub fn int(self, number: usize, absent: i32) -> Read<i32> {
        let at = self.field(number)?;
        at.map_or(Ok(absent), |at| array(self.bytes, at).map(i32::from_le_bytes))
    }

    /// Another table.
    pub fn table(self, number: usize) -> Read<Option<Self>> {
        let table = |at| Ok(Self { bytes: self.bytes, at: follow(self.bytes, at)? });
        self.field(number)?.map(table).transpose()
    }

    /// A vector of elements of `size` bytes, empty where it is absent. A string is one of
    /// bytes.
    pub fn vector(self, number: usize, size: usize) -> Read<Vector<'m>> {
        let bytes = self.bytes;
        let Some(at) = self.field(number)? else { return Ok(Vector::EMPTY) };
        let at = follow(bytes, at)?;
        let len = u32_at(bytes, at)? as usize;
        let at = at + 4;
        let end = len.checked_mul(size).and_then(|length| at.checked_add(length));
        end.filter(|end| *end <= bytes.len()).ok_or(Error::Damaged)?;
        Ok(Vector { bytes, at, len, size })
    }
}

/// A vector, of which all elements are there.
#[derive(Clone, Copy)]
pub struct Vector<'m> {
    bytes: &'m [u8],
    at: usize,
    len: usize,
    size: usize,
}

impl<'m> Vector<'m> {
    /// A vector without elements.
    pub const EMPTY: Self = Self { bytes: &[], at: 0, len: 0, size: 0 };

    /// How many elements.
    pub fn len(self) -> usize {
        self.len
    }

    /// Where it lies in the file.
    pub fn span(self) -> core::ops::Range<usize> {
        self.at..self.at + self.len * self.size
    }

    /// Its bytes.
    pub fn bytes(self) -> &'m [u8] {
        self.bytes.get(self.span()).unwrap_or(&[])
    }

    fn place(self, index: usize) -> Read<usize> {
        if index < self.len { Ok(self.at + index * self.size) } else { Err(Error::Damaged) }
    }

    /// A number of 32 bits.
    pub fn int(self, index: usize) -> Read<i32> {
        array(self.bytes, self.place(index)?).map(i32::from_le_bytes)
    }

    /// A number of 64 bits.
    pub fn long(self, index: usize) -> Read<i64> {
        array(self.bytes, self.place(index)?).map(i64::from_le_bytes)
    }

    /// An index into something, which may be −1 for nothing.
    pub fn index(self, index: usize) -> Read<usize> {
        usize::try_from(self.int(index)?).map_err(|_| Error::Damaged)
    }

    /// Its bytes as numbers of 32 bits.
    pub fn as_ints(self) -> Self {
        Self { len: self.len * self.size / 4, size: 4, ..self }
    }

    /// A table.
    pub fn table(self, index: usize) -> Read<Table<'m>> {
        Ok(Table { bytes: self.bytes, at: follow(self.bytes, self.place(index)?)? })
    }
}
