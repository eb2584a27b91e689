//! A GGUF model, loaded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use llama_cpp_2::model::LlamaModel;

use super::chat::Chat;
use super::config::Config;
use super::context::{self, Context, Shape};
use super::gguf::Header;
use super::saved;
use crate::{Error, ErrorKind, Result, ggml};

/// Architectures that read text but do not write it (`llama_model_has_encoder`).
const ENCODERS: [&str; 4] = ["t5", "t5encoder", "eagle3", "dflash"];

/// A model and what is known of it.
pub(super) struct Model {
    weights: Arc<LlamaModel>,
    pub(super) header: Header,
    pub(super) chat: Chat,
    pub(super) config: Config,
    shape: Shape,
    /// Identifies the model file, for the key of the saved prompt.
    pub(super) identity: saved::Key,
}

impl Model {
    pub(super) fn load(path: PathBuf, config: Config) -> Result<Self> {
        if config.n_ctx < 64 || config.batch == 0 || config.batch > config.n_ctx {
            return Err(Error::new(
                ErrorKind::Input,
                "the context must have at least 64 tokens, and a batch at least one and at most as many",
            ));
        }
        let header = check(&path)?;
        let identity = identity(&path)?;
        let cores = ggml::physical_cores().clamp(1, 4) as u32;
        let threads = |n: u32| i32::try_from(if n == 0 { cores } else { n }).unwrap_or(i32::MAX);
        let mut n_ctx = config.n_ctx;
        if let Some(trained) = header.trained_context.filter(|&t| t < u64::from(n_ctx)) {
            log::warn!(
                "a context of {n_ctx} tokens is more than the model was trained for; using {trained}"
            );
            n_ctx = u32::try_from(trained).unwrap_or(n_ctx).max(64);
        }
        let shape = Shape {
            n_ctx,
            batch: config.batch,
            threads: threads(config.threads),
            threads_batch: threads(config.threads_batch),
        };
        let weights = context::load(&path, config.gpu_layers)?;
        let chat = Chat::new(&weights, &header, &path)?;
        Ok(Self { weights, header, chat, config, shape, identity })
    }

    /// An empty context.
    pub(super) fn context(&self) -> Result<Context> {
        Context::new(&self.weights, &self.header, self.shape)
    }

    /// Tokens that fit a context.
    pub(super) fn capacity(&self) -> usize {
        self.shape.n_ctx as usize
    }
}

/// The head of the file at `path`, if it is a language model.
pub(super) fn check(path: &Path) -> Result<Header> {
    let header = Header::open(path)?;
    let architecture = header.architecture.as_str();
    if header.vocabulary == 0 || ENCODERS.contains(&architecture) || architecture.contains("bert") {
        let message = "this model cannot write text; name a chat model";
        return Err(Error::new(ErrorKind::Damaged, message).with_path(path));
    }
    Ok(header)
}

/// Identifies this model file without reading all of it: by its size, its time and its first
/// mebibyte.
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
            .because(error)
    })
}
