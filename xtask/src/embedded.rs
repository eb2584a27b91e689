//! `cargo xtask embedded`: builds what runs on microcontrollers.

use std::fs;
use std::path::PathBuf;

use crate::bare::{self, Bare};
use crate::image::{Image, Size};
use crate::sh::{Result, Sh, cargo};
use crate::stack::Stack;
use crate::{Options, system};

/// The manifests that are not members of the workspace.
pub const MANIFESTS: [&str; 2] = ["firmware/mps2/Cargo.toml", "firmware/pico/Cargo.toml"];

/// The most flash that a satellite may take, in bytes.
const FLASH: u64 = 64 * 1024;
const RAM: u64 = 48 * 1024;

/// The least number of bytes of stack that must stay free at its deepest point, for use that an
/// image does not show.
const MARGIN: u64 = 1024;

/// A satellite's board.
struct Board {
    name: &'static str,
    features: &'static str,
    /// The UF2 family of its chip, if it is flashed that way.
    uf2: Option<u32>,
}

/// The targets that `core` is built for, and the boards of each.
const TARGETS: [(&str, &[Board]); 4] = [
    (
        "thumbv7em-none-eabihf",
        &[
            Board { name: "mps2", features: "", uf2: None },
            // The same with an encrypted link: the difference in size is the cost of encryption.
            Board { name: "mps2", features: "secure", uf2: None },
        ],
    ),
    ("thumbv6m-none-eabi", &[Board { name: "pico", features: "rp2040", uf2: Some(0xe48b_ff56) }]),
    (
        "thumbv8m.main-none-eabihf",
        &[Board { name: "pico", features: "rp2350", uf2: Some(0xe48b_ff59) }],
    ),
    ("aarch64-unknown-linux-gnu", &[]),
];

/// Builds `core` for every target and the satellite for every board, and checks its size against
/// the budget.
///
/// # Errors
/// If something does not build, or is too large.
pub fn build(sh: &Sh, options: &Options) -> Result<()> {
    system::packages(sh, system::Needs::Embedded, options)?;
    let mut built = Vec::new();
    for (target, boards) in TARGETS {
        let bare = bare::prepare(sh, target)?;
        sh.step(&format!("core for {target}"));
        let mut packages = vec!["--package", "sayso-core", "--package", "sayso-secure"];
        packages.extend(["--package", "sayso-wake", "--lib"]);
        sh.run(build_command(sh, &bare).args(&packages))?;
        for board in boards {
            built.push(image(sh, board, target, &bare)?);
        }
    }
    println!("\nimage                   flash       RAM   room for the stack, used at its deepest");
    for Built { name, size, stack } in &built {
        let (room, deepest) = (size.room(), stack.deepest());
        println!("{name:20} {:>8}  {:>8}  {room:>8}  {deepest:>8}", size.flash, size.ram);
    }
    println!("budget               {FLASH:>8}  {RAM:>8}");
    for Built { name, stack, .. } in &built {
        println!("largest frames of {name}: {}", stack.largest());
    }
    let size = |name: &str| built.iter().find(|built| built.name == name).map(|built| built.size);
    if let (Some(plain), Some(sealed)) = (size("mps2"), size("mps2-secure")) {
        let flash = sealed.flash.saturating_sub(plain.flash);
        let ram = sealed.ram.saturating_sub(plain.ram);
        println!("of it encryption     {flash:>8}  {ram:>8}");
        instructions(sh)?;
    }
    built.iter().try_for_each(Built::fits)
}

/// An image, and how much memory it takes.
struct Built {
    name: String,
    size: Size,
    stack: Stack,
}

impl Size {
    /// Bytes of RAM left for the stack.
    fn room(&self) -> u64 {
        RAM.saturating_sub(self.ram)
    }
}

impl Built {
    /// Checks it against the budget.
    fn fits(&self) -> Result<()> {
        let Self { name, size, stack } = self;
        if size.flash > FLASH || size.ram > RAM {
            return Err(format!("{name} exceeds its budget"));
        }
        let (room, deepest) = (size.room(), u64::from(stack.deepest()));
        if deepest + MARGIN > room {
            let calls = |chain: &[(String, u32)]| {
                let lines = chain.iter().map(|(name, frame)| format!("\n    {frame:>6}  {name}"));
                lines.collect::<String>()
            };
            return Err(format!(
                "{name}: the stack may need {deepest} bytes, and there is room for {room}, of \
                 which {MARGIN} must stay free. The calls of the program and of the \
                 interrupt:{}\n{}",
                calls(&stack.program),
                calls(&stack.interrupt),
            ));
        }
        Ok(())
    }
}

/// Prints how many instructions the encryption takes on a Cortex-M4. QEMU counts them: with this
/// setting one instruction takes one nanosecond.
///
/// # Errors
/// If the program does not run to its end.
fn instructions(sh: &Sh) -> Result<()> {
    let program = folder(sh).join("thumbv7em-none-eabihf/release/sayso-mps2-handshake");
    let mut qemu = std::process::Command::new("qemu-system-arm");
    qemu.args(["-machine", "mps2-an386", "-display", "none", "-monitor", "none"])
        .args(["-serial", "none", "-icount", "shift=0"])
        .args(["-semihosting-config", "enable=on,target=native", "-kernel"])
        .arg(program);
    println!("\ninstructions of a Cortex-M4: to answer a handshake, to refuse one with another");
    println!("key, to encrypt a block of 20 ms of uncompressed sound");
    for line in sh.read(&mut qemu)?.lines() {
        if let Some((what, number)) = line.split_once(' ') {
            println!("{what:20} {number:>8}");
        }
    }
    Ok(())
}

/// [`build`], then, with `--check`, the satellite under QEMU against a host.
///
/// # Errors
/// As [`build`], and if a test fails.
pub fn embedded(sh: &Sh, options: &Options) -> Result<()> {
    build(sh, options)?;
    if !options.check {
        return Ok(());
    }
    sh.step("the satellite under QEMU");
    let mut test = cargo();
    test.args(["test", "--release", "--package", "sayso-emulated", "--test", "emulated"]);
    sh.run(test.args(["--", "--ignored", "--nocapture"]))
}

/// The folder that images are built in, separate from what is built for this machine.
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
fn image(sh: &Sh, board: &Board, target: &str, bare: &Bare) -> Result<Built> {
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
    let stack = image.stack().map_err(|error| format!("{whole}: {error}"))?;
    Ok(Built { name: whole, size: image.size()?, stack })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_whose_stack_does_not_fit_is_refused_and_the_calls_are_named() {
        let built = |frame: u64| {
            let frame = u32::try_from(frame).unwrap_or_default();
            let stack = Stack { program: vec![("main".into(), frame)], interrupt: Vec::new() };
            let size = Size { flash: 1_000, ram: RAM - 10_000 };
            Built { name: "pico".into(), size, stack }
        };
        built(10_000 - MARGIN).fits().unwrap();
        let error = built(10_001 - MARGIN).fits().unwrap_err();
        assert!(error.contains("room for 10000") && error.contains("8977  main"), "{error}");
    }
}
