//! Measures how well a phrase is recognised:
//!
//! ```console
//! $ cargo run --release -p sayso-tests --example wake_phrases -- alexa \
//!       --said FOLDER --other FOLDER --rooms FOLDER --noise kitchen=FOLDER \
//!       [--typed WEIGHTS] [--plot FILE.svg] [--distinct]
//! ```
//!
//! In each file of `--said`, the phrase is said once. In those of `--other`, it is not said.
//! `--other` and `--noise` may be repeated; folders are searched with all that is in them. With
//! `--typed`, the phrase is spotted by the phoneme net in the folder WEIGHTS, which runs all the
//! time, instead of by its ready-made net.
//!
//! Each file is heard after a second of silence and before another one. The files of `--said` are
//! heard as recorded, through each room, with each noise so many dB below the speech, and with both
//! (one of the rooms for each file). Those of `--other` are heard as recorded, and again through
//! the rooms with noise 10 dB below: those are further hours, but not further speech. `--distinct`
//! leaves them out.
//!
//! Everything is counted for a list of cutoffs. The plot shows misses against false accepts. The
//! intervals are of 95 %: Wilson's for shares; Garwood's for counts, approximated by Wilson and
//! Hilferty.

mod intervals;
mod listener;
mod plot;
mod sounds;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use intervals::{count_interval, share_interval};
use listener::Listener;
use plot::Curve;
use sounds::{Noise, RATE, Sounds, files, read};

/// By how many dB the noise is below the speech.
const BELOW_DB: [f32; 3] = [10.0, 5.0, 0.0];

/// What the command line asks for.
#[derive(Default)]
struct Asked {
    phrase: String,
    weights: Option<PathBuf>,
    said: Vec<PathBuf>,
    other: Vec<PathBuf>,
    sounds: Sounds,
    plot: Option<PathBuf>,
    distinct: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked = asked()?;
    let mut listener = Listener::new(&asked.phrase, asked.weights.as_deref())?;
    let usual = listener.usual();
    println!("{}: {}\n", asked.phrase, listener.description());
    println!("| heard | missed | share | interval |\n|---|---|---|---|");
    let mut curves = Vec::new();
    for (name, change) in conditions(&asked.sounds) {
        let mut missed = vec![0; listener.cutoffs().len()];
        let mut heard = 0;
        for (number, file) in asked.said.iter().enumerate() {
            let sound = read(file)?;
            for sound in change(&asked.sounds, number, &sound) {
                heard += 1;
                let counts = listener.listen(&sound);
                missed.iter_mut().zip(counts).for_each(|(m, n)| *m += usize::from(n == 0));
            }
        }
        let (low, high) = share_interval(missed[usual], heard);
        let share = 100.0 * missed[usual] as f64 / heard.max(1) as f64;
        println!(
            "| {name} | {} of {heard} | {share:.1} % | {low:.1} to {high:.1} |",
            missed[usual]
        );
        let misses = missed.iter().map(|m| 100.0 * *m as f64 / heard.max(1) as f64).collect();
        curves.push(Curve { name, misses });
    }
    let accepted = false_accepts(&asked, &mut listener)?;
    println!(
        "\n| sound without the phrase | false accepts | an hour | interval |\n|---|---|---|---|"
    );
    for (name, hours, counts) in &accepted {
        let (low, high) = count_interval(counts[usual]);
        println!(
            "| {name}, {hours:.2} h | {} | {:.2} | {:.2} to {:.2} |",
            counts[usual],
            counts[usual] as f64 / hours,
            low / hours,
            high / hours
        );
    }
    let (_, hours, counts) = &accepted[0];
    let an_hour: Vec<f64> = counts.iter().map(|n| *n as f64 / hours).collect();
    println!("\ncutoff, false accepts an hour, misses in %: {}", names(&curves));
    for (n, cutoff) in listener.cutoffs().iter().enumerate() {
        let misses: Vec<String> = curves.iter().map(|c| format!("{:.1}", c.misses[n])).collect();
        println!("{cutoff:.3}, {:.2}, {}", an_hour[n], misses.join(", "));
    }
    if let Some(path) = &asked.plot {
        std::fs::write(path, plot::svg(&asked.phrase, &an_hour, &curves, usual))?;
    }
    Ok(())
}

fn names(curves: &[Curve]) -> String {
    curves.iter().map(|curve| curve.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// A way to change a recording, given its number; one recording may become several.
type Change = Box<dyn Fn(&Sounds, usize, &[f32]) -> Vec<Vec<f32>>>;

/// The conditions in which the phrase is said.
fn conditions(sounds: &Sounds) -> Vec<(String, Change)> {
    let mut all: Vec<(String, Change)> = vec![
        (
            "as recorded".into(),
            Box::new(|sounds, n, sound| vec![sounds.heard(n, sound, None, None)]),
        ),
        (
            "through each room".into(),
            Box::new(|sounds, n, sound| {
                let rooms = sounds.rooms.iter();
                rooms.map(|room| sounds.heard(n, sound, Some(room), None)).collect()
            }),
        ),
    ];
    for (which, Noise { name, .. }) in sounds.noises.iter().enumerate() {
        for db in BELOW_DB {
            all.push((
                format!("{name}, {db} dB"),
                Box::new(move |sounds, n, sound| {
                    vec![sounds.heard(n, sound, None, Some((which, db)))]
                }),
            ));
        }
        for db in BELOW_DB {
            all.push((
                format!("room and {name}, {db} dB"),
                Box::new(move |sounds, n, sound| {
                    vec![sounds.heard(n, sound, sounds.room(n), Some((which, db)))]
                }),
            ));
        }
    }
    all
}

/// False accepts: in what, in how many hours, and how many at each cutoff.
type Accepted = (&'static str, f64, Vec<usize>);

/// False accepts at each cutoff: in the sound as recorded, and through rooms with noise.
fn false_accepts(asked: &Asked, listener: &mut Listener) -> Result<Vec<Accepted>, Box<dyn Error>> {
    let mut counts = [vec![0; listener.cutoffs().len()], vec![0; listener.cutoffs().len()]];
    let (mut samples, mut took) = (0, Duration::ZERO);
    for (n, file) in asked.other.iter().enumerate() {
        let Ok(sound) = read(file) else { continue };
        samples += sound.len();
        let noise = (!asked.sounds.noises.is_empty()).then_some((0, 10.0));
        let room = asked.sounds.room(n);
        for (sum, (room, noise)) in counts.iter_mut().zip([(None, None), (room, noise)]) {
            if asked.distinct && noise.is_some() {
                continue;
            }
            let heard = asked.sounds.heard(n, &sound, room, noise);
            let before = cpu_time();
            let found = listener.listen(&heard);
            took += cpu_time() - before;
            sum.iter_mut().zip(found).for_each(|(sum, n)| *sum += n);
        }
    }
    let seconds = samples as f64 / RATE as f64;
    let heard = if asked.distinct { seconds } else { 2.0 * seconds };
    println!("\n{:.2} ms for a second of sound", took.as_secs_f64() * 1e3 / heard);
    let hours = seconds / 3600.0;
    let [distinct, more] = counts;
    let mut all = vec![("as recorded", hours, distinct)];
    if !asked.distinct {
        all.push(("the same through rooms, noise 10 dB below", hours, more));
    }
    Ok(all)
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn asked() -> Result<Asked, Box<dyn Error>> {
    let mut asked = Asked::default();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        if !arg.starts_with("--") {
            asked.phrase = arg;
            continue;
        }
        if arg == "--distinct" {
            asked.distinct = true;
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{arg} needs a value"))?;
        match arg.as_str() {
            "--typed" => asked.weights = Some(value.into()),
            "--said" => asked.said.extend(files(value)?),
            "--other" => asked.other.extend(files(value)?),
            "--rooms" => asked.sounds.rooms.extend(sounds::all(value)?),
            "--noise" => {
                let (name, folder) = value.split_once('=').ok_or("--noise NAME=FOLDER")?;
                let sounds = sounds::all(folder)?;
                asked.sounds.noises.push(Noise { name: name.into(), sounds });
            }
            "--plot" => asked.plot = Some(value.into()),
            _ => return Err(format!("there is no {arg}").into()),
        }
    }
    Ok(asked)
}
