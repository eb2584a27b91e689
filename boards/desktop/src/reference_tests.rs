use super::*;
use crate::callback::{PlaybackEnd, PlaybackTap, playback_callback, playback_link};
use ringbuf::traits::Producer;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);

fn connect(taps: &Sender<CaptureTap>, rate: u32) -> (PlaybackEnd, PlaybackTap) {
    let (end, mut tap) = playback_link(rate, 2, SECOND);
    taps.send(tap.reference.take().unwrap()).unwrap();
    (end, tap)
}

/// One callback of `frames` frames.
fn play(end: &mut PlaybackEnd, frames: usize) {
    playback_callback(end, &mut vec![0_i16; 2 * frames]);
}

/// The position of the first sample in `sound` that is above a half.
fn onset(sound: &[f32]) -> Option<usize> {
    sound.iter().position(|x| *x > 0.5)
}

#[test]
fn the_reference_is_aligned_with_what_is_heard_and_has_the_silence() {
    let (taps, arriving) = channel();
    let mut reference = Reference::new(arriving);
    reference.follow(100, true);
    assert_eq!(reference.last(), [0.0; 100], "before there is a device there is silence");
    let (mut end, mut tap) = connect(&taps, 48_000);
    let mut all = Vec::new();
    for lump in 0..200 {
        // 2 s of silence, then a tone of 1 s.
        if (100..150).contains(&lump) {
            tap.samples.push_iter((0..960).map(|n| 0.8 * (n as f32 * 0.1).cos()));
        }
        play(&mut end, 960);
        reference.follow(320, true);
        all.extend_from_slice(reference.last());
    }
    // It is late by the stock and the resampler: 10 ms and 5 ms.
    let late = onset(&all).unwrap() - 100 * 320;
    assert!((160..250).contains(&late), "{late} samples late");
    let loud = all.iter().rposition(|x| x.abs() > 0.1).unwrap() - late - 100 * 320;
    assert!(loud.abs_diff(16_000) < 20, "{loud} samples of tone");
    // It is aligned once, and stays in step from then on.
    assert!(reference.shifted() < 250, "{}", reference.shifted());
}

#[test]
fn two_clocks_that_drift_apart_stay_in_step() {
    // The loudspeaker's device runs 200 millionths fast or slow.
    for off in [-1.0, 1.0] {
        let (taps, arriving) = channel();
        let mut reference = Reference::new(arriving);
        let (mut end, mut tap) = connect(&taps, 16_000);
        let (mut heard, mut played, mut late) = (0_u64, 0_u64, Vec::new());
        let mut behind = Vec::new();
        for lump in 0..30_000_u64 {
            let due = (f64::from(lump as u32 + 1) * 320.0 * (1.0 + off * 200e-6)) as u64;
            if lump % 500 == 100 {
                // A click, played as the next sample.
                tap.samples.try_push(1.0).unwrap();
                behind.push(heard);
            }
            play(&mut end, (due - played) as usize);
            played = due;
            reference.follow(320, true);
            if let Some(at) = onset(reference.last()) {
                late.push(heard + at as u64 - behind[late.len()]);
            }
            heard += 320;
        }
        assert_eq!(late.len(), behind.len(), "a click was lost");
        // After the first second it is never early, and at most 25 ms late.
        assert!(late.iter().all(|late| (20..400).contains(late)), "{off}: {late:?}");
        let seconds = 30_000 * 320 / 16_000;
        let drift = (200e-6 * 16_000.0 * f64::from(seconds)) as u64;
        let shifted = reference.shifted();
        assert!(shifted.abs_diff(drift) < 500, "{shifted} samples shifted for {drift}");
    }
}

#[test]
fn late_callbacks_do_not_add_up() {
    let (taps, arriving) = channel();
    let mut reference = Reference::new(arriving);
    let (mut end, mut tap) = connect(&taps, 16_000);
    let mut owed = 0;
    let (mut heard, mut late, mut began, mut clicks) = (0, Vec::new(), 0, 0);
    for lump in 0..3_000 {
        owed += 320;
        // Every 7th callback comes together with the next.
        if lump % 7 != 3 {
            if lump % 250 == 2 {
                tap.samples.try_push(1.0).unwrap();
                (began, clicks) = (heard, clicks + 1);
            }
            play(&mut end, owed);
            owed = 0;
        }
        reference.follow(320, true);
        if let Some(at) = onset(reference.last()) {
            late.push(heard + at - began);
        }
        heard += 320;
    }
    assert_eq!((late.len(), clicks), (10, 10));
    let (least, most) = (late[1..].iter().min().unwrap(), late[1..].iter().max().unwrap());
    assert!(most - least <= 640, "{late:?}");
}

#[test]
fn a_reader_that_stalls_loses_both_alike_and_is_in_step_again() {
    let (taps, arriving) = channel();
    let mut reference = Reference::new(arriving);
    let (mut end, mut tap) = connect(&taps, 16_000);
    for _ in 0..150 {
        play(&mut end, 320);
        reference.follow(320, true);
    }
    let before = reference.shifted();
    // 5 s without a reader, while the ring holds 2 s.
    for _ in 0..250 {
        play(&mut end, 320);
    }
    // The microphone gives the same 2 s and, after the next call, silence for the rest.
    for piece in 0..100 {
        reference.follow(320, piece == 99);
    }
    play(&mut end, 320);
    for piece in 0..151 {
        reference.follow(320, piece == 150);
    }
    tap.samples.try_push(1.0).unwrap();
    play(&mut end, 320);
    reference.follow(320, true);
    let at = onset(reference.last()).unwrap_or(320);
    assert!((20..320).contains(&at), "{at} samples late");
    let lost = reference.shifted() - before;
    assert!(lost.abs_diff(3 * 16_000) < 100, "{lost} samples lost");
}

#[test]
fn a_lost_loudspeaker_leaves_silence_and_returns_in_step() {
    let (taps, arriving) = channel();
    let mut reference = Reference::new(arriving);
    let (taps, mut tap, mut end, gone) = {
        let (end, mut tap) = playback_link(48_000, 1, SECOND);
        let link = tap.reference.take().unwrap();
        let gone = std::sync::Arc::clone(&link.gone);
        taps.send(link).unwrap();
        (taps, tap, end, gone)
    };
    for _ in 0..100 {
        tap.samples.push_slice(&[0.5; 960]);
        playback_callback(&mut end, &mut [f32::NAN; 960]);
        reference.follow(320, true);
    }
    assert!(reference.last().iter().all(|x| (x - 0.5).abs() < 0.05));
    drop(end);
    gone.set(Instant::now()).unwrap();
    reference.follow(320, true);
    reference.follow(320, true);
    assert_eq!(reference.last(), [0.0; 320]);
    let (mut end, mut tap) = connect(&taps, 44_100);
    let mut all = Vec::new();
    for lump in 0..200 {
        if lump >= 100 {
            tap.samples.push_slice(&[0.8; 882]);
        }
        play(&mut end, 882);
        reference.follow(320, true);
        all.extend_from_slice(reference.last());
    }
    let late = onset(&all).unwrap() - 100 * 320;
    assert!((160..250).contains(&late), "{late} samples late");
}
