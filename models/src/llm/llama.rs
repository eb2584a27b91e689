//! Language models by llama.cpp: any GGUF file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::chat::{self, Chat};
use super::config::{Config, Overflow};
use super::context::{Context, Shape};
use super::ear::Ear;
use super::gguf::Header;
use super::sample::Sampler;
use super::utf8::Utf8;
use super::{Exchange, Llm, Primed, Reply, guard, saved};
use crate::{Cancel, Error, ErrorKind, Result, ggml};

/// Room kept for what the chat template puts after a reply, in tokens.
const MARGIN: usize = 16;

/// Architectures that read text but do not write it (`llama_model_has_encoder`).
const ENCODERS: [&str; 4] = ["t5", "t5encoder", "eagle3", "dflash"];

/// A conversation with a language model of llama.cpp.
///
/// The KV cache is a copy of a list of tokens ([`cached`](Self::cached)). Each
/// prompt is rendered and tokenised whole, from the history, by the model's
/// own chat template; what it shares with the cache is kept, the rest removed
/// or evaluated. So a prompt with a cached prefix is, token for token, the
/// prompt without a cache.
pub struct Llama {
    context: Context,
    config: Config,
    /// Tokens that fit the context.
    capacity: usize,
    header: Header,
    chat: Chat,
    /// What the model file is, for the key of the saved prompt.
    identity: saved::Key,
    system: String,
    examples: Vec<Exchange>,
    history: Vec<Exchange>,
    pending: Option<Exchange>,
}

impl Llama {
    /// Loads the GGUF file at `path`, memory-mapped.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing), [`Damaged`](ErrorKind::Damaged) or
    /// [`Io`](ErrorKind::Io) about the file,
    /// [`Input`](ErrorKind::Input) for a config that cannot be,
    /// [`Unsupported`](ErrorKind::Unsupported) on a CPU that lacks what this build needs,
    /// [`Engine`](ErrorKind::Engine) when memory does not suffice.
    pub fn load(path: impl Into<PathBuf>, config: Config) -> Result<Self> {
        let path = path.into();
        if config.n_ctx < 64 || config.batch == 0 || config.batch > config.n_ctx {
            return Err(Error::new(
                ErrorKind::Input,
                "n_ctx must be at least 64 tokens, and batch between 1 and n_ctx",
            ));
        }
        let header = Self::check(&path)?;
        let identity = identity(&path)?;
        let cores = ggml::physical_cores().clamp(1, 4) as u32;
        let threads = |n: u32| i32::try_from(if n == 0 { cores } else { n }).unwrap_or(i32::MAX);
        let mut n_ctx = config.n_ctx;
        if let Some(trained) = header.trained_context.filter(|&t| t < u64::from(n_ctx)) {
            log::warn!("n_ctx {n_ctx} is more than the model knows; using {trained}");
            n_ctx = u32::try_from(trained).unwrap_or(n_ctx).max(64);
        }
        let shape = Shape {
            n_ctx,
            batch: config.batch,
            threads: threads(config.threads),
            threads_batch: threads(config.threads_batch),
            gpu_layers: config.gpu_layers,
        };
        let context = Context::load(&path, &header, shape)?;
        let chat = Chat::new(context.model(), &header, &path)?;
        Ok(Self {
            context,
            config,
            capacity: n_ctx as usize,
            header,
            chat,
            identity,
            system: String::new(),
            examples: Vec::new(),
            history: Vec::new(),
            pending: None,
        })
    }

    /// Whether the file at `path` is a language model that can be loaded, as far as it can
    /// be told without reading all of it: what its head says.
    ///
    /// # Errors
    /// [`Missing`](ErrorKind::Missing), [`Damaged`](ErrorKind::Damaged) or
    /// [`Io`](ErrorKind::Io).
    pub fn check(path: &Path) -> Result<Header> {
        let header = Header::open(path)?;
        let architecture = header.architecture.as_str();
        if header.vocabulary == 0
            || ENCODERS.contains(&architecture)
            || architecture.contains("bert")
        {
            let message = "this model does not write text; name a chat model";
            return Err(Error::new(ErrorKind::Damaged, message).with_path(path));
        }
        Ok(header)
    }

    /// What the model file says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The tokens whose state is in the KV cache.
    pub fn cached(&self) -> &[i32] {
        self.context.tokens()
    }

    /// The scores (logits) of all tokens to come after the ones last
    /// evaluated; empty before the first evaluation.
    pub fn scores(&self) -> &[f32] {
        self.context.scores()
    }

    /// Takes up a conversation held before, after [`prime`](Llm::prime). It
    /// is evaluated with the next reply.
    pub fn resume(&mut self, history: &[Exchange]) {
        self.pending = None;
        self.history = history.to_vec();
    }

    /// Empties the KV cache, so that the next reply evaluates its whole
    /// prompt: for measuring and for tests.
    pub fn clear_cache(&mut self) {
        self.context.clear();
    }

    /// The tokens of a prompt made from nothing but these exchanges and, to be
    /// answered next, `user`; and the system prompt and examples as primed.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) when a text is too long for llama.cpp.
    pub fn prompt(&self, history: &[Exchange], user: Option<&str>) -> Result<Vec<i32>> {
        let system = (!self.system.is_empty()).then_some(("system", self.system.as_str()));
        let exchanges = self.examples.iter().chain(history).flat_map(|exchange| {
            [("user", exchange.user.as_str()), ("assistant", exchange.assistant.as_str())]
        });
        let last = user.map(|user| ("user", user));
        let messages: Vec<_> = system.into_iter().chain(exchanges).chain(last).collect();
        self.chat.tokens(self.context.model(), &messages, user.is_some())
    }

    /// The tokens that any next prompt begins with: those of the history, and of
    /// the chat template what goes before the words of the user. They are in the
    /// cache while the user speaks.
    ///
    /// # Errors
    /// As [`prompt`](Self::prompt).
    pub fn opening(&self) -> Result<Vec<i32>> {
        // Whatever is said, it is not both of these.
        let mut opening = self.prompt(&self.history, Some("a"))?;
        let other = self.prompt(&self.history, Some("1"))?;
        let same = opening.iter().zip(&other).take_while(|(a, b)| a == b).count();
        opening.truncate(same);
        Ok(opening)
    }

    /// Makes the cache hold exactly `tokens`. On an error it holds the first of them.
    fn hold(&mut self, tokens: &[i32], cancel: &Cancel) -> Result<()> {
        self.context.share(tokens);
        let held = self.context.tokens().len();
        self.context.append(&tokens[held..], cancel)
    }

    /// Drops the oldest exchanges until no more are left than are to be remembered,
    /// and the history, `user` and a reply fit. Returns the prompt; `None` when they do
    /// not fit even alone.
    fn make_room(&mut self, user: Option<&str>, reply: usize) -> Result<Option<Vec<i32>>> {
        let room = self.capacity.saturating_sub(reply + MARGIN);
        let least = self.history.len().saturating_sub(self.config.exchanges as usize);
        for dropped in least..=self.history.len() {
            let prompt = self.prompt(&self.history[dropped..], user)?;
            if prompt.len() > room {
                continue;
            }
            if dropped > 0 {
                log::debug!("forgetting the {dropped} oldest exchanges");
                self.forget_oldest(dropped)?;
            }
            return Ok(Some(prompt));
        }
        Ok(None)
    }

    fn forget_oldest(&mut self, dropped: usize) -> Result<()> {
        let before = self.prompt(&self.history, None)?;
        self.history.drain(..dropped);
        let after = self.prompt(&self.history, None)?;
        if self.config.overflow == Overflow::Shift && self.context.tokens().starts_with(&before) {
            let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
            let until = same + before.len().saturating_sub(after.len());
            // With most templates the kept exchanges are the same tokens, only later.
            if before.len() > after.len()
                && before[until..] == after[same..]
                && self.context.cut(same, until)?
            {
                return Ok(());
            }
        }
        self.context.share(&after);
        Ok(())
    }

    fn full(&self) -> Error {
        Error::new(
            ErrorKind::Input,
            format!(
                "this is too long for the model's context of {} tokens: say it shorter, or give the model a larger one",
                self.capacity
            ),
        )
    }

    fn write(
        &mut self,
        started: Instant,
        reply: &mut Reply,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let sampling = self.config.sampling.clone();
        let mut sampler = Sampler::new(&sampling);
        let mut utf8 = Utf8::default();
        let mut ear = Ear::new();
        let mut tokens = Vec::new();
        let mut say = |text: &str, pending: &mut Option<Exchange>| {
            if text.is_empty() {
                return;
            }
            if reply.text.is_empty() {
                reply.ttft_ms = ms(started);
            }
            reply.text.push_str(text);
            if let Some(pending) = pending {
                pending.assistant.push_str(text);
            }
            on_text(text);
        };
        let mut written = String::new();
        reply.truncated = true;
        while reply.reply_tokens < sampling.max_tokens as usize {
            cancel.check()?;
            let model = self.context.model();
            let trails_off = |token| guard::trails_off(&chat::piece(model, token));
            let scores = self.context.scores();
            let Some(token) = sampler.choose(scores, &tokens, trails_off) else {
                return Err(Error::new(ErrorKind::Engine, "llama.cpp gave no scores"));
            };
            if chat::ends_reply(self.context.model(), token) {
                reply.truncated = false;
                break;
            }
            let piece = utf8.push(&chat::piece(self.context.model(), token));
            if guard::ends_well(&written, &piece, reply.reply_tokens as u32, sampling.max_tokens) {
                break;
            }
            written.push_str(&piece);
            tokens.push(token);
            reply.reply_tokens += 1;
            say(&ear.push(&piece), &mut self.pending);
            if guard::loops(&tokens) {
                log::debug!("the reply repeats itself: ending it");
                break;
            }
            self.context.append(&[token], cancel)?;
        }
        say(&ear.finish(), &mut self.pending);
        Ok(())
    }
}

impl Llm for Llama {
    fn prime(
        &mut self,
        system: &str,
        examples: &[Exchange],
        saved: Option<&Path>,
    ) -> Result<Primed> {
        let started = Instant::now();
        self.history.clear();
        self.pending = None;
        self.system = system.trim().to_owned();
        self.examples = examples.to_vec();
        let tokens = self.opening()?;
        let least = self.config.sampling.max_tokens as usize + 2 * MARGIN;
        if tokens.len() + least > self.capacity {
            return Err(self.full());
        }
        let primed = |from_disk| Primed { tokens: tokens.len(), from_disk, took_ms: ms(started) };

        let bytes: Vec<u8> = tokens.iter().flat_map(|token| token.to_le_bytes()).collect();
        let key = saved::key([
            ggml::llama_version().as_bytes(),
            &self.identity,
            &(self.capacity as u64).to_le_bytes(),
            &self.config.gpu_layers.to_le_bytes(),
            &bytes,
        ]);
        if let Some(path) = saved.filter(|path| path.exists()) {
            match self.context.restore(path, &key, &tokens) {
                Ok(()) => return Ok(primed(true)),
                Err(why) => log::info!("{}: not used: {why}; computing it", path.display()),
            }
        }
        self.hold(&tokens, &Cancel::new())?;
        if let Some(path) = saved
            && let Err(error) = self.context.save(path, &key)
        {
            log::warn!(
                "{}: the prompt cannot be saved ({error}); the next start computes it again",
                path.display()
            );
        }
        Ok(primed(false))
    }

    fn reply(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        let started = Instant::now();
        self.discard()?;
        let user = chat::harmless(self.context.model(), user)?;
        if user.is_empty() {
            return Err(Error::new(ErrorKind::Input, "there is nothing to answer"));
        }
        let most = self.config.sampling.max_tokens as usize;
        let prompt = self.make_room(Some(&user), most)?.ok_or_else(|| self.full())?;
        self.pending = Some(Exchange { user, assistant: String::new() });
        // The last token is evaluated in any case: the reply begins with its scores.
        self.context.share(&prompt[..prompt.len().saturating_sub(1)]);
        let cached_tokens = self.context.tokens().len();
        self.context.append(&prompt[cached_tokens..], cancel)?;
        let mut reply = Reply {
            cached_tokens,
            prompt_tokens: prompt.len() - cached_tokens,
            prefill_ms: ms(started),
            ..Reply::default()
        };
        self.write(started, &mut reply, cancel, on_text)?;
        reply.total_ms = ms(started);
        Ok(reply)
    }

    fn keep(&mut self, heard: Option<&str>) -> Result<()> {
        let Some(mut exchange) = self.pending.take() else { return Ok(()) };
        if let Some(heard) = heard {
            exchange.assistant = heard.to_owned();
        }
        self.history.push(exchange);
        if self.make_room(None, 0)?.is_none() {
            return Err(self.full());
        }
        let opening = self.opening()?;
        self.hold(&opening, &Cancel::new())
    }

    fn discard(&mut self) -> Result<()> {
        if self.pending.take().is_some() {
            let kept = self.opening()?;
            self.context.share(&kept);
        }
        Ok(())
    }

    fn forget(&mut self) -> Result<()> {
        self.history.clear();
        self.pending = None;
        let kept = self.opening()?;
        self.context.share(&kept);
        Ok(())
    }

    fn history(&self) -> &[Exchange] {
        &self.history
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Tells this model file from others without reading all of it: its size,
/// its time and its first mebibyte.
fn identity(path: &Path) -> Result<saved::Key> {
    use std::io::Read;
    let read = || -> std::io::Result<saved::Key> {
        let file = std::fs::File::open(path)?;
        let metadata = file.metadata()?;
        let modified = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .map_or(0, |age| age.as_nanos());
        let mut head = Vec::new();
        file.take(1 << 20).read_to_end(&mut head)?;
        Ok(saved::key([&metadata.len().to_le_bytes()[..], &modified.to_le_bytes(), &head]))
    };
    read().map_err(|error| {
        Error::new(ErrorKind::Io, "the language model cannot be read")
            .with_path(path)
            .with_source(error)
    })
}
