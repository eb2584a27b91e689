//! The connection of a Realtime session.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::close_code;
use sayso::internals::control::Command;
use sayso::internals::engines::{Lease, instructions};
use sayso_audio_io::Resampler;
use sayso_board::CAPTURE_RATE;
use sayso_models::llm::Sampling;
use sayso_remote_board::{Outgoing, Peer, connect};
#[cfg(feature = "webrtc")]
use serde_json::Value;
use tokio::sync::{Notify, mpsc};

use super::flow::{Carrier, Effect, Flow};
use super::pacer::Pacer;
use super::script::{Desk, Report};
use super::settings::{Detection, Settings};
use super::talk::{self, News, Talk};
use crate::app::App;
use crate::openai::error::{Refusal, Result};
use crate::openai::list::{ASSISTANT, Names};
use crate::wire::{Gone, Received, Wire};

/// How often waiting sound is let through.
const TICK: Duration = Duration::from_millis(20);
/// The most sound that may wait to be heard, in s.
const WAITING_S: usize = 300;
/// How long sound waits for the event that says whose it is: the two come from different threads.
const UNNAMED: Duration = Duration::from_millis(200);
/// How often a client that sends nothing is asked whether it is there.
const PING: Duration = Duration::from_secs(20);

/// What a client asks for when it connects.
pub struct Wishes {
    /// The model.
    pub model: String,
    /// Whether it expects the names of events from before 2025.
    pub beta: bool,
    /// How sound travels.
    pub carrier: Carrier,
}

/// Why a line ends.
enum End {
    /// The client has closed it, or it is broken.
    Gone,
    /// It is closed with this code, and a reason for people.
    Close(u16, String),
}

impl From<Gone> for End {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// A session, and what is needed to hold it.
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
    carrier: Carrier,
    pacer: Pacer,
    /// Whether the microphone counts as on.
    listens: bool,
    /// Sound that waits to be sent, and since when.
    waiting: VecDeque<Outgoing>,
    since: Instant,
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
        let carrier = wishes.carrier;
        let pacer = pacer(carrier.hears(&settings));
        Ok(Self {
            app: Arc::clone(app),
            flow: Flow::new(settings, instructions(config), wishes.beta, carrier),
            desk,
            reports,
            talk,
            told,
            news,
            model: wishes.model,
            peer: None,
            carrier,
            pacer,
            listens: false,
            waiting: VecDeque::new(),
            since: Instant::now(),
            sent: 0,
            began: Instant::now(),
        })
    }

    /// Changes the session as the client has asked for when it connected.
    ///
    /// # Errors
    /// When a value cannot be used.
    #[cfg(feature = "webrtc")]
    pub fn update(&mut self, session: &Value) -> Result<()> {
        self.flow.update(session)
    }

    /// Holds the session, until one of both ends it.
    pub async fn hold(mut self, mut wire: Wire) {
        let End::Close(code, why) = self.serve(&mut wire).await else { return };
        wire.close(code, &why).await;
    }

    async fn serve(&mut self, wire: &mut Wire) -> End {
        let idle = Duration::from_secs(self.app.config().server.idle_s.into());
        let (mut heard, mut asked) = (self.began, self.began);
        let news = Arc::clone(&self.news);
        let app = Arc::clone(&self.app);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if let Err(end) = self.carry_out(wire).await {
                return end;
            }
            tokio::select! {
                message = wire.receive() => {
                    heard = Instant::now();
                    match message {
                        Received::Text(text) => self.flow.client(&text),
                        Received::Alive => {}
                        Received::Binary(_) => {
                            let why = "events are texts: sound is base64 in them";
                            return End::Close(close_code::UNSUPPORTED, why.into());
                        }
                        #[cfg(feature = "webrtc")]
                        Received::Sound(packet) => self.hear(packet),
                        #[cfg(feature = "webrtc")]
                        Received::Played(played) => {
                            if let Some(peer) = &self.peer {
                                peer.played(played.place, Some(played.stops));
                            }
                        }
                        Received::Gone => return End::Gone,
                    }
                }
                () = news.notified() => {}
                _ = tick.tick() => {
                    if heard.elapsed() > idle && !wire.may_be_silent() {
                        let why = "nothing came for too long";
                        return End::Close(close_code::POLICY, why.into());
                    }
                    if heard.max(asked).elapsed() > PING.min(idle / 3) {
                        asked = Instant::now();
                        if wire.ask().await.is_err() {
                            return End::Gone;
                        }
                    }
                }
                () = app.ending() => {
                    return End::Close(close_code::AWAY, "the program ends".into());
                }
            }
            self.gather(wire);
        }
    }

    /// Takes sound of a call.
    #[cfg(feature = "webrtc")]
    fn hear(&mut self, packet: sayso_webrtc::Packet) {
        if !self.flow.listen(&packet.samples) {
            return;
        }
        self.begin();
        if let Some(peer) = &self.peer {
            peer.hear_block(packet.number, packet.at, packet.samples);
        }
    }

    /// Takes what the conversation reports, and the sound in both directions.
    fn gather(&mut self, wire: &mut Wire) {
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
        let listens = self.carrier == Carrier::Call || !self.pacer.is_off(now);
        if listens != self.listens {
            self.listens = listens;
            peer.listens(listens);
        }
        if !sound.is_empty() {
            peer.hear(&sound);
        }
        while let Some(outgoing) = peer.take() {
            if self.waiting.is_empty() {
                self.since = Instant::now();
            }
            self.waiting.push_back(outgoing);
        }
        if !self.flow.is_responding() && self.since.elapsed() < UNNAMED {
            return;
        }
        for outgoing in std::mem::take(&mut self.waiting) {
            match outgoing {
                Outgoing::Sound { at, samples } => {
                    self.sent = at + samples.len() as u64;
                    let is_heard = self.flow.sound(&samples);
                    play(wire, samples, is_heard);
                }
                Outgoing::Stop { at, fade } => {
                    self.flow.dropped(self.sent.saturating_sub(at));
                    self.sent = at;
                    stop(wire, at, fade);
                }
            }
        }
    }

    /// Does what follows.
    async fn carry_out(&mut self, wire: &mut Wire) -> std::result::Result<(), End> {
        for effect in self.flow.take() {
            match effect {
                Effect::Send(event) => wire.say(&event).await?,
                Effect::Hear(sound) => {
                    self.begin();
                    if !self.pacer.push(&sound) {
                        let why = format!("more than {WAITING_S} s of sound wait to be heard");
                        self.flow.failed(&why);
                    }
                }
                Effect::ClearInput => self.pacer.clear(),
                Effect::WriteDown(recording, rate) => {
                    self.begin();
                    match at_capture_rate(&recording, rate) {
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
                    self.pacer = pacer(self.carrier.hears(&self.flow.settings));
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
        let (hears, plays) = (self.carrier.hears(settings), self.carrier.plays(settings));
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
                self.waiting.clear();
                self.peer = Some(peer);
                self.talk.begin(config, board, skilled);
            }
            Err(error) => self.flow.failed(&error.to_string()),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(peer) = &self.peer {
            peer.hang_up();
        }
    }
}

fn at_capture_rate(recording: &[f32], rate: u32) -> Result<Vec<f32>> {
    let failed = |error: sayso_audio_io::Error| Refusal::failed(error.to_string());
    let mut resampler = Resampler::new(rate, CAPTURE_RATE).map_err(failed)?;
    let mut converted = Vec::new();
    resampler.process(recording, &mut converted);
    resampler.finish(&mut converted);
    Ok(converted)
}

fn pacer(rate: u32) -> Pacer {
    Pacer::new(rate, WAITING_S * rate as usize)
}

/// Plays sound over a call; over a WebSocket, it is in the events.
#[cfg_attr(not(feature = "webrtc"), expect(unused_variables, reason = "there are no calls"))]
fn play(wire: &mut Wire, samples: Vec<f32>, is_heard: bool) {
    #[cfg(feature = "webrtc")]
    if let Wire::Call(call) = wire {
        match is_heard {
            true => call.play(&samples),
            // The places go on all the same.
            false => call.play(&vec![0.0; samples.len()]),
        }
    }
}

/// Ends the sound of a call at a place.
#[cfg_attr(not(feature = "webrtc"), expect(unused_variables, reason = "there are no calls"))]
fn stop(wire: &mut Wire, at: u64, fade: u16) {
    #[cfg(feature = "webrtc")]
    if let Wire::Call(call) = wire {
        call.stop(at, fade);
    }
}
