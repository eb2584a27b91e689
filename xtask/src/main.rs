//! `cargo xtask`: sets Sayso up, demonstrates it, tests it. It needs only Rust; anything else that
//! is missing it installs or names.

mod answer;
mod bare;
mod circles;
mod count;
mod cross;
mod deb;
mod dist;
mod embedded;
mod ggml;
mod image;
mod layers;
mod machine;
mod sh;
mod shipped;
mod stack;
mod steps;
mod suite;
mod system;
mod tally;
mod target;
mod words;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use sh::{Result, Sh, cargo};
use suite::Suite;
use tally::Tally;
use target::Target;

const HELP: &str = "\
Sayso's task runner

usage: cargo xtask TASK [OPTION…]

tasks
  demo      set everything up, ask two recorded questions, write answer.wav and
            answer-2.wav, and play them if there is a sound card
  test      set everything up, then run the checks and tests. The satellite under
            QEMU, connected to the assistant, is tested last and alone. Prints how
            long each step took and, in the last line, how many tests passed,
            failed and were skipped. --all adds tests that are slow and seldom
            fail: half an hour of echo, a long conversation, Whisper's encoders
            compared, a million random texts read, a lamp of a real Home Assistant
            (needs Python 3.13), the package in a clean Debian, and the program for
            64-bit ARM under emulation (needs root and half an hour to an hour)
  setup     install system packages, build the shared ggml and the program, fetch
            the models
  ggml      build only the shared ggml that whisper.cpp and llama.cpp link against
  dist      build the program as it is shipped, and its Debian package
  embedded  build `core` for every target and the satellite for every board; fails
            if an image is too large. With --check, also tests the satellite under
            QEMU with a host
  count     count the instructions of each stage on an emulated Raspberry Pi
  check     check the formatting, the words of the documentation, the order of the
            crates, that no files import each other in a circle, that no recording
            of the tests is shipped, clippy with warnings denied, the API
            documentation
  bench     run all benchmarks: criterion's per engine, then `sayso bench`
  help      print this text

options of demo, test, setup, ggml, dist, embedded and bench
  --cpu KIND    what the C++ is compiled for:
                  x86-64-v3  AVX2 and FMA: most PCs since 2013 (default)
                  x86-64-v2  SSE4.2: most PCs since 2009, about 3 times slower
                  armv8-a    any 64-bit Raspberry Pi (default on ARM)
                  armv8.2-a  with dot products: Raspberry Pi 5, not 4 or Zero 2
                  native     this machine's CPU, AVX-512 included; the binary
                             may not run elsewhere
  --gpu NAME    cuda, vulkan or metal: compute whisper.cpp and llama.cpp on a GPU
  --no-install  name missing system packages, install nothing
  --no-models   do not fetch models (setup)

options of test
  --all         also the slow tests, as above

options of dist and count
  --target TRIPLE  x86_64-unknown-linux-gnu or aarch64-unknown-linux-gnu, the
                   latter on a PC as well (default: this machine)
  --check          afterwards ask the program two recorded questions (under
                   emulation if necessary), and install, start, stop, upgrade and
                   remove the package in a clean Debian
  --machine        afterwards try the package for 64-bit ARM in an emulated machine
                   with Debian's kernel, and talk with it there through a sound
                   card, an LED and a button
  --quick          use the build of the tests instead of the optimised one, and
                   answer with the small model

Set SAYSO_MODELS to keep the models in another folder than the user's cache.
";

/// A recorded question that the clock answers: what time it is.
const QUESTION: &str = "tests/data/commands-misc-en/rh3_what_time_is_it.flac";

/// A request that the language model answers: to turn on the living room lamp.
const REQUEST: &str = "tests/data/commands-misc-en/v2j_turn_on_living_room_lamp.flac";

/// Not part of the workspace: cargo-fuzz builds it with its own flags.
const FUZZ: &str = "core/fuzz/Cargo.toml";

/// The options on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The CPU that the C++ is compiled for.
    pub cpu: Cpu,
    /// The GPU back end of ggml, if any.
    pub gpu: Option<Gpu>,
    /// Whether system packages may be installed.
    pub install: bool,
    /// Whether models are downloaded.
    pub models: bool,
    /// The target of the build.
    pub target: Target,
    /// Whether the release is tried.
    pub check: bool,
    /// Whether the package is tried in an emulated machine.
    pub machine: bool,
    /// Whether the ordinary release build is tried, not the fully optimised one.
    pub quick: bool,
    /// Whether the slow tests run too.
    pub all: bool,
}

/// The instruction set that ggml is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpu {
    /// SSE4.2 only.
    V2,
    /// AVX2, FMA, F16C, BMI2.
    V3,
    /// Everything that this machine has.
    Native,
    /// NEON only: any 64-bit ARM.
    Armv8,
    /// NEON with dot products and half precision.
    Armv82,
}

/// A GPU back end of ggml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gpu {
    /// NVIDIA, needs the CUDA toolkit.
    Cuda,
    /// Any GPU with a Vulkan driver.
    Vulkan,
    /// Apple.
    Metal,
}

impl Gpu {
    /// The cargo feature of that name.
    pub fn feature(self) -> &'static str {
        match self {
            Gpu::Cuda => "cuda",
            Gpu::Vulkan => "vulkan",
            Gpu::Metal => "metal",
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match args.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", &[][..]),
    };
    let done = options(rest).and_then(|options| run(task, &options));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask {task}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(args: &[String]) -> Result<Options> {
    let mut options = Options {
        cpu: Cpu::V3,
        gpu: None,
        install: true,
        models: true,
        target: Target::host(),
        check: false,
        machine: false,
        quick: false,
        all: false,
    };
    let mut cpu = None;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().map(String::as_str).ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--cpu" => {
                cpu = Some(match value()? {
                    "x86-64-v2" | "v2" => Cpu::V2,
                    "x86-64-v3" | "v3" => Cpu::V3,
                    "armv8-a" => Cpu::Armv8,
                    "armv8.2-a" => Cpu::Armv82,
                    "native" => Cpu::Native,
                    other => {
                        let kinds = "x86-64-v2, x86-64-v3, armv8-a, armv8.2-a or native";
                        return Err(format!("--cpu {other}: {kinds}"));
                    }
                })
            }
            "--gpu" => {
                options.gpu = Some(match value()? {
                    "cuda" => Gpu::Cuda,
                    "vulkan" => Gpu::Vulkan,
                    "metal" => Gpu::Metal,
                    other => return Err(format!("--gpu {other}: cuda, vulkan or metal")),
                })
            }
            "--no-install" => options.install = false,
            "--no-models" => options.models = false,
            "--target" => options.target = Target::parse(value()?)?,
            "--check" => options.check = true,
            "--machine" => options.machine = true,
            "--quick" => options.quick = true,
            "--all" => options.all = true,
            other => return Err(format!("unknown option {other}: see `cargo xtask help`")),
        }
    }
    let fitting: &[Cpu] = match options.target {
        Target::X86_64 => &[Cpu::V3, Cpu::V2],
        Target::Aarch64 => &[Cpu::Armv8, Cpu::Armv82],
    };
    options.cpu = match cpu {
        None => fitting[0],
        Some(Cpu::Native) if !options.target.is_cross() => Cpu::Native,
        Some(cpu) if fitting.contains(&cpu) => cpu,
        Some(_) => return Err(format!("{} has no such --cpu", options.target.triple())),
    };
    Ok(options)
}

fn run(task: &str, options: &Options) -> Result<()> {
    let sh = Sh::new(root());
    match task {
        "demo" => demo(&sh, options),
        "test" => test(&sh, options),
        "setup" => setup(&sh, options, system::Needs::Run),
        "ggml" => ggml::build(&sh, options),
        "dist" => dist::dist(&sh, options),
        "embedded" => embedded::embedded(&sh, options),
        "count" => count::count(&sh, options),
        "check" => check(&sh),
        "bench" => bench(&sh, options),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("no such task: {other}\n\n{HELP}")),
    }
}

/// The workspace's root folder, as cargo reports it now: the path known at compile time is wrong
/// if the workspace was moved or copied since.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().unwrap_or(Path::new(".")).to_path_buf()
}

fn features(options: &Options) -> Vec<String> {
    match options.gpu {
        Some(gpu) => vec!["--features".into(), format!("sayso-cli/{}", gpu.feature())],
        None => Vec::new(),
    }
}

fn setup(sh: &Sh, options: &Options, needs: system::Needs) -> Result<()> {
    system::packages(sh, needs, options)?;
    ggml::build(sh, options)?;
    sh.step("building sayso (the first build takes several minutes: whisper.cpp and llama.cpp)");
    // With the features that the tests need of the dependencies, so that these are built only
    // once.
    let build = ["build", "--release", "--workspace", "--bin", "sayso"];
    sh.run(cargo().args(build).args(features(options)))?;
    if options.models {
        sh.step("models");
        sh.run(sh.sayso().args(["models", "fetch"]))?;
    }
    Ok(())
}

fn demo(sh: &Sh, options: &Options) -> Result<()> {
    setup(sh, options, system::Needs::Run)?;
    for (question, answer) in [(QUESTION, "answer.wav"), (REQUEST, "answer-2.wav")] {
        sh.step(&format!("asking the question in {question}"));
        let answer = sh.root().join(answer);
        let ask = ["--set", "skills.virtual_home=demo", "ask", "--output"];
        sh.run(sh.sayso().args(ask).arg(&answer).arg(sh.root().join(question)))?;
        system::play(sh, &answer);
    }
    println!(
        "\nThe answers are in answer.wav and answer-2.wav. The lamp is in a virtual home.\nTo talk, \
         with a microphone: target/release/sayso run"
    );
    Ok(())
}

/// The models that tests use: those of two profiles, and what is fetched on request. The language
/// model of the profile `large` would take a gigabyte.
const MODELS: [&str; 9] = [
    "silero-v6",
    "smart-turn-v3",
    "whisper-tiny.en",
    "whisper-base",
    "qwen2.5-coder-0.5b",
    "smollm2-135m",
    "hibari",
    "hama",
    "home-assistant-intents",
];

/// Runs the checks and tests. At the end it prints how long each step took and, as the last line,
/// the result of the tests.
fn test(sh: &Sh, options: &Options) -> Result<()> {
    let start = Instant::now();
    let mut tally = Tally::default();
    let done = tests(sh, options, &mut tally);
    println!("\n{}", sh.table());
    done?;
    println!("{}", tally.verdict(start.elapsed())?);
    Ok(())
}

fn tests(sh: &Sh, options: &Options, tally: &mut Tally) -> Result<()> {
    // Run in parallel, because downloads wait for the network, and a build for microcontrollers
    // uses one core.
    system::packages(sh, system::Needs::Embedded, options)?;
    let images = sh.start("images of the satellite", &mut this(&["embedded", "--no-install"])?)?;
    setup(sh, &Options { models: false, ..options.clone() }, system::Needs::Test)?;
    let fetch = &mut sh.sayso();
    let fetch = fetch.args(["models", "fetch"]).args(MODELS);
    let models = options.models.then(|| sh.start("the models of the tests", fetch)).transpose()?;
    page(sh)?;
    check(sh)?;
    let suite = Suite::build(sh, options)?;
    sh.wait(images)?;
    models.map_or(Ok(()), |models| sh.wait(models))?;
    suite.run_all(tally)?;
    suite.run_examples(options, tally)?;
    // They run in real time, so nothing else may run meanwhile.
    suite.run(|name| name.ends_with(" emulated"), &["--ignored", "--nocapture"], tally)?;
    if options.all {
        let slow = [
            "sayso-tests bench",
            "sayso-models stt",
            "sayso-language normalize",
            "sayso-house home_assistant",
            "sayso-tests home",
        ];
        suite.run(|name| slow.contains(&name), &["--ignored", "--nocapture"], tally)?;
    }
    suite.count_skipped(tally)?;
    if options.all && cfg!(target_os = "linux") {
        let shipped = Options { check: true, quick: true, ..options.clone() };
        dist::dist(sh, &shipped)?;
        if !Target::Aarch64.is_cross() {
            return Ok(());
        }
        dist::dist(
            sh,
            &Options { target: Target::Aarch64, cpu: Cpu::Armv8, gpu: None, ..shipped },
        )?;
    }
    Ok(())
}

/// What the tests of the browser page need: npm's packages, as `tests/page/package-lock.json` pins
/// them.
fn page(sh: &Sh) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--prefix", "tests/page", "--ignore-scripts", "--no-audit", "--no-fund"]);
    if !sh.works(Command::new("npm").arg("--version")) {
        println!("there is no npm: the page is not tested in a browser");
        return Ok(());
    }
    sh.step("packages for the tests of the page");
    sh.run(&mut npm)
}

/// Another task of this program.
fn this(task: &[&str]) -> Result<Command> {
    let program = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let mut command = Command::new(program);
    command.args(task);
    Ok(command)
}

fn check(sh: &Sh) -> Result<()> {
    sh.step("formatting");
    sh.run(cargo().args(["fmt", "--all", "--check"]))?;
    for package in embedded::MANIFESTS.into_iter().chain([FUZZ]) {
        sh.run(cargo().args(["fmt", "--check", "--manifest-path", package]))?;
    }
    words::check(sh)?;
    sh.step("the order of the crates");
    layers::check(sh)?;
    sh.step("circles of imports");
    circles::check(sh)?;
    sh.step("what is shipped");
    shipped::check(sh)?;
    sh.step("clippy");
    sh.run(
        cargo()
            .args(["clippy", "--release", "--workspace", "--all-targets"])
            .args(["--", "--deny", "warnings"]),
    )?;
    sh.step("clippy of the fuzz target");
    let folder = sh.target().join("fuzz");
    sh.run(
        cargo()
            .args(["clippy", "--manifest-path", FUZZ, "--no-default-features", "--target-dir"])
            .arg(folder)
            .args(["--", "--deny", "warnings"]),
    )?;
    sh.step("documentation");
    sh.run(
        cargo()
            .args(["doc", "--release", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
}

fn bench(sh: &Sh, options: &Options) -> Result<()> {
    setup(sh, options, system::Needs::Run)?;
    sh.step("engines");
    let mut engines = cargo();
    engines.args(["bench", "--profile", "release", "--package", "sayso-models"]);
    if let Some(gpu) = options.gpu {
        engines.args(["--features", gpu.feature()]);
    }
    sh.run(&mut engines)?;
    sh.step("turns");
    sh.run(sh.sayso().arg("bench"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        options(&line.split_whitespace().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read() {
        assert_eq!(
            parse("--cpu native --gpu vulkan --no-install"),
            Ok(Options {
                cpu: Cpu::Native,
                gpu: Some(Gpu::Vulkan),
                install: false,
                models: true,
                target: Target::host(),
                check: false,
                machine: false,
                quick: false,
                all: false,
            })
        );
        let pi = parse("--check --target aarch64-unknown-linux-gnu").unwrap();
        assert_eq!((pi.target, pi.cpu, pi.check), (Target::Aarch64, Cpu::Armv8, true));
        assert!(parse("--all").is_ok_and(|options| options.all));
        assert!(parse("--target aarch64-unknown-linux-gnu --cpu x86-64-v3").is_err());
        assert!(parse("--cpu armv8.2-a --target x86_64-unknown-linux-gnu").is_err());
        assert!(parse("--cpu").is_err());
        assert!(parse("--cpu i386").is_err());
        assert!(parse("--frobnicate").is_err());
    }
}
