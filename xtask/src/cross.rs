//! Building on a PC for a 64-bit Raspberry Pi.
//!
//! The C++ needs Debian's cross compiler, which is a package; the program needs ALSA and Rust's
//! standard library for the Pi. The last two come from what is available:
//!
//! - The standard library of the toolchain that runs this, if it has the target (`rustup target
//!   add aarch64-unknown-linux-gnu`).
//! - If it does not, Debian's own compiler, with the standard library that Debian ships for it.
//! - ALSA from Debian.
//!
//! Debian's packages are unpacked into a folder of the user's cache. None is installed, no
//! architecture is added to the system, and no administrator rights are needed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::sh::{Result, Sh, cargo};
use crate::target::Target;

/// Debian's compiler; Debian packages its standard library for every architecture.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const RUSTC_PACKAGE: &str = "rustc-web";
const STD_PACKAGE: &str = "libstd-rust-web-dev";
const ALSA_PACKAGES: [&str; 2] = ["libasound2", "libasound2-dev"];

/// The oldest compiler that builds Sayso; the same as `rust-version` in Cargo.toml.
pub const OLDEST_RUSTC: u32 = 91;

/// How to build for another kind of machine.
pub struct Cross {
    target: Target,
    /// The root of a Debian system for the target: ALSA, and the standard library if needed.
    root: PathBuf,
    env: Vec<(String, OsString)>,
}

/// Finds or downloads everything that building for `target` needs besides installed packages.
///
/// # Errors
/// If it cannot be built for here; the message says what to do.
pub fn prepare(sh: &Sh, target: Target) -> Result<Cross> {
    if target != Target::Aarch64 {
        return Err(format!("building for {} works only on such a machine", target.triple()));
    }
    let root = match env::var_os("SAYSO_SYSROOT") {
        Some(root) => PathBuf::from(root),
        None => sh.cache()?.join("sayso-build").join(target.debian()),
    };
    let mut cross = Cross { target, root, env: Vec::new() };
    let mut packages: Vec<String> = ALSA_PACKAGES.map(String::from).into();
    if !has_std(sh, target) {
        packages.push(format!("{STD_PACKAGE}={}", debian_rustc(sh)?));
        cross.set("RUSTC", DEBIAN_RUSTC);
        let flags = format!("--sysroot={}", cross.root.join("usr").display());
        cross.set(&cargo_variable(target, "RUSTFLAGS"), flags);
    }
    if env::var_os("SAYSO_SYSROOT").is_none() {
        unpack(sh, target, &packages, &cross.root)?;
    }
    let libraries = cross.libraries();
    cross.set(&cargo_variable(target, "LINKER"), "aarch64-linux-gnu-gcc");
    cross.set("PKG_CONFIG_ALLOW_CROSS", "1");
    cross.set("PKG_CONFIG_LIBDIR", libraries.join("pkgconfig"));
    cross.set("PKG_CONFIG_SYSROOT_DIR", cross.root.clone());
    cross.set("CMAKE_TOOLCHAIN_FILE", toolchain_file(sh));
    cross.set("CMAKE_PREFIX_PATH", sh.root().join(target.ggml()));
    cross.set(
        &format!("BINDGEN_EXTRA_CLANG_ARGS_{}", target.triple().replace('-', "_")),
        "-isystem /usr/aarch64-linux-gnu/include",
    );
    Ok(cross)
}

impl Cross {
    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.env.push((name.into(), value.into()));
    }

    /// The target's own libraries.
    fn libraries(&self) -> PathBuf {
        self.root.join("usr/lib/aarch64-linux-gnu")
    }

    /// Makes `command` build for the target.
    pub fn apply(&self, command: &mut Command) {
        command.args(["--target", self.target.triple()]);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
    }

    /// Runs a program of the target on this machine. To be appended: the emulator's arguments, the
    /// program, and the program's arguments.
    pub fn emulator(&self) -> Command {
        let mut command = Command::new("qemu-aarch64");
        command.args(["-L", "/usr/aarch64-linux-gnu", "-E"]);
        command.arg(format!("LD_LIBRARY_PATH={}", self.libraries().display()));
        command
    }
}

/// The file that describes the target to CMake.
pub fn toolchain_file(sh: &Sh) -> PathBuf {
    sh.root().join(".cargo").join("aarch64-linux-gnu.cmake")
}

/// Cargo's environment variable for a setting of the target.
fn cargo_variable(target: Target, setting: &str) -> String {
    format!("CARGO_TARGET_{}_{setting}", target.triple().replace('-', "_").to_uppercase())
}

/// The compiler of the toolchain that runs this.
pub fn rustc() -> Command {
    let beside = Path::new(cargo().get_program()).with_file_name("rustc");
    Command::new(if beside.is_file() { beside } else { PathBuf::from("rustc") })
}

/// Whether any compiler here can compile for 64-bit ARM.
pub fn can_compile(sh: &Sh) -> bool {
    has_std(sh, Target::Aarch64) || debian_rustc(sh).is_ok()
}

/// Whether the compiler that runs this has a standard library for `target`.
fn has_std(sh: &Sh, target: Target) -> bool {
    let mut rustc = rustc();
    rustc.args(["--print", "target-libdir", "--target", target.triple()]);
    sh.read(&mut rustc).is_ok_and(|folder| {
        fs::read_dir(folder.trim())
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// The version of Debian's compiler, as Debian's package states it.
fn debian_rustc(sh: &Sh) -> Result<String> {
    let unfit = |why: &str| {
        format!(
            "this Rust has no standard library for aarch64 ({why}). With rustup:\n    \
             rustup target add {}\nor on Debian:\n    apt-get install {RUSTC_PACKAGE}",
            Target::Aarch64.triple()
        )
    };
    let says = sh
        .read(Command::new(DEBIAN_RUSTC).arg("--version"))
        .map_err(|_| unfit("and there is no compiler of Debian's"))?;
    // "rustc 1.96.0 (…)"
    let minor = says.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    if minor.is_none_or(|minor| minor < OLDEST_RUSTC) {
        return Err(unfit(&format!("and Debian's compiler is too old: {}", says.trim())));
    }
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${Version}", RUSTC_PACKAGE]);
    let version =
        sh.read(&mut query).map_err(|_| unfit("and Debian's compiler is of another version"))?;
    Ok(version.trim().into())
}

/// Unpacks Debian packages of the target's architecture under `root`, unless that was done before.
fn unpack(sh: &Sh, target: Target, packages: &[String], root: &Path) -> Result<()> {
    let stamp = root.join("packages.txt");
    let wanted = packages.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|unpacked| unpacked == wanted) {
        return Ok(());
    }
    sh.step(&format!("fetching {} for {}", packages.join(", "), target.debian()));
    let lists = root.with_extension("apt");
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    for folder in ["lists/partial", "archives/partial"] {
        let folder = lists.join(folder);
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
    }
    let status = lists.join("status");
    fs::write(&status, "").map_err(|error| failed(&status, error))?;
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.args(["-qq", "-o", &format!("APT::Architecture={}", target.debian())]);
        apt.args(["-o", &format!("APT::Architectures={}", target.debian())]);
        for (setting, value) in [
            ("Dir::State", lists.as_path()),
            ("Dir::State::status", &status),
            ("Dir::State::lists", &lists.join("lists")),
            ("Dir::Cache", &lists),
        ] {
            apt.args(["-o", &format!("{setting}={}", value.display())]);
        }
        // The downloaded files then belong to the user who runs this.
        apt.args(["-o", "APT::Sandbox::User=root"]);
        apt
    };
    // It fails if one source lacks this architecture; whether that matters shows in the download
    // below.
    let _ = sh.run(apt().arg("update"));
    let archives = lists.join("archives");
    let download = apt().arg("download").args(packages).current_dir(&archives).status();
    if !download.is_ok_and(|status| status.success()) {
        return Err(format!(
            "this system's package sources have no {} for {}. If the system is not Debian, unpack \
             Debian's packages {} into a folder, and name it in SAYSO_SYSROOT",
            packages.join(", "),
            target.debian(),
            ALSA_PACKAGES.join(" and "),
        ));
    }
    let archives = fs::read_dir(&archives).map_err(|error| failed(&archives, error))?;
    for archive in archives.flatten().map(|entry| entry.path()) {
        if archive.extension().is_some_and(|extension| extension == "deb") {
            sh.run(Command::new("dpkg-deb").arg("--extract").arg(&archive).arg(root))?;
        }
    }
    fs::remove_dir_all(&lists).map_err(|error| failed(&lists, error))?;
    fs::write(&stamp, wanted).map_err(|error| failed(&stamp, error))
}
