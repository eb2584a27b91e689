//! Scripted engines, so that conversations can be replayed without models.
#![allow(dead_code)]

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sayso::{Config, Engines};
use sayso_models::eot::EndOfTurn;
use sayso_models::llm::{Exchange, Llm, Primed, Reply};
use sayso_models::stt::{Stt, SttRequest, Transcript};
use sayso_models::tts::{Delivery, Spoken, Tts, WordTiming};
use sayso_models::vad::Vad;
use sayso_models::{Cancel, Error, ErrorKind, Result};

/// The rate of the scripted voice, in Hz.
pub const VOICE_RATE: u32 = 24_000;

/// Takes samples above a tenth for speech.
struct Loudness;

impl Vad for Loudness {
    fn frame_len(&self) -> usize {
        512
    }
    fn process(&mut self, frame: &[f32]) -> Result<f32> {
        Ok(if frame.iter().any(|s| s.abs() > 0.1) { 0.9 } else { 0.05 })
    }
    fn reset(&mut self) {}
}

/// Transcribes the next line of the script, whatever is said.
struct Lines(Vec<&'static str>);

impl Stt for Lines {
    fn transcribe(
        &mut self,
        audio: &[f32],
        _: &SttRequest<'_>,
        cancel: &Cancel,
        on_segment: &mut dyn FnMut(&str),
    ) -> Result<Transcript> {
        cancel.check()?;
        assert!(audio.iter().any(|s| s.abs() > 0.1), "asked to transcribe silence");
        let text = if self.0.is_empty() { "" } else { self.0.remove(0) };
        if text == "(broken)" {
            return Err(Error::new(ErrorKind::Engine, "the script says so"));
        }
        on_segment(text);
        let mut transcript = Transcript::default();
        transcript.text = text.into();
        Ok(transcript)
    }
}

/// Gives every utterance the same completeness.
pub struct Sounds(pub f32);

impl EndOfTurn for Sounds {
    fn completeness(&mut self, _: &[f32], _: usize, cancel: &Cancel) -> Result<f32> {
        cancel.check()?;
        Ok(self.0)
    }
}

/// What [`Echo`] never answers.
pub const NO_ANSWER: &str = "What comes after the end?";

/// The beginning of a question whose answer begins with a word of half a second.
pub const SLOWLY: &str = "Slowly:";

/// The beginning of a question that is answered with the rest of it.
pub const REPEAT: &str = "Repeat:";

/// The beginning of a sentence for which a command is written: the rest of it.
pub const CALL: &str = "Call:";

/// Answers "You said: …" and keeps a history that the test can read.
pub struct Echo {
    pending: Option<Exchange>,
    history: Vec<Exchange>,
    seen: Arc<Mutex<Vec<Exchange>>>,
}

impl Llm for Echo {
    fn prime(&mut self, _: &str, _: &[Exchange], _: Option<&Path>) -> Result<Primed> {
        Ok(Primed { tokens: 0, from_disk: false, took_ms: 0.0 })
    }
    fn reply(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        if user == NO_ANSWER {
            loop {
                cancel.check()?;
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        let repeated = user.strip_prefix(REPEAT).map(|rest| rest.trim().to_owned());
        let text = match (repeated, user.strip_prefix(SLOWLY)) {
            (Some(text), _) => text,
            (None, Some(user)) => format!("{SLOWLY} {user}"),
            (None, None) => {
                format!("You said, after all, this: {user} That is what you really said.")
            }
        };
        let mut reply = Reply::default();
        self.pending = Some(Exchange { user: user.into(), assistant: String::new() });
        for word in text.split_inclusive(' ') {
            cancel.check()?;
            on_text(word);
            reply.text.push_str(word);
            reply.reply_tokens += 1;
            if let Some(pending) = &mut self.pending {
                pending.assistant.push_str(word);
            }
        }
        Ok(reply)
    }
    fn reply_or_call(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        let Some(command) = user.strip_prefix(CALL) else {
            return self.reply(user, cancel, on_text);
        };
        self.pending = Some(Exchange { user: user.into(), assistant: String::new() });
        let mut reply = Reply::default();
        reply.command = Some(command.trim().to_owned());
        Ok(reply)
    }
    fn keep(&mut self, heard: Option<&str>) -> Result<()> {
        if let Some(mut exchange) = self.pending.take() {
            if let Some(heard) = heard {
                exchange.assistant = heard.into();
            }
            self.history.push(exchange);
            *self.seen.lock().expect("seen") = self.history.clone();
        }
        Ok(())
    }
    fn add(&mut self, exchange: &Exchange) -> Result<()> {
        self.pending = None;
        self.history.push(exchange.clone());
        *self.seen.lock().expect("seen") = self.history.clone();
        Ok(())
    }
    fn discard(&mut self) -> Result<()> {
        self.pending = None;
        Ok(())
    }
    fn forget(&mut self) -> Result<()> {
        self.history.clear();
        *self.seen.lock().expect("seen") = Vec::new();
        Ok(())
    }
    fn history(&self) -> &[Exchange] {
        &self.history
    }
}

/// Speaks each word as a tenth of a second of tone.
struct Tone;

impl Tts for Tone {
    fn sample_rate(&self) -> u32 {
        VOICE_RATE
    }
    fn speak(
        &mut self,
        clause: &str,
        _: &Delivery,
        cancel: &Cancel,
        on_sound: &mut dyn FnMut(&[f32]),
    ) -> Result<Spoken> {
        let mut spoken = Spoken::default();
        for word in words(clause) {
            cancel.check()?;
            let from = spoken.samples;
            let length =
                if &clause[word.clone()] == SLOWLY { VOICE_RATE / 2 } else { VOICE_RATE / 10 };
            let tone: Vec<f32> = (0..length).map(|n| 0.3 * (n as f32 * 0.1).sin()).collect();
            on_sound(&tone);
            spoken.samples += tone.len();
            spoken.words.push(WordTiming { text: word, samples: from..spoken.samples });
        }
        Ok(spoken)
    }
}

fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        words.push(start..start + word.len());
    }
    words
}

/// Scripted engines; the second value is the history as the responder keeps it.
pub fn engines(lines: &[&'static str]) -> (Engines, Arc<Mutex<Vec<Exchange>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let engines = Engines {
        vad: Box::new(Loudness),
        stt: Box::new(Lines(lines.to_vec())),
        eot: None,
        llm: Box::new(Echo { pending: None, history: Vec::new(), seen: seen.clone() }),
        tts: Box::new(Tone),
    };
    (engines, seen)
}

/// The default settings.
pub fn config() -> Config {
    Config::default()
}

/// 16 kHz sound: pairs of (loud, ms).
pub fn sound(parts: &[(bool, usize)]) -> Vec<f32> {
    let mut samples = Vec::new();
    for &(loud, ms) in parts {
        let amplitude = if loud { 0.5 } else { 0.0 };
        samples.extend((0..ms * 16).map(|n| amplitude * (n as f32 * 0.3).sin()));
    }
    samples
}
