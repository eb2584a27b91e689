//! What happens when Home Assistant does something else than it should: against a double of its
//! server.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use sayso_house::{RealHouse, Settings, home_assistant};
use sayso_skills::{Change, Failure, House, Origin, Progress};
use serde_json::{Value, json};
use support::{change, down, names, until, up};
use tungstenite::{Message, WebSocket};

const TOKEN: &str = "a-long-lived-token";

/// What the double does when it is asked something: sends these, or, if `None`, hangs up.
type Answer = Box<dyn FnMut(&Value) -> Option<Vec<Value>> + Send>;

/// A double of Home Assistant: one lamp in the kitchen.
struct Double {
    port: u16,
    folder: tempfile::TempDir,
    over: Arc<AtomicBool>,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Double {
    /// Each connection is answered by what `made` makes for its number.
    fn start(mut made: impl FnMut(usize) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                if ends.load(Ordering::Relaxed) {
                    return;
                }
                serve(tungstenite::accept(stream.unwrap()), &mut made(number));
            }
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), TOKEN).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(folder.path().join("token"), mode).unwrap();
        }
        Self { port, folder, over }
    }

    fn house(&self) -> RealHouse {
        let home_assistant = Some(home_assistant::Settings {
            url: format!("http://127.0.0.1:{}", self.port),
            token_file: self.folder.path().join("token"),
            ..Default::default()
        });
        RealHouse::start(Settings { home_assistant, ..Settings::default() }).unwrap()
    }
}

type Accepted<T> = Result<WebSocket<TcpStream>, T>;

fn serve<T>(socket: Accepted<T>, answer: &mut Answer) {
    let Ok(mut socket) = socket else { return };
    let send = |socket: &mut WebSocket<TcpStream>, message: &Value| {
        // A text is sent as it is, so that it need not be JSON.
        let text = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
        socket.send(Message::text(text)).is_ok()
    };
    if !send(&mut socket, &json!({"type": "auth_required", "ha_version": "2025.4.4"})) {
        return;
    }
    while let Ok(message) = socket.read() {
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).unwrap();
        let Some(all) = answer(&message) else { return };
        if !all.iter().all(|message| send(&mut socket, message)) {
            return;
        }
    }
}

fn state(name: &str, state: &str) -> Value {
    json!({"entity_id": "light.lamp", "state": state, "attributes": {"friendly_name": name}})
}

/// The event that the lamp is in a state.
fn event(name: &str, now: &str) -> Value {
    let data = json!({"entity_id": "light.lamp", "new_state": state(name, now)});
    json!({"id": 1, "type": "event", "event": {"event_type": "state_changed", "data": data}})
}

fn result(message: &Value, result: Value) -> Value {
    json!({"id": message["id"], "type": "result", "success": true, "result": result})
}

/// What Home Assistant answers, to everything but a call of a service.
fn usual(message: &Value, name: &str, now: &str) -> Vec<Value> {
    let of = |value| vec![result(message, value)];
    match message["type"].as_str().unwrap() {
        "auth" if message["access_token"] == TOKEN => vec![json!({"type": "auth_ok"})],
        "auth" => vec![json!({"type": "auth_invalid", "message": "Invalid access token"})],
        "get_states" => of(json!([state(name, now)])),
        "config/area_registry/list" => {
            of(json!([{"area_id": "k", "name": "Kitchen", "aliases": [], "floor_id": null}]))
        }
        "config/entity_registry/list" => of(json!([{"entity_id": "light.lamp", "area_id": "k"}])),
        "config/entity_registry/get_entries" => of(json!({"light.lamp": {"aliases": ["bulb"]}})),
        "config/floor_registry/list" | "config/device_registry/list" => of(json!([])),
        "homeassistant/expose_entity/list" => {
            of(json!({"exposed_entities": {"light.lamp": {"conversation": true}}}))
        }
        "ping" => vec![json!({"id": message["id"], "type": "pong"})],
        _ => of(Value::Null),
    }
}

fn is_call(message: &Value) -> bool {
    message["type"] == "call_service"
}

/// A double that answers a call of a service like this.
fn with_calls(
    call: impl Fn(usize, &Value) -> Option<Vec<Value>> + Clone + Send + 'static,
) -> Double {
    Double::start(move |number| {
        let call = call.clone();
        Box::new(move |message| match is_call(message) {
            true => call(number, message),
            false => Some(usual(message, "Lamp", "off")),
        })
    })
}

#[test]
fn a_lamp_is_on_when_it_says_so() {
    let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let double = with_calls(move |_, message| {
        seen.lock().unwrap().push(message.clone());
        Some(vec![event("Lamp", "on"), result(message, json!({}))])
    });
    let mut house = double.house();
    assert!(house.is_connecting());
    up(&mut house);
    assert!(!house.is_connecting() && house.unreachable().is_empty());
    assert_eq!(names(&house), ["Lamp"]);
    let lamp = house.home().entities().next().cloned().unwrap();
    assert_eq!(
        (lamp.area.as_deref(), &lamp.aliases[..]),
        (Some("Kitchen"), &["bulb".to_owned()][..])
    );
    assert_eq!(house.state("Lamp").unwrap().on, Some(false));
    assert_eq!(change(&mut house, "Lamp", &Change::On(true)), Ok(Progress::Done));
    assert_eq!(house.state("Lamp").unwrap().on, Some(true));
    let call = asked.lock().unwrap()[0].clone();
    assert_eq!(
        (&call["domain"], &call["service"], &call["target"]["entity_id"]),
        (&json!("light"), &json!("turn_on"), &json!("light.lamp"))
    );
}

#[test]
fn a_token_that_is_refused_is_named() {
    let double = with_calls(|_, _| None);
    std::fs::write(double.folder.path().join("token"), "not-the-right-one").unwrap();
    let house = double.house();
    let why = down(&house);
    assert!(why.contains("does not accept the token") && why.contains("Security"), "{why}");
    assert!(!why.contains("not-the-right-one"), "the token is not shown: {why}");
    assert_eq!(house.unreachable(), [Origin::HomeAssistant]);
}

#[cfg(unix)]
#[test]
fn a_token_that_others_can_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let double = with_calls(|_, _| None);
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(double.folder.path().join("token"), open).unwrap();
    assert!(down(&double.house()).contains("chmod 600"));
}

#[test]
fn a_connection_that_is_lost_in_mid_action_leaves_a_doubt() {
    // The first connection is lost, the second one is good.
    let double = with_calls(|number, message| {
        (number > 0).then(|| vec![event("Lamp", "on"), result(message, json!({}))])
    });
    let mut house = double.house();
    up(&mut house);
    let lost = Err(Failure::Lost(Origin::HomeAssistant));
    assert_eq!(change(&mut house, "Lamp", &Change::On(true)), lost);
    assert_eq!(house.state("Lamp"), None, "nothing is known of it now");
    let again = house.change("Lamp", &Change::On(true));
    assert_eq!(again, Err(Failure::Unreachable(Origin::HomeAssistant)));
    assert_eq!(names(&house), ["Lamp"], "its name is still understood");
    up(&mut house);
    assert_eq!(change(&mut house, "Lamp", &Change::On(true)), Ok(Progress::Done));
}

#[test]
fn what_home_assistant_refuses_is_not_done() {
    let double = with_calls(|_, message| {
        let error = json!({"code": "not_found", "message": "the kitchen is on fire"});
        Some(vec![json!({"id": message["id"], "type": "result", "success": false, "error": error})])
    });
    let mut house = double.house();
    up(&mut house);
    let Err(Failure::Refused(why)) = change(&mut house, "Lamp", &Change::On(true)) else {
        unreachable!("it was refused")
    };
    assert!(why.ends_with("not_found"), "only the code is logged: {why}");
    // A lamp cannot be locked: nobody is asked.
    let locked = change(&mut house, "Lamp", &Change::Locked(true));
    assert!(matches!(locked, Err(Failure::Refused(_))));
}

#[test]
fn a_lamp_that_does_not_change_is_late() {
    let double = with_calls(|_, message| Some(vec![result(message, json!({}))]));
    let mut house = double.house();
    up(&mut house);
    assert_eq!(change(&mut house, "Lamp", &Change::On(true)), Err(Failure::Late));
}

#[test]
fn garbage_ends_the_connection_and_it_begins_again() {
    let bad: Vec<Value> = vec![
        json!("}{ no JSON"),
        // Twice as long as the longest message.
        json!("x".repeat(64 << 20)),
    ];
    let count = bad.len();
    let double = Double::start(move |number| {
        let bad = bad.get(number).cloned();
        Box::new(move |message| {
            let asked = message["type"] == "get_states";
            match bad.clone().filter(|_| asked) {
                Some(bad) => Some(vec![bad]),
                None => Some(usual(message, "Lamp", "off")),
            }
        })
    });
    let mut house = double.house();
    let mut seen = Vec::new();
    while seen.len() < count {
        let why = down(&house);
        if seen.last() != Some(&why) {
            seen.push(why);
        }
    }
    assert!(seen[0].contains("no JSON"), "{seen:?}");
    up(&mut house);
    assert_eq!(names(&house), ["Lamp"]);
}

#[test]
fn odd_answers_do_no_harm() {
    let odd = [json!(null), json!([]), json!({"id": 1}), json!({"type": 7}), json!(42)];
    let double = Double::start(move |_| {
        let odd = odd.clone();
        Box::new(move |message| {
            let mut all = odd.to_vec();
            if message["type"] == "auth" {
                all.clear();
            }
            all.push(json!({"id": 9_999, "type": "result", "success": true}));
            all.retain(|_| message["type"] != "auth");
            all.push(json!({"type": "event", "event": {"event_type": "state_changed"}}));
            if message["type"] == "auth" {
                all.clear();
            }
            all.extend(usual(message, "Lamp", "off"));
            Some(all)
        })
    });
    let mut house = double.house();
    up(&mut house);
    assert_eq!(names(&house), ["Lamp"]);
}

#[test]
fn names_follow_live() {
    let name = Arc::new(Mutex::new("Lamp"));
    let now = Arc::clone(&name);
    let double = Double::start(move |_| {
        let now = Arc::clone(&now);
        Box::new(move |message| {
            if !is_call(message) {
                return Some(usual(message, *now.lock().unwrap(), "off"));
            }
            // It is called something else now, as its next state says.
            *now.lock().unwrap() = "Lantern";
            Some(vec![event("Lantern", "on"), result(message, json!({}))])
        })
    });
    let mut house = double.house();
    up(&mut house);
    assert_eq!(names(&house), ["Lamp"]);
    assert_eq!(change(&mut house, "Lamp", &Change::On(true)), Ok(Progress::Done));
    until("the new name", || {
        house.refresh();
        names(&house) == ["Lantern"]
    });
    assert_eq!(*name.lock().unwrap(), "Lantern");
    assert_eq!(house.state("Lantern").unwrap().on, Some(true));
}

#[test]
fn another_server_is_no_home_assistant() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let mut double = with_calls(|_, _| None);
    let own = std::mem::replace(&mut double.port, port);
    let why = down(&double.house());
    assert_eq!(why, "there is no Home Assistant: HTTP status 404");
    double.port = own;
}
