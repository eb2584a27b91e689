//! What several tests use.

#![allow(dead_code, clippy::panic)]

use std::time::{Duration, Instant};

use sayso_house::RealHouse;
use sayso_skills::{Change, Effect, Failure, House, Now, Progress, Request, Situation, Skills};

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

/// Says a sentence to skills, and waits until it is known what has come of it. Returns what they say.
pub fn say(skills: &mut Skills, text: &str) -> String {
    let now =
        Now { wall: "2026-11-30T14:05[Europe/Berlin]".parse().expect("a time"), steady: LONG };
    let situation = Situation { area: Some("Living Room".into()), ..Situation::new("test") };
    let since = Instant::now();
    skills.refresh();
    while skills.is_connecting() {
        assert!(since.elapsed() < LONG, "it connects for ever");
        std::thread::sleep(Duration::from_millis(10));
        skills.refresh();
    }
    let plan = skills.claim(&Request::new(text, &now, &situation));
    let plan = plan.unwrap_or_else(|| panic!("{text}: no skill claims it"));
    let before = plan.say().map(str::to_owned);
    let mut said = skills.act(plan, &now, &situation);
    while let Some(place) = said.effects.iter().position(|e| matches!(e, Effect::Again(_))) {
        let Effect::Again(again) = said.effects.remove(place) else { unreachable!() };
        std::thread::sleep(Duration::from_millis(10));
        said = said.then(skills.go_on(*again, &now, &situation));
    }
    let parts: Vec<String> = before.into_iter().chain(said.in_the_end().text).collect();
    parts.join(" ")
}
