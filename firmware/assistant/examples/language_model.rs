//! Asks the language model of a profile the sentences in `tests/data/language-model`, and counts: right
//! and false commands, right answers and doubtful ones. Each sentence is asked in a new conversation.
//!
//! `language_model PROFILE p1,c1,q1`: paraphrases, chit-chat, questions; 0 for the odd lines, 1 for the
//! even ones.
#![allow(missing_docs)]

use std::path::Path;

use sayso::internals::skills::{SharedSkills, wall_now};
use sayso::{Config, Engines};
use sayso_models::Cancel;
use sayso_skills::{Plan, Request, Situation};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What the skills make of a sentence said in the kitchen.
fn understood(skills: &SharedSkills, text: &str) -> Option<Plan> {
    let mut situation = Situation::new("kitchen");
    situation.area = Some("Kitchen".into());
    let now = wall_now();
    skills.claim(&Request::new(text, &now, &situation))
}

/// Whether two sentences mean the same: the intent, and the slots or what will be done or said.
fn is_same(one: &Plan, other: &Plan) -> bool {
    // What these say and do shows the slots: "9 am" is "nine in the morning".
    let shown = ["home", "reminders", "alarms", "calculator"].contains(&one.skill);
    let lower = |plan: &Plan| format!("{:?}", plan.command.slots).to_lowercase();
    one.command.intent == other.command.intent
        && (lower(one) == lower(other) || (shown && one.claim == other.claim))
}

/// The words of a text.
fn words(text: &str) -> String {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" "))
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [profile, parts] = arguments.as_slice() else { return Err("PROFILE p1,c1,q1".into()) };
    let mut config = Config::default();
    config.models.profile = serde_json::from_value(profile.as_str().into())?;
    // Questions are asked as by default, without commands.
    config.llm.calls = parts.contains(['p', 'c']);
    config.skills.virtual_home = "demo".into();
    let (skills, _) = SharedSkills::load(&config, None)?;
    let mut llm = Engines::load_llm(&config)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/language-model");
    for part in parts.split(',') {
        let half: usize = part.get(1..).unwrap_or("0").parse()?;
        let file = match part.as_bytes().first() {
            Some(b'p') => "paraphrases.tsv",
            Some(b'c') => "chit-chat.txt",
            _ => "questions.tsv",
        };
        let text = std::fs::read_to_string(folder.join(file))?;
        let lines = text.lines().filter(|line| !line.starts_with('#')).skip(half).step_by(2);
        let (mut n, mut calls, mut right, mut doubtful, mut right_doubtful) = (0, 0, 0, 0, 0);
        let mut first = Vec::new();
        for line in lines {
            let (said, wanted) = line.split_once('\t').unwrap_or((line, ""));
            llm.forget()?;
            let reply = llm.reply_or_call(said, &Cancel::new(), &mut |_| {})?;
            llm.discard()?;
            n += 1;
            let command = reply.command.as_deref().and_then(|text| understood(&skills, text));
            let is_right = if part.starts_with('q') {
                let answer = words(&reply.text);
                wanted.split('|').any(|accepted| answer.contains(&words(accepted)))
            } else {
                let mut wanted = wanted.split(" | ").filter_map(|text| understood(&skills, text));
                command.as_ref().is_some_and(|plan| wanted.any(|wanted| is_same(plan, &wanted)))
            };
            let unsure = reply.text.starts_with(config.spoken().said_when_unsure());
            calls += usize::from(command.is_some());
            right += usize::from(is_right);
            doubtful += usize::from(unsure);
            right_doubtful += usize::from(unsure && is_right);
            if reply.command.is_none() {
                first.push(reply.ttft_ms);
            }
            let mark = if is_right { "right" } else { "" };
            let written = reply.command.map_or(reply.text, |command| format!("[{command}]"));
            let certainty = reply.certainty.map_or(String::new(), |c| format!("{c:.2}"));
            println!("{part}\t{mark}\t{certainty}\t{said}\t{written}");
        }
        first.sort_by(f64::total_cmp);
        let median = first.get(first.len() / 2).copied().unwrap_or_default();
        println!(
            "{part}: {n} sentences, {calls} calls, {right} right, {doubtful} doubtful (of the right \
             ones {right_doubtful}), median time to first text without a call {median:.0} ms"
        );
    }
    Ok(())
}
