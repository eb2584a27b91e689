//! Brightness by switching the LED on and off.

use std::time::Duration;

use sayso_core::light::FULL;

/// One period. 100 periods a second do not flicker to the eye, and take less than a hundredth of
/// one core of a Raspberry Pi.
pub const PERIOD: Duration = Duration::from_millis(10);

/// How long the LED is lit and dark in one period, at a brightness of 0 to [`FULL`].
pub fn split(brightness: u8) -> (Duration, Duration) {
    let lit = PERIOD * u32::from(brightness) / u32::from(FULL);
    (lit, PERIOD - lit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_and_full_do_not_switch() {
        assert_eq!(split(0), (Duration::ZERO, PERIOD));
        assert_eq!(split(FULL), (PERIOD, Duration::ZERO));
    }

    #[test]
    fn a_period_stays_whole_and_grows_brighter() {
        let lit: Vec<Duration> = (0..=FULL)
            .map(|brightness| {
                let (lit, dark) = split(brightness);
                assert_eq!(lit + dark, PERIOD);
                lit
            })
            .collect();
        assert!(lit.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
