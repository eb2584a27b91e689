//! The client of a server that speaks OpenAI's chat completions.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::{Exchange, Reply, Sampling};
use crate::{Cancel, Error, ErrorKind, Result};

/// How often a wait looks whether it was cancelled.
const TICK: Duration = Duration::from_millis(10);
/// Pieces that wait while the listener is busy.
const QUEUE: usize = 64;
/// The most bytes of one line of a stream, and of an answer that is no stream.
const LONGEST: u64 = 1 << 20;
/// How many characters of a server's own error are passed on.
const SHOWN: usize = 200;

/// Where a language model is served, and how it is asked.
#[derive(Clone, PartialEq)]
pub struct ServerConfig {
    /// The address of the interface: `http://HOST:PORT/v1`.
    pub url: String,
    /// The model's name there; empty for the first that the server lists.
    pub model: String,
    /// The key, if the server wants one.
    pub key: Option<String>,
    /// How long to wait for a connection.
    pub connect: Duration,
    /// How long to wait for the first piece of a reply, and for each next one.
    pub timeout: Duration,
    /// How tokens are chosen. A server decides itself about what it does not know:
    /// `top_k` and `repeat_penalty` are not sent.
    pub sampling: Sampling,
}

/// Without the key.
impl std::fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { url, model, connect, timeout, .. } = self;
        let shown = (url, model, connect, timeout);
        f.debug_tuple("ServerConfig").field(&shown).finish()
    }
}

/// A connection to the server.
pub struct Server {
    config: ServerConfig,
    agent: ureq::Agent,
    /// The name of the model, once it is known.
    model: Mutex<String>,
}

/// What a stream says.
#[derive(Debug, PartialEq)]
pub(super) enum Event {
    /// A piece of the reply.
    Text(String),
    /// The reply ended at the limit of tokens.
    Cut,
    /// The stream is complete.
    End,
    /// The server reports an error.
    Failed(String),
}

/// What the thread of a request sends.
type Message = Result<Event>;

impl Server {
    /// A client for the server. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) when the address is none of http or https.
    pub fn new(config: ServerConfig) -> Result<Self> {
        let url = config.url.trim_end_matches('/');
        if !["http://", "https://"].iter().any(|scheme| {
            url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.contains(' '))
        }) {
            let message = format!("{:?} is no address of a server: write http://HOST:PORT/v1", url);
            return Err(Error::new(ErrorKind::Input, message));
        }
        let config = ServerConfig { url: url.to_owned(), ..config };
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("sayso/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(config.connect))
            .timeout_connect(Some(config.connect))
            .timeout_recv_response(Some(config.timeout))
            .timeout_per_read(Some(config.timeout))
            .build();
        let model = Mutex::new(config.model.clone());
        Ok(Self { agent: ureq::Agent::new_with_config(agent), model, config })
    }

    /// The names of the models that the server has.
    ///
    /// # Errors
    /// [`Engine`](ErrorKind::Engine) when it cannot be reached or refuses.
    pub fn models(&self) -> Result<Vec<String>> {
        let get = self.agent.get(format!("{}/models", self.config.url));
        let response = self.with_key(get).call().map_err(|error| self.unreachable(error))?;
        let status = response.status().as_u16();
        let text =
            whole(response.into_body().into_reader()).map_err(|error| self.unreachable(error))?;
        if status != 200 {
            return Err(self.refused(status, &text));
        }
        let list: Value = serde_json::from_str(&text)
            .map_err(|_| self.error("it answers, but not as a server of language models does"))?;
        let models = list.get("data").and_then(Value::as_array);
        let models = models.into_iter().flatten();
        Ok(models.filter_map(|model| Some(model.get("id")?.as_str()?.to_owned())).collect())
    }

    /// Has `messages` answered. Text is passed on as it arrives, with the whole of it in
    /// [`Reply::text`].
    ///
    /// # Errors
    /// [`Cancelled`](ErrorKind::Cancelled) at once after `cancel` was set; the connection is closed
    /// with the next piece that arrives. [`Engine`](ErrorKind::Engine) when the server cannot be
    /// reached, refuses, or nothing came for too long.
    pub(super) fn chat(
        self: &std::sync::Arc<Self>,
        messages: Value,
        cancel: &Cancel,
        reply: &mut Reply,
        on_text: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let started = Instant::now();
        let (sender, events) = sync_channel(QUEUE);
        let server = self.clone();
        thread::spawn(move || {
            if let Err(error) = server.stream(messages, &sender) {
                // It does not matter if nobody listens any more.
                let _ = sender.send(Err(error));
            }
        });
        let mut ended = false;
        while let Some(event) = self.next(&events, cancel)? {
            match event {
                Event::Text(text) => {
                    if reply.text.is_empty() {
                        reply.ttft_ms = started.elapsed().as_secs_f64() * 1e3;
                    }
                    reply.reply_tokens += 1;
                    reply.text.push_str(&text);
                    on_text(&text);
                }
                Event::Cut => reply.truncated = true,
                Event::End => ended = true,
                Event::Failed(why) => return Err(self.error(&why)),
            }
        }
        reply.total_ms = started.elapsed().as_secs_f64() * 1e3;
        if !ended {
            return Err(self.error("the connection broke"));
        }
        Ok(())
    }

    /// The next event; `None` at the end.
    fn next(&self, events: &Receiver<Message>, cancel: &Cancel) -> Result<Option<Event>> {
        let since = Instant::now();
        loop {
            cancel.check()?;
            match events.recv_timeout(TICK) {
                Ok(event) => return event.map(Some),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if since.elapsed() > self.config.timeout => {
                    let limit = self.config.timeout.as_secs_f64();
                    return Err(self.error(&format!("nothing came for {limit:.0} s")));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn stream(&self, messages: Value, events: &SyncSender<Message>) -> Result<()> {
        let model = self.model()?;
        let sampling = &self.config.sampling;
        let body = json!({
            "model": model,
            "messages": messages,
            "stream": true,
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
        });
        let post = self
            .agent
            .post(format!("{}/chat/completions", self.config.url))
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream");
        let response =
            self.with_key(post).send(body.to_string()).map_err(|error| self.unreachable(error))?;
        let status = response.status().as_u16();
        let reader = response.into_body().into_reader();
        if status != 200 {
            let text = whole(reader).map_err(|error| self.unreachable(error))?;
            return Err(self.refused(status, &text));
        }
        let mut reader = BufReader::new(reader);
        loop {
            let mut line = Vec::new();
            let n = (&mut reader).take(LONGEST).read_until(b'\n', &mut line);
            let n = n.map_err(|error| self.error("the connection broke").because(error))?;
            if n == 0 {
                return Ok(());
            }
            for event in parsed(&String::from_utf8_lossy(&line)) {
                let last = event == Event::End;
                if events.send(Ok(event)).is_err() || last {
                    return Ok(());
                }
            }
        }
    }

    /// The name of the model.
    fn model(&self) -> Result<String> {
        let known = self.model.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if !known.is_empty() {
            return Ok(known);
        }
        let first = self.models()?.into_iter().next();
        let first = first.ok_or_else(|| self.error("it has no models"))?;
        self.model.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&first);
        Ok(first)
    }

    /// The request with the server's key, if there is one.
    fn with_key<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.config.key {
            Some(key) => request.header("Authorization", format!("Bearer {key}")),
            None => request,
        }
    }

    fn error(&self, why: &str) -> Error {
        Error::new(ErrorKind::Engine, format!("{}: {why}", self.config.url))
    }

    fn unreachable(&self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.error("it cannot be reached").because(error)
    }

    fn refused(&self, status: u16, text: &str) -> Error {
        let said = serde_json::from_str(text).ok().and_then(|value: Value| failure(&value));
        let said = said.unwrap_or_default();
        self.error(&match status {
            401 | 403 => format!("it refuses the key (status {status}) {said}"),
            404 => format!(
                "it has no such interface or model (status 404): the address usually ends in /v1 \
                 {said}"
            ),
            _ => format!("it refuses with status {status} {said}"),
        })
    }
}

/// The messages of a conversation, as JSON.
pub(super) fn messages<'a>(
    system: &str,
    exchanges: impl Iterator<Item = &'a Exchange>,
    user: &str,
) -> Value {
    let message = |role: &str, content: &str| json!({"role": role, "content": content});
    let mut messages = Vec::new();
    if !system.is_empty() {
        messages.push(message("system", system));
    }
    for exchange in exchanges {
        if !exchange.is_note() {
            messages.push(message("user", &exchange.user));
        }
        messages.push(message("assistant", &exchange.assistant));
    }
    messages.push(message("user", user));
    Value::Array(messages)
}

/// What a line of a stream says (server-sent events; only the field `data` is used).
pub(super) fn parsed(line: &str) -> Vec<Event> {
    let Some(data) = line.trim_end().strip_prefix("data:").map(str::trim) else {
        return Vec::new();
    };
    if data == "[DONE]" {
        return vec![Event::End];
    }
    let Ok(value) = serde_json::from_str::<Value>(data) else {
        return vec![Event::Failed("it sends what is no JSON".into())];
    };
    if let Some(why) = failure(&value) {
        return vec![Event::Failed(why)];
    }
    let Some(choice) = value.get("choices").and_then(|choices| choices.get(0)) else {
        return Vec::new();
    };
    let text = choice.pointer("/delta/content").and_then(Value::as_str).unwrap_or_default();
    let mut events = Vec::new();
    if !text.is_empty() {
        events.push(Event::Text(text.to_owned()));
    }
    if choice.get("finish_reason").and_then(Value::as_str) == Some("length") {
        events.push(Event::Cut);
    }
    events
}

/// The server's own words about an error, shortened.
fn failure(value: &Value) -> Option<String> {
    let error = value.get("error")?;
    let said = error.get("message").and_then(Value::as_str).or(error.as_str())?;
    let plain = said.chars().filter(|c| !c.is_control()).take(SHOWN);
    Some(plain.collect())
}

/// The whole text of an answer, up to [`LONGEST`] bytes.
fn whole(reader: impl Read) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    reader.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
