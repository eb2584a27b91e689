//! The language model of a Realtime conversation: it answers what the session's script says, and
//! its history is that of the session.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sayso_models::llm::{Exchange, Llm, Piece, Primed, Reply};
use sayso_models::{Cancel, Error, ErrorKind, Result};

use super::script::{Desk, Told};

/// Where the model is put when it is not needed any more.
pub type Home = Arc<Mutex<Option<Box<dyn Llm>>>>;

/// A language model that follows a script.
pub struct Answerer {
    /// `None` only while it is dropped.
    model: Option<Box<dyn Llm>>,
    home: Home,
    desk: Desk,
    draft: u64,
}

impl Answerer {
    /// A model that follows the script on the desk. When this is dropped, the model is at `home`.
    pub fn new(model: Box<dyn Llm>, home: Home, desk: Desk) -> Self {
        // A second model, after the first was lost, must not reuse numbers.
        static DRAFTS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let draft = DRAFTS.fetch_add(1 << 32, std::sync::atomic::Ordering::Relaxed);
        Self { model: Some(model), home, desk, draft }
    }

    /// A place without a model.
    pub fn empty(desk: Desk) -> Self {
        Self { model: None, home: Home::default(), desk, draft: 0 }
    }

    fn model(&mut self) -> Result<&mut Box<dyn Llm>> {
        let gone = || Error::new(ErrorKind::Engine, "the language model is gone");
        self.model.as_mut().ok_or_else(gone)
    }
}

impl Drop for Answerer {
    fn drop(&mut self) {
        let mut home = self.home.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = self.model.take() {
            home.get_or_insert(model);
        }
    }
}

impl Llm for Answerer {
    fn prime(
        &mut self,
        system: &str,
        examples: &[Exchange],
        saved: Option<&Path>,
    ) -> Result<Primed> {
        self.model()?.prime(system, examples, saved)
    }

    fn reply(
        &mut self,
        user: &str,
        cancel: &Cancel,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<Reply> {
        self.draft += 1;
        let (draft, desk) = (self.draft, self.desk.clone());
        let asked = desk.asked(user.trim());
        let mut reply = Reply::default();
        if !asked.answers {
            return Ok(reply);
        }
        desk.tell(draft, Told::Begun { prompted: asked.prompted });
        let spoken = asked.manner.spoken;
        let started = std::time::Instant::now();
        let completion = asked.completion();
        let done = self.model()?.complete(&completion, cancel, &mut |piece| match piece {
            Piece::Text(text) => {
                if reply.text.is_empty() {
                    reply.ttft_ms = started.elapsed().as_secs_f64() * 1e3;
                }
                reply.text.push_str(text);
                match spoken {
                    true => on_text(text),
                    false => desk.tell(draft, Told::Text(text.to_owned())),
                }
            }
            Piece::Call(call) => desk.tell(draft, Told::Call(call.clone())),
            Piece::Held => {}
        })?;
        reply.cached_tokens = done.cached_tokens;
        reply.prompt_tokens = done.prompt_tokens - done.cached_tokens;
        reply.reply_tokens = done.reply_tokens;
        reply.total_ms = started.elapsed().as_secs_f64() * 1e3;
        if !spoken {
            reply.text.clear();
        }
        desk.tell(draft, Told::Done(Box::new(done)));
        Ok(reply)
    }

    // The session keeps the history, and the next answer is given all of it.

    fn keep(&mut self, _heard: Option<&str>) -> Result<()> {
        Ok(())
    }

    fn add(&mut self, _exchange: &Exchange) -> Result<()> {
        Ok(())
    }

    fn discard(&mut self) -> Result<()> {
        self.desk.tell(self.draft, Told::Dropped);
        Ok(())
    }

    fn forget(&mut self) -> Result<()> {
        self.model()?.forget()
    }

    fn is_instructed(&self) -> bool {
        let script = self.desk.script();
        // Words that are not to be answered are not answered by a rule either.
        script.instructed || (!script.answers && script.prompt.is_none())
    }

    fn history(&self) -> &[Exchange] {
        &[]
    }
}
