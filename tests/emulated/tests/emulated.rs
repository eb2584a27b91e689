//! The satellite's firmware on an emulated Cortex-M4, at the other end of a real
//! byte stream.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod host;

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use host::Host;
use sayso_audio_io::read_all;
use sayso_board::{Board, Heard};
use sayso_core::link::Decoder;
use sayso_core::turn::Shown;
use sayso_emulated::{Wire, with_satellite, with_sealed_satellite, with_sleeping_satellite};
use sayso_satellite_board::{Satellite, SatelliteConfig, Security, generate_key};

/// Microphone samples per block.
const BLOCK: usize = 320;

/// A recorded question, 16 kHz.
fn question() -> Vec<i16> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../data/commands-misc-en/rh3_what_time_is_it.flac");
    let sound = read_all(&file, Duration::from_secs(60)).expect("the question");
    sound.samples.iter().map(|sample| (sample * 32_767.0) as i16).collect()
}

/// Sound to play at 24 kHz: the question, one and a half times as fast.
fn answer() -> Vec<i16> {
    question().iter().map(|sample| sample / 2).collect()
}

/// The noise-to-signal ratio of `got` against `sent` in dB, over the samples that arrived, and the
/// share of samples that arrived. `got` is a time line of blocks of 10 ms or longer; `None` is a
/// gap.
fn compare(sent: &[i16], got: &[Option<i16>]) -> (f64, f64) {
    // The loudest part of what was sent is used to align the two.
    let power = |part: &[i16]| part.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
    let probe = 2_400;
    let loudest = (0..sent.len() / probe)
        .max_by(|&a, &b| {
            power(&sent[a * probe..][..probe]).total_cmp(&power(&sent[b * probe..][..probe]))
        })
        .unwrap_or(0)
        * probe;
    let wanted = &sent[loudest..loudest + probe];
    // Relative to the power of the same samples, so that gaps do not count.
    let error = |at: usize| -> f64 {
        let (mut noise, mut signal) = (0.0, f64::MIN_POSITIVE);
        for (&a, b) in wanted.iter().zip(&got[at..]) {
            if let Some(b) = b {
                noise += (f64::from(a) - f64::from(*b)).powi(2);
                signal += f64::from(a).powi(2);
            }
        }
        if signal < 0.5 * power(wanted) { f64::INFINITY } else { noise / signal }
    };
    let last = got.len().saturating_sub(sent.len());
    let at = (0..=last)
        .min_by(|&a, &b| error(a + loudest).total_cmp(&error(b + loudest)))
        .expect("longer than what was sent");
    let (mut noise, mut signal, mut there) = (0.0, 1.0, 0);
    for (&a, b) in sent.iter().zip(&got[at..]) {
        if let Some(b) = b {
            noise += (f64::from(a) - f64::from(*b)).powi(2);
            signal += f64::from(a).powi(2);
            there += 1;
        }
    }
    (10.0 * (noise / signal).log10(), f64::from(there) / sent.len() as f64)
}

/// What the host received, on a time line that starts with the first block.
fn line(heard: &[(u32, Vec<i16>)]) -> Vec<Option<i16>> {
    let start = heard.iter().map(|(at, _)| *at).min().expect("something was heard");
    let end = heard.iter().map(|(at, _)| *at).max().expect("something was heard");
    let mut line = vec![None; (end - start) as usize + BLOCK];
    for (at, samples) in heard {
        for (place, sample) in line[(at - start) as usize..].iter_mut().zip(samples) {
            *place = Some(*sample);
        }
    }
    line
}

/// Waits until this many samples have been received, and those still under way: 2 s. The gate has to
/// be open all the time.
fn all_heard(host: &mut Host, samples: usize) {
    let last = |host: &Host| host.heard.iter().map(|(at, _)| *at).max().unwrap_or(0) as usize;
    let end = last(host) + samples + 32_000;
    host.until("all was heard", |host| last(host) > end);
}

#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask embedded --check"]
fn sound_arrives_at_both_ends_and_the_state_is_shown() {
    with_satellite(|satellite| {
        let mut host = Host::new(satellite.link());
        host.until("there is a session", |host| !host.sessions.is_empty());
        assert_eq!(host.sessions, ["mps2-an386"]);

        let question = question();
        satellite.say(&question).expect("it listens");
        host.until("the question came", |host| host.heard.len() * BLOCK > question.len());
        host.until("it is quiet again", |host| !host.status.open);
        let (noise, there) = compare(&question, &line(&host.heard));
        println!("up: noise {noise:.1} dB, {:.1} % there, {:?}", 100.0 * there, host.stats);
        assert!(noise < -15.0 && there > 0.95, "{noise} dB, {there}: {:?}", host.stats);

        host.condition.shown = Shown::Hearing;
        host.until("the lamp is lit", |_| satellite.lamp() == 15);
        host.condition.shown = Shown::Thinking;
        satellite.take_lamps();
        host.go_on(Duration::from_secs(3));
        let lamps = satellite.take_lamps();
        let breaths =
            |lamps: &[u8]| lamps.iter().any(|&x| x <= 1) && lamps.iter().any(|&x| x >= 14);
        assert!(breaths(&lamps), "it breathes: {lamps:?}");

        let answer = answer();
        host.condition.shown = Shown::Speaking;
        host.say(&answer);
        host.until("it was played", |host| host.status.played as usize == answer.len());
        let played: Vec<_> = satellite.played().expect("it plays").into_iter().map(Some).collect();
        let (noise, _) = compare(&answer, &played);
        println!("down: noise {noise:.1} dB, {:?}", host.stats);
        assert!(noise < -15.0, "{noise} dB: {:?}", host.stats);
        let counters = host.counters();
        assert_eq!((counters.lost, counters.resyncs, counters.malformed), (0, 0, 0));
    });
}

#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask embedded --check"]
fn the_button_mutes_and_a_hung_program_restarts() {
    with_satellite(|satellite| {
        let mut host = Host::new(satellite.link());
        host.until("there is a session", |host| !host.sessions.is_empty());
        satellite.button(true).expect("pressed");
        host.until("the press is reported", |host| host.status.presses == 1 && host.status.held);
        host.until("it is muted", |host| host.status.muted);
        host.until("its LED shows that", |_| satellite.mute_led());
        satellite.button(false).expect("released");
        host.until("the release is reported", |host| !host.status.held);
        satellite.say(&question()).expect("it listens");
        let clock = host.status.clock;
        host.until("the question is over", |host| host.status.clock > clock + 64_000);
        assert!(host.heard.is_empty(), "nothing is heard while it is muted");

        // The watchdog resets the satellite: it stays muted, or unmuted, as it was.
        for (sessions, muted) in [(2, true), (3, false)] {
            satellite.hang().expect("hung");
            host.until("it has started again", |host| host.sessions.len() == sessions);
            let clock = host.status.clock;
            host.until("it reports its state", |host| host.status.clock != clock);
            assert_eq!((host.status.muted, satellite.mute_led()), (muted, muted));
            satellite.say(&question()).expect("it listens");
            let clock = host.status.clock;
            host.until("the question is over", |host| {
                host.status.clock.wrapping_sub(clock) > 64_000
            });
            assert_eq!(host.heard.is_empty(), muted);
            if muted {
                satellite.button(true).expect("pressed");
                host.until("the mute has ended", |host| !host.status.muted);
                satellite.button(false).expect("released");
                host.until("the release is reported", |host| !host.status.held);
            }
        }
    });
}

#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask embedded --check"]
fn after_a_cold_start_it_is_muted_as_its_host_remembers() {
    with_satellite(|satellite| {
        std::thread::sleep(Duration::from_secs(1));
        assert!(satellite.mute_led(), "nobody has said yet");
        let mut host = Host::new(satellite.link());
        host.condition.muted = true;
        host.until("there is a session", |host| !host.sessions.is_empty());
        host.go_on(Duration::from_secs(1));
        assert!(host.status.muted && satellite.mute_led());
        // The host unmutes it, then mutes it again.
        for (order, muted) in [(1, false), (2, true)] {
            host.mute(order, muted);
            host.until("it has answered", |host| host.answer.is_some_and(|a| a.order == order));
            host.until("it says so", |host| host.status.muted == muted);
            host.until("its LED shows it", |_| satellite.mute_led() == muted);
        }
    });
    with_satellite(|satellite| {
        let mut host = Host::new(satellite.link());
        host.until("there is a session", |host| !host.sessions.is_empty());
        host.go_on(Duration::from_secs(1));
        assert!(!host.status.muted && !satellite.mute_led());
    });
}

/// Frames of the link in these bytes, as anyone on the way can read them.
fn readable(bytes: &[u8]) -> usize {
    let mut decoder = Decoder::new();
    bytes.iter().filter(|&&byte| matches!(decoder.push(byte), Some(Ok(_)))).count()
}

/// With the assistant's board at the other end of a bridge, encryption included.
#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask embedded --check"]
fn with_a_key_the_sound_arrives_and_the_bridge_can_read_none_of_it() {
    let key = generate_key().expect("entropy");
    let digits = format!("{key:x}");
    let listen = |address: SocketAddr, security| -> Result<(usize, Vec<f32>), String> {
        let address = format!("tcp:{address}").parse().expect("an address");
        let config = SatelliteConfig { address, security, volume: 100, name: None };
        let mut board = Satellite::new(config);
        let (mut microphone, mut loudspeaker) =
            board.start(24_000).map_err(|error| error.to_string())?;
        // Opens the gate.
        let mut panel = board.panel().expect("a panel");
        panel.show(Shown::Speaking);
        let said = loudspeaker.write(&vec![0.25; 48_000]);
        let mut heard = Vec::<f32>::new();
        let end = Instant::now() + Duration::from_secs(6);
        while Instant::now() < end {
            let mut buffer = [f32::NAN; 512];
            if let Heard::Samples(n) = microphone.read(&mut buffer, Duration::from_millis(50)) {
                heard.extend(&buffer[..n]);
            }
        }
        assert_eq!(loudspeaker.queued(), 0);
        assert!(heard.iter().all(|sample| sample.is_finite()));
        Ok((said, heard))
    };
    let loud = |heard: &[f32]| heard.iter().filter(|sample| sample.abs() > 0.05).count();
    let question = question();
    let due = loud(&question.iter().map(|&s| f32::from(s) / 32_768.0).collect::<Vec<_>>());

    with_sealed_satellite(&digits, |satellite| {
        let wire = Wire::to(satellite.link()).expect("a wire");
        satellite.say(&vec![0; 32_000]).expect("it listens");
        satellite.say(&question).expect("it listens");
        let (_, heard) = listen(wire.address(), Security::Key(key.clone())).expect("a session");
        let came = loud(&heard);
        assert!(came * 10 > due * 8, "{came} of {due}");
        let played = satellite.played().expect("it plays");
        assert!(played.iter().filter(|sample| **sample > 7_000).count() > 40_000);
        let bytes = wire.take_carried();
        assert!(bytes.len() > 50_000, "{}", bytes.len());
        assert_eq!(readable(&bytes), 0);

        // A host with another key, or with none, gets nothing and learns why.
        let error = listen(wire.address(), Security::Key(generate_key().expect("entropy")));
        let error = error.expect_err("no session");
        assert!(error.contains("another key"), "{error}");
        let error = listen(wire.address(), Security::LoopbackOnly).expect_err("no session");
        assert!(error.contains("satellite.key"), "{error}");
    });
    // Without a key, the same bridge can read everything.
    with_satellite(|satellite| {
        let wire = Wire::to(satellite.link()).expect("a wire");
        listen(wire.address(), Security::LoopbackOnly).expect("a session");
        assert!(readable(&wire.take_carried()) > 200);
    });
}

#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask embedded --check"]
fn a_lost_byte_costs_the_block_it_was_in() {
    with_satellite(|satellite| {
        let wire = Wire::to(satellite.link()).expect("a wire");
        let mut host = Host::new(wire.address());
        host.until("there is a session", |host| !host.sessions.is_empty());
        wire.lose_one_of(2_000);
        host.condition.shown = Shown::Speaking;
        let (question, answer) = (question(), answer());
        satellite.say(&question).expect("it listens");
        host.say(&answer);
        host.until("the answer was played", |host| {
            host.status.played as usize >= answer.len() - 2 * 480
        });
        all_heard(&mut host, question.len());
        let (noise, there) = compare(&question, &line(&host.heard));
        let counters = host.counters();
        println!(
            "up: noise {noise:.1} dB, {:.1} % there; {} of {} bytes lost; {counters:?} {:?}",
            100.0 * there,
            wire.lost(),
            wire.lost() + wire.carried(),
            host.stats
        );
        assert!(wire.lost() > 5, "{}", wire.lost());
        assert!(counters.resyncs > 0 && counters.lost > 0, "{counters:?}");
        // A lost byte costs its frame, or two frames if it was the boundary between them.
        assert!(counters.lost <= 2 * wire.lost() as u32, "{counters:?}");
        assert!(noise < -15.0 && there > 0.7, "what came is whole: {noise} dB, {there}");
        assert_eq!(host.sessions.len(), 1, "no session was lost");
        host.until("its losses are reported", |host| {
            host.stats.is_some_and(|stats| stats.lost > 0)
        });
    });
}

#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask embedded --check"]
fn after_a_cut_the_link_is_restored() {
    with_satellite(|satellite| {
        let wire = Wire::to(satellite.link()).expect("a wire");
        let mut host = Host::new(wire.address());
        host.until("there is a session", |host| !host.sessions.is_empty());
        host.condition.shown = Shown::Speaking;
        let answer = answer();
        host.say(&answer);
        host.until("it speaks", |host| host.status.played > 4_800);
        wire.cut(true);
        satellite.take_lamps();
        host.go_on(Duration::from_secs(3));
        assert!(satellite.take_lamps().contains(&0), "it shows that nobody is there");
        wire.cut(false);
        // In a new session its sound begins at place 0.
        host.until("there is a session again", |host| host.sessions.len() == 2);
        host.until("it was played", |host| host.status.played as usize == answer.len());
        let played: Vec<_> = satellite.played().expect("it plays").into_iter().map(Some).collect();
        let question = question();
        satellite.say(&question).expect("it listens");
        all_heard(&mut host, question.len());
        let (noise, _) = compare(&answer, &played);
        assert!(noise < -15.0, "{noise} dB: {:?}", host.stats);
        let (noise, there) = compare(&question, &line(&host.heard));
        assert!(noise < -15.0 && there > 0.95, "{noise} dB, {there}: {:?}", host.stats);
    });
}

#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask embedded --check"]
fn a_stalled_host_does_not_stop_the_sound() {
    with_satellite(|satellite| {
        let mut host = Host::new(satellite.link());
        host.until("there is a session", |host| !host.sessions.is_empty());
        // The host sends, so that there is a session, but no longer reads.
        host.condition.shown = Shown::Speaking;
        host.reads = false;
        let before = satellite.played().expect("it plays").len();
        host.go_on(Duration::from_secs(5));
        let played = satellite.played().expect("it plays").len() - before;
        assert!(played > 3 * 24_000, "the interrupt goes on: {played} samples");
        host.reads = true;
        host.until("the losses are reported", |host| {
            host.stats.is_some_and(|stats| stats.dropped > 0)
        });
        host.until("it is heard again", |host| host.status.open);
    });
}

/// Nothing leaves a satellite with a wake phrase before the phrase was said; what follows comes
/// whole, and the phrase counts as a press of the button.
#[test]
#[ignore = "an emulator in real time wants the machine for itself: cargo xtask embedded --check"]
fn a_sleeping_satellite_sends_nothing_before_the_phrase() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/wake/goldens/alexa_131.flac");
    let sound = read_all(&file, Duration::from_secs(60)).expect("the phrase");
    let phrase: Vec<i16> = sound.samples.iter().map(|s| (s * 32_767.0) as i16).collect();
    // Without the quiet after it, as in one breath: the phrase ends after 0.74 s.
    let phrase = &phrase[..phrase.len().min(12_480)];
    with_sleeping_satellite(|satellite| {
        let mut host = Host::new(satellite.link());
        host.until("there is a session", |host| !host.sessions.is_empty());
        host.condition.shown = Shown::Asleep;
        let question = question();
        satellite.say(&question).expect("it listens");
        host.go_on(Duration::from_secs(4));
        assert!(host.heard.is_empty(), "{} blocks left it", host.heard.len());
        assert_eq!((host.status.open, host.status.presses), (false, 0));

        satellite.say(&[phrase, &question].concat()).expect("it listens");
        host.until("it was called", |host| host.status.presses == 1);
        host.condition.shown = Shown::Hearing;
        // A quarter of a second of the phrase comes first.
        let whole = question.len() + 12_800;
        host.until("the question came", |host| host.heard.len() * BLOCK >= whole);
        host.condition.shown = Shown::Asleep;
        let heard = line(&host.heard);
        let (noise, there) = compare(&question, &heard);
        println!("noise {noise:.1} dB, {:.1} % there, {} samples", 100.0 * there, heard.len());
        assert!(noise < -15.0 && there > 0.95, "{noise} dB, {there}: {:?}", host.stats);
        // At most a quarter of a second of the phrase, and the pauses of the link.
        assert!(heard.len() < question.len() + 16_000 + 32_000, "{}", heard.len());

        // It sleeps again.
        host.go_on(Duration::from_secs(10));
        assert!(!host.status.open);
        let before = host.heard.len();
        satellite.say(&question).expect("it listens");
        host.go_on(Duration::from_secs(4));
        assert_eq!(host.heard.len(), before);
    });
}
