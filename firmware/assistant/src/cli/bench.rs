//! `sayso bench`: how fast this machine is, stage by stage and turn by turn.

mod echo;
mod figures;

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use sayso::{Engines, Error, Pace, Result, Stop};
use sayso_board::EAR_RATE;
use sayso_core::audio::FRAME;
use sayso_models::Cancel;
use sayso_models::stt::SttRequest;
use sayso_replay::Replay;

use super::{Shared, ask};
use figures::{Figures, Sheet};

/// Recorded speech that comes with the program: a short question, 5 s and 11 s.
const QUESTION: &[u8] = include_bytes!("../../../../tests/data/commands-misc-en/gdo_audio.flac");
const READING: &[u8] = include_bytes!("../../../../tests/data/smoke/librivox_0890.flac");
const SPEECH: &[u8] = include_bytes!("../../../../tests/data/smoke/jfk.flac");

/// Measure the stages and whole turns on this machine.
///
/// Without a name, everything but `turns` files of your own and `echo`, which
/// takes minutes. Prints the median
/// and the tails; times in ms unless the name says otherwise.
#[derive(Args)]
pub struct Bench {
    /// What to measure
    #[arg(value_enum)]
    names: Vec<Name>,
    /// How often
    #[arg(long, short = 'n', default_value_t = 10)]
    runs: usize,
    /// Recorded questions for `turns`, in place of the one that comes along
    #[arg(long, value_name = "FILE")]
    question: Vec<PathBuf>,
    /// One JSON object per name
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Voice activity detection, per frame of 32 ms
    Vad,
    /// Speech to text, for utterances of 2, 5 and 10 s
    Stt,
    /// Language model: prefill, tokens a second, time to first token
    Llm,
    /// Voice: first sound of a clause, real-time factor
    Tts,
    /// Whole turns on recorded questions, stage by stage
    Turns,
    /// A listening assistant with nobody speaking: share of one core
    Idle,
    /// Own voice on an open loudspeaker: is it taken for a person, are people heard over it
    Echo,
}

impl Bench {
    pub fn run(&self, shared: &Shared, stop: &Stop) -> Result<()> {
        if self.runs == 0 {
            return Err(Error::Usage("--runs 0 measures nothing".into()));
        }
        let all = [Name::Vad, Name::Stt, Name::Llm, Name::Tts, Name::Turns, Name::Idle];
        let names = if self.names.is_empty() { &all[..] } else { &self.names };
        for name in names {
            if stop.is_stopped() {
                break;
            }
            let sheet = match name {
                Name::Vad => self.vad(shared)?,
                Name::Stt => self.stt(shared)?,
                Name::Llm => self.llm(shared)?,
                Name::Tts => self.tts(shared)?,
                Name::Turns => self.turns(shared, stop)?,
                Name::Idle => self.idle(shared)?,
                Name::Echo => echo::run(&shared.settings()?, self.runs, stop)?,
            };
            if self.json {
                println!("{}", sheet.json());
            } else {
                print!("{sheet}");
            }
        }
        Ok(())
    }

    fn vad(&self, shared: &Shared) -> Result<Sheet> {
        let mut vad = Engines::load_vad(&shared.settings()?)?;
        let sound = samples(SPEECH)?;
        let mut frames = Figures::new("frame_us");
        for _ in 0..self.runs {
            vad.reset();
            for frame in sound.chunks_exact(FRAME) {
                let start = Instant::now();
                vad.process(frame)?;
                frames.push(start.elapsed().as_secs_f64() * 1e6);
            }
        }
        Ok(Sheet::new("vad").with(frames))
    }

    fn stt(&self, shared: &Shared) -> Result<Sheet> {
        let config = shared.settings()?;
        let mut stt = Engines::load_stt(&config)?;
        let sound = samples(SPEECH)?;
        let mut sheet = Sheet::new("stt");
        for seconds in [2, 3, 5, 10] {
            let utterance = sound.get(..seconds * EAR_RATE as usize).unwrap_or(&sound);
            let mut figures = Figures::new(format!("utterance_{seconds}s_ms"));
            for run in 0..=self.runs {
                let start = Instant::now();
                let request = SttRequest { prompt: "", language: Some("en") };
                stt.transcribe(utterance, &request, &Cancel::new(), &mut |_| {})?;
                // The first run warms up.
                if run > 0 {
                    figures.push(ms(start));
                }
            }
            sheet = sheet.with(figures);
        }
        Ok(sheet)
    }

    fn llm(&self, shared: &Shared) -> Result<Sheet> {
        let config = shared.settings()?;
        let start = Instant::now();
        let mut llm = Engines::load_llm(&config)?;
        let mut load = Figures::new("load_ms");
        load.push(ms(start));
        let mut first = Figures::new("first_token_ms");
        let mut prefill = Figures::new("prefill_tokens_per_s");
        let mut speed = Figures::new("reply_tokens_per_s");
        for run in 0..=self.runs {
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

    fn tts(&self, shared: &Shared) -> Result<Sheet> {
        let config = shared.settings()?;
        let mut tts = Engines::load_tts(&config)?;
        let delivery = sayso::assistant::delivery(&config);
        let rate = f64::from(tts.sample_rate());
        let mut first = Figures::new("first_clause_ms");
        let mut factor = Figures::new("rtf");
        for run in 0..=self.runs {
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

    fn turns(&self, shared: &Shared, stop: &Stop) -> Result<Sheet> {
        let mut config = shared.settings()?;
        ask::one_question(&mut config);
        let mut questions = Vec::new();
        for file in &self.question {
            questions.push(sayso_board::read_all(file, Duration::from_secs(120))?.samples);
        }
        if questions.is_empty() {
            questions.push(samples(QUESTION)?);
            questions.push(samples(READING)?);
        }
        let mut assistant = shared.assistant(config)?;
        let names = [
            "stt_ms",
            "llm_prefill_ms",
            "llm_first_token_ms",
            "llm_first_clause_ms",
            "tts_first_sound_ms",
            "first_sound_ms",
            "reply_ms",
        ];
        let mut figures = names.map(Figures::new);
        for run in 0..=self.runs {
            for question in &questions {
                if stop.is_stopped() {
                    break;
                }
                let answered = ask::answer(&mut assistant, question.clone(), stop, &mut |_| {})?;
                assistant.engines().llm.forget()?;
                let Some((record, _)) = answered.filter(|_| run > 0) else { continue };
                let t = record.timings_ms;
                let times = [
                    t.stt,
                    t.llm_prefill,
                    t.llm_first_token,
                    t.llm_first_clause,
                    t.tts_first_sound,
                    t.first_sound,
                    t.reply,
                ];
                for (figures, time) in figures.iter_mut().zip(times) {
                    figures.push(time);
                }
            }
        }
        let mut sheet = Sheet::new("turns");
        for figures in figures {
            sheet = sheet.with(figures);
        }
        if let Some(peak) = figures::peak_rss_mib() {
            let mut memory = Figures::new("peak_rss_mib");
            memory.push(peak);
            sheet = sheet.with(memory);
        }
        Ok(sheet)
    }

    fn idle(&self, shared: &Shared) -> Result<Sheet> {
        let mut assistant = shared.assistant(shared.settings()?)?;
        let seconds = self.runs.clamp(5, 60) as u64;
        // A quiet room in real time.
        let quiet = vec![0.0; (seconds * u64::from(EAR_RATE)) as usize];
        let mut board = Replay::from_samples(quiet).pace(sayso_replay::Pace::RealTime);
        let before = figures::cpu_time();
        let start = Instant::now();
        assistant.converse(&mut board, Pace::Live, &Stop::new(), &mut |_| {})?;
        let (Some(before), Some(after)) = (before, figures::cpu_time()) else {
            return Err(Error::Usage("CPU time cannot be read on this system".into()));
        };
        let mut share = Figures::new("cpu_percent_of_one_core");
        share.push((after - before).as_secs_f64() / start.elapsed().as_secs_f64() * 100.0);
        Ok(Sheet::new("idle").with(share))
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Decodes a recording that comes with the program.
fn samples(flac: &[u8]) -> Result<Vec<f32>> {
    let failed = |error: std::io::Error| Error::Io(format!("a temporary file: {error}"));
    let mut file = tempfile::Builder::new().suffix(".flac").tempfile().map_err(failed)?;
    file.write_all(flac).map_err(failed)?;
    Ok(sayso_board::read_all(file.path(), Duration::from_secs(60))?.samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recordings_decode() {
        for (flac, seconds) in [(QUESTION, 1.811), (READING, 5.3), (SPEECH, 11.0)] {
            let length = samples(flac).expect("decodes").len() as f64 / f64::from(EAR_RATE);
            assert!((length - seconds).abs() < 0.01, "{length}");
        }
    }
}
