//! Arbitrary bytes into both ends of the link, and what must hold in any case.
//!
//! Shared by the fuzz target and by `core/tests/link_fuzz.rs`, which passes it random input on
//! every toolchain.

use sayso_core::link::{
    Condition, Decoder, Description, HELLO_AGAIN_MS, HostCondition, HostEvent, HostLink,
    MAX_CAPTURE, MAX_FRAME, MAX_SAMPLES, Message, PlaybackQueue, RawFrame, SatelliteEvent,
    SatelliteLink, encode,
};

/// Room for two frames and a little more.
const OUT: usize = 2_500;

/// Passes `input` to a decoder, and to a satellite and a host that are in a session; checks that
/// they keep within their bounds and find the next frame.
pub fn bytes_in(input: &[u8]) {
    decoder(input);
    let (mut satellite, mut host) = connected();
    let mut queue = PlaybackQueue::<4_800>::new();
    let mut out = [0; 320];
    // Blocks of sound that each side has accepted, and the number for which the satellite had
    // room.
    let (mut heard, mut played, mut room) = (0, 0, 10);
    for (n, &byte) in input.iter().enumerate() {
        let now = 100 + n as u64 / 11;
        match satellite.push(byte, now) {
            Some(SatelliteEvent::Connected { .. }) => {
                queue.clear();
                // A new session, with new credit.
                room += 10;
            }
            Some(SatelliteEvent::Playback(playback)) => {
                assert!((1..=MAX_SAMPLES).contains(&playback.block.len()));
                assert_eq!(playback.block.samples().count(), playback.block.len());
                queue.push(&playback);
                played += 1;
            }
            Some(SatelliteEvent::Stop(stop)) => queue.stop(stop),
            Some(SatelliteEvent::Status(_) | SatelliteEvent::Mute(_)) | None => {}
        }
        if let Some(HostEvent::Capture(capture)) = host.push(byte, now) {
            assert!((1..=MAX_CAPTURE).contains(&capture.block.len()));
            heard += 1;
        }
        if n % 64 == 0 {
            queue.take(&mut out);
            let free = queue.free(480);
            room += usize::from(free);
            satellite.poll(now, &Condition { free, ..Condition::default() });
            host.poll(now, &HostCondition::default());
            let _ = satellite.try_capture(0, queue.played(), &out);
            let _ = host.try_playback(0, &out);
        }
        // The host has room for the fifty that it granted at first.
        assert!(heard <= 50 && played <= room, "{heard} {played} {room}");
        assert!(satellite.outgoing().len() <= OUT && host.outgoing().len() <= OUT);
        assert!(queue.len() <= 4_800);
    }
    // Whatever came, they connect again.
    let start = 100 + input.len() as u64;
    assert!(u64::from(host.counters().sessions) <= 2 + start / HELLO_AGAIN_MS);
    let (mut met, mut now) = (false, start);
    while !met && now < start + 3_000 {
        exchange(&mut satellite, &mut host, now);
        met = satellite.is_connected() && host.is_connected() && now > start + 1_500;
        now += 10;
    }
    assert!(met, "no session after {} bytes", input.len());
}

/// Splits `input` into pieces, as long as the first two bytes of each say, and frames each as a
/// whole frame of the current session, so that the code after the checksum is reached too.
pub fn messages_in(input: &[u8]) {
    let (mut bytes, mut rest, mut seq) = (Vec::new(), input, 0_u16);
    while let Some((&len, after)) = rest.split_first_chunk::<2>() {
        let len = u16::from_le_bytes(len) % MAX_FRAME as u16;
        let (body, after) = after.split_at(after.len().min(len.into()));
        rest = after;
        // Sometimes a number is left out.
        seq = seq.wrapping_add(1 + u16::from(len.is_multiple_of(7)));
        if let Some(frame) = (RawFrame { tag: 3, seq, body }).encode() {
            bytes.extend(frame.as_bytes());
        }
    }
    bytes_in(&bytes);
}

/// A frame is found after any bytes.
fn decoder(input: &[u8]) {
    let mut decoder = Decoder::new();
    for &byte in input {
        if let Some(Ok(frame)) = decoder.push(byte) {
            assert!(frame.body.len() <= MAX_FRAME);
            let _ = frame.message();
        }
    }
    let wanted = Message::HostStatus(Default::default());
    let frame = encode(9, 77, &wanted).expect("a short message");
    let found = frame.as_bytes().iter().filter(|&&byte| {
        let found = decoder.push(byte);
        matches!(found, Some(Ok(frame)) if frame.seq == 77 && frame.message() == Some(wanted))
    });
    assert_eq!(found.count(), 1);
}

fn connected() -> (SatelliteLink<OUT>, HostLink<OUT>) {
    let description = Description { buffer: 10, ..Description::default() };
    let mut satellite = SatelliteLink::new(description);
    let mut host = HostLink::new(3);
    for now in 0..4 {
        exchange(&mut satellite, &mut host, now);
    }
    assert!(satellite.is_connected() && host.is_connected());
    (satellite, host)
}

fn exchange(satellite: &mut SatelliteLink<OUT>, host: &mut HostLink<OUT>, now: u64) {
    satellite.poll(now, &Condition { free: 10, ..Condition::default() });
    host.poll(now, &HostCondition { free: 50, ..HostCondition::default() });
    let up = satellite.outgoing().to_vec();
    satellite.written(up.len());
    for byte in up {
        host.push(byte, now);
    }
    let down = host.outgoing().to_vec();
    host.written(down.len());
    for byte in down {
        satellite.push(byte, now);
    }
}
