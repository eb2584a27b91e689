//! Reading recordings: WAV, FLAC and AIFF of any shape, as 16 kHz mono.

use std::fs::File;
use std::io::{self, Cursor, Read as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sayso_board::CAPTURE_RATE;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Unread;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;

use crate::formats::Formats;
use crate::riff::{self, MOST_HEADER};
use crate::tags::Tags;
use crate::{Downmixer, Error, ErrorKind, Resampler, Result, foreign};

/// The most frames that are returned at once from those that the mixer held back.
const REST: usize = 2_048;

/// A recording that is being read: mono at one rate, block by block, so that its length does not
/// matter.
///
/// These formats are read, with any sample rate from 4 to 768 kHz:
///
/// - WAV: integers of 8 to 32 bits, float, extensible, A-law, µ-law; also RF64, BW64 and Wave64
/// - FLAC, also in Ogg
/// - AIFF and CAF, uncompressed
///
/// A [`Downmixer`] mixes any number of channels.
///
/// A file that is cut short gives the sound that it has, and [`truncated`](Self::truncated) then
/// says so. A WAV whose recorder never wrote its length is read to its end.
pub struct SoundFile {
    path: PathBuf,
    formats: Formats,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// The number of frames according to the file's header.
    claimed: Option<u64>,
    decoded: u64,
    rate: u32,
    mixer: Downmixer,
    resampler: Resampler,
    interleaved: Vec<f32>,
    mono: Vec<f32>,
    block: Vec<f32>,
    truncated: bool,
    /// Nothing more can be decoded.
    decoded_all: bool,
    over: bool,
}

/// A whole recording in memory.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Mono, at [`CAPTURE_RATE`].
    pub samples: Vec<f32>,
    /// Whether the file was cut short; `samples` is then its beginning.
    pub truncated: bool,
}

impl SoundFile {
    /// Opens a recording to be read at [`CAPTURE_RATE`].
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such file, [`ErrorKind::Unsupported`] when it is not
    /// a sound file, or has a codec or sample rate that cannot be read, [`ErrorKind::Damaged`] when
    /// it is empty or cut off within its header, [`ErrorKind::Io`] when it cannot be read at all.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_at(path, CAPTURE_RATE)
    }

    /// Opens a recording to be read at `rate` Hz.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_at(path: impl AsRef<Path>, rate: u32) -> Result<Self> {
        Self::open_with(path.as_ref(), Some(rate), Formats::Recordings)
    }

    /// Opens a piece of music to be read at `rate` Hz; without one, at its own rate. Besides the
    /// formats of recordings, these are read: MP3, Ogg Vorbis, and AAC, also in MPEG-4 (M4A). All
    /// channels are mixed evenly.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_music(path: impl AsRef<Path>, rate: Option<u32>) -> Result<Self> {
        Self::open_with(path.as_ref(), rate, Formats::Music)
    }

    /// Reads a recording that is in memory, at [`CAPTURE_RATE`]. Besides the formats of recordings,
    /// those of [music](Self::open_music) are read. `name` is the name of its file, for messages and
    /// as a hint.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn in_memory(name: impl AsRef<Path>, bytes: Vec<u8>) -> Result<Self> {
        let length = bytes.len() as u64;
        let formats = Formats::Uploads;
        Self::read(name.as_ref(), Cursor::new(bytes), length, Some(CAPTURE_RATE), formats)
    }

    fn open_with(path: &Path, rate: Option<u32>, formats: Formats) -> Result<Self> {
        // Opening a pipe would wait for its writer.
        let meta = std::fs::metadata(path).map_err(|error| open_error(path, error))?;
        if meta.is_dir() {
            return Err(unsupported(path, "is a folder, not a sound file"));
        }
        if !meta.is_file() {
            return Err(unsupported(path, "is a pipe or a device, not a file: save it first"));
        }
        let file = File::open(path).map_err(|error| open_error(path, error))?;
        Self::read(path, file, meta.len(), rate, formats)
    }

    /// Begins to read `file`, which has `length` bytes.
    fn read(
        path: &Path,
        mut file: impl MediaSource + 'static,
        length: u64,
        rate: Option<u32>,
        formats: Formats,
    ) -> Result<Self> {
        if length == 0 {
            return Err(damaged(path, "is empty (0 bytes): record or copy it again"));
        }
        let cannot_read = |error| open_error(path, error);
        let mut head = Vec::new();
        (&mut file).take(MOST_HEADER).read_to_end(&mut head).map_err(cannot_read)?;
        let plain = riff::plain(&head, length);
        file.seek(SeekFrom::Start(plain.as_ref().map_or(0, |plain| plain.at)))
            .map_err(cannot_read)?;
        let frames = plain.as_ref().map(|plain| plain.frames);
        let source: Box<dyn MediaSource> = match plain {
            Some(plain) => {
                let sound = Cursor::new(plain.header).chain(file.take(plain.sound));
                Box::new(ReadOnlySource::new(sound))
            }
            None => Box::new(file),
        };
        let stream = MediaSourceStream::new(source, Default::default());
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|e| e.to_str()) {
            hint.with_extension(extension);
        }
        let foreign = |error: Unread| {
            unsupported(path, &foreign::advice(path, &head)).with_source(cause(error))
        };
        let format = formats
            .probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| match error {
                Unread::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                    open_error(path, error)
                }
                Unread::IoError(error) if foreign::never_read(&head).is_none() => {
                    let what = "is cut off or no sound file: record or copy it again";
                    damaged(path, what).with_source(error)
                }
                error => foreign(error),
            })?;
        let track = format
            .default_track(TrackType::Audio)
            .ok_or_else(|| unsupported(path, "holds no sound"))?;
        let parameters = track
            .codec_params
            .as_ref()
            .and_then(|parameters| parameters.audio())
            .ok_or_else(|| unsupported(path, "holds no sound"))?;
        let source_rate = parameters
            .sample_rate
            .ok_or_else(|| unsupported(path, "does not say its sample rate"))?;
        let decoder = formats
            .codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(foreign)?;
        let channels = parameters.channels.as_ref().map_or(1, |c| c.count());
        let resampler =
            Resampler::new(source_rate, rate.unwrap_or(source_rate)).map_err(|error| {
                unsupported(path, &format!("cannot be used: {error}")).with_source(error)
            })?;
        let mixer = formats.mixer(channels, source_rate);
        let (track, claimed) = (track.id, frames.or(track.num_frames));
        Ok(Self {
            path: path.to_owned(),
            formats,
            format,
            decoder,
            track,
            claimed,
            decoded: 0,
            rate: source_rate,
            mixer,
            resampler,
            interleaved: Vec::new(),
            mono: Vec::new(),
            block: Vec::new(),
            truncated: false,
            decoded_all: false,
            over: false,
        })
    }

    /// The file's own sample rate, in Hz.
    pub fn source_rate(&self) -> u32 {
        self.rate
    }

    /// The file's own number of channels.
    pub fn source_channels(&self) -> usize {
        self.mixer.channels()
    }

    /// The length of the recording according to its header.
    pub fn duration(&self) -> Option<Duration> {
        self.claimed.map(|n| Duration::from_secs_f64(n as f64 / f64::from(self.rate)))
    }

    /// What the file says about itself, as far as it was read.
    pub fn tags(&mut self) -> Tags {
        Tags::of(self.format.metadata())
    }

    /// Whether the file was found to be cut short. Final after [`next_block`](Self::next_block)
    /// has returned `None`.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// The next samples, a few thousand at most, or `None` at the end.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when the disk fails, [`ErrorKind::Damaged`] when no part of
    /// the
    /// sound can be decoded. To retry, open the file again.
    pub fn next_block(&mut self) -> Result<Option<&[f32]>> {
        self.block.clear();
        while self.block.is_empty() && !self.over {
            if self.decoded_all {
                self.rest();
            } else {
                self.decode_packet()?;
            }
        }
        Ok(if self.block.is_empty() { None } else { Some(&self.block) })
    }

    /// Decodes one packet into `block`, or sets `decoded_all`.
    fn decode_packet(&mut self) -> Result<()> {
        let packet = match self.format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return self.end(None),
            Err(Unread::IoError(error)) if error.kind() != io::ErrorKind::UnexpectedEof => {
                return Err(open_error(&self.path, error));
            }
            Err(error) => return self.end(Some(error)),
        };
        if packet.track_id != self.track {
            return Ok(());
        }
        match self.decoder.decode(&packet) {
            Ok(audio) => {
                let channels = audio.spec().channels().count();
                self.decoded += audio.frames() as u64;
                audio.copy_to_vec_interleaved(&mut self.interleaved);
                self.mono.clear();
                if channels != self.mixer.channels() {
                    while self.mixer.rest(usize::MAX, &mut self.mono) {}
                    self.mixer = self.formats.mixer(channels, self.rate);
                }
                self.mixer.process(&self.interleaved, &mut self.mono);
                self.resampler.process(&self.mono, &mut self.block);
                Ok(())
            }
            // One damaged packet; the next may be whole.
            Err(Unread::DecodeError(_)) => {
                self.truncated = true;
                Ok(())
            }
            Err(error) => self.end(Some(error)),
        }
    }

    /// Nothing more can be decoded, by `broken` before the regular end.
    fn end(&mut self, broken: Option<Unread>) -> Result<()> {
        self.decoded_all = true;
        // If all frames were decoded, it does not matter how the file ends.
        self.truncated |= self.claimed.map_or(broken.is_some(), |claimed| self.decoded < claimed);
        if self.decoded > 0 || !self.truncated {
            return Ok(());
        }
        let what = "is cut off before its first sample: record or copy it again";
        let error = damaged(&self.path, what);
        Err(match broken {
            Some(broken) => error.with_source(cause(broken)),
            None => error,
        })
    }

    /// Puts a part of what the mixer held back into `block`. Sets `over` after the last part.
    fn rest(&mut self) {
        self.mono.clear();
        if self.mixer.rest(REST, &mut self.mono) {
            self.resampler.process(&self.mono, &mut self.block);
        } else {
            self.over = true;
            self.resampler.finish(&mut self.block);
        }
    }
}

/// Reads a whole recording of at most `max`.
///
/// # Errors
/// As [`SoundFile::open`] and [`SoundFile::next_block`]; also
/// [`ErrorKind::Unsupported`] when the recording is longer than `max`.
pub fn read_all(path: impl AsRef<Path>, max: Duration) -> Result<Sound> {
    let path = path.as_ref();
    let mut file = SoundFile::open(path)?;
    let limit = (max.as_secs_f64() * f64::from(CAPTURE_RATE)).ceil() as usize;
    let mut samples = Vec::new();
    while let Some(block) = file.next_block()? {
        if samples.len() + block.len() > limit {
            let message =
                format!("is longer than {:.0} s: cut it into shorter files", max.as_secs_f64());
            return Err(unsupported(path, &message));
        }
        samples.extend_from_slice(block);
    }
    Ok(Sound { samples, truncated: file.truncated })
}

fn unsupported(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{} {what}", path.display()))
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::Damaged, format!("{} {what}", path.display()))
}

/// What lies beneath: symphonia's own error does not give it.
fn cause(error: Unread) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        Unread::IoError(error) => error.into(),
        other => other.into(),
    }
}

fn open_error(path: &Path, error: io::Error) -> Error {
    let (kind, message) = match error.kind() {
        io::ErrorKind::NotFound => {
            (ErrorKind::NotFound, format!("there is no file {}: check its name", path.display()))
        }
        _ => (ErrorKind::Io, format!("cannot read {}: {error}", path.display())),
    };
    Error::new(kind, message).with_source(error)
}
