//! The `sayso` program: what can be asked for, and what all commands share.

#![forbid(unsafe_code)]

mod ask;
mod chat;
mod config;
#[cfg(unix)]
mod ctl;
mod doctor;
mod models;
mod run;
mod satellite_key;
mod say;
mod service;
mod transcribe;

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use log::LevelFilter;
use sayso::config::Profile;
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
  sayso --set turn.hangover_ms=400 run      any setting of sayso.toml, for once
  sayso doctor                              what is fine here, and what is not";

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
    /// One setting, as in sayso.toml; may be repeated
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
    /// Which language model: sensible answers, or 512 MB of memory
    #[arg(long, global = true, value_enum, env = "SAYSO_PROFILE")]
    profile: Option<Profile>,
    /// Folder of the model store [env: SAYSO_MODELS]
    #[arg(long, global = true, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Whisper model: a ggml file or a name from `sayso models`
    #[arg(long, global = true, value_name = "FILE|NAME", env = "SAYSO_WHISPER")]
    whisper: Option<String>,
    /// Language model: a GGUF file or a name from `sayso models`
    #[arg(long, global = true, value_name = "FILE|NAME", env = "SAYSO_LLM")]
    llm: Option<String>,
    /// Folder with a Hibari voice
    #[arg(long, global = true, value_name = "DIR", env = "SAYSO_VOICE")]
    voice: Option<PathBuf>,
    /// Say more of what goes on, on stderr; twice for what llama.cpp and whisper.cpp say, too
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Subcommand)]
enum Command {
    /// Ask a recorded question and get a spoken answer
    Ask(ask::Ask),
    /// Talk with it: microphone and loudspeaker
    Run(run::Run),
    /// Ask something of a running `sayso run`: to say, to answer, to stop, to mute
    #[cfg(unix)]
    Ctl(ctl::Ctl),
    /// Speak a text
    Say(say::Say),
    /// Write down what is said in a recording
    Transcribe(transcribe::Transcribe),
    /// Talk with it in writing
    Chat(chat::Chat),
    /// The model store: list, fetch, verify, move to another machine
    Models(models::Models),
    /// Make the key that encrypts satellites on the network
    SatelliteKey(satellite_key::SatelliteKey),
    /// The settings file
    Config(config::ConfigCommand),
    /// Look at this machine: what is fine, what is not, what to do
    Doctor(doctor::Doctor),
    /// Measure the stages and whole turns on this machine
    Bench(Bench),
}

impl GlobalOptions {
    /// The settings: defaults, file, `--set`, then the other options.
    fn settings(&self) -> Result<Config> {
        self.settings_with(&self.set)
    }

    /// As [`settings`](Self::settings), with these in place of `--set`.
    fn settings_with(&self, set: &[String]) -> Result<Config> {
        let file = self.file();
        let mut config = Config::load(file.as_deref(), set)?;
        let models = &mut config.models;
        put_option(set, "models.profile", &self.profile, &mut models.profile);
        put_option(set, "models.dir", &self.models, &mut models.dir);
        put_option(set, "models.whisper", &self.whisper, &mut models.whisper);
        put_option(set, "models.llm", &self.llm, &mut models.llm);
        put_option(set, "models.voice", &self.voice, &mut models.voice);
        Ok(config)
    }

    /// The settings file in use. One that lies in the working folder is not, unless it is
    /// named: that folder may be anybody's.
    fn file(&self) -> Option<PathBuf> {
        static TOLD: Once = Once::new();
        let file = self.config.clone().or_else(Config::find);
        let here = Path::new("sayso.toml");
        let same = |file: &PathBuf| file.canonicalize().ok() == here.canonicalize().ok();
        if self.config.is_none() && here.is_file() && !file.as_ref().is_some_and(same) {
            TOLD.call_once(|| {
                term::note("the sayso.toml of this folder is not used: `--config sayso.toml` does");
            });
        }
        file
    }

    /// An assistant with these settings, its models loaded.
    fn assistant(&self, config: Config) -> Result<Assistant> {
        let engines = self.weights(&config)?.session()?;
        Ok(Assistant::new(config, engines))
    }

    /// The models that these settings choose, loaded.
    fn weights(&self, config: &Config) -> Result<Weights> {
        let _busy = term::Busy::new("loading the models");
        Weights::load(config)
    }
}

/// Reads the command line, does what it says, and reports.
fn main() -> ExitCode {
    end_with_the_reader();
    let command = run::with_kinds(Cli::command());
    // It ends the program where the command line is wrong, as `parse` does.
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
        #[cfg(unix)]
        Command::Ctl(command) => command.run(shared),
        Command::Say(command) => command.run(shared, &stop),
        Command::Transcribe(command) => command.run(shared, &stop),
        Command::Chat(command) => command.run(shared, &stop),
        Command::Models(command) => command.run(shared, &stop),
        Command::SatelliteKey(command) => command.run(),
        Command::Config(command) => command.run(shared),
        Command::Doctor(command) => command.run(shared),
        Command::Bench(command) => {
            let host = Host {
                settings: &|| shared.settings(),
                weights: &|config| shared.weights(config),
                verbose: shared.verbose > 0,
            };
            command.run(&host, &stop).and_then(|()| {
                // What was measured by then is shown, but it is not all.
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

/// A log on stderr, for `-v` given so many times.
fn log_for(verbose: u8) -> env_logger::Builder {
    let level = match verbose {
        0 => LevelFilter::Error,
        1 => LevelFilter::Info,
        _ => LevelFilter::Trace,
    };
    let theirs = if level > LevelFilter::Error { level } else { LevelFilter::Off };
    let mut log = env_logger::Builder::new();
    log.filter_level(level)
        // They call the end of a connection, or of a file, an error.
        .filter_module("pulseaudio", theirs)
        .filter_module("symphonia", theirs)
        // All its crates: they tell of each step of each network, which buries the rest.
        // `RUST_LOG=tract=debug` has it.
        .filter_module("tract", level.min(LevelFilter::Warn));
    log
}

/// Whether a panic is to be told without its message: it may quote what was said.
static WORDLESS: AtomicBool = AtomicBool::new(false);

/// Ends the program quietly where nobody reads what it prints any more (`| head`), as
/// other programs are ended by a signal; Rust's panics.
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
        if why.contains("Broken pipe") {
            std::process::exit(LIKE_SIGPIPE);
        }
        if let Some(why) = why.strip_prefix("out: ") {
            term::error(&format!("what was to be printed cannot be written: {why}"));
        }
        std::process::exit(1);
    }));
}

/// Reads a recording, at most `longest` of it; of `several`, one that cannot be read is
/// noted and passed over (`None`): the others are of use all the same.
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
        term::note(format!("{}: cut short; this is what is there", file.display()));
    }
    Ok(Some(sound.samples))
}

/// Puts an option in the place of the setting `key`, unless that is among those `set` by
/// name: the option may be the environment's, which goes before the file, not before them.
fn put_option<T: Clone>(set: &[String], key: &str, option: &Option<T>, setting: &mut T) {
    let is_key = |set: &String| set.split('=').next().is_some_and(|name| name.trim() == key);
    if let Some(option) = option
        && !set.iter().any(is_key)
    {
        setting.clone_from(option);
    }
}

/// Tells before the work is done that its sound would have no place.
///
/// # Errors
/// For `-`, which stands for stdin or stdout elsewhere and would become a file of that name.
fn is_for_sound(output: &Path) -> Result<()> {
    if output.as_os_str() != "-" {
        return Ok(());
    }
    let message = "sound is not written to stdout: name a file, such as `-o answer.wav`";
    Err(sayso::Error::input(message))
}

/// A path in JSON, which has no place for what is not UTF-8.
fn lossy(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

/// Writes `sound` (mono, `rate` Hz) to a new WAV file in the place of `path`.
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

/// Has `write` fill a file, and puts it in the place of `path` when it is whole.
///
/// # Errors
/// [`Io`](sayso::ErrorKind::Io) when the disk is full or the folder missing; what was there
/// before still is then, and no half file.
fn put(path: &Path, write: impl FnOnce(File) -> Result<()>) -> Result<()> {
    let failed = |error: std::io::Error| {
        let todo = match error.kind() {
            ErrorKind::NotFound => "Make its folder, or name another file",
            _ => "Name another file",
        };
        // Without the name of the half file.
        let cause = error.get_ref().and_then(|inner| inner.source()).map(ToString::to_string);
        let cause = cause.unwrap_or_else(|| error.to_string());
        let message = format!("cannot write {}: {cause}. {todo}", path.display());
        sayso::Error::new(sayso::ErrorKind::Io, message).with_source(error)
    };
    // A link stays one; a device or a pipe is written to as it is.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if place.file_name().is_none() || place.exists() && !place.is_file() {
        return write(File::create(path).map_err(failed)?);
    }
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut part = tempfile::Builder::new();
    part.prefix(".sayso-").suffix(".part");
    // As of any other file: the process's mask decides.
    #[cfg(unix)]
    part.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let part = part.tempfile_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    write(part.as_file().try_clone().map_err(failed)?)?;
    part.persist(&place).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A flag that is set when `stop` is, for work that looks only at the flag.
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

/// The first Ctrl-C asks for a clean end, the second ends at once.
fn on_ctrl_c(stop: &Stop) {
    let stop = stop.clone();
    let set = ctrlc::set_handler(move || {
        if stop.is_stopped() {
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
    fn the_task_that_keeps_a_core_busy_is_known() {
        let args = ["sayso"].into_iter().chain(sayso_bench::BUSY);
        assert!(Cli::try_parse_from(args).is_ok());
    }

    #[test]
    fn much_is_said_of_the_engines_but_not_each_step_of_tract() {
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
