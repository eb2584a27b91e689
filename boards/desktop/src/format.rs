//! Opening a stream in whatever sample format the device speaks.

use std::time::Duration;

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, SampleFormat, StreamConfig, SupportedBufferSize, SupportedStreamConfig};
use sayso_board::{BoardError, BoardErrorKind};

use crate::callback::{
    CaptureEnd, PlaybackEnd, capture_callback, error_callback, playback_callback,
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
                BoardErrorKind::Format,
                format!("the device speaks {other}, which is not supported: use another"),
            )),
        }
    };
}

/// The length of a callback. Short, for the sake of latency; long enough that a
/// busy machine makes it in time. Sound servers left to themselves buffer for
/// up to 2 s.
const CALLBACK: Duration = Duration::from_millis(20);

/// The device's own way with [`CALLBACK`], as near as it can.
fn stream_config(config: &SupportedStreamConfig) -> StreamConfig {
    let mut stream = config.config();
    if let SupportedBufferSize::Range { min, max } = *config.buffer_size() {
        let frames = f64::from(config.sample_rate()) * CALLBACK.as_secs_f64();
        stream.buffer_size = BufferSize::Fixed((frames as u32).max(min).min(max));
    }
    stream
}

/// To be called first in a callback: its thread, which the sound library made, gets
/// real-time priority where the system grants it. One call to the system in a stream's life.
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
) -> Result<cpal::Stream, BoardError> {
    fn build<T>(
        device: &cpal::Device,
        config: &SupportedStreamConfig,
        mut end: CaptureEnd,
    ) -> Result<cpal::Stream, BoardError>
    where
        T: cpal::SizedSample,
        f32: cpal::FromSample<T>,
    {
        let beat = std::sync::Arc::clone(&end.beat);
        let mut promoted = !worth_priority(device);
        let stream = device
            .build_input_stream::<T, _, _>(
                stream_config(config),
                move |data, _| {
                    promote_once(&mut promoted);
                    capture_callback(&mut end, data);
                },
                move |error| error_callback(&beat, error.kind()),
                None,
            )
            .map_err(|error| board_error(device, &error))?;
        stream.play().map_err(|error| board_error(device, &error))?;
        Ok(stream)
    }
    with_sample_type!(config.sample_format(), build(device, config, end))
}

/// Opens a loudspeaker and starts it.
pub fn open_playback(
    device: &cpal::Device,
    config: &SupportedStreamConfig,
    end: PlaybackEnd,
) -> Result<cpal::Stream, BoardError> {
    fn build<T>(
        device: &cpal::Device,
        config: &SupportedStreamConfig,
        mut end: PlaybackEnd,
    ) -> Result<cpal::Stream, BoardError>
    where
        T: cpal::SizedSample + cpal::FromSample<f32>,
        f32: cpal::FromSample<T>,
    {
        let beat = std::sync::Arc::clone(&end.beat);
        let mut promoted = !worth_priority(device);
        let stream = device
            .build_output_stream::<T, _, _>(
                stream_config(config),
                move |data, _| {
                    promote_once(&mut promoted);
                    playback_callback(&mut end, data);
                },
                move |error| error_callback(&beat, error.kind()),
                None,
            )
            .map_err(|error| board_error(device, &error))?;
        stream.play().map_err(|error| board_error(device, &error))?;
        Ok(stream)
    }
    with_sample_type!(config.sample_format(), build(device, config, end))
}
