//! What people say to interrupt: recordings that are built into the program, and further ones.

use std::time::Duration;

use sayso::Result;
use sayso_core::audio::Samples;

use super::further::{Further, further};
use super::label::label;
use super::questions::decode;

macro_rules! command {
    ($file:literal, $onset_ms:literal) => {
        (
            concat!("commands-misc-en/", $file),
            include_bytes!(concat!("../../../tests/data/commands-misc-en/", $file)),
            $onset_ms,
        )
    };
}

/// The recordings, as the manifest of `tests/data` lists them, and where speech begins in
/// each, in ms.
const COMMANDS: [(&str, &[u8], u64); 14] = [
    command!("gdo_230pm.flac", 20),
    command!("gdo_audio.flac", 140),
    command!("gdo_book_a_room.flac", 60),
    command!("gdo_half_an_hour.flac", 20),
    command!("gdo_hello_gemini_are_you_there.flac", 140),
    command!("gdo_mountain_view.flac", 0),
    command!("rh3_play_the_beatles.flac", 740),
    command!("rh3_set_timer.flac", 580),
    command!("rh3_turn_on_the_lamp.flac", 980),
    command!("rh3_what_time_is_it.flac", 740),
    command!("rh3_whats_the_date_today.flac", 680),
    command!("v2j_hey_mycroft.flac", 620),
    command!("v2j_turn_on_living_room_lamp.flac", 60),
    command!("v2j_would_you_please_turn_on_living_room_lamp.flac", 700),
];

/// The most that is used of a further recording: nobody interrupts for longer.
const LONGEST: Duration = Duration::from_secs(10);

/// Something said over a reply.
pub struct Interruption {
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    /// Where the speech begins.
    pub onset: Samples,
}

/// All of them.
///
/// # Errors
/// If a recording cannot be decoded, or the list of further ones cannot be read.
pub fn interruptions() -> Result<Vec<Interruption>> {
    let load = |(_, flac, onset_ms): &(&str, &[u8], u64)| {
        Ok(Interruption { samples: decode(flac)?, onset: Samples::from_ms(*onset_ms) })
    };
    let mut all = COMMANDS.iter().map(load).collect::<Result<Vec<_>>>()?;
    for command in further()?.into_iter().filter(Further::is_command) {
        if COMMANDS.iter().any(|(name, ..)| *name == command.name) {
            continue;
        }
        let samples = sayso_audio_io::read_all(&command.path, LONGEST)?.samples;
        if let Some(labels) = label(&samples) {
            all.push(Interruption { samples, onset: Samples::from_ms(labels.start as u64) });
        }
    }
    Ok(all)
}
