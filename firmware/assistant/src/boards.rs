//! The kinds of boards that a program knows: those to which it connects, and those that connect to
//! it.
//!
//! The address of a board is `SCHEME:…`. A [`Registry`] has a [`BoardKind`] for each scheme to
//! which the program connects, and a [`ListenerKind`] for each at which boards may connect; any
//! crate can add its own.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::time::Duration;

use clap_lex::OsStrExt as _;
use sayso_board::{Board, Mute};

use crate::config::Config;
use crate::control::Hub;
use crate::cores::Cores;
use crate::engines::Pool;
use crate::error::{Error, Result};
use crate::skills::SharedSkills;
use crate::{Pace, Stop};

mod opened;

pub use self::opened::Opened;

/// The form of addresses of a kind of board, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The form, such as `satellite:PORT[@BAUD]`. Without a colon there is only one board of the
    /// kind, and the form is its name.
    pub form: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
}

impl Usage {
    /// The scheme: what is before the colon.
    pub fn scheme(&self) -> &'static str {
        self.form.split(':').next().unwrap_or(self.form)
    }

    /// The part of `address` after the colon, if its scheme is that of this form.
    fn rest<'t>(&self, address: &'t OsStr) -> Option<&'t OsStr> {
        match address.split_once(":") {
            Some((scheme, rest)) if self.form.contains(':') => {
                (scheme == self.scheme()).then_some(rest)
            }
            Some(_) => None,
            None => (address == self.form).then_some(OsStr::new("")),
        }
    }
}

/// What is needed to make a board.
pub struct Site<'c> {
    /// The settings in force.
    pub config: &'c Config,
    /// The name under which others know the board.
    pub name: &'c str,
    /// Its mute, for a board with buttons or lamps.
    pub mute: Mute,
}

/// What a listener may use of the program to which it belongs: it may serve requests besides.
#[derive(Clone)]
pub struct Surroundings {
    /// The settings in force.
    pub config: Arc<Config>,
    /// The boards.
    pub hub: Hub,
    /// What all conversations share.
    pub skills: SharedSkills,
    /// The wake phrases that they sleep until; none if they always listen.
    pub phrases: Arc<[String]>,
    /// The sessions for all users.
    pub pool: Pool,
    /// The cores that all share.
    pub cores: Cores,
    /// Ends the program.
    pub stop: Stop,
}

/// A kind of board to which the program connects.
pub trait BoardKind: Send + Sync {
    /// The form of its addresses.
    fn usage(&self) -> Usage;

    /// What is missing if such a board is absent, for people: "satellite", "sound card".
    fn device(&self) -> &'static str;

    /// How time passes there.
    fn pace(&self) -> Pace {
        Pace::Live
    }

    /// Whether such boards come and go: if one is absent, the program then waits for it while
    /// others are used.
    fn comes_and_goes(&self) -> bool {
        false
    }

    /// The board at an address. `rest` is the part after the scheme, and may contain a path. The
    /// board is not opened yet.
    ///
    /// # Errors
    /// When the address is malformed, or this build has no such boards.
    fn make(&self, rest: &OsStr, site: &Site<'_>) -> Result<Box<dyn Board + Send>>;
}

/// A place where boards connect by themselves.
pub trait Listener: Send {
    /// Its address, as boards must use it.
    fn address(&self) -> String;

    /// Whether it serves requests besides, which need the models.
    fn serves_requests(&self) -> bool {
        false
    }

    /// The next board that connects within `wait`, if any. Drop it to refuse it.
    ///
    /// # Errors
    /// When it cannot listen any more.
    fn accept(&mut self, wait: Duration) -> Result<Option<Box<dyn Guest>>>;
}

/// A board that has connected by itself and is not identified yet.
pub trait Guest: Send {
    /// The address from which it has connected.
    fn origin(&self) -> String;

    /// The name that it gives, if any. Waits a few seconds for it.
    ///
    /// # Errors
    /// When the peer is not a board.
    fn identify(&mut self) -> Result<Option<String>>;

    /// Whether it may be muted at the board itself, so that one without a name could be muted
    /// without anybody knowing.
    fn has_own_mute(&self) -> bool {
        true
    }

    /// It cannot be used, because all places are taken, or because of an error; it may be told
    /// why. By default the connection is closed.
    fn refuse(self: Box<Self>, _error: &Error) {}

    /// The board. It is not opened yet.
    fn board(self: Box<Self>, site: &Site<'_>) -> Box<dyn Board + Send>;
}

/// In the settings, the address of a board that connects by itself is this, followed by the name
/// that it gives.
pub const COMES: &str = "listen:";

/// The address in the settings of a board that gives the name `identity`. `None` if people could
/// not read and type it.
pub fn known_as(identity: &str) -> Option<String> {
    let plain = !identity.is_empty() && !identity.chars().any(char::is_control);
    plain.then(|| format!("{COMES}{identity}"))
}

/// Name and area of the board with the address `known`, as the settings have them.
pub fn named(known: &str, config: &Config) -> (String, String) {
    let named = config.boards.iter().find(|(_, board)| board.address == known);
    named.map_or_else(
        || (known.to_owned(), String::new()),
        |(name, board)| (name.clone(), board.area.clone()),
    )
}

/// A kind of board that connects by itself.
pub trait ListenerKind: Send + Sync {
    /// The form of the addresses to listen at.
    fn usage(&self) -> Usage;

    /// Listens at the address that has `rest` after the scheme.
    ///
    /// # Errors
    /// When the address is malformed, in use, or not allowed.
    fn listen(&self, rest: &str, around: &Surroundings) -> Result<Box<dyn Listener>>;
}

/// The kinds of boards that a program knows, in the order in which they were added.
#[derive(Default)]
pub struct Registry {
    boards: Vec<Box<dyn BoardKind>>,
    listeners: Vec<Box<dyn ListenerKind>>,
}

/// A board that was named but not made yet.
pub struct Named<'r> {
    /// What it is called: the name that it has in the settings, or its address, as far as that
    /// can be written in UTF-8.
    pub name: String,
    /// Its area in the settings.
    pub area: String,
    /// Its kind.
    pub kind: &'r dyn BoardKind,
    rest: OsString,
}

impl Named<'_> {
    /// Makes it.
    ///
    /// # Errors
    /// As [`BoardKind::make`].
    pub fn make(&self, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
        self.kind.make(&self.rest, site)
    }
}

impl Registry {
    /// Adds a kind of board. It replaces an earlier one with the same scheme.
    pub fn register(&mut self, kind: Box<dyn BoardKind>) {
        self.boards.retain(|known| known.usage().scheme() != kind.usage().scheme());
        self.boards.push(kind);
    }

    /// Adds a kind of listener. It replaces an earlier one with the same scheme.
    pub fn register_listener(&mut self, kind: Box<dyn ListenerKind>) {
        self.listeners.retain(|known| known.usage().scheme() != kind.usage().scheme());
        self.listeners.push(kind);
    }

    /// The forms of the boards' addresses.
    pub fn boards(&self) -> Vec<Usage> {
        self.boards.iter().map(|kind| kind.usage()).collect()
    }

    /// The forms of the listeners' addresses.
    pub fn listeners(&self) -> Vec<Usage> {
        self.listeners.iter().map(|kind| kind.usage()).collect()
    }

    /// The board that `asked` means: a name in the settings, or an address.
    ///
    /// # Errors
    /// When it is neither; the message lists what there is.
    pub fn board(&self, asked: &OsStr, config: &Config) -> Result<Named<'_>> {
        let named = asked.to_str().and_then(|name| config.boards.get(name));
        let shown = asked.display();
        if named.is_some() && self.boards.iter().any(|kind| kind.usage().scheme() == asked) {
            return Err(Error::config(format!(
                "[boards.{shown}]: {shown} is a kind of board: choose another name"
            )));
        }
        let address = named.map_or(asked, |named| OsStr::new(&named.address));
        for kind in &self.boards {
            if let Some(rest) = kind.usage().rest(address) {
                return Ok(Named {
                    name: asked.to_string_lossy().into_owned(),
                    area: named.map(|named| named.area.clone()).unwrap_or_default(),
                    kind: &**kind,
                    rest: rest.into(),
                });
            }
        }
        if address.starts_with(COMES) {
            let address = address.display();
            return Err(Error::input(format!(
                "--board {shown}: {address} connects by itself: accept it with --listen"
            )));
        }
        let names = config.boards.keys().map(String::as_str);
        let what = match named {
            Some(_) => format!("[boards.{shown}]: address = {address:?}"),
            None => format!("--board {shown}"),
        };
        let known = either(names, &self.boards());
        Err(Error::input(format!("{what}: there is no such board: {known}")))
    }

    /// Listens at an address.
    ///
    /// # Errors
    /// When there is no such kind, and as [`ListenerKind::listen`].
    pub fn listen(&self, address: &str, around: &Surroundings) -> Result<Box<dyn Listener>> {
        let (kind, rest) = self.listener(address)?;
        kind.listen(rest, around)
    }

    /// The kind of listener that an address means, and the part after its scheme.
    fn listener<'a>(&self, address: &'a str) -> Result<(&dyn ListenerKind, &'a str)> {
        for kind in &self.listeners {
            if let Some(rest) = kind.usage().rest(address.as_ref()).and_then(OsStr::to_str) {
                return Ok((&**kind, rest));
            }
        }
        let known = either(std::iter::empty(), &self.listeners());
        Err(Error::input(format!("--listen {address}: boards cannot connect there: {known}")))
    }
}

/// "use `a`, `b` or `c`".
fn either<'n>(names: impl Iterator<Item = &'n str>, usages: &[Usage]) -> String {
    let forms = usages.iter().map(|usage| usage.form);
    let all: Vec<String> = names.chain(forms).map(|form| format!("`{form}`")).collect();
    match all.split_last() {
        None => "none is supported".into(),
        Some((last, [])) => format!("use {last}"),
        Some((last, others)) => format!("use {} or {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use sayso_board::{BoardError, BoardErrorKind, Streams};

    use super::*;
    use crate::config::NamedBoard;

    struct Absent;

    impl Board for Absent {
        fn start(&mut self, _: u32) -> std::result::Result<Streams, BoardError> {
            Err(BoardError::new(BoardErrorKind::NotFound, "absent"))
        }
    }

    struct Kind(&'static str);

    impl BoardKind for Kind {
        fn usage(&self) -> Usage {
            Usage { form: self.0, about: "for a test" }
        }

        fn device(&self) -> &'static str {
            "test"
        }

        fn make(&self, rest: &OsStr, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
            site.mute.set(false);
            match rest.to_str() {
                Some("bad") => Err(Error::input("a bad one")),
                _ => Ok(Box::new(Absent)),
            }
        }
    }

    fn registry() -> Registry {
        let mut registry = Registry::default();
        registry.register(Box::new(Kind("desktop")));
        registry.register(Box::new(Kind("tcp:HOST:PORT")));
        registry
    }

    fn found(
        asked: impl AsRef<OsStr>,
        config: &Config,
    ) -> std::result::Result<(String, OsString), String> {
        registry()
            .board(asked.as_ref(), config)
            .map(|named| (named.name.clone(), named.rest.clone()))
            .map_err(|error| error.to_string())
    }

    fn with(name: &str, address: &str) -> Config {
        let mut config = Config::default();
        let board = NamedBoard { address: address.into(), area: "ground floor".into() };
        config.boards.insert(name.into(), board);
        config
    }

    #[test]
    fn boards_are_found_by_address_and_by_name() {
        let config = with("kitchen", "tcp:kitchen.lan:7000");
        let is = |asked: &str, rest: &str| {
            assert_eq!(found(asked, &config), Ok((asked.into(), rest.into())));
        };
        is("desktop", "");
        is("tcp:a:1", "a:1");
        is("kitchen", "kitchen.lan:7000");
        let registry = registry();
        let named = registry.board("kitchen".as_ref(), &config).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(named.area, "ground floor");
        let mute = Mute::new(true, || {});
        assert!(named.make(&Site { config: &config, name: "kitchen", mute: mute.clone() }).is_ok());
        assert!(!mute.is_set());
    }

    #[cfg(unix)]
    #[test]
    fn an_address_may_be_not_utf_8() {
        use std::os::unix::ffi::OsStrExt;

        let odd = |text: &'static [u8]| <OsStr as OsStrExt>::from_bytes(text);
        let config = with("kitchen", "tcp:kitchen.lan:7000");
        let due = ("tcp:caf\u{FFFD}:b".into(), odd(b"caf\xE9:b").into());
        assert_eq!(found(odd(b"tcp:caf\xE9:b"), &config), Ok(due));
        for (asked, shown) in
            [(odd(b"caf\xE9"), "caf\u{FFFD}"), (odd(b"tc\xE9p:x"), "tc\u{FFFD}p:x")]
        {
            let error = found(asked, &config).expect_err(shown);
            assert!(error.starts_with(&format!("--board {shown}: there is no such ")), "{error}");
        }
    }

    #[test]
    fn an_unknown_board_is_refused_and_the_known_ones_are_named() {
        let config = with("kitchen", "tcp:kitchen.lan:7000");
        for asked in ["radio", "desktop:0", "tcp", "udp:a:1", "", ":"] {
            let error = found(asked, &config).expect_err(asked);
            let there = "`kitchen`, `desktop` or `tcp:HOST:PORT`";
            assert_eq!(error, format!("--board {asked}: there is no such board: use {there}"));
        }
        let error = found("hall", &with("hall", "radio:1")).expect_err("no such kind");
        assert!(error.starts_with("[boards.hall]: address = \"radio:1\": "), "{error}");
        let error = found("desktop", &with("desktop", "tcp:a:1")).expect_err("ambiguous");
        assert!(error.contains("choose another name"), "{error}");
        let error = registry().listener("tcp:a:1").err().expect("none").to_string();
        assert_eq!(error, "--listen tcp:a:1: boards cannot connect there: none is supported");
    }

    #[test]
    fn a_board_that_connects_by_itself_is_not_dialled() {
        for (asked, config) in
            [("kitchen", with("kitchen", "listen:pico")), ("listen:pico", Config::default())]
        {
            let error = found(asked, &config).expect_err("it comes");
            assert!(
                error.contains("listen:pico connects by itself: accept it with --listen"),
                "{error}"
            );
        }
        assert_eq!(known_as("pico-1").as_deref(), Some("listen:pico-1"));
        for unreadable in ["", "a\nb", "\u{1b}[2J"] {
            assert_eq!(known_as(unreadable), None, "{unreadable:?}");
        }
        let config = with("kitchen", "listen:pico");
        assert_eq!(super::named("listen:pico", &config), ("kitchen".into(), "ground floor".into()));
        assert_eq!(super::named("listen:hall", &config), ("listen:hall".into(), String::new()));
    }

    #[test]
    fn another_crate_can_replace_a_kind() {
        let mut registry = registry();
        registry.register(Box::new(Kind("tcp:HOST:PORT[/KEY]")));
        let forms: Vec<_> = registry.boards().iter().map(|usage| usage.form).collect();
        assert_eq!(forms, ["desktop", "tcp:HOST:PORT[/KEY]"]);
    }
}
