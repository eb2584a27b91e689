//! The pins of the GPIO character device.

use gpio_cdev::errors::Error;
use gpio_cdev::{Chip, LineRequestFlags};
use linux_embedded_hal::CdevPin;
use sayso_board::{BoardError, BoardErrorKind};

use crate::Pins;
use crate::front::{Contact, Led};

/// The labels of the chips at the header: Raspberry Pi 5, then 4, then the others.
const HEADERS: [&str; 3] = ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"];

/// Pulls the line up inside the chip: `GPIOHANDLE_REQUEST_BIAS_PULL_UP` of
/// linux/gpio.h, since Linux 5.5. gpio-cdev has no name for it.
const PULL_UP: u32 = 1 << 5;

/// The name under which `gpioinfo` shows the lines.
const CONSUMER: &str = "sayso";

/// The opened pins.
pub struct Opened {
    pub led: Option<Led<CdevPin>>,
    pub button: Option<Contact<CdevPin>>,
}

/// Opens the pins that are asked for. If there are none, no chip is looked for.
pub fn open(pins: &Pins) -> Result<Opened, BoardError> {
    let mut opened = Opened { led: None, button: None };
    if pins.led.is_none() && pins.button.is_none() {
        return Ok(opened);
    }
    if pins.led == pins.button {
        let message = "the LED and the button use the same GPIO: give one of them another";
        return Err(BoardError::new(BoardErrorKind::Config, message));
    }
    let mut chip = chip(&pins.chip)?;
    if let Some(number) = pins.led {
        let dark = u8::from(pins.led_active_low);
        let pin = line(&mut chip, number, LineRequestFlags::OUTPUT, dark, "LED")?;
        opened.led = Some(Led::new(pin, pins.led_active_low));
    }
    if let Some(number) = pins.button {
        let flags = LineRequestFlags::INPUT | LineRequestFlags::from_bits_retain(PULL_UP);
        opened.button = Some(Contact(line(&mut chip, number, flags, 0, "button")?));
    }
    Ok(opened)
}

/// The chip with this path or label, or the one at the header if it is empty.
fn chip(wanted: &str) -> Result<Chip, BoardError> {
    if wanted.starts_with('/') {
        return Chip::new(wanted)
            .map_err(|error| refused(&format!("the GPIO chip {wanted}"), error));
    }
    let chips = gpio_cdev::chips().map_err(no_chips)?;
    let (mut found, mut labels, mut refusal) = (Vec::new(), Vec::new(), None);
    for chip in chips {
        match chip {
            Ok(chip) => {
                labels.push(format!("{} ({})", chip.label(), chip.path().display()));
                found.push(chip);
            }
            Err(error) => refusal = Some(error),
        }
    }
    let named = |label: &str| found.iter().position(|chip: &Chip| chip.label() == label);
    let at = match wanted {
        "" => HEADERS.iter().find_map(|label| named(label)),
        label => named(label),
    };
    match (at, refusal) {
        (Some(at), _) => Ok(found.swap_remove(at)),
        (None, Some(error)) if found.is_empty() => Err(refused("the GPIO chips", error)),
        (None, _) => {
            let what = match wanted {
                "" => "this machine has no GPIO header of a Raspberry Pi".to_owned(),
                label => format!("there is no GPIO chip \"{label}\""),
            };
            let list = if labels.is_empty() { "none".into() } else { labels.join(", ") };
            Err(BoardError::new(
                BoardErrorKind::NotFound,
                format!(
                    "{what}; there are: {list}. Name one in raspberry_pi.chip, or use no LED and \
                     no button: raspberry_pi.led = 0 and raspberry_pi.button = 0"
                ),
            ))
        }
    }
}

fn line(
    chip: &mut Chip,
    number: u32,
    flags: LineRequestFlags,
    value: u8,
    what: &str,
) -> Result<CdevPin, BoardError> {
    if number >= chip.num_lines() {
        let message = format!(
            "there is no GPIO {number} for the {what}: {} has {}, counted from 0",
            chip.path().display(),
            chip.num_lines()
        );
        return Err(BoardError::new(BoardErrorKind::Config, message));
    }
    chip.get_line(number)
        .and_then(|line| line.request(flags, value, CONSUMER))
        .and_then(CdevPin::new)
        .map_err(|error| refused(&format!("GPIO {number} for the {what}"), error))
}

fn no_chips(error: Error) -> BoardError {
    let message = format!("the GPIO chips of this machine cannot be listed: {error}");
    BoardError::new(BoardErrorKind::NotFound, message).with_source(error)
}

/// Converts an error of the system about a chip or a line to ours.
fn refused(what: &str, error: Error) -> BoardError {
    let text = error.to_string();
    let advice = if text.contains("EACCES") || text.contains("ermission denied") {
        "allow its use: add the user to the group \"gpio\""
    } else if text.contains("EBUSY") {
        "another program or driver uses it: stop that, or use another GPIO (`gpioinfo` shows who \
         uses which)"
    } else {
        "check its name (`gpioinfo` lists the GPIOs) and the kernel's version (5.5 or later)"
    };
    let message = format!("cannot use {what}: {text}. What helps: {advice}");
    BoardError::new(BoardErrorKind::Unavailable, message).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(pins: &Pins) -> BoardError {
        open(pins).err().unwrap()
    }

    #[test]
    fn no_chip_is_needed_without_pins() {
        let pins = Pins { chip: "/no/such/chip".into(), ..Pins::default() };
        let opened = open(&pins).unwrap();
        assert!(opened.led.is_none() && opened.button.is_none());
    }

    #[test]
    fn an_absent_chip_is_named_in_the_error() {
        let pins = Pins { chip: "/dev/no-such-chip".into(), led: Some(1), ..Pins::default() };
        let refused = error(&pins);
        assert_eq!(refused.kind(), BoardErrorKind::Unavailable);
        assert!(std::error::Error::source(&refused).is_some_and(|cause| cause.is::<Error>()));
        let text = refused.to_string();
        assert!(text.contains("/dev/no-such-chip") && text.contains("What helps"), "{text}");
        let pins = Pins { chip: "no-such-label".into(), button: Some(1), ..Pins::default() };
        let text = error(&pins).to_string();
        assert!(text.contains("GPIO chip"), "{text}");
    }

    #[test]
    fn led_and_button_at_one_pin_are_refused() {
        let pins = Pins { led: Some(4), button: Some(4), ..Pins::default() };
        let error = error(&pins);
        assert_eq!(error.kind(), BoardErrorKind::Config, "no retry makes it two pins");
        assert!(error.to_string().contains("the same GPIO"));
    }
}
