use super::*;
use crate::callback::{CaptureEnd, capture_callback};
use std::sync::mpsc;

const MS: Duration = Duration::from_millis(1);

fn connect(
    taps: &mpsc::Sender<CaptureTap>,
    rate: u32,
    channels: usize,
    began: Instant,
) -> (CaptureEnd, Arc<OnceLock<Instant>>) {
    let (end, mut tap) = capture_link(rate, channels, RING);
    tap.began = began;
    let gone = Arc::clone(&tap.gone);
    taps.send(tap).unwrap();
    (end, gone)
}

fn read_all(capture: &mut Capture, now: Instant) -> Vec<f32> {
    let mut all = Vec::new();
    loop {
        let mut buffer = [f32::NAN; 333];
        let n = capture.read(&mut buffer, now);
        if n == 0 {
            return all;
        }
        all.extend_from_slice(&buffer[..n]);
    }
}

#[test]
fn stereo_at_48_khz_becomes_mono_at_16() {
    let (taps, arriving) = mpsc::channel();
    let mut capture = Capture::new(arriving);
    let now = Instant::now();
    assert_eq!(capture.read(&mut [0.0; 10], now), 0, "before there is a device there is no time");
    let (mut end, _gone) = connect(&taps, 48_000, 2, now);
    let sine = |n: usize, rate: f32| 0.4 * (n as f32 * 700.0 * std::f32::consts::TAU / rate).sin();
    let data: Vec<f32> = (0..24_000).flat_map(|n| [sine(n, 48_000.0); 2]).collect();
    let mut heard = Vec::new();
    for chunk in data.chunks(2 * 1_024) {
        capture_callback(&mut end, chunk);
        heard.extend(read_all(&mut capture, now));
    }
    // All except the resampler's few milliseconds have arrived, each at its place.
    assert!((7_900..8_000).contains(&heard.len()), "{}", heard.len());
    for (n, sample) in heard.iter().enumerate().skip(100) {
        assert!((sample - sine(n, 16_000.0)).abs() < 1e-3, "at {n}");
    }
    assert_eq!(capture.stats(), StreamStats::default());
}

#[test]
fn channels_that_cancel_or_are_dead_do_not_silence_the_voice() {
    let sine = |n: usize, rate: f32| 0.4 * (n as f32 * 700.0 * std::f32::consts::TAU / rate).sin();
    for second in [-1.0, 0.0] {
        let (taps, arriving) = mpsc::channel();
        let mut capture = Capture::new(arriving);
        let now = Instant::now();
        let (mut end, _gone) = connect(&taps, 48_000, 2, now);
        let data: Vec<f32> =
            (0..24_000).flat_map(|n| [sine(n, 48_000.0), second * sine(n, 48_000.0)]).collect();
        let mut heard = Vec::new();
        for chunk in data.chunks(2 * 700) {
            capture_callback(&mut end, chunk);
            heard.extend(read_all(&mut capture, now));
        }
        // Judged after 20 ms, and changed within another 20.
        for (n, sample) in heard.iter().enumerate().skip(16 * 45) {
            assert!((sample - sine(n, 16_000.0)).abs() < 1e-3, "{second}, at {n}: {sample}");
        }
        // The change has no jump.
        let steepest = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.13, "{second}: {steepest}");
    }
}

#[test]
fn what_a_stalled_reader_lost_is_replaced_by_silence() {
    let (taps, arriving) = mpsc::channel();
    let mut capture = Capture::new(arriving);
    let now = Instant::now();
    let (mut end, _gone) = connect(&taps, 16_000, 1, now);
    // 3 s of ones into a ring of 2 s, then a second of twos.
    capture_callback(&mut end, &[1.0_f32; 16_000]);
    capture_callback(&mut end, &[1.0_f32; 32_000]);
    let mut heard = read_all(&mut capture, now);
    capture_callback(&mut end, &[2.0_f32; 16_000]);
    heard.extend(read_all(&mut capture, now));
    assert_eq!(heard.len(), 4 * 16_000);
    assert!(heard[..32_000].iter().all(|x| *x == 1.0));
    assert!(heard[32_000..48_000].iter().all(|x| *x == 0.0));
    assert!(heard[48_000..].iter().all(|x| *x == 2.0));
    assert_eq!(capture.stats(), StreamStats { dropped: 16_000, ..StreamStats::default() });
}

#[test]
fn a_lost_device_leaves_silence_for_as_long_as_it_is_lost() {
    let (taps, arriving) = mpsc::channel();
    let mut capture = Capture::new(arriving);
    let start = Instant::now();
    let (mut end, gone) = connect(&taps, 16_000, 1, start);
    capture_callback(&mut end, &[1.0_f32; 1_600]);
    assert_eq!(read_all(&mut capture, start).len(), 1_600);
    // The sound of two callbacks is still unread when the device vanishes.
    capture_callback(&mut end, &[1.0_f32; 3_200]);
    drop(end);
    gone.set(start + 300 * MS).unwrap();
    assert_eq!(read_all(&mut capture, start + 300 * MS).len(), 3_200);
    // Time goes on without the device, at the pace of the clock.
    assert_eq!(read_all(&mut capture, start + 800 * MS), vec![0.0; 8_000]);
    assert_eq!(read_all(&mut capture, start + 800 * MS).len(), 0);
    // It returns with another rate, 900 ms after the start; read at 1 s.
    let (mut end, _gone) = connect(&taps, 48_000, 2, start + 900 * MS);
    capture_callback(&mut end, &[0.5_f32; 2 * 4_800]);
    let heard = read_all(&mut capture, start + 1_000 * MS);
    assert_eq!(heard[..1_600], vec![0.0; 1_600]);
    assert!(heard.len() > 3_000 && heard[2_000..].iter().all(|x| (x - 0.5).abs() < 0.05));
    let stats = capture.stats();
    assert_eq!((stats.missing, stats.reopened, stats.dropped), (9_600, 1, 0));
}

#[test]
fn sound_lost_in_a_device_that_vanished_is_counted_too() {
    let (taps, arriving) = mpsc::channel();
    let mut capture = Capture::new(arriving);
    let start = Instant::now();
    let (mut end, gone) = connect(&taps, 16_000, 1, start);
    // The ring holds 2 s, and nothing comes after the gap.
    capture_callback(&mut end, &[1.0_f32; 48_000]);
    gone.set(start + 3_000 * MS).unwrap();
    assert_eq!(read_all(&mut capture, start + 3_000 * MS).len(), 48_000);
    assert_eq!(capture.stats().dropped, 16_000);
}
