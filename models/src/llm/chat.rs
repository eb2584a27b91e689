//! Turns the conversation into tokens, by the model's own chat template.

use std::path::Path;

use llama_cpp_2::model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel};
use llama_cpp_2::token::LlamaToken;

use super::gguf::Header;
use crate::{Error, ErrorKind, Result};

/// The most bytes that are rendered or split into tokens at once. llama.cpp counts in 31 bits, and
/// `llama-cpp-2` panics beyond that.
const MOST: usize = 1 << 26;

/// Who says something, and what.
pub(super) type Message<'a> = (&'static str, &'a str);

/// A chat template.
pub(super) struct Chat {
    template: LlamaChatTemplate,
    /// What each answer begins with, after the template's own words.
    opening: &'static str,
}

/// Templates that can switch thinking off do it by beginning the answer with an empty thought.
const NO_THOUGHT: &str = "<think>\n\n</think>\n\n";

/// What switches it off in a template, when another program renders it.
const SWITCH: &str = "enable_thinking";

impl Chat {
    /// The model's own template if llama.cpp knows it, otherwise ChatML.
    pub(super) fn new(model: &LlamaModel, header: &Header, path: &Path) -> Result<Self> {
        let text = header.chat_template.as_deref();
        let thinks = text.is_some_and(|text| text.contains(SWITCH) && text.contains("<think>"));
        let opening = if thinks { NO_THOUGHT } else { "" };
        let own = text.map(LlamaChatTemplate::new);
        if let Some(Ok(template)) = own {
            let chat = Self { template, opening };
            if chat.render(model, &[("user", "Hello")], true).is_ok() {
                return Ok(chat);
            }
            log::warn!(
                "{}: llama.cpp does not know its chat template; using ChatML",
                path.display()
            );
        } else {
            log::warn!(
                "{}: this file has no chat template, so it may not be a chat model; using ChatML",
                path.display()
            );
        }
        let template = LlamaChatTemplate::new("chatml").map_err(cannot_apply)?;
        Ok(Self { template, opening: "" })
    }

    /// The tokens of a conversation. With `open`, they end where the assistant's answer begins.
    pub(super) fn tokens(
        &self,
        model: &LlamaModel,
        messages: &[Message<'_>],
        open: bool,
    ) -> Result<Vec<i32>> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let mut clean = Vec::with_capacity(messages.len());
        for (role, text) in messages {
            clean.push((*role, harmless(model, text)?));
        }
        let clean: Vec<Message<'_>> = clean.iter().map(|(role, text)| (*role, &**text)).collect();
        tokenize(model, &self.render(model, &clean, open)?, true)
    }

    pub(super) fn render(
        &self,
        model: &LlamaModel,
        messages: &[Message<'_>],
        open: bool,
    ) -> Result<String> {
        if messages.iter().map(|(_, text)| text.len()).sum::<usize>() > MOST {
            return Err(too_long());
        }
        let messages = messages
            .iter()
            .map(|(role, text)| LlamaChatMessage::new((*role).to_owned(), (*text).to_owned()))
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(cannot_apply)?;
        let mut text =
            model.apply_chat_template(&self.template, &messages, open).map_err(cannot_apply)?;
        if open {
            text.push_str(self.opening);
        }
        Ok(text)
    }
}

/// The text without anything that the model would take for a mark of its chat template, and
/// without NUL, which llama.cpp would take for the end.
pub(super) fn harmless(model: &LlamaModel, text: &str) -> Result<String> {
    let vocab = model.vocab();
    let mut text = text.trim().replace('\0', "");
    // Removing a mark may join the two halves of another.
    loop {
        let tokens = tokenize(model, &text, false)?;
        if !tokens.iter().any(|&token| vocab.is_control(LlamaToken::new(token))) {
            return Ok(text);
        }
        let bytes: Vec<u8> = tokens.iter().flat_map(|&token| piece(model, token)).collect();
        let shorter = String::from_utf8_lossy(&bytes).trim().to_owned();
        if shorter.len() >= text.len() {
            return Ok(String::new());
        }
        text = shorter;
    }
}

/// The tokens of a text without anything around it.
pub(super) fn words(model: &LlamaModel, text: &str) -> Result<Vec<i32>> {
    tokenize(model, text, false)
}

/// Splits text into tokens. Control marks in it (`<|im_end|>`) become control tokens. With
/// `start`, it begins with the start token if the model needs one.
fn tokenize(model: &LlamaModel, text: &str, start: bool) -> Result<Vec<i32>> {
    if text.len() > 2 * MOST {
        return Err(too_long());
    }
    let tokens = model.vocab().tokenize(text.as_bytes(), start, true);
    Ok(tokens.into_iter().map(|token| token.0).collect())
}

/// The bytes that a token writes: not always whole characters, and none for a control mark.
pub(super) fn piece(model: &LlamaModel, token: i32) -> Vec<u8> {
    model.vocab().token_to_piece(LlamaToken::new(token), false, None)
}

/// Whether this token ends a reply: the end of generation, or any other control mark.
pub(super) fn ends_reply(model: &LlamaModel, token: i32) -> bool {
    let (vocab, token) = (model.vocab(), LlamaToken::new(token));
    vocab.is_eog(token) || vocab.is_control(token)
}

fn too_long() -> Error {
    Error::new(ErrorKind::Input, "the text is too long")
}

fn cannot_apply(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Engine, "the model's chat template cannot be applied").because(error)
}
