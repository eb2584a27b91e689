//! One pass of whisper.cpp over one piece of sound. This is the only file that calls whisper.cpp.

use std::ffi::c_void;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use whisper_rs::whisper_rs_sys as sys;
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState,
};

use super::next_token::Next;
use super::words::Token;
use crate::{Cancel, Error, ErrorKind, Result, ggml};

/// Whisper's longest prompt: half its text context, less what it adds itself.
const PROMPT_TOKENS: usize = 223;
/// That many tokens never have more bytes than this; the rest of a prompt is ignored.
const PROMPT_BYTES: usize = 4096;

/// The parameters of a pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job<'a> {
    /// Encoder positions of 20 ms; 0 for all 30 s.
    pub audio_context: u32,
    /// The most tokens at a time.
    pub most_tokens: u32,
    /// The most encoder runs.
    pub most_runs: u32,
    /// Whether to write English, whatever is spoken.
    pub translate: bool,
    /// Whether to try again at higher temperatures if whisper.cpp's thresholds say so.
    pub fallback: bool,
    /// Tokens of context before the text.
    pub prompt: &'a [i32],
    /// Threads; 0 for as many as at loading.
    pub threads: usize,
}

/// The result of a pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// The tokens of text, no special ones.
    pub tokens: Vec<Token>,
    /// Mean log-probability of the tokens of text; 0 without any.
    pub avg_logprob: f32,
    /// Probability that there is no speech; `None` when whisper.cpp gave no segment.
    pub no_speech_prob: Option<f32>,
    /// Whether a limit of the job was reached: the text may be cut or loop.
    pub runaway: bool,
}

/// Loads a file that was checked: weights from which any number of [`Engine`]s can be made.
pub(super) fn load(path: &Path, gpu: bool) -> Result<WhisperContext> {
    let mut parameters = WhisperContextParameters::new();
    parameters.use_gpu(gpu);
    // With flash attention, trimmed passes need a third more margin.
    parameters.flash_attn(false);
    WhisperContext::new_with_params(path, parameters).map_err(|error| {
        Error::new(ErrorKind::Damaged, "whisper.cpp cannot load this model: fetch it again")
            .with_path(path)
            .because(error)
    })
}

/// The working memory of one user of a loaded model.
pub(super) struct Engine {
    context: Arc<WhisperContext>,
    state: WhisperState,
    threads: i32,
    /// Settings for the language that was asked for last. They are kept, because every
    /// `set_language` of whisper-rs leaks its string.
    settings: Option<(Option<String>, FullParams<'static, 'static>)>,
    /// Whether the encoder's output is that of the whole sound of the last pass.
    encoded: bool,
    /// whisper.cpp's own pointers, for its functions that whisper-rs does not have. They are those
    /// of `context` and `state`, so they are valid as long as these.
    raw: Option<(NonNull<sys::whisper_context>, NonNull<sys::whisper_state>)>,
}

// SAFETY: the pointers are those of `context` and `state`, which may be sent.
unsafe impl Send for Engine {}

impl Engine {
    /// Working memory on these weights.
    pub fn new(context: Arc<WhisperContext>, threads: usize) -> Result<Self> {
        let state = working_memory(&context)?;
        let threads = i32::try_from(threads.max(1)).unwrap_or(1);
        Ok(Self { context, state, threads, settings: None, encoded: false, raw: None })
    }

    /// Replaces all memory of the passes so far by empty memory: sound, spectra, caches, text and
    /// language.
    pub fn wipe(&mut self) -> Result<()> {
        self.raw = None;
        self.state = working_memory(&self.context)?;
        Ok(())
    }

    pub fn is_multilingual(&self) -> bool {
        self.context.is_multilingual()
    }

    /// The language of the last pass.
    pub fn language(&self) -> &'static str {
        if !self.is_multilingual() {
            return "en";
        }
        whisper_rs::get_lang_str(self.state.full_lang_id_from_state()).unwrap_or("en")
    }

    /// The end of `prompt`, in tokens.
    pub fn prompt(&self, prompt: &str) -> Result<Vec<i32>> {
        let prompt = prompt.trim().replace('\0', " ");
        if prompt.is_empty() {
            return Ok(Vec::new());
        }
        let mut from = prompt.len().saturating_sub(PROMPT_BYTES);
        while !prompt.is_char_boundary(from) {
            from += 1;
        }
        // As in the text from which Whisper learnt, a word begins with its space.
        let mut tokens =
            self.context.tokenize(&format!(" {}", &prompt[from..]), PROMPT_BYTES + 1).map_err(
                |error| Error::new(ErrorKind::Input, "the prompt cannot be used").because(error),
            )?;
        tokens.drain(..tokens.len().saturating_sub(PROMPT_TOKENS));
        Ok(tokens)
    }

    /// Runs the encoder and the decoder over `audio` (finite, at most 30 s). `language` is a code
    /// that whisper.cpp knows; `None` detects the language.
    pub fn run(
        &mut self,
        audio: &[f32],
        language: Option<&str>,
        job: &Job<'_>,
        cancel: &Cancel,
    ) -> Result<Heard> {
        let watch = Watch {
            cancel,
            runs: AtomicU32::new(0),
            most: job.most_runs,
            context: AtomicPtr::default(),
            state: AtomicPtr::default(),
        };
        let mut params = self.settings(language);
        params.set_n_threads(match job.threads {
            0 => self.threads,
            threads => i32::try_from(threads).unwrap_or(self.threads),
        });
        params.set_audio_ctx(i32::try_from(job.audio_context).unwrap_or(0));
        params.set_max_tokens(i32::try_from(job.most_tokens).unwrap_or(0));
        params.set_temperature_inc(if job.fallback { 0.2 } else { 0.0 });
        // Without fallback, the guards decide whether it is silence, and they need the evidence.
        params.set_no_speech_thold(if job.fallback { 0.6 } else { 1.0 });
        params.set_tokens(job.prompt);
        params.set_translate(job.translate);
        let data = (&raw const watch).cast_mut().cast::<c_void>();
        // SAFETY: both callbacks use `data` as a pointer to a `Watch`, which it is, and only read
        // it (its counter is atomic); `watch` lives until after `full`, the only caller, has
        // returned.
        unsafe {
            params.set_abort_callback(Some(stop));
            params.set_abort_callback_user_data(data);
            params.set_start_encoder_callback(Some(may_encode));
            params.set_start_encoder_callback_user_data(data);
        }
        // whisper.cpp itself checks its callback only when a run is over.
        let done = ggml::abortable(cancel, || self.state.full(params, audio));
        cancel.check()?;
        done.map_err(|error| {
            Error::new(ErrorKind::Engine, "speech recognition failed").because(error)
        })?;
        self.raw = NonNull::new(watch.context.load(Ordering::Relaxed))
            .zip(NonNull::new(watch.state.load(Ordering::Relaxed)));
        self.encoded = watch.runs.load(Ordering::Relaxed) == 1;
        let heard = self.heard(job);
        let runaway = heard.runaway || watch.runs.load(Ordering::Relaxed) > job.most_runs;
        Ok(Heard { runaway, ..heard })
    }

    fn settings(&mut self, language: Option<&str>) -> FullParams<'static, 'static> {
        if let Some((of, params)) = &self.settings
            && of.as_deref() == language
        {
            return params.clone();
        }
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 2 });
        params.set_no_context(true);
        params.set_token_timestamps(true);
        params.set_suppress_blank(true);
        params.set_print_special(false);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        params.set_entropy_thold(2.4);
        params.set_logprob_thold(-1.0);
        if self.is_multilingual() {
            // By its id, for a string that lives as long as the settings.
            let code =
                language.and_then(whisper_rs::get_lang_id).and_then(whisper_rs::get_lang_str);
            params.set_language(code);
        }
        self.settings = Some((language.map(str::to_owned), params.clone()));
        params
    }

    fn heard(&self, job: &Job<'_>) -> Heard {
        let mut heard = Heard::default();
        let mut logprob = 0.0;
        let first_special = self.context.token_eot();
        for segment in self.state.as_iter() {
            let p = segment.no_speech_probability();
            heard.no_speech_prob = Some(heard.no_speech_prob.map_or(p, |q| q.min(p)));
            for i in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(i) else { continue };
                let data = token.token_data();
                if data.id >= first_special {
                    continue;
                }
                logprob += data.plog;
                heard.tokens.push(Token {
                    bytes: token.to_bytes().unwrap_or_default().to_vec(),
                    p: data.p,
                    start_ms: data.t0.saturating_mul(10),
                    end_ms: data.t1.saturating_mul(10),
                });
            }
        }
        heard.avg_logprob = logprob / heard.tokens.len().max(1) as f32;
        heard.runaway = heard.tokens.len() + 2 >= job.most_tokens as usize;
        heard
    }
}

/// The decoder on the encoder's output of the last pass.
pub(super) struct Decoder<'e> {
    engine: &'e Engine,
    raw: (NonNull<sys::whisper_context>, NonNull<sys::whisper_state>),
    threads: i32,
    /// The tokens before the text.
    begin: Vec<i32>,
    /// The tokens in the decoder's cache.
    cached: Vec<i32>,
    eot: i32,
}

impl Engine {
    /// The decoder for the sound of the last pass; `None` if there was none.
    pub fn decoder(&mut self, threads: usize, cancel: &Cancel) -> Result<Option<Decoder<'_>>> {
        let Some(raw) = self.raw else { return Ok(None) };
        let threads = if threads == 0 { self.threads } else { i32::try_from(threads).unwrap_or(1) };
        if !self.encoded {
            // SAFETY: the pointers are those of `self.context` and `self.state`, which are not in
            // use elsewhere: `self` is borrowed. The spectrum of the last pass is in the state.
            let done = ggml::abortable(cancel, || unsafe {
                sys::whisper_encode_with_state(raw.0.as_ptr(), raw.1.as_ptr(), 0, threads)
            });
            cancel.check()?;
            if done != 0 {
                return Err(Error::new(ErrorKind::Engine, "speech recognition failed"));
            }
            self.encoded = true;
        }
        let context = &self.context;
        let mut begin = vec![context.token_sot()];
        if self.is_multilingual() {
            let language = self.state.full_lang_id_from_state();
            begin.extend([context.token_lang(language), context.token_transcribe()]);
        }
        begin.push(context.token_not());
        let eot = context.token_eot();
        Ok(Some(Decoder { engine: self, raw, threads, begin, cached: Vec::new(), eot }))
    }
}

impl Decoder<'_> {
    /// What may come after these tokens of text.
    pub fn next(&mut self, tokens: &[i32], cancel: &Cancel) -> Result<Next<'_>> {
        let all = [&self.begin[..], tokens].concat();
        let same = all.iter().zip(&self.cached).take_while(|(a, b)| a == b).count();
        let past = same.min(all.len() - 1);
        let new = &all[past..];
        let (count, n_past) = (new.len() as i32, past as i32);
        let (context, state) = (self.raw.0.as_ptr(), self.raw.1.as_ptr());
        // SAFETY: the pointers are those of the engine's context and state, which `self` borrows.
        // `new` has `count` tokens, all of them of the model's vocabulary; with those before them
        // they are far fewer than the text context of 448.
        let done = ggml::abortable(cancel, || unsafe {
            sys::whisper_decode_with_state(
                context,
                state,
                new.as_ptr(),
                count,
                n_past,
                self.threads,
            )
        });
        cancel.check()?;
        if done != 0 {
            return Err(Error::new(ErrorKind::Engine, "speech recognition failed"));
        }
        let vocabulary = usize::try_from(self.engine.context.n_vocab()).unwrap_or(0);
        // SAFETY: after a decoder run, there is a row of logits for each of its tokens, of which the
        // last one is filled. They stay there until the next run, which needs `&mut self`.
        let logits = unsafe {
            let first = sys::whisper_get_logits_from_state(state);
            std::slice::from_raw_parts(first.add((new.len() - 1) * vocabulary), vocabulary)
        };
        self.cached = all;
        // Only text and its end may follow.
        let eot = usize::try_from(self.eot).unwrap_or(0);
        let (text, end) = (&logits[..eot], logits[eot]);
        let most = text.iter().copied().fold(end, f32::max);
        let sum: f32 = text.iter().chain([&end]).map(|logit| (logit - most).exp()).sum();
        let shift = -(most + sum.ln());
        Ok(Next { text, end: end + shift, shift })
    }

    /// The text of a token, if it is whole characters.
    pub fn text(&self, token: i32) -> Option<&str> {
        std::str::from_utf8(self.engine.context.token_to_bytes(token).ok()?).ok()
    }
}

/// whisper.cpp's state: caches, buffers and results.
fn working_memory(context: &WhisperContext) -> Result<WhisperState> {
    context.create_state().map_err(|error| {
        Error::new(ErrorKind::Engine, "no memory for speech recognition").because(error)
    })
}

/// What the callbacks check during a pass.
struct Watch<'a> {
    cancel: &'a Cancel,
    /// Encoder runs so far.
    runs: AtomicU32,
    most: u32,
    /// What whisper.cpp calls back with.
    context: AtomicPtr<sys::whisper_context>,
    state: AtomicPtr<sys::whisper_state>,
}

/// whisper.cpp calls this after every run of the encoder and of the decoder.
unsafe extern "C" fn stop(data: *mut c_void) -> bool {
    // SAFETY: `data` is the `Watch` of `Engine::run`, which has not returned yet.
    let watch = unsafe { &*data.cast::<Watch<'_>>() };
    watch.cancel.is_cancelled()
}

/// whisper.cpp calls this before every run of the encoder.
unsafe extern "C" fn may_encode(
    context: *mut sys::whisper_context,
    state: *mut sys::whisper_state,
    data: *mut c_void,
) -> bool {
    // SAFETY: `data` is the `Watch` of `Engine::run`, which has not returned yet.
    let watch = unsafe { &*data.cast::<Watch<'_>>() };
    watch.context.store(context, Ordering::Relaxed);
    watch.state.store(state, Ordering::Relaxed);
    let runs = watch.runs.fetch_add(1, Ordering::Relaxed) + 1;
    runs <= watch.most && !watch.cancel.is_cancelled()
}
