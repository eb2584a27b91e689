//! The kinds of boards that a program knows: those it dials, and those it listens for.
//!
//! A board is named by an address, `SCHEME:…`. A [`Registry`] has a [`BoardKind`] for each
//! scheme that can be dialled and a [`ListenerKind`] for each on which boards may come by
//! themselves; any crate can add its own.

use std::time::Duration;

use sayso_board::{Board, Mute};

use crate::Pace;
use crate::config::Config;
use crate::error::{Error, Result};

mod opened;

pub use self::opened::Opened;

/// How a kind of board is named, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The form of its address, such as `satellite:PORT[@BAUD]`. Without a colon there is
    /// only one board of the kind, and the form is its name.
    pub form: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
}

impl Usage {
    /// The scheme: what is before the colon.
    pub fn scheme(&self) -> &'static str {
        self.form.split(':').next().unwrap_or(self.form)
    }

    /// Whether `address` has this form, as far as the scheme goes; what follows the colon.
    fn rest<'t>(&self, address: &'t str) -> Option<&'t str> {
        match address.split_once(':') {
            Some((scheme, rest)) if self.form.contains(':') => {
                (scheme == self.scheme()).then_some(rest)
            }
            Some(_) => None,
            None => (address == self.form).then_some(""),
        }
    }
}

/// What a board is made with.
pub struct Site<'c> {
    /// The settings in force.
    pub config: &'c Config,
    /// Its mute, if it has buttons or lamps for one.
    pub mute: Mute,
}

/// A kind of board that the program dials.
pub trait BoardKind: Send + Sync {
    /// How it is named.
    fn usage(&self) -> Usage;

    /// What people call it that is waited for: "satellite", "sound card".
    fn device(&self) -> &'static str;

    /// How time passes there.
    fn pace(&self) -> Pace {
        Pace::Live
    }

    /// Whether it comes and goes: one that is not there is then waited for while others
    /// talk.
    fn comes_and_goes(&self) -> bool {
        false
    }

    /// The board at the address that `rest` is what follows the scheme of. It is not opened
    /// yet.
    ///
    /// # Errors
    /// When the address is malformed, or this build has no such boards.
    fn make(&self, rest: &str, site: &Site<'_>) -> Result<Box<dyn Board + Send>>;
}

/// A place where boards come by themselves.
pub trait Listener: Send {
    /// Where it listens, as it is to be dialled.
    fn address(&self) -> String;

    /// The next board that has come, if one comes within `wait`. To refuse it, drop it.
    ///
    /// # Errors
    /// When it cannot listen any more.
    fn accept(&mut self, wait: Duration) -> Result<Option<Box<dyn Guest>>>;
}

/// A board that has come by itself, and that nobody knows yet.
pub trait Guest: Send {
    /// Where it has come from.
    fn origin(&self) -> String;

    /// What it calls itself, if it does: waits some seconds for that.
    ///
    /// # Errors
    /// When there is nobody to talk with.
    fn identify(&mut self) -> Result<Option<String>>;

    /// The board. It is not opened yet.
    fn board(self: Box<Self>, site: &Site<'_>) -> Box<dyn Board + Send>;
}

/// What stands before the name that a board calls itself by, in its address in the settings:
/// it comes by itself.
pub const COMES: &str = "listen:";

/// A name by which a board is known, for what it calls itself. `None` where that is nothing
/// that people can read and type.
pub fn known_as(identity: &str) -> Option<String> {
    let plain = !identity.is_empty() && !identity.chars().any(char::is_control);
    plain.then(|| format!("{COMES}{identity}"))
}

/// Name and area of the board that is known as `known`: those that the settings give it.
pub fn named(known: &str, config: &Config) -> (String, String) {
    let named = config.boards.iter().find(|(_, board)| board.address == known);
    named.map_or_else(
        || (known.to_owned(), String::new()),
        |(name, board)| (name.clone(), board.area.clone()),
    )
}

/// A kind of board that comes by itself.
pub trait ListenerKind: Send + Sync {
    /// How the place is named.
    fn usage(&self) -> Usage;

    /// Listens at the address that `rest` is what follows the scheme of.
    ///
    /// # Errors
    /// When the address is malformed, taken, or not one to listen at.
    fn listen(&self, rest: &str, config: &Config) -> Result<Box<dyn Listener>>;
}

/// The kinds of boards that a program knows, in the order in which they were added.
#[derive(Default)]
pub struct Registry {
    boards: Vec<Box<dyn BoardKind>>,
    listeners: Vec<Box<dyn ListenerKind>>,
}

/// A board that was named, and not made yet.
pub struct Named<'r> {
    /// What it is called: the name that it has in the settings, or its address.
    pub name: String,
    /// Where it is, by the settings.
    pub area: String,
    /// Its kind.
    pub kind: &'r dyn BoardKind,
    rest: String,
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
    /// Adds a kind of board. Of two with one scheme, the later one is used.
    pub fn register(&mut self, kind: Box<dyn BoardKind>) {
        self.boards.retain(|known| known.usage().scheme() != kind.usage().scheme());
        self.boards.push(kind);
    }

    /// Adds a kind of listener. Of two with one scheme, the later one is used.
    pub fn register_listener(&mut self, kind: Box<dyn ListenerKind>) {
        self.listeners.retain(|known| known.usage().scheme() != kind.usage().scheme());
        self.listeners.push(kind);
    }

    /// How boards are named.
    pub fn boards(&self) -> Vec<Usage> {
        self.boards.iter().map(|kind| kind.usage()).collect()
    }

    /// How listeners are named.
    pub fn listeners(&self) -> Vec<Usage> {
        self.listeners.iter().map(|kind| kind.usage()).collect()
    }

    /// The board that `asked` means: the name of one in the settings, or an address.
    ///
    /// # Errors
    /// When it is neither; the message says what there is.
    pub fn board(&self, asked: &str, config: &Config) -> Result<Named<'_>> {
        let named = config.boards.get(asked);
        if named.is_some() && self.boards.iter().any(|kind| kind.usage().scheme() == asked) {
            return Err(Error::config(format!(
                "[boards.{asked}]: {asked} is a kind of board: choose another name"
            )));
        }
        let address = named.map_or(asked, |named| &named.address);
        for kind in &self.boards {
            if let Some(rest) = kind.usage().rest(address) {
                return Ok(Named {
                    name: asked.into(),
                    area: named.map(|named| named.area.clone()).unwrap_or_default(),
                    kind: &**kind,
                    rest: rest.into(),
                });
            }
        }
        if address.starts_with(COMES) {
            return Err(Error::input(format!(
                "--board {asked}: {address} comes by itself; --listen says where"
            )));
        }
        let names = config.boards.keys().map(String::as_str);
        let what = match named {
            Some(_) => format!("[boards.{asked}]: address = {address:?}"),
            None => format!("--board {asked}"),
        };
        Err(Error::input(format!("{what}: {}", either(names, &self.boards()))))
    }

    /// Listens at an address.
    ///
    /// # Errors
    /// When there is no such kind, and as [`ListenerKind::listen`].
    pub fn listen(&self, address: &str, config: &Config) -> Result<Box<dyn Listener>> {
        for kind in &self.listeners {
            if let Some(rest) = kind.usage().rest(address) {
                return kind.listen(rest, config);
            }
        }
        let none = std::iter::empty();
        Err(Error::input(format!("--listen {address}: {}", either(none, &self.listeners()))))
    }
}

/// "`a`, `b` or `c`".
fn either<'n>(names: impl Iterator<Item = &'n str>, usages: &[Usage]) -> String {
    let forms = usages.iter().map(|usage| usage.form);
    let all: Vec<String> = names.chain(forms).map(|form| format!("`{form}`")).collect();
    match all.split_last() {
        None => "there is none".into(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
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

        fn make(&self, rest: &str, site: &Site<'_>) -> Result<Box<dyn Board + Send>> {
            site.mute.set(false);
            match rest {
                "bad" => Err(Error::input("a bad one")),
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

    fn found(asked: &str, config: &Config) -> std::result::Result<(String, String), String> {
        registry()
            .board(asked, config)
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
        let named = registry.board("kitchen", &config).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(named.area, "ground floor");
        let mute = Mute::new(true, || {});
        assert!(named.make(&Site { config: &config, mute: mute.clone() }).is_ok());
        assert!(!mute.is_set());
    }

    #[test]
    fn an_unknown_one_is_told_what_there_is() {
        let config = with("kitchen", "tcp:kitchen.lan:7000");
        for asked in ["radio", "desktop:0", "tcp", "udp:a:1", "", ":"] {
            let error = found(asked, &config).expect_err(asked);
            let there = "`kitchen`, `desktop` or `tcp:HOST:PORT`";
            assert_eq!(error, format!("--board {asked}: {there}"));
        }
        let error = found("hall", &with("hall", "radio:1")).expect_err("no such kind");
        assert!(error.starts_with("[boards.hall]: address = \"radio:1\": "), "{error}");
        let error = found("desktop", &with("desktop", "tcp:a:1")).expect_err("ambiguous");
        assert!(error.contains("choose another name"), "{error}");
        let error = registry().listen("tcp:a:1", &config).err().expect("none").to_string();
        assert_eq!(error, "--listen tcp:a:1: there is none");
    }

    #[test]
    fn one_that_comes_by_itself_is_not_dialled() {
        for (asked, config) in
            [("kitchen", with("kitchen", "listen:pico")), ("listen:pico", Config::default())]
        {
            let error = found(asked, &config).expect_err("it comes");
            assert!(error.contains("listen:pico comes by itself; --listen says"), "{error}");
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
