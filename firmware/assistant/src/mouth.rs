//! The mouth: holds the sound of a reply back until it may be heard, hands it
//! to the loudspeaker, and knows to the sample what has been heard.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use sayso_board::Loudspeaker;
use sayso_core::turn::TurnId;
use sayso_models::tts::WordTiming;

use crate::clause::Clause;

/// How long the sound takes to fade when it is stopped.
pub const FADE: Duration = Duration::from_millis(20);

/// A word counts as heard when all but so much of it has been played, in ms:
/// the last part of a word carries little.
const WORD_TAIL_MS: u64 = 40;

/// What the mouth noticed while pumping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// The first sound of the reply has gone to the loudspeaker.
    Started(TurnId),
    /// This clause has begun to be heard.
    Speaking(TurnId, Clause),
    /// The reply is complete and its last sample has been played.
    Finished(TurnId),
}

/// A clause whose sound has been made, or is being made.
#[derive(Debug)]
struct Voiced {
    clause: Clause,
    /// Samples of the reply.
    samples: Range<u64>,
    /// Times relative to the start of the clause.
    words: Vec<WordTiming>,
    announced: bool,
}

/// The reply of one turn.
#[derive(Debug)]
struct Speech {
    turn: TurnId,
    released: bool,
    complete: bool,
    /// Sound made and not yet given to the loudspeaker.
    held: VecDeque<f32>,
    /// Samples made so far.
    made: u64,
    /// What the loudspeaker will have played when the first sample of this reply comes.
    base: Option<u64>,
    clauses: Vec<Voiced>,
}

/// Holds, releases and stops the sound of one reply at a time.
pub struct Mouth {
    speaker: Box<dyn Loudspeaker>,
    rate: u32,
    speech: Option<Speech>,
}

impl Mouth {
    /// A mouth over `speaker`, which takes sound at `rate` Hz.
    pub fn new(speaker: Box<dyn Loudspeaker>, rate: u32) -> Self {
        Self { speaker, rate, speech: None }
    }

    /// The loudspeaker.
    pub fn speaker(&self) -> &dyn Loudspeaker {
        self.speaker.as_ref()
    }

    /// Prepares for the reply of `turn`; whatever was left of another is dropped.
    pub fn begin(&mut self, turn: TurnId) {
        self.drop_current();
        self.speech = Some(Speech {
            turn,
            released: false,
            complete: false,
            held: VecDeque::new(),
            made: 0,
            base: None,
            clauses: Vec::new(),
        });
    }

    fn speech(&mut self, turn: TurnId) -> Option<&mut Speech> {
        self.speech.as_mut().filter(|speech| speech.turn == turn)
    }

    /// The sound of `clause` follows.
    pub fn clause(&mut self, turn: TurnId, clause: Clause) {
        if let Some(speech) = self.speech(turn) {
            let samples = speech.made..speech.made;
            speech.clauses.push(Voiced { clause, samples, words: Vec::new(), announced: false });
        }
    }

    /// Takes the next sound of the clause begun last. Returns whether it is
    /// the first sound of the reply.
    pub fn sound(&mut self, turn: TurnId, samples: &[f32]) -> bool {
        let Some(speech) = self.speech(turn) else { return false };
        let first = speech.made == 0 && !samples.is_empty();
        speech.held.extend(samples);
        speech.made += samples.len() as u64;
        if let Some(voiced) = speech.clauses.last_mut() {
            voiced.samples.end = speech.made;
        }
        first
    }

    /// Where the words of the clause begun last lie in its sound.
    pub fn words(&mut self, turn: TurnId, words: Vec<WordTiming>) {
        if let Some(voiced) = self.speech(turn).and_then(|speech| speech.clauses.last_mut()) {
            voiced.words = words;
        }
    }

    /// No more clauses will come.
    pub fn complete(&mut self, turn: TurnId) {
        if let Some(speech) = self.speech(turn) {
            speech.complete = true;
        }
    }

    /// The sound of `turn` may be heard from now on.
    pub fn release(&mut self, turn: TurnId) {
        if let Some(speech) = self.speech(turn) {
            speech.released = true;
        }
    }

    /// Sound made for `turn` and not yet played, in samples.
    pub fn ahead(&self) -> u64 {
        let held = self.speech.as_ref().map_or(0, |speech| speech.held.len() as u64);
        held + self.speaker.queued() as u64
    }

    /// Hands sound on to the loudspeaker, as much as it takes, and says what is going on.
    pub fn pump(&mut self, notice: &mut dyn FnMut(Noticed)) {
        let Some(speech) = self.speech.as_mut() else { return };
        if !speech.released {
            return;
        }
        while !speech.held.is_empty() {
            let base = self.speaker.played() + self.speaker.queued() as u64;
            let taken = self.speaker.write(speech.held.as_slices().0);
            if taken == 0 {
                break;
            }
            speech.held.drain(..taken);
            if speech.base.is_none() {
                speech.base = Some(base);
                notice(Noticed::Started(speech.turn));
            }
        }
        let played = played(speech, self.speaker.as_ref());
        for voiced in &mut speech.clauses {
            let begun =
                played > voiced.samples.start || speech.base.is_some() && voiced.samples.start == 0;
            if begun && !voiced.announced && !voiced.samples.is_empty() {
                voiced.announced = true;
                notice(Noticed::Speaking(speech.turn, voiced.clause.clone()));
            }
        }
        if speech.complete && speech.held.is_empty() && played >= speech.made {
            let turn = speech.turn;
            self.speech = None;
            notice(Noticed::Finished(turn));
        }
    }

    /// Fades the sound of `turn` out and drops the rest. Returns the bytes of
    /// the reply that were heard.
    pub fn stop(&mut self, turn: TurnId) -> usize {
        match self.speech.take_if(|speech| speech.turn == turn) {
            None => 0,
            Some(speech) => {
                if speech.base.is_some() {
                    self.speaker.stop(FADE);
                }
                let played = played(&speech, self.speaker.as_ref());
                heard(&speech.clauses, played, u64::from(self.rate) * WORD_TAIL_MS / 1000)
            }
        }
    }

    /// Drops the sound of `turn`, played or not.
    pub fn cancel(&mut self, turn: TurnId) {
        if self.speech(turn).is_some() {
            self.drop_current();
        }
    }

    fn drop_current(&mut self) {
        if let Some(speech) = self.speech.take()
            && speech.base.is_some()
        {
            self.speaker.stop(FADE);
        }
    }
}

/// Samples of the reply that have been played.
fn played(speech: &Speech, speaker: &dyn Loudspeaker) -> u64 {
    speech.base.map_or(0, |base| speaker.played().saturating_sub(base)).min(speech.made)
}

/// Bytes of the reply heard after `played` samples of it.
fn heard(clauses: &[Voiced], played: u64, tail: u64) -> usize {
    let mut bytes = 0;
    for voiced in clauses {
        if played >= voiced.samples.end && !voiced.samples.is_empty() {
            bytes = voiced.clause.range.end;
            continue;
        }
        for word in &voiced.words {
            if voiced.samples.start + word.samples.end as u64 <= played + tail {
                bytes = voiced.clause.range.start + word.text.end;
            }
        }
        break;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use sayso_board::StreamStats;
    use std::sync::{Arc, Mutex};

    /// A loudspeaker that plays when told to.
    #[derive(Default)]
    struct State {
        queue: VecDeque<f32>,
        heard: Vec<f32>,
        room: usize,
    }

    #[derive(Clone, Default)]
    struct Fake(Arc<Mutex<State>>);

    impl Fake {
        fn play(&self, samples: usize) {
            let mut state = self.0.lock().expect("state");
            for _ in 0..samples {
                if let Some(sample) = state.queue.pop_front() {
                    state.heard.push(sample);
                }
            }
        }
    }

    impl Loudspeaker for Fake {
        fn write(&mut self, samples: &[f32]) -> usize {
            let mut state = self.0.lock().expect("state");
            let taken = samples.len().min(state.room.saturating_sub(state.queue.len()));
            state.queue.extend(&samples[..taken]);
            taken
        }
        fn played(&self) -> u64 {
            self.0.lock().expect("state").heard.len() as u64
        }
        fn queued(&self) -> usize {
            self.0.lock().expect("state").queue.len()
        }
        fn stop(&mut self, _fade: Duration) -> usize {
            let mut state = self.0.lock().expect("state");
            let dropped = state.queue.len();
            state.queue.clear();
            dropped
        }
        fn stats(&self) -> StreamStats {
            StreamStats::default()
        }
    }

    const TURN: TurnId = TurnId(7);

    fn clause(text: &str, start: usize) -> Clause {
        Clause { text: text.into(), range: start..start + text.len() }
    }

    fn word(text: Range<usize>, samples: Range<usize>) -> WordTiming {
        WordTiming { text, samples }
    }

    fn mouth() -> (Mouth, Fake) {
        let fake = Fake::default();
        fake.0.lock().expect("state").room = 1000;
        (Mouth::new(Box::new(fake.clone()), 1000), fake)
    }

    fn pump(mouth: &mut Mouth) -> Vec<Noticed> {
        let mut all = Vec::new();
        mouth.pump(&mut |noticed| all.push(noticed));
        all
    }

    #[test]
    fn sound_is_held_until_released_and_its_end_is_noticed() {
        let (mut mouth, fake) = mouth();
        mouth.begin(TURN);
        mouth.clause(TURN, clause("Hello there.", 0));
        assert!(mouth.sound(TURN, &[0.1; 600]));
        assert!(!mouth.sound(TURN, &[0.1; 900]));
        mouth.complete(TURN);
        assert_eq!(pump(&mut mouth), []);
        assert_eq!(mouth.ahead(), 1500);
        mouth.release(TURN);
        assert_eq!(
            pump(&mut mouth),
            [Noticed::Started(TURN), Noticed::Speaking(TURN, clause("Hello there.", 0))]
        );
        fake.play(1000);
        assert_eq!(pump(&mut mouth), []);
        fake.play(500);
        assert_eq!(pump(&mut mouth), [Noticed::Finished(TURN)]);
        assert_eq!(fake.0.lock().expect("state").heard.len(), 1500);
    }

    #[test]
    fn what_was_heard_is_known_to_the_word() {
        let text = "One two, three four.";
        for (played, expected) in [
            (0, ""),
            (50, ""),
            (90, "One"),
            (199, "One two,"),
            (230, "One two,"),
            (300, "One two, three"),
            (400, text),
        ] {
            let (mut mouth, fake) = mouth();
            mouth.begin(TURN);
            mouth.release(TURN);
            mouth.clause(TURN, clause("One two,", 0));
            mouth.sound(TURN, &[0.1; 200]);
            mouth.words(TURN, vec![word(0..3, 10..100), word(4..8, 110..200)]);
            mouth.clause(TURN, clause("three four.", 9));
            mouth.sound(TURN, &[0.1; 200]);
            mouth.words(TURN, vec![word(0..5, 10..100), word(6..11, 110..200)]);
            pump(&mut mouth);
            fake.play(played);
            assert_eq!(&text[..mouth.stop(TURN)], expected, "after {played} samples");
            assert_eq!(fake.queued(), 0);
        }
    }

    #[test]
    fn a_cancelled_turn_is_never_heard() {
        let (mut mouth, fake) = mouth();
        mouth.begin(TURN);
        mouth.clause(TURN, clause("No.", 0));
        mouth.sound(TURN, &[0.1; 100]);
        mouth.cancel(TURN);
        mouth.release(TURN);
        mouth.sound(TURN, &[0.1; 100]);
        assert_eq!(pump(&mut mouth), []);
        assert_eq!(fake.queued(), 0);
    }

    #[test]
    fn the_next_reply_starts_counting_anew() {
        let (mut mouth, fake) = mouth();
        for turn in [TurnId(1), TurnId(2)] {
            mouth.begin(turn);
            mouth.release(turn);
            mouth.clause(turn, clause("Yes sir.", 0));
            mouth.sound(turn, &[0.1; 200]);
            mouth.words(turn, vec![word(0..3, 0..100), word(4..8, 100..200)]);
            pump(&mut mouth);
            fake.play(120);
            assert_eq!(mouth.stop(turn), 3);
        }
    }
}
