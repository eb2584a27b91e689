//! OpenAI's interfaces, by OpenAI's own Python client: the real program with real models.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod served;

use std::path::Path;

use sayso_tests::data;
use served::client::{request, wait_until};
use served::{OTHER, Place, QUESTION, in_order, is_close, text, transcribed};

/// The client, with what its Realtime needs.
const PACKAGE: (&str, &str) = ("openai[realtime]", "3.57.0");
/// A server, and the client.
fn place(arguments: &[&str]) -> Option<Place> {
    Place::new("openai_client.py", PACKAGE, arguments)
}

#[test]
fn models_files_and_speech() {
    let Some(place) = place(&["--profile", "small"]) else { return };
    let models = place.run("models", &[]);
    assert_eq!(models["one"], "sayso");
    assert!(models["names"].as_array().unwrap().len() == 4, "{models}");
    assert_eq!(
        (&models["none"]["status"], &models["none"]["code"]),
        (&404.into(), &"model_not_found".into())
    );

    let recording = data(QUESTION);
    let due = transcribed(&recording);
    let heard = place.run("transcriptions", &[&recording]);
    assert_eq!((text(&heard, "json"), text(&heard, "text").trim()), (&*due, &*due));
    assert_eq!((text(&heard, "streamed"), text(&heard, "done")), (&*due, &*due));
    assert!(text(&heard, "srt").starts_with("1\n00:00:0") && text(&heard, "srt").contains(" --> "));
    assert!(text(&heard, "vtt").starts_with("WEBVTT\n\n00:00:0"));
    assert_eq!(heard["words"].as_array().unwrap().len(), due.split_whitespace().count());
    assert_eq!(heard["language"], "en");
    let (_, words) = (heard["duration"].as_f64().unwrap(), &heard["words"]);
    assert!(words[0][1].as_f64() < words[1][1].as_f64(), "{words}");

    let refused = place.run("refusals", &[&recording]);
    for (name, status, says) in [
        ("translation", 400, "models fetch"),
        ("no sound", 400, "MP3"),
        ("mp3", 400, "wav, pcm, flac, opus"),
        ("aac", 400, "wav, pcm, flac, opus"),
        ("no messages", 400, "no message"),
    ] {
        let refusal = &refused[name];
        assert_eq!(refusal["status"], status, "{name}: {refusal}");
        assert!(text(refusal, "message").contains(says), "{name}: {refusal}");
    }

    let said = "The library opens at nine in the morning.";
    let folder = place.folder.path();
    let speech = place.run("speech", &[Path::new(said), folder]);
    for format in ["wav", "flac"] {
        is_close(said, &transcribed(&folder.join(format!("speech.{format}"))));
    }
    let bytes =
        |format: &str| std::fs::metadata(folder.join(format!("speech.{format}"))).unwrap().len();
    assert!(bytes("flac") < bytes("wav") && bytes("opus") < bytes("flac") / 2);
    assert_eq!(bytes("wav"), bytes("pcm") + 44);
    assert_eq!(speech["events"], bytes("pcm"));
    assert!(speech["fast"].as_u64().unwrap() < bytes("pcm") * 8 / 10, "{speech}");
    assert_eq!(speech["last"], "speech.audio.done");
}

#[test]
fn chat_with_tools_and_a_client_that_leaves() {
    let Some(place) = place(&["--set", "models.sessions=1"]) else { return };
    let chat = place.run("chat", &[]);
    assert!(text(&chat, "text").contains("Paris"), "{chat}");
    assert_eq!((&chat["reason"], &chat["streamed"]), (&"stop".into(), &chat["text"]));
    assert_eq!(chat["usage"], chat["streamed usage"]);
    assert_eq!(chat["short"], serde_json::json!([3, "length"]));
    assert!(!text(&chat, "stopped").contains("four"), "{chat}");
    assert!(chat["typed"]["city"].is_string() && chat["typed"]["known"].is_boolean(), "{chat}");

    let tools = place.run("tools", &[]);
    assert_eq!((&tools["reason"], &tools["name"]), (&"tool_calls".into(), &"get_weather".into()));
    assert!(text(&tools["arguments"], "city").contains("Paris"), "{tools}");
    assert!(["celsius", "fahrenheit"].contains(&text(&tools["arguments"], "unit")), "{tools}");
    assert!(text(&tools, "answer").contains("18"), "{tools}");
    assert_eq!(tools["streamed"][0], "get_weather");

    // The only session is free again long before the answer would have been complete.
    place.run("leave", &[]);
    wait_until("the session is free", || {
        let metrics = request(&place.address, "GET", "/metrics", &[], b"").body;
        metrics.lines().any(|line| line == "sayso_sessions_in_use 0")
    });
    assert!(text(&place.run("chat", &[]), "text").contains("Paris"));
    assert!(place.live.ctrl_c(), "it does not end");
}

#[test]
fn a_spoken_question_over_realtime() {
    let Some(place) = place(&["--profile", "small"]) else { return };
    let (question, answer) = (place.wav(QUESTION), place.folder.path().join("answer.wav"));
    let result = place.run("realtime", &[&question, &answer]);
    is_close(&transcribed(&question), text(&result, "said"));
    assert_eq!(result["status"], "completed");
    is_close(text(&result, "answer"), &transcribed(&answer));
    in_order(
        &result,
        &[
            "session.created",
            "session.updated",
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.input_audio_transcription.completed",
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio_transcript.delta",
            "response.output_audio.delta",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ],
    );
}

#[test]
fn an_interruption_over_realtime() {
    let Some(place) = place(&[]) else { return };
    let result = place.run("interruption", &[&place.wav(QUESTION), &place.wav(OTHER)]);
    assert_eq!(
        (&result["status"], &result["reason"]),
        (&"cancelled".into(), &"turn_detected".into())
    );
    // What was heard is what is remembered.
    assert_eq!(result["heard"], result["kept"]);
    in_order(
        &result,
        &[
            "response.output_audio.delta",
            "input_audio_buffer.speech_started",
            "conversation.item.truncated",
            "response.done",
            "response.created",
        ],
    );
}

#[test]
fn turns_that_the_client_ends_over_realtime() {
    let Some(place) = place(&["--profile", "small"]) else { return };
    // Headerless µ-law.
    let file = place.folder.path().join("question.ulaw");
    let mut sound = sayso_audio_io::SoundFile::open_at(data(QUESTION), 8_000).unwrap();
    let mut bytes = Vec::new();
    while let Some(block) = sound.next_block().unwrap() {
        bytes.extend(block.iter().map(|sample| ulaw((sample * 32_767.0) as i16)));
    }
    std::fs::write(&file, bytes).unwrap();
    let result = place.run("manual", &[&file]);
    is_close(&transcribed(&data(QUESTION)), text(&result, "said"));
    assert_eq!(result["status"], "completed");
    assert!(!text(&result, "text").is_empty() && result["sound"] == 0, "{result}");
}

/// G.711, as its text describes it: sign, exponent, mantissa, all inverted.
fn ulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (u32::from(sample.unsigned_abs()).min(32_635)) + 132;
    let exponent = magnitude.ilog2() - 7;
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

#[test]
fn functions_over_realtime() {
    let Some(place) = place(&[]) else { return };
    let result = place.run("functions", &[]);
    assert_eq!(result["name"], "get_weather");
    assert!(text(&result["arguments"], "city").contains("Paris"), "{result}");
    assert!(text(&result, "text").contains("18"), "{result}");
}
