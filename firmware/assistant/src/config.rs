//! One TOML file with sane defaults: `sayso.toml`.
//!
//! A setting is looked for in the defaults, then the file, then the command
//! line (`--set turn.hangover_ms=400`); the last one wins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sayso_frontend::Cleaning;
use sayso_language::Language;
use sayso_models::llm::Sampling;
use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};

mod check;
mod service;

pub use service::{Control, NamedBoard, Privacy, StateDir};

/// The commented file that `sayso config init` writes; it holds the defaults.
pub const TEMPLATE: &str = include_str!("sayso.toml");

/// All settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which models, and where they are.
    pub models: Models,
    /// Microphone and loudspeaker.
    pub audio: Audio,
    /// LED and button of `--board raspberry-pi`.
    pub raspberry_pi: RaspberryPi,
    /// What every satellite is told.
    pub satellite: Satellite,
    /// Short sounds that say what goes on.
    pub feedback: Feedback,
    /// What the assistant says on its own.
    pub announcements: Announcements,
    /// Cleaning what is heard.
    pub front_end: Cleaning,
    /// Turn-taking.
    pub turn: Turn,
    /// Speech to text.
    pub stt: Stt,
    /// The language model.
    pub llm: Llm,
    /// The voice.
    pub tts: Tts,
    /// What must outlive a restart.
    pub state: StateDir,
    /// How a running program is asked for things.
    pub control: Control,
    /// What is kept of what was said.
    pub privacy: Privacy,
    /// Boards with names.
    pub boards: BTreeMap<String, NamedBoard>,
}

/// Which language model: the one with sensible answers, or the one that fits 512 MB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Qwen2.5-Coder-0.5B-Instruct.
    #[default]
    Standard,
    /// SmolLM2-135M-Instruct.
    Small,
}

/// Which models, and where they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Models {
    /// Folder of the model store; empty for the user's cache folder.
    #[serde(serialize_with = "lossy")]
    pub dir: PathBuf,
    /// Which language model.
    pub profile: Profile,
    /// A Silero VAD file (ONNX), or empty for the catalogue's.
    #[serde(serialize_with = "lossy")]
    pub vad: PathBuf,
    /// A Smart Turn file (ONNX), or empty for the catalogue's.
    #[serde(serialize_with = "lossy")]
    pub eot: PathBuf,
    /// A Whisper file (ggml), a catalogue name, or empty for `whisper-tiny.en`.
    pub whisper: String,
    /// A language model file (GGUF), a catalogue name, or empty for the profile's.
    pub llm: String,
    /// A folder with a Hibari voice, or empty for the catalogue's.
    #[serde(serialize_with = "lossy")]
    pub voice: PathBuf,
    /// Conversations at a time at most, each with a session of its own on the same weights.
    pub sessions: u32,
}

impl Default for Models {
    fn default() -> Self {
        Self {
            dir: PathBuf::new(),
            profile: Profile::default(),
            vad: PathBuf::new(),
            eot: PathBuf::new(),
            whisper: String::new(),
            llm: String::new(),
            voice: PathBuf::new(),
            sessions: 4,
        }
    }
}

/// A path as text, whatever its bytes are: settings are shown in TOML and JSON.
fn lossy<S: Serializer>(path: &Path, to: S) -> std::result::Result<S::Ok, S::Error> {
    to.collect_str(&path.display())
}

/// Microphone and loudspeaker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audio {
    /// Microphone: its name or a part of it; empty for the system's default.
    pub input: String,
    /// Loudspeaker: its name or a part of it; empty for the system's default.
    pub output: String,
}

/// LED and button of a Raspberry Pi. 0, which is of no use as a GPIO there, for none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RaspberryPi {
    /// GPIO chip, by path or label; empty for that of the header.
    pub chip: String,
    /// GPIO of the LED.
    pub led: u32,
    /// Whether the LED lights when its GPIO is low.
    pub led_active_low: bool,
    /// GPIO of the button, which connects it to ground.
    pub button: u32,
}

impl Default for RaspberryPi {
    fn default() -> Self {
        Self { chip: String::new(), led: 25, led_active_low: false, button: 17 }
    }
}

/// What every satellite is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Satellite {
    /// How loud its loudspeaker is, in percent. The voice's own volume is in the sound.
    pub volume: u8,
    /// What encrypts satellites on the network: 64 hexadecimal digits, or empty for the
    /// file's or none.
    pub key: String,
    /// A file that holds it, or empty.
    pub key_file: PathBuf,
    /// Talk with satellites on the network without a key: anyone there can listen in and
    /// speak for the user.
    pub insecure: bool,
}

impl Default for Satellite {
    fn default() -> Self {
        Self { volume: 100, key: String::new(), key_file: PathBuf::new(), insecure: false }
    }
}

/// Short sounds that say what goes on (`earcon`), for a device without a screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feedback {
    /// When the wake phrase was heard.
    pub wake: bool,
    /// When nothing was understood. On a device without a screen nothing else says that
    /// something was heard and will not be answered, so the settings that are installed
    /// with the service have it on. It is off by default, for a terminal shows that
    /// already, and without a wake phrase every cough sounds.
    pub nothing: bool,
    /// When something went wrong.
    pub error: bool,
    /// Before an announcement that asks for it.
    pub announce: bool,
    /// When a microphone or a loudspeaker is lost, or is back.
    pub devices: bool,
    /// How loud they are: 1 is a peak of −12 dBFS. 0…2.
    pub volume: f32,
}

impl Default for Feedback {
    fn default() -> Self {
        Self { wake: true, nothing: false, error: true, announce: true, devices: true, volume: 0.5 }
    }
}

/// What the assistant says on its own: announcements, and answers to typed questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Announcements {
    /// How long one that is not urgent waits until nobody speaks and nobody is being
    /// answered, in s. Then it is said between two utterances, and after twice that as if
    /// it were urgent: beside a television it would wait for ever.
    pub max_wait_s: u32,
}

impl Default for Announcements {
    fn default() -> Self {
        Self { max_wait_s: 60 }
    }
}

/// Turn-taking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Turn {
    /// Speech probability (0…1) above which speech begins.
    pub onset: f32,
    /// Speech probability (0…1) below which speech may have ended.
    pub offset: f32,
    /// Speech must last this long to count, in ms.
    pub min_speech_ms: u32,
    /// Silence after which the assistant starts working on an answer, unheard, in ms.
    pub may_end_ms: u32,
    /// Silence after which the user's turn is over, where nothing speaks for
    /// a shorter or a longer one, in ms.
    pub hangover_ms: u32,
    /// Silence after which it is over where it both sounds and reads complete, in ms.
    pub hangover_short_ms: u32,
    /// The same where that is a question, in ms; never longer than that.
    pub hangover_question_ms: u32,
    /// Silence after which it is over where it reads unfinished, in ms.
    pub hangover_long_ms: u32,
    /// Ask the end-of-turn model how complete an utterance sounds.
    pub end_of_turn: bool,
    /// End-of-turn score (0…1) from which an utterance sounds complete.
    pub complete: f32,
    /// Sound kept from before speech was noticed, in ms.
    pub pre_roll_ms: u32,
    /// A turn ends after this long even if speech goes on, in s.
    pub max_utterance_s: u32,
    /// A turn is given up when its answer has not begun after this long, in s.
    pub think_timeout_s: u32,
    /// Whether speech interrupts the reply. Needs echo cancellation,
    /// headphones, or a microphone that does not hear the loudspeaker.
    pub barge_in: bool,
    /// Speech must last this long to interrupt, in ms; 64 ms longer until the
    /// echo of the room is learnt.
    pub barge_in_ms: u32,
    /// Speech over the reply does not interrupt it where it is softer than the
    /// question was by more than this, in dB: a radio, or somebody far away.
    pub barge_in_range_db: f32,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            onset: 0.5,
            offset: 0.35,
            min_speech_ms: 96,
            may_end_ms: 64,
            hangover_ms: 800,
            hangover_short_ms: 448,
            hangover_question_ms: 288,
            hangover_long_ms: 1500,
            end_of_turn: true,
            complete: 0.5,
            pre_roll_ms: 320,
            max_utterance_s: 30,
            think_timeout_s: 30,
            barge_in: true,
            barge_in_ms: 192,
            barge_in_range_db: 12.0,
        }
    }
}

/// Speech to text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stt {
    /// ISO 639-1 code of the language; `auto`, or nothing, lets a multilingual model
    /// detect it.
    pub language: String,
    /// Names and jargon likely to be said.
    pub prompt: String,
    /// Threads. 0 for as many as other programs leave cores, at most 4, from one pass to
    /// the next.
    pub threads: u32,
    /// Use the GPU, if this build can.
    pub gpu: bool,
}

impl Default for Stt {
    fn default() -> Self {
        Self { language: "en".into(), prompt: String::new(), threads: 0, gpu: true }
    }
}

/// The language model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Llm {
    /// What the assistant is told about itself; empty for the profile's own.
    pub system_prompt: String,
    /// Tokens of context: system prompt, history and reply together. 0 for what
    /// suits the profile: see [`Config::context`].
    pub context: u32,
    /// Questions with their answers remembered, as far as they fit the context.
    /// 0 for what suits the profile: see [`Config::exchanges`].
    pub exchanges: u32,
    /// Threads. 0 for as many as other programs leave cores, at most 4, from one token to
    /// the next.
    pub threads: u32,
    /// Layers to put on the GPU, if this build can.
    pub gpu_layers: u32,
    /// Keep the evaluated system prompt on disk, for a quick start.
    pub save_prompt: bool,
    /// How tokens are chosen.
    pub sampling: Sampling,
}

impl Default for Llm {
    fn default() -> Self {
        Self {
            system_prompt: String::new(),
            context: 0,
            exchanges: 0,
            threads: 0,
            gpu_layers: 999,
            save_prompt: true,
            sampling: Sampling::default(),
        }
    }
}

/// The voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tts {
    /// 1 is the voice's own pace. 0.5…2.
    pub speed: f32,
    /// 1 leaves the voice as it is. 0…2.
    pub volume: f32,
}

impl Default for Tts {
    fn default() -> Self {
        Self { speed: 1.0, volume: 1.0 }
    }
}

impl Config {
    /// Tokens of context: as set, or else what suits the profile. Machines with
    /// 512 MB have no room for a long memory of what was said.
    pub fn context(&self) -> u32 {
        match (self.llm.context, self.models.profile) {
            (0, Profile::Standard) => 2048,
            (0, Profile::Small) => 1024,
            (set, _) => set,
        }
    }

    /// Exchanges remembered: as set, or else what suits the profile. The small model
    /// comes to answer in the pattern of its own answers when it sees many.
    pub fn exchanges(&self) -> u32 {
        match (self.llm.exchanges, self.models.profile) {
            (0, Profile::Standard) => u32::MAX,
            (0, Profile::Small) => 2,
            (set, _) => set,
        }
    }

    /// The place of the user's own settings file, there or not: `sayso/sayso.toml` in the
    /// configuration folder (`~/.config` on Linux). `None` for a user who has no such folder.
    pub fn user_file() -> Option<PathBuf> {
        dirs::config_dir().map(|dir| dir.join("sayso").join("sayso.toml"))
    }

    /// The settings file where none is named: the user's own, if it is there. The working
    /// folder's is not taken: whoever filled that folder would choose the models and devices.
    pub fn find() -> Option<PathBuf> {
        Self::user_file().filter(|path| path.is_file())
    }

    /// The settings in `file` (if any), with `overrides` (`section.key=value`) on top.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) when the file cannot be read or parsed, or a key is unknown
    /// (the error suggests the right one) or a value out of its range.
    pub fn load(file: Option<&Path>, overrides: &[String]) -> Result<Self> {
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
        let config = Self::read(table.clone(), &place)?;
        if overrides.is_empty() {
            return Ok(config);
        }
        for setting in overrides {
            set(&mut table, setting)?;
        }
        Self::read(table, "command line")
    }

    /// The settings in a table, which came from `place`.
    fn read(table: toml::Table, place: &str) -> Result<Self> {
        check::known(&table, &keys(&table)?, "", place)?;
        check::in_range(&table, place)?;
        let config: Config = table.try_into().map_err(|error: toml::de::Error| {
            Error::config(check::wrong_type(place, &error)).with_source(error)
        })?;
        check::fit_together(&config, place)?;
        Ok(config)
    }

    /// The words of the language that is spoken with the assistant.
    pub fn spoken(&self) -> &'static Language {
        Language::english()
    }

    /// The language spoken (ISO 639-1); `None` where the recogniser is to detect it.
    pub fn language(&self) -> Option<&str> {
        Some(self.stt.language.as_str()).filter(|code| !["", "auto"].contains(code))
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
        // Not by way of a `Value`, which widens each number and prints 0.35 with 16 digits.
        serde_json::to_string(self).map_err(|error| Error::of(ErrorKind::Config, error))
    }
}

/// The defaults as a table: the keys that exist.
fn defaults() -> Result<toml::Table> {
    toml::Table::try_from(Config::default()).map_err(|error| Error::of(ErrorKind::Config, error))
}

/// The keys that may be in `table`: the defaults, and those of each board that it names.
fn keys(table: &toml::Table) -> Result<toml::Table> {
    let mut keys = defaults()?;
    let board = toml::Table::try_from(NamedBoard::default())
        .map_err(|error| Error::of(ErrorKind::Config, error))?;
    if let Some(toml::Value::Table(named)) = table.get("boards")
        && let Some(toml::Value::Table(known)) = keys.get_mut("boards")
    {
        known.extend(named.keys().map(|name| (name.clone(), board.clone().into())));
    }
    Ok(keys)
}

/// Puts `section.key=value` into `table`. A value that is not TOML is a string.
fn set(table: &mut toml::Table, setting: &str) -> Result<()> {
    let (path, value) = setting
        .split_once('=')
        .ok_or_else(|| Error::config(format!("--set {setting}: write --set section.key=value")))?;
    let value = value.trim();
    let value = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.into()));
    let mut keys = path.trim().split('.').peekable();
    let mut place = table;
    while let Some(key) = keys.next() {
        if keys.peek().is_none() {
            place.insert(key.into(), value);
            return Ok(());
        }
        place = match place.entry(key).or_insert_with(|| toml::Table::new().into()) {
            toml::Value::Table(inner) => inner,
            _ => return Err(Error::config(format!("--set {setting}: {key} is not a section"))),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_holds_the_defaults() {
        let config: Config = toml::from_str(TEMPLATE).expect("template");
        assert_eq!(config, Config::default());
    }

    #[test]
    fn the_template_names_every_key() {
        fn keys(table: &toml::Table, above: &str, out: &mut Vec<String>) {
            for (key, value) in table {
                match value {
                    toml::Value::Table(table) => keys(table, &format!("{above}{key}."), out),
                    _ => out.push(format!("{above}{key}")),
                }
            }
        }
        let (mut have, mut want) = (Vec::new(), Vec::new());
        keys(&toml::from_str(TEMPLATE).expect("template"), "", &mut have);
        keys(&defaults().expect("defaults"), "", &mut want);
        have.sort();
        want.sort();
        assert_eq!(have, want);
    }

    fn error(text: &str, overrides: &[&str]) -> String {
        let dir = tempfile::tempdir().expect("folder");
        let file = dir.path().join("sayso.toml");
        std::fs::write(&file, text).expect("file");
        let overrides: Vec<String> = overrides.iter().map(|s| s.to_string()).collect();
        Config::load(Some(&file), &overrides).expect_err("refused").to_string()
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_right_one() {
        assert!(error("[turn]\nhangover = 3", &[]).contains("did you mean turn.hangover_ms?"));
        assert!(error("[llm.sampling]\ntemprature = 1", &[]).contains("llm.sampling.temperature"));
        assert!(error("[llm]\ntemperature = 1", &[]).contains("llm.sampling.temperature"));
        assert!(error("temperature = 1", &[]).contains("llm.sampling.temperature"));
        assert!(error("[sst]\n", &[]).contains("did you mean stt?"));
        assert!(error("", &["tts.sped=1"]).contains("did you mean tts.speed?"));
    }

    #[test]
    fn bad_files_and_values_are_refused() {
        assert!(error("[turn", &[]).contains("sayso.toml"));
        assert!(error("[tts]\nspeed = \"fast\"", &[]).contains("tts.speed: "));
        let text = error("", &["turn.hangover_ms=long"]);
        assert!(text.contains("turn.hangover_ms: "), "{text}");
        assert!(text.ends_with("it must be a whole number, 0 to 10000"), "{text}");
        assert!(error("hangover_ms = 3", &[]).ends_with("did you mean turn.hangover_ms?"));
        assert!(
            error("[tts]\nspeed = 1.0", &["tts.speed=9"]).starts_with("command line: tts.speed")
        );
        assert!(error("[tts]\nspeed = 9.0", &[]).contains("out of range"));
        assert!(error("", &["satellite.volume=101"]).contains("0 to 100"));
        assert!(error("[turn]\nhangover_ms = -3", &[]).contains("hangover_ms"));
        let text = error("", &["satellite.key=\"00ff\""]);
        assert!(text.contains("64 hexadecimal digits") && text.ends_with("these are 4"), "{text}");
        let digits = format!("satellite.key=\"{}\"", "a0".repeat(32));
        Config::load(None, std::slice::from_ref(&digits)).expect("a key");
        let both = ["satellite.key_file=\"key\"", &digits];
        assert!(error("", &both).contains("are both set"));
        assert!(error("", &["tts.speed=nan"]).contains("out of range"));
        assert!(error("", &["llm.context=100"]).ends_with("0, or 256 to 131072"));
        assert!(error("", &["turn"]).contains("section.key=value"));
        let missing = Config::load(Some(Path::new("no-such-file.toml")), &[]);
        assert!(missing.expect_err("missing").to_string().contains("sayso config init"));
    }

    #[test]
    fn a_number_too_large_for_its_type_is_told_its_range() {
        let text = error("[turn]\nhangover_ms = 99999999999", &[]);
        let due = "turn.hangover_ms = 99999999999 is out of range: 0 to 10000";
        assert!(text.ends_with(due), "{text}");
        assert!(error("", &["llm.threads=100000"]).ends_with("out of range: 0 to 256"));
        assert!(error("", &["stt.threads=257"]).ends_with("out of range: 0 to 256"));
        assert!(error("", &["llm.sampling.seed=-1"]).ends_with("0 to 4294967295"));
        let text = error("", &["llm.threads=1.5"]);
        assert!(text.ends_with("it must be a whole number, 0 to 256"), "{text}");
    }

    #[test]
    fn a_value_where_a_section_is_due_is_told_so() {
        let text = error("turn = 3", &[]);
        assert!(text.contains("turn: ") && text.contains("write [turn]"), "{text}");
        let text = error("llm.sampling = true", &[]);
        assert!(text.contains("write [llm.sampling]"), "{text}");
        let text = error("[tts.speed]", &[]);
        assert!(text.contains("tts.speed: ") && text.ends_with("a number, 0.5 to 2"), "{text}");
    }

    #[test]
    fn numbers_in_json_are_as_they_were_written() {
        let json = Config::default().to_json().expect("JSON");
        assert!(json.contains(":0.35,") && !json.contains("0.3499"), "{json}");
    }

    #[test]
    fn boards_have_names_and_areas() {
        let dir = tempfile::tempdir().expect("folder");
        let file = dir.path().join("sayso.toml");
        let text = "[boards.kitchen]\naddress = \"tcp:kitchen.lan:7000\"\narea = \"ground floor\"";
        std::fs::write(&file, text).expect("file");
        let more = ["boards.hall-2.address=desktop".to_owned()];
        let config = Config::load(Some(&file), &more).expect("good");
        assert_eq!(config.boards["kitchen"].address, "tcp:kitchen.lan:7000");
        assert_eq!(config.boards["kitchen"].area, "ground floor");
        assert_eq!(config.boards["hall-2"].address, "desktop");
        assert!(config.to_toml().expect("TOML").contains("[boards.kitchen]"));
    }

    #[test]
    fn bad_boards_are_refused() {
        let text = error("[boards.kitchen]\nadress = \"desktop\"", &[]);
        assert!(text.ends_with("did you mean boards.kitchen.address?"), "{text}");
        assert!(error("[boards.kitchen]\narea = \"x\"", &[]).contains("boards.kitchen.address"));
        let twice = "[boards.a]\naddress = \"listen:x\"\n[boards.b]\naddress = \"listen:x\"";
        assert!(error(twice, &[]).contains("boards.a.address and boards.b.address are the same"));
        assert!(error("[boards]\nkitchen = 3", &[]).contains("write [boards.kitchen]"));
        for name in ["\"tcp:x\"", "\"a b\"", "\"\"", "\"a/b\""] {
            let text = error(&format!("[boards.{name}]\naddress = \"desktop\""), &[]);
            assert!(text.contains("letters, digits"), "{text}");
        }
    }

    #[test]
    fn the_command_line_wins() {
        let overrides = ["tts.speed=1.25", "audio.input=USB Mic", "turn.barge_in=false"];
        let overrides: Vec<String> = overrides.iter().map(|s| s.to_string()).collect();
        let config = Config::load(None, &overrides).expect("good");
        assert_eq!(config.tts.speed, 1.25);
        assert_eq!(config.audio.input, "USB Mic");
        assert!(!config.turn.barge_in);
    }
}
