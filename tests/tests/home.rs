//! Real lamps change by typed and spoken commands: one of Home Assistant, one at an MQTT broker.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sayso_home_assistant::{HomeAssistant, Missing};
use sayso_tests::{data, json, output, sayso, skip};

/// "Turn on the living room lamp."
const SPOKEN: &str = "commands-misc-en/v2j_turn_on_living_room_lamp.flac";

/// The program with these settings, and the small model.
fn with(settings: &Path) -> Command {
    let mut command = sayso();
    command.args(["--profile", "small", "--config"]).arg(settings);
    command
}

/// What is answered to a typed sentence.
fn typed(settings: &Path, text: &str) -> String {
    let lines = json(with(settings).args(["chat", "--json", text]));
    lines[0]["reply"].as_str().expect("a reply").to_owned()
}

/// What is answered to the spoken sentence, and what has changed.
fn spoken(settings: &Path) -> (String, serde_json::Value) {
    let lines = json(with(settings).args(["ask", "--json"]).arg(data(SPOKEN)));
    let reply = lines[0]["reply"].as_str().expect("a reply").to_owned();
    (reply, lines[0]["changed"].clone())
}

/// What `sayso doctor` says about the home.
fn doctor(settings: &Path) -> Vec<(String, String)> {
    let output = output(with(settings).args(["doctor", "--json"]));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let all = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let home = all.filter(|finding: &serde_json::Value| finding["what"] == "home");
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    home.map(|finding| (text(&finding, "health"), text(&finding, "found"))).collect()
}

#[test]
#[ignore = "installs Home Assistant: cargo xtask test --all"]
fn a_lamp_of_home_assistant_is_switched_by_words() {
    let mut home = match HomeAssistant::start() {
        Ok(home) => home,
        Err(Missing::Skip(why)) => return skip(why),
        Err(Missing::Broken(why)) => panic!("{why}"),
    };
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("sayso.toml");
    let text = format!(
        "[home_assistant]\nurl = {:?}\ntoken_file = {:?}\n",
        home.url(),
        home.token_file().to_str().unwrap()
    );
    std::fs::write(&settings, text).unwrap();
    let lamp = |home: &HomeAssistant| home.state("light.lamp").unwrap()["state"].clone();
    assert_eq!(lamp(&home), "off");
    let (reply, changed) = spoken(&settings);
    assert_eq!(reply, "The Living Room Lamp is on.");
    assert_eq!(changed["Living Room Lamp"].as_str().map(|state| &state[..2]), Some("on"));
    assert_eq!(lamp(&home), "on");
    assert_eq!(typed(&settings, "turn off the big lamp"), "The Living Room Lamp is off.");
    assert_eq!(lamp(&home), "off");
    let (health, found) = doctor(&settings).remove(0);
    assert_eq!((&*health, &*found), ("fine", "Home Assistant can be reached; devices: 2"));

    home.stop().unwrap();
    assert_eq!(typed(&settings, "turn on the big lamp"), "I can't reach Home Assistant.");
    assert_eq!(doctor(&settings).remove(0).0, "bad");
}

/// A broker, and a lamp that says what it is told.
struct Broker(Vec<Child>);

impl Drop for Broker {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_lamp_at_a_broker_is_switched_by_words() {
    let found = |name: &str| {
        Command::new(name)
            .arg("--help")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
    };
    let mosquitto = ["mosquitto", "/usr/sbin/mosquitto"].into_iter().find(|name| found(name));
    let Some(mosquitto) = mosquitto.filter(|_| found("mosquitto_sub") && found("mosquitto_pub"))
    else {
        return skip("no mosquitto (Debian: apt-get install mosquitto mosquitto-clients)");
    };
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let conf = folder.path().join("conf");
    let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
    std::fs::write(&conf, text).unwrap();
    let server =
        Command::new(mosquitto).arg("-c").arg(&conf).stderr(Stdio::null()).spawn().unwrap();
    let mut broker = Broker(vec![server]);
    let since = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(since.elapsed() < Duration::from_secs(60), "the broker does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let port_text = port.to_string();
    let told = Command::new("mosquitto_sub")
        .args(["-h", "127.0.0.1", "-p", &port_text, "-t", "lamp/set"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The lamp: it says that it does what it is told.
    let says = Command::new("sh")
        .args(["-c", &format!(
            "while read -r word; do mosquitto_pub -h 127.0.0.1 -p {port} -r -t lamp -m \"$word\"; done"
        )])
        .stdin({
            let mut told = told;
            let output = told.stdout.take().unwrap();
            broker.0.push(told);
            output
        })
        .spawn()
        .unwrap();
    broker.0.push(says);
    let settings = folder.path().join("sayso.toml");
    let text = format!(
        "[mqtt]\nhost = \"127.0.0.1\"\nport = {port}\n[mqtt.devices.lamp]\nname = \"Living Room \
         Lamp\"\narea = \"Living Room\"\nkind = \"light\"\ncommand_topic = \"lamp/set\"\n\
         state_topic = \"lamp\"\n"
    );
    std::fs::write(&settings, text).unwrap();
    let state = || {
        let said = Command::new("mosquitto_sub")
            .args(["-h", "127.0.0.1", "-p", &port_text, "-t", "lamp", "-C", "1", "-W", "20"])
            .output()
            .unwrap();
        String::from_utf8_lossy(&said.stdout).trim().to_owned()
    };
    let (reply, changed) = spoken(&settings);
    assert_eq!(reply, "The Living Room Lamp is on.");
    assert_eq!(changed["Living Room Lamp"], "on");
    assert_eq!(state(), "ON");
    let reply = typed(&settings, "turn off the living room lamp");
    assert_eq!(reply, "The Living Room Lamp is off.");
    assert_eq!(state(), "OFF");
    let (health, found) = doctor(&settings).remove(0);
    assert_eq!((&*health, &*found), ("fine", "the MQTT broker can be reached; devices: 1"));

    // The lamp is gone, then the broker.
    broker.0.drain(1..).for_each(|mut child| {
        let _ = child.kill();
        let _ = child.wait();
    });
    let late = "The Living Room Lamp hasn't done it yet.";
    assert_eq!(typed(&settings, "turn on the living room lamp"), late);
    drop(broker);
    let away = "I can't reach the MQTT broker.";
    assert_eq!(typed(&settings, "turn on the living room lamp"), away);
    assert_eq!(doctor(&settings).remove(0).0, "bad");
}
