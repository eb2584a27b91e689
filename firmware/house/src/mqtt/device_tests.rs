use super::*;

fn described(edit: impl FnOnce(&mut DeviceSettings)) -> Described {
    let mut settings = DeviceSettings { id: "desk-lamp".into(), ..DeviceSettings::default() };
    edit(&mut settings);
    Described::new(&settings).expect("good settings")
}

fn plain_lamp() -> Described {
    described(|lamp| {
        lamp.kind = "light".into();
        lamp.command_topic = "desk/set".into();
        lamp.state_topic = "desk/state".into();
        lamp.level_command_topic = "desk/level/set".into();
        lamp.level_state_topic = "desk/level".into();
    })
}

fn told(device: &Described, change: Change) -> Option<(String, String)> {
    device.message(&change).map(|message| (message.topic, message.payload))
}

fn pair(topic: &str, payload: &str) -> Option<(String, String)> {
    Some((topic.to_owned(), payload.to_owned()))
}

#[test]
fn a_plain_lamp_is_told_words_and_numbers() {
    let lamp = plain_lamp();
    assert_eq!(lamp.device().name, "desk lamp");
    assert_eq!(told(&lamp, Change::On(true)), pair("desk/set", "ON"));
    assert_eq!(told(&lamp, Change::Brightness(40)), pair("desk/level/set", "102"));
    assert_eq!(told(&lamp, Change::Brightness(0)), pair("desk/set", "OFF"));
    assert_eq!(told(&lamp, Change::Locked(true)), None);
    let mut device = lamp.device();
    assert!(lamp.take(&mut device, "desk/state", b"on"));
    assert!(lamp.take(&mut device, "desk/level", b"102"));
    let state = device.state.clone().expect("there");
    assert_eq!((state.on, state.brightness), (Some(true), Some(40)));
    for nonsense in [&b"\xff\xfe"[..], b"perhaps", b"", b"1e999", b"NaN", &[b'9'; 100_000]] {
        let before = device.clone();
        assert!(!lamp.take(&mut device, "desk/state", nonsense));
        assert!(!lamp.take(&mut device, "desk/level", nonsense) || nonsense == b"1e999");
        assert_eq!(device.state.as_ref().map(|s| s.on), before.state.as_ref().map(|s| s.on));
    }
}

#[test]
fn a_lamp_in_json_is_told_objects() {
    let lamp = described(|lamp| {
        (lamp.kind, lamp.style) = ("light".into(), "json".into());
        lamp.topic = "zigbee2mqtt/desk".into();
    });
    assert_eq!(told(&lamp, Change::On(false)), pair("zigbee2mqtt/desk/set", "{\"state\":\"OFF\"}"));
    assert_eq!(
        told(&lamp, Change::Brightness(50)),
        pair("zigbee2mqtt/desk/set", "{\"brightness\":127,\"state\":\"ON\"}")
    );
    assert_eq!(lamp.query().map(|query| query.topic.as_str()), Some("zigbee2mqtt/desk/get"));
    let mut device = lamp.device();
    assert!(lamp.take(&mut device, "zigbee2mqtt/desk", br#"{"state":"ON","brightness":127}"#));
    let state = device.state.clone().expect("there");
    assert_eq!((state.on, state.brightness), (Some(true), Some(50)));
    assert!(!lamp.take(&mut device, "zigbee2mqtt/desk", br#"{"linkquality":90}"#));
}

#[test]
fn a_tasmota_lamp_has_its_topics() {
    let lamp = described(|lamp| {
        (lamp.kind, lamp.style) = ("light".into(), "tasmota".into());
        lamp.topic = "desk".into();
    });
    assert_eq!(told(&lamp, Change::On(true)), pair("cmnd/desk/POWER", "ON"));
    assert_eq!(told(&lamp, Change::Brightness(40)), pair("cmnd/desk/Dimmer", "40"));
    assert_eq!(lamp.topics().collect::<Vec<_>>(), ["stat/desk/RESULT", "tele/desk/LWT"]);
    let mut device = lamp.device();
    assert!(lamp.take(&mut device, "stat/desk/RESULT", br#"{"POWER":"ON","Dimmer":40}"#));
    assert_eq!(device.state.as_ref().and_then(|state| state.brightness), Some(40));
    assert!(!lamp.take(&mut device, "tele/desk/LWT", b"Offline"));
    assert_eq!(device.state, None, "it is away");
    lamp.take(&mut device, "tele/desk/LWT", b"Online");
    assert_eq!(device.state, Some(State::default()), "its state is not known any more");
}

#[test]
fn covers_locks_and_sensors_have_words_of_their_own() {
    let blind = described(|blind| {
        blind.kind = "cover".into();
        blind.command_topic = "blind/set".into();
        blind.state_topic = "blind".into();
    });
    assert_eq!(told(&blind, Change::Position(100)), pair("blind/set", "OPEN"));
    assert_eq!(told(&blind, Change::Position(30)), None, "it has no topic for this");
    let mut device = blind.device();
    assert!(blind.take(&mut device, "blind", b"opening"));
    assert_eq!(device.moves_to, Some(100));
    assert!(blind.take(&mut device, "blind", b"open"));
    assert_eq!((device.moves_to, device.state.clone().and_then(|s| s.position)), (None, Some(100)));

    let lock = described(|lock| {
        (lock.kind, lock.command_topic) = ("lock".into(), "door/set".into());
        lock.state_topic = "door".into();
    });
    assert_eq!(told(&lock, Change::Locked(false)), pair("door/set", "UNLOCK"));
    let mut device = lock.device();
    assert!(lock.take(&mut device, "door", b"LOCKED"));
    assert_eq!(device.state.and_then(|state| state.locked), Some(true));

    let sensor = described(|sensor| {
        sensor.kind = "sensor".into();
        sensor.state_topic = "garden".into();
        (sensor.field, sensor.unit) = ("air.temperature".into(), "°C".into());
    });
    let mut device = sensor.device();
    assert!(sensor.take(&mut device, "garden", br#"{"air": {"temperature": 7.25}}"#));
    assert_eq!(device.state.and_then(|state| state.value).as_deref(), Some("7.3 °C"));
    assert_eq!(sensor.message(&Change::On(true)), None);
}

#[test]
fn without_a_state_nothing_is_confirmed() {
    let device = described(|device| device.command_topic = "x".into()).device();
    assert_eq!((&*device.kind, device.confirms), ("switch", Confirms::Never));
}

#[test]
fn bad_descriptions_are_refused() {
    let refused = |edit: fn(&mut DeviceSettings)| {
        let mut settings = DeviceSettings { id: "a".into(), ..DeviceSettings::default() };
        edit(&mut settings);
        Described::new(&settings).expect_err("refused")
    };
    assert_eq!(refused(|_| {}), "mqtt.devices.a: command_topic is missing");
    assert!(refused(|device| device.kind = "toaster".into()).contains("there are light, switch"));
    assert!(refused(|device| device.style = "odd".into()).contains("there are plain, json"));
    assert!(refused(|device| device.style = "tasmota".into()).ends_with("topic is missing"));
    assert!(refused(|device| device.command_topic = "a/#".into()).ends_with("is no topic"));
    assert!(refused(|device| device.kind = "sensor".into()).ends_with("state_topic is missing"));
}

#[test]
fn lamps_show_colours_in_three_ways() {
    let red = Change::Color("red".into());
    let orange = Change::Color("orange".into());
    let json = described(|lamp| {
        (lamp.kind, lamp.style) = ("light".into(), "json".into());
        (lamp.topic, lamp.colour) = ("desk".into(), true);
    });
    let payload = "{\"color\":{\"b\":0,\"g\":0,\"r\":255},\"state\":\"ON\"}";
    assert_eq!(told(&json, red.clone()), pair("desk/set", payload));
    let tasmota = described(|lamp| {
        (lamp.kind, lamp.style) = ("light".into(), "tasmota".into());
        (lamp.topic, lamp.colour) = ("desk".into(), true);
    });
    assert_eq!(told(&tasmota, orange.clone()), pair("cmnd/desk/Color2", "255,165,0"));
    let plain = described(|lamp| {
        (lamp.kind, lamp.command_topic) = ("light".into(), "desk/set".into());
        lamp.colour_command_topic = "desk/rgb/set".into();
        lamp.colour_state_topic = "desk/rgb".into();
    });
    assert_eq!(told(&plain, orange), pair("desk/rgb/set", "255,165,0"));
    assert!(plain.device().can(&red) && !plain_lamp().device().can(&red));
    let none = described(|lamp| {
        (lamp.kind, lamp.style) = ("light".into(), "json".into());
        lamp.topic = "desk".into();
    });
    assert!(!none.device().can(&red) && told(&none, red).is_none());
    for (lamp, topic, payload) in [
        (&json, "desk", r#"{"state":"ON","color":{"r":200,"g":0,"b":0}}"#),
        (&json, "desk", r#"{"color":{"hue":2,"saturation":99,"x":0.6,"y":0.3}}"#),
        (&json, "desk", r#"{"color":{"h":358.5,"s":98}}"#),
        (&tasmota, "stat/desk/RESULT", r#"{"POWER":"ON","Dimmer":40,"HSBColor":"0,100,40"}"#),
        (&plain, "desk/rgb", "80, 0,0"),
    ] {
        let mut device = lamp.device();
        assert!(lamp.take(&mut device, topic, payload.as_bytes()), "{payload}");
        let colour = device.state.as_ref().and_then(|state| state.color.as_deref());
        assert_eq!(colour, Some("red"), "{payload}");
    }
    for odd in ["1,2", "a,b,c", "0,0,0", "NaN,1,1", "1,2,3,4", "-1,0,0"] {
        let mut device = plain.device();
        assert!(!plain.take(&mut device, "desk/rgb", odd.as_bytes()), "{odd}");
    }
    for odd in [r#"{"color":"red"}"#, r#"{"color":{"r":1}}"#, r#"{"color":{"h":[],"s":1}}"#] {
        let mut device = json.device();
        assert!(!json.take(&mut device, "desk", odd.as_bytes()), "{odd}");
    }
}

#[test]
fn thermostats_hold_and_measure_temperatures() {
    let plain = described(|heating| {
        heating.kind = "climate".into();
        heating.target_command_topic = "hall/set".into();
        heating.target_state_topic = "hall/target".into();
        heating.temperature_topic = "hall/is".into();
        heating.command_topic = "hall/mode/set".into();
        heating.state_topic = "hall/mode".into();
    });
    assert_eq!(told(&plain, Change::Target(20.5)), pair("hall/set", "20.5"));
    assert_eq!(told(&plain, Change::Target(21.0)), pair("hall/set", "21"));
    assert_eq!(told(&plain, Change::On(false)), pair("hall/mode/set", "off"));
    let mut device = plain.device();
    assert!(plain.take(&mut device, "hall/is", b"19.4"));
    assert!(plain.take(&mut device, "hall/target", b"21.0"));
    assert!(plain.take(&mut device, "hall/mode", b"auto"));
    assert!(
        !plain.take(&mut device, "hall/is", b"warm") && !plain.take(&mut device, "hall/is", b"NaN")
    );
    let of = |device: &Device| {
        let state = device.state.clone().expect("there");
        (state.on, state.temperature, state.target)
    };
    assert_eq!(of(&device), (Some(true), Some(19.4), Some(21.0)));

    let json = described(|heating| {
        (heating.kind, heating.style) = ("climate".into(), "json".into());
        heating.topic = "z/hall".into();
    });
    let payload = "{\"occupied_heating_setpoint\":20.5}";
    assert_eq!(told(&json, Change::Target(20.5)), pair("z/hall/set", payload));
    assert_eq!(told(&json, Change::On(true)), pair("z/hall/set", "{\"system_mode\":\"heat\"}"));
    let mut device = json.device();
    let report =
        br#"{"local_temperature":19.5,"occupied_heating_setpoint":20,"system_mode":"off"}"#;
    assert!(json.take(&mut device, "z/hall", report));
    assert_eq!(of(&device), (Some(false), Some(19.5), Some(20.0)));
    assert!(!json.take(&mut device, "z/hall", br#"{"battery":90}"#));

    let bad = DeviceSettings { id: "a".into(), kind: "climate".into(), ..Default::default() };
    let why = |settings: DeviceSettings| Described::new(&settings).expect_err("refused");
    assert_eq!(why(bad.clone()), "mqtt.devices.a: target_command_topic is missing");
    let tasmota = DeviceSettings { style: "tasmota".into(), topic: "t".into(), ..bad };
    assert!(why(tasmota).contains("a thermostat is"));
}
