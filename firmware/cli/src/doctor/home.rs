//! The devices of the home: whether Home Assistant and the MQTT broker can be reached, and whether
//! the installed service may reach them.

use std::path::Path;
use std::time::Duration;

use sayso::Config;
use sayso::internals::house::{is_open, look};

use super::Finding;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The settings of the installed service.
const SERVICE_SETTINGS: &str = "/etc/sayso/sayso.toml";

/// The folders with what was changed in the installed service, the last one first.
const DROP_INS: [&str; 2] =
    ["/etc/systemd/system/sayso.service.d", "/run/systemd/system/sayso.service.d"];

/// What opens the network for the service, where the package has it.
const DROP_IN: &str = "/usr/share/sayso/network.conf";

/// The sources of devices. `file` is the settings file.
pub fn home(config: &Config, file: Option<&Path>) -> Vec<Finding> {
    const WHAT: &str = "home";
    let all = match look(config, PATIENCE) {
        Ok(all) => all,
        Err(error) => return vec![Finding::bad(WHAT, error.to_string(), "correct the settings")],
    };
    let mut findings: Vec<Finding> = Vec::new();
    for status in &all {
        let called = status.called();
        findings.push(match &status.found {
            Some(Ok(0)) => Finding::weak(
                WHAT,
                format!("{called} can be reached, but has no devices for Sayso"),
                "docs/home.md shows how to choose them",
            ),
            Some(Ok(n)) => Finding::fine(WHAT, format!("{called} can be reached; devices: {n}")),
            Some(Err(why)) => Finding::bad(
                WHAT,
                format!("{called} cannot be reached: {why}"),
                "check its address and that it runs; docs/home.md has the steps",
            ),
            None => Finding::bad(
                WHAT,
                format!("{called} does not answer"),
                "check its address and that it runs",
            ),
        });
    }
    if is_open(config) {
        findings.push(Finding::weak(
            WHAT,
            "Home Assistant is used without encryption: anyone on the network can read the token",
            "use an address that begins with https, or only a network that you trust",
        ));
    }
    let is_service = file.is_some_and(|file| file == Path::new(SERVICE_SETTINGS));
    if is_service && !all.is_empty() && !DROP_INS.iter().any(|folder| opens(Path::new(folder))) {
        findings.push(Finding::bad(
            "service network",
            "off: the installed service can reach neither Home Assistant nor a broker",
            format!(
                "`sudo install -D -m 644 {DROP_IN} {}/network.conf`, then `sudo systemctl \
                 daemon-reload` and `sudo systemctl restart sayso`",
                DROP_INS[0]
            ),
        ));
    }
    findings
}

/// Whether a file in a folder opens the network.
fn opens(folder: &Path) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).any(|text| {
        let mut lines = text.lines().map(|line| line.replace([' ', '\t'], "").to_lowercase());
        lines.any(|line| matches!(&*line, "privatenetwork=no" | "privatenetwork=false"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drop_in_opens_the_network() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(!opens(folder.path()) && !opens(&folder.path().join("none")));
        let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        put("other.conf", "[Service]\n# PrivateNetwork=no\nNice=5\n").expect("written");
        assert!(!opens(folder.path()));
        put("network.conf", include_str!("../../package/network.conf")).expect("written");
        assert!(opens(folder.path()));
    }
}
