//! `sayso transcribe`: what is said in a recording.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use sayso::{Engines, Result, Stop};
use sayso_board::EAR_RATE;
use sayso_models::stt::{SttRequest, Transcript};

use super::{Shared, term};

/// The longest recording that is read, so that an endless one ends.
const LONGEST: Duration = Duration::from_secs(4 * 3600);

const EXAMPLES: &str = "\
Examples:
  sayso transcribe memo.flac                          the words
  sayso transcribe *.wav --json                       with times and confidence
  sayso transcribe --language de --whisper whisper-base frage.wav
                                                      another language
  sayso --set stt.prompt=\"Sayso, Hibari\" transcribe a.wav
                                                      names it should know";

/// Write down what is said in a recording.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Transcribe {
    /// WAV or FLAC, any sample rate, any number of channels
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON object per file, with words, times and confidence
    #[arg(long)]
    json: bool,
    /// Language spoken (ISO 639-1); needs a multilingual model unless English
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
}

impl Transcribe {
    pub fn run(&self, shared: &Shared, stop: &Stop) -> Result<()> {
        let mut config = shared.settings()?;
        if let Some(language) = &self.language {
            config.stt.language = language.clone();
        }
        let busy = term::Busy::new("loading the model");
        let mut stt = Engines::load_stt(&config)?;
        drop(busy);
        let language = Some(config.stt.language.as_str()).filter(|code| !code.is_empty());
        let request = SttRequest { prompt: &config.stt.prompt, language, ..SttRequest::default() };
        let cancel = super::cancelled_by(stop);
        for file in &self.files {
            let sound = sayso_board::read_all(file, LONGEST)?;
            if sound.truncated {
                term::note(format!("{}: cut short; this is what is there", file.display()));
            }
            let start = Instant::now();
            let several = self.files.len() > 1;
            let transcript = stt.transcribe(&sound.samples, &request, &cancel, &mut |_| {})?;
            let took = start.elapsed().as_secs_f64() * 1000.0;
            let seconds = term::seconds(sound.samples.len(), EAR_RATE);
            if self.json {
                println!("{}", json(file, &transcript, seconds, took));
            } else if several {
                println!("{}  {}", term::dim(file.display()), transcript.text.trim());
            } else {
                println!("{}", transcript.text.trim());
            }
        }
        Ok(())
    }
}

fn json(file: &Path, transcript: &Transcript, seconds: f64, took_ms: f64) -> serde_json::Value {
    serde_json::json!({
        "file": file,
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
