//! Makes an installed model from pieces.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use super::output::Output;
use super::{Job, Stage};
use crate::catalog::{By, Expected, Fingerprint, Make, Model, Source};
use crate::convert;
use crate::error::{Error, ErrorKind, Result, check_cancel};
use crate::store::Record;
use crate::store::disk::{create_dir, failed, remove_dir, remove_file};

impl Job<'_> {
    /// Makes the files of `model` from the pieces of `source` and puts the model in place.
    pub(super) fn install(&mut self, model: &Model, source: &Source) -> Result<()> {
        let new = self.work.join("model");
        remove_dir(&new)?;
        create_dir(&new)?;
        let mut record = Record { source: source.title.clone(), files: BTreeMap::new() };
        for make in source.makes() {
            let to = new.join(&make.file);
            let found = self.make(model, source, make, &to)?;
            if !(Expected { size: make.size, sha256: make.sha256 }).accepts(found) {
                let message = format!(
                    "the converted {} is wrong: {} bytes with SHA-256 {}",
                    make.file, found.size, found.sha256
                );
                return Err(Error::new(ErrorKind::Damaged, message));
            }
            record.files.insert(make.file.clone(), found);
        }
        // Moved last, so that after a failed conversion the pieces are still there.
        for piece in source.as_is() {
            move_file(&self.kept(piece), &new.join(piece.name()))?;
            record.files.insert(piece.name().to_owned(), piece.fingerprint());
        }
        record.write(&new)?;
        self.store.put(model, &new)
    }

    fn make(
        &mut self,
        model: &Model,
        source: &Source,
        make: &Make,
        to: &Path,
    ) -> Result<Fingerprint> {
        let pieces: Vec<_> = make.from.iter().filter_map(|name| source.piece(name)).collect();
        let kept: Vec<_> = pieces.iter().map(|piece| self.kept(piece)).collect();
        let kept: Vec<&Path> = kept.iter().map(|path| path.as_path()).collect();
        let misfit =
            || Error::new(ErrorKind::Input, format!("{} is made of the wrong pieces", make.file));
        match (make.by, make.to, kept.as_slice()) {
            (By::Join, _, [one]) => {
                move_file(one, to)?;
                Ok(pieces[0].fingerprint())
            }
            (By::Join, _, parts) => {
                self.step(model, Stage::Convert, &make.file, make.size);
                self.join(parts, to, make.size)
            }
            (By::WhisperCt2, Some(weights), [parts @ .., vocabulary]) if !parts.is_empty() => {
                let half = self.work.join("half");
                let whole = self.whole(model, parts)?;
                let (from, words) = (map(&whole)?, map(vocabulary)?);
                self.step(model, Stage::Convert, "to ggml", from.len() as u64);
                self.convert(&half, |out| convert::whisper_ct2_to_ggml(&from, &words, out))?;
                let from = map(&half)?;
                self.step(model, Stage::Convert, &make.file, make.size);
                let made =
                    self.convert(to, |out| convert::whisper_ggml_quantize(&from, weights, out))?;
                remove_file(&self.joined())?;
                remove_file(&half)?;
                Ok(made)
            }
            (By::WhisperGgml, Some(weights), [one]) => {
                let from = map(one)?;
                self.step(model, Stage::Convert, &make.file, make.size);
                self.convert(to, |out| convert::whisper_ggml_quantize(&from, weights, out))
            }
            (By::Gguf, Some(weights), parts) if !parts.is_empty() => {
                let from = map(&self.whole(model, parts)?)?;
                self.step(model, Stage::Convert, &make.file, make.size);
                let made = self.convert(to, |out| convert::gguf_requantize(&from, weights, out))?;
                remove_file(&self.joined())?;
                Ok(made)
            }
            _ => Err(misfit()),
        }
    }

    /// The file in which the parts of a piece are joined.
    fn joined(&self) -> PathBuf {
        self.work.join("joined")
    }

    /// The file that consists of `parts`.
    fn whole(&mut self, model: &Model, parts: &[&Path]) -> Result<PathBuf> {
        if let [one] = parts {
            return Ok(one.to_path_buf());
        }
        let length = |part: &&Path| fs::metadata(part).map_or(0, |found| found.len());
        let (joined, size) = (self.joined(), parts.iter().map(length).sum());
        self.step(model, Stage::Convert, "joining the parts", size);
        self.join(parts, &joined, size)?;
        Ok(joined)
    }

    fn join(&mut self, parts: &[&Path], to: &Path, size: u64) -> Result<Fingerprint> {
        let mut output = Output::create(to, size, self.progress, self.cancel)?;
        for part in parts {
            let mut from =
                File::open(part).map_err(|error| failed("could not read it", part, error))?;
            output.put_all(&mut from, "a piece")?;
        }
        output.finish()
    }

    fn convert(
        &mut self,
        to: &Path,
        convert: impl FnOnce(&mut dyn std::io::Write) -> Result<()>,
    ) -> Result<Fingerprint> {
        /// Small writes are gathered up to this size before they go to the disk and the hash.
        const GATHER: usize = 1 << 18;
        let mut output = Output::create(to, u64::MAX, self.progress, self.cancel)?;
        let mut gathered = std::io::BufWriter::with_capacity(GATHER, &mut output);
        let result = convert(&mut gathered).and_then(|()| {
            std::io::Write::flush(&mut gathered)
                .map_err(|error| failed("could not write it", to, error))
        });
        // If the conversion failed, the gathered bytes are dropped, not written.
        let _ = gathered.into_parts();
        check_cancel(self.cancel)?;
        result?;
        output.finish()
    }
}

fn move_file(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|error| failed("could not put the file in place", to, error))
}

fn map(path: &Path) -> Result<Mmap> {
    let cannot = |error| failed("could not read it", path, error);
    let file = File::open(path).map_err(cannot)?;
    // SAFETY: the file is in the work folder of a store that this process has locked. No other
    // process of ours changes it while it is mapped, and other programs have no reason to use that
    // folder.
    unsafe { Mmap::map(&file) }.map_err(cannot)
}
