//! What is wrong with settings, told so that it can be mended.

use super::{Config, NamedBoard};
use crate::error::{Error, Result};

/// Holds settings against each other that are in their own ranges.
pub fn fit_together(config: &Config, place: &str) -> Result<()> {
    let bad = |key: &str, value: String, range: &str| {
        Err(Error::config(format!("{place}: {key} = {value} is out of range: {range}")))
    };
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
            "{place}: satellite.key and satellite.key_file are both set: take one away"
        )));
    }
    let digits = satellite.key.bytes().filter(u8::is_ascii_hexdigit).count();
    if !satellite.key.is_empty() && (digits, satellite.key.trim().len()) != (64, 64) {
        // Not the key itself: it may be right but for a digit.
        return Err(Error::config(format!(
            "{place}: satellite.key has to be 64 hexadecimal digits, as `sayso satellite-key` \
             makes them; these are {digits}"
        )));
    }
    if (1..256).contains(&config.llm.context) {
        return bad("llm.context", config.llm.context.to_string(), "0, or 256 to 131072");
    }
    for (name, board) in &config.boards {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(plain) {
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
                "{place}: boards.{name}.address is missing: where the board is, as \
                 `sayso run --board` takes it"
            )));
        }
    }
    Ok(())
}

/// The least and the most that a number may be.
const RANGES: [(&str, f64, f64); 33] = [
    ("models.sessions", 1.0, 64.0),
    ("raspberry_pi.led", 0.0, 1023.0),
    ("raspberry_pi.button", 0.0, 1023.0),
    ("satellite.volume", 0.0, 100.0),
    ("feedback.volume", 0.0, 2.0),
    ("announcements.max_wait_s", 1.0, 86_400.0),
    ("turn.onset", 0.0, 1.0),
    ("turn.offset", 0.0, 1.0),
    ("turn.complete", 0.0, 1.0),
    ("turn.min_speech_ms", 0.0, 10_000.0),
    ("turn.may_end_ms", 0.0, 10_000.0),
    ("turn.hangover_ms", 0.0, 10_000.0),
    ("turn.hangover_short_ms", 0.0, 10_000.0),
    ("turn.hangover_question_ms", 0.0, 10_000.0),
    ("turn.hangover_long_ms", 0.0, 10_000.0),
    ("turn.pre_roll_ms", 0.0, 10_000.0),
    ("turn.barge_in_ms", 0.0, 10_000.0),
    ("turn.barge_in_range_db", 0.0, 100.0),
    ("turn.max_utterance_s", 1.0, 600.0),
    ("turn.think_timeout_s", 1.0, 600.0),
    ("stt.threads", 0.0, 256.0),
    ("llm.context", 0.0, 131_072.0),
    ("llm.exchanges", 0.0, 10_000.0),
    ("llm.threads", 0.0, 256.0),
    ("llm.gpu_layers", 0.0, 10_000.0),
    ("llm.sampling.temperature", 0.0, 5.0),
    ("llm.sampling.top_p", 0.0, 1.0),
    ("llm.sampling.top_k", 0.0, 1_000_000.0),
    ("llm.sampling.repeat_penalty", 0.1, 10.0),
    ("llm.sampling.seed", 0.0, 4_294_967_295.0),
    ("llm.sampling.max_tokens", 1.0, 4096.0),
    ("tts.speed", 0.5, 2.0),
    ("tts.volume", 0.0, 2.0),
];

/// The range of the number `key`, for people.
fn range(key: &str) -> Option<String> {
    let (_, least, most) = RANGES.iter().find(|(name, ..)| *name == key)?;
    Some(format!("{least} to {most}"))
}

/// Refuses numbers out of their ranges, before they are held to a type that says less.
pub fn in_range(table: &toml::Table, place: &str) -> Result<()> {
    for (key, least, most) in RANGES {
        let mut keys = key.split('.');
        let first = keys.next().and_then(|key| table.get(key));
        let value = keys.fold(first, |value, key| value?.get(key));
        let number = match value {
            Some(toml::Value::Integer(number)) => *number as f64,
            Some(toml::Value::Float(number)) => *number,
            _ => continue,
        };
        if !(least..=most).contains(&number) {
            return Err(Error::config(format!(
                "{place}: {key} = {number} is out of range: {least} to {most}"
            )));
        }
    }
    Ok(())
}

/// Holds the keys of `table` against those that exist, and suggests.
pub fn known(table: &toml::Table, exists: &toml::Table, above: &str, place: &str) -> Result<()> {
    for (key, value) in table {
        match (exists.get(key), value) {
            (Some(toml::Value::Table(exists)), toml::Value::Table(table)) => {
                known(table, exists, &format!("{above}{key}."), place)?;
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
                // Elsewhere a name means less.
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

/// What is wrong with a value, without the names that types have in here.
pub fn wrong_type(place: &str, error: &toml::de::Error) -> String {
    let text = error.to_string();
    let key = text.lines().find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    let key = key.unwrap_or_default();
    let at = if key.is_empty() { String::new() } else { format!("{key}: ") };
    let message = error.message();
    let (found, wanted) = message.split_once(", expected ").unwrap_or((message, ""));
    let found = found.replace("invalid type: map", "invalid type: a section");
    let number = |what: &str| match range(key) {
        Some(range) => format!("a {what}, {range}"),
        None => format!("a {what}"),
    };
    let wanted = match wanted {
        "" => return format!("{place}: {at}{found}"),
        "u8" | "u16" | "u32" | "u64" | "usize" => number("whole number"),
        "f32" | "f64" => number("number"),
        "a boolean" => "true or false".into(),
        "a string" | "path string" => "a text, in quotes".into(),
        other if other.starts_with("struct ") => {
            let settings = "with its settings below it, each on its line";
            format!("a section: write [{key}], {settings}")
        }
        other => other.into(),
    };
    format!("{place}: {at}{found}; it must be {wanted}")
}

#[cfg(test)]
mod tests {
    use super::super::defaults;
    use super::*;

    #[test]
    fn every_number_has_a_range_that_holds_its_default() {
        fn numbers(table: &toml::Table, above: &str, out: &mut Vec<String>) {
            for (key, value) in table {
                match value {
                    toml::Value::Table(table) => numbers(table, &format!("{above}{key}."), out),
                    toml::Value::Integer(_) | toml::Value::Float(_) => {
                        out.push(format!("{above}{key}"));
                    }
                    _ => {}
                }
            }
        }
        let defaults = defaults().expect("defaults");
        let mut have = Vec::new();
        numbers(&defaults, "", &mut have);
        let mut want: Vec<String> = RANGES.iter().map(|(key, ..)| key.to_string()).collect();
        have.sort();
        want.sort();
        assert_eq!(have, want);
        in_range(&defaults, "defaults").expect("in range");
    }
}
