//! Whisper and the language model in one process share one ggml: each gives the same result, to
//! the bit, whether the other has run, is running, or neither.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(all(feature = "llama", feature = "whisper"))]

mod common;

use common::{audio, model, speech};
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_models::llm::{Config, Exchange, Llama, Llm};
use sayso_models::stt::{Stt, SttRequest, Whisper, WhisperConfig};

const QUESTION: &str = "How old is the Brooklyn Bridge?";

fn llama() -> Llama {
    let config = Config { n_ctx: 512, threads: 1, threads_batch: 1, ..Config::default() };
    let mut llama = Llama::load(model("smollm2-135m", "q8_0.gguf"), config).unwrap();
    let prompt = Language::english().prompts().standard;
    llama.prime(prompt.system, &Exchange::examples(&prompt), None).unwrap();
    llama
}

/// The reply and the scores after it, as bits.
fn answer(llama: &mut Llama) -> (String, Vec<u32>) {
    let reply = llama.reply(QUESTION, &Cancel::new(), &mut |_| {}).unwrap();
    let scores = llama.scores().iter().map(|score| score.to_bits()).collect();
    llama.discard().unwrap();
    (reply.text, scores)
}

fn whisper() -> Whisper {
    let config = WhisperConfig { threads: 1, ..WhisperConfig::default() };
    Whisper::load(&model("whisper-tiny.en", "ggml-q8_0.bin"), &config).unwrap()
}

fn hear(whisper: &mut Whisper, sound: &[f32]) -> (String, u32) {
    let heard =
        whisper.transcribe(sound, &SttRequest::default(), &Cancel::new(), &mut |_| ()).unwrap();
    (heard.text, heard.avg_logprob.to_bits())
}

#[test]
fn neither_changes_the_others_results() {
    let sound = audio::read(&speech("commands-misc-en/gdo_audio.flac"));
    let mut llama = llama();
    let alone = answer(&mut llama);
    assert!(!alone.0.is_empty() && !alone.1.is_empty());

    let mut whisper = whisper();
    let heard = hear(&mut whisper, &sound);
    assert!(heard.0.to_lowercase().contains("brooklyn bridge"), "{heard:?}");
    for _ in 0..2 {
        assert!(answer(&mut llama) == alone, "the language model after Whisper");
        assert_eq!(hear(&mut whisper, &sound), heard, "Whisper after the language model");
    }

    // Both at once.
    std::thread::scope(|threads| {
        threads.spawn(|| (0..3).for_each(|_| assert!(answer(&mut llama) == alone)));
        threads.spawn(|| (0..3).for_each(|_| assert_eq!(hear(&mut whisper, &sound), heard)));
    });

    // And loaded again after all that.
    drop(whisper);
    assert!(answer(&mut self::llama()) == alone);
}
