//! The stages one by one: how fast each engine is alone.

use std::time::{Duration, Instant};

use sayso::{Engines, Error, ErrorKind, Pace, Result, Stop};
use sayso_board::CAPTURE_RATE;
use sayso_core::audio::FRAME;
use sayso_models::Cancel;
use sayso_models::stt::SttRequest;
use sayso_replay::Replay;

use super::data::Data;
use super::figures::{self, Figures, Sheet};
use super::further::further;
use crate::Host;

/// Eleven seconds of recorded speech.
const SPEECH: &str = "smoke/jfk.flac";

/// Longer recordings are refused: Whisper processes no more at a time.
const LONGEST: Duration = Duration::from_secs(30);

/// How often each stage is measured, the folders of the recordings, and what ends it early.
pub struct Stages<'a> {
    pub runs: usize,
    pub data: &'a Data,
    pub stop: &'a Stop,
}

impl Stages<'_> {
    /// # Errors
    /// An error once the user has stopped it.
    fn go_on(&self) -> Result<()> {
        if self.stop.is_stopped() { Err(Error::stopped()) } else { Ok(()) }
    }

    /// # Errors
    /// If the recording is missing or cannot be decoded.
    fn speech(&self) -> Result<Vec<f32>> {
        let file = self.data.folder(&[SPEECH])?.join(SPEECH);
        Ok(sayso_audio_io::read_all(file, LONGEST)?.samples)
    }

    pub fn vad(&self, host: &Host) -> Result<Sheet> {
        let mut vad = Engines::load_vad(&host.settings()?)?;
        let sound = self.speech()?;
        let mut frames = Figures::new("frame_us");
        for _ in 0..self.runs {
            self.go_on()?;
            vad.reset();
            for frame in sound.chunks_exact(FRAME) {
                let start = Instant::now();
                vad.process(frame)?;
                frames.push(start.elapsed().as_secs_f64() * 1e6);
            }
        }
        Ok(Sheet::new("vad").with(frames))
    }

    pub fn eot(&self, host: &Host) -> Result<Sheet> {
        let mut eot = Engines::load_eot(&host.settings()?)?;
        let sound = self.speech()?;
        let mut sheet = Sheet::new("eot");
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = [1, 2].into_iter().filter(|&threads| threads <= cores);
        for (threads, seconds) in threads.flat_map(|n| [1, 2, 5, 8].map(|s| (n, s))) {
            let utterance = sound.get(..seconds * CAPTURE_RATE as usize).unwrap_or(&sound);
            let on = if threads == 1 { "" } else { "2_threads_" };
            let mut figures = Figures::new(format!("utterance_{seconds}s_{on}ms"));
            for run in 0..=self.runs {
                self.go_on()?;
                let start = Instant::now();
                eot.completeness(utterance, threads, &Cancel::new())?;
                // The first run warms up.
                if run > 0 {
                    figures.push(ms(start));
                }
            }
            sheet = sheet.with(figures);
        }
        Ok(sheet)
    }

    pub fn stt(&self, host: &Host) -> Result<Sheet> {
        let config = host.settings()?;
        let mut stt = Engines::load_stt(&config)?;
        let sound = self.speech()?;
        let mut sheet = Sheet::new("stt");
        for seconds in [2, 3, 5, 10] {
            let utterance = sound.get(..seconds * CAPTURE_RATE as usize).unwrap_or(&sound);
            let mut figures = Figures::new(format!("utterance_{seconds}s_ms"));
            for run in 0..=self.runs {
                self.go_on()?;
                let start = Instant::now();
                let request = SttRequest { language: Some("en"), ..SttRequest::default() };
                stt.transcribe(utterance, &request, &Cancel::new(), &mut |_| {})?;
                // The first run warms up.
                if run > 0 {
                    figures.push(ms(start));
                }
            }
            sheet = sheet.with(figures);
        }
        let mut figures = Figures::new("further_recordings_ms_per_s");
        for recording in further()? {
            self.go_on()?;
            let sound = sayso_audio_io::read_all(&recording.path, LONGEST)?.samples;
            let start = Instant::now();
            let request = SttRequest { language: Some("en"), ..SttRequest::default() };
            stt.transcribe(&sound, &request, &Cancel::new(), &mut |_| {})?;
            figures.push(ms(start) * f64::from(CAPTURE_RATE) / sound.len().max(1) as f64);
        }
        Ok(if figures.values().is_empty() { sheet } else { sheet.with(figures) })
    }

    pub fn llm(&self, host: &Host) -> Result<Sheet> {
        let config = host.settings()?;
        let start = Instant::now();
        let mut llm = Engines::load_llm(&config)?;
        let mut load = Figures::new("load_ms");
        load.push(ms(start));
        let mut first = Figures::new("first_token_ms");
        let mut prefill = Figures::new("prefill_tokens_per_s");
        let mut speed = Figures::new("reply_tokens_per_s");
        for run in 0..=self.runs {
            self.go_on()?;
            let reply = llm.reply("What is the capital of France?", &Cancel::new(), &mut |_| {})?;
            llm.forget()?;
            if run == 0 {
                continue;
            }
            first.push(reply.ttft_ms);
            prefill.push(reply.prompt_tokens as f64 / (reply.prefill_ms / 1000.0).max(1e-9));
            let writing = (reply.total_ms - reply.ttft_ms) / 1000.0;
            if reply.reply_tokens > 1 {
                speed.push((reply.reply_tokens - 1) as f64 / writing.max(1e-9));
            }
        }
        Ok(Sheet::new("llm").with(load).with(first).with(prefill).with(speed))
    }

    pub fn tts(&self, host: &Host) -> Result<Sheet> {
        let config = host.settings()?;
        let mut tts = Engines::load_tts(&config)?;
        let delivery = sayso::internals::synthesizer::delivery(&config);
        let rate = f64::from(tts.sample_rate());
        let mut first = Figures::new("first_clause_ms");
        let mut factor = Figures::new("rtf");
        for run in 0..=self.runs {
            self.go_on()?;
            let start = Instant::now();
            let mut heard = None;
            tts.speak("It is half past nine.", &delivery, &Cancel::new(), &mut |_| {
                heard.get_or_insert_with(|| ms(start));
            })?;
            let first_ms = heard.unwrap_or_default();
            let start = Instant::now();
            let text = "The Brooklyn Bridge was opened in 1883, and more than one hundred \
                        thousand people still cross it every day, on foot or by car.";
            let spoken = tts.speak(text, &delivery, &Cancel::new(), &mut |_| {})?;
            if run > 0 {
                first.push(first_ms);
                factor.push(ms(start) / 1000.0 / (spoken.samples.max(1) as f64 / rate));
            }
        }
        Ok(Sheet::new("tts").with(first).with(factor))
    }

    pub fn idle(&self, host: &Host) -> Result<Sheet> {
        let mut assistant = host.assistant(host.settings()?)?;
        let seconds = self.runs.clamp(5, 60) as u64;
        // A quiet room in real time.
        let quiet = vec![0.0; (seconds * u64::from(CAPTURE_RATE)) as usize];
        let mut board = Replay::from_samples(quiet).pace(sayso_replay::Pace::RealTime);
        let before = figures::cpu_time();
        let start = Instant::now();
        assistant.converse(&mut board, Pace::Live, self.stop, &mut |_| {})?;
        self.go_on()?;
        let (Some(before), Some(after)) = (before, figures::cpu_time()) else {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "CPU time cannot be read on this system",
            ));
        };
        let mut share = Figures::new("cpu_percent_of_one_core");
        share.push((after - before).as_secs_f64() / start.elapsed().as_secs_f64() * 100.0);
        Ok(Sheet::new("idle").with(share))
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recording_decodes() {
        let stages = Stages { runs: 1, data: &Data::new(&[]), stop: &Stop::new() };
        let seconds = stages.speech().expect("decodes").len() as f64 / f64::from(CAPTURE_RATE);
        assert!((seconds - 11.0).abs() < 0.01, "{seconds}");
    }
}
