//! The installed service: whether it may reach what the settings name, and whether its unit for
//! programs is there.

use std::path::Path;

use sayso::Config;
use sayso::internals::programs::{OF_THE_SERVICE, Runner};

use super::Finding;

/// The settings of the installed service.
const SETTINGS: &str = "/etc/sayso/sayso.toml";

/// The folders with changes of a unit, the last one first.
const FOLDERS: [&str; 2] = ["/etc/systemd/system", "/run/systemd/system"];

/// The service, and the unit that starts programs for it.
const SERVICE: &str = "sayso.service";
const COMMANDS: &str = "sayso-commands@.service";

/// What opens the network for a unit, where the package has it.
const DROP_IN: &str = "/usr/share/sayso/network.conf";

/// What is wrong with the installed service, if `file` is its settings file.
pub fn service(config: &Config, file: Option<&Path>) -> Vec<Finding> {
    if file != Some(Path::new(SETTINGS)) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let needed = needs_network(config);
    let opens = |unit: &str| {
        FOLDERS.iter().any(|folder| opens(&Path::new(folder).join(format!("{unit}.d"))))
    };
    if !needed.is_empty() && !opens(SERVICE) {
        findings.push(Finding::bad(
            "service network",
            format!("off: the installed service cannot reach {}", needed.join(", ")),
            format!(
                "`sudo install -D -m 644 {DROP_IN} {}/{SERVICE}.d/network.conf`, then `sudo \
                 systemctl daemon-reload` and `sudo systemctl restart sayso`",
                FOLDERS[0]
            ),
        ));
    }
    let programs = programs(config);
    if programs.is_empty() {
        return findings;
    }
    let socket = match Runner::of(config) {
        Runner::Unit(socket) => socket,
        Runner::Here => OF_THE_SERVICE.into(),
    };
    if socket.exists() {
        let network = if opens(COMMANDS) { "with the local network" } else { "without a network" };
        let found = format!("a unit of its own starts them, {network}: {}", programs.join(", "));
        findings.push(Finding::fine("own programs", found));
    } else {
        findings.push(Finding::bad(
            "own programs",
            format!("{}: nothing listens there, so none can be started", socket.display()),
            "`sudo systemctl start sayso-commands.socket`",
        ));
    }
    findings
}

/// The settings of what is on a network, or on a port of this machine, which is one for a service
/// with a network of its own.
fn needs_network(config: &Config) -> Vec<String> {
    let named = |setting: &str, value: &str| (!value.is_empty()).then(|| setting.to_owned());
    let fixed = [
        named("home_assistant.url", &config.home_assistant.url),
        named("mqtt.host", &config.mqtt.host),
        named("llm.url", &config.llm.url),
    ];
    let servers = config
        .mcp
        .iter()
        .filter_map(|(name, server)| named(&format!("mcp.{name}.url"), &server.url));
    let boards = config.boards.iter().filter(|(_, board)| board.address.starts_with("tcp:"));
    let boards = boards.map(|(name, _)| format!("boards.{name}"));
    fixed.into_iter().flatten().chain(servers).chain(boards).collect()
}

/// The names of what has a program of the user's.
fn programs(config: &Config) -> Vec<String> {
    let commands = config.commands.keys().map(|name| format!("commands.{name}"));
    let servers = config.mcp.iter().filter(|(_, server)| !server.run.is_empty());
    commands.chain(servers.map(|(name, _)| format!("mcp.{name}"))).collect()
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

    #[test]
    fn what_needs_a_network_or_a_program_is_named() {
        let mut config = Config::default();
        assert_eq!((needs_network(&config), programs(&config)), Default::default());
        config.llm.url = "http://localhost:1/v1".into();
        config.mcp.entry("web".into()).or_default().url = "https://a".into();
        config.mcp.entry("notes".into()).or_default().run = vec!["/n".into()];
        config.commands.entry("night".into()).or_default().run = vec!["/n".into()];
        config.boards.entry("hall".into()).or_default().address = "tcp:hall:1".into();
        config.boards.entry("desk".into()).or_default().address = "desktop".into();
        assert_eq!(needs_network(&config), ["llm.url", "mcp.web.url", "boards.hall"]);
        assert_eq!(programs(&config), ["commands.night", "mcp.notes"]);
        assert!(service(&config, None).is_empty());
        let findings = service(&config, Some(Path::new(SETTINGS)));
        let found: Vec<_> = findings.iter().map(|finding| finding.what).collect();
        assert_eq!(found, ["service network", "own programs"]);
        assert!(findings[0].found.ends_with("llm.url, mcp.web.url, boards.hall"));
        assert!(findings[0].todo.as_deref().is_some_and(|todo| todo.contains(DROP_IN)));
    }
}
