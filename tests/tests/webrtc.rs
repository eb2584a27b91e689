//! OpenAI's Realtime over WebRTC, by aiortc: the real program with real models.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod served;

use served::{OTHER, Place, QUESTION, in_order, is_close, text, transcribed};

/// A client in Python: ICE, DTLS, SRTP, SCTP and Opus of its own.
const PACKAGE: (&str, &str) = ("aiortc", "1.16.0");

fn place(arguments: &[&str]) -> Option<Place> {
    Place::new("webrtc_client.py", PACKAGE, arguments)
}

#[test]
fn a_spoken_question_over_webrtc() {
    let Some(place) = place(&["--profile", "small"]) else { return };
    let (question, answer) = (place.wav(QUESTION), place.folder.path().join("answer.wav"));
    let result = place.run("question", &[&question, &answer]);
    is_close(&transcribed(&question), text(&result, "said"));
    assert_eq!(result["status"], "completed", "{result}");
    is_close(text(&result, "answer"), &transcribed(&answer));
    assert!(text(&result, "location").starts_with("/v1/realtime/calls/"), "{result}");
    in_order(
        &result,
        &[
            "session.created",
            "session.updated",
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.input_audio_transcription.completed",
            "response.created",
            "response.output_item.added",
            "response.content_part.added",
            "output_audio_buffer.started",
            "response.output_audio_transcript.done",
            "response.done",
            "output_audio_buffer.stopped",
        ],
    );
}

#[test]
fn an_interruption_over_webrtc() {
    let Some(place) = place(&[]) else { return };
    let result = place.run("interruption", &[&place.wav(QUESTION), &place.wav(OTHER)]);
    assert_eq!(
        (&result["status"], &result["reason"]),
        (&"cancelled".into(), &"turn_detected".into())
    );
    // What was heard is what is remembered.
    assert_eq!(result["heard"], result["kept"]);
    assert!(result["silent_s"].as_f64().unwrap() < 1.0, "it goes on to speak: {result}");
    in_order(
        &result,
        &[
            "output_audio_buffer.started",
            "input_audio_buffer.speech_started",
            "response.done",
            "output_audio_buffer.cleared",
            "response.created",
        ],
    );
}

#[test]
fn turns_that_the_client_ends_over_webrtc() {
    let Some(place) = place(&["--profile", "small"]) else { return };
    let question = place.wav(QUESTION);
    let result = place.run("manual", &[&question]);
    is_close(&transcribed(&question), text(&result, "said"));
    assert!(!text(&result, "answer").is_empty(), "{result}");
}

#[test]
fn refusals_over_webrtc() {
    let Some(place) = place(&["--profile", "small"]) else { return };
    let result = place.run("refusals", &[]);
    for (case, why) in [("empty", "offer"), ("silent", "no sound"), ("kind", "application/sdp")] {
        assert_eq!(result[case]["status"], 400, "{result}");
        let message = result[case]["message"].as_str().unwrap();
        assert!(message.contains(why), "{message}");
    }
    assert_eq!(result["session"]["status"], 400, "{result}");
}
