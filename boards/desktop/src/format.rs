//! Opens a stream in whatever sample format the device uses.

use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfig};
use sayso_board::{BoardError, BoardErrorKind};

use crate::callback::{
    CaptureEnd, Faults, PlaybackEnd, capture_callback, error_callback, playback_callback,
};
use crate::devices::{board_error, worth_priority};

/// Calls `$build::<T>($args)` with the sample type of the format.
macro_rules! with_sample_type {
    ($format:expr, $build:ident($($argument:expr),*)) => {
        match $format {
            SampleFormat::I8 => $build::<i8>($($argument),*),
            SampleFormat::I16 => $build::<i16>($($argument),*),
            SampleFormat::I24 => $build::<cpal::I24>($($argument),*),
            SampleFormat::I32 => $build::<i32>($($argument),*),
            SampleFormat::I64 => $build::<i64>($($argument),*),
            SampleFormat::U8 => $build::<u8>($($argument),*),
            SampleFormat::U16 => $build::<u16>($($argument),*),
            SampleFormat::U24 => $build::<cpal::U24>($($argument),*),
            SampleFormat::U32 => $build::<u32>($($argument),*),
            SampleFormat::U64 => $build::<u64>($($argument),*),
            SampleFormat::F32 => $build::<f32>($($argument),*),
            SampleFormat::F64 => $build::<f64>($($argument),*),
            other => Err(BoardError::new(
                BoardErrorKind::Unsupported,
                format!("the device uses the sample format {other}, which is not supported: use \
                         another device"),
            )),
        }
    };
}

/// The length of a callback: short for a low latency, but long enough for a busy machine. Sound
/// servers buffer up to 2 s if nothing is requested.
const CALLBACK: Duration = Duration::from_millis(20);

/// The device's own format with [`CALLBACK`], or the nearest length that it supports.
fn stream_config(config: &SupportedStreamConfig) -> StreamConfig {
    let mut stream = config.config();
    if let SupportedBufferSize::Range { min, max } = *config.buffer_size() {
        let frames = f64::from(config.sample_rate()) * CALLBACK.as_secs_f64();
        stream.buffer_size = BufferSize::Fixed((frames as u32).max(min).min(max));
    }
    stream
}

/// Must be called first in a callback. The callback's thread, which the sound library made, gets
/// real-time priority if the system grants it. This is one system call in a stream's life.
fn promote_once(promoted: &mut bool) {
    if !std::mem::replace(promoted, true) {
        sayso_board::promote_thread();
    }
}

/// Opens a microphone and starts it.
pub fn open_capture(
    device: &cpal::Device,
    config: &SupportedStreamConfig,
    end: CaptureEnd,
    faults: Faults,
) -> Result<cpal::Stream, BoardError> {
    fn callback<T>(mut end: CaptureEnd, mut promoted: bool) -> Result<InputCallback, BoardError>
    where
        T: cpal::SizedSample,
        f32: cpal::FromSample<T>,
    {
        Ok(Box::new(move |data: &cpal::Data, _: &cpal::InputCallbackInfo| {
            promote_once(&mut promoted);
            // The type is never another one, because the stream was opened with this one.
            if let Some(samples) = data.as_slice::<T>() {
                capture_callback(&mut end, samples);
            }
        }))
    }
    let format = config.sample_format();
    let mut faults = faults;
    let promoted = !worth_priority(device);
    let data = with_sample_type!(format, callback(end, promoted))?;
    let error = move |error: cpal::Error| error_callback(&mut faults, error);
    started(device, device.build_input_stream_raw(stream_config(config), format, data, error, None))
}

/// Opens a loudspeaker and starts it.
pub fn open_playback(
    device: &cpal::Device,
    config: &SupportedStreamConfig,
    end: PlaybackEnd,
    faults: Faults,
) -> Result<cpal::Stream, BoardError> {
    fn callback<T>(mut end: PlaybackEnd, mut promoted: bool) -> Result<OutputCallback, BoardError>
    where
        T: cpal::SizedSample + cpal::FromSample<f32>,
        f32: cpal::FromSample<T>,
    {
        Ok(Box::new(move |data: &mut cpal::Data, _: &cpal::OutputCallbackInfo| {
            promote_once(&mut promoted);
            if let Some(samples) = data.as_slice_mut::<T>() {
                playback_callback(&mut end, samples);
            }
        }))
    }
    let format = config.sample_format();
    let mut faults = faults;
    let promoted = !worth_priority(device);
    let data = with_sample_type!(format, callback(end, promoted))?;
    let error = move |error: cpal::Error| error_callback(&mut faults, error);
    started(
        device,
        device.build_output_stream_raw(stream_config(config), format, data, error, None),
    )
}

// One type for all sample formats; otherwise all of cpal's hosts would be compiled for each.
type InputCallback = Box<dyn FnMut(&cpal::Data, &cpal::InputCallbackInfo) + Send>;
type OutputCallback = Box<dyn FnMut(&mut cpal::Data, &cpal::OutputCallbackInfo) + Send>;

/// Starts an opened stream.
fn started(
    device: &cpal::Device,
    stream: Result<cpal::Stream, cpal::Error>,
) -> Result<cpal::Stream, BoardError> {
    stream
        .and_then(|stream| stream.play().map(|()| stream))
        .map_err(|error| board_error(device, error))
}
