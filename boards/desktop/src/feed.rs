//! The loudspeaker's queue: it converts from the voice's samples to the device's ring, and from
//! the frames that the device took back to the voice's samples.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ringbuf::traits::{Observer, Producer};
use sayso_audio_io::{Resampler, rescale_floor};
use sayso_board::StreamStats;

use crate::callback::PlaybackTap;

/// How much sound [`Feed::write`] queues at most, in seconds.
const QUEUE: u64 = 30;
/// If the queue is empty and the ring holds no more than this, the utterance counts as ended, and
/// the resampler's last samples are flushed.
const ENDING: Duration = Duration::from_millis(40);

/// A run of sound between two silences of the queue, resampled separately. Device frames are
/// counted from the start of this device, voice samples from the start of the feed.
#[derive(Clone, Copy, Debug)]
struct Segment {
    frame: u64,
    sample: u64,
    /// Where it ends, if that is known.
    end: Option<(u64, u64)>,
}

/// The loudspeaker's logic; the caller passes in the time.
///
/// Each written sample is first queued, then played, dropped by a stop, or missing because there
/// was no device.
pub struct Feed {
    voice_rate: u32,
    queue: VecDeque<f32>,
    device: Option<Device>,
    /// Samples that left the queue to be played, minus those that were not played.
    fed: u64,
    /// When the queue was last shortened because there was no device.
    away: Option<Instant>,
    past: StreamStats,
    opened: u64,
}

struct Device {
    tap: PlaybackTap,
    resampler: Resampler,
    /// Frames pushed into the ring, minus those dropped there.
    pushed: u64,
    segments: VecDeque<Segment>,
    /// Samples played before the first segment.
    before: u64,
    scratch: Vec<f32>,
}

impl Feed {
    pub fn new(voice_rate: u32) -> Self {
        Self {
            voice_rate,
            queue: VecDeque::new(),
            device: None,
            fed: 0,
            away: None,
            past: StreamStats::default(),
            opened: 0,
        }
    }

    /// Attaches a device to play on. The resampler converts from the voice's rate to the device's.
    pub fn attach(&mut self, tap: PlaybackTap, resampler: Resampler) {
        self.device = Some(Device {
            tap,
            resampler,
            pushed: 0,
            segments: VecDeque::new(),
            before: self.fed,
            scratch: vec![0.0; 1_024],
        });
        self.away = None;
        self.opened += 1;
        self.pump();
    }

    /// The device is lost, and so is the sound on its way to it.
    pub fn lost(&mut self, now: Instant) {
        if let Some(device) = self.device.take() {
            let played = device.played(self.voice_rate);
            self.past.xruns += device.tap.beat.xruns.load(Ordering::Relaxed);
            self.past.missing += self.fed - played;
            self.fed = played;
        }
        self.away = Some(now);
    }

    /// Queues as much of `samples` as there is room for.
    pub fn write(&mut self, samples: &[f32]) -> usize {
        let capacity = (QUEUE * u64::from(self.voice_rate)) as usize;
        let n = samples.len().min(capacity.saturating_sub(self.queue.len()));
        self.queue.extend(&samples[..n]);
        self.pump();
        n
    }

    pub fn played(&self) -> u64 {
        self.device.as_ref().map_or(self.fed, |device| device.played(self.voice_rate))
    }

    pub fn queued(&self) -> usize {
        self.queue.len() + (self.fed - self.played()) as usize
    }

    /// Fades out and drops the rest. Returns the number of dropped samples.
    pub fn stop(&mut self, fade: Duration) -> usize {
        let mut dropped = self.queue.len() as u64;
        self.queue.clear();
        if let Some(device) = &mut self.device {
            let last = device.stop(fade, self.voice_rate);
            dropped += self.fed - last;
            self.fed = last;
        }
        dropped as usize
    }

    /// Advances the time: feeds the device or, without one, lets the queue pass unheard. Returns
    /// whether there is more to do soon.
    pub fn tick(&mut self, now: Instant) -> bool {
        if let Some(since) = &mut self.away {
            let passed = now.saturating_duration_since(*since).as_secs_f64();
            let unheard = ((passed * f64::from(self.voice_rate)) as usize).min(self.queue.len());
            self.queue.drain(..unheard);
            self.past.missing += unheard as u64;
            *since = now;
        }
        self.pump();
        let open = |device: &Device| device.segments.back().is_some_and(|s| s.end.is_none());
        !self.queue.is_empty() || self.device.as_ref().is_some_and(open)
    }

    pub fn stats(&self) -> StreamStats {
        let mut stats = self.past;
        stats.reopened = self.opened.saturating_sub(1);
        if let Some(device) = &self.device {
            stats.xruns += device.tap.beat.xruns.load(Ordering::Relaxed);
        }
        stats
    }

    /// Moves as much of the queue as possible into the device's ring.
    fn pump(&mut self) {
        let Some(device) = &mut self.device else { return };
        // During a fade, only the callback may use the ring.
        if device.tap.clock.stopping() {
            return;
        }
        loop {
            let (samples, _) = self.queue.as_slices();
            if samples.is_empty() {
                break;
            }
            let taken = device.push(samples, self.fed);
            if taken == 0 {
                return;
            }
            self.queue.drain(..taken);
            self.fed += taken as u64;
        }
        device.end_segment(self.fed);
        let played = device.tap.clock.frames();
        // The newest segment stays, because counting starts from it.
        while device.segments.get(1).is_some_and(|second| second.frame <= played) {
            if let Some(Segment { end: Some((_, sample)), .. }) = device.segments.pop_front() {
                device.before = sample;
            }
        }
    }
}

impl Device {
    /// Resamples from `samples` into the ring and returns how many were taken. `fed` is the number
    /// of the first of them.
    fn push(&mut self, samples: &[f32], fed: u64) -> usize {
        if self.segments.back().is_none_or(|segment| segment.end.is_some()) {
            self.segments.push_back(Segment { frame: self.pushed, sample: fed, end: None });
        }
        let mut taken = 0;
        loop {
            let room = self.tap.samples.vacant_len().min(self.scratch.len());
            if room == 0 {
                return taken;
            }
            let progress =
                self.resampler.process_into(&samples[taken..], &mut self.scratch[..room]);
            self.tap.samples.push_slice(&self.scratch[..progress.produced]);
            self.pushed += progress.produced as u64;
            taken += progress.consumed;
            if taken == samples.len() && progress.produced < room {
                return taken;
            }
        }
    }

    /// If the queue is empty and the ring almost empty, flushes the resampler's last samples.
    fn end_segment(&mut self, fed: u64) {
        let callback = self.tap.beat.largest.load(Ordering::Relaxed) as usize;
        let ending = (ENDING.as_secs_f64() * f64::from(self.tap.rate)) as usize;
        let Some(segment) = self.segments.back_mut().filter(|segment| segment.end.is_none()) else {
            return;
        };
        if self.tap.samples.occupied_len() > ending.max(2 * callback) {
            return;
        }
        let mut rest = Vec::new();
        self.resampler.finish(&mut rest);
        // The ring has far more room than these few milliseconds.
        self.pushed += self.tap.samples.push_slice(&rest) as u64;
        segment.end = Some((self.pushed, fed));
    }

    /// Samples that were played when the device had taken `frames`.
    fn played_at(&self, frames: u64, voice_rate: u32) -> u64 {
        let Some(segment) = self.segments.iter().rev().find(|s| s.frame <= frames) else {
            return self.before;
        };
        match segment.end {
            Some((frame, sample)) if frames >= frame => sample,
            end => {
                let into = rescale_floor(frames - segment.frame, self.tap.rate, voice_rate);
                let played = segment.sample + into;
                end.map_or(played, |(_, sample)| played.min(sample))
            }
        }
    }

    fn played(&self, voice_rate: u32) -> u64 {
        self.played_at(self.tap.clock.frames(), voice_rate)
    }

    /// Orders the fade. Returns the number of the sample with which it ends.
    fn stop(&mut self, fade: Duration, voice_rate: u32) -> u64 {
        if !self.tap.clock.stopping() {
            let fade = (fade.as_secs_f64() * f64::from(self.tap.rate)).round() as u32;
            let from = self.tap.clock.stop(fade);
            let end = (from + u64::from(fade)).min(self.pushed);
            let last = self.played_at(end, voice_rate);
            self.segments.retain(|segment| segment.frame < end);
            match self.segments.back_mut() {
                Some(segment) => segment.end = Some((end, last)),
                None => self.before = last,
            }
            self.pushed = end;
            self.resampler.reset();
        }
        self.played_at(self.pushed, voice_rate)
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
