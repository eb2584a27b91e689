//! `sayso bench echo`: whether the assistant takes itself for a person on an open loudspeaker, and
//! whether it hears people who interrupt it.
//!
//! Replies are spoken by the real voice and played into simulated rooms, at several levels and
//! latencies. The microphone hears the echo, its own noise and, at known times, recorded commands.
//! What the front end detects is compared with what was there.

mod found;
mod scene;

use std::time::Duration;

use sayso::config::Config;
use sayso::{Engines, Error, ErrorKind, Result, Stop};
use sayso_board::CAPTURE_RATE;
use sayso_core::audio::{SampleTime, Samples};
use sayso_core::endpoint::{EndpointEvent, Endpointer};
use sayso_frontend::Cleaner;
use sayso_frontend::echo::EchoCanceller;
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_models::stt::{Stt, SttRequest};
use sayso_replay::Room;

use super::data::Data;
use super::figures::Sheet;
use super::interruptions::{Interruption, interruptions};
use super::room::{self, ROOMS, quiet};
use found::Found;
use scene::{Moment, Replies, Stage, active_power, db, power};

/// What the assistant says: one reply per line.
const REPLIES: &str = include_str!("echo/replies.txt");

/// The level of the echo at the microphone, in dB relative to what is played.
const ECHO_DB: [i32; 4] = [-6, -12, -20, -30];

/// The delay from the loudspeaker to the microphone, in ms.
const DELAYS_MS: [u64; 3] = [20, 80, 200];

/// The level of an interruption, in dB relative to the echo.
const NEAR_DB: [i32; 3] = [0, 6, 12];

/// The microphone's own noise, in dBFS.
const NOISE_DB: f64 = -70.0;

/// An interruption must be noticed within this time.
const NOTICED: usize = CAPTURE_RATE as usize * 600 / 1000;

/// The assistant's own speech before the first interruption, and between two of them.
const BEFORE: usize = 4 * CAPTURE_RATE as usize;
const BETWEEN: usize = 2 * CAPTURE_RATE as usize;

/// The cases that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Cancelled,
    Uncancelled,
    /// Replies are played, but the microphone does not hear them.
    Headphones,
    /// Nothing is played: shows how well a person is heard at best.
    Silent,
}

impl How {
    const ALL: [Self; 4] = [Self::Cancelled, Self::Uncancelled, Self::Headphones, Self::Silent];

    /// The prefix of the names of its figures.
    fn prefix(self) -> &'static str {
        match self {
            Self::Cancelled => "",
            Self::Uncancelled => "uncancelled_",
            Self::Headphones => "headphones_",
            Self::Silent => "silent_",
        }
    }
}

/// Silence that the recogniser gets after the end of the speech.
const QUIET: Samples = Samples::from_ms(64);

/// The pause between two replies, in frames of the front end: 0.7 s.
const PAUSE: u32 = 22;

/// A path from the loudspeaker to the microphone.
#[derive(Clone, Copy)]
struct Way {
    room: usize,
    delay_ms: u64,
    /// An index into [`ECHO_DB`].
    level: usize,
    number: usize,
}

fn ways() -> impl Iterator<Item = Way> {
    let all = (0..ROOMS).flat_map(|room| {
        DELAYS_MS
            .iter()
            .flat_map(move |delay_ms| (0..ECHO_DB.len()).map(move |level| (room, *delay_ms, level)))
    });
    all.enumerate().map(|(number, (room, delay_ms, level))| Way { room, delay_ms, level, number })
}

struct Bench<'a> {
    stage: Stage<'a>,
    stt: Box<dyn Stt>,
    config: &'a Config,
    /// The replies at the voice's rate.
    replies: Vec<Vec<f32>>,
    rooms: Vec<Vec<f32>>,
    commands: Vec<Interruption>,
}

/// Measures `runs` times 5 s of the assistant's own speech, and `runs` interruptions, on each
/// path. The rooms and the interruptions are recordings in `data`.
pub fn run(config: &Config, data: &Data, runs: usize, stop: &Stop) -> Result<Sheet> {
    let (rooms, commands) = (room::rooms(data)?, interruptions(data)?);
    let mut vad = Engines::load_vad(config)?;
    let mut tts = Engines::load_tts(config)?;
    let mut replies = Vec::new();
    for line in REPLIES.lines() {
        let mut sound = Vec::new();
        let delivery = sayso::internals::synthesizer::delivery(config);
        tts.speak(line, &delivery, &Cancel::new(), &mut |block| sound.extend_from_slice(block))?;
        replies.push(sound);
    }
    let stage = Stage {
        vad: vad.as_mut(),
        endpointer: Endpointer::new(sayso::internals::assistant::endpoint_config(&config.turn)),
        interrupting: sayso::internals::assistant::barge_in(&config.turn),
        voice_rate: tts.sample_rate(),
    };
    let mut bench =
        Bench { stage, stt: Engines::load_stt(config)?, config, replies, rooms, commands };
    let mut found = Found::default();
    for way in ways() {
        if stop.is_stopped() {
            return Err(Error::new(ErrorKind::Stopped, "stopped before everything was measured"));
        }
        bench.measure(way, runs, &mut found)?;
    }
    Ok(found.sheet())
}

impl Bench<'_> {
    fn measure(&mut self, way: Way, runs: usize, found: &mut Found) -> Result<()> {
        let (room, echo) = self.room(way)?;
        for how in How::ALL {
            let mut room = room.clone();
            if how == How::Headphones {
                room.impulse_response.clear();
            }
            if matches!(how, How::Cancelled | How::Uncancelled) {
                self.own_speech(way, &room, 5 * runs, how, found)?;
            }
            self.interruptions(way, &room, echo, runs, how, found)?;
        }
        Ok(())
    }

    /// The room with its gain set, and the power of its echo.
    fn room(&mut self, way: Way) -> Result<(Room, f32)> {
        let impulse_response = self.rooms.get(way.room).cloned().unwrap_or_default();
        let delay = Duration::from_millis(way.delay_ms);
        let mut room = Room { impulse_response, delay, gain_db: 0.0 };
        let (mut echo, mut played) = (Vec::new(), Vec::new());
        let near = vec![0.0; 8 * CAPTURE_RATE as usize];
        let replies = Replies::new(&self.replies, way.number, PAUSE);
        self.stage.play(room.clone(), near, replies, Cleaner::default(), &mut |moment| {
            echo.extend_from_slice(moment.raw);
            played.extend_from_slice(moment.played);
        })?;
        let played = active_power(&played);
        let wanted = ECHO_DB.get(way.level).copied().unwrap_or_default() as f32;
        room.gain_db = wanted - db(active_power(&echo) / played) as f32;
        Ok((room, played * 10.0_f32.powf(wanted / 10.0)))
    }

    fn cleaner(&self, how: How) -> Cleaner {
        let mut cleaner = Cleaner::new(&(&self.config.front_end).into());
        cleaner.echo = (how != How::Uncancelled).then(EchoCanceller::new);
        cleaner
    }

    /// Only the assistant speaks, so any speech that the front end reports is an error.
    fn own_speech(
        &mut self,
        way: Way,
        room: &Room,
        seconds: usize,
        how: How,
        found: &mut Found,
    ) -> Result<()> {
        let near = noise(seconds * CAPTURE_RATE as usize).collect();
        let replies = Replies::new(&self.replies, 7 * way.number, PAUSE);
        let cleaner = self.cleaner(how);
        let mut starts = 0;
        let (mut cleaned, mut said, mut begun) = (Vec::new(), Vec::new(), None);
        let (mut first, mut later) = ([0.0; 2], [0.0; 2]);
        let mut sounded = 0;
        self.stage.play(room.clone(), near, replies, cleaner, &mut |moment| {
            cleaned.extend_from_slice(&moment.frame.samples);
            match moment.frame.event {
                Some(EndpointEvent::SpeechStarted { from, .. }) => {
                    starts += 1;
                    begun = Some(from);
                    log::info!("way {} heard itself at {}", way.number, moment.from);
                }
                Some(EndpointEvent::MayHaveEnded { speech_end, .. }) => {
                    said.extend(begun.take().map(|from| (from, speech_end)));
                }
                _ => {}
            }
            // The echo, a little later, and what is left of it.
            if power(moment.played) > 1e-6 {
                sounded += 1;
            }
            let powers = [power(moment.raw), power(&moment.frame.samples)];
            let sum = match sounded {
                1..=31 => &mut first,
                157.. => &mut later,
                _ => return,
            };
            sum[0] += powers[0];
            sum[1] += powers[1];
        })?;
        if how == How::Cancelled {
            found.first.push(db(first[0] / first[1]));
            found.converged.push(db(later[0] / later[1]));
        }
        let mut interrupted = 0;
        for (from, to) in said {
            interrupted += u32::from(self.interrupts(&cleaned, from, to + QUIET)?);
        }
        let level = found.at(way.level, how);
        level.starts += starts;
        level.interrupted += interrupted;
        level.seconds += seconds as f64;
        Ok(())
    }

    /// Whether the assistant would take this sound of itself for an interruption.
    fn interrupts(&mut self, heard: &[f32], from: SampleTime, to: SampleTime) -> Result<bool> {
        let place = |at: SampleTime| (at.0 as usize).min(heard.len());
        let request = SttRequest { language: Some("en"), ..SttRequest::default() };
        let sound = &heard[place(from)..place(to)];
        let text = self.stt.transcribe(sound, &request, &Cancel::new(), &mut |_| {})?.text;
        let language = Language::english();
        let own = REPLIES.lines().any(|line| {
            let ends = line.match_indices(' ').map(|(end, _)| end).chain([line.len()]);
            ends.into_iter().any(|end| language.is_own(&text, &line[..end]))
        });
        log::info!("it understood {text:?}{}", if own { ", its own words" } else { "" });
        let nothing = text.trim().is_empty() || own || language.is_backchannel(&text);
        Ok(language.is_stop(&text) || !nothing)
    }

    /// Somebody interrupts repeatedly.
    fn interruptions(
        &mut self,
        way: Way,
        room: &Room,
        echo: f32,
        runs: usize,
        how: How,
        found: &mut Found,
    ) -> Result<()> {
        let mut near = vec![0.0; BEFORE];
        let mut onsets = Vec::new();
        for run in 0..runs {
            let number = way.number * runs + run;
            let Some(command) = self.commands.get(number * 5 % self.commands.len().max(1)) else {
                continue;
            };
            let Interruption { samples: command, onset } = command;
            let level = number % NEAR_DB.len();
            let wanted = 10.0_f32.powf(NEAR_DB[level] as f32 / 10.0) * echo;
            let gain = (wanted / active_power(command)).sqrt();
            onsets.push((near.len() + onset.0 as usize, level));
            near.extend(command.iter().map(|x| x * gain));
            // Interruptions fall anywhere in replies.
            near.resize(near.len() + BETWEEN + number * 977 % 4_000, 0.0);
        }
        let noise = noise(near.len());
        near.iter_mut().zip(noise).for_each(|(sample, noise)| *sample += noise);
        let replies = if how == How::Silent { &[][..] } else { &self.replies };
        // Without a pause, so that every interruption falls into a reply.
        let replies = Replies::new(replies, 11 * way.number, 0);
        let cleaner = self.cleaner(how);
        let mut starts = Vec::new();
        self.stage.play(room.clone(), near, replies, cleaner, &mut |moment: Moment<'_>| {
            if let Some(EndpointEvent::SpeechStarted { at, .. }) = moment.frame.event {
                starts.push(at.0 as usize);
            }
        })?;
        for (onset, near) in onsets {
            let noticed = starts.iter().find(|at| (onset..onset + NOTICED).contains(at));
            found.at(way.level, how).caught[near].push(noticed.is_some());
            if noticed.is_none() {
                log::info!("{how:?}, way {}: {} dB at {onset} missed", way.number, NEAR_DB[near]);
            }
            if let Some(at) = noticed.filter(|_| how == How::Cancelled) {
                found.noticed.push((at - onset) as f64 * 1e3 / f64::from(CAPTURE_RATE));
            }
        }
        Ok(())
    }
}

fn noise(length: usize) -> impl Iterator<Item = f32> {
    quiet(NOISE_DB, Samples(length as u64))
}
