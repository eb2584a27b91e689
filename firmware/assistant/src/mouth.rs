//! The mouth: holds the sound of a reply back until it may be heard, hands it
//! to the loudspeaker, and knows to the sample what has been heard.

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

/// A word that was cut is said again from its beginning, if it is no longer.
const LONGEST_WORD_MS: u64 = 800;

/// How long the sound takes to come back after a pause, in ms.
const FADE_IN_MS: u64 = 10;

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
    paused: bool,
    complete: bool,
    /// All sound made so far, and how much of it was given to the loudspeaker.
    sound: Vec<f32>,
    sent: usize,
    /// What the loudspeaker will have played when the first sample of this
    /// reply comes, or would have without what was played twice.
    base: Option<u64>,
    clauses: Vec<Voiced>,
}

impl Speech {
    /// Samples made so far.
    fn made(&self) -> u64 {
        self.sound.len() as u64
    }
}

/// Holds, releases, pauses and stops the sound of one reply at a time.
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
            paused: false,
            complete: false,
            sound: Vec::new(),
            sent: 0,
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
            let samples = speech.made()..speech.made();
            speech.clauses.push(Voiced { clause, samples, words: Vec::new(), announced: false });
        }
    }

    /// Takes the next sound of the clause begun last. Returns whether it is
    /// the first sound of the reply.
    pub fn sound(&mut self, turn: TurnId, samples: &[f32]) -> bool {
        let Some(speech) = self.speech(turn) else { return false };
        let first = speech.sound.is_empty() && !samples.is_empty();
        speech.sound.extend_from_slice(samples);
        let made = speech.made();
        if let Some(voiced) = speech.clauses.last_mut() {
            voiced.samples.end = made;
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
        let held = self.speech.as_ref().map_or(0, |speech| speech.sound.len() - speech.sent);
        (held + self.speaker.queued()) as u64
    }

    /// Hands sound on to the loudspeaker, as much as it takes, and says what is going on.
    pub fn pump(&mut self, notice: &mut dyn FnMut(Noticed)) {
        let Some(speech) = self.speech.as_mut() else { return };
        if !speech.released || speech.paused {
            return;
        }
        while let Some(rest) = speech.sound.get(speech.sent..).filter(|rest| !rest.is_empty()) {
            let base = self.speaker.played() + self.speaker.queued() as u64;
            let taken = self.speaker.write(rest);
            if taken == 0 {
                break;
            }
            speech.sent += taken;
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
        // What was lost with a loudspeaker is never played, and leaves the queue all the same.
        let over = played >= speech.made() || self.speaker.queued() == 0;
        if speech.complete && speech.sent == speech.sound.len() && over {
            let turn = speech.turn;
            self.speech = None;
            notice(Noticed::Finished(turn));
        }
    }

    /// Fades the sound of `turn` out and keeps the rest.
    pub fn pause(&mut self, turn: TurnId) {
        let Some(speech) = self.speech.as_mut().filter(|speech| speech.turn == turn) else {
            return;
        };
        speech.paused = true;
        if speech.base.is_some() {
            let dropped = self.speaker.stop(FADE);
            speech.sent = speech.sent.saturating_sub(dropped);
        }
    }

    /// Goes on where [`pause`](Self::pause) stopped: at the beginning of the
    /// word that was cut, where that is near, and with a short fade-in.
    pub fn resume(&mut self, turn: TurnId) {
        let rate = u64::from(self.rate);
        let Some(speech) = self.speech.as_mut().filter(|speech| speech.turn == turn) else {
            return;
        };
        speech.paused = false;
        if speech.base.is_none() {
            return;
        }
        let cut = speech.sent as u64;
        let nearest = cut.saturating_sub(rate * LONGEST_WORD_MS / 1000);
        let words = speech.clauses.iter().flat_map(|voiced| {
            voiced.words.iter().map(|word| voiced.samples.start + word.samples.start as u64)
        });
        let again = words.filter(|start| (nearest..=cut).contains(start)).max().unwrap_or(cut);
        speech.sent = usize::try_from(again).unwrap_or(speech.sent);
        let fade = (rate * FADE_IN_MS / 1000) as usize;
        for (n, sample) in speech.sound.iter_mut().skip(speech.sent).take(fade).enumerate() {
            *sample *= (n + 1) as f32 / fade as f32;
        }
        // From here on, what was played twice does not count.
        let next = self.speaker.played() + self.speaker.queued() as u64;
        speech.base = Some(next.saturating_sub(again));
    }

    /// The bytes of the reply of `turn` that have been heard.
    pub fn heard(&self, turn: TurnId) -> usize {
        let tail = u64::from(self.rate) * WORD_TAIL_MS / 1000;
        self.speech
            .as_ref()
            .filter(|speech| speech.turn == turn)
            .map_or(0, |speech| heard(&speech.clauses, played(speech, self.speaker.as_ref()), tail))
    }

    /// Fades the sound of `turn` out and drops the rest. Returns the bytes of
    /// the reply that were heard.
    pub fn stop(&mut self, turn: TurnId) -> usize {
        let Some(speech) = self.speech(turn) else { return 0 };
        if speech.base.is_some() && !speech.paused {
            self.speaker.stop(FADE);
        }
        let heard = self.heard(turn);
        self.speech = None;
        heard
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
    speech.base.map_or(0, |base| speaker.played().saturating_sub(base)).min(speech.made())
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
    use std::collections::VecDeque;
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
    fn a_reply_whose_end_is_lost_with_the_loudspeaker_is_over_too() {
        let (mut mouth, fake) = mouth();
        mouth.begin(TURN);
        mouth.clause(TURN, clause("Hello there.", 0));
        mouth.sound(TURN, &[0.1; 1500]);
        mouth.complete(TURN);
        mouth.release(TURN);
        pump(&mut mouth);
        fake.play(400);
        fake.0.lock().expect("state").queue.drain(..300);
        assert_eq!(pump(&mut mouth), []);
        fake.play(400);
        assert_eq!(pump(&mut mouth), []);
        fake.play(400);
        assert_eq!(pump(&mut mouth), [Noticed::Finished(TURN)]);
    }

    #[test]
    fn a_paused_reply_goes_on_at_the_word_that_was_cut() {
        let (mut mouth, fake) = mouth();
        mouth.begin(TURN);
        mouth.clause(TURN, clause("One two three.", 0));
        let sound: Vec<f32> = (0..900).map(|n| 1.0 + n as f32).collect();
        mouth.sound(TURN, &sound);
        mouth.words(TURN, vec![word(0..3, 0..300), word(4..7, 300..600), word(8..14, 600..900)]);
        mouth.complete(TURN);
        mouth.release(TURN);
        pump(&mut mouth);
        fake.play(450);
        mouth.pause(TURN);
        pump(&mut mouth);
        fake.play(1000);
        assert_eq!(fake.0.lock().expect("state").heard.len(), 450, "quiet while paused");
        assert_eq!(mouth.ahead(), 450);
        mouth.resume(TURN);
        assert_eq!(pump(&mut mouth), []);
        fake.play(290);
        // All of "two", and not yet "three".
        let heard = fake.0.lock().expect("state").heard.clone();
        assert_eq!(heard[460..], sound[310..590], "said again from its beginning");
        assert!(heard[450] < 0.2 * sound[300], "faded in");
        fake.play(610);
        assert_eq!(pump(&mut mouth), [Noticed::Finished(TURN)]);
        assert_eq!(fake.0.lock().expect("state").heard.len(), 450 + 600);
    }

    #[test]
    fn what_was_heard_before_and_after_a_pause_is_known() {
        let (mut mouth, fake) = mouth();
        mouth.begin(TURN);
        mouth.clause(TURN, clause("One two three.", 0));
        mouth.sound(TURN, &[0.1; 900]);
        mouth.words(TURN, vec![word(0..3, 0..300), word(4..7, 300..600), word(8..14, 600..900)]);
        mouth.release(TURN);
        pump(&mut mouth);
        fake.play(450);
        mouth.pause(TURN);
        mouth.resume(TURN);
        pump(&mut mouth);
        fake.play(200);
        mouth.pause(TURN);
        assert_eq!(mouth.stop(TURN), 3, "only \"one\": \"two\" was cut twice");
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
