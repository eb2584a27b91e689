//! Which formats are read: a recording may have others than music.

use std::sync::LazyLock;

use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::formats::probe::Probe;
use symphonia::default::{codecs, formats, get_codecs, get_probe};

use crate::Downmixer;

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formats {
    /// Speech, without loss: what a lossy format leaves out would be missing.
    Recordings,
    /// Music, in any format that symphonia is compiled with.
    Music,
    /// Speech in any of these formats: whoever sends it cannot always choose.
    Uploads,
}

static RECORDINGS: LazyLock<(Probe, CodecRegistry)> = LazyLock::new(|| {
    let mut probe = Probe::default();
    probe.register_format::<formats::CafReader<'_>>();
    probe.register_format::<formats::FlacReader<'_>>();
    probe.register_format::<formats::AiffReader<'_>>();
    probe.register_format::<formats::WavReader<'_>>();
    probe.register_format::<formats::OggReader<'_>>();
    let mut registry = CodecRegistry::new();
    registry.register_audio_decoder::<codecs::FlacDecoder>();
    registry.register_audio_decoder::<codecs::PcmDecoder>();
    (probe, registry)
});

impl Formats {
    /// Finds out the format of a file.
    pub fn probe(self) -> &'static Probe {
        match self {
            Self::Recordings => &RECORDINGS.0,
            Self::Music | Self::Uploads => get_probe(),
        }
    }

    /// Makes decoders.
    pub fn codecs(self) -> &'static CodecRegistry {
        match self {
            Self::Recordings => &RECORDINGS.1,
            Self::Music | Self::Uploads => get_codecs(),
        }
    }

    /// Mixes the channels down to one.
    pub fn mixer(self, channels: usize, rate: u32) -> Downmixer {
        let mixer = Downmixer::new(channels, rate);
        match self {
            Self::Recordings | Self::Uploads => mixer.looking_ahead(),
            Self::Music => mixer.evenly(),
        }
    }
}
