//! The Debian package: the program, its service, its settings.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sh::{Result, Sh};
use crate::target::Target;

/// The package's own files, relative to the workspace's root.
pub const PARTS: &str = "firmware/cli/package";

/// Where the settings go; they are the defaults except for [`DIFFERENT`].
const SETTINGS: (&str, &str, u32) =
    ("firmware/assistant/src/sayso.toml", "etc/sayso/sayso.toml", 0o644);

/// Settings that differ for a service. It has no terminal to show what happens, and it stands in a
/// room where people also speak to each other.
const DIFFERENT: [(&str, &str); 2] =
    [("\nnothing = false ", "\nnothing = true  "), ("\nenabled = false ", "\nenabled = true  ")];

/// What is installed: the file, relative to the workspace's root, its place, its mode.
const FILES: [(&str, &str, u32); 35] = [
    ("firmware/cli/package/sayso.service", "usr/lib/systemd/system/sayso.service", 0o644),
    (
        "firmware/cli/package/sayso-models.service",
        "usr/lib/systemd/system/sayso-models.service",
        0o644,
    ),
    (
        "firmware/cli/package/sayso-commands.socket",
        "usr/lib/systemd/system/sayso-commands.socket",
        0o644,
    ),
    (
        "firmware/cli/package/sayso-commands@.service",
        "usr/lib/systemd/system/sayso-commands@.service",
        0o644,
    ),
    ("firmware/cli/package/network.conf", "usr/share/sayso/network.conf", 0o644),
    ("firmware/cli/package/60-sayso-gpio.rules", "usr/lib/udev/rules.d/60-sayso-gpio.rules", 0o644),
    ("firmware/cli/package/default", "etc/default/sayso", 0o644),
    ("NOTICE", "usr/share/doc/sayso/NOTICE", 0o644),
    ("LICENSE-MIT", "usr/share/doc/sayso/copyright", 0o644),
    ("LICENSE-APACHE", "usr/share/doc/sayso/LICENSE-APACHE", 0o644),
    ("README.md", "usr/share/doc/sayso/README.md", 0o644),
    ("docs/index.md", "usr/share/doc/sayso/docs/index.md", 0o644),
    ("docs/using.md", "usr/share/doc/sayso/docs/using.md", 0o644),
    ("docs/wake.md", "usr/share/doc/sayso/docs/wake.md", 0o644),
    ("docs/coffee.md", "usr/share/doc/sayso/docs/coffee.md", 0o644),
    ("docs/intents.md", "usr/share/doc/sayso/docs/intents.md", 0o644),
    ("docs/languages.md", "usr/share/doc/sayso/docs/languages.md", 0o644),
    ("docs/skills.md", "usr/share/doc/sayso/docs/skills.md", 0o644),
    ("docs/tools.md", "usr/share/doc/sayso/docs/tools.md", 0o644),
    ("docs/home.md", "usr/share/doc/sayso/docs/home.md", 0o644),
    ("docs/settings.md", "usr/share/doc/sayso/docs/settings.md", 0o644),
    ("docs/models.md", "usr/share/doc/sayso/docs/models.md", 0o644),
    ("docs/service.md", "usr/share/doc/sayso/docs/service.md", 0o644),
    ("docs/raspberry-pi.md", "usr/share/doc/sayso/docs/raspberry-pi.md", 0o644),
    ("docs/satellite.md", "usr/share/doc/sayso/docs/satellite.md", 0o644),
    ("docs/link.md", "usr/share/doc/sayso/docs/link.md", 0o644),
    ("docs/api.md", "usr/share/doc/sayso/docs/api.md", 0o644),
    ("docs/fleet.md", "usr/share/doc/sayso/docs/fleet.md", 0o644),
    ("docs/kiosk.md", "usr/share/doc/sayso/docs/kiosk.md", 0o644),
    ("docs/proxy.md", "usr/share/doc/sayso/docs/proxy.md", 0o644),
    ("docs/control.md", "usr/share/doc/sayso/docs/control.md", 0o644),
    ("docs/gpu.md", "usr/share/doc/sayso/docs/gpu.md", 0o644),
    ("docs/turns.md", "usr/share/doc/sayso/docs/turns.md", 0o644),
    ("docs/building.md", "usr/share/doc/sayso/docs/building.md", 0o644),
    ("docs/library.md", "usr/share/doc/sayso/docs/library.md", 0o644),
];

/// Scripts that run when the package is installed and removed.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

/// The packages that contain the libraries that the program may need.
const LIBRARIES: [(&str, &str); 6] = [
    ("libasound.so.2", "libasound2 | libasound2t64"),
    ("libgcc_s.so.1", "libgcc-s1"),
    ("libm.so.6", ""),
    ("libc.so.6", ""),
    ("ld-linux-aarch64.so.1", ""),
    ("ld-linux-x86-64.so.2", ""),
];

/// Packs `program`, built for `target`; returns the path of the package.
///
/// # Errors
/// If a part of it is missing, or the program needs a library that is in no known package.
pub fn pack(sh: &Sh, target: Target, program: &Path) -> Result<PathBuf> {
    sh.step("packing");
    let version = env!("CARGO_PKG_VERSION");
    let folder = sh.target().join("package");
    let root = folder.join(target.debian());
    if root.exists() {
        fs::remove_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    }
    install(program, &root.join("usr/bin/sayso"), 0o755)?;
    for (from, to, mode) in FILES {
        install(&sh.root().join(from), &root.join(to), mode)?;
    }
    let (from, to, mode) = SETTINGS;
    install(&sh.root().join(from), &root.join(to), mode)?;
    let template = fs::read_to_string(sh.root().join(from));
    let template = template.map_err(|error| format!("{from}: {error}"))?;
    write(&root.join(to), &settings(&template)?)?;
    let parts = sh.root().join(PARTS);
    for script in SCRIPTS {
        install(&parts.join(script), &root.join("DEBIAN").join(script), 0o755)?;
    }
    let conffiles: String = FILES
        .iter()
        .chain([&SETTINGS])
        .filter(|(_, to, _)| to.starts_with("etc/"))
        .map(|(_, to, _)| format!("/{to}\n"))
        .collect();
    write(&root.join("DEBIAN/conffiles"), &conffiles)?;
    let control = control(target, version, &depends(sh, program)?, size(&root)?);
    write(&root.join("DEBIAN/control"), &control)?;

    let package = folder.join(format!("sayso_{version}_{}.deb", target.debian()));
    sh.run(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zxz", "--build"])
            .arg(&root)
            .arg(&package),
    )?;
    fs::remove_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    Ok(package)
}

/// The settings of the service.
fn settings(template: &str) -> Result<String> {
    DIFFERENT.into_iter().try_fold(template.to_owned(), |text, (default, changed)| {
        match text.matches(default).count() {
            1 => Ok(text.replace(default, changed)),
            n => Err(format!("{}: {n} lines {default:?}: adapt deb.rs", SETTINGS.0)),
        }
    })
}

fn control(target: Target, version: &str, depends: &str, kilobytes: u64) -> String {
    format!(
        "\
Package: sayso
Version: {version}
Architecture: {}
Maintainer: The Sayso developers
Section: sound
Priority: optional
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: systemd, alsa-utils
Suggests: pulseaudio | pipewire-pulse, python3-pip
Description: on-device voice assistant
 You speak, it answers aloud, and nothing leaves the machine: voice activity,
 speech to text, a small language model and the voice run here.
 .
 The models (about 550 MB) are fetched once: systemctl start sayso-models.
",
        target.debian()
    )
}

/// The packages that `program` depends on: those with the libraries that it is linked to, in
/// versions that have the symbols it uses.
fn depends(sh: &Sh, program: &Path) -> Result<String> {
    let dynamic = sh.read(Command::new("readelf").args(["--dynamic", "--wide"]).arg(program))?;
    let versions =
        sh.read(Command::new("readelf").args(["--version-info", "--wide"]).arg(program))?;
    depends_on(&dynamic, &versions)
}

fn depends_on(dynamic: &str, versions: &str) -> Result<String> {
    let mut depends = vec![
        format!("libc6 (>= {})", dotted(newest(versions, "GLIBC_").unwrap_or((2, 31)))),
        "passwd".into(),
    ];
    for line in dynamic.lines().filter(|line| line.contains("(NEEDED)")) {
        let library = line.split(['[', ']']).nth(1).unwrap_or_default();
        if library == "libstdc++.so.6" {
            depends.push(format!("libstdc++6 (>= {})", gcc(newest(versions, "GLIBCXX_3."))));
            continue;
        }
        match LIBRARIES.iter().find(|(name, _)| *name == library) {
            Some((_, "")) => {}
            Some((_, package)) => depends.push((*package).into()),
            None => {
                return Err(format!("deb.rs does not know the package of {library}: add it there"));
            }
        }
    }
    Ok(depends.join(", "))
}

/// The newest version `major.minor` named after `prefix`.
fn newest(text: &str, prefix: &str) -> Option<(u32, u32)> {
    text.split(prefix)
        .skip(1)
        .filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let mut numbers = rest[..end].split('.').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next().and_then(|n| n.ok()).unwrap_or(0)))
        })
        .max()
}

fn dotted((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

/// The release of GCC that introduced the symbols of GLIBCXX_3.*x*.*y*:
/// <https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html>.
fn gcc(version: Option<(u32, u32)>) -> u32 {
    match version {
        Some((4, minor)) if minor >= 33 => 14,
        Some((4, minor)) if minor >= 31 => 13,
        Some((4, 30)) => 12,
        Some((4, 29)) => 11,
        _ => 10,
    }
}

fn install(from: &Path, to: &Path, mode: u32) -> Result<()> {
    let failed = |error| format!("{} as {}: {error}", from.display(), to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::copy(from, to).map_err(failed)?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).map_err(failed)
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

/// The size of all files below `folder`, in KiB.
fn size(folder: &Path) -> Result<u64> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.metadata().map_err(failed)?;
        bytes += if kind.is_dir() { size(&entry.path())? } else { kind.len().div_ceil(1024) };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DYNAMIC: &str = "\
 0x0000000000000001 (NEEDED)             Shared library: [libasound.so.2]
 0x0000000000000001 (NEEDED)             Shared library: [libstdc++.so.6]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
 0x000000000000000c (INIT)               0x1000
";

    #[test]
    fn dependencies_are_read_from_the_program() {
        let versions = "Name: GLIBC_2.17  Flags: none\n Name: GLIBC_2.34\n Name: GLIBC_2.4\n\
            Name: GLIBCXX_3.4.30\n Name: GLIBCXX_3.4\n Name: GLIBCXX_3.4.9";
        assert_eq!(
            depends_on(DYNAMIC, versions).unwrap(),
            "libc6 (>= 2.34), passwd, libasound2 | libasound2t64, libstdc++6 (>= 12)"
        );
        let other = "(NEEDED) Shared library: [libfoo.so.1]";
        assert!(depends_on(other, "").is_err_and(|error| error.contains("libfoo")));
    }

    #[test]
    fn every_file_of_the_package_exists() {
        let root = crate::root();
        for (from, ..) in FILES.iter().chain([&SETTINGS]) {
            assert!(root.join(from).is_file(), "{from}");
        }
        // The index links to all of them.
        for page in fs::read_dir(root.join("docs")).unwrap() {
            let page = format!("docs/{}", page.unwrap().file_name().display());
            let is_packed = FILES.iter().any(|(from, ..)| *from == page);
            assert!(is_packed || !page.ends_with(".md"), "{page}");
        }
        for script in SCRIPTS {
            assert!(root.join(PARTS).join(script).is_file(), "{script}");
        }
    }

    #[test]
    fn the_units_are_valid_and_tight() {
        use sayso_test_support::skip;

        if let Err(error) = Command::new("systemd-analyze").arg("--version").output() {
            return skip(format!("systemd-analyze: {error}"));
        }
        let folder = std::env::temp_dir().join(format!("sayso-units-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let here = std::env::current_exe().unwrap().display().to_string();
        let units: Vec<String> = FILES
            .iter()
            .filter_map(|(from, to, _)| Some((from, to.strip_prefix("usr/lib/systemd/system/")?)))
            .map(|(from, name)| {
                let text = fs::read_to_string(crate::root().join(from)).unwrap();
                // A program that is here.
                let text = text.replace("/usr/bin/sayso", &here);
                fs::write(folder.join(name), &text).unwrap();
                // What stands for all instances is checked as one of them.
                let instance = name.replace("@.", "@1.");
                fs::write(folder.join(&instance), text).unwrap();
                format!("./{instance}")
            })
            .collect();
        assert!(units.len() >= 4, "{units:?}");
        let analyze = |arguments: &[&str], units: &[&String]| {
            let mut command = Command::new("systemd-analyze");
            command.args(arguments).args(units).current_dir(&folder);
            let output = command.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8_lossy(&said).into_owned())
        };
        let all: Vec<&String> = units.iter().collect();
        let verified = analyze(&["verify"], &all);
        // From 0 for "safe" to 10; these are tenths.
        let tight = ["--offline=true", "--threshold=10"];
        let arguments = [&["security", "--no-pager"][..], &tight].concat();
        let services = ["./sayso.service", "./sayso-commands@1.service"].map(str::to_owned);
        let secured: Vec<_> = services.iter().map(|unit| analyze(&arguments, &[unit])).collect();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(verified, (true, String::new()));
        for (is_tight, said) in secured {
            assert!(is_tight, "{said}");
        }
    }

    #[test]
    fn the_service_sleeps_and_says_that_nothing_was_understood() {
        let template = fs::read_to_string(crate::root().join(SETTINGS.0)).unwrap();
        let settings = settings(&template).unwrap();
        let changed: Vec<_> = template
            .lines()
            .zip(settings.lines())
            .filter(|(ours, theirs)| ours != theirs)
            .collect();
        let [wake, nothing] = changed[..] else { panic!("{changed:?}") };
        for ((ours, theirs), name) in [(wake, "enabled"), (nothing, "nothing")] {
            assert!(ours.starts_with(&format!("{name} = false  ")), "{ours}");
            assert!(theirs.starts_with(&format!("{name} = true   ")), "{theirs}");
        }
        assert!(super::settings("").is_err());
    }

    #[test]
    fn the_control_file_names_the_architecture() {
        let text = control(Target::Aarch64, "1.2.3", "libc6", 7);
        assert!(text.contains("Architecture: arm64\n") && text.contains("Installed-Size: 7\n"));
        assert!(text.ends_with('\n') && !text.contains("\n\n"));
    }
}
