//! Listens to sound files for a phrase, and says where it hears it:
//!
//! ```console
//! $ cargo run --release -p sayso-wake --example wake -- alexa FILE...
//! ```
//!
//! A line is the file, the time in seconds and the score. The last one is the sum.

use std::error::Error;
use std::time::Instant;

use sayso_audio_io::SoundFile;
use sayso_wake::{READY_MADE, ReadyMade, SAMPLE_RATE, WakeDetector};

/// A second of silence after each file, since detection lags behind the phrase.
static SILENCE: [i16; SAMPLE_RATE as usize] = [0; SAMPLE_RATE as usize];

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let name = args.next().ok_or("which phrase?")?;
    let known = READY_MADE.iter().find(|ready| ready.phrase.name == name);
    let ReadyMade { phrase, net } = *known.ok_or("there is no such phrase")?;

    let mut arena = [0; 1 << 16];
    let (mut files, mut detections, mut samples) = (0, 0, 0);
    let start = Instant::now();
    for path in args {
        let mut detector = WakeDetector::new(net, &mut arena, phrase)?;
        let mut found = |block: &[i16]| {
            samples += block.len();
            // Blocks of 20 ms have one detection at most.
            for block in block.chunks(320) {
                if let Some(detection) = detector.push(block) {
                    let time = detection.at as f64 / f64::from(SAMPLE_RATE);
                    println!("{path}\t{time:.2}\t{}", detection.score);
                    detections += 1;
                }
            }
        };
        let mut file = SoundFile::open(&path)?;
        while let Some(block) = file.next_block()? {
            let block: Vec<i16> = block.iter().map(|x| (x * 32768.0).round() as i16).collect();
            found(&block);
        }
        found(&SILENCE);
        files += 1;
    }
    let (heard, took) = (samples as f64 / f64::from(SAMPLE_RATE), start.elapsed().as_secs_f64());
    println!("{detections} detections in {files} files, {heard:.0} s of sound, in {took:.1} s");
    Ok(())
}
