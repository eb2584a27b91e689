//! Earcons: short sounds that signal what happens, for a device without a screen.
//!
//! Each is a figure of two notes, which is computed and not read from a file. A note is a sine
//! with a little of its octave. It rises and falls along a raised cosine, so that it begins and
//! ends at 0 without a click. Good news rises, bad news falls.

use std::f32::consts::{PI, TAU};

use crate::config::Feedback;

/// The meaning of a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Earcon {
    /// The wake phrase was heard: speak.
    Wake,
    /// Nothing was understood.
    Nothing,
    /// Something went wrong.
    Error,
    /// An announcement follows.
    Announce,
    /// A device is lost.
    Lost,
    /// A device is back.
    Back,
}

/// The highest level at volume 1: −12 dBFS. At the default volume it is −18.
const PEAK: f32 = 0.251_2;

/// How much of its octave is in a note.
const OCTAVE: f32 = 0.15;

/// How long a note takes to rise, in ms.
const RISE_MS: u32 = 8;

/// One note of a figure.
struct Note {
    hz: f32,
    from_ms: u32,
    lasts_ms: u32,
}

const fn note(hz: f32, from_ms: u32, lasts_ms: u32) -> Note {
    Note { hz, from_ms, lasts_ms }
}

/// The notes of the equal-tempered scale that are used, in Hz. An octave lower, the voice activity
/// detector takes some of the figures for a voice.
const A5: f32 = 880.0;
const D6: f32 = 1_174.66;
const E6: f32 = 1_318.51;
const FS6: f32 = 1_479.98;
const G6: f32 = 1_567.98;
const B6: f32 = 1_975.53;

impl Earcon {
    /// Every earcon.
    pub const ALL: [Self; 6] =
        [Self::Wake, Self::Nothing, Self::Error, Self::Announce, Self::Lost, Self::Back];

    fn notes(self) -> [Note; 2] {
        match self {
            Self::Wake => [note(E6, 0, 70), note(B6, 55, 85)],
            Self::Nothing => [note(FS6, 0, 90), note(D6, 80, 100)],
            Self::Error => [note(G6, 0, 80), note(G6, 120, 100)],
            Self::Announce => [note(G6, 0, 140), note(E6, 100, 150)],
            Self::Lost => [note(D6, 0, 120), note(A5, 110, 130)],
            Self::Back => [note(A5, 0, 120), note(D6, 110, 130)],
        }
    }

    /// Its sound at `rate` Hz; `volume` is a factor, 1 for a peak of −12 dBFS.
    pub fn sound(self, rate: u32, volume: f32) -> Vec<f32> {
        let samples = |ms: u32| (u64::from(rate) * u64::from(ms) / 1000) as usize;
        let notes = self.notes();
        let ends = notes.iter().map(|note| samples(note.from_ms + note.lasts_ms));
        let mut sound = vec![0.0_f32; ends.max().unwrap_or(0)];
        for note in &notes {
            let length = samples(note.lasts_ms);
            for (n, sum) in sound.iter_mut().skip(samples(note.from_ms)).take(length).enumerate() {
                let phase = TAU * note.hz * n as f32 / rate as f32;
                *sum += envelope(n, length, samples(RISE_MS))
                    * (phase.sin() + OCTAVE * (2.0 * phase).sin());
            }
        }
        let peak = sound.iter().fold(f32::MIN_POSITIVE, |peak, sample| peak.max(sample.abs()));
        sound.iter_mut().for_each(|sample| *sample *= PEAK * volume / peak);
        sound
    }

    /// Its sound at `rate` Hz according to the settings; `None` if they disable it.
    pub fn as_set(self, settings: &Feedback, rate: u32) -> Option<Vec<f32>> {
        let wanted = match self {
            Self::Wake => settings.wake,
            Self::Nothing => settings.nothing,
            Self::Error => settings.error,
            Self::Announce => settings.announce,
            Self::Lost | Self::Back => settings.devices,
        };
        wanted.then(|| self.sound(rate, settings.volume))
    }
}

/// The level at sample `n` of a note: up within `rise`, then down to its end.
fn envelope(n: usize, length: usize, rise: usize) -> f32 {
    let part = if n < rise {
        n as f32 / rise as f32
    } else {
        (length - 1 - n) as f32 / (length - 1 - rise).max(1) as f32
    };
    0.5 - 0.5 * (PI * part).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [u32; 3] = [16_000, 24_000, 48_000];

    fn peak(sound: &[f32]) -> f32 {
        sound.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    #[test]
    fn they_are_short_and_soft_without_clicks_or_offset() {
        for (earcon, rate) in Earcon::ALL.into_iter().flat_map(|e| RATES.map(|rate| (e, rate))) {
            let sound = earcon.as_set(&all(), rate).expect("set");
            let ms = sound.len() * 1000 / rate as usize;
            assert!((60..=250).contains(&ms), "{earcon:?} takes {ms} ms");
            let dbfs = 20.0 * peak(&sound).log10();
            assert!((dbfs + 18.0).abs() < 0.1, "{earcon:?} has a peak of {dbfs} dBFS");
            let mean = sound.iter().sum::<f32>() / sound.len() as f32;
            assert!(mean.abs() < 1e-3 * peak(&sound), "{earcon:?} has an offset of {mean}");
            // They begin and end in silence: below −80 dBFS.
            let (first, last) = (sound[0].abs(), sound[sound.len() - 1].abs());
            assert!(first < 1e-4 && last < 1e-4, "{earcon:?} begins {first}, ends {last}");
            // No step is larger than the steepest one of the highest note and its octave.
            let steepest = TAU * B6 / rate as f32 * (1.0 + 2.0 * OCTAVE) * peak(&sound);
            let step = sound.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
            assert!(step <= steepest, "{earcon:?} has a step of {step}, {steepest} is due");
        }
    }

    /// How similar two sounds are, at any offset: 0 to 1.
    fn likeness(a: &[f32], b: &[f32]) -> f32 {
        let norm = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>().sqrt();
        let padded = [vec![0.0; a.len()], b.to_vec(), vec![0.0; a.len()]].concat();
        let products = padded.windows(a.len()).map(|part| {
            part.iter().zip(a).map(|(x, y)| x * y).sum::<f32>().abs() / (norm(a) * norm(b))
        });
        products.fold(0.0, f32::max)
    }

    #[test]
    fn they_differ_from_each_other() {
        let sounds = Earcon::ALL.map(|earcon| earcon.sound(16_000, 1.0));
        for (n, a) in sounds.iter().enumerate() {
            assert!(likeness(a, a) > 0.999);
            for (m, b) in sounds.iter().enumerate().skip(n + 1) {
                let likeness = likeness(a, b);
                let [a, b] = [Earcon::ALL[n], Earcon::ALL[m]];
                assert!(likeness < 0.75, "{a:?} and {b:?} are alike: {likeness}");
            }
        }
    }

    fn all() -> Feedback {
        Feedback { nothing: true, ..Feedback::default() }
    }

    #[test]
    fn each_can_be_disabled_and_made_louder() {
        let off = |change: fn(&mut Feedback)| {
            let mut settings = all();
            change(&mut settings);
            let sounds = |earcon: &Earcon| earcon.as_set(&settings, 16_000).is_some();
            Earcon::ALL.into_iter().filter(|earcon| !sounds(earcon)).collect::<Vec<_>>()
        };
        assert_eq!(off(|_| {}), []);
        assert_eq!(off(|settings| settings.wake = false), [Earcon::Wake]);
        assert_eq!(off(|settings| settings.nothing = false), [Earcon::Nothing]);
        assert_eq!(off(|settings| settings.error = false), [Earcon::Error]);
        assert_eq!(off(|settings| settings.announce = false), [Earcon::Announce]);
        assert_eq!(off(|settings| settings.devices = false), [Earcon::Lost, Earcon::Back]);
        assert_eq!(Earcon::Nothing.as_set(&Feedback::default(), 16_000), None);
        assert_eq!(peak(&Earcon::Error.sound(16_000, 2.0)), 2.0 * PEAK);
        assert_eq!(peak(&Earcon::Error.sound(16_000, 0.0)), 0.0);
    }
}
