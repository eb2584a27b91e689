//! What is counted, in Prometheus' form, without a word of what was said.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use sayso::internals::control::Hub;
use sayso::event::{Ending, Origin, Step, TurnRecord};
use sayso::{Event, internals::events::BoardEvent};
use tokio::sync::Notify;

use crate::app::App;

/// The bounds of the histograms of times, in s.
const TIMES: [f64; 14] =
    [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0];
/// The bounds of that of confidences.
const CONFIDENCES: [f64; 9] = [0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0];

/// One label: its name and its value.
type Label = [(&'static str, &'static str); 1];

/// What is counted.
pub struct Metrics {
    registry: Registry,
    stages: Family<Label, Histogram, fn() -> Histogram>,
    voice_to_voice: Histogram,
    confidence: Histogram,
    turns: Family<Label, Counter>,
    guesses: Family<Label, Counter>,
    dialogue: Family<Label, Counter>,
    skills: Counter,
    cut_offs: Counter,
    barge_ins: Counter,
    rejected: Counter,
    troubles: Counter,
    lost_devices: Counter,
    refused: Family<Label, Counter>,
    slow: Counter,
    conversations: Counter,
    sessions: Gauge,
    most: Gauge,
    boards: Gauge,
    memory: Gauge,
    ready: Gauge,
}

fn times() -> Histogram {
    Histogram::new(TIMES)
}

impl Metrics {
    /// Nothing is counted yet.
    pub fn new(hub: &Hub) -> Self {
        let mut all = Registry::with_prefix("sayso");
        let stages = Family::new_with_constructor(times as fn() -> Histogram);
        let new = Self {
            registry: Registry::default(),
            stages,
            voice_to_voice: times(),
            confidence: Histogram::new(CONFIDENCES),
            turns: Family::default(),
            guesses: Family::default(),
            dialogue: Family::default(),
            skills: Counter::default(),
            cut_offs: Counter::default(),
            barge_ins: Counter::default(),
            rejected: Counter::default(),
            troubles: Counter::default(),
            lost_devices: Counter::default(),
            refused: Family::default(),
            slow: Counter::default(),
            conversations: Counter::default(),
            sessions: Gauge::default(),
            most: Gauge::default(),
            boards: Gauge::default(),
            memory: Gauge::default(),
            ready: Gauge::default(),
        };
        let seconds = || Unit::Seconds;
        all.register_with_unit(
            "stage_duration",
            "How long a stage took, of turns that were heard",
            seconds(),
            new.stages.clone(),
        );
        all.register_with_unit(
            "voice_to_voice",
            "From the end of the speech to the first sound of the answer",
            seconds(),
            new.voice_to_voice.clone(),
        );
        all.register(
            "transcript_confidence",
            "The mean confidence of the words of an utterance, 0 to 1",
            new.confidence.clone(),
        );
        all.register("turns", "Turns that are over, by how they ended", new.turns.clone());
        all.register(
            "guesses",
            "Turns begun before it was certain that the speech was over",
            new.guesses.clone(),
        );
        all.register(
            "dialogue_steps",
            "Replies that ask back or ask to confirm, confirmations, and corrections",
            new.dialogue.clone(),
        );
        all.register("skill_answers", "Turns that a skill answered", new.skills.clone());
        all.register(
            "cut_offs",
            "Turns in which the user went on before anything of the answer was heard",
            new.cut_offs.clone(),
        );
        all.register("barge_ins", "Replies that speech interrupted", new.barge_ins.clone());
        all.register(
            "rejected_sounds",
            "Sounds taken for speech that had no words in them",
            new.rejected.clone(),
        );
        all.register("troubles", "Problems within a conversation", new.troubles.clone());
        all.register("lost_devices", "Devices and connections lost", new.lost_devices.clone());
        all.register("refused", "What the server refused, by reason", new.refused.clone());
        all.register(
            "slow_readers",
            "Clients disconnected because they did not read",
            new.slow.clone(),
        );
        all.register(
            "conversations",
            "Conversations begun over this server",
            new.conversations.clone(),
        );
        all.register("sessions_in_use", "Sessions in use", new.sessions.clone());
        all.register("sessions_limit", "Sessions that may be in use", new.most.clone());
        all.register("boards", "Boards that are in use or waited for", new.boards.clone());
        all.register_with_unit(
            "resident_memory",
            "Memory of the program in RAM",
            Unit::Bytes,
            new.memory.clone(),
        );
        all.register("ready", "1 if the models are loaded", new.ready.clone());
        all.register_collector(Box::new(Losses(hub.clone())));
        Self { registry: all, ..new }
    }

    /// A request or a connection was refused for this reason.
    pub fn refused(&self, why: &'static str) {
        self.refused.get_or_create(&[("reason", why)]).inc();
    }

    /// A client that did not read was disconnected.
    pub fn slow_reader(&self) {
        self.slow.inc();
    }

    /// A conversation has begun.
    pub fn began(&self) {
        self.conversations.inc();
    }

    fn count(&self, event: &Event) {
        match event {
            Event::Turn(record) => self.turn(record),
            Event::Trouble { .. } => drop(self.troubles.inc()),
            Event::DeviceLost { .. } => drop(self.lost_devices.inc()),
            _ => {}
        }
    }

    fn turn(&self, record: &TurnRecord) {
        if record.rejected {
            self.rejected.inc();
        }
        let dropped = record.ending == Ending::Dropped;
        if record.origin == Origin::Speech && !record.rejected {
            let kept = if dropped { "dropped" } else { "kept" };
            self.guesses.get_or_create(&[("fate", kept)]).inc();
        }
        let ending = match record.ending {
            Ending::Dropped => "dropped",
            Ending::Stopped => "stopped",
            Ending::Complete => "complete",
            Ending::Interrupted => "interrupted",
        };
        self.turns.get_or_create(&[("ending", ending)]).inc();
        if dropped {
            return;
        }
        if record.ending == Ending::Interrupted {
            match record.heard.trim().is_empty() {
                true => self.cut_offs.inc(),
                false => self.barge_ins.inc(),
            };
        }
        if !record.skill.is_empty() {
            self.skills.inc();
        }
        let step = match record.step {
            Step::Plain => None,
            Step::Asks => Some("asked_back"),
            Step::AsksToConfirm => Some("asked_to_confirm"),
            Step::Confirmed => Some("confirmed"),
            Step::Repaired => Some("repaired"),
        };
        if let Some(step) = step {
            self.dialogue.get_or_create(&[("step", step)]).inc();
        }
        if let Some(confidence) = record.confidence {
            self.confidence.observe(confidence.into());
        }
        let times = &record.timings_ms;
        let stages = [
            ("recognition", times.stt),
            ("prefill", times.llm_prefill),
            ("first_token", times.llm_first_token),
            ("first_clause", times.llm_first_clause),
            ("synthesis", times.tts_first_sound),
            ("first_sound", times.first_sound),
            ("reply", times.reply),
        ];
        for (stage, ms) in stages.into_iter().filter(|(_, ms)| *ms > 0.0) {
            self.stages.get_or_create(&[("stage", stage)]).observe(ms / 1000.0);
        }
        if let Some(ms) = times.voice_to_voice {
            self.voice_to_voice.observe(ms / 1000.0);
        }
    }

    /// All of it, in Prometheus' form.
    fn text(&self, app: &App) -> Result<String, std::fmt::Error> {
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.sessions.set(whole(app.pool().lent()));
        self.most.set(whole(app.pool().most()));
        self.boards.set(whole(app.hub().status().len()));
        self.ready.set(app.pool().is_loaded().into());
        self.memory.set(resident().unwrap_or(0));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The sound that was lost, read from the boards.
struct Losses(Hub);

impl std::fmt::Debug for Losses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Losses")
    }
}

impl Collector for Losses {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let (microphone, loudspeaker) = self.0.losses();
        let streams = [("microphone", microphone), ("loudspeaker", loudspeaker)];
        let about = "Overruns and underruns that devices reported";
        let mut xruns = encoder.encode_descriptor("xruns", about, None, MetricType::Counter)?;
        for (stream, stats) in streams {
            let labels = [("stream", stream)];
            ConstCounter::new(stats.xruns).encode(xruns.encode_family(&labels)?)?;
        }
        let about = "Samples that were dropped, or are missing because a device was lost";
        let mut lost = encoder.encode_descriptor("samples_lost", about, None, MetricType::Counter)?;
        for (stream, stats) in streams {
            for (reason, count) in [("dropped", stats.dropped), ("missing", stats.missing)] {
                let labels = [("stream", stream), ("reason", reason)];
                ConstCounter::new(count).encode(lost.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

/// The memory of this process that is in RAM, in bytes.
#[cfg(target_os = "linux")]
fn resident() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kb: i64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kb * 1024)
}

#[cfg(not(target_os = "linux"))]
fn resident() -> Option<i64> {
    None
}

/// Counts the events of all boards until the server ends.
pub async fn follow(app: Arc<App>) {
    let news = Arc::new(Notify::new());
    loop {
        let wake = Arc::clone(&news);
        let events = app.hub().events().subscribe_waking(move || wake.notify_one());
        loop {
            match events.next(Duration::ZERO) {
                Ok(Some(BoardEvent { event, .. })) => app.metrics.count(&event),
                Ok(None) => tokio::select! {
                    () = news.notified() => {}
                    () = app.ending() => return,
                },
                // The queue ran full, because this machine was too busy for minutes.
                Err(_) => break,
            }
        }
    }
}

/// `/metrics`.
pub fn routes() -> Router<Arc<App>> {
    Router::new().route("/metrics", get(metrics))
}

/// What is counted, in Prometheus' form.
#[cfg_attr(feature = "api", utoipa::path(get, path = "/metrics", security(("token" = [])),
    responses((status = 200, body = String, content_type = "application/openmetrics-text"))))]
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    const FORM: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match app.metrics.text(&app) {
        Ok(text) => ([(header::CONTENT_TYPE, FORM)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
