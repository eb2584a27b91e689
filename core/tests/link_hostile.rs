//! What a peer that breaks every rule can make either end do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sayso_core::link::{
    Block, Capture, Codec, Condition, Description, Flow, HELLO_AGAIN_MS, HostCondition, HostEvent,
    HostLink, Message, Playback, Rate, SatelliteEvent, SatelliteHello, SatelliteLink,
    SatelliteStatus, VERSION, encode,
};

const OUT: usize = 4_096;
const FREE: u16 = 50;

fn connected() -> (HostLink<OUT>, SatelliteLink<OUT>) {
    let mut host = HostLink::new(9);
    let mut satellite = SatelliteLink::new(Description { buffer: 10, ..Default::default() });
    for now in 0..4 {
        satellite.poll(now, &Condition { free: 10, ..Default::default() });
        host.poll(now, &HostCondition { free: FREE, ..Default::default() });
        let up = satellite.outgoing().to_vec();
        satellite.written(up.len());
        for byte in up {
            let _ = host.push(byte, now);
        }
        let down = host.outgoing().to_vec();
        host.written(down.len());
        for byte in down {
            let _ = satellite.push(byte, now);
        }
    }
    assert!(host.is_connected() && satellite.is_connected());
    (host, satellite)
}

/// Sends a message to the host and returns the resulting events.
fn say(host: &mut HostLink<OUT>, seq: u16, now: u64, message: &Message<'_>) -> Vec<&'static str> {
    let frame = encode(host.session() as u8, seq, message).unwrap();
    let events = frame.as_bytes().iter().filter_map(|&byte| {
        Some(match host.push(byte, now)? {
            HostEvent::Connected(_) => "connected",
            HostEvent::Restarted => "restarted",
            HostEvent::Capture(_) => "capture",
            HostEvent::Status(_) => "status",
            HostEvent::Stats(_) => "stats",
            HostEvent::Mute(_) => "mute",
            HostEvent::Version(_) => "version",
        })
    });
    events.collect()
}

fn capture(number: u16) -> Message<'static> {
    let block = Block::new(Codec::Pcm, &[1, 0]).unwrap();
    Message::Capture(Capture { number, at: 0, played: 0, block })
}

#[test]
fn a_block_without_credit_is_dropped() {
    let (mut host, _) = connected();
    for (seq, number) in (10..).zip([FREE, FREE + 1, 1_000, 40_000, u16::MAX]) {
        assert!(say(&mut host, seq, 5, &capture(number)).is_empty(), "{number}");
    }
    assert_eq!(host.counters().uncredited, 5);
    for number in 0..FREE {
        assert_eq!(say(&mut host, 100 + number, 5, &capture(number)), ["capture"]);
    }
    assert!(say(&mut host, 200, 5, &capture(FREE)).is_empty());
}

/// In frames with new numbers, so that these do not reveal the repetition.
#[test]
fn a_repeated_block_is_taken_once() {
    let (mut host, _) = connected();
    let (mut seq, mut taken) = (10, 0);
    for _ in 0..100 {
        for number in 0..FREE {
            taken += say(&mut host, seq, 5, &capture(number)).len();
            seq += 1;
        }
    }
    assert_eq!(taken, usize::from(FREE));
    // A late block is accepted; so is one that was declared lost, if it does come.
    let (mut host, _) = connected();
    assert_eq!(say(&mut host, 10, 5, &capture(3)), ["capture"]);
    assert_eq!(say(&mut host, 11, 5, &capture(1)), ["capture"]);
    let flow = Flow { sent: 8, until: 10 };
    say(
        &mut host,
        12,
        5,
        &Message::SatelliteStatus(SatelliteStatus { flow, ..Default::default() }),
    );
    assert_eq!(say(&mut host, 13, 5, &capture(7)), ["capture"]);
    assert!(say(&mut host, 14, 5, &capture(7)).is_empty());
}

#[test]
fn claiming_to_have_sent_more_brings_no_additional_credit() {
    let (mut host, _) = connected();
    let (mut seq, mut number, mut taken) = (10_u16, 0_u16, 0_u32);
    // 1000 rounds with a host that has room for two blocks.
    for now in 0..1_000_u64 {
        for _ in 0..100 {
            seq = seq.wrapping_add(1);
            let flow = Flow { sent: number, until: number };
            let status = SatelliteStatus { flow, ..Default::default() };
            say(&mut host, seq, now, &Message::SatelliteStatus(status));
            seq = seq.wrapping_add(1);
            taken += say(&mut host, seq, now, &capture(number)).len() as u32;
            number = number.wrapping_add(1);
        }
        host.poll(now, &HostCondition { free: 2, ..Default::default() });
        let out = host.outgoing().len();
        host.written(out);
    }
    assert!(taken <= u32::from(FREE) + 2 * 1_000, "{taken}");
}

#[test]
fn a_satellite_accepts_no_more_than_it_granted() {
    let (host, mut satellite) = connected();
    let block = Block::new(Codec::Pcm, &[1, 0]).unwrap();
    let mut taken = 0;
    for number in 0..100_u16 {
        for again in 0..3 {
            let playback = Message::Playback(Playback { number, at: 0, block });
            let frame = encode(host.session() as u8, 10 + number * 3 + again, &playback).unwrap();
            for &byte in frame.as_bytes() {
                let event = satellite.push(byte, 5);
                taken += u32::from(matches!(event, Some(SatelliteEvent::Playback(_))));
            }
        }
    }
    assert_eq!((taken, satellite.counters().uncredited), (10, 290));
}

#[test]
fn a_session_begins_only_as_offered_and_at_most_ten_times_a_second() {
    let (mut host, _) = connected();
    let hello = |session| {
        Message::SatelliteHello(SatelliteHello {
            version: VERSION,
            session,
            credit: 1,
            codec: Codec::Pcm,
            rate: Rate::Hz24000,
            name: "wild",
        })
    };
    // The numbers of sessions are no secret, but this one was not offered yet.
    assert_eq!(say(&mut host, 0, 10, &hello(0)), ["restarted"]);
    let next = host.session();
    assert!(say(&mut host, 0, 10, &hello(next)).is_empty());
    let mut sessions = 0;
    for now in 0..10_000_u64 {
        for _ in 0..5 {
            say(&mut host, 0, now, &hello(0));
            let next = host.session();
            sessions += say(&mut host, 0, now, &hello(next)).len();
            host.poll(now, &HostCondition::default());
            let out = host.outgoing().len();
            host.written(out);
            let next = host.session();
            sessions += say(&mut host, 0, now, &hello(next)).len();
        }
    }
    // Each session that begins also ends one with "restarted", which counts too.
    let most = 2 * (10_000 / HELLO_AGAIN_MS as usize + 1);
    assert!((10..=most).contains(&sessions), "{sessions}");
}
