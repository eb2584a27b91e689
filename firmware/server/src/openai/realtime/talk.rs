//! The conversation of a Realtime session: a thread that holds one after another, on one session
//! of the pool. Another begins when the sound or the turn-taking changes.

use std::sync::{Arc, PoisonError};

use crossbeam_channel::{Receiver, Sender};
use sayso::internals::control::{Command, Handle, Seat};
use sayso::internals::engines::{Lease, Sessions};
use sayso::{Assistant, Config, Engines, Event, Pace, Stop};
use sayso_remote_board::RemoteBoard;
use tokio::sync::{Notify, mpsc};

use super::answerer::{Answerer, Home};
use super::flow::{Began, Ended, Heard, How};
use super::script::Desk;
use super::settings::{Detection, Eagerness, Settings};
use crate::app::App;
use crate::openai::error::{Refusal, Result};

/// The name of the boards of such sessions.
const BOARD: &str = "realtime";

/// A conversation that is to begin.
struct Next {
    config: Config,
    board: RemoteBoard,
    /// Whether skills answer what they can.
    skilled: bool,
    stop: Stop,
    /// Where the handle goes.
    begun: Sender<Handle>,
}

/// Something from the thread.
pub enum News {
    Heard(Heard),
    /// A conversation failed and is over.
    Failed(String),
}

/// The conversations of a session.
pub struct Talk {
    next: Sender<Next>,
    /// The present one.
    present: Option<(Handle, Stop)>,
}

impl Talk {
    /// Prepares conversations on this session of the pool.
    ///
    /// # Errors
    /// When there is no thread for them, or the models cannot be loaded.
    pub fn prepare(
        app: &Arc<App>,
        lease: Lease,
        desk: Desk,
        wake: Arc<Notify>,
    ) -> Result<(Self, mpsc::UnboundedReceiver<News>)> {
        let (news, told) = mpsc::unbounded_channel();
        let (next, coming) = crossbeam_channel::unbounded();
        let sessions = app.pool().sessions()?;
        let app = Arc::clone(app);
        let tell = move |event| {
            // It does not matter if nobody is there any more.
            let _ = news.send(event);
            wake.notify_one();
        };
        std::thread::Builder::new()
            .name("realtime".into())
            .spawn(move || hold(&app, lease, &desk, sessions, &coming, &tell))
            .map_err(|error| Refusal::failed(format!("no thread for a conversation: {error}")))?;
        Ok((Self { next, present: None }, told))
    }

    /// Ends the present conversation, and begins one.
    pub fn begin(&mut self, config: Config, board: RemoteBoard, skilled: bool) {
        self.end();
        let (begun, handle) = crossbeam_channel::bounded(1);
        let stop = Stop::new();
        let next = Next { config, board, skilled, stop: stop.clone(), begun };
        if self.next.send(next).is_err() {
            return;
        }
        // The thread is idle, or ends what it does within a moment.
        if let Ok(handle) = handle.recv_timeout(std::time::Duration::from_secs(5)) {
            self.present = Some((handle, stop));
        }
    }

    /// Whether there is a conversation.
    pub fn is_begun(&self) -> bool {
        self.present.is_some()
    }

    /// Ends the present conversation.
    pub fn end(&mut self) {
        if let Some((_, stop)) = self.present.take() {
            stop.stop();
        }
    }

    /// Leaves a command at the present conversation.
    pub fn command(&self, command: Command) {
        if let Some((handle, _)) = &self.present {
            // If it is over, that was reported.
            let _ = handle.send(command);
        }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.end();
    }
}

/// Holds conversations until the session ends, and then gives the engines back.
fn hold(
    app: &Arc<App>,
    mut lease: Lease,
    desk: &Desk,
    sessions: Arc<dyn Sessions>,
    coming: &Receiver<Next>,
    tell: &dyn Fn(News),
) {
    let Some(engines) = lease.take() else { return };
    let home = Home::default();
    let (own, script) = (Arc::clone(&home), desk.clone());
    let follows = move |mut engines: Engines| {
        let llm = std::mem::replace(&mut engines.llm, Box::new(Answerer::empty(script.clone())));
        engines.llm = Box::new(Answerer::new(llm, Arc::clone(&own), script.clone()));
        engines
    };
    let mut engines = follows(engines);
    let sessions: Arc<dyn Sessions> = Arc::new(move || Ok(follows(sessions.session()?)));
    let (seat, _) = app.hub().enter(BOARD, "", false);
    while let Ok(next) = coming.recv() {
        let (used, failed) = converse(app, engines, &sessions, &seat, next, tell);
        engines = used;
        if let Some(message) = failed {
            tell(News::Failed(message));
        }
    }
    // The model leaves the answerer.
    engines.llm = Box::new(Answerer::empty(desk.clone()));
    let model = home.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(model) = model {
        engines.llm = model;
        lease.put(engines);
    }
}

fn converse(
    app: &Arc<App>,
    engines: Engines,
    sessions: &Arc<dyn Sessions>,
    seat: &Seat,
    next: Next,
    tell: &dyn Fn(News),
) -> (Engines, Option<String>) {
    let Next { config, mut board, skilled, stop, begun } = next;
    let mut assistant = Assistant::new(config, engines)
        .with_sessions(Arc::clone(sessions))
        .share(app.around.cores.clone())
        .without_music();
    if skilled {
        assistant = assistant.use_skills(app.around.skills.clone(), seat.name(), "");
    }
    seat.reached_by(assistant.handle(), assistant.health(), seat.sound());
    seat.talking();
    let _ = begun.send(assistant.handle());
    let done = assistant.converse(&mut board, Pace::Live, &stop, &mut |event| {
        seat.tell(&event);
        if let Some(heard) = heard(event) {
            tell(News::Heard(heard));
        }
    });
    let failed = done.err().filter(|_| !stop.is_stopped()).map(|error| error.to_string());
    seat.waiting(None);
    (assistant.into_engines(), failed)
}

/// What an event means for the session.
fn heard(event: Event) -> Option<Heard> {
    let ms = |at: sayso_core::audio::SampleTime| at.0 / 16;
    Some(match event {
        Event::SpeechStarted { from, .. } => Heard::Started { ms: ms(from) },
        Event::SpeechEnded { speech_end, .. } => Heard::Stopped { ms: ms(speech_end) },
        Event::Transcript { turn, transcript, .. } => {
            Heard::Transcript { turn: turn.0.into(), text: transcript.text }
        }
        Event::Token { turn, text } => Heard::Token { turn: turn.0.into(), text },
        Event::Speaking { turn, text, .. } => Heard::Speaking { turn: turn.0.into(), text },
        Event::Turn(record) => {
            use sayso::event::{Ending, Origin};
            Heard::Ended(Ended {
                turn: record.turn.0.into(),
                began: match record.origin {
                    Origin::Speech => Began::Speech,
                    Origin::Typed => Began::Asked,
                    Origin::Announcement => Began::Own,
                },
                how: match record.ending {
                    Ending::Dropped => How::Dropped,
                    Ending::Complete | Ending::Stopped => How::Complete,
                    Ending::Interrupted => How::Interrupted,
                },
                asked: record.transcript,
                reply: record.reply,
                heard: record.heard,
            })
        }
        Event::Trouble { message, .. } => Heard::Trouble(message),
        _ => return None,
    })
}

/// The program's settings, as a session changes them.
pub fn config(of: &Config, settings: &Settings) -> Config {
    let mut config = of.clone();
    // A client plays its own sounds.
    let feedback = &mut config.feedback;
    (feedback.wake, feedback.nothing, feedback.error) = (false, false, false);
    (feedback.announce, feedback.devices) = (false, false);
    // A client does not report what it has played. With a reference that is only assumed, the
    // canceller takes away speech; and clients of OpenAI remove echo themselves.
    config.front_end.echo_cancellation = false;
    let turn = &mut config.turn;
    turn.barge_in &= settings.interrupts;
    let mut scale = |factor: f32| {
        for ms in [
            &mut turn.hangover_question_ms,
            &mut turn.hangover_short_ms,
            &mut turn.hangover_ms,
            &mut turn.hangover_long_ms,
        ] {
            *ms = (*ms as f32 * factor) as u32;
        }
    };
    match settings.detection {
        Detection::Manual | Detection::Semantic { eagerness: Eagerness::Medium } => {}
        Detection::Semantic { eagerness: Eagerness::High } => scale(0.7),
        Detection::Semantic { eagerness: Eagerness::Low } => scale(2.0),
        Detection::Quiet { silence_ms, threshold } => {
            if let Some(ms) = silence_ms {
                turn.hangover_question_ms = ms;
                turn.hangover_short_ms = ms;
                turn.hangover_ms = ms;
                turn.hangover_long_ms = ms;
            }
            if let Some(threshold) = threshold {
                turn.onset = threshold;
                // As far below as by default.
                turn.offset = threshold * 0.7;
            }
        }
    }
    config.tts.speed = (config.tts.speed * settings.speed).clamp(0.5, 2.0);
    config
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_session_changes_how_turns_are_taken() {
        let base = Config::default();
        let with = |session| {
            let mut settings = Settings::new("hibari", "sayso");
            settings.update(&session).expect("settings");
            config(&base, &settings)
        };
        let quiet = with(json!({"audio": {
            "input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 300,
                "threshold": 0.8, "interrupt_response": false}},
            "output": {"speed": 1.5}}}));
        assert_eq!((quiet.turn.hangover_ms, quiet.turn.hangover_long_ms), (300, 300));
        assert!((quiet.turn.onset - 0.8).abs() < 1e-6 && !quiet.turn.barge_in);
        assert!((quiet.tts.speed - 1.5).abs() < 1e-6);
        let plain = with(json!({"audio": {"input": {"turn_detection": {"type": "server_vad"}}}}));
        assert_eq!(plain.turn, base.turn);
        assert!(!plain.feedback.error && !plain.feedback.nothing);
        assert!(!plain.front_end.echo_cancellation);
        let low = json!({"turn_detection": {"type": "semantic_vad", "eagerness": "low"}});
        assert_eq!(with(low).turn.hangover_ms, 2 * base.turn.hangover_ms);
    }
}
