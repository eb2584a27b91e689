//! How a completion is written.

use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use super::held::{Found, Held};
use super::tools::{self, BARE, CLOSING, OPENING};
use super::{Call, Choice, Completed, Completion, End, Grammar, Piece};
use crate::llm::chat;
use crate::llm::context::Context;
use crate::llm::guard;
use crate::llm::llama::{Llama, MARGIN};
use crate::llm::sample::Sampler;
use crate::llm::utf8::Utf8;
use crate::{Cancel, Error, ErrorKind, Result};

/// The mark of a call among those that are looked for; the texts to stop at follow.
const CALL: usize = 0;

/// What is written now.
enum Mode {
    /// Text, which may be limited to JSON of a form.
    Text(Option<Rules>),
    /// A call, up to its closing mark.
    Call(Rules, String),
}

/// A grammar, at a place.
struct Rules(LlamaSampler);

impl Rules {
    fn new(context: &Context, grammar: &Grammar) -> Result<Self> {
        let made = LlamaSampler::grammar(context.model(), &grammar.text(), "root");
        made.map(Self).map_err(|error| {
            Error::new(ErrorKind::Input, "this JSON schema cannot be used").because(error)
        })
    }

    /// The scores, without those of tokens with which the text cannot go on.
    fn masked(&mut self, context: &Context) -> Vec<f32> {
        let scores = context.scores();
        let data = (0i32..).zip(scores).filter(|(token, _)| {
            // A control mark that does not end the text would count as its letters.
            let token = *token;
            !chat::ends_reply(context.model(), token) || ends(context, token)
        });
        let data = data.map(|(token, score)| LlamaTokenData::new(LlamaToken(token), *score, 0.0));
        let mut masked = vec![f32::NEG_INFINITY; scores.len()];
        for left in self.left(data.collect()) {
            let (token, logit) = left;
            if let Some(score) = usize::try_from(token).ok().and_then(|n| masked.get_mut(n)) {
                *score = logit;
            }
        }
        masked
    }

    fn left(&mut self, data: Vec<LlamaTokenData>) -> Vec<(i32, f32)> {
        let mut tokens = LlamaTokenDataArray::new(data, false);
        self.0.apply(&mut tokens);
        tokens.data.iter().map(|token| (token.id().0, token.logit())).collect()
    }

    /// Whether the text can go on with a token.
    fn allows(&mut self, context: &Context, token: i32) -> bool {
        if chat::ends_reply(context.model(), token) && !ends(context, token) {
            return false;
        }
        let left = self.left(vec![LlamaTokenData::new(LlamaToken(token), 1.0, 0.0)]);
        left.first().is_some_and(|(_, logit)| logit.is_finite())
    }

    fn accept(&mut self, token: i32) {
        self.0.accept(LlamaToken(token));
    }
}

/// Whether a token ends the whole text.
fn ends(context: &Context, token: i32) -> bool {
    context.model().vocab().is_eog(LlamaToken(token))
}

/// What the beginning of a text is.
enum Begins {
    /// This text.
    Text(String),
    /// That is not known yet.
    Maybe,
    /// A call.
    Call,
}

/// A completion that is being written.
struct Writer<'w, 'c> {
    completion: &'w Completion<'c>,
    cancel: &'w Cancel,
    on_piece: &'w mut dyn FnMut(Piece<'_>),
    sampler: Sampler<'w>,
    held: Held,
    /// The tokens of the text, for the repeat penalty and to notice loops.
    tokens: Vec<i32>,
    /// Where the present text begins in the context: after the prompt, or after a call.
    from: usize,
    /// What was said there since.
    since: String,
    /// Its beginning, while that may become a call; `None` once it is text.
    beginning: Option<String>,
    /// Calls whose results are there.
    returned: Vec<&'c Call>,
    done: Completed,
}

impl Llama {
    /// See [`Llm::complete`](crate::llm::Llm::complete).
    pub(in crate::llm) fn completed(
        &mut self,
        completion: &Completion<'_>,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Completed> {
        check(completion)?;
        if let Some(done) = self.written(completion, cancel, on_piece)? {
            return Ok(done);
        }
        // It repeats a call instead of answering, so it is asked for an answer.
        let plain = Completion { choice: Choice::Never, ..completion.clone() };
        Ok(self.written(&plain, cancel, on_piece)?.unwrap_or_default())
    }

    /// The answer; `None` if it would be a call whose result is there.
    fn written(
        &mut self,
        completion: &Completion<'_>,
        cancel: &Cancel,
        on_piece: &mut dyn FnMut(Piece<'_>),
    ) -> Result<Option<Completed>> {
        self.pending = None;
        self.pulse = cancel.renewed();
        let messages = tools::messages(completion);
        let messages: Vec<_> = messages.iter().map(|(role, text)| (*role, text.as_str())).collect();
        let prompt = self.model.chat.tokens(self.context.model(), &messages, true)?;
        let room = self.model.capacity().saturating_sub(prompt.len() + MARGIN);
        if room == 0 {
            return Err(Error::new(
                ErrorKind::Input,
                format!(
                    "the messages have {} tokens, but the model's context holds {}: shorten them, \
                     or set llm.context higher",
                    prompt.len(),
                    self.model.capacity()
                ),
            ));
        }
        let most = room.min(completion.sampling.max_tokens as usize);
        // The last token is always evaluated, because the answer begins with its scores.
        self.context.share(&prompt[..prompt.len().saturating_sub(1)]);
        let cached = self.context.tokens().len();
        self.context.append(&prompt[cached..], cancel)?;
        let done = Completed {
            prompt_tokens: prompt.len(),
            cached_tokens: cached,
            ..Completed::default()
        };
        let call = if completion.offers() { OPENING } else { "" };
        let marks = [call].into_iter().chain(completion.stop.iter().map(String::as_str));
        let writer = Writer {
            completion,
            cancel,
            on_piece,
            sampler: Sampler::new(&completion.sampling),
            held: Held::new(marks.map(str::to_owned)),
            tokens: Vec::new(),
            from: prompt.len(),
            since: String::new(),
            beginning: completion.offers().then(String::new),
            returned: tools::returned(completion),
            done,
        };
        writer.write(&mut self.context, most)
    }
}

/// Whether a completion can be asked for.
fn check(completion: &Completion<'_>) -> Result<()> {
    let bad = |what: String| Err(Error::new(ErrorKind::Input, what));
    if completion.messages.is_empty() {
        return bad("there is no message to answer".into());
    }
    if let Some(tool) = completion.tools.iter().find(|tool| !tools::is_name(&tool.name)) {
        let shown: String = tool.name.chars().take(80).collect();
        return bad(format!(
            "{shown:?} cannot be the name of a tool: use letters, digits, _ and -, at most 64"
        ));
    }
    match &completion.choice {
        Choice::Named(name) if completion.tools.iter().all(|tool| tool.name != *name) => {
            bad(format!("there is no tool {name:?} among those of the request"))
        }
        Choice::Required if completion.tools.is_empty() => {
            bad("a tool must be called, but the request has none".into())
        }
        _ => Ok(()),
    }
}

impl Writer<'_, '_> {
    fn write(mut self, context: &mut Context, most: usize) -> Result<Option<Completed>> {
        let mut utf8 = Utf8::default();
        let mut mode = match (&self.completion.choice, self.completion.schema) {
            (Choice::Required | Choice::Named(_), _) => self.begin_call(context)?,
            (_, Some(schema)) => Mode::Text(Some(Rules::new(context, &Grammar::of(schema))?)),
            (_, None) => Mode::Text(None),
        };
        self.done.end = End::Length;
        while self.done.reply_tokens < most {
            self.cancel.check()?;
            let Some(token) = self.next(context, &mut mode) else {
                return Err(Error::new(ErrorKind::Engine, "llama.cpp gave no scores"));
            };
            if chat::ends_reply(context.model(), token) {
                self.done.end = End::Stop;
                break;
            }
            self.done.reply_tokens += 1;
            let bytes = chat::piece(context.model(), token);
            match &mut mode {
                Mode::Call(rules, written) => {
                    rules.accept(token);
                    written.push_str(&utf8.push(&bytes));
                    context.append(&[token], self.cancel)?;
                    if !written.ends_with(CLOSING) {
                        (self.on_piece)(Piece::Held);
                        continue;
                    }
                    let Some(call) = tools::parse(written) else {
                        return Err(Error::new(ErrorKind::Engine, "the call is no JSON"));
                    };
                    if self.returned.contains(&&call) && self.done.text.is_empty() {
                        return Ok(None);
                    }
                    // A model that repeats itself has nothing else to call.
                    let repeated = self.done.calls.contains(&call);
                    if !repeated {
                        (self.on_piece)(Piece::Call(&call));
                        self.done.calls.push(call);
                    }
                    if repeated || !self.completion.parallel {
                        break;
                    }
                    self.from = context.tokens().len();
                    self.beginning = Some(String::new());
                    mode = Mode::Text(None);
                }
                Mode::Text(rules) => {
                    if let Some(rules) = rules {
                        rules.accept(token);
                    }
                    self.tokens.push(token);
                    let piece = match self.begin(&utf8.push(&bytes)) {
                        Begins::Text(piece) => piece,
                        Begins::Maybe => {
                            (self.on_piece)(Piece::Held);
                            context.append(&[token], self.cancel)?;
                            continue;
                        }
                        Begins::Call => {
                            mode = self.begin_call(context)?;
                            continue;
                        }
                    };
                    match self.held.push(&piece) {
                        Ok(text) => self.say(&text),
                        Err(Found { mark: CALL, before }) => {
                            self.say(before.trim_end());
                            mode = self.begin_call(context)?;
                            continue;
                        }
                        Err(Found { before, .. }) => {
                            self.say(&before);
                            self.done.end = End::Stop;
                            return Ok(Some(self.done));
                        }
                    }
                    if guard::loops(&self.tokens) && rules.is_none() {
                        log::debug!("the answer repeats itself, so it is ended");
                        break;
                    }
                    context.append(&[token], self.cancel)?;
                }
            }
        }
        let rest = self.held.finish() + &self.beginning.take().unwrap_or_default();
        if self.done.calls.is_empty() || !rest.trim().is_empty() {
            self.say(&rest);
        }
        if !self.done.calls.is_empty() {
            self.done.end = End::Calls;
        }
        Ok(Some(self.done))
    }

    /// What a piece of the text is, if it is its beginning.
    fn begin(&mut self, piece: &str) -> Begins {
        let Some(begun) = &mut self.beginning else { return Begins::Text(piece.to_owned()) };
        begun.push_str(piece);
        let text = begun.trim_start();
        if text.starts_with(BARE) {
            self.beginning = None;
            return Begins::Call;
        }
        if BARE.starts_with(text) {
            return Begins::Maybe;
        }
        Begins::Text(self.beginning.take().unwrap_or_default())
    }

    /// The next token.
    fn next(&mut self, context: &Context, mode: &mut Mode) -> Option<i32> {
        let (rules, written): (_, &[i32]) = match mode {
            // Names and keys repeat what stands in the prompt.
            Mode::Call(rules, _) | Mode::Text(Some(rules)) => (Some(rules), &[]),
            Mode::Text(None) => (None, &self.tokens),
        };
        let token = self.sampler.choose(context.scores(), written, |_| false)?;
        let Some(rules) = rules else { return Some(token) };
        if rules.allows(context, token) {
            return Some(token);
        }
        let masked = rules.masked(context);
        let token = self.sampler.choose(&masked, written, |_| false)?;
        let score = usize::try_from(token).ok().and_then(|token| masked.get(token))?;
        score.is_finite().then_some(token)
    }

    /// Begins a call after what was said.
    fn begin_call(&mut self, context: &mut Context) -> Result<Mode> {
        let chosen = match &self.completion.choice {
            Choice::Named(name) => Some(name),
            Choice::Auto | Choice::Never | Choice::Required => None,
        };
        let tools = self.completion.tools.iter();
        let tools = tools.filter(|tool| chosen.is_none_or(|name| tool.name == *name));
        let rules = Rules::new(context, &tools::grammar(tools))?;
        // Whatever way the model wrote the mark, the grammar begins at a whole token.
        let said = std::mem::take(&mut self.since);
        let is_first = said.is_empty() && self.done.calls.is_empty();
        let line = if is_first { "" } else { "\n" };
        let opening = format!("{said}{line}{OPENING}\n");
        let opening = chat::words(context.model(), &opening)?;
        let before = context.tokens()[..self.from].to_vec();
        context.share(&before);
        let held = context.tokens().len();
        context.append(&[&before[held..], &opening].concat(), self.cancel)?;
        Ok(Mode::Call(rules, String::new()))
    }

    fn say(&mut self, text: &str) {
        if text.is_empty() {
            return (self.on_piece)(Piece::Held);
        }
        self.done.text.push_str(text);
        self.since.push_str(text);
        (self.on_piece)(Piece::Text(text));
    }
}
