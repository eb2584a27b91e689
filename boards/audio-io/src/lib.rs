#![forbid(unsafe_code)]
//! Sound between files, devices and models: sound files ([`SoundFile`], [`read_all`],
//! [`WavWriter`]), sample-rate conversion ([`Resampler`]), mixing channels down to one
//! ([`Downmixer`]) and cutting into frames ([`Framer`]).

mod downmix;
mod error;
mod foreign;
mod formats;
mod frames;
mod resample;
mod riff;
mod sound_file;
mod tags;
mod wav_writer;

pub use downmix::Downmixer;
pub use error::{Error, ErrorKind, Result};
pub use frames::Framer;
pub use resample::{Progress, RATES, Resampler, rescale_floor, rescale_rounded};
pub use sound_file::{Sound, SoundFile, read_all};
pub use tags::Tags;
pub use wav_writer::WavWriter;
