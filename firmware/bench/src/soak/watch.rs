//! Keeps a long conversation going, and checks it.

use sayso::Event;
use sayso::event::Ending;
use sayso_board::CAPTURE_RATE;
use sayso_core::audio::{SampleTime, Samples};
use sayso_core::turn::{State, TurnConfig};
use sayso_replay::ReplayHandle;

use crate::figures::rss_mib;
use crate::questions::Question;
use crate::room::{self, Random};

/// Shortest and longest gap between two questions, in ms: some questions come while the previous
/// reply is spoken.
const GAPS_MS: (f64, f64) = (700.0, 9_000.0);

/// The least sound that is queued for the microphone.
const AHEAD: Samples = Samples::from_ms(5_000);

/// A time-out is noticed at a tick, up to this much later.
const SLACK: Samples = Samples::from_ms(500);

/// The share of the conversation after which memory counts as warm: the first quarter. By then
/// every buffer has grown to what a long utterance and a full context need.
const WARM: u64 = 4;

/// Memory that grows by this share after it was warm is a leak. Only conversations of at least
/// this length can show one, because Whisper's buffers grow in steps, with the longest utterance
/// so far.
const LEAK: f64 = 0.15;
const SHOWN_AFTER: SampleTime = SampleTime::from_ms(20 * 60_000);

/// The length of a sound card's buffer: frames heard later than that would lose sound.
const BUFFER: Samples = Samples::from_ms(2_000);

/// One conversation, its questions, and its faults.
pub struct Watch<'q> {
    board: ReplayHandle,
    questions: &'q [Question],
    random: Random,
    limits: TurnConfig,
    /// When it ends.
    end: SampleTime,
    /// The end of the last frame heard.
    now: SampleTime,
    /// The end of the sound queued for the microphone so far.
    given: SampleTime,
    state: State,
    since: SampleTime,
    /// Whether the current state has been reported as stuck.
    told: bool,
    asked: u64,
    answered: u64,
    interrupted: u64,
    dropped: u64,
    troubles: u64,
    stuck: u64,
    skipped: u64,
    overruns: u64,
    /// At the start, when warm, and at the end.
    rss: [Option<f64>; 3],
    warm_since: SampleTime,
}

impl<'q> Watch<'q> {
    /// A conversation of `length` on `board` that has to keep to `limits`.
    pub fn new(
        board: ReplayHandle,
        questions: &'q [Question],
        limits: TurnConfig,
        length: Samples,
        seed: u64,
    ) -> Self {
        let mut watch = Self {
            board,
            questions,
            random: Random::new(seed),
            limits,
            end: SampleTime::ZERO + length,
            now: SampleTime::ZERO,
            given: SampleTime::ZERO,
            state: State::Listening,
            since: SampleTime::ZERO,
            told: false,
            asked: 0,
            answered: 0,
            interrupted: 0,
            dropped: 0,
            troubles: 0,
            stuck: 0,
            skipped: 0,
            overruns: 0,
            rss: [rss_mib(), None, None],
            warm_since: SampleTime::ZERO,
        };
        watch.ask();
        watch
    }

    /// Handles an event; `tell` gets what a person should know.
    pub fn see(&mut self, event: Event, tell: &dyn Fn(String)) {
        match event {
            Event::Level { at, .. } => {
                // Frames follow each other without a gap.
                self.skipped += at.0.abs_diff((self.now + Samples::FRAME).0);
                self.now = at;
                self.overruns += u64::from(self.board.now() > at + BUFFER);
                self.check(tell);
                self.ask();
            }
            Event::State { at, state } => {
                (self.state, self.since, self.told) = (state, at, false);
            }
            // Within an utterance its time-out starts again.
            Event::MayHaveEnded { at, .. } if self.state == State::Hearing => self.since = at,
            Event::Turn(record) => {
                match record.ending {
                    Ending::Complete => self.answered += 1,
                    Ending::Interrupted => self.interrupted += 1,
                    Ending::Dropped | Ending::Stopped => self.dropped += 1,
                }
                self.rss[2] = rss_mib();
                if self.now.0 >= self.end.0 / WARM && self.rss[1].is_none() {
                    self.rss[1] = self.rss[2];
                    self.warm_since = self.now;
                }
            }
            Event::Trouble { message, at } => {
                self.troubles += 1;
                tell(format!("after {} s: {message}", at.as_ms() / 1000));
            }
            _ => {}
        }
    }

    /// Checks the time-out of every state that has to end.
    fn check(&mut self, tell: &dyn Fn(String)) {
        let limit = match self.state {
            State::Asleep | State::Listening => return,
            State::Hearing => self.limits.hear_timeout,
            State::Thinking => self.limits.think_timeout,
            State::Speaking => self.limits.speak_timeout,
            State::Paused => self.limits.interrupt + self.limits.think_timeout,
        };
        if !self.told && self.now > self.since + limit + SLACK {
            self.told = true;
            self.stuck += 1;
            tell(format!("stuck in {:?} since {} s", self.state, self.since.as_ms() / 1000));
        }
    }

    /// Queues the next questions for the microphone, with random gaps between them.
    fn ask(&mut self) {
        while self.given < self.end && self.given < self.now + AHEAD {
            let gap = GAPS_MS.0 + self.random.unit() * (GAPS_MS.1 - GAPS_MS.0);
            let pick = (self.random.unit() * self.questions.len() as f64) as usize;
            let Some(question) = self.questions.get(pick) else { return };
            let mut samples: Vec<f32> =
                room::quiet(question.room, Samples::from_ms(gap as u64)).collect();
            // If the recording's own silence at its end were kept, all gaps would be long.
            let speech = (question.end + Samples::from_ms(100)).0 as usize;
            samples.extend(question.samples.iter().take(speech));
            self.given += Samples(samples.len() as u64);
            self.asked += 1;
            self.board.append_samples(samples);
        }
    }

    /// The end of the last frame heard.
    pub fn now(&self) -> SampleTime {
        self.now
    }

    /// Whether the time is up and the last answer has been given.
    pub fn over(&self) -> bool {
        let last = self.given.max(self.end) + Samples::from_ms(2_000);
        (self.now >= last && self.state == State::Listening)
            || self.now >= last + self.limits.think_timeout + self.limits.speak_timeout
    }

    /// One line about its progress.
    pub fn shown(&self) -> String {
        let rss = self.rss[2].map_or(String::new(), |mib| format!(", {mib:.0} MiB"));
        format!("min of conversation, {} turns answered{rss}", self.answered + self.interrupted)
    }

    /// Times a state lasted beyond its time-out.
    pub fn stuck(&self) -> u64 {
        self.stuck
    }

    /// Samples by which the clock of the frames jumped.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Frames heard so late that a sound card would have lost sound.
    pub fn overruns(&self) -> u64 {
        self.overruns
    }

    /// The counts.
    pub fn counts(&self) -> [(&'static str, u64); 5] {
        [
            ("questions", self.asked),
            ("turns_answered", self.answered),
            ("turns_interrupted", self.interrupted),
            ("turns_dropped", self.dropped),
            ("troubles", self.troubles),
        ]
    }

    /// A message if memory kept growing.
    pub fn leak(&self) -> Option<String> {
        let [_, warm, end] = self.rss;
        leak(self.now, warm?, end?)
    }

    /// Resident memory in MiB, and how fast it grows once it is warm.
    pub fn memory(&self) -> Vec<(&'static str, f64)> {
        let [start, warm, end] = self.rss;
        let mut memory = Vec::new();
        memory.extend(start.map(|mib| ("rss_start_mib", mib)));
        memory.extend(warm.map(|mib| ("rss_warm_mib", mib)));
        memory.extend(end.map(|mib| ("rss_end_mib", mib)));
        if let (Some(warm), Some(end)) = (warm, end) {
            let hours = (self.now - self.warm_since).0 as f64 / f64::from(CAPTURE_RATE) / 3_600.0;
            memory.push(("rss_growth_mib_per_hour", (end - warm) / hours.max(1e-9)));
        }
        memory
    }
}

/// The message about memory, given its MiB when warm and at the end.
fn leak(now: SampleTime, warm: f64, end: f64) -> Option<String> {
    (now >= SHOWN_AFTER && end > warm * (1.0 + LEAK)).then(|| {
        format!(
            "memory grew from {warm:.0} MiB, after the first quarter, to {end:.0} MiB at the end"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sayso_replay::Replay;
    use std::cell::RefCell;

    fn question() -> Question {
        Question {
            name: "test".into(),
            samples: vec![0.1; 32_000],
            end: SampleTime::from_ms(1_000),
            pauses: Vec::new(),
            checked: true,
            room: -60.0,
        }
    }

    fn level(frame: u64) -> Event {
        Event::Level { at: SampleTime(frame * Samples::FRAME.0), dbfs: -60.0, speech: 0.0 }
    }

    #[test]
    fn lost_frames_and_stuck_states_are_found() {
        let questions = [question()];
        let limits = TurnConfig { think_timeout: Samples::from_ms(1_000), ..Default::default() };
        let handle = Replay::from_samples(Vec::new()).handle();
        let length = Samples::from_ms(600_000);
        let mut watch = Watch::new(handle, &questions, limits, length, 1);
        let told = RefCell::new(Vec::new());
        let tell = |text: String| told.borrow_mut().push(text);
        for frame in 1..=50 {
            watch.see(level(frame), &tell);
        }
        assert_eq!((watch.skipped(), watch.stuck()), (0, 0));
        // One frame is missing.
        watch.see(level(52), &tell);
        assert_eq!(watch.skipped(), Samples::FRAME.0);
        let at = watch.now();
        watch.see(Event::State { at, state: State::Thinking }, &tell);
        for frame in 53..=150 {
            watch.see(level(frame), &tell);
        }
        assert_eq!(watch.stuck(), 1, "{:?}", told.borrow());
        assert!(told.borrow()[0].contains("Thinking"), "{:?}", told.borrow());
        // Some sound is always queued, but not hours of it.
        assert!(watch.given >= watch.now() + AHEAD);
        assert!(watch.given < watch.now() + Samples::from_ms(20_000));
        assert!(!watch.over());
    }

    #[test]
    fn steady_growth_is_a_leak_and_a_step_is_not() {
        let hour = SampleTime::from_ms(3_600_000);
        assert!(leak(hour, 476.0, 600.0).is_some_and(|text| text.contains("600 MiB")));
        assert_eq!(leak(hour, 476.0, 495.0), None);
        // Too early to judge.
        assert_eq!(leak(SampleTime::from_ms(120_000), 400.0, 480.0), None);
    }

    #[test]
    fn the_end_waits_for_the_last_answer() {
        let questions = [question()];
        let handle = Replay::from_samples(Vec::new()).handle();
        let length = Samples::from_ms(10_000);
        let mut watch = Watch::new(handle, &questions, TurnConfig::default(), length, 7);
        let tell = |text: String| panic!("{text}");
        for frame in 1..=1_000 {
            if frame == 300 {
                let state = State::Speaking;
                watch.see(Event::State { at: watch.now(), state }, &tell);
            }
            watch.see(level(frame), &tell);
        }
        assert!(watch.now() > watch.given && !watch.over());
        let at = watch.now();
        watch.see(Event::State { at, state: State::Listening }, &tell);
        assert!(watch.over());
    }
}
