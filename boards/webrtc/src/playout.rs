//! Gives out sound as fast as it is played: a frame each 20 ms. Pure.

use std::collections::VecDeque;
use std::time::Duration;

use crate::PLAYS;

/// The length of a frame.
pub const FRAME: Duration = Duration::from_millis(20);
/// The same in samples.
const SAMPLES: usize = PLAYS as usize / 50;
/// Frames of silence after sound: the other end then fills no gap with the last sound.
const TAIL: u32 = 10;
/// After a delay longer than this, the time that was lost is not made up for.
const LATE: Duration = Duration::from_millis(200);
/// How long sound takes from here to an ear: what a browser's jitter buffer and its output hold on a
/// quiet network. Chromium's buffer aims at 40 ms or more, and its output adds about as much.
const WAY: Duration = Duration::from_millis(80);

/// What the other end has played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// The place that it has reached, in samples.
    pub place: u64,
    /// How many stops were carried out.
    pub stops: u64,
}

/// A frame, and when it is to be heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The samples of 20 ms.
    pub samples: Vec<f32>,
    /// The time of its first sample.
    pub time: Duration,
    /// Whether it comes after a pause without frames.
    pub first: bool,
}

enum Item {
    Sound(VecDeque<f32>),
    /// The next sound begins at this place.
    Stop(u64),
}

/// Sound that waits to be given out. Times count from any beginning.
///
/// Places are numbers of samples since the beginning; [`stop`](Self::stop) takes them back.
#[derive(Default)]
pub struct Playout {
    queue: VecDeque<Item>,
    /// The place of the next sample.
    place: u64,
    stops: u64,
    /// When the next frame is due; `None` in a pause.
    next: Option<Duration>,
    /// Frames of silence since the last sound.
    silent: u32,
    /// What was last reported, and the end of the last sound.
    reported: Played,
    sounded: Duration,
}

impl Playout {
    /// Adds sound that continues what there is.
    pub fn add(&mut self, samples: &[f32]) {
        if samples.is_empty() {
            return;
        }
        match self.queue.back_mut() {
            Some(Item::Sound(sound)) => sound.extend(samples),
            _ => self.queue.push_back(Item::Sound(samples.iter().copied().collect())),
        }
    }

    /// Plays up to the place `at`, fades out over the `fade` samples before it, and drops what is
    /// after it. If that place is over, it fades out now. The next sound begins at `at`.
    pub fn stop(&mut self, at: u64, fade: u16) {
        let fade = u64::from(fade);
        let (begins, over) = match self.queue.iter().rev().find_map(|item| match item {
            Item::Stop(at) => Some(*at),
            Item::Sound(_) => None,
        }) {
            Some(base) => (base, base),
            None => (self.place, self.place + fade),
        };
        if let Some(Item::Sound(sound)) = self.queue.back_mut() {
            let end = at.max(over).saturating_sub(begins).min(sound.len() as u64);
            sound.truncate(end as usize);
            for (n, sample) in sound.iter_mut().rev().take(fade as usize).enumerate() {
                *sample *= n as f32 / fade as f32;
            }
        }
        self.queue.push_back(Item::Stop(at));
    }

    /// The next frame, if it is due.
    pub fn frame(&mut self, now: Duration) -> Option<Frame> {
        let first = self.next.is_none();
        if first && !self.is_waiting() {
            // Stops without sound take no time.
            self.pass();
            return None;
        }
        let mut time = self.next.unwrap_or(now);
        if time > now {
            return None;
        }
        if now - time > LATE {
            time = now;
        }
        let mut samples = Vec::with_capacity(SAMPLES);
        while samples.len() < SAMPLES {
            self.pass();
            let Some(Item::Sound(sound)) = self.queue.front_mut() else { break };
            let n = sound.len().min(SAMPLES - samples.len());
            samples.extend(sound.drain(..n));
            self.place += n as u64;
            if sound.is_empty() {
                self.queue.pop_front();
            }
        }
        self.pass();
        if samples.is_empty() {
            self.silent += 1;
        } else {
            self.silent = 0;
            let length = samples.len() as f64 / f64::from(PLAYS);
            self.sounded = time + Duration::from_secs_f64(length);
        }
        samples.resize(SAMPLES, 0.0);
        self.next = (self.silent < TAIL).then_some(time + FRAME);
        Some(Frame { samples, time, first })
    }

    /// When the next frame is due, or `None` if nothing waits.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        self.next.or_else(|| self.is_waiting().then_some(now))
    }

    /// What the other end has played by now, if that has changed.
    pub fn played(&mut self, now: Duration) -> Option<Played> {
        // After the last sound, the end is reached while nothing is given out.
        let way = WAY.saturating_sub(now.saturating_sub(self.sounded));
        let way = (way.as_secs_f64() * f64::from(PLAYS)).round() as u64;
        let mut place = self.place.saturating_sub(way);
        if self.stops == self.reported.stops {
            place = place.max(self.reported.place);
        }
        let played = Played { place, stops: self.stops };
        (played != std::mem::replace(&mut self.reported, played)).then_some(played)
    }

    fn is_waiting(&self) -> bool {
        self.queue.iter().any(|item| matches!(item, Item::Sound(_)))
    }

    /// Carries out the stops that are reached.
    fn pass(&mut self) {
        while let Some(Item::Stop(at)) = self.queue.front() {
            self.place = *at;
            self.stops += 1;
            self.queue.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Everything that is given out from `from` on, every 5 ms, until nothing more comes.
    fn run(playout: &mut Playout, from: u64) -> Vec<(u64, Frame)> {
        let mut frames = Vec::new();
        for now in (from..from + 3_000).step_by(5) {
            while let Some(frame) = playout.frame(ms(now)) {
                frames.push((now, frame));
            }
        }
        frames
    }

    #[test]
    fn sound_is_given_out_in_real_time_and_in_order() {
        let mut playout = Playout::default();
        let sound: Vec<f32> = (0..4_801).map(|n| n as f32).collect();
        for piece in sound.chunks(700) {
            playout.add(piece);
        }
        let frames = run(&mut playout, 100);
        assert_eq!(frames.len() as u32, 11 + TAIL, "10 frames, one begun, and silence");
        let (given, silence) = frames.split_at(11);
        let played: Vec<f32> =
            given.iter().flat_map(|(_, frame)| frame.samples.iter().copied()).collect();
        assert_eq!(played[..4_801], sound[..]);
        assert!(silence.iter().all(|(_, frame)| frame.samples.iter().all(|s| *s == 0.0)));
        for (n, (now, frame)) in frames.iter().enumerate() {
            assert_eq!((*now, frame.time), (100 + 20 * n as u64, ms(100 + 20 * n as u64)));
            assert_eq!(frame.first, n == 0);
            assert_eq!(frame.samples.len(), SAMPLES);
        }
    }

    #[test]
    fn the_place_is_reported_as_it_is_heard() {
        let mut playout = Playout::default();
        playout.add(&vec![0.5; 4_800]);
        assert_eq!(playout.played(ms(0)), None);
        let mut reports = Vec::new();
        for now in (0..600).step_by(5) {
            drop(playout.frame(ms(now)));
            reports.extend(playout.played(ms(now)).map(|played| (now, played.place)));
        }
        assert!(reports.is_sorted_by(|a, b| a.1 < b.1), "{reports:?}");
        assert_eq!(reports.last(), Some(&(280, 4_800)), "200 ms of sound, and the way to an ear");
        let (now, place) = reports[reports.len() / 2];
        let heard = (now + 20).saturating_sub(WAY.as_millis() as u64) * 24;
        assert!(place.abs_diff(heard) <= 480, "{place} for {heard}");
    }

    #[test]
    fn a_stop_fades_out_and_takes_the_place_back() {
        let mut playout = Playout::default();
        playout.add(&vec![1.0; 24_000]);
        for now in [0, 20, 40] {
            assert!(playout.frame(ms(now)).is_some());
        }
        // The server believes that the ear is at 480 when 1440 were given out.
        playout.stop(960, 240);
        playout.add(&[0.25; 480]);
        let rest = run(&mut playout, 60);
        let rest: Vec<f32> = rest.into_iter().flat_map(|(_, frame)| frame.samples).collect();
        assert!(rest[..239].is_sorted_by(|a, b| a > b), "it fades");
        assert_eq!(rest[239], 0.0);
        assert_eq!(rest[240..720], [0.25; 480]);
        assert!(rest[720..].iter().all(|sample| *sample == 0.0));
        let played = playout.played(ms(3_000));
        assert_eq!(played, Some(Played { place: 1_440, stops: 1 }));
    }

    #[test]
    fn a_stop_ahead_is_played_up_to() {
        let mut playout = Playout::default();
        playout.add(&vec![1.0; 24_000]);
        assert!(playout.frame(ms(0)).is_some());
        playout.stop(1_200, 240);
        playout.stop(1_200, 240);
        let rest = run(&mut playout, 20);
        let sounding = rest.iter().flat_map(|(_, frame)| &frame.samples);
        assert_eq!(sounding.filter(|sample| **sample > 0.0).count(), 1_200 - 480 - 1);
        assert_eq!(playout.played(ms(3_000)), Some(Played { place: 1_200, stops: 2 }));
    }

    #[test]
    fn a_stop_in_a_pause_takes_no_time() {
        let mut playout = Playout::default();
        playout.stop(0, 240);
        assert_eq!(playout.frame(ms(5)), None);
        assert_eq!(playout.played(ms(5)), Some(Played { place: 0, stops: 1 }));
        assert_eq!(playout.due(ms(5)), None);
    }

    #[test]
    fn a_delay_is_not_made_up_for() {
        let mut playout = Playout::default();
        playout.add(&vec![1.0; 24_000]);
        assert!(playout.frame(ms(0)).is_some());
        let frame = playout.frame(ms(900)).expect("a frame");
        assert_eq!(frame.time, ms(900));
        assert_eq!(playout.frame(ms(901)), None);
    }
}
