//! A sealed satellite over TCP: sound in both directions, and only with the key.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code)]
mod support;
#[path = "support/sealed.rs"]
mod wire;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sayso_board::{Board, BoardErrorKind, Heard};
use sayso_core::link::Codec;
use sayso_satellite_board::{Key, Satellite as Host, SatelliteConfig, Security};
use support::{Satellite, description, wait_until};
use wire::Sealed;

const VOICE: u32 = 24_000;

fn host(listener: &TcpListener, security: Security) -> Host {
    let address = format!("tcp:{}", listener.local_addr().unwrap()).parse().unwrap();
    Host::new(SatelliteConfig { address, security, volume: 80, name: None })
}

fn key(n: u8) -> Key {
    Key::new([n; 32])
}

fn accept(listener: &TcpListener) -> TcpStream {
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Copies bytes until the end, and records them.
fn copy(mut from: TcpStream, mut to: TcpStream, kept: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 2_048];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        kept.lock().unwrap().extend(&bytes[..n]);
        if to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

/// A bridge that handles only bytes is between the two, and sees nothing that it can read.
#[test]
fn sound_goes_both_ways_and_a_bridge_sees_only_noise() {
    let (front, back) =
        (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let mut host = host(&front, Security::Key(key(9)));
    let to = back.local_addr().unwrap();
    let kept: Arc<Mutex<Vec<u8>>> = Arc::default();
    let bytes = Arc::clone(&kept);
    std::thread::spawn(move || {
        let (caller, _) = front.accept().unwrap();
        let satellite = TcpStream::connect(to).unwrap();
        let (down, up) =
            ((caller.try_clone().unwrap(), satellite.try_clone().unwrap()), bytes.clone());
        std::thread::spawn(move || copy(down.0, down.1, &up));
        copy(satellite, caller, &bytes);
    });
    let (streams, satellite) = std::thread::scope(|scope| {
        let starting = scope.spawn(|| host.start(VOICE));
        let wire = Sealed::new(accept(&back), key(9));
        let satellite = Satellite::start(wire, description(Codec::Pcm), Arc::default());
        (starting.join().unwrap().unwrap(), satellite)
    });
    let (mut microphone, mut loudspeaker) = streams;
    // One value, so that an unencrypted block would be a long run of it.
    satellite.body.lock().unwrap().hears.extend([0x5151_i16; 16_000]);
    loudspeaker.write(&[f32::from(0x3737_i16) / 32_768.0; 24_000]);
    let mut heard = Vec::<f32>::new();
    wait_until("both were heard", || {
        let mut buffer = [f32::NAN; 512];
        if let Heard::Samples(n) = microphone.read(&mut buffer, Duration::from_millis(10)) {
            heard.extend(&buffer[..n]);
        }
        let up = heard.iter().filter(|&&s| s == f32::from(0x5151_i16) / 32_768.0).count();
        let body = satellite.body.lock().unwrap();
        let down = body.played.iter().filter(|s| (0x3600..0x3800).contains(*s)).count();
        up > 15_000 && down > 20_000
    });
    assert!(heard.iter().all(|sample| sample.is_finite()));
    let kept = kept.lock().unwrap();
    assert!(kept.len() > 60_000, "{}", kept.len());
    for plain in [&[0x51; 8][..], &[0x37; 8], b"test"] {
        assert!(!kept.windows(plain.len()).any(|bytes| bytes == plain), "{plain:x?}");
    }
    // Noise: each value occurs about as often as any other.
    let mut counts = [0_u32; 256];
    kept.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let expected = kept.len() as f64 / 256.0;
    let most = counts[1..].iter().max().copied().unwrap_or_default();
    // With blocks of zeros for the silence, zero would be a third of it.
    assert!(f64::from(most) < 8.0 * expected, "{most} of {expected:.0}");
}

/// Connects the two. Returns the host's error, if any, and the number of the satellite's sessions.
fn met(host_has: Security, satellite_has: Option<Key>) -> (Option<String>, u32) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut host = host(&listener, host_has);
    let body = Arc::default();
    let (started, body) = std::thread::scope(|scope| {
        let starting = scope.spawn(|| host.start(VOICE).map(drop));
        let stream = accept(&listener);
        let satellite = match satellite_has {
            Some(key) => Satellite::start(
                Sealed::new(stream, key),
                description(Codec::Pcm),
                Arc::clone(&body),
            ),
            None => Satellite::start(stream, description(Codec::Pcm), Arc::clone(&body)),
        };
        let started = starting.join().unwrap();
        drop(satellite);
        (started, body)
    });
    let sessions = body.lock().unwrap().sessions;
    let error = started.err().map(|error| {
        assert!(matches!(error.kind(), BoardErrorKind::Unsupported | BoardErrorKind::Unavailable));
        error.to_string()
    });
    (error, sessions)
}

#[test]
fn a_satellite_with_another_key_or_none_is_refused_and_the_error_says_why() {
    assert_eq!(met(Security::Key(key(1)), Some(key(1))), (None, 1));
    for (host, satellite, said) in [
        (Security::Key(key(1)), Some(key(2)), "has another key"),
        (Security::Key(key(1)), None, "does not encrypt"),
        (Security::LoopbackOnly, Some(key(1)), "satellite.key"),
        (Security::None, Some(key(1)), "satellite.key"),
    ] {
        let (error, sessions) = met(host, satellite);
        let error = error.expect("no session");
        assert!(error.contains(said), "{error}");
        assert_eq!(sessions, 0, "no sound either way");
    }
}

/// Strangers insert frames during a session.
#[test]
fn a_session_survives_bytes_from_strangers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut host = host(&listener, Security::Key(key(9)));
    let (mut streams, satellite, mut wire) = std::thread::scope(|scope| {
        let starting = scope.spawn(|| host.start(VOICE));
        let stream = accept(&listener);
        let wire = stream.try_clone().unwrap();
        let satellite =
            Satellite::start(Sealed::new(stream, key(9)), description(Codec::Pcm), Arc::default());
        (starting.join().unwrap().unwrap(), satellite, wire)
    });
    let end = Instant::now() + Duration::from_secs(3);
    let mut n = 0_u8;
    let mut buffer = [0.0; 512];
    while Instant::now() < end {
        // Sealed frames that nobody sealed, handshakes, refusals.
        for kind in 1..=4 {
            n = n.wrapping_add(1);
            let mut raw = vec![kind];
            raw.extend((0..48).map(|k| n.wrapping_mul(k) | 1));
            raw.truncate(if kind == 4 { 1 } else { 49 });
            let mut frame = [0; 64];
            let len = sayso_core::link::stuff(&raw, &mut frame).unwrap();
            wire.write_all(&frame[..len]).unwrap();
        }
        streams.0.read(&mut buffer, Duration::from_millis(5));
    }
    // It may have cut one frame of the satellite's in two, but no more.
    satellite.body.lock().unwrap().hears.extend([0x5151_i16; 16_000]);
    let mut heard = 0;
    wait_until("it is heard", || {
        if let Heard::Samples(n) = streams.0.read(&mut buffer, Duration::from_millis(10)) {
            heard += buffer[..n].iter().filter(|&&s| s > 0.6).count();
        }
        heard > 14_000
    });
    assert_eq!(satellite.body.lock().unwrap().sessions, 1);
}
