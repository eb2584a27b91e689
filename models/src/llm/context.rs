//! A model of llama.cpp, and contexts of it with one sequence of tokens each in their KV caches,
//! on `llama-cpp-2`. The list of tokens that is kept here always equals the contents of the cache.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::context::session::{LlamaStateSeqFlags, SeqState};
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{DecodeError, LlamaModelLoadError};

use super::gguf::Header;
use super::saved;
use crate::{Cancel, Error, ErrorKind, Result, ggml};

/// The only sequence used.
const SEQUENCE: i32 = 0;

/// Architectures whose cache can be shifted. `llama-cpp-2` cannot ask llama.cpp, which ends the
/// program if it is impossible, so only those with plain rotary positions are listed; the others
/// are computed again.
const SHIFTABLE: [&str; 9] =
    ["llama", "qwen2", "qwen3", "smollm3", "gemma", "gemma2", "gemma3", "phi3", "granite"];

self_cell::self_cell!(
    struct Loaded {
        owner: Arc<LlamaModel>,
        #[covariant]
        dependent: LlamaContext,
    }
);

/// Sizes of a [`Context`].
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) n_ctx: u32,
    pub(super) batch: u32,
    pub(super) threads: i32,
    pub(super) threads_batch: i32,
}

/// Loads the file, memory-mapped.
pub(super) fn load(path: &Path, gpu_layers: u32) -> Result<Arc<LlamaModel>> {
    let damaged = |what: &str| Error::new(ErrorKind::Damaged, what).with_path(path);
    let params = LlamaModelParams::default().with_n_gpu_layers(gpu_layers).with_use_mmap(true);
    let model = LlamaModel::load_from_file(ggml::backend()?, path, &params);
    Ok(Arc::new(model.map_err(|error| {
        damaged(match error {
            LlamaModelLoadError::NullResult => {
                "llama.cpp cannot load this model: it is damaged, or of a kind that llama.cpp does \
                 not know; fetch it again"
            }
            _ => "llama.cpp cannot open a path that is not UTF-8; move the file",
        })
        .because(error)
    })?))
}

/// The evaluated beginning of a sequence, which can be copied into other contexts.
pub(super) struct Beginning {
    pub(super) tokens: Vec<i32>,
    state: SeqState,
}

/// One sequence of tokens evaluated by a model.
pub(super) struct Context {
    loaded: Loaded,
    batch: LlamaBatch<'static>,
    batch_size: usize,
    shiftable: bool,
    tokens: Vec<i32>,
    /// Whether the last evaluation gave scores.
    scored: bool,
}

impl Context {
    /// An empty context of a model.
    pub(super) fn new(model: &Arc<LlamaModel>, header: &Header, shape: Shape) -> Result<Self> {
        // If a model needs another scale of positions, llama.cpp writes to the model while it
        // creates a context.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let backend = ggml::backend()?;
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(shape.n_ctx))
            .with_n_batch(shape.batch)
            .with_n_ubatch(shape.batch)
            .with_n_seq_max(1)
            .with_n_threads(shape.threads)
            .with_n_threads_batch(shape.threads_batch)
            .with_no_perf(true);
        let loaded = Loaded::try_new(model.clone(), |model| model.new_context(backend, params));
        let loaded = loaded.map_err(|error| {
            let message = format!(
                "llama.cpp cannot create a context of {} tokens; set llm.context lower",
                shape.n_ctx
            );
            Error::new(ErrorKind::Engine, message).because(error)
        })?;
        let batch_size = shape.batch as usize;
        Ok(Self {
            loaded,
            batch: LlamaBatch::new(batch_size, 1),
            batch_size,
            shiftable: SHIFTABLE.contains(&header.architecture.as_str()),
            tokens: Vec::new(),
            scored: false,
        })
    }

    pub(super) fn model(&self) -> &LlamaModel {
        self.loaded.borrow_owner()
    }

    /// The tokens whose state is in the cache.
    pub(super) fn tokens(&self) -> &[i32] {
        &self.tokens
    }

    /// Scores (logits) of all tokens for the next position after the last
    /// [`append`](Self::append). Empty if that failed, or there was none.
    pub(super) fn scores(&self) -> &[f32] {
        // `get_logits` panics if there are none.
        if self.scored { self.loaded.borrow_dependent().get_logits() } else { &[] }
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut LlamaContext<'_>) -> R) -> R {
        self.loaded.with_dependent_mut(|_, context| work(context))
    }

    /// Evaluates `tokens` after those in the cache, batch by batch, and checks `cancel` before
    /// each. After an error the cache holds the batches that were done.
    ///
    /// # Errors
    /// `Cancelled` within one node of the network (on a GPU: one batch);
    /// `Engine` otherwise.
    pub(super) fn append(&mut self, tokens: &[i32], cancel: &Cancel) -> Result<()> {
        let mut rest = tokens;
        while !rest.is_empty() {
            cancel.check()?;
            let (chunk, behind) = rest.split_at(rest.len().min(self.batch_size));
            rest = behind;
            let evaluated = ggml::abortable(cancel, || self.evaluate(chunk, rest.is_empty()));
            if let Err(error) = evaluated {
                self.remove_from(self.tokens.len());
                cancel.check()?;
                return Err(error);
            }
            self.tokens.extend_from_slice(chunk);
        }
        Ok(())
    }

    fn evaluate(&mut self, chunk: &[i32], score: bool) -> Result<()> {
        self.batch.clear();
        for (i, &token) in chunk.iter().enumerate() {
            let at = i32::try_from(self.tokens.len() + i).map_err(too_long)?;
            let score = score && i + 1 == chunk.len();
            self.batch.add(LlamaToken::new(token), at, &[SEQUENCE], score).map_err(engine)?;
        }
        self.scored = false;
        let batch = &mut self.batch;
        self.loaded.with_dependent_mut(|_, context| context.decode(batch)).map_err(|error| {
            match error {
                DecodeError::NoKvCacheSlot => {
                    Error::new(ErrorKind::Engine, "the context of the language model is full")
                }
                other => engine(other),
            }
        })?;
        self.scored = score;
        Ok(())
    }

    /// Keeps the longest beginning that the sequence has in common with `tokens`.
    pub(super) fn share(&mut self, tokens: &[i32]) {
        let same = self.tokens.iter().zip(tokens).take_while(|(a, b)| a == b).count();
        if same < self.tokens.len() {
            self.remove_from(same);
        }
    }

    /// Keeps the first `length` tokens if the model can forget the others; otherwise none.
    fn remove_from(&mut self, length: usize) {
        let removed = u32::try_from(length)
            .is_ok_and(|at| self.with(|c| c.kv_cache_seq_rm(SEQUENCE, Some(at), None)).is_ok());
        if removed {
            self.tokens.truncate(length);
        } else {
            // For example recurrent models: all of it is computed again.
            log::debug!(
                "this kind of model cannot forget part of a conversation, so it forgets all of it"
            );
            self.clear();
        }
    }

    /// Removes the tokens `from..to` and shifts those after them. Returns whether that was
    /// possible; if not, nothing has changed.
    pub(super) fn cut(&mut self, from: usize, to: usize) -> Result<bool> {
        if !self.shiftable {
            return Ok(false);
        }
        let start = u32::try_from(from).map_err(too_long)?;
        let end = u32::try_from(to).map_err(too_long)?;
        let by = i32::try_from(to - from).map_err(too_long)?;
        if self.with(|c| c.kv_cache_seq_rm(SEQUENCE, Some(start), Some(end))).is_err() {
            return Ok(false);
        }
        self.tokens.drain(from..to);
        let moved = self.with(|c| c.kv_cache_seq_add(SEQUENCE, Some(end), None, -by));
        moved.map_err(engine)?;
        Ok(true)
    }

    /// Empties the sequence, and overwrites the cache with zeros.
    pub(super) fn clear(&mut self) {
        self.with(|context| context.clear_kv_cache());
        self.tokens.clear();
        self.scored = false;
    }

    /// What the sequence holds, to [`begin`](Self::begin) others with it.
    pub(super) fn beginning(&self) -> Result<Beginning> {
        let context = self.loaded.borrow_dependent();
        let state = context.state_seq_get(SEQUENCE, LlamaStateSeqFlags::empty());
        Ok(Beginning { tokens: self.tokens.clone(), state: state.map_err(engine)? })
    }

    /// Replaces the whole cache by `beginning`. It is overwritten with zeros first, so that
    /// nothing else remains in its memory.
    pub(super) fn begin(&mut self, beginning: &Beginning) -> Result<()> {
        self.clear();
        self.with(|context| context.state_seq_set(&beginning.state, SEQUENCE)).map_err(engine)?;
        self.tokens.clone_from(&beginning.tokens);
        Ok(())
    }

    /// As [`begin`](Self::begin), or empty without a beginning. Also overwrites what the last
    /// evaluation has left in buffers outside the cache.
    pub(super) fn wipe(&mut self, beginning: Option<&Beginning>) -> Result<()> {
        self.clear();
        // A whole batch of some token, with scores, overwrites all buffers.
        self.append(&vec![0; self.batch_size], &Cancel::new())?;
        match beginning {
            Some(beginning) => self.begin(beginning),
            None => {
                self.clear();
                Ok(())
            }
        }
    }

    /// Saves the sequence in a file, under `key`.
    pub(super) fn save(&self, path: &Path, key: &saved::Key) -> std::io::Result<()> {
        let tokens: Vec<LlamaToken> = self.tokens.iter().copied().map(LlamaToken::new).collect();
        saved::store(path, key, |file| {
            let context = self.loaded.borrow_dependent();
            let written = context.state_seq_save_file(file, SEQUENCE, &tokens);
            written.map(drop).map_err(std::io::Error::other)
        })
    }

    /// Replaces the sequence by `tokens` if the file holds them under `key`. If not, returns the
    /// reason; the sequence is then unchanged or empty.
    pub(super) fn restore(
        &mut self,
        path: &Path,
        key: &saved::Key,
        tokens: &[i32],
    ) -> std::result::Result<(), String> {
        saved::check(path, key)?;
        self.clear();
        let room = tokens.len();
        let restored = self.with(|context| {
            let read = context.state_seq_load_file(path, SEQUENCE, room);
            read.map(|(read, _)| (read, context.kv_cache_seq_pos_max(SEQUENCE)))
        });
        match restored {
            Ok((read, last))
                if read.iter().map(|token| token.0).eq(tokens.iter().copied())
                    && usize::try_from(last + 1) == Ok(room) =>
            {
                self.tokens = tokens.to_vec();
                Ok(())
            }
            Ok(_) => {
                self.clear();
                Err("it holds other tokens".to_owned())
            }
            Err(error) => {
                self.clear();
                Err(error.to_string())
            }
        }
    }
}

fn engine(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Engine, "llama.cpp failed to evaluate the prompt").because(error)
}

fn too_long(_: std::num::TryFromIntError) -> Error {
    Error::new(ErrorKind::Input, "the text is too long")
}
