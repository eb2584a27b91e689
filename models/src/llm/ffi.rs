//! A safe, narrow face of llama.cpp: a model, and one sequence of tokens in
//! one context. All `unsafe` of the language model is here.
//!
//! It stands on `llama-cpp-sys-2` and not on `llama-cpp-2`, whose context
//! does not let work be aborted and cannot live beside its model.

use std::ffi::{CString, c_char, c_void};
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

use llama_cpp_sys_2 as sys;

use crate::{Cancel, Error, ErrorKind, Result, ggml};

/// A token's number in the vocabulary.
pub(super) type Token = sys::llama_token;

/// The only sequence used.
const SEQUENCE: sys::llama_seq_id = 0;

/// A loaded model.
pub(super) struct Model {
    model: NonNull<sys::llama_model>,
    vocab: NonNull<sys::llama_vocab>,
}

// SAFETY: llama.cpp changes a model only while loading it; all that is called
// on it afterwards reads.
unsafe impl Send for Model {}
// SAFETY: as above.
unsafe impl Sync for Model {}

impl Model {
    /// Loads the file, memory-mapped. The caller has checked its head.
    pub(super) fn load(path: &Path, gpu_layers: u32) -> Result<Self> {
        ggml::init()?;
        let damaged = |what: &str| Error::new(ErrorKind::Damaged, what).with_path(path);
        let name = path.to_str().and_then(|path| CString::new(path).ok()).ok_or_else(|| {
            damaged("llama.cpp cannot open a path that is not UTF-8; move the file")
        })?;
        // SAFETY: takes nothing, returns a plain struct.
        let mut params = unsafe { sys::llama_model_default_params() };
        params.n_gpu_layers = i32::try_from(gpu_layers).unwrap_or(i32::MAX);
        params.load_mode = sys::LLAMA_LOAD_MODE_MMAP;
        // SAFETY: the path is nul-terminated and the parameters are valid; null on failure.
        let model = unsafe { sys::llama_model_load_from_file(name.as_ptr(), params) };
        let model = NonNull::new(model).ok_or_else(|| {
            damaged("llama.cpp cannot load this model: it is damaged or of a kind it does not know; fetch it again")
        })?;
        // SAFETY: the model was just loaded.
        let vocab = unsafe { sys::llama_model_get_vocab(model.as_ptr()) };
        let vocab = NonNull::new(vocab.cast_mut());
        let Some(vocab) = vocab else {
            // SAFETY: nothing else holds the model.
            unsafe { sys::llama_model_free(model.as_ptr()) };
            return Err(damaged("the model has no vocabulary"));
        };
        let model = Self { model, vocab };
        // SAFETY: the model and its vocabulary are alive.
        let (usable, kind) = unsafe {
            (
                sys::llama_model_has_decoder(model.model.as_ptr())
                    && !sys::llama_model_has_encoder(model.model.as_ptr()),
                sys::llama_vocab_type(model.vocab.as_ptr()),
            )
        };
        if !usable || kind == sys::LLAMA_VOCAB_TYPE_NONE || model.vocabulary() == 0 {
            return Err(damaged("this model does not write text; name a chat model"));
        }
        Ok(model)
    }

    /// Number of tokens in the vocabulary.
    pub(super) fn vocabulary(&self) -> usize {
        // SAFETY: the vocabulary lives as long as the model.
        let n = unsafe { sys::llama_vocab_n_tokens(self.vocab.as_ptr()) };
        usize::try_from(n).unwrap_or(0)
    }

    /// Whether this token ends a reply: end of generation, or any other control mark.
    pub(super) fn ends_reply(&self, token: Token) -> bool {
        // SAFETY: the vocabulary is alive; llama.cpp checks the token.
        unsafe {
            sys::llama_vocab_is_eog(self.vocab.as_ptr(), token)
                || sys::llama_vocab_is_control(self.vocab.as_ptr(), token)
        }
    }

    /// Whether this token is a control mark, as those of chat templates are.
    pub(super) fn is_control(&self, token: Token) -> bool {
        // SAFETY: the vocabulary is alive; llama.cpp checks the token.
        unsafe { sys::llama_vocab_is_control(self.vocab.as_ptr(), token) }
    }

    /// Splits text into tokens. Control marks in it (`<|im_end|>`) become
    /// control tokens; `start` puts the start token before it where the model wants one.
    pub(super) fn tokenize(&self, text: &str, start: bool) -> Result<Vec<Token>> {
        let too_long = || Error::new(ErrorKind::Input, "the text is too long");
        let length = i32::try_from(text.len()).map_err(|_| too_long())?;
        let mut tokens: Vec<Token> = vec![0; text.len() / 3 + 16];
        loop {
            let room = i32::try_from(tokens.len()).map_err(|_| too_long())?;
            // SAFETY: both pointers are valid for the lengths given.
            let n = unsafe {
                sys::llama_tokenize(
                    self.vocab.as_ptr(),
                    text.as_ptr().cast::<c_char>(),
                    length,
                    tokens.as_mut_ptr(),
                    room,
                    start,
                    true,
                )
            };
            if let Ok(n) = usize::try_from(n) {
                tokens.truncate(n);
                return Ok(tokens);
            }
            // A negative answer is the room it takes.
            let needed = usize::try_from(n.unsigned_abs()).map_err(|_| too_long())?;
            if n == i32::MIN || needed <= tokens.len() {
                return Err(too_long());
            }
            tokens.resize(needed, 0);
        }
    }

    /// The bytes that a token writes: not always whole characters, and none for a control mark.
    pub(super) fn piece(&self, token: Token) -> Vec<u8> {
        let mut piece = vec![0u8; 32];
        loop {
            let room = i32::try_from(piece.len()).unwrap_or(i32::MAX);
            // SAFETY: the buffer is valid for the length given.
            let n = unsafe {
                sys::llama_token_to_piece(
                    self.vocab.as_ptr(),
                    token,
                    piece.as_mut_ptr().cast::<c_char>(),
                    room,
                    0,
                    false,
                )
            };
            if let Ok(n) = usize::try_from(n) {
                piece.truncate(n);
                return piece;
            }
            let needed = n.unsigned_abs() as usize;
            if needed <= piece.len() {
                return Vec::new();
            }
            piece.resize(needed, 0);
        }
    }

    /// The conversation as the model was trained to read it, by `template`
    /// (a Jinja template that llama.cpp knows, or the name of one); `None`
    /// when it does not know it.
    pub(super) fn render(
        template: &CString,
        messages: &[(&'static std::ffi::CStr, CString)],
        open: bool,
    ) -> Option<String> {
        let chat: Vec<sys::llama_chat_message> = messages
            .iter()
            .map(|(role, content)| sys::llama_chat_message {
                role: role.as_ptr(),
                content: content.as_ptr(),
            })
            .collect();
        let mut text =
            vec![0u8; 1024 + 2 * messages.iter().map(|m| m.1.count_bytes()).sum::<usize>()];
        loop {
            let room = i32::try_from(text.len()).ok()?;
            // SAFETY: every string is nul-terminated and outlives the call; the buffer has `room` bytes.
            let n = unsafe {
                sys::llama_chat_apply_template(
                    template.as_ptr(),
                    chat.as_ptr(),
                    chat.len(),
                    open,
                    text.as_mut_ptr().cast::<c_char>(),
                    room,
                )
            };
            let n = usize::try_from(n).ok()?;
            if n <= text.len() {
                text.truncate(n);
                return String::from_utf8(text).ok();
            }
            text.resize(n, 0);
        }
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // SAFETY: contexts hold the model in an `Arc`, so none is left.
        unsafe { sys::llama_model_free(self.model.as_ptr()) }
    }
}

/// A context holding one sequence of tokens.
pub(super) struct Context {
    context: NonNull<sys::llama_context>,
    batch: Batch,
    model: Arc<Model>,
}

// SAFETY: a context is bound to no thread; `&mut self` keeps it to one at a time.
unsafe impl Send for Context {}

/// Sizes of a [`Context`].
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) n_ctx: u32,
    pub(super) batch: u32,
    pub(super) threads: i32,
    pub(super) threads_batch: i32,
}

impl Context {
    pub(super) fn new(model: Arc<Model>, shape: Shape) -> Result<Self> {
        // SAFETY: takes nothing, returns a plain struct.
        let mut params = unsafe { sys::llama_context_default_params() };
        params.n_ctx = shape.n_ctx;
        params.n_batch = shape.batch;
        params.n_ubatch = shape.batch;
        params.n_seq_max = 1;
        // Only the last token's logits are read; room for all of them is
        // hundreds of megabytes with a large vocabulary.
        params.n_outputs_max = 1;
        params.n_threads = shape.threads;
        params.n_threads_batch = shape.threads_batch;
        params.no_perf = true;
        // SAFETY: the model is alive and the parameters are valid; null on failure.
        let context = unsafe { sys::llama_init_from_model(model.model.as_ptr(), params) };
        let context = NonNull::new(context).ok_or_else(|| {
            Error::new(
                ErrorKind::Engine,
                format!(
                    "llama.cpp cannot make a context of {} tokens; try a smaller n_ctx",
                    shape.n_ctx
                ),
            )
        })?;
        let batch = Batch::new(shape.batch)?;
        Ok(Self { context, batch, model })
    }

    pub(super) fn model(&self) -> &Model {
        &self.model
    }

    /// Evaluates `tokens` at positions from `start`, which must be the number
    /// of tokens held. Afterwards [`logits`](Self::logits) are those of the last one.
    ///
    /// On an error the sequence holds something between `start` and all of
    /// them: [`truncate`](Self::truncate) it.
    ///
    /// # Errors
    /// `Cancelled` within one operation of the network; `Engine` otherwise.
    pub(super) fn evaluate(
        &mut self,
        tokens: &[Token],
        start: usize,
        cancel: &Cancel,
    ) -> Result<()> {
        let size = self.batch.size;
        for (i, chunk) in tokens.chunks(size).enumerate() {
            cancel.check()?;
            let at = start + i * size;
            let last = at + chunk.len() == start + tokens.len();
            let batch = self.batch.fill(chunk, at, last);
            // SAFETY: the callback gets `cancel`, which outlives the call and
            // is reset right after it; `Cancel` may be read from any thread.
            let status = unsafe {
                let data = std::ptr::from_ref(cancel).cast_mut().cast::<c_void>();
                sys::llama_set_abort_callback(self.context.as_ptr(), Some(is_cancelled), data);
                let status = sys::llama_decode(self.context.as_ptr(), batch);
                sys::llama_set_abort_callback(self.context.as_ptr(), None, std::ptr::null_mut());
                status
            };
            match status {
                0 => {}
                2 => return Err(Error::new(ErrorKind::Cancelled, "the turn was cancelled")),
                // An abort can also surface as a failed graph.
                _ if cancel.is_cancelled() => cancel.check()?,
                1 => {
                    return Err(Error::new(
                        ErrorKind::Engine,
                        "the context of the language model is full",
                    ));
                }
                other => {
                    return Err(Error::new(
                        ErrorKind::Engine,
                        format!("llama.cpp failed to evaluate the prompt (status {other})"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Scores of all tokens to come next. Empty when nothing was evaluated yet.
    pub(super) fn logits(&self) -> &[f32] {
        // SAFETY: the context is alive; null when there are none.
        let logits = unsafe { sys::llama_get_logits_ith(self.context.as_ptr(), -1) };
        if logits.is_null() {
            return &[];
        }
        // SAFETY: one row of the vocabulary's size, valid until the next
        // evaluation, which needs `&mut self`.
        unsafe { std::slice::from_raw_parts(logits, self.model.vocabulary()) }
    }

    fn memory(&self) -> sys::llama_memory_t {
        // SAFETY: the context is alive.
        unsafe { sys::llama_get_memory(self.context.as_ptr()) }
    }

    /// Keeps the first `length` tokens and removes the others.
    pub(super) fn truncate(&mut self, length: usize) -> Result<()> {
        let start = position(length)?;
        // SAFETY: the memory belongs to the live context.
        if unsafe { sys::llama_memory_seq_rm(self.memory(), SEQUENCE, start, -1) } {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Engine,
            "this kind of model cannot forget part of a conversation",
        ))
    }

    /// Removes the tokens `from..to` and moves up the ones behind them.
    /// Whether it could.
    pub(super) fn cut(&mut self, from: usize, to: usize) -> Result<bool> {
        let (from, to) = (position(from)?, position(to)?);
        let memory = self.memory();
        // SAFETY: the memory belongs to the live context.
        unsafe {
            if !sys::llama_memory_can_shift(memory)
                || !sys::llama_memory_seq_rm(memory, SEQUENCE, from, to)
            {
                return Ok(false);
            }
            sys::llama_memory_seq_add(memory, SEQUENCE, to, -1, from - to);
        }
        Ok(true)
    }

    /// The state of the sequence as bytes, for [`restore`](Self::restore).
    pub(super) fn save(&mut self) -> Vec<u8> {
        // SAFETY: the context is alive.
        let size = unsafe { sys::llama_state_seq_get_size(self.context.as_ptr(), SEQUENCE) };
        let mut bytes = vec![0; size];
        // SAFETY: the buffer has `size` bytes.
        let written = unsafe {
            sys::llama_state_seq_get_data(self.context.as_ptr(), bytes.as_mut_ptr(), size, SEQUENCE)
        };
        bytes.truncate(written);
        bytes
    }

    /// Puts back what [`save`](Self::save) gave for the same model and shape.
    /// Whether it worked and the sequence now holds `length` tokens; if not, it is empty.
    pub(super) fn restore(&mut self, state: &[u8], length: usize) -> bool {
        // SAFETY: the buffer is valid for its length; llama.cpp checks the shape.
        let (read, last) = unsafe {
            let read = sys::llama_state_seq_set_data(
                self.context.as_ptr(),
                state.as_ptr(),
                state.len(),
                SEQUENCE,
            );
            (read, sys::llama_memory_seq_pos_max(self.memory(), SEQUENCE))
        };
        if read == state.len() && usize::try_from(last + 1) == Ok(length) {
            return true;
        }
        self.clear();
        false
    }

    /// Empties the sequence.
    pub(super) fn clear(&mut self) {
        // SAFETY: the memory belongs to the live context.
        unsafe { sys::llama_memory_clear(self.memory(), true) }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: nothing else holds the context.
        unsafe { sys::llama_free(self.context.as_ptr()) }
    }
}

fn position(n: usize) -> Result<sys::llama_pos> {
    sys::llama_pos::try_from(n).map_err(|_| Error::new(ErrorKind::Input, "the text is too long"))
}

/// Asked by ggml between the operations of the network.
unsafe extern "C" fn is_cancelled(cancel: *mut c_void) -> bool {
    // SAFETY: `evaluate` passes a `Cancel` that outlives the evaluation.
    unsafe { &*cancel.cast::<Cancel>() }.is_cancelled()
}

/// llama.cpp's own buffer for the tokens of one evaluation.
struct Batch {
    batch: sys::llama_batch,
    size: usize,
}

impl Batch {
    fn new(size: u32) -> Result<Self> {
        let n = i32::try_from(size).ok().filter(|&n| n > 0).ok_or_else(|| {
            Error::new(ErrorKind::Input, "the batch must have at least one token")
        })?;
        // SAFETY: allocates arrays for `n` tokens of one sequence each.
        Ok(Self { batch: unsafe { sys::llama_batch_init(n, 0, 1) }, size: n as usize })
    }

    /// Puts `tokens` (at most [`size`](Self::size)) at positions from `at`.
    fn fill(&mut self, tokens: &[Token], at: usize, logits: bool) -> sys::llama_batch {
        let tokens = &tokens[..tokens.len().min(self.size)];
        for (i, &token) in tokens.iter().enumerate() {
            // SAFETY: `i` is below the size that the arrays were made for.
            unsafe {
                *self.batch.token.add(i) = token;
                *self.batch.pos.add(i) = (at + i) as sys::llama_pos;
                *self.batch.n_seq_id.add(i) = 1;
                **self.batch.seq_id.add(i) = SEQUENCE;
                *self.batch.logits.add(i) = i8::from(logits && i + 1 == tokens.len());
            }
        }
        self.batch.n_tokens = tokens.len() as i32;
        self.batch
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // SAFETY: made by `llama_batch_init` and freed once.
        unsafe { sys::llama_batch_free(self.batch) }
    }
}
