//! What people say to interrupt: commands in `tests/data`, and further ones.

use std::path::Path;
use std::time::Duration;

use sayso::Result;
use sayso_core::audio::SampleTime;

use super::data::Data;
use super::further::{Further, further};
use super::label::label;

/// Commands in `tests/data`, and where speech begins in each, in ms.
const COMMANDS: [(&str, u64); 14] = [
    ("commands-misc-en/gdo_230pm.flac", 20),
    ("commands-misc-en/gdo_audio.flac", 140),
    ("commands-misc-en/gdo_book_a_room.flac", 60),
    ("commands-misc-en/gdo_half_an_hour.flac", 20),
    ("commands-misc-en/gdo_hello_gemini_are_you_there.flac", 140),
    ("commands-misc-en/gdo_mountain_view.flac", 0),
    ("commands-misc-en/rh3_play_the_beatles.flac", 740),
    ("commands-misc-en/rh3_set_timer.flac", 580),
    ("commands-misc-en/rh3_turn_on_the_lamp.flac", 980),
    ("commands-misc-en/rh3_what_time_is_it.flac", 740),
    ("commands-misc-en/rh3_whats_the_date_today.flac", 680),
    ("commands-misc-en/v2j_hey_mycroft.flac", 620),
    ("commands-misc-en/v2j_turn_on_living_room_lamp.flac", 60),
    ("commands-misc-en/v2j_would_you_please_turn_on_living_room_lamp.flac", 700),
];

/// The longest recording that is accepted: nobody interrupts for longer.
const LONGEST: Duration = Duration::from_secs(10);

/// Something said over a reply.
pub struct Interruption {
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    /// Where the speech begins.
    pub onset: SampleTime,
}

/// All of them.
///
/// # Errors
/// If the recordings are missing, one cannot be decoded, or the list of further ones cannot be
/// read.
pub fn interruptions(data: &Data) -> Result<Vec<Interruption>> {
    let read = |file: &Path| sayso_audio_io::read_all(file, LONGEST).map(|sound| sound.samples);
    let folder = data.folder(&COMMANDS.map(|(name, _)| name))?;
    let mut all = Vec::new();
    for (name, onset_ms) in COMMANDS {
        let samples = read(&folder.join(name))?;
        all.push(Interruption { samples, onset: SampleTime::from_ms(onset_ms) });
    }
    for command in further()?.into_iter().filter(Further::is_command) {
        if COMMANDS.iter().any(|(name, _)| *name == command.name) {
            continue;
        }
        let samples = read(&command.path)?;
        if let Some(labels) = label(&samples) {
            all.push(Interruption { samples, onset: SampleTime::from_ms(labels.start as u64) });
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use sayso_core::audio::Samples;

    use super::*;

    #[test]
    fn in_each_command_there_is_speech_after_the_onset() {
        let all = interruptions(&Data::new(&[])).expect("the commands of tests/data");
        assert!(all.len() >= COMMANDS.len());
        for Interruption { samples, onset } in all.into_iter().take(COMMANDS.len()) {
            let end = label(&samples).expect("speech").end as u64;
            assert!(SampleTime::from_ms(end) > onset + Samples::from_ms(200), "{onset:?}, {end}");
        }
    }
}
