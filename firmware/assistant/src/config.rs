//! The settings: one TOML file, `sayso.toml`.
//!
//! Every setting has a default. The file replaces the default, and the command line
//! (`--set turn.hangover_ms=400`) replaces both.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap_lex::OsStrExt as _;
use sayso_language::{Language, code_of};
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

mod check;
mod convert;
mod define;
mod named;
mod own;
mod path;
mod sections;
pub mod written;

use define::Defined;
pub use define::{Section, Setting};
pub use named::{McpServer, McpTool, MqttDevice, NamedBoard, OwnCommand};
use sections::General;
pub use sections::{
    Announcements, Audio, Code, Control, Feedback, FrontEnd, HomeAssistant, Llm, Models, Mqtt,
    Privacy, Profile, RaspberryPi, Sampling, Satellite, Server, Skills, StateDir, Stt, Tts, Turn,
    Wake,
};

/// The commented file that `sayso config init` writes; it holds the defaults.
pub const TEMPLATE: &str = include_str!("sayso.toml");

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The language of the conversation.
    pub language: Code,
    /// Which models are used, and where they are.
    pub models: Models,
    /// Microphone and loudspeaker.
    pub audio: Audio,
    /// LED and button of `--board raspberry-pi`.
    pub raspberry_pi: RaspberryPi,
    /// The wake phrase.
    pub wake: Wake,
    /// Volume and encryption of the satellites.
    pub satellite: Satellite,
    /// Short sounds that signal what happens.
    pub feedback: Feedback,
    /// What the assistant says on its own.
    pub announcements: Announcements,
    /// How the sound of the microphone is cleaned.
    pub front_end: FrontEnd,
    /// Turn-taking.
    pub turn: Turn,
    /// Speech to text.
    pub stt: Stt,
    /// The language model.
    pub llm: Llm,
    /// The voice.
    pub tts: Tts,
    /// What it can do.
    pub skills: Skills,
    /// Home Assistant.
    pub home_assistant: HomeAssistant,
    /// An MQTT broker, and its devices.
    pub mqtt: Mqtt,
    /// Where mute and volume are stored.
    pub state: StateDir,
    /// How a running program is controlled.
    pub control: Control,
    /// The server for browsers and programs.
    pub server: Server,
    /// Whether spoken words are logged.
    pub privacy: Privacy,
    /// Commands of the user's own.
    pub commands: BTreeMap<String, OwnCommand>,
    /// Servers of tools.
    pub mcp: BTreeMap<String, McpServer>,
    /// The tools that the user allows.
    pub tools: BTreeMap<String, McpTool>,
    /// Boards with names.
    pub boards: BTreeMap<String, NamedBoard>,
    /// The folder of the settings file, where the user's other files are. "" if there is none.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// The definitions of all sections, in the order of `sayso.toml`.
pub fn definitions() -> Vec<Section> {
    vec![
        General::define(""),
        Models::define("models"),
        Audio::define("audio"),
        RaspberryPi::define("raspberry_pi"),
        Wake::define("wake"),
        Satellite::define("satellite"),
        Feedback::define("feedback"),
        Announcements::define("announcements"),
        FrontEnd::define("front_end"),
        Turn::define("turn"),
        Stt::define("stt"),
        Llm::define("llm"),
        Sampling::define("llm.sampling"),
        Tts::define("tts"),
        Skills::define("skills"),
        HomeAssistant::define("home_assistant"),
        Mqtt::define("mqtt"),
        StateDir::define("state"),
        Control::define("control"),
        Server::define("server"),
        Privacy::define("privacy"),
        MqttDevice::define("mqtt.devices.NAME"),
        OwnCommand::define("commands.NAME"),
        McpServer::define("mcp.NAME"),
        McpTool::define("tools.NAME"),
        NamedBoard::define("boards.NAME"),
    ]
}

impl Config {
    /// Tokens of context: as set, or else a number that suits the profile. Machines with 512 MB
    /// have no room for a long history.
    pub fn context(&self) -> u32 {
        match (self.llm.context, self.models.profile) {
            (0, Profile::Large | Profile::Standard) => 2048,
            (0, Profile::Small) => 1024,
            (set, _) => set,
        }
    }

    /// Exchanges that are remembered: as set, or else a number that suits the profile. The small
    /// model repeats the pattern of its own answers if it sees many of them.
    pub fn exchanges(&self) -> u32 {
        match (self.llm.exchanges, self.models.profile) {
            (0, Profile::Large | Profile::Standard) => u32::MAX,
            (0, Profile::Small) => 2,
            (set, _) => set,
        }
    }

    /// The path of the user's own settings file, whether it exists or not: `sayso/sayso.toml` in
    /// the configuration folder (`~/.config` on Linux). `None` for a user without such a folder.
    pub fn user_file() -> Option<PathBuf> {
        dirs::config_dir().map(|dir| dir.join("sayso").join("sayso.toml"))
    }

    /// The settings file that is used if none is named: the user's own, if it exists. A file in the
    /// working folder is not used, because its author would choose the models and devices.
    pub fn find() -> Option<PathBuf> {
        Self::user_file().filter(|path| path.is_file())
    }

    /// The settings in `file` (if any), replaced by those in `overrides` (`section.key=value`). If
    /// a setting is a path, the value in an override need not be UTF-8.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) when the file cannot be read or parsed, a key is unknown (the
    /// error suggests the right one), or a value is out of its range.
    pub fn load(file: Option<&Path>, overrides: &[OsString]) -> Result<Self> {
        let (text, place) = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    let message = format!(
                        "{}: {error}. `sayso config init` writes a file to start from",
                        path.display()
                    );
                    Error::config(message).with_source(error)
                })?;
                (text, path.display().to_string())
            }
            None => (String::new(), "settings".into()),
        };
        let mut table: toml::Table = toml::from_str(&text).map_err(|error: toml::de::Error| {
            Error::config(format!("{place}: {error}")).with_source(error)
        })?;
        let folder = match file.and_then(Path::parent) {
            Some(here) if here.as_os_str().is_empty() => PathBuf::from("."),
            folder => folder.map(Path::to_owned).unwrap_or_default(),
        };
        let config = Self { folder: folder.clone(), ..Self::read(table.clone(), &place)? };
        if overrides.is_empty() {
            return Ok(config);
        }
        // TOML cannot hold paths that are not UTF-8.
        let mut odd = BTreeMap::new();
        for setting in overrides {
            set(&mut table, &mut odd, setting)?;
        }
        let mut config = Self { folder, ..Self::read(table, "command line")? };
        for (key, path) in odd {
            if let Some(setting) = config.path(&key) {
                *setting = path;
            }
        }
        Ok(config)
    }

    /// The setting `key`, if it is a path.
    fn path(&mut self, key: &str) -> Option<&mut PathBuf> {
        Some(match key {
            "wake.key" => &mut self.wake.key,
            "stt.vocabulary" => &mut self.stt.vocabulary,
            "llm.key_file" => &mut self.llm.key_file,
            "skills.documents" => &mut self.skills.documents,
            "skills.music" => &mut self.skills.music,
            "skills.virtual_home" => &mut self.skills.virtual_home,
            "models.dir" => &mut self.models.dir,
            "models.vad" => &mut self.models.vad,
            "models.eot" => &mut self.models.eot,
            "models.whisper" => &mut self.models.whisper,
            "models.llm" => &mut self.models.llm,
            "models.voice" => &mut self.models.voice,
            "home_assistant.token_file" => &mut self.home_assistant.token_file,
            "home_assistant.ca_file" => &mut self.home_assistant.ca_file,
            "mqtt.password_file" => &mut self.mqtt.password_file,
            "mqtt.ca_file" => &mut self.mqtt.ca_file,
            "satellite.key_file" => &mut self.satellite.key_file,
            "state.dir" => &mut self.state.dir,
            "control.socket" => &mut self.control.socket,
            "server.token_file" => &mut self.server.token_file,
            "server.certificate_file" => &mut self.server.certificate_file,
            "server.key_file" => &mut self.server.key_file,
            _ => return None,
        })
    }

    /// The settings in a table, which came from `place`.
    fn read(mut table: toml::Table, place: &str) -> Result<Self> {
        check::rename(&mut table);
        check::known(&table, &keys(&table)?, "", place)?;
        check::in_range(&table, place)?;
        let mut config: Config = serde_path_to_error::deserialize(toml::Value::Table(table))
            .map_err(|error| Error::config(check::unfit(place, &error)).with_source(error))?;
        config.drop_countries();
        check::fit_together(&config, place)?;
        Ok(config)
    }

    /// Whether the skill of this name is switched on.
    pub fn has_skill(&self, name: &str) -> bool {
        !self.skills.off.iter().any(|off| off == name)
    }

    /// Whether there is a folder of music, and the skill that plays it is switched on.
    pub fn has_music(&self) -> bool {
        self.has_skill(crate::music::SKILL) && !self.skills.music.as_os_str().is_empty()
    }

    /// The name of the machine that serves the language model, if one is set.
    pub fn llm_host(&self) -> Option<&str> {
        let (_, rest) = self.llm.url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit('@').next()?;
        let host = match host.strip_prefix('[') {
            Some(address) => address.split(']').next()?,
            None => host.split(':').next()?,
        };
        Some(host).filter(|host| !host.is_empty())
    }

    /// The language pack of the conversation.
    pub fn spoken(&self) -> &'static Language {
        Language::find(&self.language.0).unwrap_or(Language::english())
    }

    /// Chooses the language of the conversation, by its ISO 639-1 code, also with a country
    /// ("en-US").
    ///
    /// # Errors
    /// When there is no such language.
    pub fn set_language(&mut self, code: &str, place: &str) -> Result<()> {
        check::language(code, place)?;
        self.language = Code(code_of(code));
        Ok(())
    }

    /// Reduces the names of languages to their ISO 639-1 codes: "de_DE" to "de".
    pub fn drop_countries(&mut self) {
        self.language.0 = code_of(&self.language.0);
        self.stt.language = code_of(&self.stt.language);
    }

    /// The language to be recognised (ISO 639-1). `None` if the recogniser detects it.
    pub fn recognised(&self) -> Option<&str> {
        match self.stt.language.as_str() {
            "" => Some(self.language.0.as_str()),
            "auto" => None,
            code => Some(code),
        }
    }

    /// Whether there are devices outside of the program.
    pub fn has_real_house(&self) -> bool {
        !self.home_assistant.url.is_empty() || !self.mqtt.host.is_empty()
    }

    /// Uses no devices outside of the program.
    pub fn forget_real_house(&mut self) {
        (self.home_assistant, self.mqtt) = (HomeAssistant::default(), Mqtt::default());
    }

    /// The settings as TOML.
    ///
    /// # Errors
    /// Never for a `Config`; the serialiser's signature has one.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self).map_err(|error| Error::of(ErrorKind::Config, error))
    }

    /// The settings as JSON. Each number is the shortest that is read back as the same.
    ///
    /// # Errors
    /// Never for a `Config`; the serialiser's signature has one.
    pub fn to_json(&self) -> Result<String> {
        // Not through a `Value`, which widens each number and prints 0.35 with 16 digits.
        serde_json::to_string(self).map_err(|error| Error::of(ErrorKind::Config, error))
    }
}

/// The defaults as a table: the keys that exist.
fn defaults() -> Result<toml::Table> {
    toml::Table::try_from(Config::default()).map_err(|error| Error::of(ErrorKind::Config, error))
}

/// The keys that may be in `table`: the defaults, and those of each section to which the user gives a
/// name.
fn keys(table: &toml::Table) -> Result<toml::Table> {
    let mut keys = defaults()?;
    let of = |error| Error::of(ErrorKind::Config, error);
    let all = [
        (&["boards"][..], toml::Table::try_from(NamedBoard::default())),
        (&["commands"], toml::Table::try_from(OwnCommand::default())),
        (&["mcp"], toml::Table::try_from(McpServer::default())),
        (&["tools"], toml::Table::try_from(McpTool::default())),
        (&["mqtt", "devices"], toml::Table::try_from(MqttDevice::default())),
    ];
    for (path, settings) in all {
        let settings = settings.map_err(of)?;
        if let Some(named) = inner(table, path)
            && let Some(known) = inner_mut(&mut keys, path)
        {
            known.extend(named.keys().map(|name| (name.clone(), settings.clone().into())));
        }
    }
    Ok(keys)
}

/// The section within a table that has this path.
fn inner<'t>(table: &'t toml::Table, path: &[&str]) -> Option<&'t toml::Table> {
    path.iter().try_fold(table, |table, key| table.get(*key)?.as_table())
}

fn inner_mut<'t>(table: &'t mut toml::Table, path: &[&str]) -> Option<&'t mut toml::Table> {
    path.iter().try_fold(table, |table, key| table.get_mut(*key)?.as_table_mut())
}

/// Puts `section.key=value` into `table`. A value that is not TOML is taken as a string. A path
/// that is not UTF-8 is put into `odd` under its key, and its readable form into `table`.
fn set(
    table: &mut toml::Table,
    odd: &mut BTreeMap<String, PathBuf>,
    setting: &OsStr,
) -> Result<()> {
    let refuse = |why: &str| Error::config(format!("--set {}: {why}", setting.display()));
    let (path, value) = setting
        .split_once("=")
        .and_then(|(path, value)| Some((path.to_str()?.trim(), value)))
        .ok_or_else(|| refuse("write --set section.key=value"))?;
    odd.remove(path);
    let value = match value.to_str().map(str::trim) {
        Some(value) => toml::from_str::<toml::Table>(&format!("value = {value}"))
            .ok()
            .and_then(|mut table| table.remove("value"))
            .unwrap_or_else(|| toml::Value::String(value.into())),
        None if Config::default().path(path).is_some() => {
            odd.insert(path.to_owned(), path::expanded(Path::new(value)));
            toml::Value::String(value.to_string_lossy().into_owned())
        }
        None => return Err(refuse("the value is not UTF-8, which only a path may be")),
    };
    let mut keys = path.split('.').peekable();
    let mut place = table;
    while let Some(key) = keys.next() {
        if keys.peek().is_none() {
            place.insert(key.into(), value);
            return Ok(());
        }
        place = match place.entry(key).or_insert_with(|| toml::Table::new().into()) {
            toml::Value::Table(inner) => inner,
            _ => return Err(refuse(&format!("{key} is not a section"))),
        };
    }
    Ok(())
}

#[cfg(test)]
#[path = "config/tests.rs"]
mod tests;
