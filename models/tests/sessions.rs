//! One set of weights, several sessions: each behaves as if it were alone, a wiped one behaves
//! like a new one, and long work shows that it is alive.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(all(
    feature = "llama",
    feature = "whisper",
    feature = "silero",
    feature = "smart-turn",
    feature = "hibari"
))]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{audio, model, speech};
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_models::eot::{EndOfTurn, SmartTurn, SmartTurnWeights};
use sayso_models::llm::{Config, Exchange, Llama, LlamaWeights, Llm, Sampling};
use sayso_models::stt::{Stt, SttRequest, Transcript, Whisper, WhisperConfig, WhisperWeights};
use sayso_models::tts::{Delivery, Hibari, HibariWeights, Tts};
use sayso_models::vad::{SileroWeights, Vad};

const QUESTION: &str = "commands-misc-en/gdo_audio.flac";
const OTHER: &str = "smoke/jfk.flac";

fn whisper() -> WhisperWeights {
    WhisperWeights::load(&model("whisper-tiny.en", "ggml-q8_0.bin"), &WhisperConfig::default())
        .unwrap()
}

fn llama() -> LlamaWeights {
    let sampling = Sampling { max_tokens: 24, ..Sampling::default() };
    let config =
        Config { n_ctx: 1024, threads: 1, threads_batch: 1, sampling, ..Config::default() };
    let mut weights = LlamaWeights::load(model("smollm2-135m", "q8_0.gguf"), config).unwrap();
    let prompt = Language::english().prompts().small;
    weights.prime(prompt.system, &Exchange::examples(&prompt), None).unwrap();
    weights
}

fn smart_turn() -> SmartTurnWeights {
    SmartTurnWeights::load(&model("smart-turn-v3", "smart-turn-v3.2-cpu.onnx")).unwrap()
}

fn hibari() -> HibariWeights {
    HibariWeights::load(model("hibari", "hibari.onnx").parent().unwrap(), Language::english())
        .unwrap()
}

fn hear(whisper: &mut Whisper, clip: &str, prompt: &str, cancel: &Cancel) -> Transcript {
    let request = SttRequest { prompt, ..SttRequest::default() };
    whisper.transcribe(&audio::read(&speech(clip)), &request, cancel, &mut |_| ()).unwrap()
}

/// The reply, and the scores after its last token.
fn answer(llama: &mut Llama, user: &str, cancel: &Cancel) -> (String, Vec<f32>) {
    let reply = llama.reply(user, cancel, &mut |_| ()).unwrap();
    (reply.text, llama.scores().to_vec())
}

fn judge(judge: &mut SmartTurn, clip: &str, cancel: &Cancel) -> u32 {
    judge.completeness(&audio::read(&speech(clip)), 1, cancel).unwrap().to_bits()
}

fn say(voice: &mut Hibari, clause: &str, cancel: &Cancel) -> Vec<f32> {
    let mut sound = Vec::new();
    let mut take = |block: &[f32]| sound.extend_from_slice(block);
    voice.speak(clause, &Delivery::default(), cancel, &mut take).unwrap();
    sound
}

fn voiced(vad: &mut dyn Vad, clip: &str) -> Vec<f32> {
    let sound = audio::read(&speech(clip));
    sound.chunks_exact(512).take(60).map(|frame| vad.process(frame).unwrap()).collect()
}

#[test]
fn weights_can_be_shared_and_sessions_sent() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn sent<T: Send + 'static>(_: &T) {}
    let (whisper, hibari, turn) = (whisper(), hibari(), smart_turn());
    shared(&whisper);
    shared(&hibari);
    shared(&turn);
    shared(&llama());
    shared(&SileroWeights::load(&model("silero-v6", "silero_vad.onnx")).unwrap());
    sent(&whisper.session().unwrap());
    sent(&hibari.session());
    sent(&turn.session());
    sent(&llama().session().unwrap());
}

/// Two sessions that work at the same time, on two threads.
fn side_by_side<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    std::thread::scope(|scope| {
        let a = scope.spawn(a);
        let b = b();
        (a.join().unwrap(), b)
    })
}

#[test]
fn recognisers_side_by_side_give_what_they_give_alone() {
    let (weights, cancel) = (whisper(), Cancel::new());
    let (mut one, mut two) = (weights.session().unwrap(), weights.session().unwrap());
    let alone = (hear(&mut one, QUESTION, "", &cancel), hear(&mut one, OTHER, "", &cancel));
    let together = side_by_side(
        || hear(&mut one, QUESTION, "", &cancel),
        || hear(&mut two, OTHER, "", &cancel),
    );
    assert_eq!(together, alone);
    assert!(alone.0.text.contains("Brooklyn") && alone.1.text.contains("country"));
}

#[test]
fn conversations_side_by_side_do_not_affect_each_other() {
    let (weights, cancel) = (llama(), Cancel::new());
    let questions = ["What is the capital of France?", "Tell me about its history."];
    let talk = |llama: &mut Llama| {
        let replies = questions.map(|question| {
            let answered = answer(llama, question, &cancel);
            llama.keep(None).unwrap();
            answered
        });
        (replies, llama.history().to_vec())
    };
    let alone = talk(&mut weights.session().unwrap());
    let (mut one, mut two) = (weights.session().unwrap(), weights.session().unwrap());
    let (first, second) = side_by_side(|| talk(&mut one), || talk(&mut two));
    assert_eq!(first, alone, "to the bit");
    assert_eq!(second, alone, "to the bit");
}

#[test]
fn a_session_with_a_copied_prompt_equals_one_that_evaluated_it() {
    let weights = llama();
    let mut copied = weights.session().unwrap();
    let mut computed = weights.session().unwrap();
    let prompt = Language::english().prompts().small;
    let primed = computed.prime(prompt.system, &Exchange::examples(&prompt), None).unwrap();
    assert!(!primed.from_disk && primed.tokens == copied.cached().len());
    assert_eq!(copied.cached(), computed.cached());
    for question in ["What is the capital of France?", "And of Italy?"] {
        let cancel = Cancel::new();
        let before = copied.cached().len();
        let reply = copied.reply(question, &cancel, &mut |_| ()).unwrap();
        assert_eq!(reply.cached_tokens, before, "the prompt is not computed again");
        assert_eq!(
            (reply.text, copied.scores().to_vec()),
            answer(&mut computed, question, &cancel)
        );
        copied.keep(None).unwrap();
        computed.keep(None).unwrap();
    }
}

#[test]
fn a_wiped_session_is_like_a_new_one() {
    let cancel = Cancel::new();
    let weights = whisper();
    let (mut fresh, mut wiped) = (weights.session().unwrap(), weights.session().unwrap());
    hear(&mut wiped, OTHER, "Wilhelmina's flowerpot", &cancel);
    wiped.wipe().unwrap();
    assert_eq!(hear(&mut wiped, QUESTION, "", &cancel), hear(&mut fresh, QUESTION, "", &cancel));

    let weights = llama();
    let (mut fresh, mut wiped) = (weights.session().unwrap(), weights.session().unwrap());
    answer(&mut wiped, "My name is Wilhelmina.", &cancel);
    wiped.keep(None).unwrap();
    wiped.add(&Exchange::note("Your timer is done.")).unwrap();
    answer(&mut wiped, "This one is pending.", &cancel);
    wiped.forget().unwrap();
    assert!(wiped.history().is_empty());
    wiped.keep(None).unwrap();
    assert!(wiped.history().is_empty(), "nothing is pending");
    assert_eq!(wiped.cached(), fresh.cached());
    assert_eq!(wiped.scores(), fresh.scores());
    let question = "What is my name?";
    assert_eq!(answer(&mut wiped, question, &cancel), answer(&mut fresh, question, &cancel));

    let weights = smart_turn();
    let (mut fresh, mut wiped) = (weights.session(), weights.session());
    judge(&mut wiped, OTHER, &cancel);
    wiped.wipe().unwrap();
    assert_eq!(judge(&mut wiped, QUESTION, &cancel), judge(&mut fresh, QUESTION, &cancel));

    let weights = hibari();
    let (mut fresh, mut wiped) = (weights.session(), weights.session());
    say(&mut wiped, "Wilhelmina keeps the key under the blue flowerpot.", &cancel);
    wiped.wipe().unwrap();
    let clause = "It is half past nine.";
    assert_eq!(say(&mut wiped, clause, &cancel), say(&mut fresh, clause, &cancel));

    let weights = SileroWeights::load(&model("silero-v6", "silero_vad.onnx")).unwrap();
    let (mut fresh, mut wiped) = (weights.session().unwrap(), weights.session().unwrap());
    voiced(&mut wiped, OTHER);
    wiped.reset();
    assert_eq!(voiced(&mut wiped, QUESTION), voiced(&mut fresh, QUESTION));
}

/// How often the work checks its flag.
fn beats(work: impl FnOnce(&Cancel)) -> u64 {
    let beats = Arc::new(AtomicU64::new(0));
    work(&Cancel::new().beating(&beats));
    beats.load(Ordering::Relaxed)
}

#[test]
fn every_engine_shows_that_it_is_alive() {
    // One check per node of the networks that run on ggml, and per layer of the others.
    let mut stt = whisper().session().unwrap();
    let heard = beats(|cancel| _ = hear(&mut stt, QUESTION, "", cancel));
    let mut eot = smart_turn().session();
    let judged = beats(|cancel| _ = judge(&mut eot, QUESTION, cancel));
    let mut tts = hibari().session();
    let spoken = beats(|cancel| _ = say(&mut tts, "It is half past nine.", cancel));
    let mut llm = llama().session().unwrap();
    let written = beats(|cancel| _ = answer(&mut llm, "What is the capital of France?", cancel));
    println!("beats: {heard} heard, {judged} judged, {spoken} spoken, {written} written");
    assert!(heard > 500 && judged >= 7 && spoken > 20 && written > 1_000);
}

/// Work that cannot be cancelled beats where the reply before it did.
#[test]
fn keeping_a_reply_shows_that_it_is_alive() {
    let mut llm = llama().session().unwrap();
    let beats = Arc::new(AtomicU64::new(0));
    let cancel = Cancel::new().beating(&beats);
    answer(&mut llm, "What is the capital of France?", &cancel);
    let before = beats.load(Ordering::Relaxed);
    // A text other than the one written must be evaluated.
    llm.keep(Some(&"and so on ".repeat(30))).unwrap();
    let kept = beats.load(Ordering::Relaxed);
    llm.add(&Exchange::note("Your timer for the noodles is done.")).unwrap();
    let noted = beats.load(Ordering::Relaxed);
    println!("beats: {} kept, {} noted", kept - before, noted - kept);
    assert!(kept > before + 500 && noted > kept + 200);
    cancel.cancel();
    llm.add(&Exchange::note("Even after the reply was cancelled.")).unwrap();
    assert_eq!(llm.history().len(), 3);
}
