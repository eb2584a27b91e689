//! Building for targets for which this toolchain has no standard library: microcontrollers, and
//! any other target that `core` is compiled for.
//!
//! The library is looked for in this order:
//!
//! - In the toolchain that runs this (`rustup target add …`).
//! - In a folder of the user's cache, where an earlier run built it.
//! - Otherwise it is built, from the library sources that belong to exactly the compiler in use:
//!   this toolchain's (`rustup component add rust-src`) or Debian's, which come as packages
//!   (`rustc-web`, `cargo-web`, `rust-web-src`).
//!
//! Nothing here makes rustup download anything.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::cross::{OLDEST_RUSTC, rustc};
use crate::sh::{Result, Sh, cargo};

/// The microcontroller targets: Cortex-M0+ (RP2040), M4 with floating point, M33 (RP2350).
pub const MICROCONTROLLERS: [&str; 3] =
    ["thumbv6m-none-eabi", "thumbv7em-none-eabihf", "thumbv8m.main-none-eabihf"];

/// The crates of the standard library that work without `std`.
const CRATES: [&str; 3] = ["core", "alloc", "compiler_builtins"];

/// How to build for a target.
pub struct Bare {
    target: &'static str,
    /// Compiler and library, if they are not the toolchain's own.
    private: Option<(PathBuf, PathBuf)>,
}

/// A compiler whose library sources are here, and the cargo that builds it.
struct Source {
    rustc: PathBuf,
    cargo: PathBuf,
    version: String,
}

impl Bare {
    /// Makes `command`, which runs cargo, build for the target.
    pub fn apply(&self, command: &mut Command) {
        command.args(["--target", self.target]);
        // If set, it would replace the flags set below.
        command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        if let Some((rustc, sysroot)) = &self.private {
            let name = self.target.replace(['-', '.'], "_").to_uppercase();
            command.env("RUSTC", rustc);
            command.env(
                format!("CARGO_TARGET_{name}_RUSTFLAGS"),
                format!("--sysroot={}", sysroot.display()),
            );
        }
    }
}

/// Finds the library of a target, or builds it.
///
/// # Errors
/// If it can be neither found nor built here; the message says what to do.
pub fn prepare(sh: &Sh, target: &'static str) -> Result<Bare> {
    let own = has_core(sh, rustc(), target, None);
    Ok(Bare { target, private: if own { None } else { Some(private(sh, target)?) } })
}

/// Whether any compiler here can compile for microcontrollers.
pub fn can_compile(sh: &Sh) -> bool {
    MICROCONTROLLERS.iter().all(|target| has_core(sh, rustc(), target, None))
        || source(sh).is_some()
}

/// Compiler and library folder for `target`; builds the library if it is not there.
fn private(sh: &Sh, target: &str) -> Result<(PathBuf, PathBuf)> {
    let source = source(sh).ok_or_else(|| {
        format!(
            "this Rust cannot compile for {target}. With rustup:\n    rustup target add {target}\n\
             or on Debian:\n    apt-get install rustc-web cargo-web rust-web-src lld"
        )
    })?;
    let root = sh.cache()?.join("sayso-build").join(format!("rust-{}", source.version));
    if !has_core(sh, Command::new(&source.rustc), target, Some(&root)) {
        sh.step(&format!("Rust's core and alloc for {target}"));
        build(sh, &source, target, &root)?;
    }
    Ok((source.rustc, root))
}

/// Whether `rustc`, with this library or with its own, can compile for `target`.
fn has_core(sh: &Sh, mut rustc: Command, target: &str, sysroot: Option<&Path>) -> bool {
    rustc.args(["--print", "target-libdir", "--target", target]);
    if let Some(sysroot) = sysroot {
        rustc.arg("--sysroot").arg(sysroot);
    }
    sh.read(&mut rustc).is_ok_and(|folder| {
        let names = files(Path::new(folder.trim()));
        CRATES[..2].iter().all(|name| {
            names.iter().any(|file| {
                file.file_name()
                    .is_some_and(|f| f.to_string_lossy().starts_with(&format!("lib{name}-")))
            })
        })
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// The first compiler here whose library sources are installed.
fn source(sh: &Sh) -> Option<Source> {
    let own = rustc();
    let candidates = [
        (PathBuf::from(own.get_program()), PathBuf::from(cargo().get_program())),
        (PathBuf::from("/usr/bin/rustc"), PathBuf::from("/usr/bin/cargo")),
    ];
    candidates.into_iter().find_map(|(rustc, cargo)| {
        if !sh.works(Command::new(&cargo).arg("--version")) {
            return None;
        }
        let sysroot = sh.read(Command::new(&rustc).args(["--print", "sysroot"])).ok()?;
        let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library");
        if !library.join("core/src/lib.rs").is_file() {
            return None;
        }
        // "rustc 1.96.0 (ac68faa20 2026-05-25)"
        let says = sh.read(Command::new(&rustc).arg("--version")).ok()?;
        let minor: u32 = says.split('.').nth(1)?.parse().ok()?;
        let version: Vec<&str> =
            says.split([' ', '(', ')']).filter(|word| !word.is_empty()).skip(1).take(2).collect();
        (minor >= OLDEST_RUSTC).then(|| Source {
            rustc,
            cargo,
            version: version.join("-").trim().into(),
        })
    })
}

/// Builds the library of one target into `root`.
fn build(sh: &Sh, source: &Source, target: &str, root: &Path) -> Result<()> {
    let failed = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let work = root.join("work");
    let manifest = work.join("Cargo.toml");
    let folder = work.join("src");
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
    let package = "[workspace]\n[package]\nname = \"nothing\"\nedition = \"2024\"\n";
    fs::write(&manifest, package).map_err(|error| failed(&manifest, error))?;
    let library = folder.join("lib.rs");
    fs::write(&library, "#![no_std]\n").map_err(|error| failed(&library, error))?;
    sh.run(
        Command::new(&source.cargo)
            .args(["build", "--release", "--target", target])
            .args(["-Zbuild-std=core,alloc", "-Zbuild-std-features=compiler-builtins-mem"])
            .arg("--manifest-path")
            .arg(&manifest)
            .arg("--target-dir")
            .arg(work.join("target"))
            .env("RUSTC", &source.rustc)
            .env("RUSTC_BOOTSTRAP", "1")
            // The images are optimised across crates, this library included.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    )?;
    let to = root.join("lib/rustlib").join(target).join("lib");
    // Renamed only when it is complete, so that no half-built library is ever used.
    let part = to.with_extension("part");
    let _ = fs::remove_dir_all(&part);
    fs::create_dir_all(&part).map_err(|error| failed(&part, error))?;
    for file in files(&work.join("target").join(target).join("release/deps")) {
        let name = file.file_name().unwrap_or_default();
        let known = |c: &&str| name.to_string_lossy().starts_with(&format!("lib{c}-"));
        if CRATES.iter().any(known) {
            fs::copy(&file, part.join(name)).map_err(|error| failed(&file, error))?;
        }
    }
    let _ = fs::remove_dir_all(&to);
    fs::rename(&part, &to).map_err(|error| failed(&to, error))?;
    linker(sh, source, root)?;
    fs::remove_dir_all(&work).map_err(|error| failed(&work, error))
}

/// Links lld to the place and the name under which the compiler looks for it.
#[cfg(unix)]
fn linker(sh: &Sh, source: &Source, root: &Path) -> Result<()> {
    let says = sh.read(Command::new(&source.rustc).arg("-vV"))?;
    let host = says.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let folder = root.join("lib/rustlib").join(host).join("bin");
    let link = folder.join("rust-lld");
    let Some(lld) =
        ["/usr/bin/lld", "/usr/local/bin/lld"].iter().find(|path| Path::new(path).exists())
    else {
        // The toolchain may have its own lld.
        return Ok(());
    };
    let _ = fs::remove_file(&link);
    fs::create_dir_all(&folder)
        .and_then(|()| std::os::unix::fs::symlink(lld, &link))
        .map_err(|error| format!("{}: {error}", link.display()))
}

#[cfg(not(unix))]
fn linker(_: &Sh, _: &Source, _: &Path) -> Result<()> {
    Ok(())
}
