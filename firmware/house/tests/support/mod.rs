//! What several tests use.

#![allow(dead_code)]

use std::time::{Duration, Instant};

use sayso_house::RealHouse;
use sayso_skills::{Change, Failure, House, Progress};

/// Nothing here takes longer, unless it hangs.
const LONG: Duration = Duration::from_secs(60);

/// Waits until something is so.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is() {
        assert!(since.elapsed() < LONG, "it never came: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A port of this machine that nobody uses.
pub fn port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

/// Waits until the only source of a house can be reached.
pub fn up(house: &mut RealHouse) {
    until("a connection", || matches!(house.status()[0].found, Some(Ok(_))));
    house.refresh();
}

/// Waits until the only source of a house cannot be reached, and returns why.
pub fn down(house: &RealHouse) -> String {
    let mut why = String::new();
    until("a loss", || match &house.status()[0].found {
        Some(Err(error)) => {
            why.clone_from(error);
            true
        }
        _ => false,
    });
    why
}

/// Changes a device, and waits until it is known what has come of it.
pub fn change(house: &mut RealHouse, name: &str, change: &Change) -> Result<Progress, Failure> {
    let mut progress = house.change(name, change)?;
    let since = Instant::now();
    while let Progress::Waits(number) = progress {
        assert!(since.elapsed() < LONG, "it waits for ever");
        std::thread::sleep(Duration::from_millis(5));
        progress = house.progress(number)?;
    }
    Ok(progress)
}

/// The names of all devices.
pub fn names(house: &RealHouse) -> Vec<String> {
    house.home().entities().map(|entity| entity.name.clone()).collect()
}
