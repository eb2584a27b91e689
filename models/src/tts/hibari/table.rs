//! Sorted tables of short strings, each stored in one piece of memory. The lexicons hold 180 000
//! entries, which would take five times the memory as separate strings.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::files;
use crate::Result;

/// Maps keys to values by binary search.
#[derive(Default)]
pub(super) struct Table {
    text: String,
    /// Where each key starts in `text`, in the order of the keys. Its value follows after
    /// [`SEPARATOR`], up to the end of the line.
    index: Vec<u32>,
}

/// Between a key and its value, and between the parts of a value.
pub(super) const SEPARATOR: char = '\t';

impl Table {
    /// Appends an entry. Call [`Table::sort`] after the last. Keys with a separator are left out.
    pub(super) fn push(&mut self, key: &str, value: &str) {
        if key.contains([SEPARATOR, '\n']) || value.contains('\n') {
            return;
        }
        self.index.push(self.text.len() as u32);
        self.text.extend([key, "\t", value, "\n"]);
    }

    /// Makes entries findable.
    pub(super) fn sort(&mut self) {
        let mut index = std::mem::take(&mut self.index);
        if !index.is_sorted_by_key(|&at| self.key(at)) {
            index.sort_by_key(|&at| self.key(at));
        }
        index.shrink_to_fit();
        self.index = index;
        self.text.shrink_to_fit();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The value of `key`.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let at = self.index.binary_search_by(|&at| self.key(at).cmp(key)).ok()?;
        let value = self.index[at] as usize + key.len() + SEPARATOR.len_utf8();
        Some(self.until(value, b'\n'))
    }

    fn key(&self, at: u32) -> &str {
        self.until(at as usize, SEPARATOR as u8)
    }

    /// The text from a position up to a byte. Keys and values are short, so a plain loop is
    /// fastest.
    fn until(&self, from: usize, end: u8) -> &str {
        let rest = &self.text[from..];
        &rest[..rest.bytes().position(|b| b == end).unwrap_or(rest.len())]
    }
}

/// Reads a JSON object from a file without building it in memory: each entry is passed to `entry`
/// as it is read.
pub(super) fn entries<V: DeserializeOwned>(path: &Path, entry: impl FnMut(&str, V)) -> Result<()> {
    let bytes = files::bytes(path)?;
    let mut json = serde_json::Deserializer::from_slice(&bytes);
    Entries(entry, PhantomData)
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|e| files::damaged(path, "it is not the expected table").because(e))
}

/// A JSON object whose entries are passed to a function one by one.
pub(super) struct Entries<V, F>(pub(super) F, pub(super) PhantomData<V>);

impl<'de, V: DeserializeOwned, F: FnMut(&str, V)> DeserializeSeed<'de> for Entries<V, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, V: DeserializeOwned, F: FnMut(&str, V)> Visitor<'de> for Entries<V, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> std::result::Result<(), A::Error> {
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let value = map.next_value()?;
            (self.0)(&key, value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_stored_keys_are_found() {
        let mut table = Table::default();
        for (k, v) in [("b", "2"), ("a", "1\t9"), ("ab", ""), ("é", "3"), ("bad\tkey", "4")] {
            table.push(k, v);
        }
        table.sort();
        assert_eq!(table.index.len(), 4);
        assert_eq!(table.get("a"), Some("1\t9"));
        assert_eq!(table.get("ab"), Some(""));
        assert_eq!(table.get("b"), Some("2"));
        assert_eq!(table.get("é"), Some("3"));
        assert_eq!((table.get("c"), table.get(""), table.get("aa")), (None, None, None));
        assert_eq!(Table::default().get("a"), None);
    }
}
