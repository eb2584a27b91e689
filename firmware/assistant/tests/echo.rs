//! The echo canceller in a simulated room, on recorded speech.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sayso::internals::earcon::Earcon;
use sayso::internals::playback::{Playback, Source};
use sayso_audio_io::read_all;
use sayso_board::{Board, CAPTURE_RATE, Heard};
use sayso_core::audio::Samples;
use sayso_core::endpoint::{EndpointConfig, EndpointEvent, Endpointer};
use sayso_core::turn::TurnId;
use sayso_frontend::echo::{BLOCK, DELAY, EchoCanceller};
use sayso_frontend::{Attention, BargeIn, Cleaner, Cleaning, FrontEnd};
use sayso_language::Clause;
use sayso_models::vad::Vad;
use sayso_replay::{Replay, Room};

const SECOND: usize = CAPTURE_RATE as usize;
const FRAME: usize = sayso_core::audio::FRAME;

fn data(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data")).join(path)
}

fn recording(path: &str) -> Vec<f32> {
    read_all(data(path), Duration::from_secs(60)).expect(path).samples
}

/// More than 30 s of a person reading aloud: the loudspeaker's sound.
fn reading() -> Vec<f32> {
    ["1", "3", "4", "5"]
        .iter()
        .flat_map(|n| recording(&format!("ljspeech/LJ001-000{n}.flac")))
        .collect()
}

/// The microphone's sound from `voice` and `near` in a room, and what was played.
fn in_the_room(voice: &[f32], near: Vec<f32>, delay_ms: u64, gain_db: f32) -> [Vec<f32>; 2] {
    let delay = Duration::from_millis(delay_ms);
    let room = Room::open(data("rir/ta_ir0.flac"), delay, gain_db).expect("a room");
    let length = near.len();
    let mut board = Replay::from_samples(near).room(room);
    let (mut microphone, mut loudspeaker) = board.start(CAPTURE_RATE).expect("starts");
    loudspeaker.write(voice);
    let [mut heard, mut played] = [vec![f32::NAN; length], vec![f32::NAN; length]];
    assert_eq!(microphone.read(&mut heard, Duration::ZERO), Heard::Samples(length));
    microphone.reference(&mut played);
    assert!(heard.iter().chain(&played).all(|sample| sample.is_finite()));
    [heard, played]
}

fn power(samples: &[f32]) -> f32 {
    samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32
}

fn db(ratio: f32) -> f32 {
    10.0 * ratio.log10()
}

/// By how much the echo is reduced, in dB, between two seconds.
fn enhancement(heard: &[f32], cleaned: &[f32], seconds: std::ops::Range<usize>) -> f32 {
    let range = seconds.start * SECOND..seconds.end * SECOND;
    db(power(&heard[range.clone()]) / power(&cleaned[range]).max(1e-12))
}

#[test]
fn the_echo_is_removed_and_does_not_return() {
    for (delay_ms, gain_db) in [(20, -12.0), (80, -20.0), (200, -12.0)] {
        let voice = reading();
        let length = voice.len() / BLOCK * BLOCK;
        let [heard, played] = in_the_room(&voice, vec![0.0; length], delay_ms, gain_db);
        let mut cleaned = heard.clone();
        EchoCanceller::new().process(&mut cleaned, &played);
        let end = length / SECOND;
        let (early, late) =
            (enhancement(&heard, &cleaned, 1..4), enhancement(&heard, &cleaned, 10..end));
        println!("delay {delay_ms} ms, gain {gain_db} dB: {early:.1} dB, then {late:.1} dB");
        assert!(early > 15.0, "{early} dB at first");
        assert!(late > 25.0, "{late} dB in the end");
    }
}

/// As [`in_the_room`], with everything that playback mixes: a voice, a radio that is not ducked,
/// and a chime every second.
fn mixed_in_the_room(voice: &[f32], delay_ms: u64, gain_db: f32) -> [Vec<f32>; 2] {
    let turn = TurnId(1);
    let room = Room::open(data("rir/ta_ir0.flac"), Duration::from_millis(delay_ms), gain_db);
    let length = voice.len() / FRAME * FRAME;
    let mut board = Replay::from_samples(vec![0.0; length]).room(room.expect("a room"));
    let (mut microphone, loudspeaker) = board.start(CAPTURE_RATE).expect("starts");
    let mut playback = Playback::new(loudspeaker, CAPTURE_RATE);
    playback.set_ducking(0.0);
    playback.begin(turn);
    playback.clause(turn, Clause { text: "It reads.".into(), range: 0..9 });
    playback.sound(turn, voice);
    playback.release(turn);
    let radio = recording("smoke/jfk.flac");
    let mut radio = radio.iter().copied().cycle();
    let [mut heard, mut played] = [vec![f32::NAN; length], vec![f32::NAN; length]];
    let frames = heard.chunks_mut(FRAME).zip(played.chunks_mut(FRAME));
    for (n, (heard, played)) in frames.enumerate() {
        let more: Vec<f32> = radio.by_ref().take(FRAME).collect();
        assert_eq!(playback.media_write(&more), FRAME);
        if n % (SECOND / FRAME) == 0 {
            playback.chime(Earcon::Announce.sound(CAPTURE_RATE, 1.0));
        }
        playback.pump(&mut |_| {});
        assert_eq!(microphone.read(heard, Duration::ZERO), Heard::Samples(FRAME));
        microphone.reference(played);
    }
    for source in Source::ALL {
        let seconds = playback.heard_of(source) as usize / SECOND;
        assert!(seconds >= length / SECOND / 5, "only {seconds} s of {source:?}");
    }
    [heard, played]
}

#[test]
fn the_echo_of_chimes_and_media_is_removed_too() {
    for (delay_ms, gain_db) in [(20, -12.0), (80, -20.0), (200, -12.0)] {
        let voice = reading();
        let [heard, played] = mixed_in_the_room(&voice, delay_ms, gain_db);
        let length = heard.len() / BLOCK * BLOCK;
        let (heard, end) = (&heard[..length], length / SECOND);
        let clean = |reference: &[f32]| {
            let mut cleaned = heard.to_vec();
            EchoCanceller::new().process(&mut cleaned, reference);
            [1..4, 10..end].map(|seconds| enhancement(heard, &cleaned, seconds))
        };
        let [early, late] = clean(&played[..length]);
        // The reference is the voice alone, which is not what was played.
        let [_, other] = clean(&voice[..length]);
        println!(
            "delay {delay_ms} ms, gain {gain_db} dB: {early:.1} dB, then {late:.1} dB; by the \
             voice alone {other:.1} dB"
        );
        // 15.0 to 28.5 when measured. How soon it adapts varies with the last bits of the sound.
        assert!(early > 14.0, "{early} dB at first");
        assert!(late > 25.0, "{late} dB in the end");
        assert!(other < 10.0, "{other} dB although the reference is another sound");
    }
}

#[test]
fn a_person_is_heard_while_it_speaks() {
    let voice = reading();
    let command = recording("commands-misc-en/rh3_set_timer.flac");
    let mut near = vec![0.0; 20 * SECOND];
    let at = 12 * SECOND;
    near[at..at + command.len()].copy_from_slice(&command);
    let [echo, _] = in_the_room(&voice, vec![0.0; near.len()], 80, -20.0);
    let [heard, played] = in_the_room(&voice, near.clone(), 80, -20.0);
    let mut cleaned = heard;
    EchoCanceller::new().process(&mut cleaned, &played);
    // Where the command is loud, most of it remains.
    let span = at + SECOND / 2..at + 2 * SECOND;
    let over = db(power(&near[span.clone()]) / power(&echo[span.clone()]));
    let kept = db(power(&cleaned[span.start + DELAY..span.end + DELAY]) / power(&near[span]));
    println!("a person {over:.1} dB over the echo keeps {kept:.1} dB");
    assert!(kept > -6.0, "{kept} dB of the command are left, {over} dB over the echo");
}

#[test]
fn with_headphones_a_persons_voice_is_unchanged() {
    let voice = reading();
    let command = recording("commands-misc-en/rh3_set_timer.flac");
    let mut near: Vec<f32> = (0..16 * SECOND).map(|n| ((n * 7919) % 1009) as f32 * 1e-6).collect();
    let at = 4 * SECOND;
    near[at..at + command.len()].copy_from_slice(&command);
    let mut played = voice;
    played.resize(near.len(), 0.0);
    let mut cleaned = near.clone();
    let mut canceller = EchoCanceller::new();
    canceller.process(&mut cleaned, &played);
    let end = at + command.len();
    assert_eq!(cleaned[at + DELAY..end + DELAY], near[at..end]);
    // They are taken off: only the first words of an echo may pass.
    let [heard, played] = in_the_room(&reading(), vec![0.0; 16 * SECOND], 80, -12.0);
    let mut cleaned = heard.clone();
    canceller.process(&mut cleaned, &played);
    let late = enhancement(&heard, &cleaned, 4..16);
    println!("{late:.1} dB of the echo are gone after headphones");
    assert!(late > 15.0, "{late} dB");
}

#[test]
fn the_same_sound_gives_the_same_bits() {
    let voice = reading();
    let near = recording("smoke/jfk.flac");
    let near = near[..near.len() / BLOCK * BLOCK].to_vec();
    let [heard, played] = in_the_room(&voice, near, 80, -12.0);
    let run = |pieces: &[usize]| {
        let mut canceller = EchoCanceller::new();
        let (mut cleaned, mut at) = (heard.clone(), 0);
        for piece in pieces.iter().cycle() {
            let end = (at + piece * BLOCK).min(heard.len());
            // Less than a block of NaN comes after it, and stays unchanged.
            let beyond = [f32::NAN; BLOCK - 1];
            let mut now = [&heard[at..end], &beyond].concat();
            canceller.process(&mut now, &[&played[at..end], &beyond].concat());
            cleaned[at..end].copy_from_slice(&now[..end - at]);
            assert!(now[end - at..].iter().all(|sample| sample.is_nan()));
            at = end;
            if at == heard.len() {
                break;
            }
        }
        cleaned
    };
    let whole = run(&[heard.len()]);
    assert!(whole != heard && whole.iter().all(|sample| sample.is_finite()));
    for pieces in [&[1][..], &[8], &[3, 1, 20, 2]] {
        assert!(run(pieces) == whole, "in pieces of {pieces:?} blocks");
    }
}

#[test]
fn without_playback_the_sound_is_unchanged() {
    let speech = recording("smoke/jfk.flac");
    let speech = &speech[..speech.len() / BLOCK * BLOCK];
    let mut cleaned = speech.to_vec();
    EchoCanceller::new().process(&mut cleaned, &vec![0.0; speech.len()]);
    assert_eq!(cleaned[DELAY..], speech[..speech.len() - DELAY]);
}

#[test]
fn soon_after_the_last_word_the_sound_is_unchanged() {
    // It speaks for 4 s; a person answers at 7 s.
    let voice = &reading()[..4 * SECOND];
    let answer = recording("smoke/jfk.flac");
    let near = [vec![0.0; 7 * SECOND], answer[..4 * SECOND].to_vec()].concat();
    let [heard, played] = in_the_room(voice, near, 80, -12.0);
    let mut cleaned = heard.clone();
    EchoCanceller::new().process(&mut cleaned, &played);
    assert_eq!(cleaned[7 * SECOND + DELAY..], heard[7 * SECOND..heard.len() - DELAY]);
    // It ends without a click: no step is larger than those in the sound.
    let step = |x: &[f32]| x.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    let tail = 4 * SECOND..7 * SECOND;
    assert!(step(&cleaned[tail.clone()]) <= 1.5 * step(&heard[tail]));
}

/// Records its input.
struct Keeping(Vec<f32>);

impl Vad for Keeping {
    fn frame_len(&self) -> usize {
        512
    }
    fn process(&mut self, frame: &[f32]) -> sayso_models::Result<f32> {
        self.0.extend_from_slice(frame);
        Ok(0.0)
    }
    fn reset(&mut self) {}
}

/// Feeds a front end in pieces. Returns what the detector got, and the frames.
fn listen(config: &Cleaning, heard: &[f32], played: &[f32], piece: usize) -> [Vec<f32>; 2] {
    let mut vad = Keeping(Vec::new());
    let mut frames = Vec::new();
    let mut front_end = FrontEnd::new(
        Cleaner::new(config),
        Box::new(&mut vad),
        Endpointer::new(EndpointConfig::default()),
        BargeIn { lasts: Samples::from_ms(256), range_db: 12.0 },
        Arc::new(Attention::new(EndpointConfig::default().hangover)),
    );
    for (heard, played) in heard.chunks(piece).zip(played.chunks(piece)) {
        front_end.listen(heard, played, &mut |frame| frames.extend(frame.samples));
    }
    drop(front_end);
    [vad.0, frames]
}

#[test]
fn detector_and_recorder_get_the_same_cleaned_sound_in_any_pieces() {
    let near = recording("smoke/jfk.flac");
    let [heard, played] = in_the_room(&reading(), near, 80, -12.0);
    let all = Cleaning { noise_suppression: true, gain_control: true, ..Default::default() };
    for config in [Cleaning::default(), all] {
        let [judged, kept] = listen(&config, &heard, &played, heard.len());
        assert_eq!(judged, kept);
        assert!(kept[..] != heard[..kept.len()]);
        for piece in [1, 160, 700] {
            assert!(listen(&config, &heard, &played, piece) == [judged.clone(), kept.clone()]);
        }
    }
    // With everything disabled the sound is unchanged.
    let none = Cleaning { echo_cancellation: false, ..Default::default() };
    let [_, kept] = listen(&none, &heard, &played, 333);
    assert_eq!(kept, heard[..kept.len()]);
}

/// Takes everything that is not quiet for speech.
struct Loud;

impl Vad for Loud {
    fn frame_len(&self) -> usize {
        512
    }
    fn process(&mut self, frame: &[f32]) -> sayso_models::Result<f32> {
        Ok(if power(frame) > 1e-5 { 0.9 } else { 0.05 })
    }
    fn reset(&mut self) {}
}

/// The seconds in which speech counts as begun.
fn begins(heard: &[f32], played: &[f32], media: bool) -> Vec<f64> {
    let attention = Arc::new(Attention::new(EndpointConfig::default().hangover));
    attention.set_playing(media);
    let mut front_end = FrontEnd::new(
        Cleaner::new(&Cleaning::default()),
        Box::new(Loud),
        Endpointer::new(EndpointConfig::default()),
        BargeIn { lasts: Samples::from_ms(256), range_db: 12.0 },
        attention,
    );
    let mut begins = Vec::new();
    front_end.listen(heard, played, &mut |frame| {
        if let Some(EndpointEvent::SpeechStarted { at, .. }) = frame.event {
            begins.push(at.0 as f64 / SECOND as f64);
        }
    });
    begins
}

/// While the canceller has not learnt the room, a singer is as loud as a person.
#[test]
fn the_echo_of_media_is_no_speech_and_a_person_over_it_is() {
    let radio = reading();
    let [heard, played] = in_the_room(&radio, vec![0.0; 6 * SECOND], 80, -6.0);
    let (plain, known) = (begins(&heard, &played, false), begins(&heard, &played, true));
    println!("taken for a person at {plain:?} s, or {known:?} s if it is known to play");
    let soon = |begins: &[f64]| begins.iter().any(|at| *at < 2.0);
    assert!(soon(&plain) && !soon(&known), "before the room is learnt");

    let command = recording("commands-misc-en/rh3_set_timer.flac");
    let mut near = vec![0.0; 6 * SECOND];
    near[3 * SECOND..3 * SECOND + command.len()].copy_from_slice(&command);
    let [heard, played] = in_the_room(&radio, near, 80, -20.0);
    let known = begins(&heard, &played, true);
    println!("a person begins at {known:?} s");
    assert!(known.iter().any(|at| (3.0..4.5).contains(at)), "{known:?}");
}
