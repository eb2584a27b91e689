//! System packages: those that are missing are installed if that is allowed, and named if not.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sh::{Result, Sh, cargo};
use crate::{Gpu, Options, bare, cross};

/// What the packages are needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// To build and run.
    Run,
    /// To run the tests as well: an audio server.
    Test,
    /// To build for microcontrollers, and to run the result.
    Embedded,
    /// To make the package.
    Dist {
        /// Whether it is built for a 64-bit Raspberry Pi on a PC.
        cross: bool,
        /// Whether it is tried in a clean root.
        check: bool,
        /// Whether it is tried in an emulated machine.
        machine: bool,
    },
}

/// Something that must be installed, how to check for it, and which package has it.
struct Need {
    what: &'static str,
    found: fn(&Sh) -> bool,
    apt: &'static [&'static str],
    dnf: &'static [&'static str],
    pacman: &'static [&'static str],
    brew: &'static [&'static str],
}

fn program(sh: &Sh, name: &str) -> bool {
    sh.works(Command::new(name).arg("--version"))
}

const BUILD: &[Need] = &[
    Need {
        what: "cmake",
        found: |sh| program(sh, "cmake"),
        apt: &["cmake"],
        dnf: &["cmake"],
        pacman: &["cmake"],
        brew: &["cmake"],
    },
    Need {
        what: "make or ninja",
        found: |sh| program(sh, "make") || program(sh, "ninja"),
        apt: &["make"],
        dnf: &["make"],
        pacman: &["make"],
        brew: &["make"],
    },
    Need {
        what: "a C++ compiler",
        found: |sh| program(sh, "c++"),
        apt: &["g++"],
        dnf: &["gcc-c++"],
        pacman: &["gcc"],
        brew: &[],
    },
    Need {
        what: "libclang (for bindgen)",
        found: |sh| cfg!(target_os = "macos") || program(sh, "clang") && libclang(),
        apt: &["clang", "libclang-dev"],
        dnf: &["clang", "clang-devel"],
        pacman: &["clang"],
        brew: &["llvm"],
    },
    Need {
        what: "pkg-config",
        found: |sh| cfg!(target_os = "macos") || program(sh, "pkg-config"),
        apt: &["pkg-config"],
        dnf: &["pkgconf-pkg-config"],
        pacman: &["pkgconf"],
        brew: &[],
    },
    Need {
        what: "the ALSA headers",
        found: |sh| {
            !cfg!(target_os = "linux")
                || sh.works(Command::new("pkg-config").args(["--exists", "alsa"]))
        },
        apt: &["libasound2-dev"],
        dnf: &["alsa-lib-devel"],
        pacman: &["alsa-lib"],
        brew: &[],
    },
    Need {
        what: "pip (some models are fetched with it)",
        found: |sh| {
            sh.works(Command::new("python3").args(["-m", "pip", "--version"]))
                || program(sh, "pip3")
                || program(sh, "pip")
        },
        apt: &["python3-pip"],
        dnf: &["python3-pip"],
        pacman: &["python-pip"],
        brew: &["python"],
    },
];

const TEST: &[Need] = &[
    Need {
        what: "clippy and rustfmt (with rustup: rustup component add clippy rustfmt)",
        found: |sh| {
            ["clippy", "fmt"].iter().all(|name| sh.works(cargo().args([*name, "--version"])))
        },
        apt: &[],
        dnf: &["clippy", "rustfmt"],
        pacman: &[],
        brew: &[],
    },
    PULSE,
    Need {
        what: "curl",
        found: |sh| program(sh, "curl"),
        apt: &["curl"],
        dnf: &["curl"],
        pacman: &["curl"],
        brew: &["curl"],
    },
    Need {
        what: "Chromium (tests of the browser page)",
        found: |sh| {
            !cfg!(target_os = "linux") || program(sh, "chromium") || program(sh, "chromium-browser")
        },
        apt: &["chromium"],
        dnf: &["chromium"],
        pacman: &["chromium"],
        brew: &[],
    },
    Need {
        what: "node and npm (tests of the browser page)",
        found: |sh| program(sh, "node") && program(sh, "npm"),
        apt: &["nodejs", "npm"],
        dnf: &["nodejs"],
        pacman: &["nodejs", "npm"],
        brew: &["node"],
    },
    Need {
        what: "tmux (tests of the full screen)",
        found: |sh| !cfg!(target_os = "linux") || sh.works(Command::new("tmux").arg("-V")),
        apt: &["tmux"],
        dnf: &["tmux"],
        pacman: &["tmux"],
        brew: &["tmux"],
    },
    Need {
        what: "nginx",
        found: |_| ["/usr/sbin/nginx", "/usr/bin/nginx"].iter().any(|p| Path::new(p).exists()),
        apt: &["nginx-light"],
        dnf: &["nginx"],
        pacman: &["nginx"],
        brew: &["nginx"],
    },
    Need {
        what: "HAProxy",
        found: |_| ["/usr/sbin/haproxy", "/usr/bin/haproxy"].iter().any(|p| Path::new(p).exists()),
        apt: &["haproxy"],
        dnf: &["haproxy"],
        pacman: &["haproxy"],
        brew: &["haproxy"],
    },
    Need {
        what: "an MQTT broker and its tools",
        found: |_| {
            // It has no option that ends with success.
            !cfg!(target_os = "linux")
                || ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto"]
                    .iter()
                    .any(|program| Path::new(program).exists())
                    && Path::new("/usr/bin/mosquitto_sub").exists()
        },
        apt: &["mosquitto", "mosquitto-clients"],
        dnf: &["mosquitto"],
        pacman: &["mosquitto"],
        brew: &["mosquitto"],
    },
];

const PULSE: Need = Need {
    what: "PulseAudio, its tools and its ALSA plug-in",
    found: |sh| {
        !cfg!(target_os = "linux")
            || ["pulseaudio", "pactl", "paplay", "parec"].iter().all(|name| program(sh, name))
                && alsa_pulse()
    },
    apt: &["pulseaudio", "pulseaudio-utils", "libasound2-plugins"],
    dnf: &["pulseaudio", "pulseaudio-utils", "alsa-plugins-pulseaudio"],
    pacman: &["pulseaudio", "alsa-plugins"],
    brew: &[],
};

const DIST: &[Need] = &[Need {
    what: "dpkg-deb and readelf",
    found: |sh| program(sh, "dpkg-deb") && program(sh, "readelf"),
    apt: &["dpkg", "binutils"],
    dnf: &["dpkg", "binutils"],
    pacman: &["dpkg", "binutils"],
    brew: &["dpkg", "binutils"],
}];

const EMBEDDED: &[Need] = &[
    Need {
        what: "Rust for microcontrollers (with rustup: rustup target add thumbv6m-none-eabi \
               thumbv7em-none-eabihf thumbv8m.main-none-eabihf; or Debian's with its sources)",
        found: |sh| bare::can_compile(sh),
        apt: &["rustc-web", "cargo-web", "rust-web-src", "lld"],
        dnf: &[],
        pacman: &[],
        brew: &[],
    },
    Need {
        what: "an emulator of Arm microcontrollers",
        found: |sh| program(sh, "qemu-system-arm"),
        apt: &["qemu-system-arm"],
        dnf: &["qemu-system-arm-core"],
        pacman: &["qemu-system-arm"],
        brew: &["qemu"],
    },
];

const CROSS: &[Need] = &[
    Need {
        what: "a C++ compiler for 64-bit ARM",
        found: |sh| program(sh, "aarch64-linux-gnu-gcc") && program(sh, "aarch64-linux-gnu-g++"),
        apt: &["gcc-aarch64-linux-gnu", "g++-aarch64-linux-gnu"],
        dnf: &[],
        pacman: &["aarch64-linux-gnu-gcc"],
        brew: &[],
    },
    Need {
        what: "Rust's standard library for 64-bit ARM, or Debian's compiler",
        found: |sh| cross::can_compile(sh),
        apt: &["rustc-web"],
        dnf: &[],
        pacman: &[],
        brew: &[],
    },
    Need {
        what: "an emulator of 64-bit ARM",
        found: |sh| program(sh, "qemu-aarch64"),
        apt: &["qemu-user"],
        dnf: &["qemu-user"],
        pacman: &["qemu-user"],
        brew: &[],
    },
];

const CLEAN_ROOT: &[Need] = &[Need {
    what: "debootstrap, which makes a clean Debian system",
    found: |sh| program(sh, "debootstrap"),
    apt: &["debootstrap"],
    dnf: &["debootstrap"],
    pacman: &["debootstrap"],
    brew: &[],
}];

const MACHINE: &[Need] = &[
    Need {
        what: "an emulator of 64-bit ARM machines",
        found: |sh| program(sh, "qemu-system-aarch64"),
        apt: &["qemu-system-arm"],
        dnf: &["qemu-system-aarch64"],
        pacman: &["qemu-system-aarch64"],
        brew: &[],
    },
    Need {
        what: "the tools that make the disk of an emulated machine: apt, make, mke2fs, depmod, \
               cpio, xz",
        found: |sh| {
            ["apt-get", "make", "depmod", "cpio", "xz"].iter().all(|name| program(sh, name))
                && sh.works(Command::new("mke2fs").arg("-V"))
        },
        apt: &["make", "e2fsprogs", "kmod", "cpio", "xz-utils"],
        dnf: &["apt", "make", "e2fsprogs", "kmod", "cpio", "xz"],
        pacman: &["apt", "make", "e2fsprogs", "kmod", "cpio", "xz"],
        brew: &[],
    },
];

const VULKAN: &[Need] = &[
    Need {
        what: "the Vulkan loader and its C++ headers",
        found: |sh| {
            sdk()
                || sh.works(Command::new("pkg-config").args(["--exists", "vulkan"]))
                    && header("vulkan/vulkan.hpp")
        },
        apt: &["libvulkan-dev"],
        dnf: &["vulkan-loader-devel", "vulkan-headers"],
        pacman: &["vulkan-headers", "vulkan-icd-loader"],
        brew: &[],
    },
    Need {
        what: "glslc, the shader compiler",
        found: |sh| program(sh, "glslc"),
        apt: &["glslc"],
        dnf: &["glslc"],
        pacman: &["shaderc"],
        brew: &[],
    },
    Need {
        what: "the SPIR-V headers",
        found: |_| sdk() || header("spirv/unified1/spirv.hpp"),
        apt: &["spirv-headers"],
        dnf: &["spirv-headers-devel"],
        pacman: &["spirv-headers"],
        brew: &[],
    },
];

const CUDA: &[Need] = &[Need {
    what: "nvcc, of NVIDIA's CUDA toolkit (https://developer.nvidia.com/cuda-downloads)",
    found: |sh| nvcc(sh).is_some(),
    apt: &[],
    dnf: &[],
    pacman: &["cuda"],
    brew: &[],
}];

/// CUDA's compiler. NVIDIA's packages do not put it on the PATH, and CMake finds it elsewhere only
/// if it is named.
pub fn nvcc(sh: &Sh) -> Option<PathBuf> {
    let under = |toolkit: &Path| toolkit.join("bin").join("nvcc");
    let named = std::env::var_os("CUDACXX").map(PathBuf::from);
    let toolkit = std::env::var_os("CUDA_PATH").map(|toolkit| under(Path::new(&toolkit)));
    let usual = ["/usr/local/cuda", "/opt/cuda"].map(|toolkit| under(Path::new(toolkit)));
    [named, toolkit, Some("nvcc".into())]
        .into_iter()
        .flatten()
        .chain(usual)
        .find(|nvcc| sh.works(Command::new(nvcc).arg("--version")))
}

/// Whether the environment names a Vulkan SDK, which contains all of the above.
fn sdk() -> bool {
    std::env::var_os("VULKAN_SDK").is_some()
}

fn header(name: &str) -> bool {
    ["/usr/include", "/usr/local/include"]
        .iter()
        .any(|folder| Path::new(folder).join(name).exists())
}

fn libclang() -> bool {
    std::env::var_os("LIBCLANG_PATH").is_some()
        || find(
            &["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"],
            "libclang",
        )
        || std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().any(|entry| {
            entry.file_name().to_string_lossy().starts_with("llvm-")
                && find(&[&entry.path().join("lib").to_string_lossy()], "libclang")
        })
}

fn alsa_pulse() -> bool {
    ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
        .iter()
        .any(|folder| find(&[&format!("{folder}/alsa-lib")], "libasound_module_pcm_pulse"))
}

fn find(folders: &[&str], start: &str) -> bool {
    folders.iter().any(|folder| {
        std::fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(start) && name.contains(".so")
        })
    })
}

/// Checks for the system packages for `needs`, and installs those that are missing.
///
/// # Errors
/// If something is missing and may not or cannot be installed; the message names it and the
/// command that installs it.
pub fn packages(sh: &Sh, needs: Needs, options: &Options) -> Result<()> {
    let mut wanted: Vec<&Need> = BUILD.iter().collect();
    match needs {
        Needs::Run => {}
        Needs::Test => wanted.extend(TEST.iter().chain(EMBEDDED)),
        Needs::Embedded => wanted = EMBEDDED.iter().collect(),
        Needs::Dist { cross, check, machine } => {
            wanted.extend(DIST);
            wanted.extend(if cross { CROSS } else { &[] });
            wanted.extend(if check && !cross || machine { CLEAN_ROOT } else { &[] });
            wanted.extend(if machine { MACHINE } else { &[] });
        }
    }
    match options.gpu {
        Some(Gpu::Vulkan) => wanted.extend(VULKAN),
        Some(Gpu::Cuda) => wanted.extend(CUDA),
        Some(Gpu::Metal) | None => {}
    }
    let missing = |sh: &Sh| -> Vec<&Need> {
        wanted.iter().copied().filter(|need| !(need.found)(sh)).collect()
    };
    let first = missing(sh);
    if first.is_empty() {
        return Ok(());
    }
    let names = |needs: &[&Need]| needs.iter().map(|n| n.what).collect::<Vec<_>>().join(", ");
    let Some((installer, packages)) = installer(sh, &first) else {
        return Err(format!("missing: {}. Install them as your system does", names(&first)));
    };
    let line = format!("{} {}", installer.join(" "), packages.join(" "));
    if !options.install {
        return Err(format!("missing: {}. Install them:\n    {line}", names(&first)));
    }
    sh.step(&format!("installing {}", names(&first)));
    eprintln!("{line}");
    if installer.contains(&"apt-get".into()) {
        let mut update = words(&installer[..installer.len() - 2]);
        // Old package lists may be good enough; if not, the install below fails.
        let _ = sh.run(update.arg("update"));
    }
    let mut install = words(&installer);
    let _ = sh.run(install.args(&packages).env("DEBIAN_FRONTEND", "noninteractive"));
    let still = missing(sh);
    if still.is_empty() {
        Ok(())
    } else {
        Err(format!("still missing: {}. Install them yourself:\n    {line}", names(&still)))
    }
}

/// The command that installs packages here, and the packages that satisfy `needs`.
fn installer(sh: &Sh, needs: &[&Need]) -> Option<(Vec<String>, Vec<&'static str>)> {
    type Choice = (&'static str, &'static [&'static str], fn(&Need) -> &'static [&'static str]);
    const CHOICES: [Choice; 4] = [
        ("apt-get", &["install", "--yes"], |need| need.apt),
        ("dnf", &["install", "--assumeyes"], |need| need.dnf),
        ("pacman", &["--sync", "--noconfirm"], |need| need.pacman),
        ("brew", &["install"], |need| need.brew),
    ];
    let (name, verbs, pick) = CHOICES.iter().find(|(name, ..)| program(sh, name))?;
    let root = sh.read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let mut line: Vec<String> = Vec::new();
    if !root && *name != "brew" {
        line.push("sudo".into());
    }
    line.push((*name).into());
    line.extend(verbs.iter().map(|verb| String::from(*verb)));
    let packages: Vec<_> = needs.iter().flat_map(|need| pick(need).iter().copied()).collect();
    (!packages.is_empty()).then_some((line, packages))
}

fn words(line: &[String]) -> Command {
    let mut command = Command::new(line.first().map_or("true", String::as_str));
    command.args(line.iter().skip(1));
    command
}

/// Plays a WAV file if there is a sound card and a player; otherwise says that there is none.
pub fn play(sh: &Sh, file: &Path) {
    for player in ["paplay", "aplay", "afplay"] {
        if sh.works(Command::new(player).arg(file)) {
            return;
        }
    }
    println!("(no sound card or player here: not played)");
}
