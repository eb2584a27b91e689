//! Satellites that connect by themselves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// Other tests use more of it.
#[allow(dead_code)]
mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sayso_board::{Board, BoardErrorKind, Heard, Mute};
use sayso_core::link::{Codec, Description, Message, SatelliteHello, VERSION, encode};
use sayso_satellite_board::{SatelliteListener, Security};
use support::{Satellite, description, wait_until};

const WAIT: Duration = Duration::from_secs(30);

fn call(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn dial(address: SocketAddr) -> Satellite {
    Satellite::start(call(address), description(Codec::Pcm), Arc::default())
}

/// A satellite with this name.
fn named(name: &'static str) -> Description {
    Description { name, ..description(Codec::Pcm) }
}

fn listener() -> SatelliteListener {
    SatelliteListener::bind("127.0.0.1:0", Security::LoopbackOnly, 80).unwrap()
}

fn hello(version: u8) -> Vec<u8> {
    let Description { codec, rate, buffer, name } = named("pico");
    let hello = SatelliteHello { version, session: 0, credit: buffer, codec, rate, name };
    encode(0, 0, &Message::SatelliteHello(hello)).unwrap().as_bytes().to_vec()
}

#[test]
fn nothing_is_sent_to_a_satellite_before_it_has_given_its_name() {
    let mut listener = listener();
    let mut stream = call(listener.address());
    let (_, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    let identity = std::thread::scope(|scope| {
        let identity = scope.spawn(|| host.identify());
        std::thread::sleep(Duration::from_millis(500));
        assert!(stream.read(&mut [0; 16]).is_err(), "it said something");
        stream.write_all(b"\0garbage\0").unwrap();
        stream.write_all(&hello(VERSION)).unwrap();
        identity.join().unwrap()
    });
    assert_eq!(identity.unwrap().as_deref(), Some("pico"));
}

#[test]
fn a_satellite_of_another_version_or_without_a_hello_is_not_identified() {
    let mut listener = listener();
    let mut stream = call(listener.address());
    stream.write_all(&hello(77)).unwrap();
    let (_, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    let error = host.identify().unwrap_err();
    assert_eq!(error.kind(), BoardErrorKind::Unsupported);
    assert!(error.to_string().contains("version 77"), "{error}");
    let silent = call(listener.address());
    let (_, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    assert_eq!(host.identify().unwrap_err().kind(), BoardErrorKind::Unavailable);
    drop(silent);
}

/// Whether the microphone ends within a while.
fn ends(microphone: &mut dyn sayso_board::Microphone) -> bool {
    let end = Instant::now() + WAIT;
    let mut buffer = [0.0; 512];
    while Instant::now() < end {
        if microphone.read(&mut buffer, Duration::from_millis(100)) == Heard::End {
            return true;
        }
    }
    false
}

#[test]
fn a_connection_is_closed_if_the_satellites_name_changes() {
    let mut listener = listener();
    let stream = call(listener.address());
    let mut first = Satellite::start(stream.try_clone().unwrap(), named("pico"), Arc::default());
    let (_, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    assert_eq!(host.identify().unwrap().as_deref(), Some("pico"));
    let (mut microphone, _loudspeaker) = host.start(24_000).unwrap();
    // The same name again is accepted.
    first.pause();
    let mut again = Satellite::start(stream.try_clone().unwrap(), named("pico"), Arc::default());
    wait_until("it is there again", || again.body.lock().unwrap().sessions == 1);
    again.pause();
    let _other = Satellite::start(stream, named("hall"), Arc::default());
    assert!(ends(microphone.as_mut()));
}

#[test]
fn a_satellite_that_has_lost_its_power_takes_the_state_of_the_mute() {
    let mut listener = listener();
    for muted in [true, false] {
        let mute = Mute::new(muted, || {});
        let body: Arc<std::sync::Mutex<support::Body>> = Arc::default();
        body.lock().unwrap().cold = true;
        let stream = call(listener.address());
        let _satellite = Satellite::start(stream, named("pico"), Arc::clone(&body));
        let (_, host) = listener.accept(WAIT).unwrap().expect("somebody dials");
        let mut host = host.with_mute(mute.clone());
        host.identify().unwrap();
        let _streams = host.start(24_000).unwrap();
        assert_eq!(body.lock().unwrap().remembered, Some(muted));
        // Either side ends or sets what the other has set.
        mute.order(!muted);
        wait_until("it follows", || body.lock().unwrap().muted != muted);
        std::thread::sleep(Duration::from_millis(300));
        body.lock().unwrap().muted = muted;
        wait_until("its button counts", || mute.is_set() == muted);
    }
}

#[test]
fn a_satellite_that_is_muted_for_an_unknown_reason_stays_muted() {
    let mut listener = listener();
    let mute = Mute::default();
    let body: Arc<std::sync::Mutex<support::Body>> = Arc::default();
    body.lock().unwrap().muted = true;
    let _satellite = Satellite::start(call(listener.address()), named("pico"), Arc::clone(&body));
    let (_, host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    let mut host = host.with_mute(mute.clone());
    let _streams = host.start(24_000).unwrap();
    wait_until("it is known", || mute.is_set());
    std::thread::sleep(Duration::from_millis(300));
    assert!(mute.is_set() && body.lock().unwrap().muted);
    mute.order(false);
    wait_until("it is ended", || !body.lock().unwrap().muted);
}

#[test]
fn a_satellite_that_connects_is_heard_until_it_closes_the_connection() {
    let mut listener = listener();
    assert!(listener.accept(Duration::from_millis(50)).unwrap().is_none());
    let satellite = dial(listener.address());
    let (peer, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    assert!(peer.is_loopback());
    let (mut microphone, mut loudspeaker) = host.start(24_000).unwrap();
    let changes = host.changes().unwrap();

    satellite.body.lock().unwrap().hears.extend([20_000; 32_000]);
    let mut buffer = [0.0; 512];
    wait_until("it is heard", || match microphone.read(&mut buffer, Duration::from_millis(100)) {
        Heard::Samples(n) => buffer[..n].iter().any(|sample| *sample > 0.5),
        other => panic!("{other:?}"),
    });
    loudspeaker.write(&[0.5; 24_000]);
    wait_until("it plays", || satellite.body.lock().unwrap().played.iter().any(|s| *s > 10_000));
    assert_eq!(satellite.body.lock().unwrap().status.unwrap().volume, 80);

    drop(satellite);
    let end = Instant::now() + WAIT;
    while microphone.read(&mut buffer, Duration::from_millis(100)) != Heard::End {
        assert!(Instant::now() < end, "it never ends");
    }
    let change = changes.recv_timeout(WAIT).unwrap();
    assert!(!change.back && change.message.contains("closed the connection"), "{change:?}");
    // What was still to be played passes at the pace of the clock, and is counted.
    wait_until("nothing is queued", || loudspeaker.queued() == 0);
    // We do not connect to it.
    drop((microphone, loudspeaker));
    let error = host.start(24_000).err().expect("gone");
    assert_eq!(error.kind(), BoardErrorKind::Spent);
}

#[test]
fn dropping_a_satellite_closes_its_connection() {
    let mut listener = listener();
    let mut stream = TcpStream::connect(listener.address()).unwrap();
    stream.set_read_timeout(Some(WAIT)).unwrap();
    drop(listener.accept(WAIT).unwrap().expect("somebody dials"));
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0);
}

#[test]
fn a_peer_that_is_no_satellite_is_not_waited_for_long() {
    let mut listener = listener();
    let silent = TcpStream::connect(listener.address()).unwrap();
    let (_, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    let began = Instant::now();
    let error = host.start(24_000).err().expect("nobody answers");
    assert_eq!(error.kind(), BoardErrorKind::Unavailable);
    assert!(began.elapsed() < Duration::from_secs(10));
    // If it closes the connection, the wait ends at once.
    drop(silent);
    drop(TcpStream::connect(listener.address()).unwrap());
    let (_, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    assert!(host.start(24_000).is_err());
}
