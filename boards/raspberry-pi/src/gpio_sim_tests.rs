//! LED and button at simulated pins: the kernel's gpio-sim, if the kernel has it.
//!
//! Needs root, configfs, and `modprobe gpio-sim` (Linux 5.17 or later, with `CONFIG_GPIO_SIM`;
//! Raspberry Pi OS and Debian leave it out). `cargo xtask dist --target aarch64-unknown-linux-gnu
//! --machine` builds the module and runs this test on 64-bit ARM, in an emulated machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sayso_board::{Panel, Press};
use sayso_core::turn::Shown;

use crate::panel::GpioPanel;
use crate::{Pins, gpio};

const CONFIG: &str = "/sys/kernel/config/gpio-sim";
const LABEL: &str = "sayso-sim";

/// A chip of eight lines, which is removed when it is dropped.
struct Chip {
    config: PathBuf,
    lines: PathBuf,
}

impl Chip {
    fn new() -> std::io::Result<Self> {
        let config = Path::new(CONFIG).join(format!("sayso-{}", std::process::id()));
        let bank = config.join("bank0");
        fs::create_dir(&config)?;
        let mut chip = Self { config, lines: PathBuf::new() };
        fs::create_dir(&bank)?;
        fs::write(bank.join("num_lines"), "8")?;
        fs::write(bank.join("label"), LABEL)?;
        fs::write(chip.config.join("live"), "1")?;
        let device = fs::read_to_string(chip.config.join("dev_name"))?;
        let name = fs::read_to_string(bank.join("chip_name"))?;
        chip.lines = Path::new("/sys/devices/platform").join(device.trim()).join(name.trim());
        Ok(chip)
    }

    fn line(&self, number: u32, what: &str) -> PathBuf {
        self.lines.join(format!("sim_gpio{number}")).join(what)
    }

    fn value(&self, number: u32) -> bool {
        fs::read_to_string(self.line(number, "value")).unwrap().trim() == "1"
    }

    /// Pulls the line from outside.
    fn pull(&self, number: u32, up: bool) {
        let pull = if up { "pull-up" } else { "pull-down" };
        fs::write(self.line(number, "pull"), pull).unwrap();
    }
}

impl Drop for Chip {
    fn drop(&mut self) {
        let _ = fs::write(self.config.join("live"), "0");
        let _ = fs::remove_dir(self.config.join("bank0"));
        let _ = fs::remove_dir(&self.config);
    }
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn led_and_button_work_at_simulated_pins() {
    let chip = match Chip::new() {
        Ok(chip) => chip,
        Err(error) => {
            return sayso_test_support::skip(format_args!(
                "no simulated GPIO here ({CONFIG}: {error}); LED and button were tried on mocks \
                 alone"
            ));
        }
    };
    let pins = Pins { chip: LABEL.into(), led: Some(3), button: Some(5), ..Pins::default() };
    let opened = gpio::open(&pins).unwrap();
    let busy = gpio::open(&pins).err().unwrap().to_string();
    assert!(busy.contains("another program"), "{busy}");
    let high = Pins { led: Some(99), ..pins.clone() };
    assert!(gpio::open(&high).err().unwrap().to_string().contains("has 8"));

    let mut panel =
        GpioPanel::start(opened.led, opened.button, sayso_board::Mute::default()).unwrap();
    panel.show(Shown::Hearing);
    until("the LED lights", || chip.value(3));
    assert_eq!(panel.pressed(), None);
    chip.pull(5, false);
    until("the press is reported", || panel.pressed() == Some(Press::Talk));
    chip.pull(5, true);
    drop(panel);
    assert!(!chip.value(3));
}
