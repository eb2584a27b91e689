//! Whisper on whisper.cpp.
//!
//! The encoder runs on the utterance's real length plus a margin, not on the 30 s that Whisper was
//! trained with. If that pass looks doubtful, a second one runs with everything. Long recordings
//! are transcribed in pieces.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use sayso_language::Language;
use whisper_rs::WhisperContext;

use super::{Guide, Rejection, Stt, SttRequest, Transcript};
use crate::{Cancel, Error, ErrorKind, Result};

mod file;
mod guard;
mod guided;
mod next_token;
mod pass;
mod window;
mod words;

use guard::{Evidence, Speech};
use pass::{Engine, Heard, Job};
use window::RATE;

/// Samples per encoder position (20 ms).
const POSITION: usize = RATE / 50;
/// Positions of Whisper's full view of 30 s.
const FULL: u32 = 1500;

/// A second, still cheap pass gets this many more positions: single words that cause loops in a
/// short pass usually come out right in a longer one.
const SECOND_MARGIN: u32 = 256;

/// Expected texts are looked for only in a sound of at most so many samples (15 s).
const LONGEST_GUIDED: usize = 15 * RATE;

/// The configuration of [`Whisper`]. The default is for short utterances on the CPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhisperConfig {
    /// Threads for the encoder and the decoder. If there is more than one and other work takes a
    /// core from one of them, all of them wait.
    pub threads: usize,
    /// Whether to use the GPU, if the build has a back end for one.
    pub gpu: bool,
    /// Encoder positions (20 ms each) after the end of the sound. With too few, words are lost and
    /// the decoder loops.
    pub margin: u32,
    /// Encoder positions of the last pass over a doubtful piece, at most 1500. The memory for
    /// attention grows with their square: 130 MB for all 1500 of Whisper tiny.
    pub widest: u32,
    /// Always run the encoder over all 30 s: several times slower, for comparison.
    pub full_context: bool,
    /// Its stock phrases are accepted only on good evidence.
    pub language: &'static Language,
}

impl Default for WhisperConfig {
    fn default() -> Self {
        Self {
            threads: 1,
            gpu: false,
            margin: 192,
            widest: FULL,
            full_context: false,
            language: Language::english(),
        }
    }
}

/// A Whisper model, loaded once, for any number of sessions. Clones share it.
#[derive(Clone)]
pub struct WhisperWeights {
    context: Arc<WhisperContext>,
    config: WhisperConfig,
}

impl WhisperWeights {
    /// Loads a model in whisper.cpp's format (`ggml-….bin`), any size,
    /// English-only or multilingual.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing) when there is no such file,
    /// [`Io`](ErrorKind::Io) when it cannot be read,
    /// [`Damaged`](ErrorKind::Damaged) when it is not a complete model,
    /// [`Unsupported`](ErrorKind::Unsupported) on a CPU that lacks what this build needs.
    pub fn load(path: &Path, config: &WhisperConfig) -> Result<Self> {
        crate::ggml::init()?;
        Whisper::check(path)?;
        let context = Arc::new(pass::load(path, config.gpu)?);
        Ok(Self { context, config: config.clone() })
    }

    /// A recogniser for one user: whisper.cpp's caches and buffers, about 15 MB, which grow
    /// with the longest utterance.
    ///
    /// # Errors
    /// [`Engine`](ErrorKind::Engine) when memory does not suffice.
    pub fn session(&self) -> Result<Whisper> {
        let engine = Engine::new(self.context.clone(), self.config.threads)?;
        Ok(Whisper { engine, config: self.config.clone() })
    }
}

/// A Whisper model for one utterance after another. Nothing is kept from one call to the next.
pub struct Whisper {
    engine: Engine,
    config: WhisperConfig,
}

impl Whisper {
    /// A recogniser with weights of its own; see [`WhisperWeights`] for several.
    ///
    /// # Errors
    /// As [`WhisperWeights::load`] and [`WhisperWeights::session`].
    pub fn load(path: &Path, config: &WhisperConfig) -> Result<Self> {
        WhisperWeights::load(path, config)?.session()
    }

    /// Checks that the file at `path` is a complete model. Only its headers are read.
    ///
    /// # Errors
    /// The errors of [`WhisperWeights::load`] about the file.
    pub fn check(path: &Path) -> Result<()> {
        file::check(path)
    }

    /// Whether it knows other languages than English.
    pub fn is_multilingual(&self) -> bool {
        self.engine.is_multilingual()
    }

    /// The language code for whisper.cpp that the request asks for.
    fn language<'a>(&self, asked: Option<&'a str>) -> Result<Option<&'a str>> {
        let Some(code) = asked else { return Ok(None) };
        let unknown = |what: String| Err(Error::new(ErrorKind::Input, what));
        if code.contains('\0') || whisper_rs::get_lang_id(code).is_none() {
            return unknown(format!("Whisper knows no language {code:?}: use an ISO 639-1 code"));
        }
        if !self.is_multilingual() && code != "en" {
            return unknown(format!(
                "this model understands only English: use a multilingual one for {code:?}"
            ));
        }
        Ok(Some(code))
    }

    /// Looks for the expected texts in the sound of the last pass.
    fn guide(
        &mut self,
        audio: &[f32],
        guide: &dyn Guide,
        transcript: &mut Transcript,
        threads: usize,
        cancel: &Cancel,
    ) -> Result<()> {
        let length_ms = u32::try_from(audio.len() * 1000 / RATE).unwrap_or(u32::MAX);
        if guard::sound(audio).is_some() || !guide.wants(transcript, length_ms) {
            return Ok(());
        }
        let least = guide.least(transcript);
        let Some(mut decoder) = self.engine.decoder(threads, cancel)? else { return Ok(()) };
        transcript.guided = guided::search(&mut decoder, &mut *guide.paths(), least, cancel)?;
        Ok(())
    }

    /// One piece of at most 30 s, judged.
    fn piece(
        &mut self,
        audio: &[f32],
        offset_ms: u32,
        language: Option<&str>,
        prompt: &[i32],
        request: &SttRequest<'_>,
        cancel: &Cancel,
    ) -> Result<Piece> {
        if let Some(rejection) = guard::sound(audio) {
            return Ok(Piece {
                rejected: Some(rejection),
                no_speech_prob: 1.0,
                ..Piece::default()
            });
        }
        let audio = sanitised(audio);
        let positions = u32::try_from(audio.len().div_ceil(POSITION)).unwrap_or(FULL);
        let seconds = positions / 50 + 1;
        let margin = self.config.margin;
        let widest = self.config.widest.max(positions + margin).min(FULL);
        let full = Job {
            audio_context: widest,
            most_tokens: 12 + 8 * seconds,
            most_runs: 2 + seconds / 3,
            translate: request.translate,
            fallback: true,
            prompt,
            threads: request.threads,
        };
        let trim = |margin: u32| Job {
            audio_context: (positions + margin).min(FULL),
            fallback: false,
            ..full
        };
        let length_ms = u32::try_from(audio.len() * 1000 / RATE).unwrap_or(u32::MAX);
        let speech = Speech::of(&audio, offset_ms);
        let stock = self.config.language.stock_phrases();
        let mut piece = Piece::default();
        for job in [trim(margin), trim(margin + SECOND_MARGIN), full] {
            // A pass that is hardly cheaper than the full pass is left out.
            if !job.fallback && (self.config.full_context || job.audio_context > widest / 5 * 4) {
                continue;
            }
            let heard = self.engine.run(&audio, language, &job, cancel)?;
            let spaces = request.translate || words::has_spaces(self.engine.language());
            piece = Piece::new(&heard, spaces, offset_ms, length_ms);
            piece.full_context = job.fallback;
            if !heard.runaway && !guard::doubtful(&piece.evidence(&speech, stock)) {
                break;
            }
        }
        piece.rejected = guard::text(&piece.evidence(&speech, stock));
        // Only text that would be accepted is improved, because noise causes loops, too.
        while piece.rejected.is_none()
            && let Some(found) = guard::overlong(&piece.evidence(&speech, stock)).pop()
        {
            piece.words.drain(found.last);
            piece.text = words::text(&piece.words);
            piece.rejected = guard::text(&piece.evidence(&speech, stock));
        }
        if let Some(rejection) = piece.rejected {
            log::debug!(
                "nothing heard ({rejection:?}): {} bytes of text, log-probability {:.2}, \
                 no speech {:.2}",
                piece.text.len(),
                piece.avg_logprob,
                piece.no_speech_prob
            );
        }
        Ok(piece)
    }
}

impl Stt for Whisper {
    fn transcribe(
        &mut self,
        audio: &[f32],
        request: &SttRequest<'_>,
        cancel: &Cancel,
        on_segment: &mut dyn FnMut(&str),
    ) -> Result<Transcript> {
        cancel.check()?;
        if request.translate && !self.can_translate() {
            return Err(Error::new(
                ErrorKind::Input,
                "this model understands only English, so it cannot translate",
            ));
        }
        let asked = self.language(request.language)?;
        let prompt = self.engine.prompt(request.prompt)?;
        let mut language: Option<Cow<'_, str>> = asked.map(Cow::Borrowed);
        let mut transcript = Transcript { no_speech_prob: 1.0, ..Transcript::default() };
        let (mut start, mut logprob, mut tokens, mut rejected) = (0, 0.0, 0, None);
        loop {
            cancel.check()?;
            let end = start + window::first_piece(&audio[start..]);
            let offset_ms = u32::try_from(start * 1000 / RATE).unwrap_or(u32::MAX);
            let piece = self.piece(
                &audio[start..end],
                offset_ms,
                language.as_deref(),
                &prompt,
                request,
                cancel,
            )?;
            transcript.full_context |= piece.full_context;
            transcript.no_speech_prob = transcript.no_speech_prob.min(piece.no_speech_prob);
            if piece.rejected.is_some() {
                rejected = rejected.or(piece.rejected);
                transcript.avg_logprob = transcript.avg_logprob.min(piece.avg_logprob);
            } else {
                // Later pieces have the language of the first one with words.
                language.get_or_insert(Cow::Borrowed(self.engine.language()));
                logprob += piece.avg_logprob * piece.tokens as f32;
                tokens += piece.tokens;
                let spaces = request.translate || language.as_deref().is_none_or(words::has_spaces);
                let text = if transcript.text.is_empty() || !spaces {
                    piece.text
                } else {
                    format!(" {}", piece.text)
                };
                on_segment(&text);
                transcript.text.push_str(&text);
                transcript.words.extend(piece.words.into_iter().map(|spaced| spaced.word));
            }
            start = end;
            if start >= audio.len() {
                break;
            }
        }
        if tokens > 0 {
            transcript.avg_logprob = logprob / tokens as f32;
        } else {
            transcript.rejected = rejected;
        }
        let language = language.unwrap_or(Cow::Borrowed(self.engine.language()));
        transcript.language = language.into_owned();
        if let Some(guide) = request.guide
            && audio.len() <= LONGEST_GUIDED
        {
            self.guide(audio, guide, &mut transcript, request.threads, cancel)?;
        }
        Ok(transcript)
    }

    fn can_translate(&self) -> bool {
        self.is_multilingual()
    }

    fn wipe(&mut self) -> Result<()> {
        self.engine.wipe()
    }
}

/// The result for one piece.
#[derive(Default)]
struct Piece {
    text: String,
    words: Vec<words::Spaced>,
    /// Whether there was text before descriptions of sounds were removed.
    annotated: bool,
    tokens: usize,
    avg_logprob: f32,
    no_speech_prob: f32,
    /// Whether the decoder was stopped because it wrote too much.
    runaway: bool,
    full_context: bool,
    rejected: Option<Rejection>,
}

impl Piece {
    fn new(heard: &Heard, spaces: bool, offset_ms: u32, length_ms: u32) -> Self {
        let end_ms = offset_ms.saturating_add(length_ms);
        let words = words::merge(&heard.tokens, spaces, offset_ms, end_ms);
        let annotated = !words.is_empty();
        let words = words::without_annotations(words);
        let tokens = heard.tokens.len();
        Self {
            text: words::text(&words),
            words,
            annotated,
            tokens,
            avg_logprob: heard.avg_logprob,
            // Without a segment, whisper.cpp itself found no speech.
            no_speech_prob: heard.no_speech_prob.unwrap_or(1.0),
            runaway: heard.runaway,
            ..Self::default()
        }
    }

    fn evidence<'a>(&'a self, speech: &'a Speech, stock_phrases: &'a [&'a str]) -> Evidence<'a> {
        Evidence {
            text: &self.text,
            words: &self.words,
            annotated: self.annotated,
            avg_logprob: self.avg_logprob,
            no_speech_prob: self.no_speech_prob,
            runaway: self.runaway,
            speech,
            stock_phrases,
        }
    }
}

/// The sound in the form that whisper.cpp needs: finite and within −1 to 1.
fn sanitised(audio: &[f32]) -> Cow<'_, [f32]> {
    if audio.iter().all(|sample| sample.abs() <= 1.0) {
        return Cow::Borrowed(audio);
    }
    let clean = |sample: &f32| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
    Cow::Owned(audio.iter().map(clean).collect())
}
