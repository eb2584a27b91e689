//! A speech on a loudspeaker that plays on request.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use super::*;
use sayso_board::StreamStats;

/// A loudspeaker that plays on request.
#[derive(Default)]
struct FakeSpeaker {
    queue: VecDeque<f32>,
    heard: Vec<f32>,
    room: usize,
}

#[derive(Clone, Default)]
struct Fake(Arc<Mutex<FakeSpeaker>>);

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

fn playback() -> (Playback, Fake) {
    let fake = Fake::default();
    fake.0.lock().expect("state").room = 1000;
    (Playback::new(Box::new(fake.clone()), 1000), fake)
}

fn pump(playback: &mut Playback) -> Vec<Noticed> {
    let mut all = Vec::new();
    playback.pump(&mut |noticed| all.push(noticed));
    all
}

#[test]
fn sound_is_held_back_until_released_and_its_end_is_noticed() {
    let (mut playback, fake) = playback();
    playback.begin(TURN);
    playback.clause(TURN, clause("Hello there.", 0));
    assert!(playback.sound(TURN, &[0.1; 600]));
    assert!(!playback.sound(TURN, &[0.1; 900]));
    playback.complete(TURN);
    assert_eq!(pump(&mut playback), []);
    assert_eq!(playback.ahead(), 1500);
    playback.release(TURN);
    assert_eq!(
        pump(&mut playback),
        [Noticed::Started(TURN), Noticed::Speaking(TURN, clause("Hello there.", 0))]
    );
    fake.play(1000);
    assert_eq!(pump(&mut playback), []);
    fake.play(500);
    assert_eq!(pump(&mut playback), [Noticed::Finished(TURN)]);
    assert_eq!(fake.0.lock().expect("state").heard.len(), 1500);
}

#[test]
fn a_reply_whose_end_is_lost_with_the_loudspeaker_ends_too() {
    let (mut playback, fake) = playback();
    playback.begin(TURN);
    playback.clause(TURN, clause("Hello there.", 0));
    playback.sound(TURN, &[0.1; 1500]);
    playback.complete(TURN);
    playback.release(TURN);
    pump(&mut playback);
    fake.play(400);
    fake.0.lock().expect("state").queue.drain(..300);
    assert_eq!(pump(&mut playback), []);
    fake.play(400);
    assert_eq!(pump(&mut playback), []);
    fake.play(400);
    assert_eq!(pump(&mut playback), [Noticed::Finished(TURN)]);
}

#[test]
fn a_paused_reply_continues_at_the_word_that_was_cut() {
    let (mut playback, fake) = playback();
    playback.begin(TURN);
    playback.clause(TURN, clause("One two three.", 0));
    let sound: Vec<f32> = (0..900).map(|n| 1.0 + n as f32).collect();
    playback.sound(TURN, &sound);
    playback.words(TURN, vec![word(0..3, 0..300), word(4..7, 300..600), word(8..14, 600..900)]);
    playback.complete(TURN);
    playback.release(TURN);
    pump(&mut playback);
    fake.play(450);
    playback.pause(TURN);
    pump(&mut playback);
    fake.play(1000);
    assert_eq!(fake.0.lock().expect("state").heard.len(), 450, "quiet while paused");
    assert_eq!(playback.ahead(), 450);
    playback.resume(TURN);
    assert_eq!(pump(&mut playback), []);
    fake.play(290);
    // The whole of "two", and nothing of "three".
    let heard = fake.0.lock().expect("state").heard.clone();
    assert_eq!(heard[460..], sound[310..590], "said again from its beginning");
    assert!(heard[450] < 0.2 * sound[300], "faded in");
    fake.play(610);
    assert_eq!(pump(&mut playback), [Noticed::Finished(TURN)]);
    assert_eq!(fake.0.lock().expect("state").heard.len(), 450 + 600);
}

#[test]
fn the_heard_text_is_known_before_and_after_a_pause() {
    let (mut playback, fake) = playback();
    playback.begin(TURN);
    playback.clause(TURN, clause("One two three.", 0));
    playback.sound(TURN, &[0.1; 900]);
    playback.words(TURN, vec![word(0..3, 0..300), word(4..7, 300..600), word(8..14, 600..900)]);
    playback.release(TURN);
    pump(&mut playback);
    fake.play(450);
    playback.pause(TURN);
    playback.resume(TURN);
    pump(&mut playback);
    fake.play(200);
    playback.pause(TURN);
    assert_eq!(playback.stop(TURN), 3, "only \"one\": \"two\" was cut twice");
}

#[test]
fn the_heard_text_is_known_to_the_word() {
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
        let (mut playback, fake) = playback();
        playback.begin(TURN);
        playback.release(TURN);
        playback.clause(TURN, clause("One two,", 0));
        playback.sound(TURN, &[0.1; 200]);
        playback.words(TURN, vec![word(0..3, 10..100), word(4..8, 110..200)]);
        playback.clause(TURN, clause("three four.", 9));
        playback.sound(TURN, &[0.1; 200]);
        playback.words(TURN, vec![word(0..5, 10..100), word(6..11, 110..200)]);
        pump(&mut playback);
        fake.play(played);
        assert_eq!(&text[..playback.stop(TURN)], expected, "after {played} samples");
        assert_eq!(fake.queued(), 0);
    }
}

#[test]
fn a_cancelled_turn_is_never_heard() {
    let (mut playback, fake) = playback();
    playback.begin(TURN);
    playback.clause(TURN, clause("No.", 0));
    playback.sound(TURN, &[0.1; 100]);
    playback.cancel(TURN);
    playback.release(TURN);
    playback.sound(TURN, &[0.1; 100]);
    assert_eq!(pump(&mut playback), []);
    assert_eq!(fake.queued(), 0);
}

#[test]
fn the_next_reply_counts_from_its_own_start() {
    let (mut playback, fake) = playback();
    for turn in [TurnId(1), TurnId(2)] {
        playback.begin(turn);
        playback.release(turn);
        playback.clause(turn, clause("Yes sir.", 0));
        playback.sound(turn, &[0.1; 200]);
        playback.words(turn, vec![word(0..3, 0..100), word(4..8, 100..200)]);
        pump(&mut playback);
        fake.play(120);
        assert_eq!(playback.stop(turn), 3);
    }
}
