//! Sound in the formats in which it can be asked for, encoded as it is made.

mod flac;
mod opus;
#[cfg(test)]
mod tests;
mod wav;

use sayso_audio_io::Resampler;

use self::flac::Flac;
use self::opus::Opus;
use super::error::{Refusal, Result};

/// The rate of all sound that is sent, in Hz: that of OpenAI's `pcm`, which has no header.
pub const RATE: u32 = 24_000;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// WAV with 16 bits.
    Wav,
    /// 16 bits, little-endian, without a header.
    Pcm,
    /// FLAC with 16 bits.
    Flac,
    /// Opus in Ogg.
    Opus,
}

impl Format {
    /// The names, as clients give them.
    pub const NAMES: [(&'static str, Self); 4] =
        [("wav", Self::Wav), ("pcm", Self::Pcm), ("flac", Self::Flac), ("opus", Self::Opus)];

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, format)| format)
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Pcm => "audio/pcm;rate=24000;channels=1",
            Self::Flac => "audio/flac",
            Self::Opus => "audio/ogg; codecs=opus",
        }
    }
}

/// Encodes sound block by block.
pub struct Encoder {
    /// From the rate of the voice, if that is another.
    resampler: Option<Resampler>,
    codec: Codec,
}

enum Codec {
    /// With or without a header before the first sample.
    Pcm {
        header: bool,
    },
    Flac(Box<Flac>),
    Opus(Box<Opus>),
}

impl Encoder {
    /// An encoder for mono sound at `rate` Hz.
    ///
    /// # Errors
    /// When the rate cannot be converted, or the codec cannot be made.
    pub fn new(format: Format, rate: u32) -> Result<Self> {
        let resampler = (rate != RATE).then(|| Resampler::new(rate, RATE)).transpose();
        let resampler = resampler.map_err(|error| Refusal::failed(error.to_string()))?;
        let codec = match format {
            Format::Wav => Codec::Pcm { header: true },
            Format::Pcm => Codec::Pcm { header: false },
            Format::Flac => Codec::Flac(Box::new(Flac::new()?)),
            Format::Opus => Codec::Opus(Box::new(Opus::new()?)),
        };
        Ok(Self { resampler, codec })
    }

    /// The bytes that follow from more sound; possibly none yet.
    ///
    /// # Errors
    /// When the codec fails.
    pub fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>> {
        match &mut self.resampler {
            None => self.codec.push(samples),
            Some(resampler) => {
                let mut converted = Vec::new();
                resampler.process(samples, &mut converted);
                self.codec.push(&converted)
            }
        }
    }

    /// The rest.
    ///
    /// # Errors
    /// When the codec fails.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(resampler) = &mut self.resampler {
            let mut rest = Vec::new();
            resampler.finish(&mut rest);
            bytes = self.codec.push(&rest)?;
        }
        bytes.extend(match self.codec {
            Codec::Pcm { header: true } => wav::header(),
            Codec::Pcm { header: false } => Vec::new(),
            Codec::Flac(flac) => flac.finish()?,
            Codec::Opus(opus) => opus.finish()?,
        });
        Ok(bytes)
    }
}

impl Codec {
    fn push(&mut self, samples: &[f32]) -> Result<Vec<u8>> {
        match self {
            Self::Pcm { header } => {
                let mut bytes = match std::mem::take(header) {
                    true => wav::header(),
                    false => Vec::new(),
                };
                bytes.extend(samples.iter().flat_map(|sample| pcm(*sample).to_le_bytes()));
                Ok(bytes)
            }
            Self::Flac(flac) => flac.push(samples),
            Self::Opus(opus) => opus.push(samples),
        }
    }
}

/// A sample with 16 bits.
pub fn pcm(sample: f32) -> i16 {
    // `as` limits to the range, and NaN becomes 0.
    (sample * 32_767.0).round() as i16
}
