//! The definitions of the settings, written for people: `sayso.toml` with its comments, and
//! the tables of `docs/settings.md`.

use super::define::{Section, Setting};
use super::definitions;

/// The column of the comments in `sayso.toml`.
const COLUMN: usize = 28;
/// Its widest line.
const WIDTH: usize = 99;

const HEAD: &str = "\
# Settings of Sayso. This file holds the defaults; you may delete what you do not change.
# Each setting can also be given on the command line: --set turn.hangover_ms=400
# `sayso config explain` describes each setting.
";

const NAMED: &str = "
[commands]                  # Commands of your own, for your own sentences: docs/skills.md.
                            # For example:
# [commands.good-night]
# intent = \"GoodNight\"
# run = [\"/usr/local/bin/good-night\", \"--quiet\"]

[mcp]                       # Servers of tools, and the tools that you allow: docs/tools.md.
                            # For example:
# [mcp.notes]
# run = [\"/usr/bin/python3\", \"/srv/notes.py\"]

[tools]
# [tools.add-note]
# intent = \"AddNote\"
# server = \"notes\"
# tool = \"add_note\"

[mqtt.devices]              # Devices at the broker: docs/home.md. For example:
# [mqtt.devices.desk-lamp]
# kind = \"light\"
# area = \"Study\"
# style = \"tasmota\"
# topic = \"desk\"

[boards]                    # Boards with names, for `sayso run --board NAME`. For example:
# [boards.kitchen]
# address = \"tcp:kitchen.lan:7000\"
# area = \"ground floor\"
";

/// `sayso.toml` with the defaults and a comment for each.
pub fn template() -> String {
    let mut out = HEAD.to_owned();
    for section in definitions().iter().filter(|section| !section.path.ends_with(".NAME")) {
        out.push('\n');
        if !section.path.is_empty() {
            commented(&format!("[{}]", section.path), &section.text(), &mut out);
        }
        for setting in &section.settings {
            let line = format!("{} = {}", setting.name, setting.default);
            commented(&line, &described(setting), &mut out);
        }
    }
    out.push_str(NAMED);
    out
}

/// The table of each section, in Markdown.
pub fn tables() -> String {
    let mut out = String::new();
    for section in definitions() {
        let title = if section.path.is_empty() { "general".into() } else { header(section.path) };
        out.push_str(&format!("\n### {title}\n\n{}\n\n", section.text()));
        out.push_str("| setting | default | what it does |\n|---|---|---|\n");
        for setting in &section.settings {
            let Setting { name, default, .. } = setting;
            let text = described(setting).replace('|', "\\|");
            out.push_str(&format!("| `{name}` | `{default}` | {text} |\n"));
        }
    }
    out
}

/// What `sayso config explain` prints about these sections.
pub fn explained(sections: &[Section]) -> String {
    let mut out = String::new();
    for section in sections {
        let gap = if out.is_empty() { "" } else { "\n" };
        match section.path {
            "" => out.push_str(&format!("{gap}{}\n", section.text())),
            path => out.push_str(&format!("{gap}[{path}]  {}\n", section.text())),
        }
        for setting in &section.settings {
            let range = setting.range.map(|(least, most)| format!("   ({least} to {most})"));
            let Setting { name, default, .. } = setting;
            out.push_str(&format!("\n  {name} = {default}{}\n", range.unwrap_or_default()));
            for line in wrapped(&setting.text(), WIDTH - 6) {
                out.push_str(&format!("      {line}\n"));
            }
        }
    }
    out
}

/// A section's name, as Markdown.
fn header(path: &str) -> String {
    format!("`[{path}]`")
}

/// What a setting does, and its range.
fn described(setting: &Setting) -> String {
    let mut text = setting.text();
    if let Some((least, most)) = setting.range {
        text.push_str(&format!(" ({least} to {most})"));
    }
    text
}

/// Writes a line with a comment beside it. Further lines of the comment follow below.
fn commented(line: &str, comment: &str, out: &mut String) {
    let mut line = line;
    for comment in wrapped(comment, WIDTH - COLUMN - 2) {
        out.push_str(&format!("{line:<COLUMN$}# {comment}\n"));
        line = "";
    }
}

/// A text in lines of at most `width` characters; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// If this variable is set, the tests write the files instead of comparing them.
    const WRITE: &str = "SAYSO_WRITE_SETTINGS";
    const BEGIN: &str = "<!-- The tables below follow from the definitions. -->\n";

    fn holds(file: &str, due: impl Fn(&str) -> String) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(&path).expect("the file");
        let due = due(&text);
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(&path, &due).expect("written");
        } else {
            assert!(text == due, "{file} differs: run this test with {WRITE}=1 and commit it");
        }
    }

    #[test]
    fn the_template_follows_from_the_definitions() {
        holds("src/sayso.toml", |_| template());
        for line in template().lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }

    #[test]
    fn the_tables_of_the_documentation_follow_from_the_definitions() {
        holds("../../docs/settings.md", |text| {
            let (kept, _) = text.split_once(BEGIN).expect("where the tables begin");
            format!("{kept}{BEGIN}{}", tables())
        });
    }

    #[test]
    fn each_setting_is_explained_with_its_default_and_range() {
        let turn: Vec<_> = definitions().into_iter().filter(|s| s.path == "turn").collect();
        let text = explained(&turn);
        assert!(text.starts_with("[turn]  Turn-taking."), "{text}");
        let due = "\n  hangover_ms = 800   (0 to 10000)\n      Silence after";
        assert!(text.contains(due), "{text}");
    }

    #[test]
    fn lines_are_wrapped_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a longer-than-that b", 7), ["a", "longer-than-that", "b"]);
    }
}
