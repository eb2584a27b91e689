//! Finds where speech begins, pauses and ends in a recording, from its energy alone, so that the
//! labels do not depend on the detectors that are measured against them.
//!
//! The rule, which `tests/data/turns.tsv` follows:
//!
//! 1. What lies below 100 Hz (hum, wind) is not speech: a second-order Butterworth high-pass
//!    removes it.
//! 2. The level at each millisecond is the energy of the 10 ms around it, in dBFS.
//! 3. The room's level is the 5th percentile of the levels, but at least −80 dBFS; the speech's
//!    level is the 95th.
//! 4. A stretch of sound lasts while the level is above *off*: 6 dB above the room, and no more
//!    than 40 dB below speech. It counts if 30 ms of it are above *on*: 12 dB above the room, and
//!    no more than 35 dB below speech. Within 100 ms after speech 5 ms are enough: the release of
//!    a stop consonant.
//! 5. Speech ends with the last stretch that counts. Silence of 200 ms or more between two
//!    stretches is a pause.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use sayso::{Error, Result};
use sayso_board::CAPTURE_RATE;

/// Samples in a millisecond.
const MS: usize = CAPTURE_RATE as usize / 1000;

/// Half of the window for one level, in samples.
const HALF_WINDOW: usize = 5 * MS;

/// The quietest room, in dBFS: anything below is a noise gate or digital silence.
const QUIETEST: f64 = -80.0;

/// The silence within speech that counts as a pause, in ms.
pub const PAUSE_MS: usize = 200;

/// Print where speech pauses and ends in recordings, in the format of `turns.tsv`.
///
/// The rule uses only the energy, with a resolution of 1 ms. Speech begins where 30 ms are well above
/// the room's level, and lasts while the level stays a little above it. The end of the last such
/// stretch is the end of the speech. With -v it also prints the levels around the end, for checking.
#[derive(Args)]
pub struct Label {
    /// WAV or FLAC
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Label {
    pub fn run(&self, verbose: bool) -> Result<()> {
        for file in &self.files {
            let sound = sayso_audio_io::read_all(file, Duration::from_secs(600))?;
            let Some(labels) = label(&sound.samples) else {
                return Err(Error::input(format!("{}: no speech in it", file.display())));
            };
            println!("{}\t{}\t{}\trule", file.display(), labels.end, pauses(&labels.pauses));
            if verbose {
                print!("{}", labels.picture(&sound.samples));
            }
        }
        Ok(())
    }
}

/// Pauses in the format of `turns.tsv`.
fn pauses(pauses: &[Range<usize>]) -> String {
    let written: Vec<String> =
        pauses.iter().map(|pause| format!("{}-{}", pause.start, pause.end)).collect();
    written.join(",")
}

/// Times in ms from the start of the recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    /// The beginning of the speech.
    pub start: usize,
    /// The end of the speech.
    pub end: usize,
    /// Its pauses.
    pub pauses: Vec<Range<usize>>,
    /// The level of the room, in dBFS.
    pub room: f64,
    on: f64,
    off: f64,
}

/// Labels a recording (16 kHz mono). `None` if there is no speech in it.
pub fn label(samples: &[f32]) -> Option<Labels> {
    let levels = levels(samples);
    let mut sorted = levels.clone();
    sorted.sort_by(f64::total_cmp);
    let percentile = |p: usize| sorted.get(sorted.len() * p / 100).copied();
    let (room, speech) = (percentile(5)?.max(QUIETEST), percentile(95)?);
    // If a recording has no silence, its loud parts are still speech.
    let on = (room + 12.0).max(speech - 35.0).min(speech - 12.0);
    let off = (room + 6.0).max(speech - 40.0).min(on - 3.0);
    if speech < QUIETEST + 20.0 {
        return None;
    }
    let mut stretches: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < levels.len() {
        let rest = levels.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|level| **level >= off).count();
        let loud = rest.iter().take(length).filter(|level| **level >= on).count();
        let release = stretches.last().is_some_and(|last| at - last.end <= 100);
        if loud >= if release { 5 } else { 30 } {
            stretches.push(at..at + length);
        }
        at += length.max(1);
    }
    let pauses = stretches
        .windows(2)
        .filter_map(|pair| Some(pair.first()?.end..pair.last()?.start))
        .filter(|pause| pause.len() >= PAUSE_MS)
        .collect();
    let (start, end) = (stretches.first()?.start, stretches.last()?.end);
    Some(Labels { start, end, pauses, room, on, off })
}

/// The level of every whole millisecond, in dBFS.
fn levels(samples: &[f32]) -> Vec<f64> {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for sample in high_pass(samples) {
        sum += sample * sample;
        sums.push(sum);
    }
    let sum_to = |at: usize| sums.get(at).copied().unwrap_or(sum);
    (0..samples.len() / MS)
        .map(|ms| {
            let middle = ms * MS + MS / 2;
            let from = middle.saturating_sub(HALF_WINDOW);
            let to = (middle + HALF_WINDOW).min(samples.len());
            let energy = (sum_to(to) - sum_to(from)) / (to - from) as f64;
            10.0 * energy.max(1e-10).log10()
        })
        .collect()
}

/// Second-order Butterworth at 100 Hz (Bristow-Johnson's cookbook form).
fn high_pass(samples: &[f32]) -> impl Iterator<Item = f64> + '_ {
    let w = std::f64::consts::TAU * 100.0 / f64::from(CAPTURE_RATE);
    let (cos, alpha) = (w.cos(), w.sin() / std::f64::consts::SQRT_2);
    let a0 = 1.0 + alpha;
    let b = (1.0 + cos) / 2.0 / a0;
    let (a1, a2) = (-2.0 * cos / a0, (1.0 - alpha) / a0);
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    samples.iter().map(move |sample| {
        let x = f64::from(*sample);
        let y = b * (x - 2.0 * x1 + x2) - a1 * y1 - a2 * y2;
        (x2, x1, y2, y1) = (x1, x, y1, y);
        y
    })
}

impl Labels {
    /// The levels around the end and in the pauses, 10 ms per line.
    fn picture(&self, samples: &[f32]) -> String {
        let levels = levels(samples);
        let mut picture = format!(
            "  room {:.1} dBFS, on above {:.1}, off below {:.1}\n",
            self.room, self.on, self.off
        );
        let end = self.end.saturating_sub(200)..self.end + 300;
        for part in self.pauses.iter().map(|p| p.start.saturating_sub(50)..p.end + 50).chain([end])
        {
            for ms in part.step_by(10) {
                let Some(level) = levels.get(ms) else { break };
                let quiet = self.pauses.iter().any(|p| p.contains(&ms)) || ms >= self.end;
                let bar = "#".repeat(((level - QUIETEST) / 1.5).clamp(0.0, 60.0) as usize);
                let mark = if quiet { ' ' } else { '|' };
                let _ = writeln!(picture, "  {ms:>6} ms {level:>6.1} {mark} {bar}");
            }
            picture.push('\n');
        }
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of (amplitude, ms) of a 400 Hz tone over a room of −66 dBFS.
    fn sound(parts: &[(f32, usize)]) -> Vec<f32> {
        let mut samples = Vec::new();
        for &(amplitude, ms) in parts {
            for n in 0..ms * MS {
                let tone = amplitude * (n as f32 * 400.0 / 16_000.0 * std::f32::consts::TAU).sin();
                samples.push(tone + if n % 7 < 3 { 0.0005 } else { -0.0004 });
            }
        }
        samples
    }

    #[test]
    fn the_end_and_the_pauses_are_found_within_12_ms() {
        let parts = [(0.0, 500), (0.3, 800), (0.0, 350), (0.3, 400), (0.0, 120), (0.3, 300)];
        let labels = label(&sound(&[&parts[..], &[(0.0, 900)]].concat())).expect("speech");
        let near = |a: usize, b: usize| a.abs_diff(b) <= 12;
        assert!(near(labels.end, 2470), "{labels:?}");
        let [pause] = labels.pauses.as_slice() else { panic!("one pause: {labels:?}") };
        assert!(near(pause.start, 1300) && near(pause.end, 1650), "{labels:?}");
    }

    #[test]
    fn a_click_is_no_speech_but_the_release_of_a_stop_is() {
        let late = [(0.0, 500), (0.3, 800), (0.0, 400), (0.3, 4), (0.0, 500)];
        assert!(label(&sound(&late)).expect("speech").end <= 1312);
        let release = [(0.0, 500), (0.3, 800), (0.0, 70), (0.3, 4), (0.0, 500)];
        let end = label(&sound(&release)).expect("speech").end;
        assert!((1372..1386).contains(&end), "{end}");
    }

    #[test]
    fn hum_and_silence_are_no_speech() {
        assert_eq!(label(&[]), None);
        assert_eq!(label(&vec![0.0; 16_000]), None);
        let hum: Vec<f32> = (0..32_000)
            .map(|n| 0.01 * (n as f32 * 50.0 / 16_000.0 * std::f32::consts::TAU).sin())
            .collect();
        let mut speech = hum.clone();
        speech.truncate(16_000);
        let tone: Vec<f32> = (0..8_000).map(|n| 0.1 * (n as f32 * 0.3).sin()).collect();
        speech.extend(tone.iter().zip(&hum).map(|(a, b)| a + b));
        speech.extend(&hum);
        let end = label(&speech).expect("speech").end;
        assert!((1495..1510).contains(&end), "{end}");
    }
}
