//! The transcriber turns speech into text.
//!
//! A long utterance arrives in pieces, cut at pauses while it is still being spoken, so that only
//! a short rest is left at its end. The text of a piece is final.

use sayso_core::audio::{SampleTime, Samples};
use sayso_core::turn::TurnId;
use sayso_models::Cancel;
use sayso_models::stt::{Stt, SttRequest, Transcript};

use crate::commands::Commands;
use crate::cores::Seat;
use crate::engines::Engines;
use crate::lost::Lost;
use crate::skills::SharedSkills;
use crate::worker::{Tools, Worker};

/// How many bytes at the end of the earlier pieces serve as context for the next.
const CONTEXT_BYTES: usize = 200;

/// What a piece of sound is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A piece of an utterance that goes on.
    Partial,
    /// The (rest of the) utterance that this turn answers.
    Turn(TurnId),
    /// Speech over the reply of this turn.
    Over(TurnId),
}

/// Sound to be transcribed.
#[derive(Clone, Debug)]
pub struct Dictation {
    /// What it is for.
    pub purpose: Purpose,
    /// The first sample of the utterance, which identifies it.
    pub utterance: SampleTime,
    /// The first sample of the sound; later than that if the beginning was transcribed already.
    pub from: SampleTime,
    /// 16 kHz mono.
    pub audio: Vec<f32>,
    /// Stops the work.
    pub cancel: Cancel,
}

/// A report of the transcriber.
#[derive(Debug)]
pub enum Written {
    /// The beginning of an utterance that goes on; final.
    Partial {
        /// Which utterance.
        utterance: SampleTime,
        /// What this piece added.
        text: String,
    },
    /// A part of the rest of an utterance, as it becomes certain.
    Segment {
        /// The turn it belongs to.
        turn: TurnId,
        /// What was added.
        text: String,
    },
    /// A whole utterance.
    Utterance {
        /// The turn it belongs to.
        turn: TurnId,
        /// The transcript; its text is empty when nothing was said.
        transcript: Transcript,
    },
    /// The transcript of speech over the reply.
    Over {
        /// The turn during whose reply it was said.
        turn: TurnId,
        /// The transcript.
        transcript: Transcript,
    },
    /// The work ended early: cancelled or failed.
    Broken {
        /// What it was for.
        purpose: Purpose,
        /// Why.
        error: sayso_models::Error,
    },
}

/// The beginning of an utterance, transcribed while it went on.
#[derive(Debug, Default)]
struct Sheet {
    utterance: SampleTime,
    transcript: Transcript,
    /// Sound on which a piece failed; it is added before the next piece.
    carried: Vec<f32>,
    carried_from: SampleTime,
}

/// A recogniser and its settings.
pub struct Transcriber {
    stt: Box<dyn Stt>,
    seat: Seat,
    /// Threads per pass at most.
    threads: usize,
    language: Option<String>,
    prompt: String,
    /// What can be said to skills.
    commands: Option<Commands>,
    sheet: Sheet,
}

impl Transcriber {
    /// A transcriber for `language` (ISO 639-1; `None` detects it) that expects the words in
    /// `prompt`, on at most `threads` of the cores that `seat` shares.
    pub fn new(
        stt: Box<dyn Stt>,
        seat: Seat,
        threads: usize,
        language: Option<String>,
        prompt: String,
    ) -> Self {
        Self { stt, seat, threads, language, prompt, commands: None, sheet: Sheet::default() }
    }

    /// Expects these commands.
    pub fn expect(mut self, commands: Option<Commands>) -> Self {
        self.commands = commands;
        self
    }

    fn partial(
        &mut self,
        dictation: Dictation,
        cancel: &Cancel,
        emit: &mut dyn FnMut(Written),
    ) -> sayso_models::Result<()> {
        let Dictation { utterance, .. } = dictation;
        let (from, audio) = self.turn_to(dictation.from, utterance, dictation.audio);
        let context = self.context();
        match self.transcribe(&audio, &context, false, cancel, &mut |_| {}) {
            Ok(transcript) => {
                self.sheet.carried.clear();
                let text = append(&mut self.sheet.transcript, transcript, from - utterance);
                if !text.is_empty() {
                    emit(Written::Partial { utterance, text });
                }
                Ok(())
            }
            Err(error) => {
                (self.sheet.carried, self.sheet.carried_from) = (audio, from);
                Err(error)
            }
        }
    }

    /// Does not change the sheet, because the utterance may still go on.
    fn utterance(
        &mut self,
        turn: TurnId,
        dictation: Dictation,
        cancel: &Cancel,
        emit: &mut dyn FnMut(Written),
    ) -> sayso_models::Result<()> {
        let Dictation { utterance, .. } = dictation;
        let (from, audio) = self.turn_to(dictation.from, utterance, dictation.audio);
        let context = self.context();
        self.commands.iter_mut().for_each(Commands::refresh);
        // A longer utterance is no command.
        let guided = self.sheet.transcript.text.is_empty();
        let rest = self.transcribe(&audio, &context, guided, cancel, &mut |text| {
            emit(Written::Segment { turn, text: text.into() });
        })?;
        let mut transcript = self.sheet.transcript.clone();
        append(&mut transcript, rest, from - utterance);
        emit(Written::Utterance { turn, transcript });
        Ok(())
    }

    /// Begins a new sheet for a new utterance, and puts sound on which an earlier piece failed
    /// before `audio`.
    fn turn_to(
        &mut self,
        from: SampleTime,
        utterance: SampleTime,
        audio: Vec<f32>,
    ) -> (SampleTime, Vec<f32>) {
        if utterance != self.sheet.utterance || from <= utterance {
            self.sheet = Sheet { utterance, ..Sheet::default() };
        }
        if self.sheet.carried.is_empty() {
            (from, audio)
        } else {
            (self.sheet.carried_from, [self.sheet.carried.as_slice(), &audio].concat())
        }
    }

    /// The earlier text of the utterance, which helps with names and with the continuation of a
    /// sentence.
    fn context(&self) -> String {
        tail(&self.sheet.transcript.text, CONTEXT_BYTES).to_owned()
    }

    fn transcribe(
        &mut self,
        audio: &[f32],
        context: &str,
        guided: bool,
        cancel: &Cancel,
        on_segment: &mut dyn FnMut(&str),
    ) -> sayso_models::Result<Transcript> {
        cancel.check()?;
        // On fewer cores it would lose more time than the wait for them takes.
        let taken = self.seat.take(self.threads, self.threads, cancel)?;
        let prompt = format!("{} {context}", self.prompt);
        let request = SttRequest {
            prompt: prompt.trim(),
            language: self.language.as_deref(),
            translate: false,
            threads: taken.count(),
            guide: self.commands.as_ref().filter(|_| guided).map(|commands| commands as _),
        };
        let transcript = self.stt.transcribe(audio, &request, cancel, on_segment)?;
        Ok(match self.commands.as_ref().filter(|_| guided) {
            Some(commands) => commands.judge(transcript).transcript,
            None => transcript,
        })
    }
}

impl Worker for Transcriber {
    type Order = Dictation;
    type Report = Written;
    const NAME: &'static str = "transcriber";

    fn hire(engines: &mut Engines, tools: &Tools) -> Self {
        let stt = std::mem::replace(&mut engines.stt, Box::new(Lost));
        let (config, asked) = (&tools.config, tools.config.stt.threads);
        let language = config.recognised().map(str::to_owned);
        let prompt = config.stt.prompt.clone();
        let commands = tools.skills.as_ref().map(SharedSkills::commands);
        Self::new(stt, tools.seat(asked), tools.threads(asked), language, prompt).expect(commands)
    }

    fn give_back(self, engines: &mut Engines) {
        engines.stt = self.stt;
    }

    fn cancel(dictation: &Dictation) -> Cancel {
        dictation.cancel.clone()
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn run(&mut self, dictation: Dictation, cancel: &Cancel, emit: &mut dyn FnMut(Written)) {
        let purpose = dictation.purpose;
        let done = match purpose {
            Purpose::Partial => self.partial(dictation, cancel, emit),
            Purpose::Turn(turn) => self.utterance(turn, dictation, cancel, emit),
            // It does not continue any earlier utterance.
            Purpose::Over(turn) => self
                .transcribe(&dictation.audio, "", false, cancel, &mut |_| {})
                .map(|transcript| emit(Written::Over { turn, transcript })),
        };
        if let Err(error) = done {
            emit(Written::Broken { purpose, error });
        }
    }
}

/// The end of `text`, from the beginning of a word, at most `bytes` long.
fn tail(text: &str, bytes: usize) -> &str {
    let start = text.len().saturating_sub(bytes);
    if start == 0 {
        return text;
    }
    text.char_indices()
        .find(|&(at, c)| at >= start && c.is_whitespace())
        .and_then(|(at, _)| text.get(at..))
        .map_or("", str::trim_start)
}

/// Appends `more`, which begins `offset` after `whole`, and returns the added text.
fn append(whole: &mut Transcript, more: Transcript, offset: Samples) -> String {
    whole.append(more, u32::try_from(offset.as_ms()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::cores::Cores;
    use sayso_models::stt::Word;
    use sayso_models::{Error, ErrorKind};

    /// "Transcribes" sound into its length in ms and the context that it was given.
    #[derive(Clone, Default)]
    struct Lengths {
        prompts: Arc<Mutex<Vec<String>>>,
        fail: bool,
    }

    impl Stt for Lengths {
        fn transcribe(
            &mut self,
            audio: &[f32],
            request: &SttRequest<'_>,
            cancel: &Cancel,
            on_segment: &mut dyn FnMut(&str),
        ) -> sayso_models::Result<Transcript> {
            cancel.check()?;
            self.prompts.lock().expect("prompts").push(request.prompt.into());
            if std::mem::take(&mut self.fail) {
                return Err(Error::new(ErrorKind::Engine, "as told"));
            }
            let mut transcript = Transcript::default();
            let length = (audio.len() / 16) as u32;
            transcript.text = format!(" {length} ");
            let text = length.to_string();
            transcript.words = vec![Word { text, start_ms: 0, end_ms: length, confidence: 1.0 }];
            on_segment(&transcript.text);
            Ok(transcript)
        }
    }

    fn dictation(purpose: Purpose, utterance_ms: u64, from_ms: u64, ms: usize) -> Dictation {
        Dictation {
            purpose,
            utterance: SampleTime::from_ms(utterance_ms),
            from: SampleTime::from_ms(from_ms),
            audio: vec![0.1; ms * 16],
            cancel: Cancel::new(),
        }
    }

    fn transcriber(stt: &Lengths) -> Transcriber {
        Transcriber::new(Box::new(stt.clone()), Cores::new(2).seat(), 2, None, "Names".into())
    }

    fn transcripts(transcriber: &mut Transcriber, dictations: Vec<Dictation>) -> Vec<Transcript> {
        let mut all = Vec::new();
        for dictation in dictations {
            let cancel = dictation.cancel.clone();
            transcriber.run(dictation, &cancel, &mut |written| {
                if let Written::Utterance { transcript, .. } = written {
                    all.push(transcript);
                }
            });
        }
        all
    }

    const TURN: Purpose = Purpose::Turn(TurnId(1));

    #[test]
    fn pieces_precede_the_rest_and_are_transcribed_once() {
        let stt = Lengths::default();
        let mut transcriber = transcriber(&stt);
        let heard = transcripts(
            &mut transcriber,
            vec![
                dictation(Purpose::Partial, 1000, 1000, 5000),
                // A guess that is dropped, and another.
                dictation(TURN, 1000, 6000, 700),
                dictation(TURN, 1000, 6000, 900),
                // Another utterance.
                dictation(TURN, 20_000, 20_000, 400),
            ],
        );
        let texts: Vec<_> = heard.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["5000 700", "5000 900", "400"]);
        let last = &heard[1].words[1];
        assert_eq!((last.start_ms, last.end_ms), (5000, 5900));
        let prompts = stt.prompts.lock().expect("prompts");
        assert_eq!(*prompts, ["Names", "Names 5000", "Names 5000", "Names"]);
    }

    #[test]
    fn speech_over_the_reply_does_not_continue_an_earlier_utterance() {
        let stt = Lengths::default();
        let mut transcriber = transcriber(&stt);
        let over = Purpose::Over(TurnId(1));
        transcripts(
            &mut transcriber,
            vec![
                dictation(Purpose::Partial, 1000, 1000, 5000),
                dictation(TURN, 1000, 6000, 700),
                dictation(over, 9000, 9000, 400),
            ],
        );
        let prompts = stt.prompts.lock().expect("prompts");
        assert_eq!(*prompts, ["Names", "Names 5000", "Names"]);
    }

    #[test]
    fn sound_on_which_a_piece_fails_is_not_lost() {
        let stt = Lengths { fail: true, ..Lengths::default() };
        let mut transcriber = transcriber(&stt);
        let heard = transcripts(
            &mut transcriber,
            vec![
                dictation(Purpose::Partial, 0, 0, 5000),
                dictation(TURN, 0, 5000, 700),
                dictation(Purpose::Partial, 0, 5000, 4000),
                dictation(TURN, 0, 9000, 100),
            ],
        );
        let texts: Vec<_> = heard.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["5700", "9000 100"]);
    }

    #[test]
    fn the_context_begins_at_a_word() {
        assert_eq!(tail("one two three", 100), "one two three");
        assert_eq!(tail("one two three", 8), "three");
        assert_eq!(tail("eins zwei ünf", 5), "ünf");
        assert_eq!(tail("oneverylongword", 4), "");
    }
}
