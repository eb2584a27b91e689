//! `sayso run`: the live conversation, or several.

mod screen;

use std::time::{Duration, Instant};

use clap::Args;
use crossbeam_channel::{Sender, unbounded};
use sayso::cores::Cores;
use sayso::{Assistant, Config, Error, Event, Losses, Pace, Result, Stop};
#[cfg(feature = "desktop")]
use sayso_board::Way;
use sayso_board::{Board, BoardErrorKind, Loudspeaker};
use sayso_core::audio::Samples;
use sayso_satellite_board::{Satellite, SatelliteConfig};

use self::screen::Screen;
use super::{Shared, term};

const EXAMPLES: &str = "\
Examples:
  sayso run                                          this machine's sound card
  sayso run --input USB --output Headphones          other devices than the default
  sayso run --board satellite:/dev/ttyACM0           a satellite on a USB port
  sayso run --board satellite:/dev/ttyUSB0@1000000   on a UART, with its speed in baud
  sayso run --board tcp:kitchen.lan:7000             on the network
  sayso run --board desktop --board satellite:/dev/ttyACM0
                                                     both, each with its own conversation";

/// Talk with it: microphone and loudspeaker.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Run {
    /// Name the microphones and loudspeakers of this machine, and end
    #[arg(long)]
    list_devices: bool,
    #[command(flatten)]
    devices: Devices,
    /// Where to hear and speak; may be repeated, and each has a conversation and
    /// models of its own. `desktop` (this machine's sound card), `raspberry-pi` (an
    /// LED and a button as well), `satellite:PORT[@BAUD]` or `tcp:HOST:PORT` (a
    /// satellite), or `replay:IN[:OUT]` (a recording as the microphone, on a virtual
    /// clock; OUT gets both sides)
    #[arg(long, default_value = "desktop", value_name = "BOARD", env = "SAYSO_BOARD")]
    board: Vec<String>,
    /// One JSON object per event; with several boards, `board` names it
    #[arg(long)]
    json: bool,
}

/// Which of this machine's devices, in place of those of the settings.
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
    /// Puts them into settings of which those `set` by name stay.
    pub fn put_into(&self, set: &[String], config: &mut Config) {
        let audio = &mut config.audio;
        super::put_option(set, "audio.input", &self.input, &mut audio.input);
        super::put_option(set, "audio.output", &self.output, &mut audio.output);
    }
}

impl Run {
    pub fn run(&self, shared: &Shared, stop: &Stop) -> Result<()> {
        if self.list_devices {
            return list_devices(self.json);
        }
        let mut config = shared.settings()?;
        self.devices.put_into(&shared.set, &mut config);
        // Before the models are loaded, which takes longer than to see a mistake.
        let mut parties = Vec::new();
        for (n, name) in self.board.iter().enumerate() {
            if self.board[..n].contains(name) {
                return Err(Error::Usage(format!("--board {name} is given twice")));
            }
            let (board, pace) = board(name, &config)?;
            parties.push((name.as_str(), board, pace));
        }
        let cores = Cores::new(sayso::engines::cores());
        let mut assistants = Vec::new();
        for _ in &parties {
            assistants.push(shared.assistant(config.clone())?.share(cores.clone()));
        }
        let mut screen = Screen::new(self.json, parties.len() > 1);
        let ended = converse_all(parties, &mut assistants, stop, &mut screen);
        screen.goodbye();
        ended
    }
}

/// A board to talk at, by its name, and how time passes there.
type Party<'n> = (&'n str, Box<dyn Board + Send>, Pace);

/// How often a satellite that is not there is looked for.
const LOOK: Duration = Duration::from_secs(5);

/// Holds a conversation with each, on a thread of its own, until `stop` or until all
/// are over. The first that fails ends the others; a satellite that is not there is waited
/// for, unless it is the only board.
///
/// Each has engines of its own: histories and caches are then apart by construction, and
/// nobody waits for another's lock. The model files are mapped, so in memory once, but what
/// an engine lays out anew for the CPU is not; the cores are shared.
fn converse_all(
    parties: Vec<Party<'_>>,
    assistants: &mut [Assistant],
    stop: &Stop,
    screen: &mut Screen,
) -> Result<()> {
    std::thread::scope(|scope| {
        let (tell, events) = unbounded();
        let mut talks = Vec::new();
        let several = parties.len() > 1;
        let satellite = |name: &str| name.starts_with("satellite:") || name.starts_with("tcp:");
        for ((name, board, pace), assistant) in parties.into_iter().zip(assistants) {
            let tell = tell.clone();
            let talk = std::thread::Builder::new()
                .name(name.to_owned())
                .spawn_scoped(scope, move || {
                    let talk = Talk { assistant, board, pace, stop, name, tell };
                    let done = talk.hold(several && satellite(name));
                    if done.is_err() {
                        stop.stop();
                    }
                    done
                })
                .map_err(|error| {
                    stop.stop();
                    Error::Io(format!("cannot start a thread: {error}"))
                })?;
            talks.push((name, talk));
        }
        drop(tell);
        for (name, event) in events {
            screen.show(name, &event);
        }
        let mut ended = Ok(());
        for (name, talk) in talks {
            match talk.join().map_err(|_| Error::Worker("conversation")) {
                Ok(Ok(losses)) => screen.losses(name, &losses),
                Ok(Err(error)) | Err(error) => ended = ended.and(Err(error)),
            }
        }
        ended
    })
}

/// Whether a satellite may only be switched off or not plugged in.
fn is_absent(kind: BoardErrorKind) -> bool {
    matches!(kind, BoardErrorKind::Unavailable | BoardErrorKind::NotFound)
}

/// A conversation at one board.
struct Talk<'a, 'n> {
    assistant: &'a mut Assistant,
    board: Box<dyn Board + Send>,
    pace: Pace,
    stop: &'a Stop,
    name: &'n str,
    tell: Sender<(&'n str, Event)>,
}

impl Talk<'_, '_> {
    /// Holds it; a board that is not there is waited for if `patient`.
    fn hold(mut self, patient: bool) -> Result<Losses> {
        let mut told = false;
        loop {
            let Self { assistant, board, pace, stop, name, tell } = &mut self;
            // The receiver outlives every conversation.
            let mut on_event = |event| drop(tell.send((*name, event)));
            let error = match assistant.converse(board.as_mut(), *pace, stop, &mut on_event) {
                Err(Error::Board(error)) if patient && is_absent(error.kind()) => error,
                other => return other,
            };
            if stop.is_stopped() {
                return Err(error.into());
            }
            if !std::mem::replace(&mut told, true) {
                let message = format!("{error}. The others go on, and it is looked for");
                on_event(Event::DeviceLost { at: Samples::ZERO, device: "satellite", message });
            }
            let until = Instant::now() + LOOK;
            while Instant::now() < until {
                if stop.is_stopped() {
                    return Ok(Losses::default());
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// The board of this name.
fn board(name: &str, config: &Config) -> Result<(Box<dyn Board + Send>, Pace)> {
    let satellite = |address: &str| -> Result<(Box<dyn Board + Send>, Pace)> {
        let config = SatelliteConfig { address: address.parse()?, volume: config.satellite.volume };
        Ok((Box::new(Satellite::new(config)), Pace::Live))
    };
    match name.split_once(':') {
        Some(("replay", files)) => {
            let (input, output) = match files.split_once(':') {
                Some((input, output)) => (input, Some(output)),
                None => (files, None),
            };
            Ok((super::ask::replay(input.as_ref(), output.map(AsRef::as_ref))?, Pace::Lockstep))
        }
        Some(("satellite", address)) => satellite(address),
        Some(("tcp", _)) => satellite(name),
        _ if name == "desktop" => Ok((desktop(config)?, Pace::Live)),
        _ if name == "raspberry-pi" => Ok((raspberry_pi(config)?, Pace::Live)),
        _ => Err(Error::Usage(format!(
            "--board {name}: `desktop`, `raspberry-pi`, `satellite:PORT[@BAUD]`, \
             `tcp:HOST:PORT` or `replay:IN[:OUT]`"
        ))),
    }
}

#[cfg(feature = "desktop")]
fn desktop(config: &sayso::Config) -> Result<Box<dyn Board + Send>> {
    Ok(Box::new(sayso_desktop::Desktop::new(devices(config))))
}

/// This machine's loudspeaker alone, for a voice of `rate` Hz.
#[cfg(feature = "desktop")]
pub fn loudspeaker(config: &sayso::Config, rate: u32) -> Result<Box<dyn Loudspeaker>> {
    Ok(sayso_desktop::Desktop::new(devices(config)).loudspeaker(rate)?)
}

#[cfg(not(feature = "desktop"))]
pub fn loudspeaker(_: &sayso::Config, _: u32) -> Result<Box<dyn Loudspeaker>> {
    Err(Error::Usage(NO_DESKTOP.into()))
}

/// The devices that the settings name.
#[cfg(feature = "desktop")]
pub fn devices(config: &sayso::Config) -> sayso_desktop::DesktopConfig {
    let named = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    sayso_desktop::DesktopConfig {
        input: named(&config.audio.input),
        output: named(&config.audio.output),
    }
}

#[cfg(not(feature = "desktop"))]
fn desktop(_: &sayso::Config) -> Result<Box<dyn Board + Send>> {
    Err(Error::Usage(NO_DESKTOP.into()))
}

#[cfg(not(feature = "desktop"))]
const NO_DESKTOP: &str = "this build has no sound card support (feature `desktop`)";

#[cfg(all(feature = "raspberry-pi", target_os = "linux"))]
fn raspberry_pi(config: &sayso::Config) -> Result<Box<dyn Board + Send>> {
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
fn raspberry_pi(_: &sayso::Config) -> Result<Box<dyn Board + Send>> {
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
    let devices = sayso_desktop::list_devices()?;
    let absent: Vec<String> = [Way::Input, Way::Output]
        .into_iter()
        .filter(|way| devices.iter().all(|device| device.format(*way).is_none()))
        .map(|way| format!("no {}", way.noun()))
        .collect();
    if !absent.is_empty() {
        term::note(format!(
            "there is {} that can be opened: connect one, or {}. `sayso ask` works on recordings, \
             without one",
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
    Err(Error::Usage(NO_DESKTOP.into()))
}
