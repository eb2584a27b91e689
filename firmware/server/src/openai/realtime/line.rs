//! The WebSocket of a Realtime session.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use sayso::internals::control::Command;
use sayso::internals::engines::{Lease, instructions};
use sayso_audio_io::Resampler;
use sayso_board::CAPTURE_RATE;
use sayso_models::llm::Sampling;
use sayso_remote_board::{Outgoing, Peer, connect};
use serde_json::Value;
use tokio::sync::{Notify, mpsc};

use super::flow::{Effect, Flow};
use super::pacer::Pacer;
use super::script::{Desk, Report};
use super::settings::{Detection, Settings};
use super::talk::{self, News, Talk};
use crate::app::App;
use crate::openai::error::{Refusal, Result};
use crate::openai::list::{ASSISTANT, Names};

/// How often waiting sound is let through.
const TICK: Duration = Duration::from_millis(20);
/// The most sound that may wait to be heard, in s.
const WAITING_S: usize = 300;
/// How often a client that sends nothing is asked whether it is there.
const PING: Duration = Duration::from_secs(20);

/// What a client asks for when it connects.
pub struct Wishes {
    /// The model.
    pub model: String,
    /// Whether it expects the names of events from before 2025.
    pub beta: bool,
}

/// Why a line ends.
enum End {
    /// The client has closed it, or it is broken.
    Gone,
    /// It is closed with this code, and a reason for people.
    Close(u16, String),
}

/// A session, and the WebSocket on which it is held.
pub struct Line {
    app: Arc<App>,
    flow: Flow,
    desk: Desk,
    reports: mpsc::UnboundedReceiver<Report>,
    talk: Talk,
    told: mpsc::UnboundedReceiver<News>,
    news: Arc<Notify>,
    model: String,
    /// The sound of the present conversation.
    peer: Option<Peer>,
    pacer: Pacer,
    /// Whether the microphone counts as on.
    listens: bool,
    /// How many samples were sent to the client in this conversation, and not taken back.
    sent: u64,
    began: Instant,
}

impl Line {
    /// A session on this session of the pool.
    ///
    /// # Errors
    /// When the conversation cannot be prepared.
    pub fn prepare(app: &Arc<App>, lease: Lease, wishes: Wishes) -> Result<Self> {
        let config = app.config();
        let news = Arc::new(Notify::new());
        let sampling = Sampling::from(&config.llm.sampling);
        let (desk, reports) = Desk::new(Arc::clone(&news), sampling);
        let (talk, told) = Talk::prepare(app, lease, desk.clone(), Arc::clone(&news))?;
        let settings = Settings::new(&Names::of(config).tts, &wishes.model);
        let pacer = pacer(&settings);
        Ok(Self {
            app: Arc::clone(app),
            flow: Flow::new(settings, instructions(config), wishes.beta),
            desk,
            reports,
            talk,
            told,
            news,
            model: wishes.model,
            peer: None,
            pacer,
            listens: false,
            sent: 0,
            began: Instant::now(),
        })
    }

    /// Holds the session, until one of both ends it.
    pub async fn hold(mut self, mut socket: WebSocket) {
        let End::Close(code, why) = self.serve(&mut socket).await else { return };
        let frame = CloseFrame { code, reason: why.as_str().into() };
        // The client may be gone by now.
        let _ = socket.send(Message::Close(Some(frame))).await;
    }

    async fn serve(&mut self, socket: &mut WebSocket) -> End {
        let idle = Duration::from_secs(self.app.config().server.idle_s.into());
        let (mut heard, mut asked) = (self.began, self.began);
        let news = Arc::clone(&self.news);
        let app = Arc::clone(&self.app);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if let Err(end) = self.carry_out(socket).await {
                return end;
            }
            tokio::select! {
                message = socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => self.flow.client(&text),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Binary(_))) => {
                            let why = "events are texts: sound is base64 in them";
                            return End::Close(close_code::UNSUPPORTED, why.into());
                        }
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                    }
                }
                () = news.notified() => {}
                _ = tick.tick() => {
                    if heard.elapsed() > idle {
                        let why = "nothing came for too long";
                        return End::Close(close_code::POLICY, why.into());
                    }
                    if heard.max(asked).elapsed() > PING.min(idle / 3) {
                        asked = Instant::now();
                        if socket.send(Message::Ping(Default::default())).await.is_err() {
                            return End::Gone;
                        }
                    }
                }
                () = app.ending() => {
                    return End::Close(close_code::AWAY, "the program ends".into());
                }
            }
            self.gather();
        }
    }

    /// Takes what the conversation reports, and the sound in both directions.
    fn gather(&mut self) {
        while let Ok(report) = self.reports.try_recv() {
            self.flow.report(report);
        }
        while let Ok(news) = self.told.try_recv() {
            match news {
                News::Heard(heard) => self.flow.heard(heard),
                News::Failed(message) => {
                    self.talk.end();
                    self.peer = None;
                    self.flow.failed(&message);
                }
            }
        }
        let Some(peer) = &self.peer else { return };
        let now = self.began.elapsed();
        let sound = self.pacer.take(now);
        let listens = !self.pacer.is_off(now);
        if listens != self.listens {
            self.listens = listens;
            peer.listens(listens);
        }
        if !sound.is_empty() {
            peer.hear(&sound);
        }
        // The events so far say what the sound is.
        while let Some(outgoing) = peer.take() {
            match outgoing {
                Outgoing::Sound { at, samples } => {
                    self.sent = at + samples.len() as u64;
                    self.flow.sound(&samples);
                }
                Outgoing::Stop { at, .. } => {
                    self.flow.dropped(self.sent.saturating_sub(at));
                    self.sent = at;
                }
            }
        }
    }

    /// Does what follows.
    async fn carry_out(&mut self, socket: &mut WebSocket) -> std::result::Result<(), End> {
        for effect in self.flow.take() {
            match effect {
                Effect::Send(event) => send(socket, &event).await?,
                Effect::Hear(sound) => {
                    self.begin();
                    if !self.pacer.push(&sound) {
                        let why = format!("more than {WAITING_S} s of sound wait to be heard");
                        self.flow.failed(&why);
                    }
                }
                Effect::ClearInput => self.pacer.clear(),
                Effect::WriteDown(recording) => {
                    self.begin();
                    match self.at_capture_rate(&recording) {
                        Ok(recording) => self.talk.command(Command::AskAloud(recording.into())),
                        Err(refusal) => self.flow.failed(refusal.message()),
                    }
                }
                Effect::Answer(prompt) => {
                    self.begin();
                    let text = prompt.text.clone();
                    self.desk.script().prompt = Some(*prompt);
                    self.talk.command(Command::Ask(text));
                }
                Effect::Stop => self.talk.command(Command::Stop),
                Effect::Follow(script) => {
                    let mut present = self.desk.script();
                    let prompt = present.prompt.take();
                    *present = *script;
                    present.prompt = prompt;
                }
                Effect::Restart => {
                    self.talk.end();
                    self.peer = None;
                    self.pacer = pacer(&self.flow.settings);
                }
            }
        }
        Ok(())
    }

    /// Begins a conversation, unless there is one.
    fn begin(&mut self) {
        if self.peer.is_some() && self.talk.is_begun() {
            return;
        }
        let settings = &self.flow.settings;
        let (hears, plays) = (settings.input.rate(), settings.output.rate());
        let news = Arc::clone(&self.news);
        match connect(hears, plays, move || news.notify_one()) {
            Ok((board, peer)) => {
                let config = talk::config(self.app.config(), settings);
                let skilled = self.model == ASSISTANT
                    && settings.answers
                    && settings.detection != Detection::Manual
                    && !self.flow.is_instructed();
                peer.listens(false);
                (self.listens, self.sent) = (false, 0);
                self.peer = Some(peer);
                self.talk.begin(config, board, skilled);
            }
            Err(error) => self.flow.failed(&error.to_string()),
        }
    }

    fn at_capture_rate(&self, recording: &[f32]) -> Result<Vec<f32>> {
        let failed = |error: sayso_audio_io::Error| Refusal::failed(error.to_string());
        let mut resampler =
            Resampler::new(self.flow.settings.input.rate(), CAPTURE_RATE).map_err(failed)?;
        let mut converted = Vec::new();
        resampler.process(recording, &mut converted);
        resampler.finish(&mut converted);
        Ok(converted)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(peer) = &self.peer {
            peer.close("the connection is closed");
        }
    }
}

fn pacer(settings: &Settings) -> Pacer {
    let rate = settings.input.rate();
    Pacer::new(rate, WAITING_S * rate as usize)
}

async fn send(socket: &mut WebSocket, event: &Value) -> std::result::Result<(), End> {
    let text = Message::Text(event.to_string().into());
    socket.send(text).await.map_err(|_| End::Gone)
}
