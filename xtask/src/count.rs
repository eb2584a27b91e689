//! Counts the instructions that each stage takes on a Raspberry Pi, so that its speed can be
//! estimated without one (`docs/raspberry-pi.md`).
//!
//! The 64-bit ARM build runs under qemu with a plug-in that counts instructions. The figure of a
//! stage is the difference between two runs that differ only in it, so that the program's start
//! and the loading of models cancel out.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cross::{self, Cross};
use crate::sh::{Result, Sh};
use crate::{Options, dist, ggml, system};

/// Three seconds of speech.
const SPEECH: &str = "tests/data/commands-misc-en/rh3_turn_on_the_lamp.flac";
/// A clause of five words: about 1.4 s of speech.
const CLAUSE: &str = "It is half past nine.";

/// Where the spoken text is written, relative to the workspace's root.
const SOUND: &str = "target/package/said.wav";

/// Options that keep all work on one thread, so that counting has no races.
const ONE_THREAD: [&str; 4] = ["--set", "stt.threads=1", "--set", "llm.threads=1"];

/// Builds for a Raspberry Pi, counts, and prints one line per stage.
///
/// # Errors
/// If something is missing here, or a run fails.
pub fn count(sh: &Sh, options: &Options) -> Result<()> {
    let target = options.target;
    if !target.is_cross() {
        return Err(
            "counting works only under emulation: use --target aarch64-unknown-linux-gnu".into()
        );
    }
    system::packages(
        sh,
        system::Needs::Dist { cross: true, check: false, machine: false },
        options,
    )?;
    let cross = cross::prepare(sh, target)?;
    ggml::build(sh, options)?;
    let program = dist::build(sh, options, Some(&cross))?;
    let counter = Counter { sh, cross: &cross, program: &program, plugin: plugin(sh)? };

    sh.step("counting (takes a few minutes, because every instruction is emulated)");
    let frames = (11 * 16_000 / 512) as f64;
    let vad = counter.difference(&["bench", "vad", "-n", "1"], &["bench", "vad", "-n", "2"])?;
    line("voice activity, a frame of 32 ms", vad / frames);
    // On audio of 1, 2, 5 and 8 seconds.
    let eot = counter.difference(&["bench", "eot", "-n", "1"], &["bench", "eot", "-n", "2"])?;
    line("end of turn, an utterance, on average", eot / 4.0);
    let speech = sh.root().join(SPEECH);
    let speech = speech.to_str().ok_or("the folder's name is not UTF-8")?;
    let stt = counter.difference(&["transcribe", speech], &["transcribe", speech, speech])?;
    line("speech to text, 3 s", stt);
    for profile in ["small", "standard"] {
        let run = |runs: &str, tokens: &str| {
            let limit = format!("llm.sampling.max_tokens={tokens}");
            counter.run(&["--profile", profile, "--set", &limit, "bench", "llm", "-n", runs])
        };
        // Evaluates the system prompt and saves its state, which the later runs only read.
        run("1", "1")?;
        let once = run("1", "1")?;
        line(&format!("{profile}: prompt of a question, first token"), run("2", "1")? - once);
        // Eight more tokens in the warm-up run and eight more in the counted one.
        line(&format!("{profile}: each further token"), (run("1", "9")? - once) / 16.0);
    }
    let say = |text: &str| counter.run(&["say", text, "--output", SOUND]);
    let tts = say(&format!("{CLAUSE} {CLAUSE}"))? - say(CLAUSE)?;
    line("voice, a clause of five words", tts);
    Ok(())
}

/// The first CPU core that this process may use.
fn first_core() -> Result<String> {
    let status = std::fs::read_to_string("/proc/self/status").map_err(|e| e.to_string())?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let first = list.and_then(|list| list.trim().split(['-', ',']).next());
    first.map(str::to_owned).ok_or_else(|| "/proc/self/status does not list the CPUs".into())
}

fn line(what: &str, instructions: f64) {
    println!("{what:<45} {:>10.1} million", instructions / 1e6);
}

/// Compiles the plug-in.
fn plugin(sh: &Sh) -> Result<PathBuf> {
    let library = sh.target().join("package").join("libcount.so");
    std::fs::create_dir_all(sh.target().join("package")).map_err(|error| error.to_string())?;
    sh.run(
        Command::new("cc")
            .args(["-O2", "-Wall", "-Wextra", "-fPIC", "-shared", "-o"])
            .arg(&library)
            .arg(sh.root().join("xtask/src/count.c")),
    )?;
    Ok(library)
}

struct Counter<'a> {
    sh: &'a Sh,
    cross: &'a Cross,
    program: &'a Path,
    plugin: PathBuf,
}

impl Counter<'_> {
    /// Instructions that `b` takes more than `a`.
    fn difference(&self, a: &[&str], b: &[&str]) -> Result<f64> {
        Ok(self.run(b)? - self.run(a)?)
    }

    /// Instructions of one run.
    fn run(&self, args: &[&str]) -> Result<f64> {
        // On several cores, threads that spin while they wait for each other would be counted too,
        // and some thread pools have as many threads as there are cores.
        let emulator = self.cross.emulator();
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &first_core()?]).arg(emulator.get_program());
        command
            .args(emulator.get_args())
            .arg("-plugin")
            .arg(&self.plugin)
            .arg(self.program)
            .args(ONE_THREAD)
            .args(args);
        let output = command
            .current_dir(self.sh.root())
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("qemu: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        said.lines()
            .find_map(|line| line.strip_prefix("instructions ")?.parse().ok())
            .filter(|_| output.status.success())
            .ok_or_else(|| format!("sayso {}: {}\n{said}", args.join(" "), output.status))
    }
}
