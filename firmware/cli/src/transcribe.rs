//! `sayso transcribe`: writes down what is said in a recording.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use sayso::{Engines, Result, Stop};
use sayso_board::CAPTURE_RATE;
use sayso_frontend::segments;
use sayso_models::Cancel;
use sayso_models::stt::{Rejection, Stt, SttRequest, Transcript};
use sayso_models::vad::Vad;

use super::{GlobalOptions, term};

/// The longest recording that is read, so that an endless one ends.
pub const LONGEST: Duration = Duration::from_secs(4 * 3600);

const EXAMPLES: &str = "\
Examples:
  sayso transcribe memo.flac                          the words
  sayso transcribe *.wav --json                       with times and confidence
  sayso transcribe --language de --whisper whisper-base frage.wav
                                                      another language
  sayso transcribe --vocabulary names.txt call.wav    names it should know
  sayso --set stt.prompt=\"Sayso, Hibari\" transcribe a.wav
                                                      the same, without a file";

/// A longer recording than this shows its progress.
const LONG: Duration = Duration::from_secs(30);

/// Write down what is said in a recording.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Transcribe {
    /// WAV, FLAC (also in Ogg), AIFF or CAF, any sample rate, any number of channels
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Names and replacements, one a line, in place of `stt.vocabulary`
    #[arg(long, value_name = "FILE")]
    vocabulary: Option<PathBuf>,
    /// One JSON object per file, with words, times and confidence
    #[arg(long)]
    json: bool,
}

impl Transcribe {
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let mut config = shared.settings_to_transcribe()?;
        if let Some(vocabulary) = &self.vocabulary {
            config.stt.vocabulary.clone_from(vocabulary);
        }
        let busy = term::Busy::new("loading the models");
        let mut vad = Engines::load_vad(&config)?;
        let mut stt = Engines::load_stt(&config)?;
        drop(busy);
        let language = config.recognised();
        let request = SttRequest { prompt: &config.stt.prompt, language, ..SttRequest::default() };
        let cancel = super::cancelled_by(stop);
        let several = self.files.len() > 1;
        let mut unread = 0;
        for file in &self.files {
            let Some(samples) = super::recording(file, LONGEST, several)? else {
                unread += 1;
                continue;
            };
            let start = Instant::now();
            let transcript = transcribe(vad.as_mut(), stt.as_mut(), &samples, &request, &cancel)?;
            let took = start.elapsed().as_secs_f64() * 1000.0;
            let seconds = term::seconds(samples.len(), CAPTURE_RATE);
            if self.json {
                println!("{}", term::json(&json(file, &transcript, seconds, took)));
                continue;
            }
            if let Some(why) = transcript.rejected.filter(|_| transcript.text.trim().is_empty()) {
                term::note(format!(
                    "{}: no words were heard in it ({})",
                    file.display(),
                    said(why)
                ));
            }
            let text = term::shown(transcript.text.trim());
            if several {
                println!("{}  {text}", term::dim(file.display()));
            } else {
                println!("{text}");
            }
        }
        super::all_were_read(unread, self.files.len())
    }
}

/// The words in `recording`, wherever somebody speaks in it.
///
/// # Errors
/// When an engine fails, or `cancel` ends it.
pub fn transcribe(
    vad: &mut dyn Vad,
    stt: &mut dyn Stt,
    recording: &[f32],
    request: &SttRequest<'_>,
    cancel: &Cancel,
) -> Result<Transcript> {
    let seconds = |samples: usize| (samples / CAPTURE_RATE as usize) as u64;
    let length = seconds(recording.len());
    let bar = (length > LONG.as_secs()).then(|| term::Progress::new(length, "seconds"));
    let mut transcript = Transcript::default();
    transcript.rejected = Some(Rejection::NoSpeech);
    transcript.no_speech_prob = 1.0;
    for segment in segments(vad, recording, cancel)? {
        let offset_ms = u32::try_from(segment.start as u64 * 1000 / u64::from(CAPTURE_RATE));
        let end = seconds(segment.end);
        // Later segments have the language of the first.
        let language = transcript.language.clone();
        let known = Some(language.as_str()).filter(|_| !transcript.text.is_empty());
        let request = SttRequest { language: request.language.or(known), ..*request };
        let heard = stt.transcribe(&recording[segment], &request, cancel, &mut |_| {})?;
        transcript.append(heard, offset_ms.unwrap_or(u32::MAX));
        if let Some(bar) = &bar {
            bar.at(end, "seconds");
        }
    }
    Ok(transcript)
}

/// Why there are no words.
fn said(why: Rejection) -> &'static str {
    match why {
        Rejection::TooShort => "it is too short",
        Rejection::Silence => "it is silent",
        Rejection::NoSpeech => "nobody seems to speak",
        Rejection::Repetition => "the same words again and again",
        Rejection::LowConfidence => "the words are too uncertain",
        Rejection::NotWords => "sounds, but no words",
        _ => "it was rejected",
    }
}

fn json(file: &Path, transcript: &Transcript, seconds: f64, took_ms: f64) -> serde_json::Value {
    serde_json::json!({
        "file": super::lossy(file),
        "text": transcript.text.trim(),
        "words": transcript.words,
        "language": transcript.language,
        "no_speech_prob": transcript.no_speech_prob,
        "avg_logprob": transcript.avg_logprob,
        "rejected": transcript.rejected,
        "duration_s": seconds,
        "timings_ms": { "stt": term::tenth(took_ms) },
    })
}
