//! The devices of the home: whether Home Assistant and the MQTT broker can be reached.

use sayso::Config;
use sayso::internals::house::{is_open, look};

use super::{Finding, PATIENCE};

/// The sources of devices.
pub fn home(config: &Config) -> Vec<Finding> {
    const WHAT: &str = "home";
    let all = match look(config, PATIENCE) {
        Ok(all) => all,
        Err(error) => return vec![Finding::bad(WHAT, error.to_string(), "correct the settings")],
    };
    let mut findings: Vec<Finding> = Vec::new();
    for status in &all {
        let called = status.called();
        findings.push(match &status.found {
            Some(Ok(0)) => Finding::weak(
                WHAT,
                format!("{called} can be reached, but has no devices for Sayso"),
                "docs/home.md shows how to choose them",
            ),
            Some(Ok(n)) => Finding::fine(WHAT, format!("{called} can be reached; devices: {n}")),
            Some(Err(why)) => Finding::bad(
                WHAT,
                format!("{called} cannot be reached: {why}"),
                "check its address and that it runs; docs/home.md has the steps",
            ),
            None => Finding::bad(
                WHAT,
                format!("{called} does not answer"),
                "check its address and that it runs",
            ),
        });
    }
    if is_open(config) {
        findings.push(Finding::weak(
            WHAT,
            "Home Assistant is used without encryption: anyone on the network can read the token",
            "use an address that begins with https, or only a network that you trust",
        ));
    }
    findings
}
