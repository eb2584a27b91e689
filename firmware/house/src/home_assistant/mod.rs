//! Home Assistant, over its WebSocket API.

mod address;
mod map;
mod service;
mod session;
mod socket;
mod words;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sayso_skills::Origin;

use crate::exchange::Exchange;
use crate::wait::{self, Sleeper};
pub use address::Address;
use session::Session;

/// How long it waits before it connects again: at first, and at most.
const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(60);

/// Where Home Assistant is.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Its address, as in a browser: `http://homeassistant.local:8123`.
    pub url: String,
    /// A file with a long-lived access token.
    pub token_file: PathBuf,
    /// A file with certificates that are trusted too; "" is none.
    pub ca_file: PathBuf,
}

/// Connects, in a thread of its own.
///
/// # Errors
/// If the address cannot be used, or no thread can be started.
pub fn start(settings: Settings) -> Result<Arc<Exchange>, String> {
    let address = Address::parse(&settings.url)?;
    if address.is_open() {
        log::warn!(
            "Home Assistant is used without encryption (home_assistant.url): anyone on the \
             network can read the token, and what is switched"
        );
    }
    let (waker, sleeper) = wait::pair().map_err(|error| error.to_string())?;
    let wake = Box::new(move || waker.wake());
    let exchange = Arc::new(Exchange::new(Origin::HomeAssistant, Duration::ZERO, wake));
    let shared = Arc::clone(&exchange);
    std::thread::Builder::new()
        .name("home assistant".into())
        .spawn(move || keep(&settings, &address, &shared, sleeper))
        .map_err(|error| error.to_string())?;
    Ok(exchange)
}

/// Keeps the connection, until the house is gone.
fn keep(settings: &Settings, address: &Address, exchange: &Exchange, mut sleeper: Sleeper) {
    let mut pause = FIRST;
    while !exchange.is_over() {
        let mut was_up = false;
        let ended = Session::open(settings, address)
            .and_then(|mut session| session.serve(exchange, &mut sleeper, &mut was_up));
        if was_up {
            pause = FIRST;
        }
        let Err(why) = ended else { return };
        exchange.down(why);
        // A wish of the house does not shorten the pause, because it was refused.
        let until = std::time::Instant::now() + pause;
        while let Some(left) = until.checked_duration_since(std::time::Instant::now()) {
            if exchange.is_over() || left.is_zero() {
                break;
            }
            sleeper.sleep(None, left);
        }
        pause = (2 * pause).min(LAST);
    }
}
