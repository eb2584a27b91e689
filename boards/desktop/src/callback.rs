//! The audio callbacks, and what they share with the threads.
//!
//! Nothing here locks, allocates or calls the system, with one exception: a stream's first
//! callback asks for real-time priority (see `format`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cpal::{FromSample, Sample};
use ringbuf::traits::{Consumer, Observer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

/// Signs of life of a stream, set by its callbacks.
#[derive(Debug, Default)]
pub struct Beat {
    /// Frames that the device has delivered or asked for.
    pub frames: AtomicU64,
    /// The largest callback so far, in frames.
    pub largest: AtomicU32,
    /// Overruns or underruns reported by the device.
    pub xruns: AtomicU64,
    /// The stream cannot be used any more.
    pub broken: AtomicBool,
    /// There was an error that the stream may survive; further frames show whether it does.
    pub shaken: AtomicBool,
}

impl Beat {
    fn count(&self, frames: usize) {
        let callback = u32::try_from(frames).unwrap_or(u32::MAX);
        self.largest.fetch_max(callback, Ordering::Relaxed);
        self.frames.fetch_add(frames as u64, Ordering::Release);
    }
}

/// The error callback's end of a stream.
pub struct Faults {
    beat: Arc<Beat>,
    told: HeapProd<cpal::Error>,
}

/// Errors that may wait for the supervisor. The text of further ones is lost.
const FAULTS: usize = 16;

/// Connects the error callback of the stream with this `beat` to its supervisor.
pub fn faults(beat: &Arc<Beat>) -> (Faults, HeapCons<cpal::Error>) {
    let (told, read) = HeapRb::new(FAULTS).split();
    (Faults { beat: Arc::clone(beat), told }, read)
}

/// The error callback: counts errors that may be frequent, and passes on the others.
pub fn error_callback(faults: &mut Faults, error: cpal::Error) {
    if error.kind() == cpal::ErrorKind::Xrun {
        faults.beat.xruns.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let kind = error.kind();
    // If there is no room, the earlier errors are kept, because they say more.
    let _ = faults.told.try_push(error);
    if shakes(kind) {
        faults.beat.shaken.store(true, Ordering::Release);
    } else if breaks(kind) {
        faults.beat.broken.store(true, Ordering::Release);
    }
}

/// Whether the stream may have ended with such an error.
pub fn breaks(kind: cpal::ErrorKind) -> bool {
    use cpal::ErrorKind::{DeviceChanged, RealtimeDenied, Xrun};
    !matches!(kind, Xrun | DeviceChanged | RealtimeDenied)
}

/// Whether the stream often survives such an error. cpal calls ALSA again, and if a busy
/// PulseAudio answered late (EIO), the next call succeeds.
fn shakes(kind: cpal::ErrorKind) -> bool {
    matches!(kind, cpal::ErrorKind::BackendError)
}

/// `lost` frames are missing before the frame with the number `at`, counted among the frames that
/// passed through the ring.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    pub at: u64,
    pub lost: u64,
}

/// The callback's end of a capture stream, or of the reference that a playback callback makes from
/// what it plays.
pub struct CaptureEnd {
    samples: HeapProd<f32>,
    gaps: HeapProd<Gap>,
    channels: usize,
    pushed: u64,
    /// Frames lost since the last frame that was pushed.
    lost: u64,
    pub beat: Arc<Beat>,
}

/// The reader's end of a capture stream.
pub struct CaptureTap {
    /// Interleaved.
    pub samples: HeapCons<f32>,
    pub gaps: HeapCons<Gap>,
    pub rate: u32,
    pub channels: usize,
    pub beat: Arc<Beat>,
    /// When the device was started.
    pub began: Instant,
    /// Set when the device is lost, to the time of its last sign of life. Nothing is pushed after
    /// that.
    pub gone: Arc<std::sync::OnceLock<Instant>>,
}

/// How long the reader of captured sound may stall before sound is lost.
pub const RING: Duration = Duration::from_secs(2);

/// How much reference may wait for the microphone: as much as captured sound.
const REFERENCE: Duration = RING;

/// Gaps that may wait for the reader. Further ones are combined.
const GAPS: usize = 64;

/// Creates a ring of `length` between callback and reader.
pub fn capture_link(rate: u32, channels: usize, length: Duration) -> (CaptureEnd, CaptureTap) {
    let frames = (length.as_secs_f64() * f64::from(rate)).ceil().max(1.0) as usize;
    let (samples, popped) = HeapRb::new(frames * channels).split();
    let (gaps, popped_gaps) = HeapRb::new(GAPS).split();
    let beat = Arc::new(Beat::default());
    let end = CaptureEnd { samples, gaps, channels, pushed: 0, lost: 0, beat: Arc::clone(&beat) };
    let tap = CaptureTap {
        samples: popped,
        gaps: popped_gaps,
        rate,
        channels,
        beat,
        began: Instant::now(),
        gone: Arc::default(),
    };
    (end, tap)
}

/// The capture callback: pushes as many whole frames as there is room for, and counts the others.
pub fn capture_callback<T>(end: &mut CaptureEnd, data: &[T])
where
    T: Sample,
    f32: FromSample<T>,
{
    let frames = data.len() / end.channels;
    let room = end.samples.vacant_len() / end.channels;
    let fits = if end.lost > 0 && room > 0 {
        // The gap must be published before the frames after it.
        let gap = Gap { at: end.pushed, lost: end.lost };
        if end.gaps.try_push(gap).is_ok() {
            end.lost = 0;
            frames.min(room)
        } else {
            0
        }
    } else {
        frames.min(room)
    };
    let samples = data[..fits * end.channels].iter().map(|sample| sample.to_sample::<f32>());
    end.samples.push_iter(samples);
    end.pushed += fits as u64;
    end.lost += (frames - fits) as u64;
    end.beat.count(frames);
}

/// Counts the frames that were played and carries the order to stop, both in one word, so that the
/// thread that orders a stop knows which frame is the last before the fade.
#[derive(Debug, Default)]
pub struct PlayClock {
    word: AtomicU64,
    fade: AtomicU32,
}

const STOP: u64 = 1 << 63;

impl PlayClock {
    /// Frames played.
    pub fn frames(&self) -> u64 {
        self.word.load(Ordering::Acquire) & !STOP
    }

    /// Whether a stop was ordered and is not done yet.
    pub fn stopping(&self) -> bool {
        self.word.load(Ordering::Acquire) & STOP != 0
    }

    /// Orders the callback to fade out within `fade` frames and to drop the rest. Returns the
    /// number of frames that were played before the fade. Nothing may be pushed while
    /// [`stopping`](Self::stopping) is true.
    pub fn stop(&self, fade: u32) -> u64 {
        self.fade.store(fade, Ordering::Relaxed);
        self.word.fetch_or(STOP, Ordering::AcqRel) & !STOP
    }
}

/// The callback's end of a playback stream.
pub struct PlaybackEnd {
    samples: HeapCons<f32>,
    channels: usize,
    clock: Arc<PlayClock>,
    fading: Option<Fade>,
    /// Receives what was played, silence included.
    reference: CaptureEnd,
    pub beat: Arc<Beat>,
}

#[derive(Clone, Copy)]
struct Fade {
    done: usize,
    length: usize,
}

/// The feeder's end of a playback stream.
pub struct PlaybackTap {
    /// Mono.
    pub samples: HeapProd<f32>,
    pub clock: Arc<PlayClock>,
    pub rate: u32,
    pub beat: Arc<Beat>,
    /// Everything that is played, for the microphone, in the form of a capture stream.
    pub reference: Option<CaptureTap>,
}

/// Creates a ring of `length` between feeder and callback.
pub fn playback_link(rate: u32, channels: usize, length: Duration) -> (PlaybackEnd, PlaybackTap) {
    let frames = (length.as_secs_f64() * f64::from(rate)).ceil().max(1.0) as usize;
    let (pushed, samples) = HeapRb::new(frames).split();
    let (clock, beat) = (Arc::new(PlayClock::default()), Arc::new(Beat::default()));
    let (reference, heard) = capture_link(rate, channels, REFERENCE);
    let end = PlaybackEnd {
        samples,
        channels,
        clock: Arc::clone(&clock),
        fading: None,
        reference,
        beat: Arc::clone(&beat),
    };
    (end, PlaybackTap { samples: pushed, clock, rate, beat, reference: Some(heard) })
}

/// The playback callback: plays what is in the ring on all channels, then silence, and passes both
/// on as the reference.
pub fn playback_callback<T>(end: &mut PlaybackEnd, data: &mut [T])
where
    T: Sample + FromSample<f32>,
    f32: FromSample<T>,
{
    let frames = data.len() / end.channels;
    end.beat.count(frames);
    let played = end.claim(frames);
    let (sound, silence) = data.split_at_mut(played * end.channels);
    let samples = end.samples.pop_iter();
    for (frame, sample) in sound.chunks_exact_mut(end.channels).zip(samples) {
        let gain = end.fading.as_mut().map_or(1.0, Fade::next);
        frame.fill(T::from_sample(sample * gain));
    }
    silence.fill(T::EQUILIBRIUM);
    end.end_fade();
    capture_callback(&mut end.reference, data);
}

impl PlaybackEnd {
    /// Decides how many of `frames` are sound, and counts them as played.
    fn claim(&mut self, frames: usize) -> usize {
        let word = &self.clock.word;
        // A stop may arrive between load and exchange, but only once, because only this thread
        // takes it back. So there are at most two rounds.
        while self.fading.is_none() {
            let seen = word.load(Ordering::Acquire);
            let queued = self.samples.occupied_len();
            if seen & STOP != 0 {
                let fade = self.clock.fade.load(Ordering::Relaxed) as usize;
                self.fading = Some(Fade { done: 0, length: fade.min(queued) });
                break;
            }
            let n = queued.min(frames);
            let next = seen + n as u64;
            if word.compare_exchange(seen, next, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                return n;
            }
        }
        let left = self.fading.map_or(0, |fade| fade.length - fade.done);
        let n = left.min(frames);
        word.fetch_add(n as u64, Ordering::AcqRel);
        n
    }

    /// Drops what follows a finished fade, and lets the feeder continue.
    fn end_fade(&mut self) {
        if self.fading.is_some_and(|fade| fade.done == fade.length) {
            self.fading = None;
            self.samples.clear();
            self.clock.word.fetch_and(!STOP, Ordering::AcqRel);
        }
    }
}

impl Fade {
    fn next(&mut self) -> f32 {
        self.done += 1;
        1.0 - self.done as f32 / (self.length + 1) as f32
    }
}

#[cfg(test)]
#[path = "callback_tests.rs"]
mod tests;
