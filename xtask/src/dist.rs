//! The release: the optimised program and its Debian package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cross::{self, Cross};
use crate::sh::{Result, Sh, cargo};
use crate::{Options, QUESTION, REQUEST, answer, deb, features, ggml, machine, system};

/// Builds the release program, packs it, and with `--check` tries it.
///
/// # Errors
/// If something is missing here (the message says what to do), or if a step fails.
pub fn dist(sh: &Sh, options: &Options) -> Result<()> {
    let target = options.target;
    if options.machine && !target.is_cross() {
        return Err(
            "--machine emulates 64-bit ARM on a PC: use it with --target aarch64-unknown-linux-gnu"
                .into(),
        );
    }
    let needs = system::Needs::Dist {
        cross: target.is_cross(),
        check: options.check,
        machine: options.machine,
    };
    system::packages(sh, needs, options)?;
    let cross = if target.is_cross() { Some(cross::prepare(sh, target)?) } else { None };
    ggml::build(sh, options)?;
    let program = build(sh, options, cross.as_ref())?;
    let package = deb::pack(sh, target, &program)?;
    match &cross {
        Some(cross) if options.check => {
            ask(sh, options, &|| {
                let mut command = cross.emulator();
                command.arg(&program);
                command
            })?;
            unpack(sh, cross, &package)?;
        }
        None if options.check => {
            ask(sh, options, &|| Command::new(&program))?;
            install(sh, &package)?;
        }
        _ => {}
    }
    if let (Some(cross), true) = (&cross, options.machine) {
        machine::check(sh, cross, &package, &program)?;
    }
    println!("\n{}\n{}", program.display(), package.display());
    Ok(())
}

/// Builds the program and returns its path.
pub fn build(sh: &Sh, options: &Options, cross: Option<&Cross>) -> Result<PathBuf> {
    sh.step(&format!("building sayso for {}", options.target.triple()));
    let mut build = cargo();
    let profile = if options.quick { "release" } else { "dist" };
    build.args(["build", "--profile", profile, "--package", "sayso-cli"]).args(features(options));
    let mut folder = sh.target();
    if let Some(cross) = cross {
        cross.apply(&mut build);
        folder.push(options.target.triple());
    }
    sh.run(&mut build)?;
    let program = folder.join(profile).join("sayso");
    if !options.quick {
        return Ok(program);
    }
    // Tests need its symbols, the package does not.
    let stripped = sh.target().join("package").join("sayso");
    if let Some(folder) = stripped.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let strip = if cross.is_some() { "aarch64-linux-gnu-strip" } else { "strip" };
    sh.run(Command::new(strip).arg("-o").arg(&stripped).arg(&program))?;
    Ok(stripped)
}

/// Asks the release program questions and checks what its answers say.
fn ask(sh: &Sh, options: &Options, program: &dyn Fn() -> Command) -> Result<()> {
    // Under emulation the larger model takes minutes longer.
    let profile = ["--profile", if options.quick { "small" } else { "standard" }];
    if options.models {
        sh.step("models");
        sh.run(program().args(profile).args(["models", "fetch"]))?;
    }
    sh.step(&format!("asking the questions in {QUESTION} and {REQUEST}"));
    let folder = sh.target().join("package");
    let mut ask = program();
    ask.args(profile)
        .args(["ask", "--json"])
        .args([QUESTION, REQUEST].map(|file| sh.root().join(file)))
        .arg("--output")
        .arg(folder.join("answer.wav"));
    let asked = sh.read(&mut ask)?;
    print!("{asked}");
    let said =
        [("What time is it?", "answer-1.wav"), ("Turn on the living room lamp.", "answer-2.wav")];
    let turns: Vec<&str> = asked.lines().collect();
    if turns.len() != said.len() {
        return Err(format!("{} of {} were answered", turns.len(), said.len()));
    }
    let mut written = 0;
    for (turn, (words, answer)) in turns.into_iter().zip(said) {
        // A voice of 14 MB recognised by a model of 44 MB: a word may be wrong, and "8:47 PM" is
        // written "847pm".
        let turn = answer::hear(sh, program, words, turn, &folder.join(answer), 40.0)?;
        written += turn["tokens"]["reply"].as_u64().unwrap_or_default();
    }
    // The clock answers the first question.
    if written == 0 {
        return Err("the language model wrote nothing".into());
    }
    Ok(())
}

/// Installs, starts, stops, upgrades and removes the package in a clean root.
fn install(sh: &Sh, package: &Path) -> Result<()> {
    sh.step("the package in a clean root");
    let check = sh.root().join(deb::PARTS).join("check.sh");
    sh.run(Command::new(check).arg(package).arg(answer::models(sh)?).arg(sh.root().join(QUESTION)))
}

/// Starts the program from a package for another kind of machine. The rest of the package is the
/// same for all machines and is tried with this machine's.
fn unpack(sh: &Sh, cross: &Cross, package: &Path) -> Result<()> {
    sh.step("the package's program");
    let folder = package.with_extension("unpacked");
    sh.run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(&folder))?;
    let version = sh.read(cross.emulator().arg(folder.join("usr/bin/sayso")).arg("--version"))?;
    print!("{version}");
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))
}
