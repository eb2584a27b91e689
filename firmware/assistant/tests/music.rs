//! Music in a conversation, on the replay board with scripted engines. Each piece is a tone of its
//! own, so that it is known what is heard when, and how loud.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::f32::consts::TAU;
use std::path::Path;

use sayso::event::{Ending, MusicState, Origin, TurnRecord};
use sayso::internals::skills::SharedSkills;
use sayso::{Assistant, Config, Event, Pace, Stop};
use sayso_audio_io::WavWriter;
use sayso_replay::{Layout, Output, Replay};
use tempfile::TempDir;

/// The frequencies of the pieces, in Hz. The scripted voice has 382 Hz.
const BLUE: f32 = 1_000.0;
const NIGHT: f32 = 2_000.0;
const RAIN: f32 = 3_000.0;
/// How loud they are.
const AMPLITUDE: f32 = 0.4;

/// A folder with pieces of this many seconds.
fn music(seconds: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rates = [(BLUE, 48_000), (NIGHT, 44_100), (RAIN, 16_000)];
    let files = [
        "The Larks/Dawn/01 Blue Morning.wav",
        "The Larks/Dawn/02 Night Train.wav",
        "Ada Stone - Rain.wav",
    ];
    for (file, (frequency, rate)) in files.into_iter().zip(rates) {
        let step = TAU * frequency / rate as f32;
        let tone = (0..seconds * rate as usize).map(|n| AMPLITUDE * (n as f32 * step).sin());
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer = WavWriter::create(&path, rate, 2).unwrap();
        let both: Vec<f32> = tone.flat_map(|sample| [sample, sample]).collect();
        writer.write(&both).unwrap();
        writer.finish().unwrap();
    }
    folder
}

/// Settings with this music. There is no room, so there is no echo.
fn config(music: &Path) -> Config {
    let mut config = common::config();
    config.front_end.echo_cancellation = false;
    config.skills.music = music.into();
    config
}

fn skills(config: &Config) -> SharedSkills {
    let (skills, _) = SharedSkills::load(config, None).expect("skills");
    skills.read_music();
    skills
}

struct Run {
    turns: Vec<TurnRecord>,
    /// What the player did: when, in ms, and with what.
    music: Vec<(u64, MusicState, String)>,
    troubles: Vec<String>,
    played: Vec<f32>,
    rate: u32,
    lost: u64,
}

impl Run {
    fn music(&self) -> Vec<(MusicState, &str)> {
        self.music.iter().map(|(_, state, title)| (*state, title.as_str())).collect()
    }

    /// When the player did this first.
    fn when(&self, state: MusicState, title: &str) -> usize {
        let is = |(_, s, t): &&(u64, MusicState, String)| *s == state && t == title;
        self.music.iter().find(is).map(|(at, ..)| *at as usize).expect("it happened")
    }

    /// The amplitude of a tone between two times in ms, relative to that of the piece.
    fn level(&self, frequency: f32, from: usize, to: usize) -> f32 {
        let place = |ms: usize| ms * self.rate as usize / 1000;
        let sound = self.played.get(place(from)..place(to)).expect("it was played for so long");
        let (mut re, mut im) = (0.0_f64, 0.0_f64);
        for (n, sample) in sound.iter().enumerate() {
            let angle = f64::from(TAU * frequency / self.rate as f32) * n as f64;
            re += f64::from(*sample) * angle.cos();
            im += f64::from(*sample) * angle.sin();
        }
        let amplitude = 2.0 * re.hypot(im) / sound.len() as f64;
        amplitude as f32 / AMPLITUDE
    }

    /// The same in dB.
    fn db(&self, frequency: f32, from: usize, to: usize) -> f32 {
        20.0 * self.level(frequency, from, to).max(1e-6).log10()
    }
}

/// A conversation with these transcripts and this sound.
fn run(config: Config, lines: &[&'static str], parts: &[(bool, usize)]) -> Run {
    let skills = skills(&config);
    run_with(
        Assistant::new(config, common::engines(lines).0).use_skills(skills, "kitchen", ""),
        parts,
    )
}

fn run_with(mut assistant: Assistant, parts: &[(bool, usize)]) -> Run {
    let mut board =
        Replay::from_samples(common::sound(parts)).output(Output::Memory(Layout::Reply));
    let handle = board.handle();
    let (mut turns, mut music, mut troubles) = (Vec::new(), Vec::new(), Vec::new());
    let mut on_event = |event| match event {
        Event::Music { at, music: state, title, .. } => music.push((at.as_ms(), state, title)),
        Event::Turn(turn) => turns.push(*turn),
        Event::Trouble { message, .. } => troubles.push(message),
        _ => {}
    };
    let losses = assistant
        .converse(&mut board, Pace::Lockstep, &Stop::new(), &mut on_event)
        .expect("a conversation");
    let tracks = handle.finish().expect("finishes").expect("tracks");
    let (rate, lost) = (tracks.rate, losses.music);
    Run { turns, music, troubles, played: tracks.reply(), rate, lost }
}

/// Somebody speaks for a second, and is silent for so many ms.
fn spoken(silent: usize) -> [(bool, usize); 2] {
    [(true, 1_000), (false, silent)]
}

#[test]
fn music_is_softer_while_somebody_speaks_and_stops_at_stop() {
    let folder = music(30);
    let lines = ["Play Blue Morning.", "What is 17 times 23?", "Stop."];
    let parts = [spoken(6_000), spoken(6_000), spoken(4_000)].concat();
    let run = run(config(folder.path()), &lines, &parts);
    assert_eq!(run.troubles, Vec::<String>::new());
    let [play, sum, stop] = &run.turns[..] else { panic!("{:?}", run.turns) };
    assert_eq!((play.skill, play.heard.as_str()), ("music", "Here is Blue Morning by The Larks."));
    assert_eq!(
        run.music(),
        [(MusicState::Plays, "Blue Morning"), (MusicState::Stopped, "Blue Morning")]
    );
    // It begins while Sayso still speaks, and is soft for that long.
    let begun = run.when(MusicState::Plays, "Blue Morning");
    assert!((1_000..3_500).contains(&begun), "{begun}");
    assert!((run.db(BLUE, 5_500, 6_900)).abs() < 0.2, "{}", run.db(BLUE, 5_500, 6_900));
    // Somebody speaks from 7 s on, for a second; noticed 0.1 s later, and 0.2 s are mixed already.
    let asked = run.db(BLUE, 7_550, 8_000);
    assert!((asked + 20.0).abs() < 0.5, "{asked} dB while somebody speaks");
    // The answer is heard above it.
    assert!(sum.heard.contains("391") && sum.ending == Ending::Complete, "{sum:?}");
    let answered = sum.released.unwrap().as_ms() as usize;
    let under = run.db(BLUE, answered + 100, answered + 300);
    assert!((under + 20.0).abs() < 0.5, "{under} dB under the answer");
    assert!(run.db(BLUE, 12_000, 13_900).abs() < 0.2, "as loud as before");
    // "Stop" is over at 15 s.
    assert_eq!(stop.ending, Ending::Stopped);
    assert!(run.level(BLUE, 16_500, 17_900) < 1e-3);
    assert_eq!(run.lost, 0);
}

#[test]
fn the_setting_says_how_much_softer() {
    let folder = music(30);
    let mut config = config(folder.path());
    config.skills.music_ducking_db = 6.0;
    let parts = [spoken(6_000), spoken(3_000)].concat();
    let run = run(config, &["Play Rain by Ada Stone.", "What time is it?"], &parts);
    let asked = run.db(RAIN, 7_550, 8_000);
    assert!((asked + 6.0).abs() < 0.5, "{asked} dB");
}

#[test]
fn an_album_is_played_without_a_gap_and_ends() {
    let folder = music(3);
    let run = run(config(folder.path()), &["Play the album Dawn."], &spoken(12_000));
    let expected = [
        (MusicState::Plays, "Blue Morning"),
        (MusicState::Plays, "Night Train"),
        (MusicState::Stopped, "Night Train"),
    ];
    assert_eq!(run.music(), expected);
    let next = run.when(MusicState::Plays, "Night Train");
    assert_eq!(next.abs_diff(run.when(MusicState::Plays, "Blue Morning") + 3_000) / 100, 0);
    // Within 50 ms of the joint, one of the two is there.
    assert!(run.db(BLUE, next - 250, next - 50).abs() < 0.5);
    assert!(run.db(NIGHT, next + 50, next + 250).abs() < 0.5);
    let joint = run.played[(next - 50) * 24..(next + 50) * 24].chunks(240);
    let quiet = joint.filter(|part| part.iter().all(|x| x.abs() < 0.1 * AMPLITUDE)).count();
    assert_eq!(quiet, 0, "there is a gap");
    assert_eq!(run.lost, 0);
}

#[test]
fn next_previous_pause_and_resume_do_what_they_say() {
    let folder = music(60);
    let lines = [
        "Play the album Dawn.",
        "Next song.",
        "What song is this?",
        "Pause.",
        "Resume.",
        "Previous song.",
        "Next song.",
        "Next song.",
    ];
    let parts: Vec<_> = lines.iter().flat_map(|_| spoken(5_000)).collect();
    let run = run(config(folder.path()), &lines, &parts);
    let (plays, paused, stopped) = (MusicState::Plays, MusicState::Paused, MusicState::Stopped);
    let (blue, night) = ("Blue Morning", "Night Train");
    let expected = [
        (plays, blue),
        (plays, night),
        (paused, night),
        (plays, night),
        (plays, blue),
        (plays, night),
        // The conversation is over.
        (stopped, night),
    ];
    assert_eq!(run.music(), expected);
    let said = |n: usize| run.turns[n].heard.as_str();
    assert_eq!(said(2), "This is Night Train by The Larks.");
    assert_eq!(said(7), "That was the last one.");
    // At the end of each 6 s, as loud as ever.
    for (n, tone) in [(0, BLUE), (1, NIGHT), (2, NIGHT), (4, NIGHT), (5, BLUE), (6, NIGHT)] {
        let (from, to) = (6_000 * n + 5_000, 6_000 * n + 5_900);
        assert!(run.db(tone, from, to).abs() < 0.3, "{n}: {} dB", run.db(tone, from, to));
        let other = if tone == BLUE { NIGHT } else { BLUE };
        assert!(run.level(other, from, to) < 0.01, "{n}");
    }
    assert!(run.level(NIGHT, 23_000, 23_900) < 1e-3, "it is paused");
}

#[test]
fn stop_over_a_reply_ends_the_reply_and_not_the_music() {
    let folder = music(60);
    let long = "Repeat: one two three four five six seven eight nine ten one two three four five six \
                seven eight nine ten one two three four five six seven eight nine ten one two three";
    let lines = ["Play Rain.", long, "Stop.", "Stop."];
    // It answers from about 8 s to 11.5 s.
    let parts = [spoken(5_000), spoken(2_000), spoken(6_000), spoken(5_000)].concat();
    let run = run(config(folder.path()), &lines, &parts);
    assert_eq!(run.turns[1].ending, Ending::Interrupted, "{:?}", run.turns);
    let (over, silent) = (9_000, 16_000);
    assert!(run.db(RAIN, over + 4_500, silent - 100).abs() < 0.3, "the music goes on");
    assert!(run.level(RAIN, silent + 3_000, silent + 5_500) < 1e-3, "the second stop is for it");
    assert_eq!(run.music(), [(MusicState::Plays, "Rain"), (MusicState::Stopped, "Rain")]);
}

#[test]
fn stop_ends_a_timer_that_rings_before_it_ends_the_music() {
    let folder = music(60);
    let lines = ["Play Rain.", "Set a timer for two seconds.", "Stop.", "Stop."];
    let parts = [spoken(5_000), spoken(7_000), spoken(7_000), spoken(5_000)].concat();
    let run = run(config(folder.path()), &lines, &parts);
    let rings: Vec<_> =
        run.turns.iter().filter(|turn| turn.origin == Origin::Announcement).collect();
    assert!(!rings.is_empty(), "{:?}", run.turns);
    let begun = rings[0].begun.as_ms() as usize;
    assert!(run.db(RAIN, begun + 600, begun + 900) < -19.0, "softer while it rings");
    // The first stop is at 14 s, the second at 22 s.
    assert!(run.db(RAIN, 20_000, 21_900).abs() < 0.3, "the music goes on");
    assert!(run.level(RAIN, 25_500, 27_900) < 1e-3);
}

#[test]
fn a_sentence_that_only_begins_with_stop_does_not_stop_it() {
    let folder = music(60);
    // The first guess is "Stop."; then the sentence goes on.
    let lines = ["Play Rain.", "Stop.", "Stop it, what is 17 times 23?"];
    let parts =
        [&spoken(5_000)[..], &[(true, 500), (false, 200), (true, 1_000), (false, 6_000)]].concat();
    let run = run(config(folder.path()), &lines, &parts);
    assert_eq!(run.turns[1].ending, Ending::Dropped, "{:?}", run.turns);
    assert!(run.db(RAIN, 12_500, 13_600).abs() < 0.3, "{:?}", run.music);
}

#[test]
fn files_that_cannot_be_played_are_left_out_or_reported() {
    let folder = music(30);
    std::fs::write(folder.path().join("Nobody - Noise.mp3"), b"ID3\x04\0\0\xff\xff\xff").unwrap();
    let config = config(folder.path());
    let loaded = skills(&config);
    let (tracks, faults) = loaded.music().unwrap();
    assert_eq!((tracks, faults.len()), (3, 1), "{faults:?}");
    // One that is damaged after it was found.
    std::fs::write(folder.path().join("Ada Stone - Rain.wav"), b"RIFF").unwrap();
    let lines = ["Play Noise.", "Play Rain.", "What is 17 times 23?"];
    let assistant =
        Assistant::new(config, common::engines(&lines).0).use_skills(loaded, "hall", "");
    let run = run_with(assistant, &[spoken(4_000), spoken(4_000), spoken(5_000)].concat());
    assert_eq!(run.turns[0].heard, "I can't find Noise in the music.");
    let [trouble] = &run.troubles[..] else { panic!("{:?}", run.troubles) };
    assert!(trouble.contains("Rain.wav"), "{trouble}");
    assert!(run.turns[2].heard.contains("391"), "the conversation goes on: {:?}", run.turns);
}

#[test]
fn where_nobody_would_hear_it_no_music_is_played() {
    let folder = music(10);
    let config = config(folder.path());
    let loaded = skills(&config);
    let (engines, _) = common::engines(&["Play some music."]);
    let assistant = Assistant::new(config, engines).use_skills(loaded, "ask", "").without_music();
    let run = run_with(assistant, &spoken(6_000));
    assert_eq!(run.turns[0].heard, "I can't play music here.");
    assert_eq!(run.music(), []);
}

#[test]
fn each_board_plays_its_own_music() {
    let folder = music(30);
    let config = config(folder.path());
    let loaded = skills(&config);
    let at = |board: &str, lines: &[&'static str]| {
        Assistant::new(config.clone(), common::engines(lines).0).use_skills(
            loaded.clone(),
            board,
            "",
        )
    };
    let kitchen = run_with(at("kitchen", &["Play Rain."]), &spoken(5_000));
    assert_eq!(kitchen.music()[0], (MusicState::Plays, "Rain"));
    let hall = run_with(at("hall", &["What is playing?"]), &spoken(5_000));
    assert_eq!(hall.turns[0].heard, "Nothing is playing.");
    assert!(hall.music.is_empty() && hall.level(RAIN, 1_000, 5_000) < 1e-3);
}
