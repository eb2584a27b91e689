use std::ffi::OsString;

use super::*;

#[test]
fn the_template_holds_the_defaults() {
    let config: Config = toml::from_str(TEMPLATE).expect("template");
    assert_eq!(config, Config::default());
}

#[test]
fn a_setting_that_was_renamed_keeps_its_old_name() {
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("sayso.toml");
    let old = "[ear]\nnoise_suppression = true\n[announcements]\npatience_s = 7";
    std::fs::write(&file, old).expect("file");
    let config = Config::load(Some(&file), &[]).expect("good");
    assert!(config.front_end.noise_suppression);
    assert_eq!(config.announcements.max_wait_s, 7);
}

#[test]
fn one_language_is_chosen_and_recognition_may_differ() {
    let load = |sets: &[&str]| {
        let sets: Vec<OsString> = sets.iter().map(OsString::from).collect();
        Config::load(None, &sets)
    };
    assert_eq!(load(&[]).expect("good").recognised(), Some("en"));
    assert_eq!(load(&["stt.language=de"]).expect("good").recognised(), Some("de"));
    assert_eq!(load(&["stt.language=auto"]).expect("good").recognised(), None);
    assert_eq!(load(&["language=EN"]).expect("good").spoken().code(), "en");
    // Languages as systems name them, with a country.
    for language in ["en-US", "en_GB", "en_US.UTF-8", "EN-us"] {
        let config = load(&[format!("language={language}").as_str()]).expect("good");
        assert_eq!((config.spoken().code(), config.recognised()), ("en", Some("en")));
    }
    assert_eq!(load(&["language=de_DE"]).expect("good").recognised(), Some("de"));
    assert_eq!(load(&["stt.language=pt-BR"]).expect("good").recognised(), Some("pt"));
    let mut config = load(&[]).expect("good");
    config.set_language("en-GB", "command line").expect("good");
    assert_eq!(config.language.0, "en");
    let text = error("language = \"xx\"", &[]);
    assert!(text.contains("language = \"xx\"") && text.contains("it speaks en"), "{text}");
}

#[test]
fn the_template_names_every_key() {
    fn keys(table: &toml::Table, above: &str, out: &mut Vec<String>) {
        for (key, value) in table {
            match value {
                toml::Value::Table(table) => keys(table, &format!("{above}{key}."), out),
                _ => out.push(format!("{above}{key}")),
            }
        }
    }
    let (mut have, mut want) = (Vec::new(), Vec::new());
    keys(&toml::from_str(TEMPLATE).expect("template"), "", &mut have);
    keys(&defaults().expect("defaults"), "", &mut want);
    have.sort();
    want.sort();
    assert_eq!(have, want);
}

fn error(text: &str, overrides: &[&str]) -> String {
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("sayso.toml");
    std::fs::write(&file, text).expect("file");
    let overrides: Vec<OsString> = overrides.iter().map(OsString::from).collect();
    Config::load(Some(&file), &overrides).expect_err("refused").to_string()
}

#[test]
fn an_unknown_key_is_refused_with_the_right_one() {
    assert!(error("[turn]\nhangover = 3", &[]).contains("did you mean turn.hangover_ms?"));
    assert!(error("[llm.sampling]\ntemprature = 1", &[]).contains("llm.sampling.temperature"));
    assert!(error("[llm]\ntemperature = 1", &[]).contains("llm.sampling.temperature"));
    assert!(error("temperature = 1", &[]).contains("llm.sampling.temperature"));
    assert!(error("[sst]\n", &[]).contains("did you mean stt?"));
    assert!(error("", &["tts.sped=1"]).contains("did you mean tts.speed?"));
}

#[test]
fn bad_files_and_values_are_refused() {
    assert!(error("[turn", &[]).contains("sayso.toml"));
    let text = error("[tts]\nspeed = \"fast\"", &[]);
    assert!(text.ends_with("tts.speed = \"fast\": it must be a number, 0.5 to 2"), "{text}");
    let text = error("", &["turn.hangover_ms=long"]);
    assert!(text.contains("turn.hangover_ms = \"long\": "), "{text}");
    assert!(text.ends_with("it must be a whole number, 0 to 10000"), "{text}");
    assert!(error("hangover_ms = 3", &[]).ends_with("did you mean turn.hangover_ms?"));
    assert!(error("[tts]\nspeed = 1.0", &["tts.speed=9"]).starts_with("command line: tts.speed"));
    assert!(error("[tts]\nspeed = 9.0", &[]).contains("out of range"));
    assert!(error("", &["satellite.volume=101"]).contains("0 to 100"));
    assert!(error("[turn]\nhangover_ms = -3", &[]).contains("hangover_ms"));
    let text = error("", &["satellite.key=\"00ff\""]);
    assert!(text.contains("64 hexadecimal digits") && text.ends_with("there are 4"), "{text}");
    let digits = format!("satellite.key=\"{}\"", "a0".repeat(32));
    Config::load(None, &[OsString::from(&digits)]).expect("a key");
    let both = ["satellite.key_file=\"key\"", &digits];
    assert!(error("", &both).contains("are both set"));
    assert!(error("", &["tts.speed=nan"]).contains("out of range"));
    assert!(error("", &["llm.context=100"]).ends_with("0, or 256 to 131072"));
    assert!(error("", &["turn"]).contains("section.key=value"));
    let missing = Config::load(Some(Path::new("no-such-file.toml")), &[]);
    assert!(missing.expect_err("missing").to_string().contains("sayso config init"));
}

#[test]
fn a_number_too_large_for_its_type_is_told_its_range() {
    let text = error("[turn]\nhangover_ms = 99999999999", &[]);
    let due = "turn.hangover_ms = 99999999999 is out of range: 0 to 10000";
    assert!(text.ends_with(due), "{text}");
    assert!(error("", &["llm.threads=100000"]).ends_with("out of range: 0 to 256"));
    assert!(error("", &["stt.threads=257"]).ends_with("out of range: 0 to 256"));
    assert!(error("", &["llm.sampling.seed=-1"]).ends_with("0 to 4294967295"));
    let text = error("", &["llm.threads=1.5"]);
    assert!(text.ends_with("it must be a whole number, 0 to 256"), "{text}");
}

#[test]
fn a_value_where_a_section_is_due_is_told_so() {
    let text = error("turn = 3", &[]);
    assert!(text.contains("turn = 3: ") && text.contains("write [turn]"), "{text}");
    let text = error("llm.sampling = true", &[]);
    assert!(text.contains("write [llm.sampling]"), "{text}");
    let text = error("[tts.speed]", &[]);
    assert!(text.contains("tts.speed = {…}: ") && text.ends_with("a number, 0.5 to 2"), "{text}");
}

#[test]
fn numbers_in_json_are_as_they_were_written() {
    let json = Config::default().to_json().expect("JSON");
    assert!(json.contains(":0.35,") && !json.contains("0.3499"), "{json}");
}

#[test]
fn boards_have_names_and_areas() {
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("sayso.toml");
    let text = "[boards.kitchen]\naddress = \"tcp:kitchen.lan:7000\"\narea = \"ground floor\"";
    std::fs::write(&file, text).expect("file");
    let more = ["boards.hall-2.address=desktop".into()];
    let config = Config::load(Some(&file), &more).expect("good");
    assert_eq!(config.boards["kitchen"].address, "tcp:kitchen.lan:7000");
    assert_eq!(config.boards["kitchen"].area, "ground floor");
    assert_eq!(config.boards["hall-2"].address, "desktop");
    assert!(config.to_toml().expect("TOML").contains("[boards.kitchen]"));
}

#[test]
fn bad_boards_are_refused() {
    let text = error("[boards.kitchen]\nadress = \"desktop\"", &[]);
    assert!(text.ends_with("did you mean boards.kitchen.address?"), "{text}");
    assert!(error("[boards.kitchen]\narea = \"x\"", &[]).contains("boards.kitchen.address"));
    let twice = "[boards.a]\naddress = \"listen:x\"\n[boards.b]\naddress = \"listen:x\"";
    assert!(error(twice, &[]).contains("boards.a.address and boards.b.address are the same"));
    assert!(error("[boards]\nkitchen = 3", &[]).contains("write [boards.kitchen]"));
    for name in ["\"tcp:x\"", "\"a b\"", "\"\"", "\"a/b\""] {
        let text = error(&format!("[boards.{name}]\naddress = \"desktop\""), &[]);
        assert!(text.contains("letters, digits"), "{text}");
    }
}

#[test]
fn devices_at_a_broker_have_names_and_kinds() {
    let text =
        "[mqtt]\nhost = \"broker.lan\"\n[mqtt.devices.desk-lamp]\nkind = \"light\"\ntopic = \"x\"";
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("sayso.toml");
    std::fs::write(&file, text).expect("file");
    let config = Config::load(Some(&file), &["mqtt.devices.desk-lamp.on=1".into()]);
    // A number where a text is due.
    assert!(config.expect_err("refused").to_string().contains("mqtt.devices.desk-lamp.on = 1"));
    let config = Config::load(Some(&file), &["mqtt.devices.fan.command_topic=f".into()]);
    let config = config.expect("good");
    assert_eq!(config.mqtt.devices["desk-lamp"].kind, "light");
    assert_eq!(config.mqtt.devices["fan"].kind, "switch");
    assert!(config.has_real_house());
    let again: Config = toml::from_str(&config.to_toml().expect("TOML")).expect("good");
    assert_eq!(again.mqtt, config.mqtt);
}

#[test]
fn bad_sources_of_devices_are_refused() {
    let text = error("[home_assistant]\nurl = \"http://a:8123\"", &[]);
    assert!(text.contains("home_assistant.token_file is missing"), "{text}");
    let text = error("[home_assistant]\ntoken = \"abc\"", &[]);
    assert!(text.ends_with("did you mean home_assistant.token_file?"), "{text}");
    let text = error("[mqtt.devices.a]\ncommand_topic = \"a\"", &[]);
    assert!(text.contains("mqtt.host is missing"), "{text}");
    let text = error("[mqtt]\nhost = \"a\"\n[mqtt.devices.a]\ncomand_topic = \"a\"", &[]);
    assert!(text.ends_with("did you mean mqtt.devices.a.command_topic?"), "{text}");
    let text = error("[mqtt]\nhost = \"a\"\n[mqtt.devices.\"a b\"]\ncommand_topic = \"a\"", &[]);
    assert!(text.contains("letters, digits"), "{text}");
    let text = error("[mqtt]\nhost = \"a\"\n[mqtt.devices.a]\nlevel_scale = 70000", &[]);
    assert!(
        text.ends_with("mqtt.devices.a.level_scale = 70000 is out of range: 0 to 65535"),
        "{text}"
    );
    let text = error("[mqtt]\nhost = \"a\"\n[skills]\nvirtual_home = \"demo\"", &[]);
    assert!(text.contains("both set"), "{text}");
    assert!(error("[mqtt]\nport = 0", &[]).ends_with("mqtt.port = 0 is out of range: 1 to 65535"));
}

const GOOD_NIGHT: &str =
    "[commands.good-night]\nintent = \"GoodNight\"\nrun = [\"/bin/echo\", \"good night\"]\n";

#[cfg(unix)]
#[test]
fn commands_have_names_and_programs() {
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("sayso.toml");
    std::fs::write(&file, GOOD_NIGHT).expect("file");
    for more in [vec![], vec!["commands.good-night.confirm=true".into()]] {
        let config = Config::load(Some(&file), &more).expect("good");
        let command = &config.commands["good-night"];
        assert_eq!((&*command.intent, command.time_limit_s), ("GoodNight", 5));
        assert_eq!(command.run, ["/bin/echo", "good night"]);
        assert_eq!(command.confirm, !more.is_empty());
        assert_eq!(config.folder, dir.path());
        let again: Config = toml::from_str(&config.to_toml().expect("TOML")).expect("good");
        assert_eq!(again.commands, config.commands);
    }
}

#[cfg(unix)]
#[test]
fn bad_commands_are_refused() {
    let with = |more: &str| error(&format!("{GOOD_NIGHT}{more}"), &[]);
    let text = with("time_limit = 3");
    assert!(text.ends_with("did you mean commands.good-night.time_limit_s?"), "{text}");
    for limit in ["0", "21", "-1", "1e9"] {
        let text = with(&format!("time_limit_s = {limit}"));
        assert!(text.contains("commands.good-night.time_limit_s = "), "{text}");
        assert!(text.contains("1 to 20"), "{text}");
    }
    let text = with("time_limit_s = 10\n[turn]\nthink_timeout_s = 10");
    assert!(text.ends_with("less than turn.think_timeout_s, which is 10"), "{text}");
    let text = with("[commands.b]\nintent = \"GoodNight\"\nrun = [\"/bin/true\"]");
    assert!(
        text.contains("commands.b.intent and commands.good-night.intent are the same"),
        "{text}"
    );
    let text = error("[commands.b]\nrun = [\"/bin/true\"]", &[]);
    assert!(text.contains("commands.b.intent is missing"), "{text}");
    let text = error("[commands.b]\nintent = \"B\"", &[]);
    assert!(text.contains("commands.b.run is missing"), "{text}");
    let text = error("[commands.b]\nintent = \"B\"\nrun = [\"true\"]", &[]);
    assert!(text.contains("give the whole path of the program"), "{text}");
    let text = error("[commands.b]\nintent = \"B\"\nrun = \"/bin/true\"", &[]);
    assert!(
        text.ends_with("commands.b.run = \"/bin/true\": it must be a list, in brackets"),
        "{text}"
    );
    let text = error("[commands.\"a b\"]\nintent = \"B\"", &[]);
    assert!(text.contains("letters, digits"), "{text}");
    assert!(error("[commands]\nb = 3", &[]).contains("write [commands.b]"));
}

#[test]
fn the_command_line_wins() {
    let overrides = ["tts.speed=1.25", "audio.input=USB Mic", "turn.barge_in=false"];
    let config = Config::load(None, &overrides.map(OsString::from)).expect("good");
    assert_eq!(config.tts.speed, 1.25);
    assert_eq!(config.audio.input, "USB Mic");
    assert!(!config.turn.barge_in);
}

#[cfg(unix)]
#[test]
fn a_path_may_be_not_utf_8_and_a_text_may_not() {
    use std::os::unix::ffi::OsStringExt;

    let odd =
        |key: &str| OsString::from_vec([format!("{key}=").as_bytes(), b"/mod\xE8les/x"].concat());
    let path = PathBuf::from(OsString::from_vec(b"/mod\xE8les/x".to_vec()));
    let mut all = Vec::new();
    for (section, keys) in defaults().expect("defaults") {
        let toml::Value::Table(keys) = keys else { continue };
        all.extend(keys.keys().map(|key| format!("{section}.{key}")));
    }
    all.retain(|key| Config::load(None, &[odd(key)]).is_ok());
    let due = "control.socket home_assistant.ca_file home_assistant.token_file llm.key_file \
               models.dir models.eot models.llm models.vad models.voice models.whisper mqtt.ca_file \
               mqtt.password_file satellite.key_file server.certificate_file server.key_file \
               server.token_file skills.documents skills.music skills.virtual_home state.dir \
               stt.vocabulary wake.key";
    all.sort();
    assert_eq!(all.join(" "), due);
    for key in all {
        let mut config = Config::load(None, &[odd(&key)]).expect("a path");
        assert_eq!(config.path(&key), Some(&mut path.clone()), "{key}");
        assert!(config.to_toml().expect("TOML").contains("mod\u{FFFD}les"), "{key}");
        // The last one wins.
        let last = format!("{key} = /x").into();
        let mut config = Config::load(None, &[odd(&key), last]).expect("a path");
        assert_eq!(config.path(&key), Some(&mut PathBuf::from("/x")), "{key}");
    }

    for key in ["audio.input", "stt.prompt", "tts.speed", "boards.hall.address"] {
        let error = Config::load(None, &[odd(key)]).expect_err(key).to_string();
        assert!(error.ends_with("the value is not UTF-8, which only a path may be"), "{error}");
    }
    let name = OsString::from_vec(b"mod\xE8les.dir=x".to_vec());
    let error = Config::load(None, &[name]).expect_err("no such key").to_string();
    assert!(error.contains("write --set section.key=value"), "{error}");
}

#[test]
fn only_skills_that_exist_are_switched_off() {
    let text = error("[skills]\noff = [\"toolz\"]", &[]);
    assert!(text.contains("there is no skill \"toolz\": did you mean \"tools\"?"), "{text}");
    let text = error("", &["skills.off=[\"lists\", \"xyz\"]"]);
    assert!(text.contains("no skill \"xyz\"") && text.contains("timers, alarms"), "{text}");
}

#[test]
fn every_path_may_begin_at_home() {
    let home = std::env::home_dir().expect("a home");
    let mut paths = 0;
    for section in definitions() {
        for setting in section.settings {
            let key = format!("{}.{}", section.path, setting.name);
            if Config::default().path(&key).is_none() {
                continue;
            }
            paths += 1;
            let mut table = toml::Table::new();
            set(&mut table, &mut BTreeMap::new(), OsStr::new(&format!("{key}=~/a b")))
                .expect("set");
            let mut config: Config = table.try_into().expect("read");
            assert_eq!(config.path(&key), Some(&mut home.join("a b")), "{key}");
        }
    }
    assert!(paths > 15, "{paths}");
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("sayso.toml");
    let text = "[commands.a]\nintent = \"A\"\nrun = [\"~/bin/a\", \"~/notes\", \"a~\"]\n\
                [mcp.b]\nrun = [\"~/b\"]\nkey_file = \"~/k\"\nkey_env = \"K\"\n";
    std::fs::write(&file, text).expect("file");
    let config = Config::load(Some(&file), &[]).expect("good");
    let at = |name: &str| home.join(name).display().to_string();
    assert_eq!(config.commands["a"].run, [at("bin/a"), at("notes"), "a~".into()]);
    assert_eq!(config.mcp["b"].run, [at("b")]);
    assert_eq!(config.mcp["b"].key_file, home.join("k"));
}
