//! A real Home Assistant without a home.
//!
//! [`HomeAssistant`] runs a Home Assistant of its own on 127.0.0.1, in a folder of its own, with a
//! lamp in a living room, a lock, and a sensor. `install.sh` installs it once, into the user's cache; it
//! needs Python 3.13.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// What is in the home. The lamp's state is what it says; its switch and its level are helpers.
const CONFIGURATION: &str = r#"
homeassistant:
  name: Test
  unit_system: metric
http:
  server_host: 127.0.0.1
  server_port: PORT
api:
config:
onboarding:
websocket_api:
input_boolean:
  lamp:
    name: Wire
  bolt:
    name: Bolt
input_number:
  level:
    name: Level
    min: 0
    max: 255
light:
  - platform: template
    lights:
      lamp:
        unique_id: lamp
        friendly_name: Living Room Lamp
        value_template: "{{ is_state('input_boolean.lamp', 'on') }}"
        level_template: "{{ states('input_number.level') | int(0) }}"
        turn_on:
          - action: input_boolean.turn_on
            target: {entity_id: input_boolean.lamp}
        turn_off:
          - action: input_boolean.turn_off
            target: {entity_id: input_boolean.lamp}
        set_level:
          - action: input_number.set_value
            target: {entity_id: input_number.level}
            data: {value: "{{ brightness }}"}
          - action: input_boolean.turn_on
            target: {entity_id: input_boolean.lamp}
lock:
  - platform: template
    name: Front Door
    unique_id: door
    value_template: "{{ is_state('input_boolean.bolt', 'on') }}"
    lock:
      - action: input_boolean.turn_on
        target: {entity_id: input_boolean.bolt}
    unlock:
      - action: input_boolean.turn_off
        target: {entity_id: input_boolean.bolt}
template:
  - sensor:
      - name: Outside Temperature
        unique_id: outside
        device_class: temperature
        unit_of_measurement: "°C"
        state: "7.5"
"#;

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(300);

/// A running Home Assistant; it ends when this is dropped.
pub struct HomeAssistant {
    server: Child,
    port: u16,
    folder: tempfile::TempDir,
    token: String,
    number: u64,
    socket: WebSocket<TcpStream>,
}

/// Why there is none.
#[derive(Debug)]
pub enum Missing {
    /// It cannot be installed here: a test that needs it is skipped.
    Skip(String),
    /// It is installed, and does not work.
    Broken(String),
}

impl Drop for HomeAssistant {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn broken(error: impl std::fmt::Display) -> Missing {
    Missing::Broken(error.to_string())
}

/// The path of its program, which is installed if it is not there.
fn installed() -> Result<PathBuf, Missing> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
    let output = Command::new(&script).stderr(Stdio::inherit()).output().map_err(broken)?;
    match output.status.code() {
        Some(0) => Ok(String::from_utf8_lossy(&output.stdout).trim().into()),
        Some(3) => Err(Missing::Skip("no Python 3.13 for Home Assistant".into())),
        _ => Err(Missing::Skip(format!("Home Assistant cannot be installed: {}", output.status))),
    }
}

impl HomeAssistant {
    /// Starts it, makes a user, and puts the lamp into the living room.
    ///
    /// # Errors
    /// If it cannot be installed or does not start.
    pub fn start() -> Result<Self, Missing> {
        let program = installed()?;
        let folder = tempfile::tempdir().map_err(broken)?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(broken)?
            .port();
        let text = CONFIGURATION.replace("PORT", &port.to_string());
        fs::write(folder.path().join("configuration.yaml"), text).map_err(broken)?;
        let server = serve(&program, folder.path())?;
        let mut started = Started { server: Some(server) };
        let (token, mut socket) = onboard(port, folder.path(), &mut started)?;
        let home = furnish(&mut socket)?;
        let server = started.server.take().ok_or_else(|| broken("it is gone"))?;
        Ok(Self { server, port, folder, token, number: home, socket })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A file with its token, which only this user can read.
    pub fn token_file(&self) -> PathBuf {
        self.folder.path().join("token")
    }

    /// The state of an entity.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn state(&self, entity: &str) -> Result<Value, Missing> {
        let path = format!("/api/states/{entity}");
        request(self.port, "GET", &path, Some(&self.token), "", "")
    }

    /// Asks something over its WebSocket, and returns the result.
    ///
    /// # Errors
    /// If it refuses.
    pub fn ask(&mut self, message: Value) -> Result<Value, Missing> {
        self.number += 1;
        ask(&mut self.socket, self.number, message)
    }

    /// Ends it, as if the power had failed.
    ///
    /// # Errors
    /// If it is not running.
    pub fn stop(&mut self) -> Result<(), Missing> {
        self.server.kill().and_then(|()| self.server.wait()).map(drop).map_err(broken)
    }
}

/// Ends the server if something fails before it is in use.
struct Started {
    server: Option<Child>,
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn serve(program: &Path, folder: &Path) -> Result<Child, Missing> {
    let log = fs::File::create(folder.join("output.txt")).map_err(broken)?;
    let more = log.try_clone().map_err(broken)?;
    Command::new(program)
        .arg("--config")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(more)
        .spawn()
        .map_err(broken)
}

/// Makes the first user; returns a token, and a WebSocket on which it was accepted.
fn onboard(
    port: u16,
    folder: &Path,
    started: &mut Started,
) -> Result<(String, WebSocket<TcpStream>), Missing> {
    let since = Instant::now();
    let client = format!("http://127.0.0.1:{port}/");
    let user = json!({"client_id": client, "name": "Test", "username": "test",
        "password": "only-for-tests", "language": "en"});
    let made = loop {
        let json = "application/json";
        let said =
            match request(port, "POST", "/api/onboarding/users", None, json, &user.to_string()) {
                Ok(made) if made.get("auth_code").is_some() => break made,
                Ok(other) => other.to_string(),
                Err(error) => format!("{error:?}"),
            };
        let ended = started.server.iter_mut().any(|s| s.try_wait().is_ok_and(|s| s.is_some()));
        if ended || since.elapsed() > PATIENCE {
            let log = fs::read_to_string(folder.join("output.txt")).unwrap_or_default();
            return Err(broken(format!("it does not start: {said}\n{log}")));
        }
        std::thread::sleep(Duration::from_millis(250));
    };
    let code = made["auth_code"].as_str().unwrap_or_default();
    let form = format!("grant_type=authorization_code&code={code}&client_id={client}");
    let kind = "application/x-www-form-urlencoded";
    let token = request(port, "POST", "/auth/token", None, kind, &form)?;
    let token = token["access_token"].as_str().ok_or_else(|| broken(&token))?.to_owned();
    let file = folder.join("token");
    fs::write(&file, &token).map_err(broken)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).map_err(broken)?;
    }
    let stream = TcpStream::connect(("127.0.0.1", port)).map_err(broken)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(broken)?;
    let url = format!("ws://127.0.0.1:{port}/api/websocket");
    let (mut socket, _) = tungstenite::client(&url, stream).map_err(broken)?;
    let login = json!({"type": "auth", "access_token": token});
    socket.send(Message::text(login.to_string())).map_err(broken)?;
    Ok((token, socket))
}

/// Puts the lamp into a living room, with another name. Returns the number of the last message.
fn furnish(socket: &mut WebSocket<TcpStream>) -> Result<u64, Missing> {
    // It has this area from the beginning.
    let area = json!({"type": "config/area_registry/update", "area_id": "living_room",
        "aliases": ["lounge"]});
    let area = ask(socket, 1, area)?;
    let lamp = json!({"type": "config/entity_registry/update", "entity_id": "light.lamp",
        "area_id": area["area_id"], "aliases": ["big lamp"]});
    // The lamp may be registered a little later.
    let since = Instant::now();
    let mut number = 2;
    while let Err(error) = ask(socket, number, lamp.clone()) {
        if since.elapsed() > PATIENCE {
            return Err(error);
        }
        number += 1;
        std::thread::sleep(Duration::from_millis(250));
    }
    Ok(number)
}

fn ask(
    socket: &mut WebSocket<TcpStream>,
    number: u64,
    mut message: Value,
) -> Result<Value, Missing> {
    message["id"] = number.into();
    socket.send(Message::text(message.to_string())).map_err(broken)?;
    loop {
        let Message::Text(text) = socket.read().map_err(broken)? else { continue };
        let answer: Value = serde_json::from_str(&text).map_err(broken)?;
        if answer["id"] != number || answer["type"] != "result" {
            continue;
        }
        match answer["success"] == true {
            true => return Ok(answer["result"].clone()),
            false => return Err(broken(&answer["error"])),
        }
    }
}

/// One request over HTTP, and its answer as JSON.
fn request(
    port: u16,
    method: &str,
    path: &str,
    token: Option<&str>,
    kind: &str,
    body: &str,
) -> Result<Value, Missing> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(broken)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(broken)?;
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    let head = format!(
        "{method} {path} HTTP/1.0\r\nhost: 127.0.0.1\r\ncontent-type: {kind}\r\n{}content-length: \
         {}\r\n\r\n{body}",
        token.unwrap_or_default(),
        body.len()
    );
    stream.write_all(head.as_bytes()).map_err(broken)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(broken)?;
    let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(|| broken(&answer))?;
    serde_json::from_str(body).map_err(|error| broken(format!("{error}: {answer}")))
}
