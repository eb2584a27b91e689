//! What the workers report, and what follows from it.

use sayso_core::turn::{self, Outcome, TurnId};
use sayso_models::stt::Transcript;

use super::Conversation;
use crate::announcements::What;
use crate::control::Announcement;
use crate::end_of_turn::{EndOfTurnDetector, EndScore};
use crate::event::{Event, Tokens};
use crate::hangover::{Evidence, Finding};
use crate::ms;
use crate::outcome::outcome;
use crate::responder::{Responder, Response};
use crate::supervisor::Failure;
use crate::synthesizer::{Synthesized, Synthesizer};
use crate::transcriber::{Purpose, Transcriber, Written};
use crate::worker::Worker;

/// The mean confidence of the words; of the tokens if the words are not known one by one. `None`
/// without words.
fn mean_confidence(transcript: &Transcript) -> Option<f32> {
    if transcript.text.trim().is_empty() {
        return None;
    }
    match transcript.words.len() {
        0 => Some(transcript.avg_logprob.exp()),
        n => Some(transcript.words.iter().map(|word| word.confidence).sum::<f32>() / n as f32),
    }
}

/// A word that the recogniser was less sure of than this is doubtful. Lower than the mean of right
/// words by far (BENCHMARKS.md, "Confidence"), so that people are seldom asked back.
const DOUBTFUL: f32 = 0.25;

/// The words that were heard unsurely.
fn doubtful(transcript: &Transcript) -> Vec<String> {
    let unsure = transcript.words.iter().filter(|word| word.confidence < DOUBTFUL);
    unsure.map(|word| word.text.clone()).collect()
}

impl Conversation {
    /// The responder reports.
    pub(super) fn thought(&mut self, thought: Response) {
        match thought {
            Response::Text { turn, text } => {
                let Some(current) = self.current(turn) else { return };
                if current.record.reply.is_empty() {
                    current.record.timings_ms.llm_first_token = current.since_understood();
                }
                current.record.reply.push_str(&text);
                self.tell(Event::Token { turn, text });
            }
            Response::Clause { turn, clause } => {
                let Some(current) = self.current(turn) else { return };
                if !std::mem::replace(&mut current.first_clause, true) {
                    current.record.timings_ms.llm_first_clause = current.since_understood();
                }
                current.clauses.push_back(clause);
                self.feed_voice();
            }
            Response::Done { turn, reply } => {
                self.doubts.worked(Responder::NAME);
                let Some(current) = self.current(turn) else { return };
                current.written = true;
                let record = &mut current.record;
                record.tokens = Tokens {
                    cached: reply.cached_tokens,
                    prompt: reply.prompt_tokens,
                    reply: reply.reply_tokens,
                };
                record.timings_ms.llm_prefill = reply.prefill_ms;
                record.timings_ms.reply = ms(current.begun);
                self.feed_voice();
            }
            Response::Call { turn, unanswered, text, command } => {
                self.doubts.worked(Responder::NAME);
                self.called(turn, unanswered, text, command);
            }
            Response::Broken { turn, error } => self.broken(Responder::NAME, turn, error),
            Response::Alone { error } => {
                self.trouble(format!("{error}; the model on this machine answers"));
                let text = self.language.said_when_alone().to_owned();
                let (urgent, chime) = (false, false);
                self.wait(What::Announcement(Announcement { text, urgent, chime }));
            }
            Response::Forgot { error } => self.trouble(format!(
                "the last exchange could not be remembered ({error}), so the whole conversation is \
                 forgotten"
            )),
            Response::Ruined { error } => {
                self.ruined = Some(Failure::broken(Responder::NAME, error));
            }
        }
    }

    /// The transcriber reports.
    pub(super) fn written(&mut self, written: Written) {
        if !matches!(written, Written::Segment { .. } | Written::Broken { .. }) {
            self.doubts.worked(Transcriber::NAME);
        }
        match written {
            Written::Partial { utterance, text } => {
                if self.partial.is_of(utterance) {
                    self.tell(Event::Partial { utterance, text });
                }
            }
            Written::Segment { turn, text } => {
                if self.is_current(turn) {
                    self.tell(Event::Segment { turn, text });
                }
            }
            Written::Utterance { turn, transcript } => {
                let language = self.language;
                let Some(current) = self.current(turn) else { return };
                let whole = (current.utterance, current.heard_until);
                let text = self.without_phrase(transcript.text.trim().into(), whole);
                let Some(current) = self.current(turn) else { return };
                current.record.timings_ms.stt = ms(current.begun);
                let reads = language.reading(&text).map(Finding::Reads);
                let (utterance, heard_until) = (current.utterance, current.heard_until);
                current.record.transcript = text.clone();
                current.record.confidence = mean_confidence(&transcript);
                let doubtful = doubtful(&transcript);
                let outcome = match outcome(&text, language) {
                    Outcome::Words if language.is_own(&text, &current.over) => Outcome::Nothing,
                    outcome => outcome,
                };
                current.outcome = Some(outcome);
                if current.is_recorded() {
                    return self.recording_written(turn, text, transcript);
                }
                if outcome == Outcome::Words {
                    let unanswered = self.unanswered.clone();
                    self.answer(turn, unanswered, text, doubtful);
                } else if outcome == Outcome::Stop {
                    self.hush(Some(turn));
                }
                let news = reads.is_some_and(|finding| {
                    self.known.take(Evidence { utterance, heard_until, finding })
                });
                self.tell(Event::Transcript { turn, at: self.now, transcript });
                self.step(turn::Event::Understood { turn, outcome });
                if news {
                    self.reconsider();
                }
            }
            Written::Over { turn, transcript } => {
                let text = transcript.text.trim();
                let outcome = match outcome(text, self.language) {
                    Outcome::Words
                        if self.language.is_backchannel(text) || self.is_own(turn, text) =>
                    {
                        Outcome::Nothing
                    }
                    outcome => outcome,
                };
                log::debug!("over the reply: {} bytes of text, {outcome:?}", text.len());
                self.overheard(turn, outcome);
            }
            Written::Broken { purpose, error } => match purpose {
                Purpose::Turn(turn) => self.broken(Transcriber::NAME, turn, error),
                // Speech that cannot be transcribed does not interrupt.
                Purpose::Over(turn) => {
                    self.is_replaced(Transcriber::NAME, error);
                    self.overheard(turn, Outcome::Nothing);
                }
                Purpose::Partial => {
                    log::debug!("the first part of the utterance was not transcribed: {error}");
                    self.is_replaced(Transcriber::NAME, error);
                }
            },
        }
    }

    /// What is said in a recording is known.
    fn recording_written(&mut self, turn: TurnId, text: String, transcript: Transcript) {
        self.tell(Event::Transcript { turn, at: self.now, transcript });
        if !text.is_empty() {
            return self.answer(turn, String::new(), text, Vec::new());
        }
        if let Some(current) = self.current(turn) {
            current.written = true;
        }
        self.feed_voice();
    }

    /// The end-of-turn detector reports.
    pub(super) fn judged(&mut self, judged: EndScore) {
        let EndScore { utterance, quiet: heard_until, score } = judged;
        match score {
            Ok(score) => {
                self.doubts.worked(EndOfTurnDetector::NAME);
                let finding = Finding::Sounds(score);
                if self.known.take(Evidence { utterance, heard_until, finding }) {
                    self.reconsider();
                }
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => {
                log::debug!("the end of the turn was not judged: {error}");
                self.is_replaced(EndOfTurnDetector::NAME, error);
            }
        }
    }

    /// The synthesizer reports.
    pub(super) fn voiced(&mut self, voiced: Synthesized) {
        match voiced {
            Synthesized::Sound { turn, samples } => {
                let Some(current) = self.current(turn) else { return };
                if !std::mem::replace(&mut current.first_sound, true) {
                    let timings = &mut current.record.timings_ms;
                    timings.first_sound = ms(current.begun);
                    let before = timings.stt + timings.llm_first_clause;
                    timings.tts_first_sound = timings.first_sound - before;
                }
                if self.playback.sound(turn, &samples) {
                    self.step(turn::Event::SoundReady { turn });
                }
                self.pump();
            }
            Synthesized::Spoken { turn, words } => {
                self.doubts.worked(Synthesizer::NAME);
                self.playback.words(turn, words);
                let Some(current) = self.current(turn) else { return };
                current.voicing = false;
                self.feed_voice();
            }
            Synthesized::Broken { turn, error } => self.broken(Synthesizer::NAME, turn, error),
        }
    }

    /// Whether words heard over the reply are the reply's own.
    pub(super) fn is_own(&self, turn: TurnId, text: &str) -> bool {
        let Some(current) = self.current.as_ref().filter(|current| current.id == turn) else {
            return false;
        };
        let reply = &current.record.reply;
        let spoken = self.playback.heard(turn);
        // The word that was cut, and the part of the next that had been sent already.
        let beyond = reply.get(spoken..).unwrap_or_default();
        let more: usize = beyond.split_inclusive(char::is_whitespace).take(3).map(str::len).sum();
        self.language.is_own(text, reply.get(..spoken + more).unwrap_or(reply))
    }

    pub(super) fn overheard(&mut self, turn: TurnId, outcome: Outcome) {
        if outcome == Outcome::Stop {
            self.hush(None);
        }
        self.step(turn::Event::Overheard { turn, outcome });
    }

    /// A worker could not do what the turn needs.
    fn broken(&mut self, worker: &'static str, turn: TurnId, error: sayso_models::Error) {
        let (cancelled, message) = (error.is_cancelled(), error.to_string());
        // A worker that is replaced is reported as such.
        if !self.is_replaced(worker, error) && !cancelled && self.is_current(turn) {
            self.trouble(message);
            self.step(turn::Event::Failed { turn });
        }
    }

    /// Whether `worker`, whose work ended with `error`, must be replaced. The executor then learns
    /// of it by [`ruined`](Self::ruined).
    fn is_replaced(&mut self, worker: &'static str, error: sayso_models::Error) -> bool {
        let failure = self.doubts.failed(worker, error);
        let replaced = failure.is_some();
        self.ruined = failure.or_else(|| self.ruined.take());
        replaced
    }
}
