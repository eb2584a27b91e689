//! Real devices in a conversation: what is said follows from what they report. Scripted engines, and
//! a real MQTT broker.

#![cfg(feature = "mqtt")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sayso::internals::skills::SharedSkills;
use sayso::{Assistant, Config, Event, Pace, Stop};
use sayso_replay::{Layout, Output, Replay};
use sayso_test_support::skip;

/// A broker, which ends when this is dropped.
struct Broker(Child, u16);

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn broker(folder: &std::path::Path) -> Option<Broker> {
    let mosquitto = ["mosquitto", "/usr/sbin/mosquitto"]
        .into_iter()
        .find(|program| Command::new(program).arg("-h").stdout(Stdio::null()).status().is_ok())?;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let conf = folder.join("conf");
    let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
    std::fs::write(&conf, text).unwrap();
    let server = Command::new(mosquitto).arg("-c").arg(&conf).stderr(Stdio::null()).spawn();
    let broker = Broker(server.unwrap(), port);
    let since = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(since.elapsed() < Duration::from_secs(60), "the broker does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(broker)
}

/// A pump that does not say what it does, and a lamp that is not there.
fn config(port: u16) -> Config {
    let text = format!(
        "[mqtt]\nhost = \"127.0.0.1\"\nport = {port}\n[mqtt.devices.pump]\ncommand_topic = \"p\"\n\
         [mqtt.devices.lamp]\nkind = \"light\"\ncommand_topic = \"l/set\"\nstate_topic = \"l\"\n"
    );
    let devices: Config = toml::from_str(&text).unwrap();
    Config { mqtt: devices.mqtt, ..common::config() }
}

/// What is heard after these sentences.
fn heard(config: Config, lines: &[&'static str]) -> Vec<String> {
    let (skills, _) = SharedSkills::load(&config, None).expect("skills");
    let (engines, _) = common::engines(lines);
    let parts: Vec<(bool, usize)> =
        lines.iter().flat_map(|_| [(true, 1_000), (false, 9_000)]).collect();
    let mut board =
        Replay::from_samples(common::sound(&parts)).output(Output::Memory(Layout::Stereo));
    let mut assistant = Assistant::new(config, engines).use_skills(skills, "kitchen", "Kitchen");
    let mut heard = Vec::new();
    let held = assistant.converse(&mut board, Pace::Lockstep, &Stop::new(), &mut |event| {
        if let Event::Turn(turn) = event
            && !turn.heard.is_empty()
        {
            assert_eq!(turn.skill, "home");
            heard.push(turn.heard);
        }
    });
    held.expect("a conversation");
    heard
}

#[test]
fn only_what_devices_report_is_said_to_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let Some(broker) = broker(folder.path()) else {
        return skip("no mosquitto (Debian: apt-get install mosquitto)");
    };
    let lines = ["Turn on the pump.", "Turn on the lamp.", "Is the lamp on?"];
    let told = "I've told the pump, but it doesn't report back.";
    let late = "The lamp hasn't done it yet.";
    let unknown = "The lamp is in an unknown state.";
    assert_eq!(heard(config(broker.1), &lines), [told, late, unknown]);
    let config = config(broker.1);
    drop(broker);
    let away = "I can't reach the MQTT broker.";
    assert_eq!(heard(config, &lines), [away, away, away]);
}
