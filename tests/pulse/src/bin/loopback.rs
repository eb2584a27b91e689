//! Records and plays at the same time through the desktop board, for the live tests.
//!
//! ```text
//! loopback --list
//! loopback SECONDS RECORDING.wav [--play SOUND.wav] [--stop-after SECONDS] [--reference REFERENCE.wav]
//!     [--input NAME] [--output NAME]
//! ```
//!
//! Prints one JSON object per line: `{"ready":true}` once both devices are open, and the counts at
//! the end.

use std::io::Write;
use std::time::{Duration, Instant};

use sayso_audio_io::{SoundFile, WavWriter};
use sayso_board::{Board, CAPTURE_RATE, Heard, StreamStats};
use sayso_desktop::{Desktop, DesktopConfig, list_devices};
use serde_json::json;

const VOICE_RATE: u32 = 24_000;

fn main() {
    if let Err(error) = run() {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().ok_or("how many seconds?")?;
    if first == "--list" {
        for device in list_devices()? {
            let format = |f: Option<sayso_desktop::Format>| f.map(|f| json!([f.rate, f.channels]));
            let line = json!({
                "name": device.name, "id": device.id,
                "input": format(device.input), "output": format(device.output),
                "default_input": device.default_input, "default_output": device.default_output,
            });
            println!("{line}");
        }
        return Ok(());
    }
    let seconds: f64 = first.parse()?;
    let recording = arguments.next().ok_or("record to which file?")?;
    let (mut config, mut sound, mut stop_after) = (DesktopConfig::default(), Vec::new(), None);
    let mut reference = None;
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or("a value is missing")?;
        match option.as_str() {
            "--play" => {
                let mut file = SoundFile::open_at(value, VOICE_RATE)?;
                while let Some(block) = file.next_block()? {
                    sound.extend_from_slice(block);
                }
            }
            "--stop-after" => stop_after = Some(Duration::from_secs_f64(value.parse()?)),
            "--reference" => reference = Some(WavWriter::create(value, CAPTURE_RATE, 1)?),
            "--input" => config.input = Some(value),
            "--output" => config.output = Some(value),
            _ => return Err(format!("unknown option {option}").into()),
        }
    }

    let (mut microphone, mut loudspeaker) = Desktop::new(config).start(VOICE_RATE)?;
    println!("{}", json!({ "ready": true }));
    std::io::stdout().flush()?;
    let mut writer = WavWriter::create(recording, CAPTURE_RATE, 1)?;
    let mut buffer = [0.0; 1_600];
    let began = Instant::now();
    let (mut heard, mut written, mut dropped) = (0_u64, 0, 0);
    while began.elapsed().as_secs_f64() < seconds {
        if let Heard::Samples(n) = microphone.read(&mut buffer, Duration::from_millis(20)) {
            writer.write(&buffer[..n])?;
            if let Some(reference) = &mut reference {
                microphone.reference(&mut buffer[..n]);
                reference.write(&buffer[..n])?;
            }
            heard += n as u64;
        }
        written += loudspeaker.write(&sound[written..]);
        if stop_after.is_some_and(|after| began.elapsed() > after) {
            dropped = loudspeaker.stop(Duration::from_millis(10));
            (stop_after, written) = (None, sound.len());
        }
    }
    let elapsed = began.elapsed().as_secs_f64();
    writer.finish()?;
    reference.map_or(Ok(()), WavWriter::finish)?;
    let stats = |s: StreamStats| {
        json!({
            "xruns": s.xruns, "dropped": s.dropped, "missing": s.missing, "reopened": s.reopened,
            "shifted": s.shifted,
        })
    };
    let line = json!({
        "elapsed": elapsed, "heard": heard, "stopped": dropped,
        "played": loudspeaker.played(), "queued": loudspeaker.queued(),
        "microphone": stats(microphone.stats()), "loudspeaker": stats(loudspeaker.stats()),
    });
    println!("{line}");
    Ok(())
}
