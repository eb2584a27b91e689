use std::collections::BTreeSet;

use super::wordings::{self, Topic};
use super::{Facts, answer, say};

/// What people ask, typed and as Whisper writes it, one a line with the topic that answers
/// it; and what is close to such a question and another, with "none".
const QUESTIONS: &str = include_str!("questions.tsv");

const TOPICS: [Topic; 18] = [
    Topic::Name,
    Topic::Who,
    Topic::Maker,
    Topic::Online,
    Topic::Person,
    Topic::Brand,
    Topic::Privacy,
    Topic::Microphone,
    Topic::Memory,
    Topic::Abilities,
    Topic::Inability,
    Topic::Place,
    Topic::Model,
    Topic::Version,
    Topic::Feelings,
    Topic::Gender,
    Topic::Sight,
    Topic::Age,
];

/// The questions with their topics.
fn questions() -> Vec<(Option<Topic>, &'static str)> {
    let question = |line: &'static str| {
        let (name, question) = line.split_once('\t').expect("two columns");
        let topic = TOPICS.into_iter().find(|topic| format!("{topic:?}") == name);
        assert!(topic.is_some() || name == "none", "there is no topic {name:?}: {question}");
        (topic, question)
    };
    QUESTIONS.lines().skip(1).map(question).collect()
}

fn facts() -> Facts {
    Facts { model: "smollm2-135m".into(), version: "1.2.3".into(), ..Facts::default() }
}

#[test]
fn nothing_is_said_to_stay_here_that_is_sent_to_a_server() {
    let server = Some("attic".to_owned());
    let facts = Facts { server, ..facts() };
    for topic in
        [Topic::Who, Topic::Online, Topic::Privacy, Topic::Microphone, Topic::Place, Topic::Model]
    {
        for words_logged in [false, true] {
            let said = say(topic, &Facts { words_logged, ..facts.clone() });
            assert!(said.contains("attic"), "{topic:?}: {said}");
            let logged = words_logged && topic == Topic::Privacy;
            assert_eq!(said.contains("a log"), logged, "{topic:?}: {said}");
        }
    }
}

#[test]
fn it_says_what_its_skills_can_do() {
    let of = |abilities: &[&str], topic| {
        let abilities = abilities.iter().map(|ability| (*ability).to_owned()).collect();
        say(topic, &Facts { abilities, ..facts() })
    };
    let three = of(&["set timers", "keep your lists", "calculate"], Topic::Abilities);
    assert_eq!(
        three,
        "I can set timers, keep your lists and calculate. You can also just talk with me."
    );
    let one = of(&["set timers"], Topic::Inability);
    assert_eq!(one, "I can set timers. If that isn't among them, I can't do it yet.");
    assert!(of(&[], Topic::Inability).starts_with("I can't do that yet."));
}

#[test]
fn the_patterns_are_well_formed() {
    assert_eq!(wordings::wrong(), Vec::<String>::new());
}

#[test]
fn questions_about_itself_are_answered() {
    let facts = facts();
    let mut wrong = Vec::new();
    let mut asked = BTreeSet::new();
    for (topic, text) in questions() {
        let Some(topic) = topic else { continue };
        asked.insert(text);
        let bare = text.to_lowercase().replace([',', '?', '!'], "");
        let capitals = text.to_uppercase();
        for form in [text.into(), bare, capitals, format!("{text} Thank you.")] {
            let due = Some(say(topic, &facts));
            let got = answer(&form, &facts);
            if got != due {
                wrong.push(format!("{topic:?}: {form:?} gives {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 4 * asked.len(), wrong.join("\n"));
    assert!(asked.len() >= 695, "{}", asked.len());
    for topic in TOPICS {
        assert!(questions().iter().any(|(of, _)| *of == Some(topic)), "nobody asks {topic:?}");
    }
}

#[test]
fn other_questions_are_left_to_the_language_model() {
    let facts = facts();
    let mut wrong = Vec::new();
    let mut asked = BTreeSet::new();
    for (_, text) in questions().into_iter().filter(|(topic, _)| topic.is_none()) {
        asked.insert(text);
        if let Some(answer) = answer(text, &facts) {
            wrong.push(format!("{text:?} is answered with {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked.len() >= 533, "{}", asked.len());
}

#[test]
fn nothing_that_is_said_in_the_recordings_is_about_the_program() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let manifest = std::fs::read_to_string(data.join("manifest.tsv")).expect("the manifest");
    let mut said = 0;
    for line in manifest.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        // The transcript, and its translation.
        for text in [columns[6], columns[7]].into_iter().filter(|text| !text.is_empty()) {
            assert_eq!(answer(text, &facts()), None, "{text}");
            said += 1;
        }
    }
    assert!(said > 80, "{said}");
}

#[test]
fn two_questions_get_two_answers() {
    let facts = facts();
    let both = |a, b| Some(format!("{} {}", say(a, &facts), say(b, &facts)));
    for text in ["Who are you and who made you?", "Who are you? And who made you?"] {
        assert_eq!(answer(text, &facts), both(Topic::Who, Topic::Maker), "{text}");
    }
    let text = "Hi. Are you a robot? What can you do?";
    assert_eq!(answer(text, &facts), both(Topic::Person, Topic::Abilities));
    let twice = "Who are you? Who are you?";
    assert_eq!(answer(twice, &facts), Some(say(Topic::Who, &facts)));
}

#[test]
fn the_facts_decide_what_is_told() {
    let told = |text, facts: &Facts| answer(text, facts).expect("an answer");
    let mut facts = facts();
    for (model, called) in [
        ("qwen2.5-coder-0.5b", "Qwen 2.5 Coder"),
        ("smollm2-135m", "Smol LM 2"),
        ("/models/tiny-model_q4.gguf", "tiny model q4"),
    ] {
        facts.model = model.into();
        let told = told("What model are you using?", &facts);
        assert!(told.contains(called), "{told}");
    }
    assert!(told("Are you recording this?", &facts).contains("isn't recorded"));
    facts.words_logged = true;
    let logged = told("Are you recording this?", &facts);
    assert!(logged.contains("a log") && !logged.contains("isn't recorded"));
    assert!(told("Do you remember things?", &facts).contains("a log"));
    assert!(told("What version are you?", &facts).contains("1.2.3"));
}

#[test]
fn no_answer_claims_to_be_another() {
    for topic in TOPICS {
        let answer = say(topic, &facts());
        let low = answer.to_lowercase();
        for name in ["alexa", "siri", "chatgpt", "openai", "google", "amazon", "human"] {
            assert!(!low.contains(name), "{answer}");
        }
        // Short enough to be spoken in one breath or two.
        assert!(answer.split(' ').count() <= 40, "{answer}");
    }
}

#[test]
fn long_texts_are_looked_at_quickly() {
    let long = "who are you and ".repeat(20_000);
    let begun = std::time::Instant::now();
    assert_eq!(answer(&long, &facts()), None);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
