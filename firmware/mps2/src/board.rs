//! This board as the satellite's program sees it.

use sayso_satellite::board::Board;

#[cfg(not(feature = "secure"))]
use crate::parts::Wire;
use crate::parts::{Button, Lamp, MuteLed, Time};
use crate::registers::Watchdog;
#[cfg(feature = "secure")]
use crate::secure::SealedWire;

/// The types of this board's parts.
pub struct Mps2;

impl Board for Mps2 {
    #[cfg(not(feature = "secure"))]
    type Serial = Wire;
    #[cfg(feature = "secure")]
    type Serial = SealedWire;
    type Clock = Time;
    type Watchdog = Watchdog;
    type Lamp = Lamp;
    type MuteLed = MuteLed;
    type Button = Button;
}
