//! Measures what listening costs while nobody is answered: processor time for a second of sound,
//! in percent of one core, and memory.
//!
//! `cargo run --release -p sayso-tests --example listening -- [SECONDS]` takes some minutes.
//!
//! The sound goes through the front end as fast as it can. The rows are ways to listen; the columns
//! are kinds of sound: faint noise as in a quiet room, noise and music, and read speech. Each row is
//! measured in a process of its own. Its memory is the most that this process had, with the sounds.

use std::error::Error;
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use sayso::internals::assistant::{barge_in, endpoint_config};
use sayso::internals::engines::Chosen;
use sayso::{Config, Engines};
use sayso_core::audio::{FRAME, Samples};
use sayso_core::endpoint::Endpointer;
use sayso_frontend::{Attention, Cleaner, Cleaning, FrontEnd, WakeDetector, WakePhrase};
use sayso_models::vad::Vad;
use sayso_phonemes::{Acoustic, Phrase};
use sayso_tests::recordings;

const RATE: usize = 16_000;

/// A detector that takes no time and hears nobody.
struct Nobody;

impl Vad for Nobody {
    fn frame_len(&self) -> usize {
        FRAME
    }

    fn process(&mut self, _: &[f32]) -> sayso_models::Result<f32> {
        Ok(0.0)
    }

    fn reset(&mut self) {}
}

/// What is on.
#[derive(Clone, Copy)]
struct Way {
    what: &'static str,
    cleans: bool,
    hears: bool,
    ready_made: usize,
    typed: usize,
}

const WAYS: [Way; 7] = [
    Way { what: "echo canceller", cleans: true, hears: false, ready_made: 0, typed: 0 },
    Way { what: "voice activity detector", cleans: false, hears: true, ready_made: 0, typed: 0 },
    Way { what: "both: no wake phrase", cleans: true, hears: true, ready_made: 0, typed: 0 },
    Way { what: "and 1 ready-made phrase", cleans: true, hears: true, ready_made: 1, typed: 0 },
    Way { what: "and 3 ready-made phrases", cleans: true, hears: true, ready_made: 3, typed: 0 },
    Way { what: "and 1 typed phrase", cleans: true, hears: true, ready_made: 0, typed: 1 },
    Way { what: "and 3 typed phrases", cleans: true, hears: true, ready_made: 0, typed: 3 },
];

/// Typed phrases: "okay computer", "computer" and "jarvis".
const TYPED: [&str; 3] = ["oʊ k eɪ k ə m p j u t ɝ", "k ə m p j u t ɝ", "d͡ʒ ɑ ɹ v ɪ s"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let seconds = args.next().unwrap_or_else(|| "120".into());
    if let Some(row) = args.next() {
        let way = WAYS.get(row.parse::<usize>()?).ok_or("no such row")?;
        return measure(*way, seconds.parse()?);
    }
    println!("{:26} {:>8} {:>8} {:>8} {:>10}", "", "quiet", "noise", "speech", "memory");
    for row in 0..WAYS.len() {
        let own = std::env::current_exe()?;
        let done = Command::new(own).args([&seconds, &row.to_string()]).status()?;
        if !done.success() {
            return Err(format!("row {row}: {done}").into());
        }
    }
    Ok(())
}

/// Prints a row.
fn measure(way: Way, seconds: usize) -> Result<(), Box<dyn Error>> {
    let config = Config::load(None, &[])?;
    // First, so that what only its loading needs is not counted.
    let phrases = phrases(&config, way)?;
    let sounds = [
        quiet(seconds),
        joined(seconds, |recording| recording.is_noise())?,
        joined(seconds, |recording| recording.category == "librispeech")?,
    ];
    let mut shares = String::new();
    for sound in sounds {
        let cleaner =
            if way.cleans { Cleaner::new(&Cleaning::default()) } else { Cleaner::default() };
        let vad = if way.hears { Engines::load_vad(&config)? } else { Box::new(Nobody) as _ };
        let endpointer = Endpointer::new(endpoint_config(&config.turn));
        let attention = Arc::new(Attention::new(Samples::from_ms(600)));
        let barge_in = barge_in(&config.turn);
        let wake = WakeDetector::new(&phrases).map_err(|error| error.to_string())?;
        let wake = Some(wake).filter(|_| !phrases.is_empty());
        let mut front_end =
            FrontEnd::new(cleaner, vad, endpointer, barge_in, attention).with_wake(wake);
        let start = cpu_time();
        for block in sound.chunks(FRAME) {
            front_end.listen(block, &[], &mut |_| {});
        }
        let spent = (cpu_time() - start).as_secs_f64();
        let share = 100.0 * spent * RATE as f64 / sound.len() as f64;
        shares.push_str(&format!(" {share:>6.2} %"));
    }
    println!("{:26}{shares} {:>7.1} MB", way.what, peak()? as f64 / 1e3);
    Ok(())
}

fn phrases(config: &Config, way: Way) -> Result<Vec<WakePhrase>, Box<dyn Error>> {
    let ready_made = WakePhrase::all_ready_made().take(way.ready_made);
    let mut phrases: Vec<_> = ready_made.filter_map(WakePhrase::ready_made).collect();
    if way.typed > 0 {
        let net = Arc::new(Acoustic::load(Chosen::new(config).wake()?)?);
        for ipa in TYPED.into_iter().take(way.typed) {
            phrases.push(WakePhrase::typed(Phrase::with_ipa(ipa, &[ipa])?, Arc::clone(&net)));
        }
    }
    Ok(phrases)
}

/// Faint noise, as every microphone has.
fn quiet(seconds: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state as f32 / u32::MAX as f32 - 0.5) * 2e-4
    };
    std::iter::repeat_with(noise).take(seconds * RATE).collect()
}

/// Recordings one after the other, as many as are needed, again and again if they are few.
fn joined(
    seconds: usize,
    wanted: impl Fn(&sayso_tests::Recording) -> bool,
) -> Result<Vec<f32>, Box<dyn Error>> {
    let mut all = Vec::new();
    for recording in recordings().iter().filter(|recording| wanted(recording)) {
        all.extend(sayso_audio_io::read_all(&recording.path, Duration::MAX)?.samples);
    }
    Ok(all.into_iter().cycle().take(seconds * RATE).collect())
}

/// The most memory that was in use, in kB.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(line.unwrap_or_default().trim().trim_end_matches(" kB").parse()?)
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
