//! Writes sound to a WAV file as it arrives.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, Result};

/// Writes a 16-bit WAV file, mono or stereo, as the sound arrives.
///
/// The header is updated about once per second of sound, so that a file whose writer was killed
/// can be played up to there. Dropping the writer completes the file; [`finish`](Self::finish)
/// also reports whether that worked.
pub struct WavWriter {
    wav: hound::WavWriter<BufWriter<File>>,
    path: PathBuf,
    /// Samples (of all channels) until the header is updated again.
    until_flush: u32,
    flush_every: u32,
}

impl WavWriter {
    /// Creates the file, or empties it, for sound of `rate` Hz on `channels` (1 or 2).
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for another number of channels,
    /// [`ErrorKind::Io`] when the file cannot be written.
    pub fn create(path: impl AsRef<Path>, rate: u32, channels: u16) -> Result<Self> {
        let path = path.as_ref();
        let file = File::create(path).map_err(|error| write_error(path, error.into()))?;
        Self::over(file, path, rate, channels)
    }

    /// As [`create`](Self::create), but writes into an open, empty `file`. Errors name it `path`.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn over(file: File, path: impl AsRef<Path>, rate: u32, channels: u16) -> Result<Self> {
        let path = path.as_ref();
        if !(1..=2).contains(&channels) {
            let message = format!("{channels} channels cannot be written: use one or two");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let flush_every = rate.saturating_mul(u32::from(channels)).max(1);
        let mut wav = hound::WavWriter::new(BufWriter::new(file), spec)
            .map_err(|error| write_error(path, error))?;
        wav.flush().map_err(|error| write_error(path, error))?;
        Ok(Self { wav, path: path.to_owned(), until_flush: flush_every, flush_every })
    }

    /// Appends `samples`, interleaved if stereo, with ±1 as full scale. Louder samples are
    /// clipped, and NaN is silence.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the disk is full or the file exceeds 4 GiB. Sound is buffered
    /// for up to a second, so errors may be reported that much later.
    pub fn write(&mut self, samples: &[f32]) -> Result<()> {
        for sample in samples {
            // The conversion saturates, and turns NaN into 0.
            let pcm = (sample * 32_768.0).round() as i16;
            self.wav.write_sample(pcm).map_err(|error| write_error(&self.path, error))?;
            self.until_flush -= 1;
            if self.until_flush == 0 {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes the buffered sound to the file and updates the header.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the disk is full.
    pub fn flush(&mut self) -> Result<()> {
        self.until_flush = self.flush_every;
        self.wav.flush().map_err(|error| write_error(&self.path, error))
    }

    /// Completes the file.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the disk is full.
    pub fn finish(self) -> Result<()> {
        let path = self.path;
        self.wav.finalize().map_err(|error| write_error(&path, error))
    }
}

fn write_error(path: &Path, error: hound::Error) -> Error {
    use std::io::ErrorKind::{NotFound, Other, QuotaExceeded, StorageFull};

    let kind = match &error {
        hound::Error::IoError(error) => error.kind(),
        _ => Other,
    };
    let todo = match kind {
        NotFound => "Create its folder, or name another file",
        StorageFull | QuotaExceeded => "Free some space, or name a file on another disk",
        _ => "Name another file",
    };
    let message = format!("cannot write {}: {error}. {todo}", path.display());
    let failed = Error::new(ErrorKind::Io, message);
    match error {
        // hound's own error does not give its cause.
        hound::Error::IoError(cause) => failed.with_source(cause),
        other => failed.with_source(other),
    }
}
