use super::*;
use assert_no_alloc::assert_no_alloc;
use std::time::Duration;

/// Lets [`assert_no_alloc`] check every allocation of the test program.
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

const SECOND: Duration = Duration::from_secs(1);

fn drain(tap: &mut CaptureTap) -> Vec<f32> {
    let mut samples = vec![f32::NAN; tap.samples.occupied_len()];
    tap.samples.pop_slice(&mut samples);
    samples
}

#[test]
fn the_callbacks_do_not_allocate() {
    let (mut end, mut tap) = capture_link(1_000, 2, SECOND);
    let (mut out, mut feed) = playback_link(1_000, 2, SECOND);
    feed.samples.push_slice(&[0.5; 700]);
    let (f32s, i16s, i32s, u8s) = ([0.1_f32; 512], [3_i16; 512], [5_i32; 512], [128_u8; 512]);
    let mut played = [0.0_f32; 512];
    let (mut faults, _errors) = faults(&end.beat);
    assert_no_alloc(|| {
        // Far more than the rings hold, so that they also overflow and run dry.
        for _ in 0..20 {
            capture_callback(&mut end, &f32s);
            capture_callback(&mut end, &i16s);
            capture_callback(&mut end, &i32s);
            capture_callback(&mut end, &u8s);
            playback_callback(&mut out, &mut played);
        }
        error_callback(&mut faults, cpal::Error::new(cpal::ErrorKind::Xrun));
        error_callback(&mut faults, cpal::Error::with_message(cpal::ErrorKind::Other, "gone"));
    });
    feed.samples.push_slice(&[0.5; 700]);
    feed.clock.stop(100);
    assert_no_alloc(|| playback_callback(&mut out, &mut played));
    assert!(!drain(&mut tap).is_empty());
    // The reference's ring overflowed too, because nobody read it.
    let reference = feed.reference.as_mut().unwrap();
    assert_eq!(drain(reference).len(), 2 * 2 * 1_000);
    playback_callback(&mut out, &mut played);
    assert_eq!(reference.gaps.try_pop().unwrap().lost, 21 * 256 - 2_000);
    assert_eq!(tap.beat.xruns.load(Ordering::Relaxed), 1);
}

#[test]
fn a_stalled_reader_loses_samples_and_the_loss_is_counted() {
    let (mut end, mut tap) = capture_link(100, 2, SECOND);
    let frame = |n: usize| [n as f32, -(n as f32)];
    // 250 frames into a ring of 100, in callbacks of 30; only whole frames are pushed.
    let frames: Vec<f32> = (0..250).flat_map(frame).collect();
    for chunk in frames.chunks(60) {
        capture_callback(&mut end, chunk);
    }
    assert_eq!(drain(&mut tap), (0..100).flat_map(frame).collect::<Vec<f32>>());
    assert!(tap.gaps.try_peek().is_none(), "the gap is known with the first sound after it");
    capture_callback(&mut end, &frame(250));
    let gap = tap.gaps.try_pop().unwrap();
    assert_eq!((gap.at, gap.lost), (100, 150));
    assert_eq!(drain(&mut tap), frame(250));
    assert_eq!(tap.beat.frames.load(Ordering::Relaxed), 251);
}

#[test]
fn gaps_without_room_are_combined() {
    let (mut end, mut tap) = capture_link(4, 1, SECOND);
    // Each round loses three frames, and nobody reads the gaps.
    let (mut kept, mut lost) = (0, 0);
    for _ in 0..3 * GAPS {
        capture_callback(&mut end, &[1.0_f32; 7]);
        kept += drain(&mut tap).len() as u64;
    }
    while let Some(gap) = tap.gaps.try_pop() {
        lost += gap.lost;
    }
    capture_callback(&mut end, &[1.0_f32]);
    kept += drain(&mut tap).len() as u64;
    lost += tap.gaps.try_pop().unwrap().lost;
    assert_eq!(kept + lost, 3 * GAPS as u64 * 7 + 1);
}

#[test]
fn every_sample_format_arrives() {
    let (mut end, mut tap) = capture_link(100, 1, SECOND);
    capture_callback(&mut end, &[0.5_f32]);
    capture_callback(&mut end, &[i16::MIN / 2]);
    capture_callback(&mut end, &[i32::MAX / 2]);
    capture_callback(&mut end, &[u16::MAX / 4 * 3]);
    capture_callback(&mut end, &[128_u8, 192]);
    let heard = drain(&mut tap);
    for (heard, expected) in heard.iter().zip([0.5, -0.5, 0.5, 0.5, 0.0, 0.5]) {
        assert!((heard - expected).abs() < 1e-3, "{heard} for {expected}");
    }
    assert_eq!(heard.len(), 6);
}

#[test]
fn sound_is_played_on_all_channels_followed_by_silence() {
    let (mut end, mut tap) = playback_link(100, 3, SECOND);
    tap.samples.push_slice(&[0.5, -0.5]);
    let mut data = [f32::NAN; 3 * 4];
    playback_callback(&mut end, &mut data);
    assert_eq!(data, [0.5, 0.5, 0.5, -0.5, -0.5, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(tap.clock.frames(), 2);
    let mut data = [9_u8; 3];
    playback_callback(&mut end, &mut data);
    assert_eq!(data, [128; 3], "silence is the middle of an unsigned format");
    assert_eq!(tap.clock.frames(), 2, "silence does not count");
}

#[test]
fn the_reference_has_what_was_played_with_silence_and_fade() {
    let (mut end, mut tap) = playback_link(100, 2, SECOND);
    let mut reference = tap.reference.take().unwrap();
    tap.samples.push_slice(&[0.5; 30]);
    let mut all = Vec::new();
    for callback in 0..4 {
        let mut data = [f32::NAN; 2 * 10];
        if callback == 1 {
            tap.clock.stop(5);
        }
        playback_callback(&mut end, &mut data);
        all.extend(data);
    }
    assert_eq!(drain(&mut reference), all);
    let left: Vec<f32> = all.chunks(2).map(|frame| frame[0]).collect();
    assert_eq!(left[..10], [0.5; 10]);
    assert!(left[10] < 0.5 && left[14] > 0.0 && left[15..].iter().all(|x| *x == 0.0));
}

#[test]
fn a_fade_spans_callbacks_and_drops_the_rest() {
    let (mut end, mut tap) = playback_link(100, 1, SECOND);
    tap.samples.push_slice(&[1.0; 90]);
    let mut data = [f32::NAN; 10];
    playback_callback(&mut end, &mut data);
    assert_eq!(tap.clock.stop(15), 10);
    let mut faded = Vec::new();
    for _ in 0..3 {
        assert_eq!(tap.clock.stopping(), faded.len() < 20);
        data.fill(f32::NAN);
        playback_callback(&mut end, &mut data);
        faded.extend(data);
    }
    assert!(faded[..15].windows(2).all(|pair| pair[0] > pair[1]) && faded[14] < 0.1);
    assert_eq!(faded[15..], [0.0; 15]);
    assert_eq!(tap.clock.frames(), 25);
    assert!(tap.samples.is_empty(), "the rest was dropped");
    tap.samples.push_slice(&[0.5; 3]);
    data.fill(f32::NAN);
    playback_callback(&mut end, &mut data);
    assert_eq!(data, [0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);

    // Without sound to fade, the stop is done at once.
    tap.clock.stop(15);
    playback_callback(&mut end, &mut data);
    assert!(!tap.clock.stopping());
    assert_eq!(tap.clock.frames(), 28);
}

#[test]
fn only_errors_that_end_the_stream_break_it_and_all_keep_their_text() {
    use cpal::ErrorKind::{DeviceChanged, DeviceNotAvailable, RealtimeDenied, Xrun};

    let beat = Arc::new(Beat::default());
    let (mut faults, mut errors) = faults(&beat);
    for kind in [Xrun, RealtimeDenied, DeviceChanged] {
        error_callback(&mut faults, cpal::Error::new(kind));
        assert!(!beat.broken.load(Ordering::Relaxed), "{kind:?}");
    }
    let text = "the card was unplugged";
    error_callback(&mut faults, cpal::Error::with_message(DeviceNotAvailable, text));
    assert!(beat.broken.load(Ordering::Relaxed));
    let told: Vec<cpal::Error> = errors.pop_iter().collect();
    let kinds: Vec<cpal::ErrorKind> = told.iter().map(cpal::Error::kind).collect();
    assert_eq!(kinds, [RealtimeDenied, DeviceChanged, DeviceNotAvailable]);
    assert_eq!(told[2].to_string(), text);
    assert_eq!(beat.xruns.load(Ordering::Relaxed), 1);
}
