//! Checks what the user has given names: commands of their own, servers and tools.

use std::path::Path;

use sayso_network::Place;
use sayso_skills::SERVER_STARTS_S;

use super::{Config, McpServer, McpTool, OwnCommand};

type Checked = Result<(), String>;

/// Checks that all of it can be used, and that an intent does one thing.
pub fn fit_together(config: &Config) -> Checked {
    for (name, command) in &config.commands {
        can_be_run(config, name, command)?;
    }
    for (name, server) in &config.mcp {
        can_be_connected(name, server)?;
    }
    for (name, tool) in &config.tools {
        can_be_called(config, name, tool)?;
    }
    let commands = config.commands.iter().map(|(name, own)| ("commands", name, &own.intent));
    let tools = config.tools.iter().map(|(name, tool)| ("tools", name, &tool.intent));
    let mut all: Vec<_> = commands.chain(tools).collect();
    all.sort_by_key(|(section, name, intent)| (*intent, *section, *name));
    for pair in all.windows(2) {
        if let [(first, one, intent), (second, other, same)] = pair
            && intent == same
        {
            return Err(format!(
                "{first}.{one}.intent and {second}.{other}.intent are the same: an intent does one \
                 thing"
            ));
        }
    }
    Ok(())
}

/// Whether a name is made of letters, digits, - and _.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(plain)
}

fn named(section: &str, name: &str) -> Checked {
    match is_plain(name) {
        true => Ok(()),
        false => {
            Err(format!("[{section}.{name:?}]: this name must be made of letters, digits, - and _"))
        }
    }
}

fn intended(section: &str, name: &str, intent: &str) -> Checked {
    match intent.is_empty() {
        false => Ok(()),
        true => Err(format!(
            "{section}.{name}.intent is missing: give the intent, as in your file of sentences"
        )),
    }
}

/// Checks the name of an environment variable.
pub(super) fn is_variable(setting: &str, name: &str) -> Checked {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        true => Ok(()),
        false => Err(format!(
            "{setting} = {name:?}: the name of an environment variable is made of letters, digits \
             and _, and does not begin with a digit"
        )),
    }
}

/// Checks a program and its arguments.
fn has_program(setting: &str, run: &[String], example: &str) -> Checked {
    if let Some(word) = run.iter().find(|word| word.contains('\0')) {
        return Err(format!("{setting}: {word:?} has a NUL byte, which no argument can have"));
    }
    match run.first() {
        None => Err(format!(
            "{setting} is missing: give the program and its arguments, as in {example}"
        )),
        Some(program) if !Path::new(program).is_absolute() => {
            Err(format!("{setting} = [{program:?}, …]: give the whole path of the program"))
        }
        Some(_) => Ok(()),
    }
}

/// Checks a command of the user's own.
fn can_be_run(config: &Config, name: &str, command: &OwnCommand) -> Checked {
    named("commands", name)?;
    intended("commands", name, &command.intent)?;
    let example = "[\"/usr/bin/logger\", \"good night\"]";
    has_program(&format!("commands.{name}.run"), &command.run, example)?;
    if command.time_limit_s >= config.turn.think_timeout_s {
        return Err(format!(
            "commands.{name}.time_limit_s = {} is out of range: less than turn.think_timeout_s, \
             which is {}",
            command.time_limit_s, config.turn.think_timeout_s
        ));
    }
    Ok(())
}

/// Checks a server of tools.
fn can_be_connected(name: &str, server: &McpServer) -> Checked {
    named("mcp", name)?;
    let has = |path: &Path| !path.as_os_str().is_empty();
    if server.url.is_empty() {
        let example = "[\"/usr/bin/python3\", \"/srv/notes.py\"], or its url";
        has_program(&format!("mcp.{name}.run"), &server.run, example)?;
        if has(&server.key_file) == server.key_env.is_empty() {
            return Err(format!(
                "mcp.{name}.key_file and mcp.{name}.key_env belong together: a program gets its key in \
                 an environment variable"
            ));
        }
        return is_variable(&format!("mcp.{name}.key_env"), &server.key_env);
    }
    if !server.run.is_empty() {
        return Err(format!("mcp.{name}.run and mcp.{name}.url are both set: remove one of them"));
    }
    if !server.key_env.is_empty() {
        return Err(format!("mcp.{name}.key_env is for a program, and mcp.{name}.url is set"));
    }
    match Place::of(&server.url) {
        None => Err(format!(
            "mcp.{name}.url = {:?}: give an address like \"https://HOST/mcp\"",
            server.url
        )),
        Some(place) if place.is_open() && !has(&server.key_file) => Err(format!(
            "mcp.{name}.url: anyone on the network could answer in place of {}: use https, or a \
             key_file",
            place.host
        )),
        Some(_) => Ok(()),
    }
}

/// Checks a tool that the user allows.
fn can_be_called(config: &Config, name: &str, tool: &McpTool) -> Checked {
    named("tools", name)?;
    intended("tools", name, &tool.intent)?;
    if !config.mcp.contains_key(&tool.server) {
        return Err(format!(
            "tools.{name}.server = {:?}: there is no section [mcp.{}]",
            tool.server, tool.server
        ));
    }
    if tool.time_limit_s + SERVER_STARTS_S >= config.turn.think_timeout_s {
        return Err(format!(
            "tools.{name}.time_limit_s = {} is out of range: {SERVER_STARTS_S} s less than \
             turn.think_timeout_s, which is {}",
            tool.time_limit_s, config.turn.think_timeout_s
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    /// What is wrong with settings.
    fn wrong(text: &str) -> Option<String> {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("sayso.toml");
        std::fs::write(&file, text).expect("written");
        Config::load(Some(&file), &[]).err().map(|error| error.to_string())
    }

    const NOTES: &str = "[mcp.notes]\nrun = [\"/n\"]\n";

    #[test]
    fn a_server_is_a_program_or_an_address() {
        for good in [
            "run = [\"/n\"]",
            "run = [\"/n\"]\nkey_file = \"/k\"\nkey_env = \"K\"",
            "url = \"http://localhost:1/mcp\"",
            "url = \"http://[::1]:1/mcp\"",
            "url = \"https://a/mcp\"",
            "url = \"http://attic.lan/mcp\"\nkey_file = \"/k\"",
        ] {
            assert_eq!(wrong(&format!("[mcp.notes]\n{good}\n")), None, "{good}");
        }
        for (bad, why) in [
            ("", "mcp.notes.run is missing"),
            ("run = [\"n\"]", "whole path"),
            ("run = [\"/n\"]\nurl = \"https://a\"", "both set"),
            ("run = [\"/n\"]\nkey_file = \"/k\"", "belong together"),
            ("run = [\"/n\"]\nkey_env = \"K\"", "belong together"),
            ("run = [\"/n\"]\nkey_file = \"/k\"\nkey_env = \"K=V\"", "letters, digits and _"),
            ("run = [\"/n\"]\nkey_file = \"/k\"\nkey_env = \"1K\"", "begin with a digit"),
            ("run = [\"/n\", \"a\\u0000b\"]", "a NUL byte"),
            ("url = \"https://a\"\nkey_env = \"K\"", "is for a program"),
            ("url = \"attic.lan\"", "give an address"),
            ("url = \"http://attic.lan/mcp\"", "use https, or a key_file"),
            ("uri = \"\"", "did you mean mcp.notes.url?"),
        ] {
            let error = wrong(&format!("[mcp.notes]\n{bad}\n")).expect(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
        let error = wrong("[mcp.\"a b\"]\nrun = [\"/n\"]\n").expect("a name");
        assert!(error.contains("letters, digits"), "{error}");
    }

    #[test]
    fn a_tool_has_a_server_an_intent_and_time() {
        let tool = |text: &str| wrong(&format!("{NOTES}[tools.add]\n{text}\n"));
        assert_eq!(tool("intent = \"A\"\nserver = \"notes\""), None);
        for (bad, why) in [
            ("server = \"notes\"", "tools.add.intent is missing"),
            ("intent = \"A\"", "there is no section [mcp.]"),
            ("intent = \"A\"\nserver = \"other\"", "there is no section [mcp.other]"),
            ("intent = \"A\"\nserver = \"notes\"\ntime_limit_s = 60", "1 to 15"),
        ] {
            let error = tool(bad).expect(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
        let short = "[turn]\nthink_timeout_s = 15\n".to_owned() + NOTES;
        let error = wrong(&(short + "[tools.add]\nintent = \"A\"\nserver = \"notes\"\n"));
        assert!(error.expect("too short").contains("turn.think_timeout_s"));
    }

    #[test]
    fn an_intent_does_one_thing() {
        let two = format!(
            "{NOTES}[tools.add]\nintent = \"A\"\nserver = \"notes\"\n[commands.b]\nintent = \"A\"\nrun \
             = [\"/b\"]\n"
        );
        let error = wrong(&two).expect("the same intent");
        assert!(error.contains("commands.b.intent and tools.add.intent are the same"), "{error}");
    }
}
