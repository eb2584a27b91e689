//! Satellites that dial in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// It serves other tests, which use more of it.
#[allow(dead_code)]
mod support;

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sayso_board::{Board, BoardErrorKind, Heard};
use sayso_core::link::Codec;
use sayso_satellite_board::{SatelliteListener, Security};
use support::{Satellite, description, wait_until};

const WAIT: Duration = Duration::from_secs(30);

fn dial(address: SocketAddr) -> Satellite {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    stream.set_nodelay(true).unwrap();
    Satellite::start(stream, description(Codec::Pcm), Arc::default())
}

#[test]
fn one_that_dials_in_is_heard_until_it_hangs_up() {
    let mut listener = SatelliteListener::bind("127.0.0.1:0", Security::LoopbackOnly, 80).unwrap();
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
    assert!(!change.back && change.message.contains("hung up"), "{change:?}");
    // What was still to be played is gone at the pace of the clock, and counted.
    wait_until("nothing is queued", || loudspeaker.queued() == 0);
    // It is not dialled.
    drop((microphone, loudspeaker));
    let error = host.start(24_000).err().expect("gone");
    assert_eq!(error.kind(), BoardErrorKind::Unavailable);
}

#[test]
fn one_that_is_dropped_is_hung_up_on() {
    use std::io::Read;

    let mut listener = SatelliteListener::bind("127.0.0.1:0", Security::LoopbackOnly, 80).unwrap();
    let mut stream = TcpStream::connect(listener.address()).unwrap();
    stream.set_read_timeout(Some(WAIT)).unwrap();
    drop(listener.accept(WAIT).unwrap().expect("somebody dials"));
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0);
}

#[test]
fn who_dials_and_is_no_satellite_is_not_waited_for_long() {
    let mut listener = SatelliteListener::bind("127.0.0.1:0", Security::LoopbackOnly, 80).unwrap();
    let silent = TcpStream::connect(listener.address()).unwrap();
    let (_, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    let began = Instant::now();
    let error = host.start(24_000).err().expect("nobody answers");
    assert_eq!(error.kind(), BoardErrorKind::Unavailable);
    assert!(began.elapsed() < Duration::from_secs(10));
    // And at once, if it hangs up.
    drop(silent);
    drop(TcpStream::connect(listener.address()).unwrap());
    let (_, mut host) = listener.accept(WAIT).unwrap().expect("somebody dials");
    assert!(host.start(24_000).is_err());
}
