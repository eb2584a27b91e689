//! The board with a satellite in Rust, over TCP and over a pseudo-terminal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sayso_board::{
    Board, BoardErrorKind, Heard, Loudspeaker, Microphone, Mute, Panel, Press, Watch,
};
use sayso_core::link::{Codec, Message, SatelliteHello, encode};
use sayso_core::turn::Shown;
use sayso_satellite_board::{Satellite as Host, SatelliteConfig, Security};
use support::{Body, Satellite, description, wait_until};

const VOICE: u32 = 24_000;

/// The next connection.
fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn config(address: &str) -> SatelliteConfig {
    SatelliteConfig {
        address: address.parse().unwrap(),
        security: Security::LoopbackOnly,
        volume: 80,
        name: None,
    }
}

fn host(address: &str) -> Host {
    Host::new(config(address))
}

/// A connected host, and what it needs to connect again.
struct Setup {
    microphone: Box<dyn Microphone>,
    loudspeaker: Box<dyn Loudspeaker>,
    panel: Box<dyn Panel>,
    satellite: Satellite,
    listener: TcpListener,
    /// The wire, opened a second time if a test asks for it.
    wire: Option<TcpStream>,
}

fn connect(codec: Codec) -> Setup {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let mut host = host(&address);
    let starting = std::thread::spawn(move || {
        let streams = host.start(VOICE);
        (streams, host.panel())
    });
    let stream = accept(&listener);
    let wire = Some(stream.try_clone().unwrap());
    let satellite = Satellite::start(stream, description(codec), Arc::default());
    let (streams, panel) = starting.join().unwrap();
    let (microphone, loudspeaker) = streams.unwrap();
    Setup { microphone, loudspeaker, panel: panel.unwrap(), satellite, listener, wire }
}

/// A tone that stands out.
fn tone(rate: f32, length: usize) -> Vec<f32> {
    (0..length).map(|n| 0.5 * (n as f32 * 440.0 * std::f32::consts::TAU / rate).sin()).collect()
}

/// How much of a 440 Hz tone is in `sound`, at its best stretch of `length`, as amplitude.
fn loudness(sound: &[f32], rate: f32, length: usize) -> f32 {
    let at = |from: usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in sound[from..from + length].iter().enumerate() {
            let angle = n as f32 * 440.0 * std::f32::consts::TAU / rate;
            re += sample * angle.cos();
            im += sample * angle.sin();
        }
        2.0 * (re * re + im * im).sqrt() / length as f32
    };
    (0..sound.len().saturating_sub(length)).step_by(length / 8).map(at).fold(0.0, f32::max)
}

fn listen(microphone: &mut dyn Microphone, samples: usize) -> Vec<f32> {
    let mut heard = Vec::<f32>::new();
    while heard.len() < samples {
        let mut buffer = [f32::NAN; 512];
        if let Heard::Samples(n) = microphone.read(&mut buffer, Duration::from_millis(200)) {
            heard.extend(&buffer[..n]);
        }
    }
    assert!(heard.iter().all(|sample| sample.is_finite()));
    heard
}

fn hears(satellite: &Satellite, sound: &[f32]) {
    let mut body = satellite.body.lock().unwrap();
    body.hears.extend(sound.iter().map(|sample| (sample * 32_767.0) as i16));
}

fn played(satellite: &Satellite) -> Vec<f32> {
    let body = satellite.body.lock().unwrap();
    body.played.iter().map(|&sample| f32::from(sample) / 32_768.0).collect()
}

/// Checks both directions.
fn carries_both_ways(setup: &mut Setup) {
    carries_for(setup, 1);
}

/// The same with this many seconds of sound in each direction, of which half a second must arrive
/// whole.
fn carries_for(setup: &mut Setup, seconds: usize) {
    // Sound that arrived while nobody listened.
    let mut old = [0.0; 512];
    while setup.microphone.read(&mut old, Duration::ZERO) != Heard::Nothing {}
    hears(&setup.satellite, &tone(16_000.0, seconds * 16_000));
    let heard = listen(setup.microphone.as_mut(), seconds * 16_000 + 8_000);
    assert!(loudness(&heard, 16_000.0, 8_000) > 0.45, "the microphone's sound arrives");
    let before = setup.loudspeaker.played();
    let sound = tone(24_000.0, seconds * 24_000);
    assert_eq!(setup.loudspeaker.write(&sound[..24_000]), 24_000);
    let mut rest = &sound[24_000..];
    wait_until("all is taken", || {
        rest = &rest[setup.loudspeaker.write(rest)..];
        rest.is_empty()
    });
    wait_until("all is played", || setup.loudspeaker.queued() == 0);
    assert!(setup.loudspeaker.played() > before);
    // Sound that it reports as played may stay in its loudspeaker's queue for one more block.
    wait_until("it is heard", || loudness(&played(&setup.satellite), 24_000.0, 12_000) > 0.45);
}

#[test]
fn sound_goes_both_ways_over_tcp() {
    for codec in [Codec::Pcm, Codec::Adpcm] {
        let mut setup = connect(codec);
        carries_both_ways(&mut setup);
        assert_eq!(setup.loudspeaker.played(), 24_000);
        let counters = setup.satellite.body.lock().unwrap().counters;
        assert_eq!((counters.lost, counters.resyncs, counters.sessions), (0, 0, 1));
    }
}

#[test]
fn the_reference_is_aligned_with_what_is_heard() {
    let mut setup = connect(Codec::Pcm);
    setup.loudspeaker.write(&tone(24_000.0, 36_000));
    let mut reference = Vec::<f32>::new();
    while setup.loudspeaker.queued() > 0 {
        let [mut buffer, mut beside] = [[f32::NAN; 512]; 2];
        if let Heard::Samples(n) = setup.microphone.read(&mut buffer, Duration::from_millis(100)) {
            setup.microphone.reference(&mut beside);
            reference.extend(&beside[..n]);
        }
    }
    assert!(reference.iter().all(|sample| sample.is_finite()));
    assert!(loudness(&reference, 16_000.0, 8_000) > 0.4);
}

#[test]
fn lamp_volume_and_buttons_get_through() {
    let mut setup = connect(Codec::Pcm);
    setup.panel.show(Shown::Thinking);
    wait_until("the lamp shows it", || {
        let status = setup.satellite.body.lock().unwrap().status;
        status.is_some_and(|status| (status.shown, status.volume) == (Shown::Thinking, 80))
    });
    assert_eq!(setup.panel.pressed(), None);
    setup.satellite.body.lock().unwrap().presses += 1;
    let mut pressed = None;
    wait_until("the press arrives", || {
        pressed = setup.panel.pressed();
        pressed.is_some()
    });
    assert_eq!(pressed, Some(Press::Talk));
    setup.satellite.body.lock().unwrap().muted = true;
    wait_until("the mute arrives", || setup.panel.pressed() == Some(Press::Dismiss));
    // While muted it is silent, and nothing counts as missing.
    let missing = setup.microphone.stats().missing;
    assert!(listen(setup.microphone.as_mut(), 8_000).iter().skip(4_000).all(|&s| s == 0.0));
    assert_eq!(setup.microphone.stats().missing, missing);
}

#[test]
fn a_stop_is_heard_soon() {
    let mut setup = connect(Codec::Pcm);
    setup.loudspeaker.write(&tone(24_000.0, 120_000));
    wait_until("it plays", || setup.loudspeaker.played() > 12_000);
    let dropped = setup.loudspeaker.stop(Duration::from_millis(20)) as u64;
    let total = setup.loudspeaker.played() + setup.loudspeaker.queued() as u64;
    assert_eq!(total + dropped, 120_000);
    wait_until("it is silent", || setup.loudspeaker.queued() == 0);
    std::thread::sleep(Duration::from_millis(300));
    let sound = played(&setup.satellite);
    assert!(sound[sound.len() - 1_200..].iter().all(|&sample| sample == 0.0));
    // The sound that was really played is the sound that was reported, except for blocks on their
    // way.
    let sounded = sound.iter().filter(|sample| sample.abs() > 0.0).count() as u64;
    assert!(sounded.abs_diff(total) < 2_400, "{sounded} {total}");
}

#[test]
fn lost_bytes_are_concealed() {
    let mut setup = connect(Codec::Adpcm);
    // One byte in 2500, in blocks of about 200: 8 of 100 blocks.
    setup.satellite.body.lock().unwrap().loss = 4;
    let before = listen(setup.microphone.as_mut(), 1_600).len();
    assert!(before >= 1_600);
    // Long enough that some half a second has hardly any loss in it.
    carries_for(&mut setup, 6);
    let counters = setup.satellite.body.lock().unwrap().counters;
    assert!(counters.lost > 0 && counters.resyncs > 0, "{counters:?}");
    assert!(setup.microphone.stats().dropped > 0);
}

#[test]
fn a_cut_wire_is_restored() {
    let mut setup = connect(Codec::Pcm);
    carries_both_ways(&mut setup);
    let body = Arc::clone(&setup.satellite.body);
    setup.loudspeaker.write(&tone(24_000.0, 48_000));
    setup.satellite.pause();
    setup.wire = None;
    setup.satellite = Satellite::start(accept(&setup.listener), description(Codec::Pcm), body);
    wait_until("a second session", || setup.satellite.body.lock().unwrap().sessions == 2);
    // Nothing waits for ever.
    wait_until("the rest is over", || setup.loudspeaker.queued() == 0);
    carries_both_ways(&mut setup);
    assert_eq!(setup.loudspeaker.stats().reopened, 1);
    assert!(setup.microphone.stats().missing > 0);
}

#[test]
fn a_satellite_that_restarts_on_the_same_wire_gets_a_new_session() {
    let mut setup = connect(Codec::Pcm);
    let body = Arc::clone(&setup.satellite.body);
    setup.satellite.pause();
    let wire = setup.wire.take().unwrap();
    setup.satellite = Satellite::start(wire, description(Codec::Pcm), body);
    wait_until("a second session", || setup.satellite.body.lock().unwrap().sessions == 2);
    carries_both_ways(&mut setup);
}

/// As after a supervisor has given up on a session: threads that hang still hold the streams of
/// before.
#[test]
fn a_board_that_is_started_again_abandons_the_streams_of_before() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut host = host(&format!("tcp:{}", listener.local_addr().unwrap()));
    let body: Arc<Mutex<Body>> = Arc::default();
    let mut old: Vec<(Box<dyn Microphone>, Box<dyn Loudspeaker>)> = Vec::new();
    let mut links: Vec<Box<dyn Watch>> = Vec::new();
    for n in 1..=3 {
        let (streams, satellite) = std::thread::scope(|scope| {
            let starting = scope.spawn(|| host.start(VOICE));
            let stream = accept(&listener);
            let satellite = Satellite::start(stream, description(Codec::Pcm), Arc::clone(&body));
            (starting.join().unwrap().unwrap(), satellite)
        });
        let (microphone, loudspeaker) = streams;
        // The old streams end, and do no harm.
        for (microphone, loudspeaker) in &mut old {
            assert_eq!(microphone.read(&mut [0.0; 512], Duration::from_secs(1)), Heard::End);
            loudspeaker.write(&[0.9; 1_000]);
        }
        assert_eq!(body.lock().unwrap().sessions, n);
        let link = host.links();
        assert_eq!(link.len(), 1);
        assert!(link[0].beats().is_some() && links.iter().all(|link| link.beats().is_none()));
        links.extend(link);
        let panel = host.panel().unwrap();
        let wire = None;
        let spare = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut setup = Setup { microphone, loudspeaker, panel, satellite, listener: spare, wire };
        carries_both_ways(&mut setup);
        // The satellite's end is closed together with the host's.
        let Setup { microphone, loudspeaker, .. } = setup;
        old.push((microphone, loudspeaker));
    }
}

#[test]
fn mute_is_sent_to_a_satellite_and_remembered_when_it_has_lost_its_power() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let told = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&told);
    let mute = Mute::new(true, move || *theirs.lock().unwrap() += 1);
    let mut host = host(&address).with_mute(mute.clone());
    let body: Arc<Mutex<Body>> = Arc::default();
    body.lock().unwrap().muted = true;
    let start = |host: &mut Host| {
        std::thread::scope(|scope| {
            let starting = scope.spawn(|| host.start(VOICE).unwrap());
            let stream = accept(&listener);
            let satellite = Satellite::start(stream, description(Codec::Pcm), Arc::clone(&body));
            (starting.join().unwrap(), satellite)
        })
    };
    let (_streams, _satellite) = start(&mut host);
    assert_eq!(body.lock().unwrap().remembered, Some(true));
    assert_eq!(*told.lock().unwrap(), 0, "it knew");
    body.lock().unwrap().muted = false;
    wait_until("its end is reported", || !mute.is_set() && *told.lock().unwrap() == 1);
    body.lock().unwrap().muted = true;
    wait_until("it is reported again", || mute.is_set() && *told.lock().unwrap() == 2);
    // The program ends it and sets it, and the satellite follows.
    for muted in [false, true] {
        mute.order(muted);
        wait_until("it follows", || body.lock().unwrap().muted == muted);
    }
    std::thread::sleep(Duration::from_millis(300));
    assert!(mute.is_set() && body.lock().unwrap().muted);
    // After another start, the host sends the last known state.
    body.lock().unwrap().remembered = None;
    let (_streams, _satellite) = start(&mut host);
    assert_eq!(body.lock().unwrap().remembered, Some(true));
    assert_eq!(*told.lock().unwrap(), 2);
}

/// Connects to a peer that is not a satellite but does `act`.
fn hostile(act: impl FnOnce(TcpStream) + Send + 'static) -> sayso_board::BoardError {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    let peer = std::thread::spawn(move || act(accept(&listener)));
    let error = host(&address).start(VOICE).err().expect("no session");
    peer.join().unwrap();
    error
}

/// Reads and drops everything until the other side closes.
fn drain(mut stream: TcpStream) {
    let mut buffer = [0; 4_096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

#[test]
fn a_peer_that_sends_nothing_is_refused() {
    let error = hostile(drain);
    assert_eq!(error.kind(), BoardErrorKind::Unavailable);
    assert!(error.to_string().contains("no satellite answers"), "{error}");
}

#[test]
fn a_peer_that_sends_garbage_is_refused() {
    let error = hostile(|mut stream| {
        // Garbage without an end, oversized frames, and zeros.
        let mut dice = 7_u32;
        loop {
            let bytes: Vec<u8> = (0..4_096)
                .map(|n| {
                    dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    if dice >> 31 == 0 || n % 3_000 != 0 { (dice >> 16) as u8 | 1 } else { 0 }
                })
                .collect();
            match stream.write_all(&bytes) {
                Ok(()) => {}
                Err(_) => return,
            }
        }
    });
    assert_eq!(error.kind(), BoardErrorKind::Unavailable);
}

#[test]
fn a_peer_that_never_reads_is_refused() {
    let error = hostile(|mut stream| {
        // A frame that never ends, one byte at a time.
        while stream.write_all(&[7]).is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(error.kind(), BoardErrorKind::Unavailable);
}

#[test]
fn a_satellite_of_another_version_is_reported() {
    let error = hostile(|mut stream| {
        let hello = SatelliteHello {
            version: 9,
            session: 0,
            credit: 1,
            codec: Codec::Pcm,
            rate: sayso_core::link::Rate::Hz16000,
            name: "old",
        };
        let frame = encode(0, 0, &Message::SatelliteHello(hello)).unwrap();
        stream.write_all(frame.as_bytes()).unwrap();
        drain(stream);
    });
    assert_eq!(error.kind(), BoardErrorKind::Unsupported);
    assert!(error.to_string().contains("version 9"), "{error}");
}

#[test]
fn an_address_without_a_satellite_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap());
    drop(listener);
    let error = host(&address).start(VOICE).err().unwrap();
    assert_eq!(error.kind(), BoardErrorKind::Unavailable);
    assert!(error.to_string().contains(&address), "{error}");
}

/// A serial port: a pseudo-terminal whose other end is the satellite's.
#[cfg(unix)]
#[test]
fn a_serial_port_that_is_unplugged_and_plugged_in_again() {
    use serial2::SerialPort;
    use std::os::fd::OwnedFd;

    /// A terminal, which does not block, and its other end, under a fixed name.
    fn plug_in(link: &std::path::Path) -> (std::fs::File, SerialPort) {
        let (ours, theirs) = SerialPort::pair().unwrap();
        let name = rustix::termios::ttyname(&theirs, Vec::new()).unwrap().into_string().unwrap();
        let _ = std::fs::remove_file(link);
        std::os::unix::fs::symlink(name, link).unwrap();
        (OwnedFd::from(ours).into(), theirs)
    }

    let folder = std::env::temp_dir().join(format!("sayso-pty-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let port = folder.join("tty");
    let body: Arc<Mutex<Body>> = Arc::default();
    let (wire, _open) = plug_in(&port);
    let wire = support::Patient(wire);
    let satellite = Satellite::start(wire, description(Codec::Pcm), Arc::clone(&body));
    let mut host = host(port.to_str().unwrap());
    let (microphone, loudspeaker) = host.start(VOICE).unwrap();
    let (panel, changes) = (host.panel().unwrap(), host.changes().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut setup = Setup { microphone, loudspeaker, panel, satellite, listener, wire: None };
    carries_both_ways(&mut setup);
    assert_eq!(changes.try_iter().count(), 0, "nothing happened yet");

    setup.satellite.pause();
    std::fs::remove_file(&port).unwrap();
    std::thread::sleep(Duration::from_millis(600));
    let (wire, _open) = plug_in(&port);
    let wire = support::Patient(wire);
    setup.satellite = Satellite::start(wire, description(Codec::Pcm), body);
    wait_until("a second session", || setup.satellite.body.lock().unwrap().sessions == 2);
    carries_both_ways(&mut setup);
    assert_eq!(setup.loudspeaker.stats().reopened, 1);
    let told: Vec<_> = changes.try_iter().map(|change| (change.device, change.back)).collect();
    assert_eq!(told, [("satellite", false), ("satellite", true)]);
    drop(setup);
    std::fs::remove_dir_all(&folder).unwrap();
}
