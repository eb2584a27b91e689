//! How well spoken commands are understood, and what that costs other speech.
//!
//! ```sh
//! SAYSO_TEST_DATA=FOLDER cargo run --release -p sayso-tests --example spoken_commands \
//!     [-- [--always] [--misses] [--trace FILE] [coffee] [home] [voices] [free] [noise]]
//! ```
//!
//! - `coffee`: recorded orders, with the sentences of `examples/coffee`, clean and in noise
//! - `home`: recorded commands, with Home Assistant's sentences and the home of
//!   `tests/data/home-commands`
//! - `voices`: the commands in `tests/data/home-commands`, spoken by Sayso's own voice at three
//!   pitches and paces, clean, in rooms, in noise, and with the first 60 ms cut off
//! - `free`: other speech, with both sets of sentences, and single words
//! - `noise`: recordings in which nobody speaks
//!
//! Each is understood from the free transcript where it fits a template exactly ("exact"), from the
//! free transcript with a matcher that forgives ("plain"), and with the second decoding ("guided"). `--always` decodes every utterance twice; what is understood is then judged as
//! ever. `--misses` prints what is not understood, `--trace` writes a JSON line for each utterance.
//! Shares come with intervals of 95 % (Wilson's).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sayso::internals::commands::{Commands, Understood};
use sayso::{Config, Engines};
use sayso_audio_io::Resampler;
use sayso_frontend::segments;
use sayso_intents::{Context, Grammar, Home, Source};
use sayso_models::Cancel;
use sayso_models::stt::{Guide, Paths, Stt, SttRequest, Transcript};
use sayso_models::tts::Delivery;
use sayso_models::vad::Vad;
use sayso_tests::wer::Wer;
use sayso_tests::{Recording, data, further, recordings};
use serde_json::{Value, json};

const RATE: usize = 16_000;
/// The voice's pitch and pace, both as factors.
const VOICES: [(f32, f32); 3] = [(1.0, 1.0), (0.84, 1.2), (1.12, 1.1)];
/// How much of the beginning is lost when speech is detected late.
const CUT: usize = RATE * 60 / 1000;

/// What a command means.
type Meaning = (String, BTreeMap<String, Value>);

/// An utterance.
struct Said {
    name: String,
    sound: Vec<f32>,
    /// What it means; `None` if it is no command.
    meaning: Option<Meaning>,
    /// The words, if they are known.
    words: String,
}

/// Counts of one set of utterances.
#[derive(Default)]
struct Counts {
    all: usize,
    exact: usize,
    plain: usize,
    guided: usize,
    /// Not understood as meant, but as another command.
    wrong: usize,
    paid: usize,
    first_ms: f64,
    second_ms: Vec<f64>,
    plain_words: Wer,
    guided_words: Wer,
}

struct Bench {
    vad: Box<dyn Vad>,
    stt: Box<dyn Stt>,
    always: bool,
    misses: bool,
    trace: Option<File>,
}

/// Guides as the commands do, and notes whether it was asked to.
struct Noted<'a> {
    commands: &'a Commands,
    always: bool,
    first: std::cell::Cell<Option<(Instant, bool)>>,
}

impl Guide for Noted<'_> {
    fn wants(&self, plain: &Transcript, length_ms: u32) -> bool {
        let now = Instant::now();
        let wants = self.commands.wants(plain, length_ms);
        self.first.set(Some((now, wants)));
        wants || (self.always && length_ms < 15_000)
    }

    fn least(&self, plain: &Transcript) -> f32 {
        self.commands.least(plain)
    }

    fn paths(&self) -> Box<dyn Paths + '_> {
        self.commands.paths()
    }
}

fn main() {
    let mut asked: Vec<String> = std::env::args().skip(1).collect();
    let mut flag = |name: &str| {
        let at = asked.iter().position(|arg| arg == name);
        at.map(|at| asked.remove(at)).is_some()
    };
    let (always, misses, traces) = (flag("--always"), flag("--misses"), flag("--trace"));
    let trace = traces.then(|| File::create(asked.remove(0)).expect("a file for the trace"));
    let wants = |name: &str| asked.is_empty() || asked.iter().any(|arg| arg == name);
    // With two threads, one waits for the other when the machine has other work.
    let config = Config::load(None, &["stt.threads=1".into()]).expect("settings");
    let mut bench = Bench {
        vad: Engines::load_vad(&config).expect("the voice activity detector"),
        stt: Engines::load_stt(&config).expect("Whisper"),
        always,
        misses,
        trace,
    };
    let all: Vec<Recording> = recordings().into_iter().chain(further()).collect();
    let of = |category: &'static str| all.iter().filter(move |r| r.category == category);
    let (coffee, home) = (coffee(), home());
    println!("set: exact → plain → guided right (interval); taken for another command; second");
    println!("decodings; ms of the first one, and of the second one (median)");
    let dishes: Vec<f32> =
        of("noise-music-silence").filter(|r| r.name.contains("dishes")).flat_map(samples).collect();
    let machines: Vec<f32> = of("env-esc10")
        .filter(|r| r.name.contains("chainsaw") || r.name.contains("helicopter"))
        .flat_map(samples)
        .collect();
    if wants("coffee") {
        let orders: Vec<Said> = of("s2i-coffee").map(order).collect();
        bench.measure("coffee, clean", &coffee, &orders);
        for (noise, sound) in [("kitchen", &dishes), ("machine", &machines), ("car", &car())] {
            for snr in [12.0, 6.0] {
                let noisy: Vec<Said> = in_noise(&orders, sound, snr);
                bench.measure(&format!("coffee, {noise} {snr} dB"), &coffee, &noisy);
            }
        }
    }
    let spoken: Vec<Said> = of("commands-misc-en").map(|r| recorded(r, &home)).collect();
    let (commands, others): (Vec<Said>, Vec<Said>) =
        spoken.into_iter().partition(|said| said.meaning.is_some());
    if wants("home") {
        bench.measure("home, recorded", &home, &commands);
        bench.measure("home, recorded, kitchen 12 dB", &home, &in_noise(&commands, &dishes, 12.0));
    }
    if wants("voices") {
        let clean = by_voice(&config, &home);
        bench.measure("home, own voice, clean", &home, &clean);
        let cut = changed(&clean, |_, sound| {
            let from = sound.iter().position(|x| x.abs() > 0.02).unwrap_or(0) + CUT;
            [vec![0.0; RATE / 5], sound[from.min(sound.len())..].to_vec()].concat()
        });
        bench.measure("home, own voice, 60 ms cut off", &home, &cut);
        let rooms: Vec<Vec<f32>> = of("rir").map(samples).collect();
        let wet = changed(&clean, |n, sound| within(sound, &rooms[n % rooms.len()]));
        bench.measure("home, own voice, rooms", &home, &wet);
        bench.measure(
            "home, own voice, rooms, kitchen 12 dB",
            &home,
            &in_noise(&wet, &dishes, 12.0),
        );
        bench.measure("home, own voice, rooms, kitchen 6 dB", &home, &in_noise(&wet, &dishes, 6.0));
    }
    if wants("free") {
        let free = |r: &&Recording| {
            let speech = ["librispeech", "ljspeech", "smoke", "fleurs", "asterisk-en"];
            r.is_english() && speech.contains(&r.category.as_str())
        };
        let read: Vec<Said> = all.iter().filter(free).map(other).collect();
        let (fits, mut read): (Vec<_>, Vec<_>) =
            read.into_iter().partition(|said| meaning(&home, &said.words).is_some());
        for said in fits {
            println!("left out, because it is a command: {}", said.words);
        }
        read.extend(others);
        let words: Vec<Said> = of("speech-commands").map(other).collect();
        for (sentences, commands) in [("home", &home), ("coffee", &coffee)] {
            bench.measure(&format!("other speech, {sentences} sentences"), commands, &read);
            bench.measure(&format!("single words, {sentences} sentences"), commands, &words);
        }
    }
    if wants("noise") {
        let silent: Vec<Said> = all.iter().filter(|r| r.is_noise()).map(other).collect();
        for (sentences, commands) in [("home", &home), ("coffee", &coffee)] {
            bench.measure(&format!("nobody speaks, {sentences} sentences"), commands, &silent);
        }
    }
}

impl Bench {
    fn measure(&mut self, set: &str, commands: &Commands, all: &[Said]) {
        let mut counts = Counts::default();
        for said in all {
            self.understand(set, commands, said, &mut counts);
        }
        println!("{set}: {counts}");
    }

    fn understand(&mut self, set: &str, commands: &Commands, said: &Said, counts: &mut Counts) {
        let cancel = Cancel::new();
        let spoken = segments(self.vad.as_mut(), &said.sound, &cancel).expect("segments");
        let range =
            spoken.first().map_or(0, |first| first.start)..spoken.last().map_or(0, |last| last.end);
        let noted = Noted { commands, always: self.always, first: std::cell::Cell::default() };
        let start = Instant::now();
        let request =
            SttRequest { language: Some("en"), guide: Some(&noted), ..SttRequest::default() };
        let heard = self
            .stt
            .transcribe(&said.sound[range], &request, &cancel, &mut |_| {})
            .expect("transcribes");
        let took = start.elapsed().as_secs_f64() * 1e3;
        let (first_ms, paid) = noted
            .first
            .get()
            .map_or((took, false), |(at, wants)| ((at - start).as_secs_f64() * 1e3, wants));
        let mut alone = heard.clone();
        alone.guided.clear();
        let mut both = heard.clone();
        if !paid {
            both.guided.clear();
        }
        let (plain, guided) = (commands.judge(alone), commands.judge(both));
        let (plain_right, guided_right) = (right(&plain, said), right(&guided, said));
        counts.all += 1;
        let exact = plain.command().is_some_and(|found| found.score >= 1.0);
        counts.exact += usize::from(plain_right && (exact || said.meaning.is_none()));
        counts.plain += usize::from(plain_right);
        counts.guided += usize::from(guided_right);
        counts.wrong += usize::from(!guided_right && guided.command().is_some());
        counts.first_ms += first_ms;
        if paid {
            counts.paid += 1;
            counts.second_ms.push(took - first_ms);
        }
        if !said.words.is_empty() {
            counts.plain_words += Wer::of(&said.words, &plain.transcript.text);
            counts.guided_words += Wer::of(&said.words, &guided.transcript.text);
        }
        if self.misses && !guided_right {
            let wanted = said.meaning.as_ref().map(|meaning| json!(meaning));
            println!(
                "  {}: {:?} → {:?}, {:?}; wanted {}",
                said.name,
                plain.transcript.text.trim(),
                guided.transcript.text.trim(),
                guided.command().map(|found| format!("{} {:?}", found.intent, found.slots)),
                wanted.unwrap_or_default()
            );
        }
        if let Some(trace) = &mut self.trace {
            let line = json!({
                "set": set, "name": said.name, "wanted": said.meaning, "words": said.words,
                "plain": heard.text, "avg": heard.avg_logprob, "no_speech": heard.no_speech_prob,
                "confidence": heard.words.iter().map(|word| word.confidence).collect::<Vec<_>>(),
                "familiarity": commands.familiarity(&heard.text),
                "rejected": heard.rejected, "ms": first_ms, "more_ms": took - first_ms,
                "seconds": said.sound.len() as f64 / RATE as f64,
                "score": plain.matches.first().map(|found| found.score),
                "unsure": !plain.matches.is_empty() && plain.command().is_none(),
                "plain_right": plain_right, "guided_right": guided_right, "paid": paid,
                "guided": heard.guided.iter().map(|guided| {
                    let found = commands.judge(text(&guided.text));
                    json!({"text": guided.text, "sum": guided.sum, "tokens": guided.tokens,
                        "right": right(&found, said), "command": found.command().is_some()})
                }).collect::<Vec<_>>(),
            });
            writeln!(trace, "{line}").expect("the trace is written");
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let share = |count: usize| 100.0 * count as f64 / self.all.max(1) as f64;
        let (low, high) = interval(self.guided, self.all);
        write!(
            f,
            "{} → {} → {} of {}, {:.1} → {:.1} → {:.1} % ({low:.1} to {high:.1}); {} wrong; {} \
             second, {:.1} %; {:.0} ms",
            self.exact,
            self.plain,
            self.guided,
            self.all,
            share(self.exact),
            share(self.plain),
            share(self.guided),
            self.wrong,
            self.paid,
            share(self.paid),
            self.first_ms / self.all.max(1) as f64,
        )?;
        let mut second = self.second_ms.clone();
        second.sort_unstable_by(f64::total_cmp);
        if let Some(median) = second.get(second.len() / 2) {
            write!(f, " + {median:.0} ms")?;
        }
        if self.plain_words.words > 0 {
            write!(f, "; words wrong: {} → {}", self.plain_words, self.guided_words)?;
        }
        Ok(())
    }
}

/// Whether an utterance was understood as it is meant.
fn right(found: &Understood, said: &Said) -> bool {
    let found = found.command().map(|found| (found.intent.to_string(), found.slots.clone()));
    found == said.meaning
}

fn text(text: &str) -> Transcript {
    let mut transcript = Transcript::default();
    text.clone_into(&mut transcript.text);
    transcript
}

/// What typed words mean.
fn meaning(commands: &Commands, words: &str) -> Option<Meaning> {
    let found = commands.judge(text(words));
    let exact = found.command().filter(|found| found.score >= 1.0 && found.wild == 0)?;
    Some((exact.intent.to_string(), exact.slots.clone()))
}

fn samples(recording: &Recording) -> Vec<f32> {
    sayso_audio_io::read_all(&recording.path, Duration::from_secs(60)).expect("recording").samples
}

fn commands_of(source: Source, home: Home) -> Commands {
    let grammar = Grammar::compile("en", &[source]).expect("sentences");
    Commands::new(Arc::new(grammar), Arc::new(home), Arc::new(Context::default()))
}

fn coffee() -> Commands {
    let file = data("../../examples/coffee/intents.yaml");
    commands_of(Source::open(&file, true).expect("the orders"), Home::default())
}

fn home() -> Commands {
    let file = sayso_store::default_dir().join("home-assistant-intents").join("en.json");
    let source = Source::open(&file, false).expect("`sayso models fetch home-assistant-intents`");
    let home = std::fs::read_to_string(data("home-commands/home.json")).expect("the home");
    let home = Home::from_json(&serde_json::from_str(&home).unwrap()).expect("the home");
    commands_of(source, home)
}

/// An order, with the intent and the slots that the list of recordings says.
fn order(recording: &Recording) -> Said {
    let extra: Value = serde_json::from_str(&recording.extra).expect("the order's slots");
    let slots = extra["slots"].as_object().expect("slots").iter();
    let slots =
        slots.map(|(slot, value)| (slot.clone(), Value::from(value.as_str().unwrap().trim())));
    let meaning = Some((extra["intent"].as_str().unwrap().to_owned(), slots.collect()));
    Said { meaning, ..other(recording) }
}

/// A recording that means what its words mean.
fn recorded(recording: &Recording, commands: &Commands) -> Said {
    let meaning = meaning(commands, &recording.transcript);
    Said { meaning, ..other(recording) }
}

/// A recording that is no command.
fn other(recording: &Recording) -> Said {
    Said {
        name: recording.name.clone(),
        sound: samples(recording),
        meaning: None,
        words: recording.transcript.clone(),
    }
}

/// The commands of `tests/data/home-commands`, spoken.
fn by_voice(config: &Config, commands: &Commands) -> Vec<Said> {
    let mut tts = Engines::load_tts(config).expect("the voice");
    let lines = std::fs::read_to_string(data("home-commands/commands.txt")).expect("the commands");
    let mut all = Vec::new();
    for words in lines.lines().filter(|line| !line.is_empty()) {
        let meaning = meaning(commands, words);
        if meaning.is_none() {
            println!("left out, because it fits no template: {words}");
            continue;
        }
        for (n, (pitch, pace)) in VOICES.into_iter().enumerate() {
            let delivery = Delivery { speed: pace / pitch, ..Delivery::default() };
            let mut voice = Vec::new();
            tts.speak(words, &delivery, &Cancel::new(), &mut |sound| voice.extend(sound)).unwrap();
            let rate = (tts.sample_rate() as f32 * pitch / 100.0).round() as u32 * 100;
            let quiet = vec![0.0; RATE / 2];
            let mut sound = quiet.clone();
            let mut resampler = Resampler::new(rate, RATE as u32).unwrap();
            resampler.process(&voice, &mut sound);
            resampler.finish(&mut sound);
            sound.extend(quiet);
            let name = format!("{words} (voice {n})");
            all.push(Said { name, sound, meaning: meaning.clone(), words: words.to_owned() });
        }
    }
    all
}

fn changed(all: &[Said], change: impl Fn(usize, &[f32]) -> Vec<f32>) -> Vec<Said> {
    let change = |(n, said): (usize, &Said)| Said {
        name: said.name.clone(),
        sound: change(n, &said.sound),
        meaning: said.meaning.clone(),
        words: said.words.clone(),
    };
    all.iter().enumerate().map(change).collect()
}

/// The utterances in a noise that is so many dB below them.
fn in_noise(all: &[Said], noise: &[f32], snr_db: f32) -> Vec<Said> {
    changed(all, |n, sound| {
        let gain = (power(sound) / power(noise)).sqrt() * 10f32.powf(-snr_db / 20.0);
        let noise = noise.iter().cycle().skip(n * 7919 * 16 % noise.len());
        sound.iter().zip(noise).map(|(x, noise)| x + gain * noise).collect()
    })
}

/// A sound as in a car: noise with most of its power below 200 Hz. There is no recording of one.
fn car() -> Vec<f32> {
    let (mut state, mut low, mut lower) = (0x2545_f491_u32, 0.0, 0.0);
    let noise = (0..20 * RATE).map(|_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let white = state as f32 / u32::MAX as f32 - 0.5;
        low += 0.06 * (white - low);
        lower += 0.06 * (low - lower);
        lower + 0.02 * white
    });
    noise.collect()
}

/// The sound in a room, as loud as before.
fn within(sound: &[f32], room: &[f32]) -> Vec<f32> {
    let loudest = room.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let direct = loudest.map_or(0, |(at, _)| at);
    let room = &room[direct..room.len().min(direct + RATE / 2)];
    let mut wet = vec![0.0; sound.len()];
    for (at, x) in sound.iter().enumerate().filter(|(_, x)| **x != 0.0) {
        wet[at..].iter_mut().zip(room).for_each(|(y, h)| *y += x * h);
    }
    let factor = (power(sound) / power(&wet)).sqrt();
    wet.iter().map(|x| x * factor).collect()
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32 + 1e-12
}

/// An interval of 95 % for a share, in percent.
fn interval(count: usize, of: usize) -> (f64, f64) {
    let (n, p, z) = (of.max(1) as f64, count as f64 / of.max(1) as f64, 1.96);
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + z * z / n);
    (scale * (centre - half), scale * (centre + half))
}
