//! A server with scripted engines.
#![allow(dead_code)]

mod client;
#[path = "../../../assistant/tests/common/mod.rs"]
pub mod scripted;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use self::client::*;

use sayso::internals::boards::{Guest, Listener, Opened, Site, Surroundings, known_as, named};
use sayso::internals::control::Hub;
use sayso::internals::cores::Cores;
use sayso::internals::engines::{Pool, Sessions};
use sayso::internals::skills::SharedSkills;
use sayso::internals::state::StateFolder;
use sayso::{Assistant, Config, Event, Pace, Result, Stop};

/// A server, until it is dropped.
pub struct Server {
    pub address: String,
    pub hub: Hub,
    pub pool: Pool,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// With these settings; each session transcribes these lines.
    pub fn start(lines: &[&'static str], change: impl FnOnce(&mut Config)) -> Self {
        Self::at("http", "127.0.0.1:0", lines, change).expect("it listens")
    }

    /// The same, at another address.
    pub fn at(
        scheme: &str,
        rest: &str,
        lines: &[&'static str],
        change: impl FnOnce(&mut Config),
    ) -> Result<Self> {
        let mut config = scripted::config();
        change(&mut config);
        let lines = lines.to_vec();
        let sessions: Arc<dyn Sessions> = Arc::new(move || Ok(scripted::engines(&lines).0));
        let state = tempfile::tempdir().expect("a folder");
        let hub = Hub::new(StateFolder::new(state.path()));
        let (skills, doubt) = SharedSkills::load(&config, None)?;
        assert_eq!(doubt, None);
        let pool = Pool::new(sessions, config.models.sessions as usize);
        pool.sessions()?;
        let (cores, stop) = (Cores::following(2), Stop::new());
        let around = Surroundings {
            config: Arc::new(config),
            hub: hub.clone(),
            skills,
            phrases: Arc::default(),
            pool: pool.clone(),
            cores,
            stop: stop.clone(),
        };
        let kinds = sayso_server::kinds();
        let kind = kinds.iter().find(|kind| kind.usage().scheme() == scheme).expect("a kind");
        let listener = kind.listen(rest, &around)?;
        let address = listener.address();
        let address = address.split_once("://").expect("a scheme").1.to_owned();
        let ends = stop.clone();
        let thread = std::thread::spawn(move || {
            let _state = state;
            welcome(listener, &around, &ends);
        });
        Ok(Self { address, hub, pool, stop, thread: Some(thread) })
    }

    /// Ends it, as Ctrl-C does.
    pub fn end(&mut self) {
        self.stop.stop();
        self.thread.take().map(JoinHandle::join).transpose().expect("no panic");
    }

    /// Sends a request and reads the whole answer.
    pub fn request(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        request(&self.address, method, path, headers, body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    /// Waits until nobody holds a session.
    pub fn wait_until_free(&self) {
        wait_until("all sessions are free", || self.pool.lent() == 0);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// Holds a conversation with everybody who connects, as the program does.
fn welcome(mut listener: Box<dyn Listener>, around: &Surroundings, stop: &Stop) {
    let mut talks: Vec<(Stop, JoinHandle<()>)> = Vec::new();
    while !stop.is_stopped() {
        let came = listener.accept(Duration::from_millis(20)).expect("it listens");
        let Some(guest) = came else { continue };
        let (around, ends) = (around.clone(), Stop::new());
        let theirs = ends.clone();
        talks.push((ends, std::thread::spawn(move || converse(guest, &around, &theirs))));
    }
    talks.iter().for_each(|(stop, _)| stop.stop());
    for (_, talk) in talks {
        talk.join().expect("a conversation panicked");
    }
}

fn converse(mut guest: Box<dyn Guest>, around: &Surroundings, stop: &Stop) {
    let identity = guest.identify().expect("no error");
    let (seat, _) = match identity.as_deref().and_then(known_as) {
        Some(known) => {
            let (name, area) = named(&known, &around.config);
            around.hub.enter(&name, &area, name != known)
        }
        None => around.hub.enter(&guest.origin(), "", false),
    };
    let lease = match around.pool.lease() {
        Ok(lease) => lease,
        Err(error) => return guest.refuse(&error),
    };
    let begun = seat.sound();
    let sessions = around.pool.sessions().expect("loaded");
    let mut assistant = Assistant::leased((*around.config).clone(), lease, sessions)
        .begin_with(begun.muted, begun.volume)
        .use_skills(around.skills.clone(), seat.name(), &seat.area());
    seat.reached_by(assistant.handle(), assistant.health(), begun);
    let site = Site { config: &around.config, name: seat.name(), mute: seat.mute() };
    let mut board = Opened::new(guest.board(&site));
    seat.metered_by(board.meter());
    // The client may be gone already.
    if board.open().is_err() {
        return;
    }
    seat.talking();
    let ended = assistant.converse(&mut board, Pace::Live, stop, &mut |event| {
        seat.tell(&event);
        if matches!(event, Event::DeviceLost { .. }) {
            stop.stop();
        }
    });
    assert!(ended.is_ok() || stop.is_stopped(), "{ended:?}");
}
