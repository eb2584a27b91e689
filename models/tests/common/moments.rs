//! Moments in recordings at which an assistant could ask whether the speaker has finished
//! (`golden/eot.tsv`). There are three kinds: the end of an utterance, a pause within an utterance,
//! and a cut after a word in the middle of a sentence. The first two are as Silero detects them.
//! Pauses after which the sentence could have
//! been complete are left out. Most pauses are by people who read books aloud. The last columns
//! are scores by ONNX Runtime (`golden/eot.py`).
#![allow(dead_code, clippy::unwrap_used)]

const MS: usize = 16;
/// The silence for the scores in the table, in ms.
pub const REFERENCE_PAUSE: usize = 192;

/// What kind of moment it is.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// At the end of an utterance.
    Complete,
    /// At a pause within the utterance.
    Pause,
    /// After a word in the middle of a sentence.
    Word,
}

/// A row of the table.
pub struct Moment {
    /// The recording, below the folder of recordings.
    pub clip: &'static str,
    /// When speech ends.
    pub end_ms: usize,
    /// How long the recording itself is quiet from there on.
    pub quiet_ms: usize,
    pub kind: Kind,
    /// The score by ONNX Runtime after [`REFERENCE_PAUSE`] of silence, as shipped.
    pub int8: f32,
    /// The same without quantisation.
    pub f32: f32,
}

/// All moments of the table.
pub fn table() -> Vec<Moment> {
    let rows = include_str!("../golden/eot.tsv").lines().skip(1).map(|line| {
        let cell: Vec<&str> = line.split('\t').collect();
        let kind = match (cell[3], cell[4]) {
            ("complete", _) => Kind::Complete,
            (_, "word") => Kind::Word,
            _ => Kind::Pause,
        };
        Moment {
            clip: cell[0],
            end_ms: cell[1].parse().unwrap(),
            quiet_ms: cell[2].parse().unwrap(),
            kind,
            int8: cell[5].parse().unwrap(),
            f32: cell[6].parse().unwrap(),
        }
    });
    rows.collect()
}

/// The quietest stretch of this many samples, looked for in steps of 10 ms.
fn quietest(audio: &[f32], samples: usize) -> &[f32] {
    const HOP: usize = 10 * MS;
    let energy: Vec<f64> = audio
        .chunks_exact(HOP)
        .map(|hop| hop.iter().map(|v| f64::from(*v) * f64::from(*v)).sum())
        .collect();
    let hops = (samples / HOP).min(energy.len());
    let sums: Vec<f64> = energy.windows(hops).map(|w| w.iter().sum()).collect();
    let least = (0..sums.len()).min_by(|&a, &b| sums[a].total_cmp(&sums[b])).unwrap_or(0);
    &audio[least * HOP..][..hops * HOP]
}

/// What an assistant has heard `pause_ms` after the moment.
pub fn heard(audio: &[f32], moment: &Moment, pause_ms: usize) -> Vec<f32> {
    let end = moment.end_ms * MS;
    let own = end + moment.quiet_ms.min(pause_ms) * MS;
    let mut heard = audio[..own.min(audio.len())].to_vec();
    let wanted = end + pause_ms * MS;
    if heard.len() < wanted {
        if moment.quiet_ms == 0 {
            // No click where the speech is cut.
            let tail = heard.len() - 80;
            for (i, v) in heard[tail..].iter_mut().enumerate() {
                *v *= 1.0 - i as f32 / 79.0;
            }
        }
        let room = quietest(audio, 320 * MS);
        let missing = wanted - heard.len();
        heard.extend(room.iter().cycle().take(missing));
    }
    heard
}
