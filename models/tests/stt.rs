//! Whisper on real speech, on sound without speech, and on bad input.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(feature = "whisper")]

mod common;

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use common::{audio, model, speech};
use sayso_models::stt::{Rejection, Stt, SttRequest, Transcript, Whisper, WhisperConfig};
use sayso_models::{Cancel, ErrorKind, Result};
use sayso_test_support::recordings::{further, shipped};
use sayso_test_support::wer::{Wer, normalise};
use sayso_test_support::{Recording, skip};

/// As on machines with little memory.
fn narrow() -> WhisperConfig {
    WhisperConfig { widest: 768, ..WhisperConfig::default() }
}

fn whisper() -> Whisper {
    load(&WhisperConfig::default())
}

fn load(config: &WhisperConfig) -> Whisper {
    Whisper::load(&model("whisper-tiny.en", "ggml-q8_0.bin"), config).unwrap()
}

fn hear(stt: &mut Whisper, audio: &[f32]) -> Transcript {
    try_hear(stt, audio, &Cancel::new()).unwrap()
}

fn try_hear(stt: &mut Whisper, audio: &[f32], cancel: &Cancel) -> Result<Transcript> {
    stt.transcribe(audio, &SttRequest::default(), cancel, &mut |_| ())
}

#[test]
fn commands_are_transcribed_word_for_word() {
    let mut stt = whisper();
    for (clip, expected) in [
        ("commands-misc-en/gdo_audio.flac", "how old is the brooklyn bridge"),
        ("commands-misc-en/rh3_what_time_is_it.flac", "what time is it"),
        ("commands-misc-en/rh3_turn_on_the_lamp.flac", "turn on the lamp"),
        ("commands-misc-en/gdo_half_an_hour.flac", "half an hour"),
    ] {
        let heard = hear(&mut stt, &audio::read(&speech(clip)));
        assert_eq!(normalise(&heard.text).join(" "), expected, "{clip}");
        assert_eq!((heard.rejected, heard.language.as_str()), (None, "en"), "{clip}");
        assert!(heard.no_speech_prob < 0.6 && heard.avg_logprob < 0.0, "{clip}");
    }
}

#[test]
fn words_have_times_and_confidence() {
    let sound = audio::read(&speech("smoke/jfk.flac"));
    let heard = hear(&mut whisper(), &sound);
    let joined: Vec<&str> = heard.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(joined.join(" "), heard.text);
    assert!(heard.words.len() >= 20);
    let mut now = 0;
    for word in &heard.words {
        assert!(word.start_ms >= now && word.end_ms >= word.start_ms, "{word:?}");
        assert!((0.0..=1.0).contains(&word.confidence), "{word:?}");
        now = word.end_ms;
    }
    assert!(now as usize <= sound.len() / 16);
    let country = heard.words.iter().find(|w| w.text.contains("country")).unwrap();
    assert!((4_000..7_500).contains(&country.start_ms), "{country:?}");
}

/// Every fourth English clip with a transcript; `tests/tests/wer.rs` has all of them, with
/// the trimmed encoder alone.
#[test]
fn the_shorter_encoders_cost_few_words() {
    let clips: Vec<Recording> =
        shipped().into_iter().filter(Recording::is_english).step_by(4).collect();
    let trimmed = compare_encoders(&clips, 1.5);
    assert!(trimmed.words > 200, "{trimmed}");
}

/// Every English clip with a transcript, once with the trimmed encoder and once padded to 30 s.
#[test]
#[ignore = "three minutes: with cargo xtask test --all"]
fn long_the_shorter_encoders_cost_few_words_of_all_clips() {
    let trimmed = compare_encoders(&shipped(), 0.5);
    assert!(trimmed.words > 800 && trimmed.percent() <= 14.0, "{trimmed}");
    // Their word error rate depends on the recordings; that the shorter encoders cost little does
    // not.
    compare_encoders(&further(), 0.5);
}

/// Returns the word error rate with the trimmed encoder. Asserts that it is at most this many points
/// above that with the whole encoder, and that the narrow encoder adds at most half a point more.
fn compare_encoders(clips: &[Recording], points: f64) -> Wer {
    let (mut trimmed, mut padded, mut short) = (Wer::default(), Wer::default(), Wer::default());
    let mut stt = whisper();
    let mut full = load(&WhisperConfig { full_context: true, ..WhisperConfig::default() });
    let mut small = load(&narrow());
    for clip in clips.iter().filter(|clip| clip.is_english()) {
        let sound = audio::read(&clip.path);
        trimmed += Wer::of(&clip.transcript, &hear(&mut stt, &sound).text);
        padded += Wer::of(&clip.transcript, &hear(&mut full, &sound).text);
        short += Wer::of(&clip.transcript, &hear(&mut small, &sound).text);
    }
    println!("word error rate: trimmed {trimmed}, padded {padded}, with 15 s at most {short}");
    assert!(trimmed.percent() <= padded.percent() + points, "{trimmed}, padded {padded}");
    assert!(short.percent() <= trimmed.percent() + points + 0.5, "{short}, trimmed {trimmed}");
    trimmed
}

#[test]
fn noise_is_hardly_ever_transcribed() {
    transcribe_noise(whisper());
}

#[test]
fn noise_is_hardly_ever_transcribed_with_little_memory() {
    transcribe_noise(load(&narrow()));
}

fn transcribe_noise(mut stt: Whisper) {
    let (mut clips, mut heard) = (0, Vec::new());
    for clip in shipped().into_iter().chain(further()).filter(Recording::is_noise) {
        clips += 1;
        let result = hear(&mut stt, &audio::read(&clip.path));
        assert_eq!(result.text.is_empty(), result.rejected.is_some(), "{}", clip.name);
        assert_eq!(result.text.is_empty(), result.words.is_empty(), "{}", clip.name);
        if !result.text.is_empty() {
            heard.push((clip.name, result.text));
        }
    }
    println!("{} of {clips} clips without speech give text: {heard:?}", heard.len());
    assert!(clips >= 30);
    // Two of the 36 recordings in the repository may.
    assert!(heard.len() * 36 <= 2 * clips, "{heard:?}");
}

#[test]
fn odd_sounds_do_not_cause_errors() {
    let mut stt = whisper();
    for (sound, why) in [
        (vec![], Rejection::TooShort),
        (vec![0.3], Rejection::TooShort),
        (vec![0.0; 48_000], Rejection::Silence),
        (vec![f32::NAN; 48_000], Rejection::Silence),
    ] {
        let heard = hear(&mut stt, &sound);
        assert_eq!((heard.text.as_str(), heard.rejected), ("", Some(why)));
    }
    // A few broken samples in good speech change nothing.
    let mut sound = audio::read(&speech("commands-misc-en/gdo_audio.flac"));
    for at in [0, 5_000, 20_000] {
        sound[at] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][at % 3];
    }
    assert!(hear(&mut stt, &sound).text.contains("Brooklyn Bridge"));
}

#[test]
fn one_call_does_not_affect_the_next() {
    let mut stt = whisper();
    let (a, b) = (
        audio::read(&speech("commands-misc-en/gdo_audio.flac")),
        audio::read(&speech("commands-misc-en/rh3_set_timer.flac")),
    );
    let first = hear(&mut stt, &a);
    hear(&mut stt, &b);
    let request = SttRequest { prompt: "Mycroft, Jarvis\0 and others", ..SttRequest::default() };
    stt.transcribe(&b, &request, &Cancel::new(), &mut |_| ()).unwrap();
    assert_eq!(first, hear(&mut stt, &a));
}

#[test]
fn long_recordings_are_transcribed_in_pieces() {
    let (mut sound, mut transcript) = (Vec::new(), String::new());
    for clip in shipped().into_iter().filter(|clip| clip.category == "ljspeech") {
        sound.extend(audio::read(&clip.path));
        transcript += &format!(" {}", clip.transcript);
    }
    assert!(sound.len() > 35 * 16_000);
    let mut pieces = Vec::new();
    let heard = whisper()
        .transcribe(&sound, &SttRequest::default(), &Cancel::new(), &mut |piece| {
            pieces.push(piece.to_owned());
        })
        .unwrap();
    assert!(pieces.len() >= 2, "{pieces:?}");
    assert_eq!(pieces.concat(), heard.text);
    let wer = Wer::of(&transcript, &heard.text);
    println!("{} s in {} pieces: word error rate {wer}", sound.len() / 16_000, pieces.len());
    assert!(wer.percent() <= 12.0, "{wer}: {}", heard.text);
    assert!(heard.words.windows(2).all(|pair| pair[0].end_ms <= pair[1].start_ms));
    assert!(
        heard.words.last().unwrap().start_ms as usize > (sound.len() / 16).saturating_sub(5_000)
    );
}

#[test]
fn cancelling_stops_the_work() {
    let mut stt = load(&WhisperConfig { full_context: true, ..WhisperConfig::default() });
    let sound = audio::read(&speech("smoke/jfk.flac"));
    let long = sound.repeat(20);
    let cancelled = Cancel::new();
    cancelled.cancel();
    assert_eq!(try_hear(&mut stt, &long, &cancelled).unwrap_err().kind(), ErrorKind::Cancelled);

    let cancel = Cancel::new();
    let stopper = std::thread::spawn({
        let cancel = cancel.clone();
        move || {
            std::thread::sleep(Duration::from_millis(300));
            cancel.cancel();
            Instant::now()
        }
    });
    let mut pieces = 0;
    let request = SttRequest::default();
    let error = stt.transcribe(&long, &request, &cancel, &mut |_| pieces += 1).unwrap_err();
    println!("stopped {} ms after the call", stopper.join().unwrap().elapsed().as_millis());
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    // Of 220 s, of which 30 are heard at once.
    assert!(pieces < 4, "{pieces} pieces were written all the same");
    assert!(hear(&mut stt, &sound).text.contains("country"), "it works again");
}

#[test]
fn two_instances_can_work_at_once() {
    let sound = audio::read(&speech("commands-misc-en/gdo_audio.flac"));
    let alone = hear(&mut whisper(), &sound);
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..2).map(|_| scope.spawn(|| hear(&mut whisper(), &sound))).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), alone);
        }
    });
}

#[test]
fn unknown_languages_are_refused() {
    let mut stt = whisper();
    for code in ["de", "xx", "e\0n", ""] {
        let request = SttRequest { language: Some(code), ..SttRequest::default() };
        let result = stt.transcribe(&[0.0; 1600], &request, &Cancel::new(), &mut |_| ());
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Input, "{code:?}");
    }
}

#[test]
fn damaged_models_are_named_in_the_error() {
    let good = std::fs::read(model("whisper-tiny.en", "ggml-q8_0.bin")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.bin");
    let kind = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        load_error(&path)
    };
    assert_eq!(kind(&[]), ErrorKind::Damaged);
    for length in [3, 4, 40, 48, 56, 70_000, 400_000, 1_000_000, good.len() / 2, good.len() - 1] {
        assert_eq!(kind(&good[..length]), ErrorKind::Damaged, "{length} bytes");
    }
    let mut longer = good.clone();
    longer.extend_from_slice(&[0; 16]);
    assert_eq!(kind(&longer), ErrorKind::Damaged);
    assert_eq!(kind(b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0"), ErrorKind::Damaged);
    // Every number in the head of a complete file, made hostile: magic, 11 sizes, 2 of the
    // filters.
    std::fs::write(&path, &good).unwrap();
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let mut poke = |at: usize, bytes: &[u8]| {
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(bytes).unwrap();
    };
    for at in (0..56).step_by(4) {
        for hostile in [0, 1, 51_865, 0x7fff_ffff, 0xffff_ffff_u32] {
            poke(at, &hostile.to_le_bytes());
            assert_eq!(load_error(&path), ErrorKind::Damaged, "byte {at} = {hostile:#x}");
        }
        poke(at, &good[at..at + 4]);
    }
    assert!(Whisper::load(&path, &WhisperConfig::default()).is_ok());
    // No tensors at all: whisper.cpp takes such a file for a test model.
    let name = good.windows(28).position(|w| w == b"decoder.positional_embedding").unwrap();
    assert_eq!(kind(&good[..name - 20]), ErrorKind::Damaged);
    assert_eq!(load_error(&dir.path().join("nowhere.bin")), ErrorKind::Missing);
}

fn load_error(path: &Path) -> ErrorKind {
    let error = Whisper::load(path, &WhisperConfig::default()).err().expect("it was accepted");
    assert_eq!(error.path(), Some(path));
    error.kind()
}

#[test]
fn multilingual_models_detect_the_language() {
    let path = sayso_store::default_dir().join("whisper-base").join("ggml-q8_0.bin");
    if !path.is_file() {
        return skip(format_args!("{} is not installed", path.display()));
    }
    let mut stt = Whisper::load(&path, &WhisperConfig::default()).unwrap();
    assert!(stt.is_multilingual());
    let heard = hear(&mut stt, &audio::read(&speech("fleurs/de-000.flac")));
    assert_eq!(heard.language, "de", "{}", heard.text);
    assert!(heard.words.len() > 5, "{}", heard.text);
}
