//! The seams of a reply, checked on its samples: where one clause follows another, where it is
//! interrupted and where it continues, there is neither a gap nor a click.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ops::Range;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sayso::event::{Ending, TurnRecord};
use sayso::internals::playback::FADE;
use sayso::{Assistant, Config, Engines, Event, Pace, Stop};
use sayso_core::turn::State;
use sayso_models::Cancel;
use sayso_models::tts::Delivery;
use sayso_replay::{Layout, Output, Replay};
use sayso_tests::data;

/// Questions whose replies have clauses that end with a comma, with a full stop, and with neither.
const QUESTIONS: [&str; 3] = [
    "commands-misc-en/gdo_audio.flac",
    "commands-misc-en/v2j_turn_on_living_room_lamp.flac",
    "librispeech/2033-164914-0005.flac",
];
const COMMAND: &str = "commands-misc-en/v2j_turn_on_living_room_lamp.flac";
const EAR: u64 = 16_000;
/// A frame of the front end: an event may come this late.
const FRAME: usize = 512;

/// The level from which a sound is audible: −50 dBFS. The voice treats a hop below −52 as silent.
const AUDIBLE: f32 = 0.003_162;

/// The voice's lead-in, of which up to this much is left out at the start of a reply, in ms.
const LEAD_IN_MS: usize = 40;

fn samples(path: &str) -> Vec<f32> {
    sayso_audio_io::read_all(data(path), Duration::from_secs(60)).expect("recording").samples
}

/// Shared by all tests, which take turns, so that nothing else is computed while one is timed.
fn assistant() -> MutexGuard<'static, Assistant> {
    static ASSISTANT: LazyLock<Mutex<Assistant>> = LazyLock::new(|| {
        let overrides = [
            "models.profile=small",
            "front_end.echo_cancellation=false",
            "llm.threads=1",
            "stt.threads=1",
        ]
        .map(std::ffi::OsString::from);
        let config = Config::load(None, &overrides).expect("settings");
        let engines = Engines::load(&config).expect("models");
        Mutex::new(Assistant::new(config, engines))
    });
    ASSISTANT.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Talk {
    /// The clauses, and when each was reported to begin, in samples at 16 kHz.
    clauses: Vec<(u64, String)>,
    states: Vec<(u64, State)>,
    turns: Vec<TurnRecord>,
    /// What the loudspeaker played.
    reply: Vec<f32>,
    rate: usize,
}

impl Talk {
    /// The position of this time in the reply's track.
    fn place(&self, at: u64) -> usize {
        usize::try_from(at * self.rate as u64 / EAR).expect("a place")
    }

    fn samples(&self, ms: usize) -> usize {
        self.rate * ms / 1000
    }

    fn when(&self, wanted: State, from: u64) -> u64 {
        let found = self.states.iter().find(|(at, state)| *state == wanted && *at >= from);
        found.unwrap_or_else(|| panic!("never {wanted:?}: {:?}", self.states)).0
    }
}

/// A new conversation with `said` at the microphone.
fn talk(assistant: &mut Assistant, said: Vec<f32>, pace: Pace) -> Talk {
    assistant.engines().llm.forget().expect("forgets");
    let clock = match pace {
        Pace::Live => sayso_replay::Pace::RealTime,
        Pace::Lockstep => sayso_replay::Pace::Virtual,
    };
    let mut board = Replay::from_samples(said)
        .output(Output::Memory(Layout::Stereo))
        .pace(clock)
        .tail(Duration::from_secs(4));
    let handle = board.handle();
    let (mut clauses, mut states, mut turns) = (Vec::new(), Vec::new(), Vec::new());
    assistant
        .converse(&mut board, pace, &Stop::new(), &mut |event| match event {
            Event::Speaking { at, text, .. } => clauses.push((at.0, text)),
            Event::State { at, state } => states.push((at.0, state)),
            Event::Turn(turn) if turn.ending != Ending::Dropped => turns.push(*turn),
            Event::Trouble { message, .. } => panic!("{message}"),
            _ => {}
        })
        .expect("a conversation");
    let tracks = handle.finish().expect("tracks").expect("in memory");
    Talk { clauses, states, turns, reply: tracks.reply(), rate: tracks.rate as usize }
}

/// The clause as the voice speaks it alone.
fn spoken(assistant: &mut Assistant, text: &str) -> Vec<f32> {
    let (mut sound, delivery) = (Vec::new(), Delivery::default());
    let mut more = |samples: &[f32]| sound.extend_from_slice(samples);
    assistant.engines().tts.speak(text, &delivery, &Cancel::new(), &mut more).expect("speaks");
    sound
}

/// The differences between neighbouring samples, the smallest first.
fn steps(sound: &[f32]) -> Vec<f32> {
    let mut steps: Vec<f32> = sound.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
    steps.sort_by(f32::total_cmp);
    steps
}

fn largest_step(sound: &[f32]) -> f32 {
    steps(sound).last().copied().unwrap_or(0.0)
}

fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// The step that 99 of 100 steps within the clauses do not exceed.
fn usual_step(clauses: &[Vec<f32>]) -> f32 {
    let steps = steps(&clauses.concat());
    steps[steps.len() * 99 / 100]
}

/// The inaudible range around `at`, in blocks of 5 ms.
fn quiet(sound: &[f32], at: usize, rate: usize) -> Range<usize> {
    let block = rate / 200;
    let audible = |block: &[f32]| {
        block.iter().map(|s| s * s).sum::<f32>() >= AUDIBLE * AUDIBLE * block.len() as f32
    };
    let before = sound[..at].rchunks(block).take_while(|block| !audible(block)).count();
    let after = sound[at..].chunks(block).take_while(|block| !audible(block)).count();
    at.saturating_sub(before * block)..(at + after * block).min(sound.len())
}

/// Describes what is wrong where a clause meets the next at `at`, with an expected pause of so
/// many ms. `usual` is a step that is usual within the clauses.
fn amiss(sound: &[f32], at: usize, rate: usize, pause: usize, usual: f32) -> Option<String> {
    let around = |ms: usize| &sound[at - rate * ms / 1000..at + rate * ms / 1000];
    // A clause fades in and out over 5 ms, so nothing can be audible there.
    let level = peak(around(5));
    if level >= AUDIBLE || largest_step(around(5)) >= AUDIBLE {
        return Some(format!("a click: {level} at the joint"));
    }
    // Further out the words begin, where larger steps are normal.
    let step = largest_step(around(20));
    if step > usual {
        return Some(format!("a click: a step of {step} beside the joint, usual is {usual}"));
    }
    // The tolerance: a hop of 12.5 ms that is partly quiet on each side of the pause, one 5 ms
    // block too many on each side, and 25 ms for a faint beginning.
    let gap = quiet(sound, at, rate).len() * 1000 / rate;
    (gap > pause + 60).then(|| format!("a gap of {gap} ms, not {pause}"))
}

/// The silence that the voice leaves after a clause, in ms.
fn pause(clause: &str) -> usize {
    match clause.chars().last() {
        Some('.' | '!' | '?' | '…') => 250,
        Some(',' | ';' | ':' | '–' | '—') => 120,
        _ => 40,
    }
}

/// The samples at which each clause but the first begins in the reply, and the last one ends.
/// Their sound is exactly what the voice makes of each clause alone, so nothing was inserted, lost
/// or changed.
fn joints(talk: &Talk, clauses: &[Vec<f32>]) -> Vec<usize> {
    let mut ends: Vec<usize> = Vec::new();
    for ((at, text), clause) in talk.clauses.iter().zip(clauses).skip(1) {
        // An event comes with the frame in which its sound begins.
        let place = talk.place(*at);
        let from = place - talk.place(FRAME as u64);
        let joint = (from..=place).find(|&from| talk.reply[from..].starts_with(clause));
        let joint = joint.unwrap_or_else(|| panic!("{text:?} does not begin by {place}"));
        if let Some(end) = ends.last() {
            assert_eq!(*end, joint, "{text:?} follows at once");
        } else {
            let first = &clauses[0][talk.samples(LEAD_IN_MS)..];
            assert!(talk.reply[..joint].ends_with(first), "{text:?} follows at once");
            ends.push(joint);
        }
        ends.push(joint + clause.len());
    }
    ends
}

#[test]
fn clauses_follow_each_other_without_a_gap_or_a_click() {
    let mut assistant = assistant();
    let mut seams = 0;
    for question in QUESTIONS {
        let talk = talk(&mut assistant, samples(question), Pace::Lockstep);
        assert_eq!(talk.turns.len(), 1, "{question}");
        let clauses: Vec<_> =
            talk.clauses.iter().map(|(_, text)| spoken(&mut assistant, text)).collect();
        let usual = usual_step(&clauses);
        let ends = joints(&talk, &clauses);
        for (at, (_, before)) in ends.iter().zip(&talk.clauses) {
            let quiet = quiet(&talk.reply, *at, talk.rate).len() * 1000 / talk.rate;
            let beside = &talk.reply[at - talk.samples(20)..at + talk.samples(20)];
            let step = largest_step(beside);
            println!("{before:?}: then {quiet} ms quiet, step {step:.4}, usual {usual:.4}");
            // Nothing follows the last one.
            let pause = if Some(at) == ends.last() { usize::MAX / 2 } else { pause(before) };
            assert_eq!(amiss(&talk.reply, *at, talk.rate, pause, usual), None, "{before:?}");
        }
        seams += ends.len().saturating_sub(1);
        // The reply begins after silence, and the inaudible part of its lead-in is left out.
        let first = talk.reply.iter().position(|sample| *sample != 0.0).expect("a reply");
        let start = &talk.reply[first - 1..first + talk.samples(2)];
        assert!(peak(start) < AUDIBLE, "it begins with {}", peak(start));
    }
    assert!(seams >= 3, "only {seams} seams");
}

/// In real time: while the first clause is played, the next has to be written and spoken.
#[test]
fn no_gap_is_audible_while_the_reply_is_still_written() {
    let mut assistant = assistant();
    let talk = talk(&mut assistant, samples(QUESTIONS[0]), Pace::Live);
    assert!(talk.clauses.len() >= 2, "{:?}", talk.clauses);
    let clauses: Vec<_> =
        talk.clauses.iter().map(|(_, text)| spoken(&mut assistant, text)).collect();
    for (n, (at, text)) in talk.clauses.iter().enumerate().skip(1) {
        // By the wall clock, not by the samples: known to a tenth of a second.
        let (place, tenth) = (talk.place(*at), talk.samples(100));
        let near = place - tenth..place + tenth;
        let joint = near.clone().find(|&from| talk.reply[from..].starts_with(&clauses[n]));
        let joint = joint.unwrap_or_else(|| panic!("{text:?} is not in {near:?}"));
        let gap = quiet(&talk.reply, joint, talk.rate).len() * 1000 / talk.rate;
        println!("{text:?} after {gap} ms of quiet");
        // Longer than a speaker takes to draw breath. The voice's own part is 310 ms at most.
        assert!(gap <= 600, "{gap} ms of quiet before {text:?}");
    }
}

#[test]
fn an_interrupted_reply_fades_without_a_step() {
    let mut assistant = assistant();
    let whole = talk(&mut assistant, samples(QUESTIONS[0]), Pace::Lockstep);
    let command = samples(COMMAND);
    let start = whole.when(State::Speaking, 0);
    let fade = whole.samples(usize::try_from(FADE.as_millis()).expect("short"));
    let mut cuts = 0;
    for late in [EAR / 4, EAR / 2, EAR * 3 / 4] {
        let mut said = samples(QUESTIONS[0]);
        said.resize(usize::try_from(start + late).expect("a place"), 0.0);
        said.extend_from_slice(&command);
        let talk = talk(&mut assistant, said, Pace::Lockstep);
        assert_eq!(talk.turns[0].ending, Ending::Interrupted, "{:?}", talk.states);
        let paused = talk.when(State::Paused, 0);
        let (from, again) = (talk.place(paused), talk.place(talk.when(State::Speaking, paused)));
        // What the loudspeaker would have played without the interruption.
        let (cut, uncut) = (&talk.reply[from..from + fade], &whole.reply[from..from + fade]);
        assert_eq!(talk.reply[..from], whole.reply[..from]);
        let (peak, step) = (peak(uncut), largest_step(&whole.reply[from - 1..from + fade]));
        let (faded, last) =
            (largest_step(&talk.reply[from - 1..=from + fade]), cut[fade - 1].abs());
        println!("{late}: peak {peak:.3}, step {step:.4} whole, {faded:.4} faded; last {last:.5}");
        cuts += usize::from(peak > 10.0 * AUDIBLE);
        // It fades no faster than it must to end in time, and not all at once.
        for (n, (cut, uncut)) in cut.iter().zip(uncut).enumerate() {
            let most = peak * (n + 2) as f32 / fade as f32;
            assert!((cut - uncut).abs() <= most, "{uncut} is {cut} after {n} samples");
        }
        // The fade adds to each step of the sound at most its level's share.
        assert!(faded <= step + peak / fade as f32, "a step of {faded} in the fade");
        assert!(last < AUDIBLE, "it is cut off at {last}");
        assert!(talk.reply[from + fade..again].iter().all(|s| *s == 0.0), "quiet after it");
    }
    assert!(cuts >= 2, "only {cuts} cuts within a sound");
}

#[test]
fn a_reply_that_continues_comes_back_without_a_step() {
    let mut assistant = assistant();
    let whole = talk(&mut assistant, samples(QUESTIONS[0]), Pace::Lockstep);
    let start = whole.when(State::Speaking, 0);
    let clauses: Vec<_> =
        whole.clauses.iter().map(|(_, text)| spoken(&mut assistant, text)).collect();
    let usual = usual_step(&clauses);
    let mut resumed = 0;
    for yes in sayso_tests::recordings()
        .into_iter()
        .chain(sayso_tests::further())
        .filter(|r| r.category == "speech-commands" && r.transcript == "yes")
    {
        let mut said = samples(QUESTIONS[0]);
        said.resize(usize::try_from(start + EAR).expect("a place"), 0.0);
        let over = sayso_audio_io::read_all(&yes.path, Duration::from_secs(5)).expect("recording");
        said.extend_from_slice(&over.samples);
        let talk = talk(&mut assistant, said, Pace::Lockstep);
        let paused = talk.states.iter().find(|(_, state)| *state == State::Paused);
        let Some((paused, _)) = paused.filter(|_| talk.turns[0].ending == Ending::Complete) else {
            continue;
        };
        let from = talk.place(talk.when(State::Speaking, *paused));
        let back = &talk.reply[from - 1..from + talk.samples(20)];
        println!("{}: {:.5}, then {:.4}", yes.path.display(), back[1], largest_step(back));
        resumed += 1;
        assert!(back[0] == 0.0 && back[1].abs() < AUDIBLE, "it begins with {}", back[1]);
        assert!(largest_step(back) <= usual, "a step of {}", largest_step(back));
    }
    assert!(resumed > 0, "none went on");
}

/// The checks above find what they are meant to find.
#[test]
fn a_click_and_a_gap_are_found() {
    let mut assistant = assistant();
    let [before, after] = ["I can't tell you,", "what's out of your car."];
    let clauses = [spoken(&mut assistant, before), spoken(&mut assistant, after)];
    let rate = assistant.engines().tts.sample_rate() as usize;
    let (at, sound) = (clauses[0].len(), clauses.concat());
    let (pause, usual) = (pause(before), usual_step(&clauses));
    let amiss = |sound: &[f32], at| amiss(sound, at, rate, pause, usual).unwrap_or_default();
    assert_eq!(amiss(&sound, at), "");

    // A single sample: soft and at the joint, or loud and near it.
    for (place, level) in [(at, 0.01), (at + rate / 250, -0.01), (at - rate / 100, 0.5)] {
        let mut clicking = sound.clone();
        clicking[place] += level;
        let found = amiss(&clicking, at);
        assert!(found.starts_with("a click"), "{level} at {place}: {found:?}");
    }
    // A clause that is cut off inside its last sound.
    let loud = sound[..at].iter().rposition(|sample| sample.abs() > 0.05).expect("a voice");
    let cut_off = [&sound[..=loud], &sound[at..]].concat();
    assert!(amiss(&cut_off, loud + 1).starts_with("a click"));
    // Silence before the joint, and after it.
    for place in [at - rate / 20, at, at + 1] {
        let silence = vec![0.0; rate / 10];
        let torn = [&sound[..place], &silence, &sound[place..]].concat();
        let found = amiss(&torn, at.max(place));
        assert!(found.starts_with("a gap"), "at {place}: {found:?}");
    }
}
