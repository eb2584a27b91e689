//! Interrupts a reply, in real time, in a room where the microphone hears the loudspeaker.

use std::time::Duration;

use sayso::event::Ending;
use sayso::{Assistant, Event, Losses, Result, Stop};
use sayso_board::CAPTURE_RATE;
use sayso_core::audio::{SampleTime, Samples};
use sayso_core::turn::State;
use sayso_replay::{Layout, Output, Replay, ReplayHandle, Room, Tracks};

use super::play::{at_ms, ms};
use super::watch::{Watch, hold};
use crate::figures::{Figures, Sheet};
use crate::interruptions::Interruption;
use crate::questions::Question;
use crate::room::quiet;

/// The delay from the loudspeaker to the microphone.
const DELAY: Duration = Duration::from_millis(80);

/// The level of the echo at the microphone, in dB relative to what is played.
const ECHO_DB: f32 = -12.0;

/// Sound queued for the microphone ahead of time.
const AHEAD: Samples = Samples::from_ms(200);

/// The silence that is kept before the words of an interruption.
const LEAD: Samples = Samples::from_ms(60);

/// A pause of the reply this soon after somebody spoke may be due to that speech.
const JUST_NOW: Samples = Samples::from_ms(1_000);

/// How long to wait for a reply, and how long the conversation may continue after the
/// interruption.
const DEADLINE: Samples = Samples::from_ms(20_000);

/// What is said over a reply, in which room, and when.
pub struct Scene<'a> {
    pub question: &'a Question,
    pub interruption: &'a Interruption,
    /// The room's impulse response.
    pub room: &'a [f32],
    /// From the beginning of the reply to the first sound of the interruption.
    pub offset: Samples,
}

/// The result of one attempt to interrupt a reply.
#[derive(Debug, Default)]
pub struct SpokenOver {
    /// Whether the reply was still audible when the interruption began.
    over_the_reply: bool,
    /// From the first sound of the interruption until it was noticed.
    detected_ms: Option<f64>,
    /// From then to the last audible sample of the reply, if it stopped for good.
    silent_ms: Option<f64>,
    /// How often the reply paused although nobody spoke.
    own_pauses: u64,
    /// Replies that stopped for good although nobody spoke.
    own_interruptions: u64,
    /// How long it spoke while nobody else did.
    own_speech: Samples,
    losses: Losses,
    /// What went wrong.
    pub troubles: Vec<String>,
}

/// Asks, and speaks over the reply.
///
/// # Errors
/// If the conversation cannot be held.
pub fn interrupt(assistant: &mut Assistant, scene: &Scene<'_>, stop: &Stop) -> Result<SpokenOver> {
    let energy: f32 = scene.room.iter().map(|sample| sample * sample).sum();
    let room = Room {
        impulse_response: scene.room.to_vec(),
        delay: DELAY,
        // Compensates the response's own gain, for a sound that contains all frequencies.
        gain_db: ECHO_DB - 10.0 * energy.max(1e-12).log10(),
    };
    let board = Replay::from_samples(scene.question.in_room(AHEAD, Samples::ZERO))
        .pace(sayso_replay::Pace::RealTime)
        .output(Output::Memory(Layout::Stereo))
        .room(room)
        .tail(Duration::from_secs(60));
    let mut seen = Seen::new(board.handle(), scene);
    let (losses, tracks) = hold(assistant, board, &mut seen, stop)?;
    Ok(SpokenOver { losses, ..seen.found(&tracks) })
}

/// Follows what happens, and speaks at the right time. Times are the board's clock, which runs
/// with the wall clock.
struct Seen<'s> {
    board: ReplayHandle,
    scene: &'s Scene<'s>,
    /// The end of the question.
    asked: SampleTime,
    now: SampleTime,
    /// The end of the sound queued for the microphone so far.
    given: SampleTime,
    state: State,
    since: SampleTime,
    /// From the first sound of the interruption to its end.
    said: Option<(SampleTime, SampleTime)>,
    /// Whether its beginning has passed.
    begun: bool,
    /// The first reply that began after it was noticed.
    next_reply: Option<SampleTime>,
    stopped: bool,
    found: SpokenOver,
}

impl Watch for Seen<'_> {
    fn see(&mut self, event: Event) {
        self.now = self.board.now();
        self.feed();
        if let Some((onset, _)) = self.said
            && self.now >= onset
            && !std::mem::replace(&mut self.begun, true)
        {
            self.found.over_the_reply = self.state == State::Speaking;
        }
        match event {
            Event::State { state, .. } => self.state(state),
            Event::Turn(record) => self.ended(record.ending),
            Event::Trouble { message, .. } => self.found.troubles.push(message),
            _ => {}
        }
    }

    fn over(&self) -> bool {
        let listening = self.state == State::Listening;
        match self.said {
            None => self.now >= self.asked + DEADLINE,
            Some((_, end)) if self.now < end + Samples::from_ms(2_500) => false,
            Some((_, end)) => listening || self.now >= end + DEADLINE,
        }
    }
}

impl<'s> Seen<'s> {
    fn new(board: ReplayHandle, scene: &'s Scene<'s>) -> Self {
        Self {
            board,
            scene,
            asked: scene.question.end + AHEAD,
            now: SampleTime::ZERO,
            given: SampleTime(scene.question.samples.len() as u64) + AHEAD,
            state: State::Listening,
            since: SampleTime::ZERO,
            said: None,
            begun: false,
            next_reply: None,
            stopped: false,
            found: SpokenOver::default(),
        }
    }

    fn ended(&mut self, ending: Ending) {
        if ending != Ending::Interrupted {
            return;
        }
        if self.found.detected_ms.is_some() {
            self.stopped = true;
        } else {
            self.found.own_interruptions += u64::from(self.nobody_speaks());
        }
    }

    fn state(&mut self, state: State) {
        let before = std::mem::replace(&mut self.state, state);
        let lasted = self.now - std::mem::replace(&mut self.since, self.now);
        if before == State::Speaking && self.nobody_speaks() {
            self.found.own_speech += lasted;
        }
        match state {
            // A question that was cut off may continue over the reply to its beginning.
            State::Speaking if self.said.is_none() && self.now >= self.asked => self.speak_up(),
            State::Speaking if self.found.detected_ms.is_some() => {
                self.next_reply.get_or_insert(self.now);
            }
            State::Paused => match self.said {
                Some((onset, _)) if self.spoken_over() => {
                    self.found.detected_ms.get_or_insert(ms(self.now - onset));
                }
                _ => self.found.own_pauses += u64::from(self.nobody_speaks()),
            },
            _ => {}
        }
    }

    /// Whether neither question nor interruption is being spoken, or was a moment ago.
    fn nobody_speaks(&self) -> bool {
        self.now > self.asked + JUST_NOW && !self.spoken_over()
    }

    /// Whether the interruption is being spoken, or was a moment ago.
    fn spoken_over(&self) -> bool {
        self.said.is_some_and(|(onset, end)| self.now >= onset && self.now <= end + JUST_NOW)
    }

    /// Queues the interruption at its time, after the sound queued before.
    fn speak_up(&mut self) {
        let Interruption { samples, onset } = self.scene.interruption;
        let words_at = onset.saturating_sub(LEAD);
        let words = samples.get(words_at.0 as usize..).unwrap_or_default();
        let lead = *onset - words_at;
        // It comes later if more of the question's recording is still queued.
        let wait = (self.now + self.scene.offset - lead).saturating_since(self.given);
        self.give(quiet(self.scene.question.room, wait).collect());
        let first = self.given + lead;
        self.give(words.to_vec());
        self.said = Some((first, self.given));
    }

    /// Keeps the microphone supplied with the room's silence.
    fn feed(&mut self) {
        if self.given < self.now + AHEAD {
            let more = self.now + AHEAD - self.given;
            self.give(quiet(self.scene.question.room, more).collect());
        }
    }

    fn give(&mut self, samples: Vec<f32>) {
        self.given += Samples(samples.len() as u64);
        self.board.append_samples(samples);
    }

    fn found(mut self, tracks: &Tracks) -> SpokenOver {
        if let Some((onset, _)) = self.said.filter(|_| self.stopped) {
            let until = self.next_reply.map_or(f64::INFINITY, at_ms);
            let last = tracks.audible_until_ms(at_ms(onset), until);
            self.found.silent_ms = last.map(|last| last - at_ms(onset));
        }
        self.found
    }
}

/// Counts and figures of all of them.
pub struct Interrupted {
    detected: Figures,
    silent: Figures,
    to_silence: Figures,
    replies: u64,
    noticed: u64,
    stopped: u64,
    own_pauses: u64,
    own_interruptions: u64,
    own_speech: Samples,
    xruns: u64,
}

impl Default for Interrupted {
    fn default() -> Self {
        Self {
            detected: Figures::new("barge_in_detected_ms"),
            silent: Figures::new("barge_in_silent_ms"),
            to_silence: Figures::new("detected_to_silent_ms"),
            replies: 0,
            noticed: 0,
            stopped: 0,
            own_pauses: 0,
            own_interruptions: 0,
            own_speech: Samples::ZERO,
            xruns: 0,
        }
    }
}

impl Interrupted {
    /// Counts one attempt. Only what was said during the reply counts as an interruption.
    pub fn add(&mut self, one: &SpokenOver) {
        self.own_pauses += one.own_pauses;
        self.own_interruptions += one.own_interruptions;
        self.own_speech += one.own_speech;
        self.xruns += one.losses.microphone.xruns + one.losses.loudspeaker.xruns;
        if !one.over_the_reply {
            return;
        }
        self.replies += 1;
        self.noticed += u64::from(one.detected_ms.is_some());
        self.stopped += u64::from(one.silent_ms.is_some());
        if let (Some(detected), Some(silent)) = (one.detected_ms, one.silent_ms) {
            self.detected.push(detected);
            self.silent.push(silent);
            // Between two words the reply may already have been silent.
            if silent > detected {
                self.to_silence.push(silent - detected);
            }
        }
    }

    /// Whether there was any reply to interrupt.
    pub fn any(&self) -> bool {
        self.replies > 0 || self.own_speech > Samples::ZERO
    }

    /// All figures, for people and programs.
    pub fn sheet(&self, profile: &str) -> Sheet {
        Sheet::new("turns")
            .label("pipeline", "interrupted")
            .label("profile", profile)
            .with(self.detected.clone())
            .with(self.silent.clone())
            .with(self.to_silence.clone())
            .count("replies_spoken_over", self.replies)
            .count("noticed", self.noticed)
            .count("stopped", self.stopped)
            .value("own_speech_s", self.own_speech.0 as f64 / f64::from(CAPTURE_RATE))
            .count("paused_by_itself", self.own_pauses)
            .count("interrupted_itself", self.own_interruptions)
            .count("xruns", self.xruns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        Question {
            name: "test".into(),
            samples: vec![0.1; 16_000],
            end: SampleTime::from_ms(900),
            pauses: Vec::new(),
            checked: true,
            room: -60.0,
        }
    }

    fn found(states: &[(u64, State)], ending: Ending) -> SpokenOver {
        let question = question();
        let interruption =
            Interruption { samples: vec![0.1; 16_000], onset: SampleTime::from_ms(500) };
        let offset = Samples::from_ms(1_000);
        let scene =
            Scene { question: &question, interruption: &interruption, room: &[1.0], offset };
        let mut seen = Seen::new(Replay::from_samples(Vec::new()).handle(), &scene);
        for &(at, state) in states {
            seen.now = SampleTime::from_ms(at);
            seen.feed();
            seen.state(state);
        }
        // It begins at the sample planned, and without its own leading silence.
        let (onset, end) = seen.said.expect("the reply was spoken over");
        assert_eq!((onset, end), (SampleTime::from_ms(3_000), SampleTime::from_ms(3_500)));
        seen.ended(ending);
        // The reply fell silent 40 ms after it paused, and the next begins at 5 s.
        let rate = 1_000;
        let right = |ms: usize| if (3_290..5_000).contains(&ms) { 0.0 } else { 0.1 };
        let samples = (0..6_000).flat_map(|ms| [0.0, right(ms)]).collect();
        seen.found(&Tracks { rate, channels: 2, samples })
    }

    #[test]
    fn an_interruption_is_timed_and_earlier_pauses_are_the_assistant_s_own() {
        use State::{Hearing, Paused, Speaking, Thinking};
        let states = [(2_000, Speaking), (3_250, Paused), (4_000, Hearing)];
        let talk = [&states[..], &[(4_500, Thinking), (5_000, Speaking)]].concat();
        let one = found(&talk, Ending::Interrupted);
        assert_eq!((one.detected_ms, one.silent_ms), (Some(250.0), Some(290.0)));
        assert_eq!((one.own_pauses, one.own_interruptions), (0, 0));

        // Before anybody spoke.
        let early = [(2_000, Speaking), (2_600, Paused), (2_700, Speaking)];
        let one = found(&early, Ending::Interrupted);
        assert_eq!((one.detected_ms, one.silent_ms), (None, None));
        assert_eq!((one.own_pauses, one.own_interruptions), (1, 1));
        assert_eq!(one.own_speech, Samples::from_ms(600));
    }

    #[test]
    fn a_question_that_was_cut_off_and_goes_on_is_no_self_interruption() {
        use State::{Hearing, Paused, Speaking};
        let cut = [(700, Speaking), (900, Paused), (950, Hearing), (2_000, Speaking)];
        let one = found(&cut, Ending::Interrupted);
        assert_eq!((one.own_pauses, one.own_interruptions), (0, 0));
        assert_eq!(one.own_speech, Samples::ZERO);
    }
}
