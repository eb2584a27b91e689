//! The formats of sound over Realtime: PCM with 16 bits at 24 kHz, and G.711 at 8 kHz. Pure.

use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::openai::sound::pcm;

/// A format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codec {
    /// 16 bits, little-endian, 24 kHz.
    #[default]
    Pcm,
    /// G.711 µ-law.
    Ulaw,
    /// G.711 A-law.
    Alaw,
}

impl Codec {
    /// The rate, in Hz.
    pub fn rate(self) -> u32 {
        match self {
            Self::Pcm => 24_000,
            Self::Ulaw | Self::Alaw => 8_000,
        }
    }

    /// The format that a client names: `{"type": "audio/pcm"}`, or "pcm16" as before.
    pub fn named(value: &Value) -> Option<Self> {
        let rate = value.get("rate").and_then(Value::as_u64);
        let name = value.get("type").unwrap_or(value).as_str()?;
        match (name, rate) {
            ("audio/pcm" | "pcm16", None | Some(24_000)) => Some(Self::Pcm),
            ("audio/pcmu" | "g711_ulaw", None | Some(8_000)) => Some(Self::Ulaw),
            ("audio/pcma" | "g711_alaw", None | Some(8_000)) => Some(Self::Alaw),
            _ => None,
        }
    }

    /// Its name now, and before.
    pub fn to_json(self, beta: bool) -> Value {
        match (self, beta) {
            (Self::Pcm, false) => json!({ "type": "audio/pcm", "rate": 24_000 }),
            (Self::Ulaw, false) => json!({ "type": "audio/pcmu" }),
            (Self::Alaw, false) => json!({ "type": "audio/pcma" }),
            (Self::Pcm, true) => json!("pcm16"),
            (Self::Ulaw, true) => json!("g711_ulaw"),
            (Self::Alaw, true) => json!("g711_alaw"),
        }
    }

    /// The samples in a text of base64; `None` if it is none, or not of whole samples.
    pub fn decode(self, base64: &str) -> Option<Vec<f32>> {
        let bytes = STANDARD.decode(base64).ok()?;
        let float = |sample: i16| f32::from(sample) / 32_768.0;
        match self {
            Self::Pcm => {
                let (pairs, rest) = bytes.as_chunks::<2>();
                let samples = pairs.iter().map(|pair| float(i16::from_le_bytes(*pair)));
                rest.is_empty().then(|| samples.collect())
            }
            Self::Ulaw => Some(bytes.iter().map(|byte| float(decode_ulaw(*byte))).collect()),
            Self::Alaw => Some(bytes.iter().map(|byte| float(decode_alaw(*byte))).collect()),
        }
    }

    /// The samples as base64.
    pub fn encode(self, samples: &[f32]) -> String {
        let samples = samples.iter().map(|sample| pcm(*sample));
        let bytes: Vec<u8> = match self {
            Self::Pcm => samples.flat_map(i16::to_le_bytes).collect(),
            Self::Ulaw => samples.map(encode_ulaw).collect(),
            Self::Alaw => samples.map(encode_alaw).collect(),
        };
        STANDARD.encode(bytes)
    }

    /// The length of so many samples, in ms.
    pub fn ms(self, samples: u64) -> u64 {
        samples * 1000 / u64::from(self.rate())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sound_survives_each_format() {
        let sound: Vec<f32> = (0..800).map(|n| 0.5 * (n as f32 / 20.0).sin()).collect();
        for (codec, most) in [(Codec::Pcm, 1e-4), (Codec::Ulaw, 0.02), (Codec::Alaw, 0.02)] {
            let decoded = codec.decode(&codec.encode(&sound)).expect("decoded");
            assert_eq!(decoded.len(), sound.len());
            let worst = sound.iter().zip(&decoded).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < most, "{codec:?}: {worst}");
            for beta in [false, true] {
                assert_eq!(Codec::named(&codec.to_json(beta)), Some(codec));
            }
        }
        assert_eq!(Codec::named(&json!({"type": "audio/pcm", "rate": 16_000})), None);
    }

    proptest! {
        #[test]
        fn any_text_is_decoded_or_refused(text in "[A-Za-z0-9+/=]{0,60}") {
            for codec in [Codec::Pcm, Codec::Ulaw, Codec::Alaw] {
                let _ = codec.decode(&text);
            }
        }
    }
}
