//! Finds out which satellite has connected.

use std::time::Instant;

use sayso_board::{BoardError, BoardErrorKind};
use sayso_core::link::{Decoder, Message, VERSION};

use crate::address::Address;
use crate::station::{ANSWER, nobody};
use crate::talk::{LOOK, PIECE, TURN, WORK_A_SECOND, WORK_AT_ONCE, other_version};
use crate::wire::Wire;
use sayso_remote_board::Allowance;

/// The name that the satellite at the other end of `wire` gives. Nothing is sent to it before, so
/// that everything that is sent is meant for this satellite. It repeats its hello until it is
/// answered.
///
/// # Errors
/// [`BoardErrorKind::Unavailable`] when no satellite sends a hello within three seconds,
/// [`BoardErrorKind::Unsupported`] when only one with another version or another key does,
/// [`BoardErrorKind::Spent`] when it hangs up.
pub fn name(wire: &mut dyn Wire, address: &Address) -> Result<String, BoardError> {
    let blocked =
        |why: &str| BoardError::new(BoardErrorKind::Unsupported, format!("{address}: {why}"));
    let mut work = Allowance::new(WORK_AT_ONCE, WORK_A_SECOND);
    let (mut decoder, mut buffer) = (Decoder::new(), [0; PIECE]);
    let began = Instant::now();
    while began.elapsed() < ANSWER {
        if work.is_spent(began.elapsed()) {
            std::thread::sleep(LOOK);
            continue;
        }
        let came = wire.read(&mut buffer).map_err(|error| {
            let message = format!("{address}: {error}");
            BoardError::new(BoardErrorKind::Spent, message).with_source(error)
        })?;
        work.owe(TURN + came as u32, began.elapsed());
        for &byte in &buffer[..came] {
            let Some(Ok(frame)) = decoder.push(byte) else { continue };
            match (frame.hello_version(), frame.message()) {
                (Some(version), _) if version != VERSION => {
                    return Err(blocked(&other_version(version)));
                }
                (_, Some(Message::SatelliteHello(hello))) => return Ok(hello.name.to_owned()),
                _ => {}
            }
        }
        if let Some(obstacle) = wire.obstacle() {
            return Err(blocked(obstacle));
        }
    }
    Err(nobody(address))
}
