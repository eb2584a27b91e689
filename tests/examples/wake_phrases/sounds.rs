//! Recordings, in rooms and in noise.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sayso_audio_io::read_all;

/// Samples per second.
pub const RATE: usize = sayso_wake::SAMPLE_RATE as usize;

/// Noises of one kind.
pub struct Noise {
    pub name: String,
    pub sounds: Vec<Vec<f32>>,
}

/// What recordings are put into.
#[derive(Default)]
pub struct Sounds {
    /// Impulse responses.
    pub rooms: Vec<Vec<f32>>,
    pub noises: Vec<Noise>,
}

impl Sounds {
    /// The room of the recording with this number.
    pub fn room(&self, number: usize) -> Option<&Vec<f32>> {
        self.rooms.get(number % self.rooms.len().max(1))
    }

    /// A recording between two seconds of silence, in a room, and with noise of a kind so many dB
    /// below it.
    pub fn heard(
        &self,
        number: usize,
        sound: &[f32],
        room: Option<&Vec<f32>>,
        noise: Option<(usize, f32)>,
    ) -> Vec<f32> {
        let silence = vec![0.0; RATE];
        let sound = room.map_or_else(|| sound.to_vec(), |room| within(sound, room));
        let mut all = [silence.as_slice(), &sound, &silence].concat();
        let kind = noise.and_then(|(kind, db)| Some((self.noises.get(kind)?, db)));
        let noise = kind
            .and_then(|(kind, db)| Some((kind.sounds.get(number % kind.sounds.len().max(1))?, db)));
        if let Some((noise, db)) = noise {
            let factor = (power(&sound) / power(noise)).sqrt() * 10f32.powf(-db / 20.0);
            // Another part of it for each recording.
            let noise = noise.iter().cycle().skip(number * 7919 * 160 % noise.len().max(1));
            all.iter_mut().zip(noise).for_each(|(x, noise)| *x += factor * noise);
        }
        let loudest = all.iter().fold(1.0_f32, |loudest, x| loudest.max(x.abs()));
        all.iter().map(|x| x / loudest).collect()
    }
}

/// The sound in a room, as loud as before, from the arrival of the direct sound on.
fn within(sound: &[f32], room: &[f32]) -> Vec<f32> {
    let loudest = room.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let direct = loudest.map_or(0, |(at, _)| at);
    let room = room.get(direct..room.len().min(direct + RATE)).unwrap_or_default();
    let mut wet = vec![0.0; sound.len()];
    let mut convolver = fft_convolver::FFTConvolver::<f32>::default();
    if convolver.init(1024, room).and_then(|()| convolver.process(sound, &mut wet)).is_err() {
        return sound.to_vec();
    }
    let factor = (power(sound) / power(&wet)).sqrt();
    wet.iter().map(|x| x * factor).collect()
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32 + 1e-12
}

/// The samples of a recording, at 16 kHz.
pub fn read(file: &Path) -> Result<Vec<f32>, Box<dyn Error>> {
    Ok(read_all(file, Duration::MAX)?.samples)
}

/// All recordings in a folder that are not silent.
pub fn all(folder: impl AsRef<Path>) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    let all = files(folder)?.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().filter(|sound| power(sound) > 1e-6).collect())
}

/// The sound files in a folder and in those within it, in order.
pub fn files(folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, Box<dyn Error>> {
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
