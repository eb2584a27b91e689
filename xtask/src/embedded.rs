//! `cargo xtask embedded`: what runs on microcontrollers.

use std::fs;
use std::path::PathBuf;

use crate::bare::{self, Bare};
use crate::image::Image;
use crate::sh::{Result, Sh, cargo};
use crate::{Options, system};

/// What is no member of the workspace.
pub const MANIFESTS: [&str; 2] = ["boards/mps2/Cargo.toml", "boards/pico/Cargo.toml"];

/// The most that a satellite may take, in bytes.
const FLASH: u64 = 64 * 1024;
const RAM: u64 = 48 * 1024;

/// A satellite's board.
struct Board {
    name: &'static str,
    features: &'static str,
    /// What UF2 calls its chip, if it takes that.
    uf2: Option<u32>,
}

/// What `core` is built for, and the boards with such a core.
const TARGETS: [(&str, &[Board]); 4] = [
    ("thumbv7em-none-eabihf", &[Board { name: "mps2", features: "", uf2: None }]),
    ("thumbv6m-none-eabi", &[Board { name: "pico", features: "rp2040", uf2: Some(0xe48b_ff56) }]),
    (
        "thumbv8m.main-none-eabihf",
        &[Board { name: "pico", features: "rp2350", uf2: Some(0xe48b_ff59) }],
    ),
    ("aarch64-unknown-linux-gnu", &[]),
];

/// Builds `core` for every target and the satellite for every board, and holds its
/// size to the budget.
///
/// # Errors
/// When something does not build, or is too large.
pub fn build(sh: &Sh, options: &Options) -> Result<()> {
    system::packages(sh, system::Needs::Embedded, options)?;
    let mut sizes = Vec::new();
    for (target, boards) in TARGETS {
        let bare = bare::prepare(sh, target)?;
        sh.step(&format!("core for {target}"));
        sh.run(build_command(sh, &bare).args(["--package", "sayso-core", "--lib"]))?;
        for board in boards {
            sizes.push(image(sh, board, target, &bare)?);
        }
    }
    println!("\nimage                   flash       RAM   room for the stack");
    for (name, size) in &sizes {
        let stack = RAM.saturating_sub(size.ram);
        println!("{name:20} {:>8}  {:>8}  {stack:>8}   bytes", size.flash, size.ram);
    }
    println!("budget               {FLASH:>8}  {RAM:>8}");
    match sizes.iter().find(|(_, size)| size.flash > FLASH || size.ram > RAM) {
        Some((name, _)) => Err(format!("{name} is over its budget")),
        None => Ok(()),
    }
}

/// [`build`], then, with `--check`, the satellite under QEMU against a host.
///
/// # Errors
/// As [`build`], and when a test fails.
pub fn embedded(sh: &Sh, options: &Options) -> Result<()> {
    build(sh, options)?;
    if !options.check {
        return Ok(());
    }
    emulate(sh, &["--package".into(), "sayso-emulated".into()])
}

/// The tests of a satellite under QEMU that `packages` have. Its time is the real one:
/// nothing else runs meanwhile.
///
/// # Errors
/// When a test fails.
pub fn emulate(sh: &Sh, packages: &[String]) -> Result<()> {
    sh.step("the satellite under QEMU");
    let mut test = cargo();
    test.args(["test", "--release", "--test", "emulated"]).args(packages);
    sh.run(test.args(["--", "--ignored", "--nocapture"]))
}

/// Where images are built: apart from what is built for this machine.
fn folder(sh: &Sh) -> PathBuf {
    sh.target().join("embedded")
}

fn build_command(sh: &Sh, bare: &Bare) -> std::process::Command {
    let mut command = cargo();
    command.args(["build", "--release", "--locked", "--target-dir"]).arg(folder(sh));
    bare.apply(&mut command);
    command
}

/// Builds one image.
fn image(
    sh: &Sh,
    board: &Board,
    target: &str,
    bare: &Bare,
) -> Result<(String, crate::image::Size)> {
    let Board { name, features, uf2 } = board;
    let whole = [*name, *features].join(" ").trim().replace(' ', "-");
    sh.step(&format!("the satellite for {whole}"));
    let manifest = format!("boards/{name}/Cargo.toml");
    let mut command = build_command(sh, bare);
    command.args(["--manifest-path", &manifest, "--features", features]);
    sh.run(&mut command)?;
    let built = folder(sh).join(target).join("release").join(format!("sayso-{name}"));
    let image = Image::read(&built)?;
    let elf = folder(sh).join(format!("sayso-{whole}.elf"));
    fs::copy(&built, &elf).map_err(|error| format!("{}: {error}", elf.display()))?;
    if let Some(family) = uf2 {
        let file = elf.with_extension("uf2");
        fs::write(&file, image.uf2(*family)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{}", file.display());
    }
    Ok((whole, image.size()?))
}
