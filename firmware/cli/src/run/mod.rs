//! `sayso run`: one live conversation, or several.

mod devices;
mod keys;
mod kinds;
mod listen;
mod screen;
#[cfg(feature = "server")]
mod serve;
mod talk;
#[cfg(feature = "tui")]
mod tui;

use std::ffi::{OsStr, OsString};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use clap::Args;
use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};
use sayso::internals::boards::{Listener, Named, Opened, Registry, Site, Usage};
use sayso::internals::control::Hub;
use sayso::internals::engines::Chosen;
use sayso::internals::phrases::Phrases;
use sayso::internals::records::Records;
use sayso::internals::skills::SharedSkills;
use sayso::internals::state::StateFolder;
use sayso::{Config, Error, ErrorKind, Event, Losses, Pace, Result, Stop};
use sayso_core::audio::SampleTime;
use sayso_frontend::WakePhrase;

#[cfg(feature = "desktop")]
pub use self::devices::devices;
pub use self::devices::{Devices, loudspeaker};
pub use self::kinds::registry;
use self::listen::{Places, Reception};
use self::screen::{Display, Screen};
#[cfg(feature = "server")]
pub use self::serve::Serve;
use self::talk::{Models, Talk};
use super::service::{Beat, Service};
use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso run                                          this machine's sound card
  sayso run --input USB --output Headphones          other devices than the default
  sayso run --board satellite:/dev/ttyACM0           a satellite on a USB port
  sayso run --board satellite:/dev/ttyUSB0@1000000   on a UART, with its speed in baud
  sayso run --board tcp:kitchen.lan:7000             on the network
  sayso run --board desktop --board satellite:/dev/ttyACM0
                                                     both, each with its own conversation
  sayso run --board kitchen                          the board that [boards.kitchen] of the
                                                     settings describes
  sayso run --listen tcp:127.0.0.1:7000              satellites that connect by themselves
  sayso run --tui                                    on a full screen, with keys";

/// Talk with it: microphone and loudspeaker.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Run {
    /// List the microphones and loudspeakers of this machine, and exit
    #[arg(long)]
    list_devices: bool,
    #[command(flatten)]
    devices: Devices,
    // `with_kinds` adds the help of these two.
    #[arg(long, value_name = "BOARD", env = "SAYSO_BOARD")]
    board: Vec<OsString>,
    #[arg(long, value_name = "ADDRESS")]
    listen: Vec<String>,
    /// Wait for an absent board, without loading models, instead of exiting; a systemd service
    /// always waits
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    common: Common,
}

/// What `sayso run` and `sayso serve` have in common.
#[derive(Args)]
pub struct Common {
    /// Sleep until a wake phrase is heard (`sayso wake list`), as `wake.enabled` in the settings
    #[arg(long)]
    wake: bool,
    /// Unix socket for `sayso ctl`, or `none` [default: the user's own]
    #[arg(long, value_name = "PATH", env = "SAYSO_CONTROL")]
    control: Option<OsString>,
    /// A full screen: conversation, level, boards, timers, stage times; `?` there lists the keys
    #[cfg(feature = "tui")]
    #[arg(long, conflicts_with = "json")]
    tui: bool,
    /// One JSON object per event; `board` names the board if there are several, or if it has a
    /// name in the settings
    #[arg(long)]
    json: bool,
}

/// Completes the help of `sayso run` with the known kinds of boards.
pub fn with_kinds(command: clap::Command) -> clap::Command {
    let registry = registry();
    let each = |usages: Vec<Usage>| {
        let lines = usages.iter().map(|usage| format!("\n  {:<24} {}", usage.form, usage.about));
        lines.collect::<String>()
    };
    let boards = format!(
        "Where to hear and speak: the name of a board in the settings, or one of those below. May \
         be repeated; each board has a conversation of its own [default: desktop, unless --listen \
         is given]{}",
        each(registry.boards())
    );
    let listeners = format!(
        "Where boards may connect by themselves. At most models.sessions conversations are held at \
         a time{}",
        each(registry.listeners())
    );
    let command = command.mut_subcommand("run", |run| {
        let listen = listeners.clone();
        run.mut_arg("board", |arg| arg.help(boards)).mut_arg("listen", |arg| arg.help(listen))
    });
    #[cfg(feature = "server")]
    let command = command.mut_subcommand("serve", |serve| {
        let default = format!(" [default: {}]", sayso_server::DEFAULT);
        let (about, forms) = listeners.split_once('\n').unwrap_or((&listeners, ""));
        serve.mut_arg("listen", |arg| arg.help(format!("{about}{default}\n{forms}")))
    });
    command
}

impl Run {
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        if self.list_devices {
            return devices::list_devices(self.common.json);
        }
        let mut config = shared.settings()?;
        self.devices.put_into(&shared.set, &mut config);
        let registry = registry();
        let boards = self.boards(&registry, &config)?;
        let places = Where { registry: &registry, boards, listen: &self.listen, wait: self.wait };
        self.common.run(shared, config.clone(), places, stop)
    }

    /// The boards that are asked for.
    fn boards<'r>(&self, registry: &'r Registry, config: &Config) -> Result<Vec<Named<'r>>> {
        // An empty value in the environment names none.
        let mut asked: Vec<&OsStr> = self.board.iter().map(OsString::as_os_str).collect();
        asked.retain(|board| !board.is_empty());
        if asked.is_empty() && self.listen.is_empty() {
            asked.push(OsStr::new("desktop"));
        }
        for (n, name) in asked.iter().enumerate() {
            if asked[..n].contains(name) {
                return Err(Error::input(format!("--board {} is given twice", name.display())));
            }
        }
        asked.into_iter().map(|asked| registry.board(asked, config)).collect()
    }
}

/// Where the boards of a program are.
pub struct Where<'p> {
    pub registry: &'p Registry,
    /// To these it connects.
    pub boards: Vec<Named<'p>>,
    /// Here they connect by themselves.
    pub listen: &'p [String],
    /// Whether to wait for absent ones.
    pub wait: bool,
}

impl Common {
    /// The wake phrases that it sleeps until; none if it always listens.
    fn phrases(&self, config: &Config, folder: &StateFolder) -> Result<Vec<WakePhrase>> {
        if !self.wake && !config.wake.enabled {
            return Ok(Vec::new());
        }
        let phrases = Phrases::load(folder)?.to_listen_for(&Chosen::new(config))?;
        if phrases.is_empty() {
            return Err(Error::input(
                "it would sleep for ever, because there is no wake phrase: add one with `sayso \
                 wake add`, or run without --wake and wake.enabled",
            ));
        }
        Ok(phrases)
    }

    /// Holds the conversations, until it must stop or all are over.
    pub fn run(
        &self,
        shared: &GlobalOptions,
        mut config: Config,
        places: Where<'_>,
        stop: &Stop,
    ) -> Result<()> {
        super::put_option(&shared.set, "control.socket", &self.control, &mut config.control.socket);
        let config = config;
        let Where { registry, boards, listen, wait } = places;
        // Before a board is opened or a model is loaded, so that mistakes are reported at once.
        let folder = StateFolder::of(&config);
        let phrases = self.phrases(&config, &folder)?;
        let skills = shared.skills(&config)?;
        let hub = Hub::new(folder);
        if !config.wake.key.as_os_str().is_empty() {
            keys::device(&config.wake.key, hub.clone())?;
        }
        let service = Service::find();
        let mut parties = Vec::new();
        for named in &boards {
            parties.push(party(named, &config, &hub)?);
        }
        let sleeps = !phrases.is_empty();
        let models = Models::new(&config, hub.clone(), phrases, skills, stop.clone());
        let mut listeners = Vec::new();
        for address in listen {
            listeners.push(registry.listen(address, models.around())?);
        }
        let _control = self.control(&config, &hub)?;
        let several = parties.len() > 1 || !listeners.is_empty();
        let named = several || boards.iter().any(|board| config.boards.contains_key(&board.name));
        let mut screen = Screen::new(self.json, several, named, config.privacy.log_words);
        super::WORDLESS.store(!screen.shows_words(), Ordering::Release);
        let most = config.models.sessions as usize;
        if boards.len() > most {
            let boards = boards.len();
            return Err(Error::input(format!(
                "{boards} boards are named, but at most {most} may be in use at a time: name \
                 fewer, or allow more (--set models.sessions={boards})"
            )));
        }
        // From here on, nothing may be printed until it is gone.
        let mut full = self.full(&hub, &models.around().skills, stop)?;
        if sleeps && screen.is_live() && full.is_none() {
            keys::enter(hub.clone());
        }
        let guests = most - boards.len();
        let waits = Waits { all: wait || service.is_there(), satellites: boards.len() > 1 };
        let program = Program { models: &models, hub: &hub, waits, guests, stop };
        let display: &mut dyn Display = match &mut full {
            Some(full) => &mut **full,
            None => &mut screen,
        };
        for listener in &listeners {
            display.listening(&listener.address());
        }
        let mut lost = Vec::new();
        let ended = program.converse_all(parties, listeners, &service, display, &mut lost);
        drop(full);
        service.stopping();
        for (board, losses) in lost {
            screen.losses(&board, &losses);
        }
        screen.mistakes();
        screen.goodbye();
        ended
    }

    /// The full screen, if it is asked for.
    #[cfg(feature = "tui")]
    fn full(
        &self,
        hub: &Hub,
        skills: &SharedSkills,
        stop: &Stop,
    ) -> Result<Option<Box<dyn Display>>> {
        if !self.tui {
            return Ok(None);
        }
        Ok(Some(Box::new(tui::Tui::new(hub.clone(), skills.clone(), stop.clone())?)))
    }

    // As with the feature.
    #[cfg(not(feature = "tui"))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)]
    fn full(&self, _: &Hub, _: &SharedSkills, _: &Stop) -> Result<Option<Box<dyn Display>>> {
        Ok(None)
    }

    /// Serves `sayso ctl`.
    #[cfg(unix)]
    fn control(
        &self,
        config: &Config,
        hub: &Hub,
    ) -> Result<Option<sayso::internals::control::socket::Server>> {
        use sayso::internals::control::socket;
        let Some(path) = socket::path(config) else { return Ok(None) };
        let hub = hub.clone();
        match socket::Server::start(&path, Arc::new(move |request| hub.answer(&request))) {
            Ok(server) => Ok(Some(server)),
            // If nobody asked for a socket, a second program works without one.
            Err(error) if config.control.socket.as_os_str().is_empty() => {
                term::note(format!("`sayso ctl` cannot reach this program: {error}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    #[cfg(not(unix))]
    fn control(&self, config: &Config, _: &Hub) -> Result<()> {
        match config.control.socket.to_str() {
            Some("" | "none") => Ok(()),
            _ => Err(Error::input(
                "--control: this system has no such sockets; only Unix systems do",
            )),
        }
    }
}

/// Gives the terminal back before the program ends at once.
pub fn restore_terminal() {
    #[cfg(feature = "tui")]
    tui::restore();
}

/// Which absent boards are waited for.
#[derive(Clone, Copy)]
struct Waits {
    all: bool,
    /// Those that come and go, while others are in use.
    satellites: bool,
}

/// A board for a conversation.
struct Party {
    seat: sayso::internals::control::Seat,
    board: Opened,
    pace: Pace,
    device: &'static str,
    comes_and_goes: bool,
}

/// Makes a board, with what is remembered of it.
fn party(named: &Named<'_>, config: &Config, hub: &Hub) -> Result<Party> {
    let pace = named.kind.pace();
    // A recording is always heard unmuted and at full volume, whatever the last one was set to.
    let (seat, doubt) = hub.enter(&named.name, &named.area, pace == Pace::Live);
    if let Some(doubt) = doubt {
        term::note(doubt);
    }
    let site = Site { config, name: seat.name(), mute: seat.mute() };
    let board = Opened::new(named.make(&site)?);
    let (device, comes_and_goes) = (named.kind.device(), named.kind.comes_and_goes());
    Ok(Party { seat, board, pace, device, comes_and_goes })
}

/// A program with conversations.
struct Program<'p> {
    models: &'p Models,
    hub: &'p Hub,
    waits: Waits,
    /// How many boards that connect by themselves may be in use at once.
    guests: usize,
    stop: &'p Stop,
}

/// The longest time between two looks at what is to be reported to the service manager.
const TELL: Duration = Duration::from_secs(1);

/// How often it checks whether to stop.
const LOOK: Duration = Duration::from_millis(200);

/// If the program must stop and its output has made no progress for this long, nobody reads it.
/// Otherwise it makes progress every second ([`TELL`]).
const UNREAD: Duration = Duration::from_millis(1_500);

/// The thread that shows events never takes this long for one event.
const STUCK: Duration = Duration::from_secs(10);

impl Program<'_> {
    /// Holds a conversation at each board, on a thread of its own, until it must stop or all are
    /// over. The first whose board fails ends the others; one whose workers fail again and again
    /// closes alone.
    ///
    /// Each has its own session on the same weights, so histories and caches are separate by
    /// construction, and nobody waits for another's lock. The cores are shared.
    ///
    /// `lost` gets what the streams of each board lost.
    ///
    /// # Errors
    /// The first failure of a board, or of the last conversation.
    fn converse_all(
        &self,
        parties: Vec<Party>,
        listeners: Vec<Box<dyn Listener>>,
        service: &Service,
        display: &mut dyn Display,
        lost: &mut Vec<(String, Losses)>,
    ) -> Result<()> {
        let config = self.models.config();
        let (mut records, troubles) = Records::open(config, StateFolder::of(config));
        for message in troubles {
            display.show("", &Event::Trouble { at: SampleTime::ZERO, message });
        }
        let beat = Arc::new(Beat::new());
        let (alive, hub) = (Arc::clone(&beat), self.hub.clone());
        service.watch(move || alive.is_within(STUCK) && hub.is_alive());
        if !listeners.is_empty() {
            service.ready();
        }
        std::thread::scope(|scope| {
            let (tell, events) = unbounded();
            let mut talks = Vec::new();
            // All of them before the first begins.
            let contenders: Vec<_> =
                parties.iter().map(|party| self.models.contender(party.pace)).collect();
            for (party, contender) in parties.into_iter().zip(contenders) {
                let Party { seat, board, pace, device, comes_and_goes } = party;
                let name = seat.name().to_owned();
                let waits = self.waits.all || self.waits.satellites && comes_and_goes;
                let talk = Talk {
                    models: self.models,
                    seat,
                    board,
                    pace,
                    device,
                    contender,
                    waits: waits && pace == Pace::Live,
                    came: false,
                    assistant: None,
                    stop: self.stop.clone(),
                    events: tell.clone(),
                };
                let tell = tell.clone();
                let hold = move || {
                    let name = talk.seat.name().to_owned();
                    let held = talk.hold();
                    match held {
                        Err(failing) if failing.kind() == ErrorKind::Failing => {
                            // The receiver outlives every conversation.
                            let message = format!("{failing}; it is closed");
                            let event = Event::Trouble { at: SampleTime::ZERO, message };
                            let _ = tell.send((name, event));
                            Ok(Err(failing))
                        }
                        held => held.map(Ok),
                    }
                };
                talks.push((name.clone(), self.spawn(scope, name, hold)?));
            }
            let mut receptions = Vec::new();
            let places = Places::new(self.guests);
            // A client that waits for an answer does not wait for the models as well.
            let at_once = listeners.iter().any(|listener| listener.serves_requests());
            let loading = at_once.then(|| {
                let pool = self.models.around().pool.clone();
                self.spawn(scope, "models".into(), move || pool.sessions().map(drop))
            });
            for listener in listeners {
                let name = listener.address();
                let reception = Reception {
                    listener,
                    models: self.models,
                    hub: self.hub,
                    places: places.clone(),
                    stop: self.stop,
                    events: tell.clone(),
                };
                receptions.push(self.spawn(scope, name, move || reception.serve(scope))?);
            }
            drop(tell);
            let showing = Arc::new(());
            self.end_where_nobody_reads(Arc::downgrade(&showing), Arc::clone(&beat))?;
            self.show_all(&events, service, &beat, display, &mut records);
            drop(showing);
            let (mut ended, mut closed, mut held) = (Ok(()), None, receptions.len());
            for (name, talk) in talks {
                match talk.join().map_err(|_| Error::died("conversation")) {
                    Ok(Ok(Ok(losses))) => {
                        held += 1;
                        lost.push((name, losses));
                    }
                    Ok(Ok(Err(failing))) => closed = Some(failing),
                    Ok(Err(error)) | Err(error) => ended = ended.and(Err(error)),
                }
            }
            if let Some(failing) = closed.filter(|_| held == 0) {
                ended = ended.and(Err(failing));
            }
            for reception in receptions.into_iter().chain(loading.transpose()?) {
                let done = reception.join().map_err(|_| Error::died("listener"));
                ended = ended.and(done.and_then(|done| done));
            }
            ended
        })
    }

    /// Starts a thread whose failure ends the program.
    fn spawn<'scope, T: Send + 'scope>(
        &'scope self,
        scope: &'scope std::thread::Scope<'scope, '_>,
        name: String,
        work: impl FnOnce() -> Result<T> + Send + 'scope,
    ) -> Result<std::thread::ScopedJoinHandle<'scope, Result<T>>> {
        let done = move || {
            // A panic ends the program as well.
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
                .unwrap_or_else(|_| Err(Error::died("conversation")));
            if done.is_err() {
                self.stop.stop();
            }
            done
        };
        std::thread::Builder::new().name(name).spawn_scoped(scope, done).map_err(|error| {
            self.stop.stop();
            Error::no_thread(error)
        })
    }

    /// Ends the program if it must stop while its output makes no progress: nobody reads the
    /// output, and the thread that writes it would wait for ever. Runs until `showing` is gone.
    fn end_where_nobody_reads(&self, showing: Weak<()>, beat: Arc<Beat>) -> Result<()> {
        let stop = self.stop.clone();
        let watch = move || {
            while showing.strong_count() > 0 {
                std::thread::sleep(LOOK);
                if stop.is_stopped() {
                    std::thread::sleep(UNREAD);
                    if showing.strong_count() > 0 && !beat.is_within(UNREAD) {
                        restore_terminal();
                        std::process::exit(130);
                    }
                }
            }
        };
        let spawned = std::thread::Builder::new().name("output".into()).spawn(watch);
        spawned.map(drop).map_err(|error| {
            self.stop.stop();
            Error::no_thread(error)
        })
    }

    /// Shows and records events, and reports to the service manager, until all conversations are over.
    fn show_all(
        &self,
        events: &Receiver<(String, Event)>,
        service: &Service,
        beat: &Beat,
        display: &mut dyn Display,
        records: &mut Records,
    ) {
        let mut recorded = true;
        loop {
            match events.recv_timeout(display.patience()) {
                Ok((board, event)) => {
                    display.show(&board, &event);
                    // A full disk is reported once, not after each turn.
                    if let Err(error) = records.take(&board, &event, &jiff::Zoned::now())
                        && std::mem::replace(&mut recorded, false)
                    {
                        let message = format!("the counts of `sayso stats` are not saved: {error}");
                        display.show(&board, &Event::Trouble { at: SampleTime::ZERO, message });
                    }
                    // A recording may be over by now.
                    if let Event::State { .. } = event {
                        service.ready();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            display.refresh();
            beat.beat();
            if service.is_there() {
                if self.hub.is_ready() {
                    service.ready();
                }
                service.status(&self.hub.summary());
            }
        }
    }
}
