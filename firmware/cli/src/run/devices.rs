//! The sound devices of this machine.

use std::ffi::OsString;

use clap::Args;
#[cfg(not(feature = "desktop"))]
use sayso::Error;
use sayso::{Config, Result};
use sayso_board::Loudspeaker;
#[cfg(feature = "desktop")]
use sayso_board::Way;

#[cfg(feature = "desktop")]
use crate::term;

/// Which of this machine's devices to use, instead of those in the settings.
#[derive(Args)]
pub struct Devices {
    /// Microphone: its name or a part of it
    #[arg(long, short, value_name = "NAME", env = "SAYSO_INPUT")]
    input: Option<String>,
    /// Loudspeaker: its name or a part of it
    #[arg(long, short, value_name = "NAME", env = "SAYSO_OUTPUT")]
    output: Option<String>,
}

impl Devices {
    /// Puts them into the settings, except for settings that are in `set`.
    pub fn put_into(&self, set: &[OsString], config: &mut Config) {
        let audio = &mut config.audio;
        crate::put_option(set, "audio.input", &self.input, &mut audio.input);
        crate::put_option(set, "audio.output", &self.output, &mut audio.output);
    }
}

/// This machine's loudspeaker alone, for a voice of `rate` Hz.
#[cfg(feature = "desktop")]
pub fn loudspeaker(config: &Config, rate: u32) -> Result<Box<dyn Loudspeaker>> {
    Ok(sayso_desktop::Desktop::new(devices(config)).loudspeaker(rate)?)
}

#[cfg(not(feature = "desktop"))]
pub fn loudspeaker(_: &Config, _: u32) -> Result<Box<dyn Loudspeaker>> {
    Err(Error::input(NO_DESKTOP))
}

/// The devices that the settings name.
#[cfg(feature = "desktop")]
pub fn devices(config: &Config) -> sayso_desktop::DesktopConfig {
    let named = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    sayso_desktop::DesktopConfig {
        input: named(&config.audio.input),
        output: named(&config.audio.output),
    }
}

#[cfg(not(feature = "desktop"))]
pub const NO_DESKTOP: &str = "this build has no sound card support (feature `desktop`)";

#[cfg(feature = "desktop")]
pub fn list_devices(json: bool) -> Result<()> {
    let shown = |format: &Option<sayso_desktop::Format>, default: bool| {
        format.as_ref().map(|format| {
            let star = if default { " (default)" } else { "" };
            format!("{} Hz, {} channels{star}", format.rate, format.channels)
        })
    };
    let devices = sayso_desktop::list_devices()?;
    let absent: Vec<String> = [Way::Input, Way::Output]
        .into_iter()
        .filter(|way| devices.iter().all(|device| device.format(*way).is_none()))
        .map(|way| format!("no {}", way.noun()))
        .collect();
    if !absent.is_empty() {
        term::note(format!(
            "there is {} that can be opened: connect one, or {}. `sayso ask` works on recordings \
             and needs none",
            absent.join(" and "),
            sayso_desktop::START_SERVER
        ));
    }
    for device in devices {
        let input = shown(&device.input, device.default_input);
        let output = shown(&device.output, device.default_output);
        if json {
            let line = serde_json::json!({
                "name": device.name,
                "id": device.id,
                "input": input,
                "output": output,
                "default_input": device.default_input,
                "default_output": device.default_output,
            });
            println!("{}", term::json(&line));
            continue;
        }
        println!("{}  {}", term::bold(&device.name), term::dim(&device.id));
        for (way, format) in [("microphone", input), ("loudspeaker", output)] {
            if let Some(format) = format {
                println!("    {way:<12} {format}");
            }
        }
    }
    Ok(())
}

#[cfg(not(feature = "desktop"))]
pub fn list_devices(_: bool) -> Result<()> {
    Err(Error::input(NO_DESKTOP))
}
