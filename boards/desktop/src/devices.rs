//! Which devices there are, and which one a name means.

use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{ErrorKind, HostId, SupportedStreamConfig};
use sayso_board::{BoardError, BoardErrorKind, Way};

use crate::quiet::Quiet;

/// A sound device, as [`list_devices`] finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The device's name for people.
    pub name: String,
    /// The system's name for it; unique.
    pub id: String,
    /// How it would be opened for recording, if that is possible.
    pub input: Option<Format>,
    /// How it would be opened for playing, if that is possible.
    pub output: Option<Format>,
    /// Whether it is the default microphone.
    pub default_input: bool,
    /// Whether it is the default loudspeaker.
    pub default_output: bool,
}

impl Device {
    /// How it would be opened in this direction, if that is possible.
    pub fn format(&self, way: Way) -> Option<&Format> {
        match way {
            Way::Input => self.input.as_ref(),
            Way::Output => self.output.as_ref(),
        }
    }
}

/// How a device would be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// Sample rate, in Hz.
    pub rate: u32,
    /// Number of channels.
    pub channels: u16,
    /// The kind of sample, such as `f32` or `i16`.
    pub sample: String,
}

impl From<SupportedStreamConfig> for Format {
    fn from(config: SupportedStreamConfig) -> Self {
        Self {
            rate: config.sample_rate(),
            channels: config.channels(),
            sample: config.sample_format().to_string(),
        }
    }
}

/// ALSA names that are not devices: one that discards everything, and the bridge to a JACK server,
/// which complains on stderr if none runs.
const NO_DEVICES: [&str; 2] = ["null", "jack"];

/// The devices that can be opened now. Opens each of them for a moment.
///
/// # Errors
/// When the sound system cannot be reached.
pub fn list_devices() -> Result<Vec<Device>, BoardError> {
    let _quiet = Quiet::new();
    let host = cpal::default_host();
    let id = |device: &cpal::Device| device.id().map(|id| id.id().to_owned()).ok();
    let default_input = host.default_input_device().as_ref().and_then(id);
    let default_output = host.default_output_device().as_ref().and_then(id);
    let devices = host.devices().map_err(system_error)?;
    Ok(devices
        .filter_map(|device| {
            let id = id(&device).filter(|id| !NO_DEVICES.contains(&id.as_str()))?;
            let input = device.supports_input().then(|| device.default_input_config().ok());
            let output = device.supports_output().then(|| device.default_output_config().ok());
            let (input, output) = (input.flatten(), output.flatten());
            if input.is_none() && output.is_none() {
                return None;
            }
            Some(Device {
                name: device.to_string(),
                default_input: input.is_some() && default_input.as_ref() == Some(&id),
                default_output: output.is_some() && default_output.as_ref() == Some(&id),
                id,
                input: input.map(Format::from),
                output: output.map(Format::from),
            })
        })
        .collect())
}

/// The device that `name` means, or the default, and how to open it. It is looked for on the sound
/// system in `system`. If that is `None`, the current sound system is used and stored there.
pub fn choose(
    name: Option<&str>,
    way: Way,
    system: &mut Option<HostId>,
) -> Result<(cpal::Device, SupportedStreamConfig), BoardError> {
    let host = match *system {
        // ALSA is available even while a sound server restarts. A stream that changed to ALSA then
        // would stay there.
        Some(id) => cpal::host_from_id(id).map_err(system_error)?,
        None => cpal::default_host(),
    };
    let device = match name {
        None => match way {
            Way::Input => host.default_input_device(),
            Way::Output => host.default_output_device(),
        }
        .ok_or_else(|| nothing_there(way))?,
        Some(name) => {
            let mut devices: Vec<cpal::Device> = host
                .devices()
                .map_err(system_error)?
                .filter(|device| match way {
                    Way::Input => device.supports_input(),
                    Way::Output => device.supports_output(),
                })
                .collect();
            let names: Vec<[String; 2]> = devices
                .iter()
                .map(|d| [d.to_string(), d.id().map_or(String::new(), |id| id.id().to_owned())])
                .collect();
            let at = pick(&names, name).map_err(|alike| {
                // The names to choose from are the same that the user sees elsewhere.
                let there = list_devices().unwrap_or_default();
                let there = there.iter().filter(|device| device.format(way).is_some());
                let there = there.map(|device| [device.name.clone(), device.id.clone()]).collect();
                not_meant(name, way, &alike, there)
            })?;
            devices.swap_remove(at)
        }
    };
    let config = match way {
        Way::Input => device.default_input_config(),
        Way::Output => device.default_output_config(),
    };
    match config {
        Ok(config) => {
            system.get_or_insert(host.id());
            Ok((device, config))
        }
        // The default may be only a name: it exists even without any device.
        Err(error) if name.is_none() && is_absence(error.kind()) => {
            Err(nothing_there(way).with_source(error))
        }
        Err(error) => Err(board_error(&device, error)),
    }
}

/// A device's name and its id.
type Names = [String; 2];

/// Finds `wanted` among the names: an equal one, or else the only one that contains it, in upper
/// or lower case. If several contain it, returns them.
fn pick(names: &[Names], wanted: &str) -> Result<usize, Vec<Names>> {
    for side in [1, 0] {
        if let Some(at) = names.iter().position(|pair| pair[side] == wanted) {
            return Ok(at);
        }
    }
    let lower = wanted.to_lowercase();
    let alike = |pair: &Names| pair.iter().any(|name| name.to_lowercase().contains(&lower));
    let alike: Vec<usize> =
        (0..names.len()).filter(|at| !lower.is_empty() && alike(&names[*at])).collect();
    match alike[..] {
        [at] => Ok(at),
        _ => Err(alike.into_iter().map(|at| names[at].clone()).collect()),
    }
}

/// An error that says that `wanted` is not a device, or fits several. `there` are the devices to
/// choose from.
fn not_meant(wanted: &str, way: Way, alike: &[Names], there: Vec<Names>) -> BoardError {
    let noun = way.noun();
    let meant: Vec<Names> = there.iter().filter(|names| alike.contains(names)).cloned().collect();
    let (what, listed) = if meant.is_empty() {
        (format!("there is no {noun} called \"{wanted}\""), there)
    } else {
        (format!("\"{wanted}\" fits more than one {noun}"), meant)
    };
    let list: String = listed.iter().map(|[name, id]| format!("\n  {id} ({name})")).collect();
    let advice = match listed.is_empty() {
        true => format!(", and no other either. Connect one, or {START_SERVER}"),
        false => format!(". Name one of these in full:{list}"),
    };
    BoardError::new(BoardErrorKind::NotFound, what + &advice)
}

/// What to do if no device is found.
pub const START_SERVER: &str = "start the sound server (PipeWire or PulseAudio)";

fn nothing_there(way: Way) -> BoardError {
    let noun = way.noun();
    BoardError::new(
        BoardErrorKind::NotFound,
        format!("there is no default {noun}: connect one, {START_SERVER}, or name the one to use"),
    )
}

fn is_absence(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::DeviceNotAvailable
            | ErrorKind::HostUnavailable
            | ErrorKind::BackendError
            | ErrorKind::UnsupportedConfig
    )
}

fn system_error(error: cpal::Error) -> BoardError {
    let what = plain(&error);
    let message = format!("cannot reach the sound system: {what}. Check that it runs");
    BoardError::new(BoardErrorKind::Unavailable, message).with_source(error)
}

/// The text of an error, without the full stop at the end of some.
pub fn plain(error: &cpal::Error) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

/// Whether the thread that calls back for `device` may have real-time priority. It may if it uses
/// the socket of a sound server or the card itself. Other plug-ins of ALSA may do anything:
/// PipeWire's spins.
pub fn worth_priority(device: &cpal::Device) -> bool {
    let direct = |id: &str| id.starts_with("hw:") || id.starts_with("plughw:");
    cfg!(target_os = "linux")
        && device.id().is_ok_and(|id| id.host().name() == "PulseAudio" || direct(id.id()))
}

/// Converts an error of cpal about `device` to ours.
pub fn board_error(device: &cpal::Device, error: cpal::Error) -> BoardError {
    let (kind, advice) = classify(error.kind());
    let what = plain(&error);
    let message =
        format!("cannot open the sound device \"{device}\": {what}. What helps: {advice}");
    BoardError::new(kind, message).with_source(error)
}

/// What can be done about an error of cpal's at opening a device.
fn classify(kind: ErrorKind) -> (BoardErrorKind, &'static str) {
    match kind {
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => {
            (BoardErrorKind::NotFound, "connect it, or name another")
        }
        ErrorKind::PermissionDenied => (
            BoardErrorKind::Unavailable,
            "allow its use (on Linux: add the user to the group \"audio\")",
        ),
        ErrorKind::UnsupportedConfig | ErrorKind::UnsupportedOperation => {
            (BoardErrorKind::Unsupported, "name another")
        }
        _ => (BoardErrorKind::Unavailable, "close other programs that use it, and try again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<[String; 2]> {
        [
            ["USB Audio", "hw:CARD=1"],
            ["USB Audio", "plughw:CARD=1"],
            ["Default Audio Device", "default"],
            ["Headset Mono", "hw:CARD=2"],
        ]
        .map(|pair| pair.map(str::to_owned))
        .to_vec()
    }

    #[test]
    fn a_name_means_an_equal_one_or_the_only_one_that_contains_it() {
        for (wanted, at) in [
            ("default", 2),
            ("hw:CARD=1", 0),
            ("plughw:CARD=1", 1),
            ("USB Audio", 0),
            ("headset", 3),
            ("PLUG", 1),
        ] {
            assert_eq!(pick(&names(), wanted), Ok(at), "{wanted}");
        }
    }

    #[test]
    fn the_error_of_cpal_decides_the_kind() {
        for (theirs, ours) in [
            (ErrorKind::DeviceNotAvailable, BoardErrorKind::NotFound),
            (ErrorKind::DeviceBusy, BoardErrorKind::Unavailable),
            (ErrorKind::PermissionDenied, BoardErrorKind::Unavailable),
            (ErrorKind::UnsupportedConfig, BoardErrorKind::Unsupported),
        ] {
            assert_eq!(classify(theirs).0, ours, "{theirs:?}");
        }
        let error = system_error(cpal::Error::new(ErrorKind::HostUnavailable));
        assert!(error.kind().is_transient(), "{error}");
        let cause = std::error::Error::source(&error).unwrap();
        let cause = cause.downcast_ref::<cpal::Error>().unwrap();
        assert_eq!(cause.kind(), ErrorKind::HostUnavailable);
    }

    #[test]
    fn an_unknown_name_is_refused_and_the_devices_are_listed() {
        assert_eq!(pick(&names(), "webcam"), Err(vec![]));
        assert_eq!(pick(&names(), ""), Err(vec![]));
        assert_eq!(pick(&names(), "usb"), Err(names()[..2].to_vec()));

        let error = not_meant("webcam", Way::Input, &[], names());
        assert_eq!(error.kind(), BoardErrorKind::NotFound);
        let text = error.to_string();
        assert!(text.contains("no microphone called \"webcam\""), "{text}");
        assert!(text.contains("Headset Mono") && text.contains("plughw:CARD=1"), "{text}");

        let text = not_meant("usb", Way::Output, &names()[..2], names()).to_string();
        assert!(text.contains("more than one loudspeaker") && !text.contains("Headset"), "{text}");
    }

    #[test]
    fn only_usable_devices_are_listed() {
        let text = not_meant("usb", Way::Output, &names()[..2], names()[2..].to_vec()).to_string();
        assert!(text.contains("no loudspeaker called") && text.contains("Headset"), "{text}");
        assert!(!text.contains("USB Audio"), "{text}");
        let text = not_meant("x", Way::Output, &[], vec![]).to_string();
        assert!(
            text.contains("no other either") && text.contains("start the sound server"),
            "{text}"
        );
    }
}
