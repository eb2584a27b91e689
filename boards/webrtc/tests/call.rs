//! Two ends of a call in memory, on a network that can lose packets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sayso_webrtc::{Call, HEARS, Output, PLAYS, Packet, Played};
use str0m::change::SdpAnswer;
use str0m::channel::ChannelId;
use str0m::crypto::from_feature_flags;
use str0m::media::{Direction, Frequency, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output as Given, Rtc, RtcConfig};

/// A call, and who calls: a connection without any of this crate.
struct Pair {
    call: Call,
    caller: Rtc,
    mid: Mid,
    channel: ChannelId,
    open: bool,
    answered: SocketAddr,
    calling: SocketAddr,
    now: Instant,
    began: Instant,
    encoder: opus::Encoder,
    decoder: opus::Decoder,
    /// What the call has given out.
    sound: Vec<Packet>,
    texts: Vec<String>,
    played: Vec<Played>,
    ended: Option<&'static str>,
    /// What the caller has received.
    heard: Vec<f32>,
    received: Vec<String>,
    closed: bool,
    random: fastrand::Rng,
    /// One of so many datagrams with sound is lost.
    loss: Option<u32>,
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn caller(now: Instant) -> Rtc {
    RtcConfig::new().set_crypto_provider(Arc::new(from_feature_flags())).build(now)
}

impl Pair {
    fn new() -> Self {
        let now = Instant::now();
        let (answered, calling) = (address("192.168.1.2:4000"), address("192.168.1.3:5000"));
        let mut caller = caller(now);
        caller.add_local_candidate(Candidate::host(calling, Protocol::Udp).unwrap());
        let mut change = caller.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let channel = change.add_channel("events".into());
        let (offer, pending) = change.apply().unwrap();
        let (call, answer) = Call::answer(&offer.to_sdp_string(), answered, None, now).unwrap();
        let answer = SdpAnswer::from_sdp_string(&answer).unwrap();
        caller.sdp_api().accept_answer(pending, answer).unwrap();
        let channels = opus::Channels::Mono;
        Self {
            call,
            caller,
            mid,
            channel,
            open: false,
            answered,
            calling,
            now,
            began: now,
            encoder: opus::Encoder::new(48_000, channels, opus::Application::Voip).unwrap(),
            decoder: opus::Decoder::new(24_000, channels).unwrap(),
            sound: Vec::new(),
            texts: Vec::new(),
            played: Vec::new(),
            ended: None,
            heard: Vec::new(),
            received: Vec::new(),
            closed: false,
            random: fastrand::Rng::with_seed(7),
            loss: None,
        }
    }

    /// Lets so many ms pass.
    fn pass(&mut self, ms: u64) {
        for _ in 0..ms {
            self.exchange();
            self.now += Duration::from_millis(1);
        }
    }

    fn exchange(&mut self) {
        loop {
            match self.call.poll(self.now) {
                Output::Wait(until) => {
                    assert!(until > self.now);
                    break;
                }
                Output::Ended(why) => {
                    self.ended.get_or_insert(why);
                    break;
                }
                Output::Send { to, datagram } => {
                    assert_eq!(to, self.calling);
                    let receive = Receive {
                        proto: Protocol::Udp,
                        source: self.answered,
                        destination: self.calling,
                        contents: datagram.as_slice().try_into().unwrap(),
                    };
                    self.caller.handle_input(Input::Receive(self.now, receive)).unwrap();
                    self.drain();
                }
                Output::Text(text) => self.texts.push(text),
                Output::Sound(packet) => self.sound.push(packet),
                Output::Played(played) => self.played.push(played),
            }
        }
        if self.caller.is_alive() {
            self.caller.handle_input(Input::Timeout(self.now)).unwrap();
        }
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            match self.caller.poll_output().unwrap() {
                Given::Timeout(_) => break,
                Given::Transmit(sent) => {
                    // RTP has a version of 2 in its first byte; the types of RTCP are not used.
                    let kind = sent.contents[1] & 0x7f;
                    let rtp = sent.contents[0] & 0xc0 == 0x80 && !(64..96).contains(&kind);
                    let lost = rtp && self.loss.is_some_and(|loss| self.random.u32(..loss) == 0);
                    if !lost {
                        self.call.receive(self.calling, &sent.contents, self.now);
                    }
                }
                Given::Event(Event::ChannelOpen(id, _)) => self.open = id == self.channel,
                Given::Event(Event::ChannelData(data)) => {
                    self.received.push(String::from_utf8(data.data).unwrap());
                }
                Given::Event(Event::MediaData(data)) => {
                    let mut sound = [0.0; 2_880];
                    let n = self.decoder.decode_float(&data.data, &mut sound, false).unwrap();
                    self.heard.extend(&sound[..n]);
                }
                Given::Event(Event::Closed) => self.closed = true,
                Given::Event(_) => {}
            }
        }
    }

    fn connect(&mut self) {
        for _ in 0..100 {
            self.pass(20);
            if self.call.is_connected() && self.open {
                return;
            }
        }
        panic!("not connected within 2 s");
    }

    /// The caller speaks a tone of 300 Hz for so long.
    fn speak(&mut self, ms: u64) {
        for n in 0..ms / 20 {
            let at = |n: u64| (n as f32 * 300.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.5;
            let frame: Vec<f32> = (n * 960..(n + 1) * 960).map(at).collect();
            let packet = self.encoder.encode_vec_float(&frame, 1_275).unwrap();
            let clock = (self.now - self.began).as_millis() as u64 * 48;
            let writer = self.caller.writer(self.mid).unwrap();
            let pt = writer.payload_params().next().unwrap().pt();
            let time = MediaTime::new(clock, Frequency::FORTY_EIGHT_KHZ);
            writer.write(pt, self.now, time, packet).unwrap();
            self.drain();
            self.pass(20);
        }
    }
}

fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|sample| sample * sample).sum::<f32>() / sound.len() as f32).sqrt()
}

#[test]
fn sound_and_texts_go_both_ways() {
    let mut pair = Pair::new();
    pair.call.say("early");
    pair.connect();
    pair.call.say("hello");
    pair.pass(50);
    assert_eq!(pair.received, ["early", "hello"]);
    assert!(pair.caller.channel(pair.channel).unwrap().write(false, b"a question").unwrap());
    pair.drain();
    pair.speak(1_000);
    assert_eq!(pair.texts, ["a question"]);
    let heard: Vec<f32> = pair.sound.iter().flat_map(|packet| packet.samples.clone()).collect();
    assert_eq!(heard.len(), HEARS as usize);
    assert!((rms(&heard[1_600..]) - 0.354).abs() < 0.02, "{}", rms(&heard[1_600..]));
    for pair in pair.sound.windows(2) {
        assert_eq!(pair[1].number, pair[0].number.wrapping_add(1));
        assert_eq!(pair[1].at, pair[0].at.wrapping_add(320));
    }

    let tone = |n: u32| (n as f32 * 300.0 * std::f32::consts::TAU / PLAYS as f32).sin() * 0.5;
    let sound: Vec<f32> = (0..PLAYS).map(tone).collect();
    pair.call.play(&sound);
    pair.pass(1_500);
    assert!(pair.heard.len() as u32 >= PLAYS, "{}", pair.heard.len());
    let level = rms(&pair.heard[2_400..PLAYS as usize]);
    assert!((level - 0.354).abs() < 0.02, "{level}");
    assert_eq!(pair.played.last(), Some(&Played { place: PLAYS.into(), stops: 0 }));
    assert_eq!(pair.ended, None);
}

#[test]
fn what_is_stopped_is_not_heard() {
    let mut pair = Pair::new();
    pair.connect();
    pair.call.play(&vec![0.3; 2 * PLAYS as usize]);
    pair.pass(500);
    pair.call.stop(9_600, 480);
    pair.pass(1_000);
    assert_eq!(pair.played.last(), Some(&Played { place: 9_600, stops: 1 }));
    let played = pair.heard.len() as f32 / PLAYS as f32;
    assert!(played < 0.8, "{played} s with the silence after it");
}

#[test]
fn a_lost_packet_leaves_a_gap_and_nothing_more() {
    let mut pair = Pair::new();
    pair.connect();
    pair.loss = Some(10);
    pair.speak(3_000);
    pair.loss = None;
    pair.speak(200);
    let lost = 160 - pair.sound.len();
    assert!((5..30).contains(&lost), "{lost} of 160");
    for pair in pair.sound.windows(2) {
        let gap = pair[1].number.wrapping_sub(pair[0].number);
        assert_eq!(pair[1].at.wrapping_sub(pair[0].at), 320 * u32::from(gap));
    }
}

#[test]
fn either_end_closes_it() {
    let mut pair = Pair::new();
    pair.connect();
    pair.caller.close().unwrap();
    pair.pass(200);
    assert_eq!(pair.ended, Some("the other end has closed the connection"));

    let mut pair = Pair::new();
    pair.connect();
    pair.call.close("the program ends");
    pair.pass(200);
    assert_eq!(pair.ended, Some("the program ends"));
    assert!(pair.closed);
}

#[test]
fn a_caller_that_never_comes_is_given_up() {
    let mut pair = Pair::new();
    pair.now += Duration::from_secs(21);
    pair.exchange();
    assert_eq!(pair.ended, Some("nobody has connected"));
}

#[test]
fn a_caller_that_reads_nothing_is_given_up() {
    let mut pair = Pair::new();
    let text = "x".repeat(100_000);
    for _ in 0..12 {
        pair.call.say(&text);
    }
    pair.exchange();
    assert_eq!(pair.ended, Some("the texts were not read in time"));
}

#[test]
fn a_wrong_offer_is_refused() {
    let (local, now) = (address("127.0.0.1:4000"), Instant::now());
    let refused = |offer: &str| Call::answer(offer, local, None, now).err().expect("refused").0;
    assert!(refused("").contains("offer"));
    assert!(refused("v=0\r\nnonsense").contains("offer"));
    assert!(refused(&"a=x\r\n".repeat(20_000)).contains("at most"));
    let mut without = caller(now);
    let mut change = without.sdp_api();
    change.add_channel("events".into());
    let (offer, _) = change.apply().unwrap();
    assert!(refused(&offer.to_sdp_string()).contains("no sound"));
}

#[test]
fn names_instead_of_addresses_are_skipped() {
    let now = Instant::now();
    let mut caller = caller(now);
    let mut change = caller.sdp_api();
    change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
    let (offer, _) = change.apply().unwrap();
    let mut offer = offer.to_sdp_string();
    offer.push_str(
        "a=candidate:1 1 udp 2113937151 4bb5d4d0-8d0c-4f5b-8f0c-7a4f3f3d2a11.local 51320 typ host\r\n",
    );
    assert!(Call::answer(&offer, address("127.0.0.1:4000"), None, now).is_ok());
}

/// Anybody on the network can send to the address of a call.
#[test]
fn foreign_datagrams_change_nothing() {
    let mut pair = Pair::new();
    pair.connect();
    let mut random = fastrand::Rng::with_seed(1);
    let stranger = address("192.168.1.9:6000");
    for n in 0..10_000 {
        let mut datagram: Vec<u8> = (0..random.usize(..1_400)).map(|_| random.u8(..)).collect();
        // Those that begin as STUN, DTLS, RTP and RTCP do are read further.
        if let Some(first) = datagram.first_mut() {
            *first = [0, 1, 20, 22, 23, 63, 128, 144, 200][n % 9];
        }
        let from = if n % 2 == 0 { stranger } else { pair.calling };
        pair.call.receive(from, &datagram, pair.now);
        if n % 100 == 0 {
            pair.exchange();
        }
    }
    assert_eq!(pair.ended, None);
    pair.speak(200);
    assert!(pair.sound.len() >= 9, "{}", pair.sound.len());
}

/// Offers that are cut or damaged are read or refused.
#[test]
fn damaged_offers_are_read_or_refused() {
    let now = Instant::now();
    let mut caller = caller(now);
    let mut change = caller.sdp_api();
    change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
    change.add_channel("events".into());
    let (offer, _) = change.apply().unwrap();
    let offer = offer.to_sdp_string();
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..1_000 {
        let mut bytes = offer.clone().into_bytes();
        bytes.truncate(random.usize(1..=bytes.len()));
        for _ in 0..random.usize(..6) {
            let at = random.usize(..bytes.len());
            bytes[at] = random.u8(b' '..b'~');
        }
        let damaged = String::from_utf8_lossy(&bytes);
        drop(Call::answer(&damaged, address("127.0.0.1:4000"), None, now));
    }
}
