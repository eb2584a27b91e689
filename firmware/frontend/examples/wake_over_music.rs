//! Measures how often a wake phrase is missed over music that the device plays itself:
//!
//! ```console
//! $ cargo run --release -p sayso-frontend --example wake_over_music -- alexa \
//!       --said FOLDER --music FOLDER --rooms FOLDER
//! ```
//!
//! In each file of `--said`, the phrase is said once. `--music` may be repeated; 20 s of each piece
//! are played. `--rooms` has impulse responses from a loudspeaker to a microphone. All folders are
//! searched with all that is in them.
//!
//! The music is played without end into each room, after 8 s of it the phrases are said, one every
//! four seconds or so. The voice has −35 dBFS at the microphone while it speaks, the music so many
//! dB more on average, and the microphone's own noise has −70 dBFS. The microphone's sound goes
//! through the front end as in a conversation while music plays, where the detector hears what the echo
//! canceller's filter leaves; also through the whole canceller, and past it. A phrase is missed if it is
//! not recognised up to a second after its recording.
//!
//! The intervals are of 95 % (Wilson).

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sayso_audio_io::{SoundFile, read_all};
use sayso_board::{Board, CAPTURE_RATE, Heard};
use sayso_core::audio::{FRAME, Samples};
use sayso_core::endpoint::{EndpointConfig, Endpointer};
use sayso_frontend::{Attention, BargeIn, Cleaner, Cleaning, FrontEnd, WakeDetector, WakePhrase};
use sayso_models::vad::Vad;
use sayso_replay::{Replay, Room};

const SECOND: usize = CAPTURE_RATE as usize;
/// The rate of playback: that of the voice.
const PLAYED: u32 = 24_000;
/// By how many dB the music is louder than the voice, at the microphone.
const LOUDER_DB: [f32; 4] = [0.0, 6.0, 12.0, 18.0];
/// How loud the voice is at the microphone while it speaks, and the microphone's noise, in dBFS.
const VOICE_DB: f32 = -35.0;
const NOISE_DB: f32 = -70.0;
/// The music before the first phrase, and that of each piece.
const BEFORE: usize = 8 * SECOND;
const OF_EACH: usize = 20 * PLAYED as usize;
/// From loudspeaker to microphone.
const DELAY: Duration = Duration::from_millis(80);

/// Where a phrase begins and ends, in samples.
type Place = (usize, usize);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Everything may be speech: ready-made nets listen all the time anyway.
struct Always;

impl Vad for Always {
    fn frame_len(&self) -> usize {
        FRAME
    }
    fn process(&mut self, _: &[f32]) -> sayso_models::Result<f32> {
        Ok(0.5)
    }
    fn reset(&mut self) {}
}

/// What the detector hears.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// What the canceller's filter leaves, as in a conversation while music plays.
    Filter,
    /// What its suppressor leaves of that, as while Sayso speaks.
    Suppressor,
    /// The microphone's sound.
    Off,
}

impl How {
    const ALL: [Self; 3] = [Self::Filter, Self::Suppressor, Self::Off];

    fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Suppressor => "filter and suppressor",
            Self::Off => "off",
        }
    }
}

/// What was heard.
#[derive(Default)]
struct Tally {
    /// Whether each phrase was recognised.
    heard: Vec<bool>,
    /// Phrases that nobody said.
    others: usize,
    seconds: f64,
}

struct Bench {
    phrase: WakePhrase,
    /// The microphone's sound without the music, and where each phrase begins and ends.
    near: Vec<f32>,
    places: Vec<Place>,
    /// At the rate of playback.
    music: Vec<f32>,
    rooms: Vec<Vec<f32>>,
}

fn main() -> Result<()> {
    let bench = bench()?;
    println!(
        "{}: {} recordings, {} rooms, {} s of music\n",
        bench.phrase.text(),
        bench.places.len(),
        bench.rooms.len(),
        bench.music.len() / PLAYED as usize
    );
    println!("| music, relative to the voice | canceller | missed | share | interval | not said |");
    println!("|---|---|---|---|---|---|");
    row("none", "", bench.all(None, How::Filter)?);
    for louder in LOUDER_DB {
        for how in How::ALL {
            row(&format!("{louder:+} dB"), how.name(), bench.all(Some(louder), how)?);
        }
    }
    Ok(())
}

fn row(music: &str, canceller: &str, tally: Tally) {
    let Tally { heard, others, seconds } = tally;
    let (said, missed) = (heard.len(), heard.iter().filter(|heard| !**heard).count());
    let (n, p, z) = (said.max(1) as f64, missed as f64 / said.max(1) as f64, 1.96);
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + z * z / n);
    let (low, high) = ((scale * (centre - half)).max(0.0), scale * (centre + half));
    println!(
        "| {music} | {canceller} | {missed} of {said} | {:.1} % | {low:.1} to {high:.1} | {others} in \
         {:.2} h |",
        100.0 * p,
        seconds / 3600.0
    );
}

impl Bench {
    /// In all rooms.
    fn all(&self, louder: Option<f32>, how: How) -> Result<Tally> {
        let mut all = Tally::default();
        for (number, response) in self.rooms.iter().enumerate() {
            let gain_db = match louder {
                Some(louder) => VOICE_DB + louder - self.echo_db(number, response)?,
                None => f32::NEG_INFINITY,
            };
            let tally = self.one(number, response, gain_db, how)?;
            all.heard.extend(tally.heard);
            all.others += tally.others;
            all.seconds += tally.seconds;
        }
        Ok(all)
    }

    /// The music, which begins elsewhere in each room, without end.
    fn music_in(&self, number: usize) -> impl Iterator<Item = f32> + '_ {
        let from = number * self.music.len() / self.rooms.len().max(1);
        self.music.iter().copied().cycle().skip(from)
    }

    /// Plays the music while the microphone hears `near`.
    fn play(
        &self,
        number: usize,
        room: Room,
        near: Vec<f32>,
        each: &mut dyn FnMut(&[f32], &[f32]),
    ) -> Result<()> {
        let frames = near.len() / FRAME;
        let mut board = Replay::from_samples(near).room(room);
        let (mut microphone, mut loudspeaker) = board.start(PLAYED)?;
        let (mut raw, mut played) = ([0.0; FRAME], [0.0; FRAME]);
        let mut music = self.music_in(number);
        for _ in 0..frames {
            while loudspeaker.queued() < PLAYED as usize / 5 {
                let more: Vec<f32> = music.by_ref().take(PLAYED as usize / 10).collect();
                loudspeaker.write(&more);
            }
            let Heard::Samples(FRAME) = microphone.read(&mut raw, Duration::ZERO) else { break };
            microphone.reference(&mut played);
            each(&raw, &played);
        }
        Ok(())
    }

    fn room(response: &[f32], gain_db: f32) -> Room {
        // No echo at all.
        let impulse_response = if gain_db.is_finite() { response.to_vec() } else { Vec::new() };
        let gain_db = if gain_db.is_finite() { gain_db } else { 0.0 };
        Room { impulse_response, delay: DELAY, gain_db }
    }

    /// How loud the music is at the microphone if the room has a gain of 0 dB, in dBFS.
    fn echo_db(&self, number: usize, response: &[f32]) -> Result<f32> {
        let (mut sum, mut count) = (0.0, 0.0);
        let near = vec![0.0; self.near.len()];
        self.play(number, Self::room(response, 0.0), near, &mut |raw, _| {
            sum += raw.iter().map(|x| f64::from(x * x)).sum::<f64>();
            count += raw.len() as f64;
        })?;
        Ok(10.0 * ((sum / count) as f32).max(1e-12).log10())
    }

    fn one(&self, number: usize, response: &[f32], gain_db: f32, how: How) -> Result<Tally> {
        let cleaning = Cleaning { echo_cancellation: how != How::Off, ..Cleaning::default() };
        let endpoint = EndpointConfig::default();
        let attention = Arc::new(Attention::new(endpoint.hangover));
        attention.set_playing(how == How::Filter);
        let wake = WakeDetector::new(std::slice::from_ref(&self.phrase))?;
        let mut front_end = FrontEnd::new(
            Cleaner::new(&cleaning),
            Box::new(Always),
            Endpointer::new(endpoint),
            BargeIn { lasts: Samples::from_ms(192), range_db: 12.0 },
            attention,
        )
        .with_wake(Some(wake));
        let mut woken = Vec::new();
        let room = Self::room(response, gain_db);
        self.play(number, room, self.near.clone(), &mut |raw, played| {
            front_end.listen(raw, played, &mut |frame| {
                woken.extend(frame.woken.map(|_| frame.at.0 as usize));
            });
        })?;
        let heard = |(from, to): &&(usize, usize)| {
            woken.iter().any(|at| (*from..*to + SECOND).contains(at))
        };
        let heard = self.places.iter().map(|place| heard(&place)).collect();
        let at_a_phrase =
            |at: &&usize| self.places.iter().any(|(from, to)| (*from..*to + SECOND).contains(*at));
        let others = woken.iter().filter(|at| !at_a_phrase(at)).count();
        let seconds = self.near.len() as f64 / SECOND as f64;
        Ok(Tally { heard, others, seconds })
    }
}

fn bench() -> Result<Bench> {
    let (mut phrase, mut said, mut music, mut rooms) = (None, Vec::new(), Vec::new(), Vec::new());
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        if !arg.starts_with("--") {
            phrase = Some(arg);
            continue;
        }
        let folder = args.next().ok_or_else(|| format!("{arg} needs a folder"))?;
        match arg.as_str() {
            "--said" => said.extend(files(Path::new(&folder))?),
            "--music" => music.extend(files(Path::new(&folder))?),
            "--rooms" => rooms.extend(files(Path::new(&folder))?),
            _ => return Err(format!("there is no {arg}").into()),
        }
    }
    let phrase = phrase.ok_or("which phrase?")?;
    let phrase = WakePhrase::ready_made(&phrase).ok_or("there is no net for this phrase")?;
    let prefix = phrase.text().replace(' ', "_");
    said.retain(|file| name(file).starts_with(&prefix));
    let (near, places) = phrases(&said)?;
    let rooms = rooms.iter().map(|file| read(file)).collect::<Result<Vec<_>>>()?;
    let mut sound = Vec::new();
    for file in &music {
        sound.extend(piece(file)?);
    }
    if places.is_empty() || rooms.is_empty() || sound.is_empty() {
        return Err("no recordings of the phrase, no rooms or no music".into());
    }
    Ok(Bench { phrase, near, places, music: sound, rooms })
}

/// The phrases, one after the other, in the microphone's noise; and where they are.
fn phrases(files: &[PathBuf]) -> Result<(Vec<f32>, Vec<Place>)> {
    let (mut near, mut places) = (vec![0.0; BEFORE], Vec::new());
    for (number, file) in files.iter().enumerate() {
        let sound = read(file)?;
        let gain = 10.0_f32.powf(VOICE_DB / 20.0) / active_power(&sound).sqrt();
        let from = near.len();
        near.extend(sound.iter().map(|x| x * gain));
        places.push((from, near.len()));
        near.resize(near.len() + 3 * SECOND / 2 + number * 977 % 8_000, 0.0);
    }
    // Uniform noise, the same every time (a linear congruential generator).
    let amplitude = 10.0_f32.powf(NOISE_DB / 20.0) * 3.0_f32.sqrt();
    let mut state = 1_u32;
    for sample in &mut near {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *sample += amplitude * (state as f32 / u32::MAX as f32 * 2.0 - 1.0);
    }
    Ok((near, places))
}

/// The mean square of the blocks of 10 ms within 30 dB of the loudest.
fn active_power(sound: &[f32]) -> f32 {
    let power = |block: &[f32]| block.iter().map(|x| x * x).sum::<f32>() / block.len() as f32;
    let powers: Vec<f32> = sound.chunks_exact(SECOND / 100).map(power).collect();
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    let active: Vec<f32> = powers.into_iter().filter(|p| *p > loudest * 1e-3).collect();
    (active.iter().sum::<f32>() / active.len().max(1) as f32).max(1e-12)
}

/// The middle of a piece of music, with a peak of 0.9.
fn piece(file: &Path) -> Result<Vec<f32>> {
    let mut music = SoundFile::open_music(file, Some(PLAYED))?;
    let skip = music
        .duration()
        .map_or(0, |length| (length.as_secs_f64() / 3.0 * f64::from(PLAYED)) as usize);
    let mut sound = Vec::new();
    while let Some(block) = music.next_block()? {
        sound.extend_from_slice(block);
        if sound.len() >= skip + OF_EACH {
            break;
        }
    }
    let from = skip.min(sound.len().saturating_sub(OF_EACH));
    let part = sound.get(from..).unwrap_or_default();
    let part = part.get(..OF_EACH).unwrap_or(part);
    let peak = part.iter().fold(1e-6_f32, |peak, x| peak.max(x.abs()));
    Ok(part.iter().map(|x| x * 0.9 / peak).collect())
}

fn read(file: &Path) -> Result<Vec<f32>> {
    Ok(read_all(file, Duration::MAX)?.samples)
}

fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The sound files in a folder and in those within it, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                open.push(entry?.path());
            }
        } else if path.extension().is_some_and(|e| e == "flac" || e == "ogg" || e == "wav") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
