//! Hostile input: the server stays up, its memory flat, and other conversations unharmed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use support::scripted::sound;
use support::{Client, Server};

/// Requests in all.
const REQUESTS: usize = 10_000;

/// Requests of OpenAI's clients in all, beyond those before memory is measured.
const OPENAI_REQUESTS: usize = 1_000;

/// By how much memory may grow, in kB: buffers, and what the allocator keeps.
const GROWTH: u64 = 24 * 1024;

/// Whole requests of many kinds, which are then damaged.
const WHOLE: [&str; 9] = [
    "GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
    "POST /api/say HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17\r\n\r\n{\"text\":\"hello\"}x",
    "POST /api/volume HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
     10\r\n{\"volume\":0.5}  \r\n0\r\n\r\n",
    "PUT /api/lists/x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
     Content-Length: 15\r\n\r\n{\"items\":[\"a\"]}",
    "GET /api/conversation?hears=16000&plays=24000&name=x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "DELETE /api/timers/timers/99999999999999999999 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /%ff%00/../../etc/passwd?a=%zz HTTP/1.1\r\nHost: localhost\r\nCookie: sayso=;;=\r\n\r\n",
];

/// Frames of a WebSocket after its beginning, which are then damaged.
const FRAMES: [&[u8]; 6] = [
    b"\x81\x85\0\0\0\0hello",
    b"\x82\x82\0\0\0\0\0\0",
    b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
    b"\x89\x80\0\0\0\0",
    b"\x88\x82\0\0\0\0\x03\xe8",
    b"\x01\x81\0\0\0\0{",
];

/// A WebSocket of OpenAI's Realtime.
const REALTIME: &str = "GET /v1/realtime?model=sayso HTTP/1.1\r\nHost: localhost\r\n\
    Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Events that clients of Realtime send, which are then damaged.
const EVENTS: [&str; 4] = [
    r#"{"type":"session.update","session":{"type":"realtime","instructions":"Be brief."}}"#,
    r#"{"type":"input_audio_buffer.append","audio":"AAAAAAAAAAAAAAAA"}"#,
    r#"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[]}}"#,
    r#"{"type":"response.create"}"#,
];

/// Whole requests of OpenAI's clients.
fn openai() -> Vec<Vec<u8>> {
    let post = |path: &str, kind: &str, body: &[u8]| {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: \
             {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body].concat()
    };
    let mut wav = b"RIFF\x24\x32\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\
                    \x10\0data\0\x32\0\0"
        .to_vec();
    wav.resize(44 + 12_800, 0);
    let form = [
        b"--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b\r\n\
          Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
            .as_slice(),
        wav.as_slice(),
        b"\r\n--b--\r\n",
    ]
    .concat();
    let json = "application/json";
    vec![
        post("/v1/audio/transcriptions", "multipart/form-data; boundary=b", &form),
        post("/v1/audio/speech", json, br#"{"model":"tts-1","voice":"alloy","input":"Tea."}"#),
        post(
            "/v1/chat/completions",
            json,
            br#"{"model":"any","stream":true,"messages":[{"role":"user","content":"Hello?"}]}"#,
        ),
        b"GET /v1/models/sayso HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
    ]
}

/// A text frame of a client's.
fn frame(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap().to_be_bytes();
    [b"\x81\xfe".as_slice(), &length, &[0; 4], text.as_bytes()].concat()
}

/// Memory of this process in RAM, in kB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Damages bytes: cuts them, changes some, repeats some, or makes all of them random.
fn damage(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    match random.u8(0..5) {
        0 => bytes.truncate(random.usize(0..=bytes.len())),
        1 => {
            for _ in 0..random.usize(1..8) {
                let at = random.usize(0..bytes.len());
                bytes[at] = random.u8(..);
            }
        }
        2 => {
            let at = random.usize(0..bytes.len());
            let piece = bytes[at..].to_vec();
            for _ in 0..random.usize(1..20) {
                bytes.extend(&piece);
            }
        }
        3 => *bytes = (0..random.usize(0..2_000)).map(|_| random.u8(..)).collect(),
        _ => {}
    }
}

fn attack(address: &str, seed: u64, requests: usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..requests {
        let Ok(stream) = TcpStream::connect(address) else { continue };
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let upgrade = random.u8(0..5) == 0;
        let mut bytes = if upgrade {
            WHOLE[6].as_bytes().to_vec()
        } else {
            random.choice(WHOLE).unwrap().as_bytes().to_vec()
        };
        if upgrade {
            let mut frames = random.choice(FRAMES).unwrap().to_vec();
            damage(&mut frames, &mut random);
            bytes.extend(frames);
        } else {
            damage(&mut bytes, &mut random);
        }
        send(stream, &bytes, &mut random);
    }
}

#[test]
fn thousands_of_damaged_requests_harm_nobody() {
    let server = Server::start(&["Repeat: one two three."; 4], |config| {
        config.server.requests_per_s = 0;
        config.models.sessions = 2;
        // Otherwise those that say nothing more hold all connections for longer.
        config.server.head_s = 1;
    });
    let mut talking = Client::connect(&server.address, "/api/conversation", &[]).unwrap();
    talking.event("hello");
    let run = |seed: u64, requests: usize| {
        std::thread::scope(|scope| {
            for n in 0..4 {
                let address = &server.address;
                scope.spawn(move || attack(address, seed + n, requests / 4));
            }
        });
    };
    // Buffers and threads grow to their size.
    run(1, REQUESTS / 10);
    let before = memory();
    std::thread::scope(|scope| {
        let attack = scope.spawn(|| run(100, REQUESTS));
        // Meanwhile somebody talks.
        let turns = |talking: &Client| {
            talking.events.iter().filter(|event| event["event"] == "turn").count()
        };
        let mut spoken = 0;
        while !attack.is_finished() && spoken < 3 {
            talking.hear(&sound(&[(false, 200), (true, 800), (false, 1_500)]));
            spoken += 1;
        }
        while !attack.is_finished() {
            talking.take();
        }
        let due = talking.events.iter().filter(|event| event["ending"] == "complete").count();
        assert!(due >= 1 && turns(&talking) >= spoken, "{spoken} spoken: {:#?}", talking.events);
    });
    let after = memory();
    assert!(after < before + GROWTH, "{before} kB before, {after} kB after");
    // It still answers.
    assert_eq!(server.get("/api/status").status, 200);
    assert_eq!(talking.closed, None);
    drop(talking);
    server.wait_until_free();
    let mut next = Client::connect(&server.address, "/api/conversation", &[]).unwrap();
    next.event("hello");
}

/// Sends these bytes, and leaves in one way or another.
fn send(mut stream: TcpStream, bytes: &[u8], random: &mut fastrand::Rng) {
    // It may be refused in the middle.
    let _ = stream.write_all(bytes);
    match random.u8(0..4) {
        0 => {}
        1 => drop(stream.shutdown(Shutdown::Write)),
        _ => drop(stream.read(&mut [0; 512])),
    }
}

/// Sends damaged requests of OpenAI's clients.
fn attack_openai(address: &str, seed: u64, requests: usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    let whole = openai();
    for _ in 0..requests {
        let Ok(stream) = TcpStream::connect(address) else { continue };
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut bytes = match random.u8(0..4) {
            0 => frame(random.choice(EVENTS).unwrap()),
            _ => random.choice(&whole).unwrap().clone(),
        };
        let upgrades = bytes.starts_with(b"\x81");
        damage(&mut bytes, &mut random);
        if upgrades {
            bytes = [REALTIME.as_bytes(), &bytes].concat();
        }
        send(stream, &bytes, &mut random);
    }
}

#[test]
fn damaged_requests_of_openai_clients_harm_nobody() {
    let server = Server::start(&["Repeat: one two three."; 4], |config| {
        config.server.requests_per_s = 0;
        config.models.sessions = 3;
        (config.server.head_s, config.server.body_s) = (1, 1);
    });
    let mut talking = Client::connect(&server.address, "/api/conversation", &[]).unwrap();
    talking.event("hello");
    // Buffers and threads grow to their size.
    attack_openai(&server.address, 1, OPENAI_REQUESTS / 4);
    let before = memory();
    std::thread::scope(|scope| {
        for seed in [2, 3] {
            let address = &server.address;
            scope.spawn(move || attack_openai(address, seed, OPENAI_REQUESTS / 2));
        }
        talking.hear(&sound(&[(false, 200), (true, 800), (false, 1_500)]));
        assert_eq!(talking.event("turn")["ending"], "complete");
    });
    let after = memory();
    assert!(after < before + GROWTH, "{before} kB before, {after} kB after");
    assert_eq!(server.get("/v1/models").status, 200);
    assert_eq!(talking.closed, None);
    drop(talking);
    server.wait_until_free();
}

#[test]
fn damaged_frames_end_their_own_conversation_only() {
    let server = Server::start(&["Repeat: one two three."], |config| {
        config.server.requests_per_s = 0;
        config.server.idle_s = 5;
    });
    let mut talking = Client::connect(&server.address, "/api/conversation", &[]).unwrap();
    talking.event("hello");
    let head = "GET /api/conversation HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
                Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut random = fastrand::Rng::with_seed(7);
    let mut begun = 0;
    let until = Instant::now() + Duration::from_secs(120);
    while begun < 40 {
        assert!(Instant::now() < until, "{begun} conversations were begun");
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        if &answer != b"HTTP/1.1 101" {
            // The sessions of those before are not free yet.
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        begun += 1;
        for _ in 0..random.usize(1..6) {
            let mut frame = random.choice(FRAMES).unwrap().to_vec();
            damage(&mut frame, &mut random);
            let _ = stream.write_all(&frame);
        }
    }
    talking.hear(&sound(&[(false, 200), (true, 800), (false, 1_500)]));
    assert_eq!(talking.event("turn")["ending"], "complete");
    drop(talking);
    server.wait_until_free();
}

#[test]
fn clients_that_never_finish_hold_no_place_for_long() {
    let server = Server::start(&[], |config| {
        config.server.head_s = 1;
        config.server.connections = 20;
        config.server.per_address = 20;
    });
    let mut held: Vec<TcpStream> =
        (0..20).map(|_| TcpStream::connect(&server.address).unwrap()).collect();
    // A byte now and then does not help.
    for _ in 0..15 {
        for stream in &mut held {
            let _ = stream.write_all(b"G");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    support::wait_until("others are served", || {
        let Ok(mut stream) = TcpStream::connect(&server.address) else { return false };
        stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).is_ok() && &answer == b"HTTP/1.1 200"
    });
}
