//! Puts one question to the whole assistant in real time, and collects the results.

use std::time::Duration;

use sayso::event::{Ending, TurnRecord};
use sayso::{Assistant, Event, Losses, Result, Stop};
use sayso_board::CAPTURE_RATE;
use sayso_core::audio::{SampleTime, Samples};
use sayso_core::turn::{State, TurnId};
use sayso_replay::{Layout, Output, Replay, ReplayHandle};

use super::watch::{Watch, hold};
use crate::questions::Question;

/// Silence before a question.
const BEFORE: Samples = Samples::from_ms(300);

/// How long to wait for an answer, from the end of the speech.
const DEADLINE: Samples = Samples::from_ms(40_000);

/// How much of a reply is played before the next question.
const HEARD: Samples = Samples::from_ms(500);

/// A question without result is over after this much silence.
const NOTHING: Samples = Samples::from_ms(2_500);

/// The length of a sound card's buffer: frames heard later than that would lose sound.
const BUFFER_MS: f64 = 2_000.0;

/// The result of a question.
#[derive(Debug, Default)]
pub struct Played {
    /// From the labelled end of the speech to the first audible sample of the reply, on the
    /// recording. `None` if there was no reply to the whole question.
    pub voice_to_voice_ms: Option<f64>,
    /// Whether a turn was released before the labelled end of the speech.
    pub cut_off: bool,
    /// Whether such a turn also became audible.
    pub cut_off_heard: bool,
    /// Guesses begun, released, and dropped because the user continued.
    pub guesses: Guesses,
    /// The stages of the turn that was heard.
    pub stages: Stages,
    /// How late each frame of sound was heard, in ms.
    pub front_end_lag_ms: Vec<f64>,
    /// How often the front end was so late that a sound card would have lost sound.
    pub overruns: u64,
    /// What the streams lost.
    pub losses: Losses,
    /// The transcript.
    pub transcript: String,
    /// The skill that answered; "" for the language model.
    pub skill: &'static str,
    /// What went wrong.
    pub troubles: Vec<String>,
}

/// Counts of guesses at the end of the speech.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guesses {
    /// Work begun before the end was certain.
    pub made: u64,
    /// Guesses released when the end was certain.
    pub kept: u64,
    /// Guesses dropped because the user continued, or because nothing had been said.
    pub dropped: u64,
}

/// Times of one turn in ms, in chronological order. Those marked * count from the labelled end of
/// the speech, the others are durations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stages {
    /// * The work begins.
    pub begun: Option<f64>,
    /// Speech to text.
    pub stt: Option<f64>,
    /// From the transcript to the first token; `None` without the language model.
    pub first_token: Option<f64>,
    /// From the transcript to the first clause.
    pub first_clause: Option<f64>,
    /// From the first clause to its first sound.
    pub first_sound: Option<f64>,
    /// * The first sound is ready, audible or held back.
    pub ready: Option<f64>,
    /// * It is certain that the user has finished.
    pub released: Option<f64>,
}

/// Puts one question and makes the assistant forget it.
///
/// # Errors
/// If the conversation cannot be held.
pub fn play(assistant: &mut Assistant, question: &Question, stop: &Stop) -> Result<Played> {
    let board = Replay::from_samples(question.in_room(BEFORE, DEADLINE + NOTHING))
        .pace(sayso_replay::Pace::RealTime)
        .output(Output::Memory(Layout::Stereo))
        .tail(Duration::from_secs(60));
    let end = question.end + BEFORE;
    let mut seen = Seen::new(board.handle(), end);
    let (losses, tracks) = hold(assistant, board, &mut seen, stop)?;
    let mut played = seen.played();
    played.losses = losses;
    if played.stages.released.is_some() {
        played.voice_to_voice_ms = tracks.reply_onset_ms().map(|onset| onset - at_ms(end));
    }
    Ok(played)
}

/// The time in ms.
pub fn ms(length: Samples) -> f64 {
    length.0 as f64 * 1000.0 / f64::from(CAPTURE_RATE)
}

/// In ms after the first sample.
pub fn at_ms(at: SampleTime) -> f64 {
    ms(at - SampleTime::ZERO)
}

/// Follows what happens while a question is played. Times are the board's clock, which runs with
/// the wall clock.
struct Seen {
    board: ReplayHandle,
    /// The labelled end of the speech.
    end: SampleTime,
    now: SampleTime,
    state: State,
    records: Vec<TurnRecord>,
    /// The turn that is audible, and since when.
    heard: Option<(TurnId, SampleTime)>,
    played: Played,
}

impl Watch for Seen {
    fn see(&mut self, event: Event) {
        self.now = self.board.now();
        let now = self.now;
        match event {
            Event::Level { at, .. } => {
                let lag = ms(now - at);
                self.played.overruns += u64::from(lag > BUFFER_MS);
                self.played.front_end_lag_ms.push(lag);
            }
            Event::State { state, .. } => self.state = state,
            Event::Speaking { turn, .. } => {
                self.heard.get_or_insert((turn, now));
            }
            Event::Turn(record) => self.records.push(*record),
            Event::Trouble { message, .. } => self.played.troubles.push(message),
            _ => {}
        }
    }

    fn over(&self) -> bool {
        let quiet = self.state == State::Listening && self.now >= self.end + NOTHING;
        match self.heard {
            Some((_, since)) => self.now >= since.max(self.end) + HEARD,
            None => quiet || self.now >= self.end + DEADLINE,
        }
    }
}

impl Seen {
    fn new(board: ReplayHandle, end: SampleTime) -> Self {
        Self {
            board,
            end,
            now: SampleTime::ZERO,
            state: State::Listening,
            records: Vec::new(),
            heard: None,
            played: Played::default(),
        }
    }

    fn played(mut self) -> Played {
        for record in &self.records {
            let guess = record.released != Some(record.begun);
            let kept = record.released.is_some();
            let dropped = !kept && record.ending == Ending::Dropped;
            self.played.guesses.made += u64::from(guess);
            self.played.guesses.kept += u64::from(guess && kept);
            self.played.guesses.dropped += u64::from(guess && dropped);
            self.played.cut_off |= record.released.is_some_and(|at| at < self.end);
        }
        let heard = self.heard.map(|(turn, _)| turn);
        if let Some(record) = self.records.iter().find(|record| Some(record.turn) == heard) {
            // The reply to a part of the question is no answer to it.
            if record.released >= Some(self.end) {
                self.played.stages = self.stages(record);
            } else {
                self.played.cut_off_heard = true;
            }
            self.played.transcript = record.transcript.clone();
            self.played.skill = record.skill;
        }
        self.played
    }

    fn stages(&self, record: &TurnRecord) -> Stages {
        let since_end = |at: SampleTime| at_ms(at) - at_ms(self.end);
        let times = record.timings_ms;
        let known = |time: f64| (time > 0.0).then_some(time);
        // An answer of the clock is complete at once, and has no tokens.
        let modelled = times.reply == 0.0 || record.tokens.reply > 0;
        Stages {
            begun: Some(since_end(record.begun)),
            stt: known(times.stt),
            first_token: known(times.llm_first_token).filter(|_| modelled),
            first_clause: known(times.llm_first_clause).filter(|_| modelled),
            first_sound: known(times.tts_first_sound),
            ready: known(times.first_sound).map(|time| since_end(record.begun) + time),
            released: record.released.map(since_end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(turn: u32, begun: u64, released: Option<u64>, ending: Ending) -> TurnRecord {
        let mut record = TurnRecord::default();
        record.turn = TurnId(turn);
        record.begun = SampleTime::from_ms(begun);
        record.released = released.map(SampleTime::from_ms);
        record.ending = ending;
        record
    }

    fn watched(records: Vec<TurnRecord>, heard: Option<u32>) -> Played {
        let handle = Replay::from_samples(Vec::new()).handle();
        let mut seen = Seen::new(handle, SampleTime::from_ms(3_000));
        for record in records {
            seen.see(Event::Turn(Box::new(record)));
        }
        seen.heard = heard.map(|turn| (TurnId(turn), SampleTime::from_ms(3_700)));
        seen.played()
    }

    #[test]
    fn guesses_and_cut_offs_are_counted() {
        use Ending::{Complete, Dropped, Interrupted};
        let wrong = record(1, 1_200, None, Dropped);
        let right = record(2, 3_200, Some(3_600), Interrupted);
        let played = watched(vec![wrong.clone(), right], Some(2));
        assert_eq!(played.guesses, Guesses { made: 2, kept: 1, dropped: 1 });
        assert!(!played.cut_off);
        assert_eq!(played.stages.begun, Some(200.0));
        assert_eq!(played.stages.released, Some(600.0));

        // Released in a pause: this cuts the user off, and the reply does not count.
        let early = record(2, 1_900, Some(2_300), Complete);
        let played = watched(vec![wrong.clone(), early], Some(2));
        assert!(played.cut_off_heard && played.stages.released.is_none());

        // Released in a pause, withdrawn before it was audible, and answered in the end.
        let recalled = record(1, 1_200, Some(1_600), Dropped);
        let answered = record(2, 3_600, Some(3_600), Complete);
        let played = watched(vec![recalled, answered], Some(2));
        assert_eq!(played.guesses, Guesses { made: 1, kept: 1, dropped: 0 });
        assert!(played.cut_off && !played.cut_off_heard);
        assert_eq!(played.stages.released, Some(600.0));
    }
}
