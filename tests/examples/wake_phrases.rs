//! Measures how well phrases are heard:
//!
//! ```console
//! $ cargo run --release -p sayso-tests --example wake_phrases -- WEIGHTS \
//!       --phrase computer --said FOLDER --other FOLDER \
//!       [--noise FOLDER --snr 10] [--rooms FOLDER] [--threshold -1.3]
//! ```
//!
//! WEIGHTS is the folder of the nets. In the files of the folders `--said`, the phrase is said
//! once; each stands for the `--phrase` before it. In those of `--other` no phrase is said. With
//! `--noise`, a recording of that folder is added to each file of `--said`, so many decibels below
//! it; with `--rooms`, each is put into one of that folder's rooms (impulse responses). Folders are
//! searched with all that is in them. Every file is heard after a second of silence and before
//! another one, with the net running all the time.
//!
//! Misses and false accepts come with intervals of 95 % (Wilson's for shares, Garwood's for counts,
//! approximated by Wilson and Hilferty).

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use sayso_audio_io::read_all;
use sayso_phonemes::{Acoustic, Phrase, Reader, Spotter};

const RATE: usize = sayso_phonemes::SAMPLE_RATE as usize;

/// What the command line asks for.
#[derive(Default)]
struct Asked {
    weights: PathBuf,
    /// Phrases, each with the files in which it is said.
    phrases: Vec<(String, Vec<PathBuf>)>,
    other: Vec<PathBuf>,
    noise: Vec<Vec<f32>>,
    rooms: Vec<Vec<f32>>,
    snr: f32,
    threshold: Option<f32>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked = asked()?;
    let net = Arc::new(Acoustic::load(&asked.weights)?);
    let reader = Reader::load(&asked.weights)?;
    let mut spotters = Vec::new();
    for (text, _) in &asked.phrases {
        let mut phrase = Phrase::typed(text, &reader)?;
        if let Some(threshold) = asked.threshold {
            phrase = phrase.with_threshold(threshold);
        }
        let ipa: Vec<String> = phrase.ipa().collect();
        println!("{text}: {}, threshold {:.2}", ipa.join(" or "), phrase.threshold());
        spotters.push(Spotter::new(Arc::clone(&net), vec![phrase]));
    }
    for ((text, files), spotter) in asked.phrases.iter().zip(&mut spotters) {
        let mut missed = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let sound = read_all(file, Duration::MAX)?.samples;
            let sound = surrounded(&asked, number, &sound);
            if listen(spotter, &sound, |_| {}) == 0 {
                missed.push(file.file_name().unwrap_or_default().display().to_string());
            }
        }
        let (low, high) = share_interval(missed.len(), files.len());
        let share = 100.0 * missed.len() as f64 / files.len().max(1) as f64;
        println!(
            "{text}: {} of {} missed, {share:.1} % ({low:.1} to {high:.1} %)",
            missed.len(),
            files.len()
        );
        for file in missed.iter().take(10) {
            println!("  {file}");
        }
    }
    others(&asked, &mut spotters)
}

/// Counts what is heard in other speech, and what that costs.
fn others(asked: &Asked, spotters: &mut [Spotter]) -> Result<(), Box<dyn Error>> {
    let mut counts = vec![0; spotters.len()];
    let (mut samples, mut took) = (0, vec![Duration::ZERO; spotters.len()]);
    for file in &asked.other {
        let Ok(sound) = read_all(file, Duration::MAX) else { continue };
        samples += sound.samples.len();
        for ((spotter, count), took) in spotters.iter_mut().zip(&mut counts).zip(&mut took) {
            let before = cpu_time();
            let text = phrase(spotter).to_owned();
            *count += listen(spotter, &surrounded_by(&sound.samples), |detection| {
                let at = detection.start as f64 / RATE as f64 - 1.0;
                println!("  {text} in {} at {at:.2} s, {:.2}", file.display(), detection.score);
            });
            *took += cpu_time() - before;
        }
    }
    let hours = samples as f64 / RATE as f64 / 3600.0;
    for ((spotter, &count), took) in spotters.iter().zip(&counts).zip(&took) {
        let (low, high) = count_interval(count);
        println!(
            "{}: {count} false accepts in {hours:.2} h, {:.2} an hour ({:.2} to {:.2}); \
             {:.1} ms a second of sound",
            phrase(spotter),
            count as f64 / hours,
            low / hours,
            high / hours,
            took.as_secs_f64() * 1e3 / (hours * 3600.0)
        );
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        println!("{line}");
    }
    Ok(())
}

/// The text of a spotter's only phrase.
fn phrase(spotter: &Spotter) -> &str {
    spotter.phrases().first().map_or("", |phrase| phrase.text())
}

/// How many times the phrase is heard.
fn listen(
    spotter: &mut Spotter,
    sound: &[f32],
    mut found: impl FnMut(&sayso_phonemes::Detection),
) -> usize {
    spotter.reset();
    let detections = sound.chunks(512).filter_map(|block| spotter.push(block, true));
    detections.inspect(|detection| found(detection)).count()
}

/// The sound after a second of silence and before another one, in the noise and room asked for.
fn surrounded(asked: &Asked, number: usize, sound: &[f32]) -> Vec<f32> {
    let mut all = match asked.rooms.get(number % asked.rooms.len().max(1)) {
        Some(room) => surrounded_by(&within(sound, room)),
        None => surrounded_by(sound),
    };
    if let Some(noise) = asked.noise.get(number % asked.noise.len().max(1)) {
        let offset = number * 7919 * 160;
        let factor = (power(sound) / power(noise)).sqrt() * 10f32.powf(-asked.snr / 20.0);
        let noise = noise.iter().cycle().skip(offset % noise.len());
        all.iter_mut().zip(noise).for_each(|(x, noise)| *x += factor * noise);
    }
    all
}

fn surrounded_by(sound: &[f32]) -> Vec<f32> {
    let silence = vec![0.0; RATE];
    [silence.as_slice(), sound, &silence].concat()
}

/// The sound in a room, as loud as before.
fn within(sound: &[f32], room: &[f32]) -> Vec<f32> {
    let loudest = room.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let direct = loudest.map_or(0, |(at, _)| at);
    let room = room.get(direct..room.len().min(direct + RATE)).unwrap_or_default();
    let mut wet = vec![0.0; sound.len()];
    for (at, x) in sound.iter().enumerate() {
        wet.iter_mut().skip(at).zip(room).for_each(|(y, h)| *y += x * h);
    }
    let factor = (power(sound) / power(&wet)).sqrt();
    wet.iter().map(|x| x * factor).collect()
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32 + 1e-12
}

/// An interval of 95 % for a share, in percent.
fn share_interval(count: usize, of: usize) -> (f64, f64) {
    let (n, p, z) = (of as f64, count as f64 / of.max(1) as f64, 1.96);
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + z * z / n);
    (scale * (centre - half), scale * (centre + half))
}

/// An interval of 95 % for a count.
fn count_interval(count: usize) -> (f64, f64) {
    let bound = |k: f64, z: f64| k * (1.0 - 1.0 / (9.0 * k) + z / (3.0 * k.sqrt())).powi(3);
    let k = count as f64;
    (if count == 0 { 0.0 } else { bound(k, -1.96) }, bound(k + 1.0, 1.96))
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn asked() -> Result<Asked, Box<dyn Error>> {
    let mut asked = Asked { snr: 10.0, ..Asked::default() };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        if !arg.starts_with("--") {
            asked.weights = arg.into();
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
        let sounds = |folder: &str| -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
            let read = |file| Ok(read_all(file, Duration::MAX)?.samples);
            let all =
                files(folder)?.into_iter().map(read).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
            Ok(all.into_iter().filter(|sound: &Vec<f32>| power(sound) > 1e-6).collect())
        };
        match arg.as_str() {
            "--phrase" => asked.phrases.push((value, Vec::new())),
            "--said" => {
                let (_, said) = asked.phrases.last_mut().ok_or("--said needs a --phrase")?;
                said.extend(files(&value)?);
            }
            "--other" => asked.other.extend(files(&value)?),
            "--noise" => asked.noise = sounds(&value)?,
            "--rooms" => asked.rooms = sounds(&value)?,
            "--snr" => asked.snr = value.parse()?,
            "--threshold" => asked.threshold = Some(value.parse()?),
            _ => return Err(format!("there is no {arg}").into()),
        }
    }
    Ok(asked)
}

/// The sound files in a folder and in those within it, in order.
fn files(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut open = vec![folder.as_ref().to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(path)? {
                open.push(entry?.path());
            }
        } else if path.extension().is_some_and(|e| e == "flac" || e == "wav") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
