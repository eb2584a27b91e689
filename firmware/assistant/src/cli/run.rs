//! `sayso run`: the live conversation.

use std::io::{IsTerminal, Write};

use clap::Args;
use sayso::event::{Ending, TurnRecord};
use sayso::{Event, Pace, Result, Stop};
use sayso_board::Board;
use sayso_core::turn::State;

use super::{Shared, term};

/// Talk with it: microphone and loudspeaker.
#[derive(Args)]
pub struct Run {
    /// Name the microphones and loudspeakers of this machine, and end
    #[arg(long)]
    list_devices: bool,
    /// Microphone: its name or a part of it
    #[arg(long, short, value_name = "NAME", env = "SAYSO_INPUT")]
    input: Option<String>,
    /// Loudspeaker: its name or a part of it
    #[arg(long, short, value_name = "NAME", env = "SAYSO_OUTPUT")]
    output: Option<String>,
    /// `desktop` (this machine's sound card), `raspberry-pi` (an LED and a button
    /// as well), or `replay:IN[:OUT]`: a recording as the microphone, on a virtual
    /// clock; OUT gets both sides
    #[arg(long, default_value = "desktop", value_name = "BOARD", env = "SAYSO_BOARD")]
    board: String,
    /// One JSON object per event
    #[arg(long)]
    json: bool,
}

impl Run {
    pub fn run(&self, shared: &Shared, stop: &Stop) -> Result<()> {
        if self.list_devices {
            return list_devices(self.json);
        }
        let mut config = shared.settings()?;
        if let Some(input) = &self.input {
            config.audio.input = input.clone();
        }
        if let Some(output) = &self.output {
            config.audio.output = output.clone();
        }
        let (mut board, pace): (Box<dyn Board>, Pace) = match self.board.split_once(':') {
            Some(("replay", files)) => {
                let (input, output) = match files.split_once(':') {
                    Some((input, output)) => (input, Some(output)),
                    None => (files, None),
                };
                (super::ask::replay(input.as_ref(), output.map(AsRef::as_ref))?, Pace::Lockstep)
            }
            _ if self.board == "desktop" => (desktop(&config)?, Pace::Live),
            _ if self.board == "raspberry-pi" => (raspberry_pi(&config)?, Pace::Live),
            _ => {
                return Err(sayso::Error::Usage(format!(
                    "--board {}: `desktop`, `raspberry-pi` or `replay:IN[:OUT]`",
                    self.board
                )));
            }
        };
        let mut assistant = shared.assistant(config)?;
        let mut screen = Screen::new(self.json);
        screen.hello();
        let losses =
            assistant.converse(board.as_mut(), pace, stop, &mut |event| screen.show(&event))?;
        screen.goodbye();
        let lost = |name, stats: sayso_board::StreamStats| {
            if stats.xruns + stats.dropped + stats.missing > 0 {
                term::note(format!(
                    "{name}: {} xruns, {} samples dropped, {} missing, opened again {} times",
                    stats.xruns, stats.dropped, stats.missing, stats.reopened
                ));
            }
        };
        lost("microphone", losses.microphone);
        lost("loudspeaker", losses.loudspeaker);
        Ok(())
    }
}

/// The live screen: finished lines above, one line with what goes on below.
struct Screen {
    json: bool,
    terminal: bool,
    state: State,
    level: f32,
    drafted: String,
    partial: String,
    reply: String,
}

impl Screen {
    fn new(json: bool) -> Self {
        Self {
            json,
            terminal: std::io::stdout().is_terminal(),
            state: State::Listening,
            level: -90.0,
            drafted: String::new(),
            partial: String::new(),
            reply: String::new(),
        }
    }

    fn hello(&self) {
        if !self.json {
            println!("{}", term::dim("Speak when you like; Ctrl-C ends."));
        }
    }

    fn goodbye(&self) {
        if !self.json && self.terminal {
            println!("\r\x1b[K{}", term::dim("Goodbye."));
        }
    }

    fn show(&mut self, event: &Event) {
        if self.json {
            if event.logged() {
                println!("{}", serde_json::json!(event));
            }
            return;
        }
        match event {
            Event::State { state, .. } => self.state = *state,
            Event::Level { dbfs, .. } => self.level = *dbfs,
            Event::Draft { text, .. } => {
                self.drafted.push_str(text);
                self.partial.clone_from(&self.drafted);
            }
            Event::Partial { text, .. } => self.partial.push_str(text),
            Event::Transcript { transcript, .. } => {
                self.partial = transcript.text.trim().to_owned();
            }
            Event::Token { text, .. } => self.reply.push_str(text),
            Event::Turn(record) => {
                // A dropped guess takes back its own words, not the drafts before.
                if record.ending != Ending::Dropped {
                    self.drafted.clear();
                }
                self.partial.clone_from(&self.drafted);
                self.reply.clear();
                if record.ending != Ending::Dropped {
                    self.lines(record);
                }
            }
            Event::Trouble { message, .. } => self.above(&format!("! {message}")),
            _ => {}
        }
        self.status();
    }

    fn lines(&self, record: &TurnRecord) {
        self.above(&format!("{}    {}", term::dim("you"), record.transcript));
        let cut = if record.ending == Ending::Interrupted { " …" } else { "" };
        self.above(&format!("{}  {}{cut}", term::dim("sayso"), term::bold(record.heard.trim())));
        self.above(&term::dim(format!("       {}", super::ask::times(record))));
    }

    fn above(&self, line: &str) {
        if self.terminal {
            println!("\r\x1b[K{line}");
        } else {
            println!("{line}");
        }
    }

    fn status(&self) {
        if !self.terminal {
            return;
        }
        let state = match self.state {
            State::Asleep => "asleep   ",
            State::Listening => "listening",
            State::Hearing => "hearing  ",
            State::Thinking => "thinking ",
            State::Speaking => "speaking ",
            State::Paused => "paused   ",
        };
        // −60 dBFS is an empty meter, 0 a full one.
        let bars = ((self.level + 60.0) / 5.0).clamp(0.0, 12.0) as usize;
        let meter = format!("{}{}", "▮".repeat(bars), "·".repeat(12 - bars));
        let text = if self.reply.is_empty() { &self.partial } else { &self.reply };
        let width = 50;
        let tail: String = text.chars().skip(text.chars().count().saturating_sub(width)).collect();
        print!("\r\x1b[K{} {} {}", term::bold(state), term::dim(meter), tail.replace('\n', " "));
        // A closed terminal shows at the next whole line.
        let _ = std::io::stdout().flush();
    }
}

#[cfg(feature = "desktop")]
pub fn desktop(config: &sayso::Config) -> Result<Box<dyn Board>> {
    Ok(Box::new(sayso_desktop::Desktop::new(devices(config))))
}

#[cfg(feature = "desktop")]
fn devices(config: &sayso::Config) -> sayso_desktop::DesktopConfig {
    let named = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    sayso_desktop::DesktopConfig {
        input: named(&config.audio.input),
        output: named(&config.audio.output),
    }
}

#[cfg(not(feature = "desktop"))]
pub fn desktop(_: &sayso::Config) -> Result<Box<dyn Board>> {
    Err(sayso::Error::Usage("this build has no sound card support (feature `desktop`)".into()))
}

#[cfg(all(feature = "raspberry-pi", target_os = "linux"))]
fn raspberry_pi(config: &sayso::Config) -> Result<Box<dyn Board>> {
    let pins = &config.raspberry_pi;
    let used = |number: u32| Some(number).filter(|number| *number > 0);
    let pins = sayso_raspberry_pi::Pins {
        chip: pins.chip.clone(),
        led: used(pins.led),
        led_active_low: pins.led_active_low,
        button: used(pins.button),
    };
    Ok(Box::new(sayso_raspberry_pi::RaspberryPi::new(devices(config), pins)))
}

#[cfg(not(all(feature = "raspberry-pi", target_os = "linux")))]
fn raspberry_pi(_: &sayso::Config) -> Result<Box<dyn Board>> {
    let message = "this build knows no GPIO: it needs Linux and the feature `raspberry-pi`";
    Err(sayso::Error::Usage(message.into()))
}

#[cfg(feature = "desktop")]
fn list_devices(json: bool) -> Result<()> {
    let shown = |format: &Option<sayso_desktop::Format>, default: bool| {
        format.as_ref().map(|format| {
            let star = if default { " (default)" } else { "" };
            format!("{} Hz, {} channels{star}", format.rate, format.channels)
        })
    };
    for device in sayso_desktop::list_devices()? {
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
            println!("{line}");
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
fn list_devices(_: bool) -> Result<()> {
    Err(sayso::Error::Usage("this build has no sound card support (feature `desktop`)".into()))
}
