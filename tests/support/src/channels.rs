//! One voice in several channels, as good and bad microphones record it.

/// What the channels of a recording hold.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// A name for messages, different for each kind.
    pub name: &'static str,
    /// Makes the channels from a voice, each of the same length; the number seeds the noise.
    pub make: fn(&[f32], u64) -> Vec<Vec<f32>>,
}

/// The voice alone in one channel, and every other kind.
pub const KINDS: [Kind; 16] = [
    kind("mono", |v, _| vec![v.to_vec()]),
    kind("in phase", |v, _| vec![v.to_vec(); 2]),
    kind("in opposite phase", |v, _| vec![v.to_vec(), turned(v)]),
    kind("the second dead", |v, _| vec![v.to_vec(), dead(v)]),
    kind("the first dead", |v, _| vec![dead(v), v.to_vec()]),
    kind("a dead one that hisses", |v, seed| vec![noise(1e-5, v.len(), seed), v.to_vec()]),
    kind("noise louder than the voice", |v, seed| vec![loud(v, seed), v.to_vec()]),
    kind("the voice in much noise", |v, seed| vec![v.to_vec(), sum(v, &loud(v, seed))]),
    kind("20 dB softer", |v, _| vec![scaled(v, 0.1), v.to_vec()]),
    kind("hiss", |v, seed| vec![sum(v, &hiss(v, seed)), sum(v, &hiss(v, seed + 100))]),
    kind("hiss in opposite phase", |v, seed| {
        vec![sum(v, &hiss(v, seed)), sum(&turned(v), &hiss(v, seed + 100))]
    }),
    kind("four, of which two cancel", |v, _| vec![v.to_vec(), turned(v), v.to_vec(), turned(v)]),
    kind("four: one voice, one noise", |v, seed| vec![dead(v), loud(v, seed), v.to_vec(), dead(v)]),
    kind("six in phase", |v, _| vec![v.to_vec(); 6]),
    kind("six: one voice, one noise", |v, seed| {
        vec![dead(v), loud(v, seed), dead(v), dead(v), v.to_vec(), dead(v)]
    }),
    kind("six: a voice that cancels, two of noise", |v, seed| {
        vec![loud(v, seed), dead(v), v.to_vec(), turned(v), dead(v), loud(v, seed + 100)]
    }),
];

const fn kind(name: &'static str, make: fn(&[f32], u64) -> Vec<Vec<f32>>) -> Kind {
    Kind { name, make }
}

fn turned(voice: &[f32]) -> Vec<f32> {
    scaled(voice, -1.0)
}

fn dead(voice: &[f32]) -> Vec<f32> {
    vec![0.0; voice.len()]
}

/// Noise 20 dB softer than the voice.
fn hiss(voice: &[f32], seed: u64) -> Vec<f32> {
    noise(0.1 * rms(voice), voice.len(), seed)
}

/// Noise 10 dB louder than the voice.
fn loud(voice: &[f32], seed: u64) -> Vec<f32> {
    noise(3.0 * rms(voice), voice.len(), seed)
}

/// White noise of this amplitude (RMS), the same for the same seed.
pub fn noise(amplitude: f32, length: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    // Uniform in −0.5…0.5 has an RMS of 1/√12.
    (0..length).map(|_| uniform() * 12_f32.sqrt() * amplitude).collect()
}

/// The root mean square.
pub fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32).sqrt()
}

/// The samples multiplied by `gain`.
pub fn scaled(samples: &[f32], gain: f32) -> Vec<f32> {
    samples.iter().map(|x| x * gain).collect()
}

/// The sum of both, as long as the shorter one.
pub fn sum(one: &[f32], other: &[f32]) -> Vec<f32> {
    one.iter().zip(other).map(|(a, b)| a + b).collect()
}

/// The channels as interleaved samples.
pub fn interleaved(channels: &[Vec<f32>]) -> Vec<f32> {
    let length = channels.iter().map(Vec::len).min().unwrap_or_default();
    (0..length).flat_map(|n| channels.iter().map(move |channel| channel[n])).collect()
}

#[test]
fn noise_has_the_requested_rms() {
    let noise = noise(0.2, 16_000, 1);
    assert!((rms(&noise) - 0.2).abs() < 0.005, "{}", rms(&noise));
    assert!((noise.iter().sum::<f32>() / 16_000.0).abs() < 0.01);
}

#[test]
fn channels_are_as_long_as_the_voice_and_names_are_unique() {
    let voice = noise(0.1, 777, 3);
    let names: std::collections::HashSet<_> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), KINDS.len());
    for kind in KINDS {
        let channels = (kind.make)(&voice, 1);
        assert_eq!(interleaved(&channels).len(), channels.len() * voice.len(), "{}", kind.name);
        assert_eq!(channels, (kind.make)(&voice, 1), "{}", kind.name);
    }
}
