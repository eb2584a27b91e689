//! Conversations in parallel on the same model weights: how much memory each takes, and how soon
//! all are answered if all ask at once.

use std::time::Instant;

use clap::Args;
use crossbeam_channel::{Receiver, Sender, unbounded};
use sayso::internals::cores::Cores;
use sayso::{Engines, Error, Result, Stop};
use sayso_language::{Clause, ClauseSplitter, Language};
use sayso_models::Cancel;
use sayso_models::stt::SttRequest;
use sayso_models::tts::Delivery;

use super::figures::{self, Figures, Sheet};
use super::questions::{Choice, Question};
use crate::Host;

const EXAMPLES: &str = "\
Examples:
  sayso --profile small bench sessions
  sayso bench sessions --conversations 1,2 -n 10 --json";

/// Measure conversations in parallel: memory of each, and time until all are answered.
///
/// Each conversation asks one recorded question and plays the whole answer. Then the memory of the
/// process is measured: `anonymous_mib` is the part outside of mapped files (the model files), and
/// `pss_mib` is all of it. Then all ask at once, and share the cores token by token as `sayso run`
/// does. The times are from the end of the speech to the first clause, to its first sound, and to
/// the whole reply.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct SessionsBench {
    /// How many conversations, one after the other; may be repeated
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "1,2,4,8")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=64))]
    conversations: Vec<u8>,
    /// How often all ask at once
    #[arg(long, short = 'n', default_value_t = 3)]
    runs: usize,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    choice: Choice,
}

impl SessionsBench {
    pub fn run(&self, host: &Host, stop: &Stop) -> Result<()> {
        let config = host.settings()?;
        let questions = self.choice.load()?;
        let threads =
            |asked| sayso::internals::engines::threads(asked, sayso::internals::engines::cores());
        let asking = Asking {
            cores: Cores::new(sayso::internals::engines::cores()),
            writing: threads(config.stt.threads),
            thinking: threads(config.llm.threads),
            language: config.recognised().map(str::to_owned),
            spoken: config.spoken(),
            delivery: sayso::internals::synthesizer::delivery(&config),
        };
        let weights = host.weights(&config)?;
        let loaded = Memory::now();
        let mut sessions: Vec<Engines> = Vec::new();
        let mut first: Option<Memory> = None;
        let mut counts = self.conversations.clone();
        counts.sort_unstable();
        for count in counts.into_iter().map(usize::from) {
            let mut sheet = Sheet::new("sessions").count("conversations", count as u64);
            let (mut made, mut used) = (Figures::new("session_ms"), Memory::default());
            while sessions.len() < count {
                let start = Instant::now();
                let mut engines = weights.session()?;
                made.push(ms(start));
                asking.answer(&mut engines, question(&questions, sessions.len())?, stop)?;
                sessions.push(engines);
                used = Memory::now();
                first.get_or_insert(used);
            }
            if !made.values().is_empty() {
                sheet = sheet.with(made).value("anonymous_mib", used.anonymous);
                sheet = sheet.value("pss_mib", used.pss);
                sheet = sheet.value("anonymous_weights_mib", loaded.anonymous);
                if let Some(first) = first.filter(|_| count > 1) {
                    let further = (used.anonymous - first.anonymous) / (count - 1) as f64;
                    sheet = sheet.value("further_conversation_mib", further);
                }
            }
            let mut times = Times::new();
            for _ in 0..self.runs {
                times.add(all_at_once(&asking, &mut sessions[..count], &questions, stop)?);
            }
            let Times { clause, sound, reply } = times;
            sheet.with(clause).with(sound).with(reply).print(self.json);
        }
        Ok(())
    }
}

fn question(questions: &[Question], n: usize) -> Result<&Question> {
    let none = || Error::input("there are no questions to ask");
    questions.get(n % questions.len().max(1)).ok_or_else(none)
}

/// When each step was reached, in ms from the end of the question.
#[derive(Default)]
struct Answered {
    clause: Option<f64>,
    sound: Option<f64>,
    reply: f64,
}

struct Times {
    clause: Figures,
    sound: Figures,
    reply: Figures,
}

impl Times {
    fn new() -> Self {
        Self {
            clause: Figures::new("first_clause_ms"),
            sound: Figures::new("first_sound_ms"),
            reply: Figures::new("whole_reply_ms"),
        }
    }

    fn add(&mut self, answered: Vec<Answered>) {
        for one in answered {
            one.clause.into_iter().for_each(|ms| self.clause.push(ms));
            one.sound.into_iter().for_each(|ms| self.sound.push(ms));
            self.reply.push(one.reply);
        }
    }
}

/// Asks every session its question at the same moment.
fn all_at_once(
    asking: &Asking,
    sessions: &mut [Engines],
    questions: &[Question],
    stop: &Stop,
) -> Result<Vec<Answered>> {
    std::thread::scope(|scope| {
        let mut talks = Vec::new();
        for (n, engines) in sessions.iter_mut().enumerate() {
            let question = question(questions, n)?;
            talks.push(scope.spawn(move || asking.answer(engines, question, stop)));
        }
        let died = |_| Error::died("conversation");
        talks.into_iter().map(|talk| talk.join().map_err(died)?).collect()
    })
}

/// How a question is answered: as in a live conversation, but without guesses.
struct Asking {
    cores: Cores,
    /// Threads of the recogniser and of the language model.
    writing: usize,
    thinking: usize,
    language: Option<String>,
    spoken: &'static Language,
    delivery: Delivery,
}

impl Asking {
    fn answer(&self, engines: &mut Engines, question: &Question, stop: &Stop) -> Result<Answered> {
        if stop.is_stopped() {
            return Err(Error::stopped());
        }
        let Engines { stt, eot, llm, tts, .. } = engines;
        let (start, cancel) = (Instant::now(), Cancel::new());
        if let Some(eot) = eot {
            let taken = self.cores.take(1, 2);
            eot.completeness(&question.samples, taken.count(), &cancel)?;
        }
        let taken = self.cores.take(1, self.writing);
        let request = SttRequest {
            language: self.language.as_deref(),
            threads: taken.count(),
            ..SttRequest::default()
        };
        let text = stt.transcribe(&question.samples, &request, &cancel, &mut |_| {})?.text;
        drop(taken);
        // A question is asked even if none was understood, because the work is what is measured.
        let text = if text.is_empty() { "What can you do?".to_owned() } else { text };
        let (say, clauses) = unbounded();
        let mut answered = Answered::default();
        std::thread::scope(|scope| {
            let voice = scope.spawn(|| self.speak(tts.as_mut(), &clauses, start));
            let done = self.think(llm.as_mut(), &text, say, start, &mut answered);
            answered.sound = voice.join().map_err(|_| Error::died("voice"))??;
            done
        })?;
        Ok(answered)
    }

    fn think(
        &self,
        llm: &mut dyn sayso_models::llm::Llm,
        text: &str,
        say: Sender<String>,
        start: Instant,
        answered: &mut Answered,
    ) -> Result<()> {
        let mut splitter = ClauseSplitter::new(self.spoken.reader());
        let mut taken = self.cores.take(self.thinking, self.thinking);
        let mut clause = |clause: Clause| {
            answered.clause.get_or_insert_with(|| ms(start));
            drop(say.send(clause.text));
        };
        llm.reply(text, &Cancel::new(), &mut |piece| {
            taken.yield_now();
            splitter.push(piece, &mut clause);
        })?;
        splitter.finish(&mut clause);
        answered.reply = ms(start);
        // Each round starts from the same state as the first.
        llm.discard()?;
        Ok(())
    }

    /// Speaks clauses until there are no more. Returns when the first sound was made.
    fn speak(
        &self,
        tts: &mut dyn sayso_models::tts::Tts,
        clauses: &Receiver<String>,
        start: Instant,
    ) -> Result<Option<f64>> {
        let mut first = None;
        for clause in clauses {
            let _taken = self.cores.take(1, 1);
            tts.speak(&clause, &self.delivery, &Cancel::new(), &mut |_| {
                first.get_or_insert_with(|| ms(start));
            })?;
        }
        Ok(first)
    }
}

/// Memory of this process, in MiB; 0 if the system does not report it.
#[derive(Clone, Copy, Default)]
struct Memory {
    /// Outside of mapped files.
    anonymous: f64,
    /// All memory, counting only this process's share of what several use.
    pss: f64,
}

impl Memory {
    fn now() -> Self {
        Self {
            anonymous: figures::anonymous_mib().unwrap_or_default(),
            pss: figures::pss_mib().unwrap_or_default(),
        }
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
