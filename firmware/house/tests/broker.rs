//! Devices at a real broker: mosquitto.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use sayso_house::mqtt::{self, DeviceSettings};
use sayso_house::{RealHouse, Settings};
use sayso_skills::{Change, Failure, House, Origin, Progress, Skills};
use sayso_test_support::skip;
use support::{change, down, names, port, say, until, up};

const MISSING: &str = "no mosquitto (Debian: apt-get install mosquitto)";

/// A broker, which ends when this is dropped.
struct Broker {
    server: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.end();
    }
}

fn private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

impl Broker {
    /// Starts one. `None` if it is not installed.
    fn start(password: Option<&str>) -> Option<Self> {
        let mosquitto = ["mosquitto", "/usr/sbin/mosquitto"].into_iter().find(|program| {
            Command::new(program).arg("-h").stdout(Stdio::null()).status().is_ok()
        })?;
        let (folder, port) = (tempfile::tempdir().unwrap(), port());
        // It gives up its rights to another user, who must be able to read this.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut text = format!("listener {port} 127.0.0.1\npersistence false\nlog_type error\n");
        match password {
            None => text.push_str("allow_anonymous true\n"),
            Some(password) => {
                let file = folder.path().join("users");
                let made = Command::new("mosquitto_passwd")
                    .args(["-b", "-c"])
                    .arg(&file)
                    .args(["sayso", password])
                    .status();
                assert!(made.unwrap().success());
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
                text.push_str(&format!("password_file {}\n", file.display()));
                private(&folder.path().join("password"), password);
            }
        }
        let file = folder.path().join("conf");
        std::fs::write(&file, text).unwrap();
        let server = serve(mosquitto, &file);
        let broker = Self { server, port, folder };
        broker.is_there();
        Some(broker)
    }

    fn is_there(&self) {
        until("the broker", || std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok());
    }

    fn end(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }

    fn restart(&mut self) {
        self.server = serve("/usr/sbin/mosquitto", &self.folder.path().join("conf"));
        self.is_there();
    }

    fn settings(&self, devices: Vec<DeviceSettings>) -> mqtt::Settings {
        let host = "127.0.0.1".into();
        mqtt::Settings { host, port: self.port, devices, ..mqtt::Settings::default() }
    }

    fn house(&self, devices: Vec<DeviceSettings>) -> RealHouse {
        start(self.settings(devices))
    }

    /// A device that answers what it is told: the topic and payload that it reports.
    fn device(
        &self,
        topic: &str,
        mut answer: impl FnMut(&str) -> Option<(String, String)> + Send + 'static,
    ) {
        let (client, mut connection) = Client::new(self.options("device"), 10);
        client.subscribe(topic, QoS::AtLeastOnce).unwrap();
        let (ready, is_ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for event in connection.iter() {
                match event {
                    Ok(Event::Incoming(Packet::SubAck(_))) => ready.send(()).unwrap_or_default(),
                    Ok(Event::Incoming(Packet::Publish(told))) => {
                        let told = String::from_utf8_lossy(&told.payload).into_owned();
                        if let Some((topic, payload)) = answer(&told) {
                            let _ = client.try_publish(topic, QoS::AtLeastOnce, true, payload);
                        }
                    }
                    // The broker is gone.
                    Err(_) => return,
                    Ok(_) => {}
                }
            }
        });
        is_ready.recv_timeout(Duration::from_secs(60)).expect("the device is connected");
    }

    /// Says something once, which the broker keeps.
    fn publish(&self, topic: &str, payload: &str) {
        let (client, mut connection) = Client::new(self.options("once"), 10);
        client.publish(topic, QoS::AtLeastOnce, true, payload).unwrap();
        let acknowledged = |event| matches!(event, Ok(Event::Incoming(Packet::PubAck(_))));
        assert!(connection.iter().any(acknowledged));
    }

    fn options(&self, name: &str) -> MqttOptions {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        // A broker knows a client by its name.
        let name =
            format!("{name}-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        MqttOptions::new(name, "127.0.0.1", self.port)
    }
}

fn serve(mosquitto: &str, file: &Path) -> Child {
    Command::new(mosquitto).arg("-c").arg(file).stderr(Stdio::null()).spawn().unwrap()
}

fn start(settings: mqtt::Settings) -> RealHouse {
    RealHouse::start(Settings { mqtt: Some(settings), ..Settings::default() }).unwrap()
}

fn lamp() -> DeviceSettings {
    DeviceSettings {
        id: "desk-lamp".into(),
        name: "Desk Lamp".into(),
        area: "Study".into(),
        kind: "light".into(),
        style: "json".into(),
        topic: "home/desk".into(),
        ..DeviceSettings::default()
    }
}

#[test]
fn a_lamp_is_switched_and_says_so() {
    let Some(broker) = Broker::start(None) else { return skip(MISSING) };
    broker.device("home/desk/set", |told| Some(("home/desk".into(), told.to_owned())));
    let mut house = broker.house(vec![lamp()]);
    up(&mut house);
    assert_eq!(names(&house), ["Desk Lamp"]);
    assert_eq!(house.state("Desk Lamp").unwrap().on, None, "it has said nothing yet");
    assert_eq!(change(&mut house, "Desk Lamp", &Change::On(true)), Ok(Progress::Done));
    assert_eq!(house.state("Desk Lamp").unwrap().on, Some(true));
    assert_eq!(change(&mut house, "Desk Lamp", &Change::Brightness(40)), Ok(Progress::Done));
    assert_eq!(house.state("Desk Lamp").unwrap().brightness, Some(40));
    assert_eq!(change(&mut house, "Desk Lamp", &Change::On(false)), Ok(Progress::Done));
    let no = change(&mut house, "Desk Lamp", &Change::Color("red".into()));
    assert!(matches!(no, Err(Failure::Refused(_))));

    // By words, as a conversation does it.
    let own = Box::new(broker.house(vec![lamp()]));
    let mut skills = Skills::new("en", &[], Some(own)).unwrap();
    assert_eq!(say(&mut skills, "Turn on the desk lamp."), "The Desk Lamp is on.");
    until("the state", || house.state("Desk Lamp").unwrap().on == Some(true));
    assert_eq!(say(&mut skills, "Turn it off again."), "The Desk Lamp is off.");
    until("the state", || house.state("Desk Lamp").unwrap().on == Some(false));

    // The state that the broker keeps is known to the next program.
    let mut next = broker.house(vec![lamp()]);
    up(&mut next);
    until("the state that was kept", || next.state("Desk Lamp").unwrap().on == Some(false));
}

#[test]
fn a_lamp_shows_colours_and_a_thermostat_holds_a_temperature() {
    let Some(broker) = Broker::start(None) else { return skip(MISSING) };
    let lamp = DeviceSettings { colour: true, ..lamp() };
    let heating = DeviceSettings {
        id: "heating".into(),
        area: "Living Room".into(),
        kind: "climate".into(),
        target_command_topic: "heating/target/set".into(),
        target_state_topic: "heating/target".into(),
        temperature_topic: "heating/is".into(),
        ..DeviceSettings::default()
    };
    let radiator = DeviceSettings {
        id: "radiator".into(),
        area: "Study".into(),
        kind: "climate".into(),
        style: "json".into(),
        topic: "home/radiator".into(),
        ..DeviceSettings::default()
    };
    broker.device("home/desk/set", |told| Some(("home/desk".into(), told.to_owned())));
    broker.device("heating/target/set", |told| Some(("heating/target".into(), told.to_owned())));
    // It reports what it measures, however it is told a temperature.
    broker.device("home/radiator/set", |told| {
        let mut state: serde_json::Value = serde_json::from_str(told).unwrap();
        state["local_temperature"] = 18.5.into();
        Some(("home/radiator".into(), state.to_string()))
    });
    let devices = vec![lamp, heating, radiator];
    let mut house = broker.house(devices.clone());
    up(&mut house);
    assert_eq!(change(&mut house, "Desk Lamp", &Change::Color("red".into())), Ok(Progress::Done));
    assert_eq!(house.state("Desk Lamp").unwrap().color.as_deref(), Some("red"));
    assert_eq!(change(&mut house, "heating", &Change::Target(20.5)), Ok(Progress::Done));
    assert_eq!(change(&mut house, "radiator", &Change::Target(17.0)), Ok(Progress::Done));

    let mut skills = Skills::new("en", &[], Some(Box::new(broker.house(devices)))).unwrap();
    broker.publish("heating/is", "19.5");
    until("the temperature", || house.state("heating").unwrap().temperature == Some(19.5));
    assert_eq!(say(&mut skills, "Make the desk lamp blue."), "The Desk Lamp is blue.");
    until("the colour", || house.state("Desk Lamp").unwrap().color.as_deref() == Some("blue"));
    let set = say(&mut skills, "Set the temperature to 21 degrees.");
    assert!(set.contains("21"), "{set}");
    until("the temperature to hold", || house.state("heating").unwrap().target == Some(21.0));
    let warmer = say(&mut skills, "Make it warmer in the study");
    until("more of it", || house.state("radiator").unwrap().target.is_some_and(|is| is > 17.0));
    assert!(!warmer.is_empty());
    let is = say(&mut skills, "What is the temperature?");
    assert!(is.contains("19.5"), "{is}");
    let is = say(&mut skills, "How warm is it in the study?");
    assert!(is.contains("18.5"), "{is}");
}

#[test]
fn a_lamp_that_is_gone_is_late_and_a_mute_one_is_told() {
    let Some(broker) = Broker::start(None) else { return skip(MISSING) };
    let mute = DeviceSettings {
        id: "pump".into(),
        command_topic: "pump/set".into(),
        ..DeviceSettings::default()
    };
    let mut house = broker.house(vec![lamp(), mute]);
    up(&mut house);
    assert_eq!(change(&mut house, "Desk Lamp", &Change::On(true)), Err(Failure::Late));
    assert_eq!(change(&mut house, "pump", &Change::On(true)), Ok(Progress::Sent));
}

#[test]
fn a_tasmota_plug_tells_whether_it_is_there() {
    let Some(broker) = Broker::start(None) else { return skip(MISSING) };
    let plug = DeviceSettings {
        id: "plug".into(),
        style: "tasmota".into(),
        topic: "plug".into(),
        ..DeviceSettings::default()
    };
    let result =
        |told: &str| format!("{{\"POWER\":\"{}\"}}", if told.is_empty() { "OFF" } else { told });
    // Told to report its state, or to switch; it goes offline with the first OFF.
    broker.device("cmnd/plug/+", move |told| match told {
        "OFF" => Some(("tele/plug/LWT".into(), "Offline".into())),
        _ => Some(("stat/plug/RESULT".into(), result(told))),
    });
    let mut house = broker.house(vec![plug]);
    up(&mut house);
    until("its state, which it was asked for", || house.state("plug").unwrap().on == Some(false));
    assert_eq!(change(&mut house, "plug", &Change::On(true)), Ok(Progress::Done));
    assert_eq!(change(&mut house, "plug", &Change::On(false)), Err(Failure::Late));
    assert_eq!(house.state("plug"), None, "it is offline");
    assert_eq!(house.change("plug", &Change::On(true)), Err(Failure::Silent));
}

#[test]
fn a_broker_that_is_gone_is_found_again_and_nothing_is_sent_late() {
    let Some(mut broker) = Broker::start(None) else { return skip(MISSING) };
    let mut house = broker.house(vec![lamp()]);
    up(&mut house);
    broker.end();
    down(&house);
    let refused = house.change("Desk Lamp", &Change::On(true));
    assert_eq!(refused, Err(Failure::Unreachable(Origin::Mqtt)));
    broker.restart();
    let (told, was_told) = std::sync::mpsc::channel();
    broker.device("home/desk/set", move |payload| {
        let _ = told.send(payload.to_owned());
        Some(("home/desk".into(), payload.to_owned()))
    });
    up(&mut house);
    assert_eq!(change(&mut house, "Desk Lamp", &Change::On(false)), Ok(Progress::Done));
    assert_eq!(was_told.try_iter().collect::<Vec<_>>(), ["{\"state\":\"OFF\"}"]);
}

#[test]
fn a_password_is_needed_and_checked() {
    let Some(broker) = Broker::start(Some("secret")) else { return skip(MISSING) };
    let house = broker.house(vec![lamp()]);
    let why = down(&house);
    assert!(why.contains("mqtt.password_file"), "{why}");
    let mut settings = broker.settings(vec![lamp()]);
    settings.user = "sayso".into();
    settings.password_file = broker.folder.path().join("password");
    let mut house = start(settings.clone());
    up(&mut house);
    private(&settings.password_file, "wrong");
    assert!(!down(&start(settings)).contains("wrong"));
}

#[test]
fn a_message_that_is_too_long_is_not_read() {
    let Some(broker) = Broker::start(None) else { return skip(MISSING) };
    let mut house = broker.house(vec![lamp()]);
    up(&mut house);
    let mut options = broker.options("loud");
    options.set_max_packet_size(16 << 20, 16 << 20);
    let (client, mut connection) = Client::new(options, 10);
    client.publish("home/desk", QoS::AtMostOnce, false, vec![b'x'; 4 << 20]).unwrap();
    std::thread::spawn(move || for _ in connection.iter().take_while(Result::is_ok) {});
    down(&house);
    up(&mut house);
    assert_eq!(names(&house), ["Desk Lamp"]);
}
