//! Checks the free space on the disk before it is used.

use std::collections::BTreeMap;
use std::path::Path;

use super::Job;
use crate::catalog::{By, Model, Source};
use crate::error::{Error, ErrorKind, Result};

/// How much is left free in addition, in bytes.
const MARGIN: u64 = 16 << 20;

impl Job<'_> {
    /// Checks that there is room for `source`: for its missing pieces, for the files made from
    /// them, and twice for the largest package (its client stores it a second time while it
    /// downloads).
    pub(super) fn room(&mut self, model: &Model, source: &Source) -> Result<()> {
        let Some(free) = (self.options.free_space)(self.work) else {
            return Ok(());
        };
        let mut needed = MARGIN;
        let mut packages: BTreeMap<&str, u64> = BTreeMap::new();
        for piece in source.pieces.iter().filter(|piece| !self.has(piece)) {
            needed += piece.size;
            if let Some(pip) = &piece.pip {
                *packages.entry(pip).or_default() += piece.size;
            }
        }
        needed += 2 * packages.into_values().max().unwrap_or(0);
        for make in source.makes().iter().filter(|make| make.by != By::Join || make.from.len() > 1)
        {
            let pieces: u64 = make
                .from
                .iter()
                .filter_map(|name| source.piece(name))
                .map(|piece| piece.size)
                .sum();
            // A conversion may first join its pieces, and one converts to 16 bits in between.
            let copies = match make.by {
                By::WhisperCt2 => 2,
                By::Gguf if make.from.len() > 1 => 1,
                By::Gguf | By::Join | By::WhisperGgml => 0,
            };
            needed += make.size + copies * pieces;
        }
        if needed <= free {
            return Ok(());
        }
        let mb = |bytes: u64| bytes.div_ceil(1_000_000);
        let message = format!(
            "fetching {} needs {} MB on the disk and {} MB are free: free some space, or choose \
             another folder with SAYSO_MODELS",
            model.name,
            mb(needed),
            mb(free)
        );
        Err(Error::new(ErrorKind::Io, message).with_path(self.store.dir()))
    }
}

/// Bytes that this user may still write at `path`; `None` if the system does not say.
pub fn free_space(path: &Path) -> Option<u64> {
    fs4::available_space(path).ok()
}
