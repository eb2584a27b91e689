//! Answers about the program itself.
//!
//! A language model that is asked who it is repeats what most of its training texts say: that it
//! is another assistant, a person, or connected to the internet. These questions have true answers
//! that do not change, so rules give them: [`answer`] matches whole sentences (`wordings`), and
//! leaves every other text to the language model.

mod wordings;

#[cfg(test)]
mod tests;

use crate::Facts;
use wordings::Topic;

/// The name of a language model in a form that can be spoken. A model of the catalogue is called
/// by its name there, a file of the user's by the file's name.
pub(super) fn model_name(model: &str) -> String {
    match model {
        "qwen2.5-coder-0.5b" | "qwen2.5-coder-1.5b" => "Qwen 2.5 Coder".into(),
        "smollm2-135m" => "Smol LM 2".into(),
        other => {
            let stem = std::path::Path::new(other).file_stem().unwrap_or_default();
            stem.to_string_lossy().replace(['-', '_'], " ")
        }
    }
}

/// The answer to a question about the program itself; `None` for any other text.
///
/// The text is what was transcribed or typed. It may greet, be polite, ask twice ("Who are you,
/// and who made you?") and lead up to the question ("You sound nice. Are you a robot?"). If it
/// says anything else besides, the language model must see all of it.
pub(super) fn answer(text: &str, facts: &Facts) -> Option<String> {
    let sentences = sentences(text);
    let mut topics: Vec<Topic> = Vec::new();
    for (n, sentence) in sentences.iter().enumerate() {
        let last = n + 1 == sentences.len();
        match wordings::topics(sentence) {
            Some(found) => topics.extend(found),
            // "You sound nice." only leads up to the next sentence.
            None if !last && sentence.starts_with("you ") => {}
            None => return None,
        }
    }
    let mut answers: Vec<String> = Vec::new();
    for topic in topics {
        let answer = say(topic, facts);
        if !answers.contains(&answer) {
            answers.push(answer);
        }
    }
    (1..=2).contains(&answers.len()).then(|| answers.join(" "))
}

fn say(topic: Topic, facts: &Facts) -> String {
    match topic {
        Topic::Name => "My name is Sayso.".into(),
        Topic::Who => match &facts.server {
            None => "I'm Sayso, a voice assistant that runs entirely on your own device.".into(),
            Some(server) => format!(
                "I'm Sayso, a voice assistant that runs on your own device. Only my language model \
                 runs elsewhere, on {server}."
            ),
        },
        Topic::Maker => {
            "Sayso is open source: the people who write for that project made me, and no company \
             runs me."
                .into()
        }
        Topic::Online => match &facts.server {
            None => {
                "I'm not connected to the internet, and I don't need it: I run entirely on your own \
                 device."
                    .into()
            }
            Some(server) => format!(
                "I'm connected to {server}, where my language model runs. Everything else runs on \
                 your own device."
            ),
        },
        Topic::Person => {
            "I'm not a person. I'm Sayso, a computer program that listens and talks.".into()
        }
        Topic::Brand => {
            "I'm Sayso, an assistant in my own right, and not one of the big companies'.".into()
        }
        Topic::Privacy => match (kept(facts), facts.words_logged) {
            (Some(sent), false) => format!(
                "I listen so that I can answer you. {sent} The sound isn't recorded or sent to \
                 anybody."
            ),
            (Some(sent), true) => format!(
                "I listen so that I can answer you. {sent} I was also set up to write the words \
                 into a log."
            ),
            (None, true) => {
                "I listen so that I can answer you. What you say stays on your own device and is \
                 sent to nobody, but I was set up to write the words into a log."
                    .into()
            }
            (None, false) => {
                "I listen so that I can answer you. What you say stays on your own device: it isn't \
                 recorded, and it's sent to nobody."
                    .into()
            }
        },
        Topic::Microphone => format!(
            "When you talk with me, the microphone is on unless it's muted. {}",
            kept(facts).unwrap_or_else(|| "What it hears stays on your own device.".into())
        ),
        Topic::Memory if facts.words_logged => {
            "I remember this conversation only, and only until it ends. But I was set up to write \
             the words into a log."
                .into()
        }
        Topic::Memory => "I remember this conversation only, and only until it ends.".into(),
        Topic::Inability if facts.abilities.is_empty() => {
            "I can't do that yet. I can only talk with you, answer questions, and tell you the \
             time and the date."
                .into()
        }
        Topic::Inability => {
            format!("I can {}. If that isn't among them, I can't do it yet.", listed(facts))
        }
        Topic::Abilities if facts.abilities.is_empty() => {
            "You can ask me questions and talk with me, and I tell you the time and the date."
                .into()
        }
        Topic::Abilities => format!("I can {}. You can also just talk with me.", listed(facts)),
        Topic::Place => match &facts.server {
            None => "I run right here, on your own device, and on no server.".into(),
            Some(server) => format!(
                "I run right here, on your own device. Only my language model runs elsewhere, on \
                 {server}."
            ),
        },
        Topic::Model => {
            let model = model_name(&facts.model);
            match &facts.server {
                None => format!(
                    "My answers come from {model}, a small language model that runs on your own \
                     device."
                ),
                Some(server) => format!(
                    "My answers come from a language model on {server}. If I can't reach it, they \
                     come from {model}, on your own device."
                ),
            }
        }
        Topic::Feelings => {
            "I'm a computer program: I have no body and no feelings, but I'm here to help.".into()
        }
        Topic::Gender => "I'm neither a man nor a woman: I'm a computer program.".into(),
        Topic::Sight => "I can't see anything: I only listen and speak.".into(),
        Topic::Age => "I'm a computer program, so I have no age and no birthday.".into(),
        Topic::Version => format!("This is Sayso, version {}.", facts.version),
    }
}

/// Where the words go, if they leave the machine.
fn kept(facts: &Facts) -> Option<String> {
    let server = facts.server.as_ref()?;
    Some(format!(
        "The sound of what you say stays on your own device, but its words are sent to the language \
         model on {server}."
    ))
}

/// The abilities as a list with "and".
fn listed(facts: &Facts) -> String {
    match facts.abilities.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The sentences of a text, each as plain words ([`plain`]). Empty ones and those that only greet
/// are left out.
fn sentences(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace('’', "'").replace("a.i.", "ai");
    let ends = |c: char| ['.', '?', '!', ';', ':', '\n', '…'].contains(&c);
    // "GPT-3.5" is not two sentences.
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if ends(c) && chars.peek().is_none_or(|next| next.is_whitespace() || ends(*next)) {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let idle = |part: &String| wordings::is_idle(&part.split(' ').collect::<Vec<_>>());
    parts.iter().map(|part| plain(part)).filter(|p| !p.is_empty() && !idle(p)).collect()
}

/// Lower-case words with one space between, contractions written out.
fn plain(sentence: &str) -> String {
    /// Different spellings of the same words, most of them the recogniser's.
    const SPELLINGS: [(&str, &str); 47] = [
        ("what's", "what is"),
        ("whats", "what is"),
        ("who's", "who is"),
        ("whos", "who is"),
        ("where's", "where is"),
        ("wheres", "where is"),
        ("when's", "when is"),
        ("how's", "how is"),
        ("that's", "that is"),
        ("it's", "it is"),
        ("there's", "there is"),
        ("anybody's", "anybody is"),
        ("anyone's", "anyone is"),
        ("someone's", "someone is"),
        ("i'm", "i am"),
        ("im", "i am"),
        ("we're", "we are"),
        ("you're", "you are"),
        ("youre", "you are"),
        ("you've", "you have"),
        ("who've", "who have"),
        ("who'd", "who would"),
        ("i'd", "i would"),
        ("you'd", "you would"),
        ("who're", "who are"),
        ("what're", "what are"),
        ("where're", "where are"),
        ("r", "are"),
        ("u", "you"),
        ("ya", "you"),
        ("ur", "your"),
        ("aren't", "are not"),
        ("arent", "are not"),
        ("isn't", "is not"),
        ("isnt", "is not"),
        ("don't", "do not"),
        ("dont", "do not"),
        ("doesn't", "does not"),
        ("didn't", "did not"),
        ("can't", "can not"),
        ("cant", "can not"),
        ("cannot", "can not"),
        ("won't", "will not"),
        ("couldn't", "could not"),
        ("wouldn't", "would not"),
        ("haven't", "have not"),
        ("wi-fi", "wifi"),
    ];
    /// Words that are written apart but mean one thing, and negations that only ask.
    const TOGETHER: [(&str, &str); 18] = [
        ("chat gpt", "chatgpt"),
        ("chat g p t", "chatgpt"),
        ("open ai", "openai"),
        ("a i", "ai"),
        ("wi fi", "wifi"),
        ("on line", "online"),
        ("off line", "offline"),
        ("say so", "sayso"),
        ("say soh", "sayso"),
        ("seso", "sayso"),
        ("human being", "human"),
        ("are not you", "are you"),
        ("do not you", "do you"),
        ("did not you", "did you"),
        ("can not you", "can you"),
        ("could not you", "could you"),
        ("is not your", "is your"),
        ("is not this", "is this"),
    ];
    /// Words that do not change the meaning, wherever they are.
    const IDLE: [&str; 14] = [
        "really",
        "actually",
        "just",
        "even",
        "exactly",
        "currently",
        "ever",
        "truly",
        "um",
        "uh",
        "er",
        "honestly",
        "basically",
        "please",
    ];
    let joined = |c: char| c.is_alphanumeric() || c == '\'' || c == '-' || c == '.';
    let words: String = sentence.chars().map(|c| if joined(c) { c } else { ' ' }).collect();
    let spelt = |word: &str| {
        let known = SPELLINGS.iter().find(|(other, _)| *other == word).map(|(_, plain)| *plain);
        known.map_or_else(|| word.replace('-', " ").replace('\'', ""), str::to_owned)
    };
    let words: Vec<String> = words.split_whitespace().map(spelt).collect();
    // Padded, so that only whole words are found.
    let mut text = format!(" {} ", words.join(" "));
    for (apart, together) in TOGETHER {
        text = text.replace(&format!(" {apart} "), &format!(" {together} "));
    }
    let words: Vec<&str> = text.split_whitespace().filter(|word| !IDLE.contains(word)).collect();
    words.join(" ")
}
