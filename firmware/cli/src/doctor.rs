//! `sayso doctor`: what works on this machine, what does not, what to do.

mod home;
mod service;
mod tools;

use std::time::Duration;

use anstyle::AnsiColor;
use clap::Args;
use sayso::internals::engines::Chosen;
use sayso::internals::phrases::{Choice, Phrases};
use sayso::internals::skills::SharedSkills;
use sayso::internals::state::StateFolder;
use sayso::{Config, Engines, Error, Result};
#[cfg(feature = "desktop")]
use sayso_board::Way;
use sayso_store::catalog::Role;

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso doctor                              exit status 1 if something must be fixed
  sayso doctor --json | jq 'select(.health != \"fine\")'";

/// Check this machine: what works, what does not, what to do.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    #[command(flatten)]
    devices: super::run::Devices,
    /// One JSON object per finding
    #[arg(long)]
    json: bool,
}

/// How long a server, a broker or Home Assistant may take to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// How good the state of something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Fine,
    Weak,
    Bad,
}

struct Finding {
    health: Health,
    what: &'static str,
    found: String,
    todo: Option<String>,
}

impl Finding {
    fn fine(what: &'static str, found: impl Into<String>) -> Self {
        Self { health: Health::Fine, what, found: found.into(), todo: None }
    }

    fn weak(what: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { health: Health::Weak, what, found: found.into(), todo: Some(todo.into()) }
    }

    fn bad(what: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { health: Health::Bad, what, found: found.into(), todo: Some(todo.into()) }
    }
}

impl Doctor {
    pub fn run(&self, shared: &GlobalOptions) -> Result<()> {
        let mut findings = vec![settings(shared), cpu(), cores()];
        findings.extend(gpu());
        findings.extend(memory());
        if let Ok(mut config) = shared.settings() {
            self.devices.put_into(&shared.set, &mut config);
            findings.extend(models(&config));
            findings.push(wake_phrases(&config));
            findings.extend(skills(&config));
            findings.extend(home::home(&config));
            findings.extend(service::service(&config, shared.file().as_deref()));
            findings.extend(devices(&config));
        }
        findings.extend(priority());
        for finding in &findings {
            self.print(finding);
        }
        let bad = findings.iter().filter(|finding| finding.health == Health::Bad).count();
        match bad {
            0 => Ok(()),
            1 => Err(Error::input("one thing must be fixed: see above")),
            _ => Err(Error::input(format!("{bad} things must be fixed: see above"))),
        }
    }

    fn print(&self, finding: &Finding) {
        let (word, colour) = match finding.health {
            Health::Fine => ("fine", AnsiColor::Green),
            Health::Weak => ("weak", AnsiColor::Yellow),
            Health::Bad => ("bad ", AnsiColor::Red),
        };
        let found = term::plain(&finding.found);
        if self.json {
            let line = serde_json::json!({
                "what": finding.what,
                "health": word.trim(),
                "found": found,
                "todo": finding.todo,
            });
            println!("{}", term::json(&line));
            return;
        }
        let word = term::coloured(colour, word);
        let columns = term::COLUMNS - INDENT;
        for (number, line) in term::folded(&found, " ", columns).iter().enumerate() {
            match number {
                0 => println!("{word}  {:<14} {line}", finding.what),
                _ => println!("{:INDENT$}{line}", ""),
            }
        }
        for line in
            finding.todo.iter().flat_map(|todo| term::folded(&format!("→ {todo}"), " ", columns))
        {
            println!("{:INDENT$}{}", "", term::bold(line));
        }
    }
}

/// Columns before what was found.
const INDENT: usize = 21;

fn settings(shared: &GlobalOptions) -> Finding {
    match shared.settings() {
        Err(error) => Finding::bad("settings", error.to_string(), "correct the settings"),
        Ok(_) => match shared.file() {
            Some(file) => Finding::fine("settings", file.display().to_string()),
            None => Finding::fine("settings", "the defaults (`sayso config init` writes a file)"),
        },
    }
}

fn cpu() -> Finding {
    match sayso::internals::engines::cpu() {
        Ok(features) => Finding::fine("CPU", features),
        Err(error) => {
            Finding::bad("CPU", error.to_string(), "build with `cargo xtask setup --cpu native`")
        }
    }
}

fn cores() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    match cores {
        1 => Finding::weak(
            "cores",
            "1",
            "answers come sooner with two cores or more, because the stages then overlap",
        ),
        _ => Finding::fine("cores", cores.to_string()),
    }
}

fn gpu() -> Option<Finding> {
    // The reason why the CPU cannot run the engines is reported above.
    let gpus = sayso::internals::engines::gpus().ok()??;
    Some(if gpus.is_empty() {
        Finding::weak(
            "GPU",
            "none that this build can use, so the CPU computes",
            "install the GPU's driver, or see docs/gpu.md",
        )
    } else {
        Finding::fine("GPU", gpus.join(", "))
    })
}

fn memory() -> Option<Finding> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kib = |name: &str| -> Option<u64> {
        let line = info.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let (total, free) = (kib("MemTotal:")? / 1024, kib("MemAvailable:")? / 1024);
    let found = format!("{free} MiB free of {total} MiB");
    Some(match free {
        0..450 => Finding::bad("memory", found, "free at least 450 MiB, and use --profile small"),
        450..950 => Finding::weak("memory", found, "use --profile small, or free 950 MiB"),
        _ => Finding::fine("memory", found),
    })
}

fn models(config: &Config) -> Vec<Finding> {
    let chosen = Chosen::new(config);
    let catalog = chosen.store().catalog();
    let names = chosen.names();
    let fetched = |role: Role| {
        names.iter().any(|name| catalog.model(name).is_ok_and(|model| model.role == role))
    };
    let roles = [
        (Role::Vad, "VAD model", "--set models.vad"),
        (Role::Eot, "end-of-turn model", "--set models.eot"),
        (Role::Stt, "speech model", "--whisper"),
        (Role::Llm, "language model", "--llm"),
        (Role::Tts, "voice", "--voice"),
    ];
    let used = |role: Role| role != Role::Eot || config.turn.end_of_turn;
    roles
        .into_iter()
        .filter(|(role, ..)| used(*role))
        .map(|(role, what, option)| match Engines::check(config, role) {
            Ok(path) => Finding::fine(what, path.display().to_string()),
            Err(error) if fetched(role) => {
                Finding::bad(what, error.to_string(), "`sayso models fetch`")
            }
            Err(error) => Finding::bad(
                what,
                error.to_string(),
                format!(
                    "name another with `{option}`, or leave it out to use that of `sayso models`"
                ),
            ),
        })
        .collect()
}

/// The wake phrases that the user has chosen.
fn wake_phrases(config: &Config) -> Finding {
    const WHAT: &str = "wake phrases";
    // Without `wake.enabled`, they are used only by those who ask for them.
    let wrong = |found: String, todo: &str| match config.wake.enabled {
        true => Finding::bad(WHAT, found, todo),
        false => Finding::weak(WHAT, found, todo),
    };
    let phrases = match Phrases::load(&StateFolder::of(config)) {
        Ok(phrases) => phrases,
        Err(error) => return wrong(error.to_string(), "delete this file, then `sayso wake add`"),
    };
    if phrases.is_empty() {
        return wrong("none".into(), "`sayso wake add alexa`");
    }
    if phrases.iter().any(|choice| matches!(choice, Choice::Typed(_)))
        && let Err(error) = Engines::check(config, Role::Wake)
    {
        return wrong(error.to_string(), "`sayso models fetch hama`, or remove the typed phrases");
    }
    match phrases.to_listen_for(&Chosen::new(config)) {
        Err(error) => wrong(error.to_string(), "`sayso wake list` shows the phrases"),
        Ok(_) => {
            let all = phrases.iter().map(|choice| match choice {
                Choice::ReadyMade(text) => text.clone(),
                Choice::Typed(typed) => format!("{} (typed)", typed.text),
            });
            Finding::fine(WHAT, all.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The skills, with the user's own sentences, commands, tools and documents.
fn skills(config: &Config) -> Vec<Finding> {
    // Whether devices can be reached is another finding.
    let mut config = config.clone();
    config.forget_real_house();
    let skills = match SharedSkills::load(&config, None) {
        Ok((skills, _)) => skills,
        Err(error) => return vec![Finding::bad("skills", error.to_string(), "correct the file")],
    };
    let faults = skills
        .faults()
        .into_iter()
        .map(|fault| Finding::weak("skills", fault, "correct it: docs/skills.md shows how"));
    let mut findings: Vec<Finding> = faults.collect();
    if findings.is_empty() && !config.commands.is_empty() {
        let names: Vec<&str> = config.commands.keys().map(String::as_str).collect();
        findings.push(Finding::fine("own commands", names.join(", ")));
    }
    skills.read_music();
    findings.extend(skills.music().map(|(tracks, faults)| music(&config, tracks, &faults)));
    findings.extend(tools::tools(&skills, &config));
    findings
}

/// The folder of music, with so many pieces, and what is wrong with it.
fn music(config: &Config, tracks: usize, faults: &[String]) -> Finding {
    const WHAT: &str = "music";
    let there = format!("{tracks} pieces in {}", config.skills.music.display());
    match (faults.first(), tracks) {
        (None, 1..) => Finding::fine(WHAT, there),
        (None, 0) => Finding::weak(WHAT, there, "put sound files there: docs/skills.md"),
        (Some(fault), 0) => Finding::bad(
            WHAT,
            fault,
            "correct skills.music, or let this user read the folder: `ls -ld` shows who may",
        ),
        (Some(fault), 1..) => Finding::weak(
            WHAT,
            format!("{there}; {fault}"),
            "`sayso skills list` names what cannot be played",
        ),
    }
}

/// The devices that `sayso run` would open.
#[cfg(feature = "desktop")]
fn devices(config: &Config) -> Vec<Finding> {
    let board = sayso_desktop::Desktop::new(super::run::devices(config));
    let named = [
        (Way::Input, &config.audio.input, "--input"),
        (Way::Output, &config.audio.output, "--output"),
    ];
    named
        .into_iter()
        .map(|(way, name, option)| match board.device(way) {
            Ok(device) => {
                Finding::fine(way.noun(), format!("{device} (all: `sayso run --list-devices`)"))
            }
            Err(error) if name.is_empty() => {
                Finding::weak(way.noun(), error.to_string(), "`sayso ask` works without one")
            }
            Err(error) => Finding::bad(
                way.noun(),
                error.to_string(),
                format!("name another with `{option}`, or leave it out to use the default"),
            ),
        })
        .collect()
}

#[cfg(not(feature = "desktop"))]
fn devices(_: &Config) -> Vec<Finding> {
    vec![Finding::weak("sound card", "not supported by this build", "build with feature `desktop`")]
}

/// Whether this user may have real-time threads: `ulimit -r`.
fn priority() -> Option<Finding> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max realtime priority"))?;
    let limit = line.split_whitespace().nth(3)?;
    let root = std::fs::read_to_string("/proc/self/status")
        .is_ok_and(|s| s.lines().any(|l| l.starts_with("CapEff:") && capable(l)));
    Some(match limit {
        "0" if !root => Finding::weak(
            "real time",
            "sound gets no real-time priority",
            "put `@audio - rtprio 95` into /etc/security/limits.d/audio.conf, join the group audio \
             and log in again",
        ),
        "0" => Finding::fine("real time", "allowed (capability)"),
        limit => Finding::fine("real time", format!("allowed up to priority {limit}")),
    })
}

/// Whether the capability set in this line of /proc/self/status has CAP_SYS_NICE.
fn capable(line: &str) -> bool {
    const CAP_SYS_NICE: u64 = 1 << 23;
    line.split_whitespace()
        .nth(1)
        .and_then(|hex| u64::from_str_radix(hex, 16).ok())
        .is_some_and(|caps| caps & CAP_SYS_NICE != 0)
}
