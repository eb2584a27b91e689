//! The resampler: streaming gives the same as a batch, and time and sound are kept.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests count as tests.

use proptest::prelude::*;
use sayso_audio_io::{RATES, Resampler, rescale_rounded};
use std::f64::consts::TAU;

const COMMON: [u32; 9] = [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000, 384_000];

fn sine(rate: u32, hz: f64, samples: usize) -> Vec<f32> {
    (0..samples).map(|n| (0.5 * (TAU * hz * n as f64 / f64::from(rate)).sin()) as f32).collect()
}

fn resample(input: &[f32], from: u32, to: u32) -> Vec<f32> {
    finished(&mut Resampler::new(from, to).unwrap(), input)
}

/// What comes out of `input` and the end.
fn finished(resampler: &mut Resampler, input: &[f32]) -> Vec<f32> {
    let mut output = Vec::new();
    resampler.process(input, &mut output);
    resampler.finish(&mut output);
    output
}

/// The ratio of `expected` to the error `actual - expected`, without the ends, in dB.
fn snr(actual: &[f32], expected: &[f32], margin: usize) -> f64 {
    assert_eq!(actual.len(), expected.len());
    let range = margin..actual.len() - margin;
    let power = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>();
    let signal = power(&mut expected[range.clone()].iter().map(|x| f64::from(*x)));
    let noise = power(&mut range.map(|i| f64::from(actual[i] - expected[i])));
    10.0 * (signal / noise.max(1e-30)).log10()
}

#[test]
fn a_sine_stays_the_same_sine_at_the_same_time() {
    for from in COMMON.into_iter().chain([44_099, 47_999]) {
        for to in COMMON {
            let hz = 1_234.5;
            let output = resample(&sine(from, hz, from as usize / 2), from, to);
            let expected = sine(to, hz, output.len());
            let snr = snr(&output, &expected, to as usize / 50);
            // Odd rates may be up to 1/250 sample off the grid, which gives 60 dB here.
            assert!(snr >= 60.0, "{from} -> {to}: {snr:.1} dB");
        }
    }
}

#[test]
fn the_usual_rates_are_exact() {
    for (from, to) in [(48_000, 16_000), (44_100, 16_000), (24_000, 48_000), (24_000, 44_100)] {
        let output = resample(&sine(from, 3_000.0, from as usize), from, to);
        let snr = snr(&output, &sine(to, 3_000.0, output.len()), 400);
        assert!(snr >= 85.0, "{from} -> {to}: {snr:.1} dB");
    }
}

#[test]
fn frequencies_above_the_lower_nyquist_rate_are_removed() {
    for from in [24_000_u32, 44_100, 48_000, 96_000] {
        for hz in [8_200.0, 9_000.0, 11_000.0] {
            let output = resample(&sine(from, hz, from as usize), from, 16_000);
            let loudest = output[800..15_200].iter().fold(0.0_f32, |a, x| a.max(x.abs()));
            let db = 20.0 * f64::from(loudest / 0.5).log10();
            assert!(db < -60.0, "{hz} Hz at {from} Hz left {db:.1} dB");
        }
    }
}

#[test]
fn speech_band_passes_flat() {
    for hz in [100.0, 1_000.0, 4_000.0, 6_500.0, 7_000.0] {
        let output = resample(&sine(48_000, hz, 48_000), 48_000, 16_000);
        let middle = &output[800..15_200];
        let rms = (middle.iter().map(|x| f64::from(x * x)).sum::<f64>() / 14_400.0).sqrt();
        let db = 20.0 * (rms / (0.5 / 2.0_f64.sqrt())).log10();
        assert!(db.abs() < 1.0, "{hz} Hz passes with {db:.2} dB");
    }
}

#[test]
fn equal_rates_pass_unchanged() {
    let input = sine(16_000, 440.0, 1_001);
    assert_eq!(resample(&input, 16_000, 16_000), input);
    assert!(Resampler::new(16_000, 16_000).unwrap().delay().is_zero());
}

#[test]
fn the_delay_is_as_documented_and_low() {
    for from in COMMON {
        let mut resampler = Resampler::new(from, 16_000).unwrap();
        assert!(resampler.delay().as_secs_f64() <= 0.0085, "{from}: {:?}", resampler.delay());
        let mut output = Vec::new();
        for sample in sine(from, 440.0, from as usize / 10) {
            resampler.process(&[sample], &mut output);
            let lag = resampler.taken() as f64 / f64::from(from) - output.len() as f64 / 16_000.0;
            assert!(lag <= resampler.delay().as_secs_f64() + 1.0 / 16_000.0, "{from}: lag {lag} s");
        }
    }
}

#[test]
fn a_finished_resampler_is_like_a_new_one() {
    let input = sine(44_100, 500.0, 5_000);
    let mut resampler = Resampler::new(44_100, 16_000).unwrap();
    let first = finished(&mut resampler, &input);
    assert_eq!(finished(&mut resampler, &input), first);
    // Anything that is left of the NaN would show in the sound after it.
    let length = finished(&mut resampler, &[f32::NAN; 5_000]).len();
    assert_eq!(length, first.len());
    assert_eq!(finished(&mut resampler, &input), first);
    resampler.process(&[f32::NAN; 1_234], &mut Vec::new());
    resampler.reset();
    assert_eq!(finished(&mut resampler, &input), first);
}

#[test]
fn rates_out_of_range_are_refused() {
    for (from, to) in [(0, 16_000), (16_000, 0), (1, 16_000), (u32::MAX, 16_000)] {
        let error = Resampler::new(from, to).err().unwrap();
        assert!(error.to_string().contains("not supported"), "{error}");
    }
    assert!(Resampler::new(*RATES.start(), *RATES.end()).is_ok());
}

fn any_rate() -> impl Strategy<Value = u32> {
    prop_oneof![proptest::sample::select(COMMON.to_vec()), 8_000_u32..=384_000]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_chunking_gives_the_same_output(
        from in any_rate(),
        to in any_rate(),
        samples in proptest::collection::vec(-1.0_f32..1.0, 0..4_000),
        cuts in proptest::collection::vec(1_usize..700, 1..8),
        room in 1_usize..600,
    ) {
        let batch = resample(&samples, from, to);
        prop_assert_eq!(batch.len() as u64, rescale_rounded(samples.len() as u64, from, to));

        let mut resampler = Resampler::new(from, to).unwrap();
        let mut appended = Vec::new();
        let mut rest = &samples[..];
        for cut in cuts.iter().cycle() {
            let (chunk, tail) = rest.split_at((*cut).min(rest.len()));
            resampler.process(chunk, &mut appended);
            rest = tail;
            if rest.is_empty() { break; }
        }
        resampler.finish(&mut appended);
        prop_assert_eq!(&appended, &batch);

        // The same through `process_into`, with a buffer of any size.
        let mut resampler = Resampler::new(from, to).unwrap();
        let mut stepped = Vec::new();
        let mut buffer = vec![0.0; room];
        let mut rest = &samples[..];
        for cut in cuts.iter().cycle() {
            buffer.fill(f32::NAN);
            let progress = resampler.process_into(&rest[..(*cut).min(rest.len())], &mut buffer);
            prop_assert!(buffer[progress.produced..].iter().all(|x| x.is_nan()));
            stepped.extend_from_slice(&buffer[..progress.produced]);
            rest = &rest[progress.consumed..];
            if rest.is_empty() && progress.produced < room { break; }
        }
        resampler.finish(&mut stepped);
        prop_assert_eq!(&stepped, &batch);
    }
}
