use serde::{Deserialize, Serialize, Serializer};

use super::adpcm::{self, AdpcmState};
use super::{MAX_DATA, MAX_SAMPLES};

/// How sound is encoded on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Codec {
    /// 16-bit samples, little-endian: 256 kbit/s at 16 kHz.
    #[default]
    Pcm,
    /// IMA ADPCM, 4 bits per sample: 65 kbit/s at 16 kHz. Each block begins with the state needed
    /// to decode it, so a lost block affects no other.
    Adpcm,
}

/// Bytes of the state before the samples of an ADPCM block.
const ADPCM_HEAD: usize = 3;

/// A block of sound as it is sent, at most 20 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block<'a> {
    codec: Codec,
    #[serde(serialize_with = "bytes")]
    data: &'a [u8],
}

/// Serialised as one byte string, not byte by byte.
fn bytes<S: Serializer>(data: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(data)
}

impl<'a> Block<'a> {
    /// A block of these bytes; `None` unless they hold at least one and at most [`MAX_SAMPLES`]
    /// samples in that codec.
    pub fn new(codec: Codec, data: &'a [u8]) -> Option<Self> {
        let block = Self { codec, data };
        block.is_valid().then_some(block)
    }

    /// Encodes `samples` into `data`; `None` if there are none, more than [`MAX_SAMPLES`], or, for
    /// ADPCM, an odd number. `index` is the initial step index, and is carried from block to
    /// block.
    pub fn encode(
        codec: Codec,
        samples: &[i16],
        index: &mut u8,
        data: &'a mut [u8; MAX_DATA],
    ) -> Option<Self> {
        let first = *samples.first()?;
        if samples.len() > MAX_SAMPLES {
            return None;
        }
        let used = match codec {
            Codec::Pcm => {
                for (pair, sample) in data.chunks_exact_mut(2).zip(samples) {
                    pair.copy_from_slice(&sample.to_le_bytes());
                }
                2 * samples.len()
            }
            Codec::Adpcm => {
                let (pairs, []) = samples.as_chunks::<2>() else { return None };
                let mut state =
                    AdpcmState { predictor: first, index: (*index).min(adpcm::MAX_INDEX) };
                let [low, high] = first.to_le_bytes();
                data[..ADPCM_HEAD].copy_from_slice(&[low, high, state.index]);
                for (byte, &[one, two]) in data[ADPCM_HEAD..].iter_mut().zip(pairs) {
                    *byte = state.encode(one) | (state.encode(two) << 4);
                }
                *index = state.index;
                ADPCM_HEAD + pairs.len()
            }
        };
        Some(Self { codec, data: &data[..used] })
    }

    /// How the sound is encoded.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// The bytes on the wire.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        match self.codec {
            Codec::Pcm => self.data.len() / 2,
            Codec::Adpcm => 2 * self.data.len().saturating_sub(ADPCM_HEAD),
        }
    }

    /// Whether there is no sample; never true for a received block.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples.
    pub fn samples(&self) -> BlockSamples<'a> {
        let (state, data) = match (self.codec, self.data) {
            (Codec::Adpcm, &[low, high, index, ref data @ ..]) => {
                (AdpcmState { predictor: i16::from_le_bytes([low, high]), index }, data)
            }
            (Codec::Adpcm, _) => (AdpcmState::default(), &[][..]),
            (Codec::Pcm, data) => (AdpcmState::default(), data),
        };
        BlockSamples { codec: self.codec, data, state, high: None }
    }

    /// Whether a received block follows the rules.
    pub(super) fn is_valid(&self) -> bool {
        let head = match (self.codec, self.data) {
            (Codec::Pcm, data) => data.len().is_multiple_of(2),
            (Codec::Adpcm, &[_, _, index, ..]) => index <= adpcm::MAX_INDEX,
            (Codec::Adpcm, _) => false,
        };
        head && (1..=MAX_SAMPLES).contains(&self.len())
    }
}

/// The samples of a [`Block`], decoded one by one.
#[derive(Clone, Debug)]
pub struct BlockSamples<'a> {
    codec: Codec,
    data: &'a [u8],
    state: AdpcmState,
    /// Four bits left over from the byte before.
    high: Option<u8>,
}

impl Iterator for BlockSamples<'_> {
    type Item = i16;

    fn next(&mut self) -> Option<i16> {
        match self.codec {
            Codec::Pcm => {
                let (sample, rest) = self.data.split_first_chunk::<2>()?;
                self.data = rest;
                Some(i16::from_le_bytes(*sample))
            }
            Codec::Adpcm => {
                if let Some(nibble) = self.high.take() {
                    return Some(self.state.decode(nibble));
                }
                let (&byte, rest) = self.data.split_first()?;
                self.data = rest;
                self.high = Some(byte >> 4);
                Some(self.state.decode(byte))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match self.codec {
            Codec::Pcm => self.data.len() / 2,
            Codec::Adpcm => 2 * self.data.len() + usize::from(self.high.is_some()),
        };
        (left, Some(left))
    }
}

impl ExactSizeIterator for BlockSamples<'_> {}
