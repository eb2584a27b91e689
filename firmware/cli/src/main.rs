//! The `sayso` program: its commands, and what they share.

#![forbid(unsafe_code)]

mod ask;
mod chat;
mod config;
#[cfg(unix)]
mod ctl;
mod doctor;
mod intents;
mod models;
mod review;
mod run;
#[cfg(unix)]
mod run_program;
mod satellite_key;
mod say;
mod service;
mod skills;
mod stats;
mod transcribe;
mod wake;

use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_lex::OsStrExt as _;
use log::LevelFilter;
use sayso::config::Profile;
use sayso::internals::skills::SharedSkills;
use sayso::internals::state::StateFolder;
use sayso::{Assistant, Config, Result, Stop, Weights};
use sayso_audio_io::WavWriter;
use sayso_bench::{Bench, Host};
use sayso_models::Cancel;
use sayso_term as term;

const EXAMPLES: &str = "\
Examples:
  sayso models fetch                        get the models, once
  sayso ask question.wav -o answer.wav      ask a recorded question
  sayso run                                 talk with it
  sayso --profile small ask question.wav    with the model for small machines
  sayso --set turn.hangover_ms=400 run      change a setting of sayso.toml for one run
  sayso doctor                              what works on this machine and what does not";

/// An on-device voice assistant: you speak, it answers aloud, and nothing
/// leaves the machine.
#[derive(Parser)]
#[command(name = "sayso", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    shared: GlobalOptions,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command takes.
#[derive(Args)]
pub struct GlobalOptions {
    /// Settings file [default: sayso/sayso.toml in the user's configuration folder]
    #[arg(long, global = true, value_name = "FILE", env = "SAYSO_CONFIG")]
    config: Option<PathBuf>,
    /// One setting, as in sayso.toml; may be repeated. `sayso config explain` lists them
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE")]
    set: Vec<OsString>,
    /// Language model: the one with the best answers (2 GB of memory), the usual one, or the one for
    /// 512 MB of memory
    #[arg(long, global = true, value_enum, env = "SAYSO_PROFILE")]
    profile: Option<Profile>,
    /// Folder of the model store [env: SAYSO_MODELS]
    #[arg(long, global = true, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Whisper model: a ggml file or a name from `sayso models`
    #[arg(long, global = true, value_name = "FILE|NAME", env = "SAYSO_WHISPER")]
    whisper: Option<OsString>,
    /// Language model: a GGUF file or a name from `sayso models`
    #[arg(long, global = true, value_name = "FILE|NAME", env = "SAYSO_LLM")]
    llm: Option<OsString>,
    /// Folder with a Hibari voice
    #[arg(long, global = true, value_name = "DIR", env = "SAYSO_VOICE")]
    voice: Option<PathBuf>,
    /// Language of the conversation (ISO 639-1). For `transcribe`, it is that of the recording, and
    /// `auto` detects it; any language except English needs a multilingual model. For `intents`, it
    /// is that of the sentences
    #[arg(long, global = true, value_name = "CODE", env = "SAYSO_LANGUAGE")]
    language: Option<String>,
    /// Log more on stderr; give it twice for the logs of llama.cpp and whisper.cpp as well
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    /// Ask a recorded question and get a spoken answer
    Ask(ask::Ask),
    /// Talk with it: microphone and loudspeaker
    Run(run::Run),
    /// Serve browsers, phones and programs over HTTP
    #[cfg(feature = "server")]
    Serve(run::Serve),
    /// Control a running `sayso run`: say, answer, stop, mute
    #[cfg(unix)]
    Ctl(ctl::Ctl),
    /// Speak a text
    Say(say::Say),
    /// Write down what is said in a recording
    Transcribe(transcribe::Transcribe),
    /// Type to it and read its answers
    Chat(chat::Chat),
    /// The model store: list, fetch, verify, move to another machine
    Models(models::Models),
    /// The wake phrases: choose them, and try them on recordings
    Wake(wake::Wake),
    Skills(skills::Skills),
    Stats(stats::StatsCommand),
    Review(review::ReviewCommand),
    /// Make the key that encrypts satellites on the network
    SatelliteKey(satellite_key::SatelliteKey),
    #[cfg(unix)]
    #[command(hide = true)]
    RunProgram(run_program::RunProgram),
    /// Find the command in a sentence
    Intents(intents::Intents),
    /// The settings file
    Config(config::ConfigCommand),
    /// Check this machine: what works, what does not, what to do
    Doctor(doctor::Doctor),
    /// Measure each stage and whole turns on this machine
    Bench(Bench),
}

impl GlobalOptions {
    /// The settings: defaults, file, `--set`, then the other options.
    fn settings(&self) -> Result<Config> {
        self.settings_with(&self.set)
    }

    /// As [`settings`](Self::settings), with `set` instead of `--set`.
    fn settings_with(&self, set: &[OsString]) -> Result<Config> {
        let mut config = self.settings_but_language(set)?;
        let mut language = config.language.0.clone();
        put_option(set, "language", &self.language, &mut language);
        config.set_language(&language, "command line")?;
        Ok(config)
    }

    /// The code of the language that is set, whether or not the assistant can be used in it.
    fn language_code(&self, set: &[OsString]) -> Result<String> {
        let config = self.settings_but_language(set)?;
        let mut language = config.language.0;
        put_option(set, "language", &self.language, &mut language);
        Ok(language)
    }

    /// The settings for transcribing a recording or parsing a sentence: `--language` is its
    /// language, which need not be one that can be spoken.
    fn settings_to_transcribe(&self) -> Result<Config> {
        let mut config = self.settings_but_language(&self.set)?;
        put_option(&self.set, "stt.language", &self.language, &mut config.stt.language);
        config.drop_countries();
        Ok(config)
    }

    fn settings_but_language(&self, set: &[OsString]) -> Result<Config> {
        let file = self.file();
        let mut config = Config::load(file.as_deref(), set)?;
        if file.is_none() {
            // There may be files beside a settings file that does not exist.
            let user = Config::user_file();
            config.folder = user.and_then(|file| Some(file.parent()?.into())).unwrap_or_default();
        }
        let models = &mut config.models;
        put_option(set, "models.profile", &self.profile, &mut models.profile);
        put_option(set, "models.dir", &self.models, &mut models.dir);
        put_option(set, "models.whisper", &self.whisper, &mut models.whisper);
        put_option(set, "models.llm", &self.llm, &mut models.llm);
        put_option(set, "models.voice", &self.voice, &mut models.voice);
        Ok(config)
    }

    /// The settings file in use. A file in the working folder is used only if it is named, because
    /// somebody else may have put it there.
    fn file(&self) -> Option<PathBuf> {
        static TOLD: Once = Once::new();
        let file = self.config.clone().or_else(Config::find);
        let here = Path::new("sayso.toml");
        let same = |file: &PathBuf| file.canonicalize().ok() == here.canonicalize().ok();
        if self.config.is_none() && here.is_file() && !file.as_ref().is_some_and(same) {
            TOLD.call_once(|| {
                term::note(
                    "the sayso.toml in this folder is not used. To use it: `--config sayso.toml`",
                );
            });
        }
        file
    }

    /// This program with these options, as a process of its own.
    fn program(&self) -> Result<std::process::Command> {
        let program = std::env::current_exe();
        let program = program.map_err(|error| sayso::Error::io("this program", error))?;
        let mut command = std::process::Command::new(program);
        for set in &self.set {
            command.arg("--set").arg(set);
        }
        let profile = self.profile.map(|profile| format!("{profile:?}").to_lowercase());
        let options = [
            ("--config", self.config.as_ref().map(OsString::from)),
            ("--profile", profile.map(OsString::from)),
            ("--models", self.models.as_ref().map(OsString::from)),
            ("--whisper", self.whisper.clone()),
            ("--llm", self.llm.clone()),
            ("--voice", self.voice.as_ref().map(OsString::from)),
            ("--language", self.language.as_ref().map(OsString::from)),
        ];
        for (name, value) in options {
            if let Some(value) = value {
                command.arg(name).arg(value);
            }
        }
        Ok(command)
    }

    /// An assistant with these settings and its skills, its models loaded. `board` names it where
    /// timers are set and found again.
    fn assistant(&self, config: Config, board: &str) -> Result<Assistant> {
        let skills = self.skills(&config)?;
        let engines = self.weights(&config)?.session()?;
        Ok(Assistant::new(config, engines).use_skills(skills, board, ""))
    }

    /// The skills, with what they saved.
    fn skills(&self, config: &Config) -> Result<SharedSkills> {
        let (skills, doubt) = SharedSkills::load(config, Some(StateFolder::of(config)))?;
        if let Some(doubt) = doubt {
            term::note(doubt);
        }
        for fault in skills.faults() {
            term::note(fault);
        }
        Ok(skills)
    }

    /// The models that these settings select, loaded.
    fn weights(&self, config: &Config) -> Result<Weights> {
        weights(config)
    }
}

/// The models that these settings select, loaded.
fn weights(config: &Config) -> Result<Weights> {
    let _busy = term::Busy::new("loading the models");
    Weights::load(config)
}

/// Reads the command line, carries it out, and reports errors.
fn main() -> ExitCode {
    end_with_the_reader();
    let command = run::with_kinds(Cli::command());
    // Ends the program if the command line is wrong, as `parse` does.
    let cli = match Cli::from_arg_matches(&command.get_matches()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    log_for(cli.shared.verbose).parse_default_env().init();
    let stop = Stop::new();
    on_ctrl_c(&stop);
    let shared = &cli.shared;
    let done = match &cli.command {
        Command::Ask(command) => command.run(shared, &stop),
        Command::Run(command) => command.run(shared, &stop),
        #[cfg(feature = "server")]
        Command::Serve(command) => command.run(shared, &stop),
        #[cfg(unix)]
        Command::Ctl(command) => command.run(shared),
        Command::Say(command) => command.run(shared, &stop),
        Command::Transcribe(command) => command.run(shared, &stop),
        Command::Chat(command) => command.run(shared, &stop),
        Command::Models(command) => command.run(shared, &stop),
        Command::Wake(command) => command.run(shared, &stop),
        Command::Skills(command) => command.run(shared),
        Command::Stats(command) => command.run(shared),
        Command::Review(command) => command.run(shared),
        Command::SatelliteKey(command) => command.run(),
        #[cfg(unix)]
        Command::RunProgram(command) => command.run(shared),
        Command::Config(command) => command.run(shared),
        Command::Doctor(command) => command.run(shared),
        Command::Intents(command) => command.run(shared, &stop),
        Command::Bench(command) => {
            let host = Host {
                settings: &|| shared.settings(),
                weights: &|config| shared.weights(config),
                program: &|| shared.program(),
                verbose: shared.verbose > 0,
            };
            command.run(&host, &stop).and_then(|()| {
                // What was measured by then is shown, but it is incomplete.
                if stop.is_stopped() { Err(sayso::Error::stopped()) } else { Ok(()) }
            })
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            term::error(&error);
            ExitCode::FAILURE
        }
    }
}

/// A log on stderr, for this many `-v`.
fn log_for(verbose: u8) -> env_logger::Builder {
    let level = match verbose {
        0 => LevelFilter::Error,
        1 => LevelFilter::Info,
        _ => LevelFilter::Trace,
    };
    let theirs = if level > LevelFilter::Error { level } else { LevelFilter::Off };
    let mut log = env_logger::Builder::new();
    log.format(|to, record| {
        let (level, style) = (record.level(), to.default_level_style(record.level()));
        let (time, target) = (to.timestamp_seconds(), record.target());
        let text = term::shown(record.args());
        writeln!(to, "[{time} {style}{level:<5}{style:#} {target}] {text}")
    });
    log.filter_level(level)
        // They log the end of a connection, or of a file, as an error.
        .filter_module("pulseaudio", theirs)
        .filter_module("symphonia", theirs)
        // In detail they would log what is sent, and with it what is said.
        .filter_module("sctp_proto", theirs.min(LevelFilter::Info))
        .filter_module("dimpl", theirs.min(LevelFilter::Info))
        .filter_module("str0m", theirs.min(LevelFilter::Info))
        // For all crates of tract, which log each step of each network and so hide everything
        // else. `RUST_LOG=tract=debug` shows it.
        .filter_module("tract", level.min(LevelFilter::Warn));
    log
}

/// Whether panics are shown without their message, which may quote what was said.
static WORDLESS: AtomicBool = AtomicBool::new(false);

/// Ends the program quietly if its output is no longer read (`| head`). Other programs are ended
/// by a signal then; a Rust program would panic.
fn end_with_the_reader() {
    const LIKE_SIGPIPE: i32 = 128 + 13;
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or_default();
        let Some(why) = message.strip_prefix("failed printing to std") else {
            if !WORDLESS.load(Ordering::Acquire) {
                return usual(panic);
            }
            let thread = std::thread::current();
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            return eprintln!(
                "thread {:?} panicked at {place}; privacy.log_words shows the message",
                thread.name().unwrap_or("without a name")
            );
        };
        run::restore_terminal();
        if why.contains("Broken pipe") {
            std::process::exit(LIKE_SIGPIPE);
        }
        if let Some(why) = why.strip_prefix("out: ") {
            term::error(&format!("the output cannot be written: {why}"));
        }
        std::process::exit(1);
    }));
}

/// Reads a recording, at most `longest` of it. If there are `several` and one cannot be read, that
/// is noted and `None` returned, because the others can still be used.
///
/// # Errors
/// When the only one cannot be read.
fn recording(file: &Path, longest: Duration, several: bool) -> Result<Option<Vec<f32>>> {
    let sound = match sayso_audio_io::read_all(file, longest) {
        Ok(sound) => sound,
        Err(error) if several => {
            term::note(error);
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    if sound.truncated {
        term::note(format!("{}: the file is cut short; its beginning is used", file.display()));
    }
    Ok(Some(sound.samples))
}

/// Says that some of the recordings could not be read, if so. Each was noted before.
///
/// # Errors
/// [`Input`](sayso::ErrorKind::Input) if there are such.
fn all_were_read(unread: usize, all: usize) -> Result<()> {
    match unread {
        0 => Ok(()),
        _ => {
            let message = format!("{unread} of {all} files could not be read: see above");
            Err(sayso::Error::input(message))
        }
    }
}

/// Replaces the setting `key` by an option, unless it is among those `set` by name: the option may
/// come from the environment, which precedes the file but not `--set`.
fn put_option<T, S>(set: &[OsString], key: &str, option: &Option<T>, setting: &mut S)
where
    T: Clone + Into<S>,
{
    let is_key = |set: &OsString| {
        set.split_once("=")
            .and_then(|(name, _)| name.to_str())
            .is_some_and(|name| name.trim() == key)
    };
    if let Some(option) = option
        && !set.iter().any(is_key)
    {
        *setting = option.clone().into();
    }
}

/// Checks before the work that its sound can be written.
///
/// # Errors
/// For `-`, which usually means stdin or stdout, and would become a file with that name here.
fn is_for_sound(output: &Path) -> Result<()> {
    if output.as_os_str() != "-" {
        return Ok(());
    }
    let message = "sound is not written to stdout: name a file, such as `-o answer.wav`";
    Err(sayso::Error::input(message))
}

/// A path in JSON, which can only hold UTF-8.
fn lossy(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

/// Writes `sound` (mono, `rate` Hz) to a new WAV file that replaces `path`.
///
/// # Errors
/// As [`put`].
fn write_wav(path: &Path, rate: u32, sound: &[f32]) -> Result<()> {
    put(path, |file| {
        let mut file = WavWriter::over(file, path, rate, 1)?;
        file.write(sound).and_then(|()| file.finish())?;
        Ok(())
    })
}

/// Lets `write` write a file, which replaces `path` when it is complete.
///
/// # Errors
/// [`Io`](sayso::ErrorKind::Io) when the disk is full or the folder is missing. The file that was
/// there before is then unchanged, and no partial file is left.
fn put(path: &Path, write: impl FnOnce(File) -> Result<()>) -> Result<()> {
    let failed = |error: std::io::Error| {
        let todo = match error.kind() {
            ErrorKind::NotFound => "Create its folder, or name another file",
            _ => "Name another file",
        };
        // Without the name of the partial file.
        let cause = error.get_ref().and_then(|inner| inner.source()).map(ToString::to_string);
        let cause = cause.unwrap_or_else(|| error.to_string());
        let message = format!("cannot write {}: {cause}. {todo}", path.display());
        sayso::Error::new(sayso::ErrorKind::Io, message).with_source(error)
    };
    // A link remains one; a device or a pipe is written to directly.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if place.file_name().is_none() || place.exists() && !place.is_file() {
        return write(File::create(path).map_err(failed)?);
    }
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut part = tempfile::Builder::new();
    part.prefix(".sayso-").suffix(".part");
    // As for any other file, the process's mask decides.
    #[cfg(unix)]
    part.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let part = part.tempfile_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    write(part.as_file().try_clone().map_err(failed)?)?;
    part.persist(&place).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A flag that is set when `stop` is, for work that checks only the flag.
fn cancelled_by(stop: &Stop) -> Cancel {
    let cancel = Cancel::new();
    let (flag, stop) = (cancel.clone(), stop.clone());
    // Ends with the process.
    std::thread::spawn(move || {
        while !stop.is_stopped() {
            std::thread::sleep(Duration::from_millis(50));
        }
        flag.cancel();
    });
    cancel
}

/// The first Ctrl-C asks for a clean end, the second ends the program at once.
fn on_ctrl_c(stop: &Stop) {
    let stop = stop.clone();
    let set = ctrlc::set_handler(move || {
        if stop.is_stopped() {
            run::restore_terminal();
            std::process::exit(130);
        }
        stop.stop();
    });
    if let Err(error) = set {
        log::warn!("Ctrl-C will end the program at once: {error}");
    }
}

#[cfg(test)]
mod tests {
    use log::{Level, Log, Metadata};

    use super::*;

    #[test]
    fn the_command_that_keeps_a_core_busy_exists() {
        let args = ["sayso"].into_iter().chain(sayso_bench::BUSY);
        assert!(Cli::try_parse_from(args).is_ok());
    }

    #[test]
    fn much_is_logged_of_the_engines_but_not_each_step_of_tract() {
        let says = |verbose, target, level| {
            let metadata = Metadata::builder().target(target).level(level).build();
            log_for(verbose).build().enabled(&metadata)
        };
        for (target, level) in [
            ("sayso_frontend::echo", Level::Debug),
            ("ggml", Level::Debug),
            ("whisper.cpp", Level::Debug),
        ] {
            assert!(says(2, target, level) && !says(1, target, level), "{target}");
        }
        for target in ["tract_core::optim", "tract_hir::infer", "tract_linalg", "tract_onnx"] {
            assert!(says(2, target, Level::Warn) && !says(2, target, Level::Info), "{target}");
            assert!(!says(0, target, Level::Warn), "{target}");
        }
        assert!(says(0, "sayso", Level::Error) && !says(0, "pulseaudio::client", Level::Error));
    }
}
