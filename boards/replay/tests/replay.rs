//! The replay board is exact to the sample, and the same every time.

#![allow(clippy::unwrap_used, clippy::panic)] // Helpers of tests count as tests.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use sayso_audio_io::{SoundFile, WavWriter};
use sayso_board::{Board, BoardErrorKind, Heard, Loudspeaker, Microphone};
use sayso_core::audio::{SampleTime, Samples};
use sayso_replay::{Layout, Output, Pace, Replay, ReplayHandle};

type Running = (ReplayHandle, Box<dyn Microphone>, Box<dyn Loudspeaker>);

fn start(mut board: Replay, voice_rate: u32) -> Running {
    let handle = board.handle();
    let (microphone, loudspeaker) = board.start(voice_rate).unwrap();
    (handle, microphone, loudspeaker)
}

fn ramp(n: usize) -> Vec<f32> {
    (1..=n).map(|i| i as f32 / 100_000.0).collect()
}

/// Reads `n` samples, however many reads that takes.
fn read(microphone: &mut dyn Microphone, n: usize) -> Vec<f32> {
    let mut samples = vec![f32::NAN; n];
    let mut at = 0;
    while at < n {
        match microphone.read(&mut samples[at..], Duration::from_secs(1)) {
            Heard::Samples(got) => at += got,
            other => panic!("{other:?} after {at} of {n} samples"),
        }
    }
    samples
}

fn read_to_end(microphone: &mut dyn Microphone) -> usize {
    let mut total = 0;
    loop {
        let mut buffer = [f32::NAN; 512];
        match microphone.read(&mut buffer, Duration::from_secs(1)) {
            Heard::Samples(n) => {
                assert!(buffer[..n].iter().all(|sample| sample.is_finite()));
                total += n;
            }
            Heard::Nothing => {}
            Heard::End | Heard::Left => return total,
        }
    }
}

#[test]
fn the_reply_is_at_the_time_at_which_it_was_played() {
    let board = Replay::from_samples(ramp(16_000)).output(Output::Memory(Layout::Stereo));
    let (handle, mut microphone, mut loudspeaker) = start(board, 24_000);
    assert_eq!(read(&mut *microphone, 8_001), ramp(8_001));
    assert_eq!(handle.now(), SampleTime(8_001));
    assert_eq!(loudspeaker.write(&ramp(1_000)), 1_000);
    assert_eq!((loudspeaker.played(), loudspeaker.queued()), (0, 1_000));
    read(&mut *microphone, 2);
    // 8,001 microphone samples are 12,001.5 voice samples, 8,003 are 12,004.5.
    assert_eq!((loudspeaker.played(), loudspeaker.queued()), (3, 997));
    let rest = read_to_end(&mut *microphone);
    assert_eq!(microphone.read(&mut [0.0; 8], Duration::ZERO), Heard::End);

    let tracks = handle.finish().unwrap().unwrap();
    assert_eq!((tracks.rate, tracks.channels), (24_000, 2));
    let frames = (8_003 + rest) as u64 * 3 / 2;
    assert!((tracks.samples.len() as u64 / 2).abs_diff(frames) <= 1);
    let right: Vec<f32> = tracks.samples.chunks(2).map(|frame| frame[1]).collect();
    let mut expected = vec![0.0; right.len()];
    expected[12_001..13_001].copy_from_slice(&ramp(1_000));
    assert!(right == expected, "the reply is not where it was played");
    // The user's track keeps its time too: it is the ramp, resampled.
    for n in [3_000, 9_000, 20_000] {
        let ear = n as f32 / 1.5;
        assert!((tracks.samples[2 * n] - (ear + 1.0) / 100_000.0).abs() < 1e-4);
    }
}

#[test]
fn the_reply_layout_is_the_reply_alone_from_time_zero() {
    let board = Replay::from_samples(ramp(4_000)).output(Output::Memory(Layout::Reply));
    let (handle, mut microphone, mut loudspeaker) = start(board, 16_000);
    read(&mut *microphone, 100);
    loudspeaker.write(&[0.5, 0.25]);
    let total = 100 + read_to_end(&mut *microphone);
    let tracks = handle.finish().unwrap().unwrap();
    assert_eq!(tracks.channels, 1);
    assert_eq!(tracks.samples.len(), total);
    assert_eq!(tracks.samples[99..103], [0.0, 0.5, 0.25, 0.0]);
}

#[test]
fn stop_fades_and_counts_the_fade_as_played() {
    let board = Replay::from_samples(vec![0.0; 100]).output(Output::Memory(Layout::Reply));
    let (handle, mut microphone, mut loudspeaker) = start(board, 16_000);
    loudspeaker.write(&vec![1.0; 1_000]);
    read(&mut *microphone, 100);
    let fade = Duration::from_millis(5);
    assert_eq!(loudspeaker.stop(fade), 1_000 - 100 - 80);
    assert_eq!((loudspeaker.played(), loudspeaker.queued()), (100, 80));
    // Sound that is written next comes after the fade.
    loudspeaker.write(&[0.5; 10]);
    read_to_end(&mut *microphone);
    assert_eq!((loudspeaker.played(), loudspeaker.queued()), (190, 0));
    assert_eq!(loudspeaker.stop(fade), 0);

    let samples = handle.finish().unwrap().unwrap().samples;
    assert!(samples[..100].iter().all(|x| *x == 1.0));
    assert!(samples[99..181].windows(2).all(|pair| pair[1] < pair[0] || pair[1] == 0.5));
    assert!(samples[179] < 0.02, "the fade ends at {}", samples[179]);
    assert_eq!(samples[180..190], [0.5; 10]);
    assert!(samples[190..].iter().all(|x| *x == 0.0));
}

#[test]
fn it_ends_when_everything_was_quiet_for_the_tail() {
    let quiet = || Replay::from_samples(vec![0.0; 512]).tail(Duration::from_secs(1));
    let (_handle, mut microphone, _loudspeaker) = start(quiet(), 16_000);
    assert_eq!(read_to_end(&mut *microphone), 512 + 16_000 / 512 * 512 + 512);

    // A reply that is playing keeps it open: 2 s more.
    let (_handle, mut microphone, mut loudspeaker) = start(quiet(), 16_000);
    loudspeaker.write(&vec![0.1; 32_000]);
    assert!(read_to_end(&mut *microphone) >= 32_000 + 16_000);
    assert_eq!(loudspeaker.queued(), 0);

    // So does a guard of `busy`, until the longest tail.
    let (handle, mut microphone, _loudspeaker) =
        start(quiet().max_tail(Duration::from_secs(5)), 16_000);
    let busy = handle.busy();
    read(&mut *microphone, 4 * 16_000);
    drop(busy);
    let rest = read_to_end(&mut *microphone);
    assert!((16_000..16_600).contains(&rest), "{rest}");
    let (handle, mut microphone, _loudspeaker) =
        start(quiet().max_tail(Duration::from_secs(5)), 16_000);
    let _busy = handle.busy();
    assert!((80_000..82_000).contains(&read_to_end(&mut *microphone)));

    // A call of `end` ends it at once, but not during a reply.
    let (handle, mut microphone, mut loudspeaker) = start(quiet(), 16_000);
    loudspeaker.write(&[0.1; 1_024]);
    handle.end();
    assert_eq!(read_to_end(&mut *microphone), 1_024);
}

#[test]
fn a_hold_stops_the_clock_for_other_threads() {
    let (handle, mut microphone, mut loudspeaker) =
        start(Replay::from_samples(ramp(1_000)).output(Output::Memory(Layout::Reply)), 16_000);
    read(&mut *microphone, 500);
    let hold = handle.hold();
    let wait = Duration::from_millis(5);
    assert_eq!(microphone.read(&mut [0.0; 64], wait), Heard::Nothing);
    assert_eq!(handle.now(), SampleTime(500));
    let worker = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        loudspeaker.write(&[0.5]);
        drop(hold);
    });
    // This waits for the release, not for the time-out.
    let heard = microphone.read(&mut [0.0; 64], Duration::from_secs(60));
    assert_eq!(heard, Heard::Samples(64));
    worker.join().unwrap();
    let samples = handle.finish().unwrap().unwrap().samples;
    assert_eq!(samples.len(), 564);
    assert_eq!(samples[499..502], [0.0, 0.5, 0.0]);
}

#[test]
fn recordings_follow_each_other_without_a_gap() {
    let (handle, mut microphone, _loudspeaker) = start(Replay::from_samples(ramp(300)), 16_000);
    handle.append_samples(ramp(200));
    let heard = read(&mut *microphone, 600);
    assert_eq!(heard, [ramp(300), ramp(200), vec![0.0; 100]].concat());
    handle.append_samples(ramp(50));
    assert_eq!(read(&mut *microphone, 60), [ramp(50), vec![0.0; 10]].concat());
}

#[test]
fn input_files_are_heard_and_output_files_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let (question, answer) = (dir.path().join("question.wav"), dir.path().join("answer.wav"));
    let mut writer = WavWriter::create(&question, 48_000, 1).unwrap();
    writer.write(&vec![0.5; 48_000]).unwrap();
    writer.finish().unwrap();

    let board =
        Replay::open(&question).unwrap().output(Output::File(answer.clone(), Layout::Stereo));
    let (handle, mut microphone, mut loudspeaker) = start(board, 24_000);
    read(&mut *microphone, 16_000);
    loudspeaker.write(&[0.25; 12_000]);
    read_to_end(&mut *microphone);
    assert_eq!(handle.finish().unwrap(), None);
    let written = SoundFile::open_at(&answer, 24_000).unwrap();
    assert_eq!((written.source_rate(), written.source_channels()), (24_000, 2));
    let samples: Vec<f32> = hound::WavReader::open(&answer)
        .unwrap()
        .into_samples::<i16>()
        .map(|sample| f32::from(sample.unwrap()) / 32_767.0)
        .collect();
    let at = |n: usize| (samples[2 * n], samples[2 * n + 1]);
    // First what is heard on the left, then what is played after it on the right, then nothing.
    let near = |(left, right): (f32, f32), what: (f32, f32)| {
        (left - what.0).abs() < 1e-3 && (right - what.1).abs() < 1e-3
    };
    assert!(near(at(12_000), (0.5, 0.0)) && near(at(30_000), (0.0, 0.25)), "{:?}", at(30_000));
    assert!(samples[2 * 36_200..].iter().all(|x| x.abs() < 1e-3));

    assert_eq!(
        Replay::open(dir.path().join("none")).err().unwrap().kind(),
        BoardErrorKind::NotFound
    );
    let mut board = Replay::from_samples(vec![])
        .output(Output::File(dir.path().join("no/such/folder.wav"), Layout::Reply));
    assert_eq!(board.start(24_000).err().unwrap().kind(), BoardErrorKind::Io);
    let mut board = Replay::from_samples(vec![]);
    let _running = board.start(24_000).unwrap();
    assert_eq!(board.start(24_000).err().unwrap().kind(), BoardErrorKind::Spent);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    let mut board = Replay::from_samples(vec![0.1; 64_000])
        .output(Output::File("/dev/full".into(), Layout::Stereo));
    // The header itself does not fit.
    let error = board.start(24_000).err().unwrap();
    assert_eq!(error.kind(), BoardErrorKind::Io);
    assert!(error.to_string().contains("/dev/full"), "{error}");
}

#[test]
fn real_time_keeps_the_wall_clock() {
    let began = Instant::now();
    let board = Replay::from_samples(ramp(4_800))
        .pace(Pace::RealTime)
        .tail(Duration::from_millis(100))
        .output(Output::Memory(Layout::Reply));
    let (handle, mut microphone, mut loudspeaker) = start(board, 16_000);
    assert_eq!(microphone.read(&mut [0.0; 16], Duration::ZERO), Heard::Nothing);
    assert_eq!(read(&mut *microphone, 1_600), ramp(1_600));
    // Not before its time.
    assert!(began.elapsed() >= Duration::from_millis(100));
    loudspeaker.write(&[0.5; 800]);
    let before = handle.now();
    std::thread::sleep(Duration::from_millis(20));
    assert!(handle.now() >= before + Samples::from_ms(20), "time goes on without a reader");
    let total = 1_600 + read_to_end(&mut *microphone);
    assert!(total >= 4_800 + 1_600);
    assert!(began.elapsed().as_secs_f64() >= total as f64 / 16_000.0);
    assert_eq!((loudspeaker.played(), loudspeaker.queued()), (800, 0));
    let reply = handle.finish().unwrap().unwrap().samples;
    let at = reply.iter().position(|x| *x == 0.5).unwrap();
    assert!(at >= 1_600, "the reply cannot sound before it was written");
    assert_eq!(reply.iter().filter(|x| **x == 0.5).count(), 800);
}

#[derive(Clone, Debug)]
enum Step {
    Read(usize),
    Write(usize),
    Stop(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1_usize..3_000).prop_map(Step::Read),
        (0_usize..3_000).prop_map(Step::Write),
        (0_u64..30).prop_map(Step::Stop),
    ];
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #[test]
    fn every_sample_is_played_queued_or_dropped_and_runs_repeat(
        steps in steps(),
        voice_rate in proptest::sample::select(vec![16_000_u32, 22_050, 24_000, 44_100, 48_000]),
    ) {
        let run = || {
            let board =
                Replay::from_samples(ramp(9_000)).output(Output::Memory(Layout::Stereo));
            let (handle, mut microphone, mut loudspeaker) = start(board, voice_rate);
            let (mut written, mut dropped, mut played) = (0, 0, 0);
            let mut log = Vec::new();
            for step in &steps {
                match step {
                    Step::Read(n) => {
                        let due = |t: SampleTime| t.0 * u64::from(voice_rate) / 16_000;
                        let (from, queued) = (due(handle.now()), loudspeaker.queued() as u64);
                        log.extend(read(&mut *microphone, *n));
                        let elapsed = due(handle.now()) - from;
                        prop_assert_eq!(loudspeaker.played() - played, queued.min(elapsed));
                    }
                    Step::Write(n) => written += loudspeaker.write(&vec![0.5; *n]) as u64,
                    Step::Stop(ms) => {
                        dropped += loudspeaker.stop(Duration::from_millis(*ms)) as u64;
                        let fade = ms * u64::from(voice_rate) / 1_000 + 1;
                        prop_assert!(loudspeaker.queued() as u64 <= fade);
                    }
                }
                prop_assert!(loudspeaker.played() >= played);
                played = loudspeaker.played();
                prop_assert_eq!(written, played + loudspeaker.queued() as u64 + dropped);
            }
            let clock = handle.now();
            let tracks = handle.finish().unwrap().unwrap();
            let frames = clock.0 * u64::from(voice_rate) / 16_000;
            prop_assert!((tracks.samples.len() as u64 / 2).abs_diff(frames) <= 1);
            Ok((log, tracks))
        };
        let (first, second) = (run()?, run()?);
        prop_assert_eq!(first, second);
    }
}
