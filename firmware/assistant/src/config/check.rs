//! Checks settings. Each error says what is wrong and how to correct it.

use std::path::Path;

use sayso_language::{Language, Reader};

use super::own::{self, is_plain};
use super::{Config, NamedBoard, Section, Setting, definitions};
use crate::error::{Error, Result};

/// Checks that settings, each of which is in its own range, are consistent with each other.
pub fn fit_together(config: &Config, place: &str) -> Result<()> {
    let bad = |key: &str, value: String, range: &str| {
        Err(Error::config(format!("{place}: {key} = {value} is out of range: {range}")))
    };
    readable(&config.language.0, place)?;
    let turn = &config.turn;
    if turn.offset > turn.onset {
        return bad("turn.offset", turn.offset.to_string(), "at most turn.onset");
    }
    let ascending = [
        ("turn.may_end_ms", turn.may_end_ms),
        ("turn.hangover_short_ms", turn.hangover_short_ms),
        ("turn.hangover_ms", turn.hangover_ms),
        ("turn.hangover_long_ms", turn.hangover_long_ms),
    ];
    for ((less, least), (key, value)) in ascending.iter().zip(ascending.iter().skip(1)) {
        if value < least {
            let range = format!("at least {less}, which is {least}");
            return bad(key, value.to_string(), &range);
        }
    }
    if turn.hangover_question_ms < turn.may_end_ms {
        let range = format!("at least turn.may_end_ms, which is {}", turn.may_end_ms);
        return bad("turn.hangover_question_ms", turn.hangover_question_ms.to_string(), &range);
    }
    let satellite = &config.satellite;
    let named = !satellite.key_file.as_os_str().is_empty();
    if named && !satellite.key.is_empty() {
        return Err(Error::config(format!(
            "{place}: satellite.key and satellite.key_file are both set: remove one of them"
        )));
    }
    let digits = satellite.key.bytes().filter(u8::is_ascii_hexdigit).count();
    if !satellite.key.is_empty() && (digits, satellite.key.trim().len()) != (64, 64) {
        // The message does not show the key, because a single digit of it may be wrong.
        return Err(Error::config(format!(
            "{place}: satellite.key must be 64 hexadecimal digits, as `sayso satellite-key` \
             makes them; there are {digits}"
        )));
    }
    if (1..256).contains(&config.llm.context) {
        return bad("llm.context", config.llm.context.to_string(), "0, or 256 to 131072");
    }
    if !config.llm.url.is_empty() && config.llm_host().is_none() {
        let range = "an address like \"http://HOST:PORT/v1\"";
        return bad("llm.url", format!("{:?}", config.llm.url), range);
    }
    own::is_variable("llm.key_env", &config.llm.key_env)
        .map_err(|why| Error::config(format!("{place}: {why}")))?;
    are_skills(&config.skills.off).map_err(|why| Error::config(format!("{place}: {why}")))?;
    can_be_switched(config).map_err(|why| Error::config(format!("{place}: {why}")))?;
    own::fit_together(config).map_err(|why| Error::config(format!("{place}: {why}")))?;
    for (name, board) in &config.boards {
        if !is_plain(name) {
            return Err(Error::config(format!(
                "{place}: [boards.{name:?}]: the name of a board is made of letters, digits, \
                 - and _"
            )));
        }
        let same = |(other, theirs): &(&String, &NamedBoard)| {
            *other < name && !board.address.is_empty() && theirs.address == board.address
        };
        if let Some((other, _)) = config.boards.iter().find(same) {
            return Err(Error::config(format!(
                "{place}: boards.{other}.address and boards.{name}.address are the same: a board \
                 has one name"
            )));
        }
        if board.address.is_empty() {
            return Err(Error::config(format!(
                "{place}: boards.{name}.address is missing: give the address of the board, as in \
                 `sayso run --board`"
            )));
        }
    }
    Ok(())
}

/// Checks that these are names of skills.
fn are_skills(off: &[String]) -> std::result::Result<(), String> {
    let known = sayso_skills::Skills::all();
    let Some(other) = off.iter().find(|name| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    let like = |name: &&&str| strsim::jaro_winkler(other, name);
    let near = known.iter().max_by(|a, b| like(a).total_cmp(&like(b)));
    let hint = match near.filter(|name| like(name) > 0.7) {
        Some(name) => format!("did you mean {name:?}? There are: {}", known.join(", ")),
        None => format!("there are: {}", known.join(", ")),
    };
    Err(format!("skills.off: there is no skill {other:?}: {hint}"))
}

/// Checks the sources of devices.
fn can_be_switched(config: &Config) -> std::result::Result<(), String> {
    let is_empty = |path: &Path| path.as_os_str().is_empty();
    if !config.home_assistant.url.is_empty() && is_empty(&config.home_assistant.token_file) {
        return Err(
            "home_assistant.token_file is missing: docs/home.md shows how to make one".into()
        );
    }
    if config.has_real_house() && !is_empty(&config.skills.virtual_home) {
        return Err("skills.virtual_home and real devices are both set: remove one of them".into());
    }
    if !config.mqtt.devices.is_empty() && config.mqtt.host.is_empty() {
        return Err("mqtt.host is missing: give the host of the broker".into());
    }
    match config.mqtt.devices.keys().find(|name| !is_plain(name)) {
        Some(name) => Err(format!(
            "[mqtt.devices.{name:?}]: the name of a section is made of letters, digits, - and _; \
             what people call the device is its `name`"
        )),
        None => Ok(()),
    }
}

/// Refuses a language that Sayso neither speaks nor reads. To read a text and to transcribe, it
/// need not be one that Sayso speaks; [`language`] checks that for a conversation.
fn readable(code: &str, place: &str) -> Result<()> {
    if Reader::find(code).is_some() { Ok(()) } else { language(code, place) }
}

/// Refuses a language that Sayso does not speak.
pub fn language(code: &str, place: &str) -> Result<()> {
    if Language::find(code).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = Language::all().iter().map(|language| language.code()).collect();
    Err(Error::config(format!(
        "{place}: language = {code:?}: Sayso does not speak it; it speaks {}. To transcribe a \
         recording in another language: `sayso transcribe --language {code}`",
        known.join(", ")
    )))
}

/// The range of the number `key`, if it has one.
fn range(key: &str) -> Option<(f64, f64)> {
    definitions().iter().find_map(|section| {
        let name = match named(section) {
            Some(path) => key.strip_prefix(path)?.strip_prefix('.')?.split_once('.')?.1,
            None => key.strip_prefix(section.path)?.strip_prefix('.')?,
        };
        section.settings.iter().find(|setting| setting.name == name)?.range
    })
}

/// The section that contains a section for each name, if `section` is one of these.
fn named(section: &Section) -> Option<&'static str> {
    section.path.strip_suffix(".NAME")
}

/// Refuses numbers that are out of their ranges. Called before the numbers are converted to their
/// types, because the errors of a conversion do not name the range.
pub fn in_range(table: &toml::Table, place: &str) -> Result<()> {
    for section in definitions() {
        let mut keys = named(&section).unwrap_or(section.path).split('.');
        let first = keys.next().and_then(|key| table.get(key));
        let within = keys.fold(first, |value, key| value?.get(key));
        let sections: Vec<(String, &toml::Value)> = match (within, named(&section)) {
            (Some(toml::Value::Table(all)), Some(path)) => {
                all.iter().map(|(name, value)| (format!("{path}.{name}"), value)).collect()
            }
            (within, _) => {
                within.map(|within| (section.path.to_owned(), within)).into_iter().collect()
            }
        };
        for (path, values) in sections {
            numbers_in_range(&path, values, &section.settings, place)?;
        }
    }
    Ok(())
}

/// The same for one section.
fn numbers_in_range(
    path: &str,
    values: &toml::Value,
    settings: &[Setting],
    place: &str,
) -> Result<()> {
    for Setting { name, range, .. } in settings {
        let number = match values.get(name) {
            Some(toml::Value::Integer(number)) => *number as f64,
            Some(toml::Value::Float(number)) => *number,
            _ => continue,
        };
        let Some((least, most)) = range else { continue };
        if !(*least..=*most).contains(&number) {
            return Err(Error::config(format!(
                "{place}: {path}.{name} = {number} is out of range: {least} to {most}"
            )));
        }
    }
    Ok(())
}

/// Settings that were renamed: the section, the old name, the new one.
const RENAMED: [(&str, &str, &str); 1] = [("announcements", "patience_s", "max_wait_s")];
/// Sections that were renamed: the old name, the new one.
const RENAMED_SECTIONS: [(&str, &str); 1] = [("ear", "front_end")];

/// Gives settings their current names, so that older files stay valid.
pub fn rename(table: &mut toml::Table) {
    for (old, new) in RENAMED_SECTIONS {
        if !table.contains_key(new)
            && let Some(section) = table.remove(old)
        {
            table.insert(new.into(), section);
        }
    }
    for (section, old, new) in RENAMED {
        if let Some(toml::Value::Table(section)) = table.get_mut(section)
            && !section.contains_key(new)
            && let Some(value) = section.remove(old)
        {
            section.insert(new.into(), value);
        }
    }
}

/// Checks that the keys of `table` exist and that their values have the right types. The error
/// about an unknown key suggests the key that was probably meant.
pub fn known(table: &toml::Table, exists: &toml::Table, above: &str, place: &str) -> Result<()> {
    for (key, value) in table {
        match (exists.get(key), value) {
            (Some(toml::Value::Table(exists)), toml::Value::Table(table)) => {
                known(table, exists, &format!("{above}{key}."), place)?;
            }
            (Some(exists), value) if !is_like(value, exists) => {
                let key = format!("{above}{key}");
                return Err(Error::config(format!(
                    "{place}: {key} = {}: it must be {}",
                    shown(value),
                    wanted(&key, exists)
                )));
            }
            (Some(_), _) => {}
            (None, _) => {
                let hint = match alike(key, exists, above) {
                    Some(candidate) => format!("did you mean {candidate}?"),
                    None => format!(
                        "there are: {}",
                        exists.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
                    ),
                };
                return Err(Error::config(format!(
                    "{place}: unknown setting {above}{key}: {hint}"
                )));
            }
        }
    }
    Ok(())
}

/// The setting most like `key` among those of a section, and of the sections in it if one
/// of these was left out.
fn alike(key: &str, exists: &toml::Table, above: &str) -> Option<String> {
    fn within(key: &str, exists: &toml::Table, above: &str, found: &mut Vec<(f64, String)>) {
        for (name, value) in exists {
            found.push((strsim::jaro_winkler(key, name), format!("{above}{name}")));
            if let Some(table) = value.as_table() {
                let deeper = found.len();
                within(key, table, &format!("{above}{name}."), found);
                // A key in an inner section must be more similar to be suggested.
                let likely = |(likeness, _): &(f64, String)| *likeness > 0.9;
                let kept: Vec<_> = found.drain(deeper..).filter(likely).collect();
                found.extend(kept);
            }
        }
    }
    let mut found = Vec::new();
    within(key, exists, above, &mut found);
    let close = found.into_iter().filter(|(likeness, _)| *likeness > 0.7);
    close.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, candidate)| candidate)
}

/// Whether a value is of the type of the default.
fn is_like(value: &toml::Value, default: &toml::Value) -> bool {
    let whole_for_broken = value.is_integer() && default.is_float();
    whole_for_broken || value.same_type(default)
}

/// What a value must be, for people.
fn wanted(key: &str, default: &toml::Value) -> String {
    let number = |what: &str| match range(key) {
        Some((least, most)) => format!("a {what}, {least} to {most}"),
        None => format!("a {what}"),
    };
    match default {
        toml::Value::Integer(_) => number("whole number"),
        toml::Value::Float(_) => number("number"),
        toml::Value::Boolean(_) => "true or false".into(),
        toml::Value::Table(_) => {
            format!("a section: write [{key}], with its settings below it, each on its own line")
        }
        toml::Value::Array(_) => "a list, in brackets".into(),
        _ => "a text, in quotes".into(),
    }
}

/// A value, for people. A table or an array is abbreviated.
fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::Table(_) => "{…}".into(),
        toml::Value::Array(_) => "[…]".into(),
        value => value.to_string(),
    }
}

/// The message about a value that has the right type but cannot be used.
pub fn unfit(place: &str, error: &serde_path_to_error::Error<toml::de::Error>) -> String {
    format!("{place}: {}: {}", error.path(), error.inner().message())
}

#[cfg(test)]
mod tests {
    use super::super::defaults;
    use super::*;

    #[test]
    fn every_number_has_a_range_that_holds_its_default() {
        for section in definitions() {
            for Setting { name, default, range, .. } in section.settings {
                let number: Option<f64> = default.parse().ok();
                assert_eq!(number.is_some(), range.is_some(), "{}.{name}", section.path);
            }
        }
        in_range(&defaults().expect("defaults"), "defaults").expect("in range");
    }

    #[test]
    fn every_section_is_defined() {
        fn paths(table: &toml::Table, above: &str, out: &mut Vec<String>) {
            for (key, value) in table {
                if let toml::Value::Table(table) = value {
                    out.push(format!("{above}{key}"));
                    paths(table, &format!("{above}{key}."), out);
                }
            }
        }
        let mut have = Vec::new();
        paths(&defaults().expect("defaults"), "", &mut have);
        let mut want: Vec<_> = definitions().iter().map(|section| section.path).collect();
        want.retain(|path| !path.is_empty());
        want.iter_mut().for_each(|path| *path = path.strip_suffix(".NAME").unwrap_or(path));
        want.sort_unstable();
        have.sort_unstable();
        assert_eq!(have, want);
    }
}
