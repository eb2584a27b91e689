//! The order of events, as the client sees it.

use sayso_models::llm::{Call, Completed, End};

use super::*;

fn session(update: Value) -> Flow {
    let mut flow = Flow::new(Settings::new("hibari", "sayso"), "Default.", false, Carrier::Events);
    client(&mut flow, json!({ "type": "session.update", "session": update }));
    flow.take();
    flow
}

fn client(flow: &mut Flow, event: Value) {
    flow.client(&event.to_string());
}

/// What the client was told since the last time.
fn told(flow: &mut Flow) -> Vec<Value> {
    let sent = flow.take().into_iter().filter_map(|effect| match effect {
        Effect::Send(event) => Some(event),
        _ => None,
    });
    sent.collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap_or_default()).collect()
}

fn find<'e>(events: &'e [Value], kind: &str) -> &'e Value {
    let found = events.iter().find(|event| event["type"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {:?}", kinds(events)))
}

fn ended(turn: u64, began: Began, how: How, asked: &str, reply: &str, heard: &str) -> Heard {
    let (asked, reply, heard) = (asked.into(), reply.into(), heard.into());
    Heard::Ended(Ended { turn, began, how, asked, reply, heard })
}

/// Somebody has asked something, which a turn answers.
fn ask(flow: &mut Flow, turn: u64, text: &str) {
    flow.heard(Heard::Started { ms: 100 });
    flow.heard(Heard::Transcript { turn, text: text.into() });
    flow.heard(Heard::Stopped { ms: 900 });
}

fn prompts(effects: &[Effect]) -> Vec<Prompt> {
    let prompts = effects.iter().filter_map(|effect| match effect {
        Effect::Answer(prompt) => Some((**prompt).clone()),
        _ => None,
    });
    prompts.collect()
}

fn script(flow: &mut Flow) -> Script {
    let mut scripts = flow.take().into_iter().filter_map(|effect| match effect {
        Effect::Follow(script) => Some(*script),
        _ => None,
    });
    scripts.next_back().unwrap_or_default()
}

#[test]
fn a_session_begins_with_its_settings() {
    let mut flow = Flow::new(Settings::new("hibari", "sayso"), "Default.", false, Carrier::Events);
    let events = told(&mut flow);
    assert_eq!(kinds(&events), ["session.created"]);
    let session = &events[0]["session"];
    assert_eq!(
        (&session["type"], &session["instructions"]),
        (&json!("realtime"), &json!("Default."))
    );
    assert_eq!(session["audio"]["input"]["format"], json!({"type": "audio/pcm", "rate": 24_000}));
    let mut flow = Flow::new(Settings::new("hibari", "sayso"), "Default.", true, Carrier::Events);
    let events = told(&mut flow);
    assert_eq!(kinds(&events), ["session.created", "conversation.created"]);
    assert_eq!(events[0]["session"]["input_audio_format"], "pcm16");
}

/// Over a call, the events say when its sound begins and ends.
#[test]
fn the_sound_of_a_call_is_not_in_the_events() {
    let mut flow = Flow::new(Settings::new("hibari", "sayso"), "Default.", false, Carrier::Call);
    assert!(flow.listen(&[0.0; 320]), "the conversation hears it");
    for (turn, how) in [(1, How::Complete), (2, How::Interrupted)] {
        flow.take();
        ask(&mut flow, turn, "What time is it?");
        flow.heard(Heard::Token { turn, text: "It is nine.".into() });
        assert!(flow.sound(&[0.0; 480]) && flow.sound(&[0.0; 480]));
        flow.heard(ended(turn, Began::Speech, how, "What time is it?", "It is nine.", "It is"));
        let events = told(&mut flow);
        let due = match how {
            How::Complete => "output_audio_buffer.stopped",
            _ => "output_audio_buffer.cleared",
        };
        let kinds = kinds(&events);
        let of_sound: Vec<_> =
            kinds.iter().filter(|kind| kind.starts_with("output_audio_buffer")).collect();
        assert_eq!(of_sound, [&"output_audio_buffer.started", &due]);
        assert!(!kinds.contains(&"response.output_audio.delta"), "{kinds:?}");
        let response = &find(&events, "response.done")["response"]["id"];
        assert_eq!(&find(&events, due)["response_id"], response);
    }
    client(&mut flow, json!({"type": "input_audio_buffer.append", "audio": ""}));
    assert!(find(&told(&mut flow), "error")["error"]["message"].to_string().contains("call"));
    client(&mut flow, json!({"type": "output_audio_buffer.clear"}));
    assert!(flow.take().iter().any(|effect| matches!(effect, Effect::Stop)));
}

/// A client that ends turns itself commits what a call brought since the last time.
#[test]
fn the_sound_of_a_call_is_committed() {
    let mut flow = Flow::new(Settings::new("hibari", "sayso"), "Default.", false, Carrier::Call);
    let manual = json!({"audio": {"input": {"turn_detection": null}}});
    client(&mut flow, json!({ "type": "session.update", "session": manual }));
    for _ in 0..50 {
        assert!(!flow.listen(&[0.1; 320]), "it waits");
    }
    client(&mut flow, json!({"type": "input_audio_buffer.commit"}));
    let recordings: Vec<_> = flow
        .take()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::WriteDown(recording, rate) => Some((recording.len(), rate)),
            _ => None,
        })
        .collect();
    assert_eq!(recordings, [(16_000, 16_000)]);
    // What is older than 5 minutes is forgotten.
    for _ in 0..310 {
        flow.listen(&[0.1; 16_000]);
    }
    assert_eq!(flow.buffer.len(), 300 * 16_000);
}

/// The order of <https://platform.openai.com/docs/guides/realtime-conversations>.
#[test]
fn a_spoken_question_is_answered_in_the_documented_order() {
    let mut flow = session(json!({"audio": {"input": {"transcription": {"model": "whisper-1"}}}}));
    ask(&mut flow, 1, "What time is it?");
    flow.report(Report { draft: 1, told: Told::Begun { prompted: false } });
    flow.heard(Heard::Token { turn: 1, text: "It is".into() });
    flow.sound(&[0.0; 480]);
    flow.heard(Heard::Token { turn: 1, text: " nine.".into() });
    flow.sound(&[0.0; 480]);
    let done = Completed { prompt_tokens: 9, reply_tokens: 4, ..Completed::default() };
    flow.report(Report { draft: 1, told: Told::Done(Box::new(done)) });
    flow.heard(ended(
        1,
        Began::Speech,
        How::Complete,
        "What time is it?",
        "It is nine.",
        "It is nine.",
    ));
    let events = told(&mut flow);
    assert_eq!(
        kinds(&events),
        [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "conversation.item.input_audio_transcription.completed",
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_audio_transcript.delta",
            "response.output_audio.delta",
            "response.output_audio_transcript.delta",
            "response.output_audio.delta",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ]
    );
    let said = find(&events, "conversation.item.input_audio_transcription.completed");
    assert_eq!(said["transcript"], "What time is it?");
    assert_eq!(said["item_id"], events[0]["item_id"]);
    let response = &find(&events, "response.done")["response"];
    assert_eq!(
        (&response["status"], &response["usage"]["total_tokens"]),
        (&json!("completed"), &json!(13))
    );
    assert_eq!(response["output"][0]["content"][0]["transcript"], "It is nine.");
    let names: std::collections::BTreeSet<_> =
        events.iter().map(|event| event["event_id"].to_string()).collect();
    assert_eq!(names.len(), events.len(), "each event has a name of its own");
}

#[test]
fn the_names_of_before_are_kept_for_clients_of_before() {
    let mut flow = Flow::new(Settings::new("hibari", "sayso"), "", true, Carrier::Events);
    flow.take();
    ask(&mut flow, 1, "Hello?");
    flow.heard(Heard::Token { turn: 1, text: "Hi.".into() });
    flow.sound(&[0.0; 480]);
    flow.heard(ended(1, Began::Speech, How::Complete, "Hello?", "Hi.", "Hi."));
    let events = told(&mut flow);
    let kinds = kinds(&events);
    for known in
        ["conversation.item.created", "response.audio.delta", "response.audio_transcript.done"]
    {
        assert!(kinds.contains(&known), "{known} in {kinds:?}");
    }
    assert!(
        kinds
            .iter()
            .all(|kind| !kind.contains("output_audio") && *kind != "conversation.item.added")
    );
}

#[test]
fn a_guess_is_invisible_until_the_speech_has_ended() {
    let mut flow = session(json!({}));
    flow.heard(Heard::Started { ms: 0 });
    flow.report(Report { draft: 1, told: Told::Begun { prompted: false } });
    flow.heard(Heard::Transcript { turn: 1, text: "What is".into() });
    flow.heard(Heard::Token { turn: 1, text: "What?".into() });
    flow.heard(ended(1, Began::Speech, How::Dropped, "What is", "What?", ""));
    flow.report(Report { draft: 1, told: Told::Dropped });
    assert_eq!(kinds(&told(&mut flow)), ["input_audio_buffer.speech_started"]);
    flow.report(Report { draft: 2, told: Told::Begun { prompted: false } });
    flow.heard(Heard::Transcript { turn: 2, text: "What is the time?".into() });
    flow.heard(Heard::Token { turn: 2, text: "Nine.".into() });
    flow.heard(Heard::Stopped { ms: 900 });
    let events = told(&mut flow);
    let delta = find(&events, "response.output_audio_transcript.delta");
    assert_eq!(delta["delta"], "Nine.");
}

#[test]
fn a_noise_is_not_answered() {
    let mut flow = session(json!({}));
    ask(&mut flow, 1, " ");
    let events = told(&mut flow);
    assert!(!kinds(&events).contains(&"response.created"), "{:?}", kinds(&events));
}

#[test]
fn an_interruption_ends_the_response_with_what_was_heard() {
    let mut flow = session(json!({}));
    ask(&mut flow, 1, "Tell me.");
    flow.heard(Heard::Token { turn: 1, text: "One two three four.".into() });
    flow.sound(&[0.0; 48_000]);
    let events = told(&mut flow);
    let item = find(&events, "response.output_item.added")["item"]["id"].clone();
    // Speech over the answer is no utterance yet.
    flow.heard(Heard::Started { ms: 2_000 });
    client(
        &mut flow,
        json!({"type": "conversation.item.truncate", "item_id": item, "content_index": 0, "audio_end_ms": 900}),
    );
    flow.heard(Heard::Stopped { ms: 2_500 });
    let events = told(&mut flow);
    assert_eq!(
        kinds(&events),
        [
            "input_audio_buffer.speech_started",
            "conversation.item.truncated",
            "input_audio_buffer.speech_stopped"
        ]
    );
    flow.dropped(24_000);
    flow.heard(ended(
        1,
        Began::Speech,
        How::Interrupted,
        "Tell me.",
        "One two three four.",
        "One two",
    ));
    flow.heard(Heard::Transcript { turn: 2, text: "Wait.".into() });
    let events = told(&mut flow);
    let done = &find(&events, "response.done")["response"];
    assert_eq!(done["status_details"], json!({"type": "cancelled", "reason": "turn_detected"}));
    assert_eq!(done["output"][0]["status"], "incomplete");
    assert_eq!(done["output"][0]["content"][0]["transcript"], "One two");
    let kinds = kinds(&events);
    let at = |kind: &str| kinds.iter().position(|known| *known == kind).expect(kind);
    assert!(at("response.done") < at("input_audio_buffer.committed"));
    assert!(at("input_audio_buffer.committed") < at("response.created"));
}

#[test]
fn speech_over_an_answer_that_does_not_interrupt_is_no_item() {
    let mut flow = session(json!({}));
    ask(&mut flow, 1, "Tell me.");
    flow.sound(&[0.0; 480]);
    flow.take();
    flow.heard(Heard::Started { ms: 2_000 });
    flow.heard(Heard::Stopped { ms: 2_200 });
    flow.sound(&[0.0; 480]);
    let events = told(&mut flow);
    assert_eq!(
        kinds(&events),
        [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "response.output_audio.delta"
        ]
    );
}

#[test]
fn a_function_is_called_and_its_result_answered() {
    let tool = json!({"type": "function", "name": "lamp", "parameters": {"type": "object"}});
    let mut flow = session(json!({"tools": [tool]}));
    assert!(flow.is_instructed());
    flow.report(Report { draft: 1, told: Told::Begun { prompted: false } });
    let call = Call { name: "lamp".into(), arguments: "{\"on\":true}".into() };
    flow.report(Report { draft: 1, told: Told::Call(call) });
    let done = Completed { end: End::Calls, ..Completed::default() };
    flow.report(Report { draft: 1, told: Told::Done(Box::new(done)) });
    ask(&mut flow, 1, "Turn on the lamp.");
    // The client is quick.
    let events = told(&mut flow);
    let call_id = find(&events, "response.function_call_arguments.done")["call_id"].clone();
    client(
        &mut flow,
        json!({"type": "conversation.item.create",
        "item": {"type": "function_call_output", "call_id": call_id, "output": "done"}}),
    );
    client(&mut flow, json!({"type": "response.create"}));
    flow.heard(ended(1, Began::Speech, How::Complete, "Turn on the lamp.", "", ""));
    let due = [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "conversation.item.done",
        "response.output_item.done",
    ];
    let begun = kinds(&events).into_iter().skip_while(|kind| *kind != "response.created");
    assert_eq!(begun.collect::<Vec<_>>(), due);
    let effects = flow.take();
    let prompt = prompts(&effects);
    assert_eq!(prompt.len(), 1);
    let order: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send(event) => event["type"].as_str(),
            _ => None,
        })
        .collect();
    assert_eq!(
        order,
        ["conversation.item.added", "conversation.item.done", "response.done", "response.created"]
    );
    client(&mut flow, json!({"type": "session.update", "session": {}}));
    let said = script(&mut flow).messages;
    let roles: Vec<_> = said.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::Tool]);
}

#[test]
fn turns_that_the_client_ends_are_written_down_and_answered_when_asked() {
    let mut flow =
        session(json!({"audio": {"input": {"turn_detection": null, "transcription": {}}}}));
    let second = flow.settings.input.encode(&[0.1; 24_000]);
    client(&mut flow, json!({"type": "input_audio_buffer.commit", "event_id": "mine"}));
    let events = told(&mut flow);
    assert_eq!(
        (&events[0]["type"], &events[0]["error"]["event_id"]),
        (&json!("error"), &json!("mine"))
    );
    client(&mut flow, json!({"type": "input_audio_buffer.append", "audio": second}));
    client(&mut flow, json!({"type": "input_audio_buffer.commit"}));
    client(&mut flow, json!({"type": "response.create"}));
    let effects = flow.take();
    let recorded = effects.iter().find_map(|effect| match effect {
        Effect::WriteDown(recording, _) => Some(recording.len()),
        _ => None,
    });
    assert_eq!((recorded, prompts(&effects).len()), (Some(24_000), 0));
    flow.heard(Heard::Transcript { turn: 1, text: "What time is it?".into() });
    flow.heard(ended(1, Began::Asked, How::Complete, "What time is it?", "", ""));
    let effects = flow.take();
    let prompts = prompts(&effects);
    assert_eq!(prompts[0].text, "What time is it?");
    flow.report(Report { draft: 1, told: Told::Begun { prompted: true } });
    flow.heard(Heard::Token { turn: 2, text: "Nine.".into() });
    flow.sound(&[0.0; 480]);
    flow.heard(ended(2, Began::Asked, How::Complete, "What time is it?", "Nine.", "Nine."));
    let events = told(&mut flow);
    assert_eq!(find(&events, "response.done")["response"]["status"], "completed");
}

#[test]
fn a_text_is_answered_with_text() {
    let mut flow = session(json!({"output_modalities": ["text"], "instructions": "Be brief."}));
    client(
        &mut flow,
        json!({"type": "conversation.item.create", "item":
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}}),
    );
    client(
        &mut flow,
        json!({"type": "response.create", "response": {"instructions": "Shout.", "metadata": {"a": "b"}}}),
    );
    let effects = flow.take();
    let prompts = prompts(&effects);
    assert_eq!((prompts[0].text.as_str(), prompts[0].manner.system.as_str()), ("Hi", "Shout."));
    assert!(!prompts[0].manner.spoken);
    client(&mut flow, json!({"type": "response.create"}));
    flow.report(Report { draft: 1, told: Told::Begun { prompted: true } });
    flow.report(Report { draft: 1, told: Told::Text("HEL".into()) });
    flow.report(Report { draft: 1, told: Told::Text("LO".into()) });
    flow.report(Report { draft: 1, told: Told::Done(Box::default()) });
    flow.heard(ended(1, Began::Asked, How::Complete, "Hi", "", ""));
    let events = told(&mut flow);
    let kinds = kinds(&events);
    assert_eq!(
        kinds[..kinds.iter().position(|kind| *kind == "response.done").expect("done") + 1],
        [
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
        ]
    );
    let done = &find(&events, "response.done")["response"];
    assert_eq!(done["output"][0]["content"][0], json!({"type": "output_text", "text": "HELLO"}));
    assert_eq!(done["metadata"], json!({"a": "b"}));
}

#[test]
fn a_response_is_cancelled() {
    let mut flow = session(json!({}));
    client(&mut flow, json!({"type": "response.cancel"}));
    assert_eq!(kinds(&told(&mut flow)), ["error"]);
    ask(&mut flow, 1, "Tell me.");
    flow.heard(Heard::Token { turn: 1, text: "One two.".into() });
    flow.sound(&[0.0; 480]);
    flow.take();
    client(&mut flow, json!({"type": "response.create"}));
    assert_eq!(kinds(&told(&mut flow)), ["error"], "one at a time");
    client(&mut flow, json!({"type": "response.cancel"}));
    assert!(flow.take().iter().any(|effect| matches!(effect, Effect::Stop)));
    flow.heard(ended(1, Began::Speech, How::Interrupted, "Tell me.", "One two.", "One"));
    let events = told(&mut flow);
    let reason = &find(&events, "response.done")["response"]["status_details"]["reason"];
    assert_eq!(reason, "client_cancelled");
}

#[test]
fn without_answers_utterances_are_only_written_down() {
    let mut flow = session(json!({"type": "transcription"}));
    ask(&mut flow, 1, "Note this.");
    let events = told(&mut flow);
    let said = find(&events, "conversation.item.input_audio_transcription.completed");
    assert_eq!(said["transcript"], "Note this.");
    assert!(!kinds(&events).contains(&"response.created"));
}

#[test]
fn what_the_program_says_by_itself_is_a_response_too() {
    let mut flow = session(json!({}));
    flow.sound(&[0.0; 480]);
    flow.heard(Heard::Speaking { turn: 3, text: "Your tea is ready.".into() });
    flow.heard(ended(3, Began::Own, How::Complete, "", "Your tea is ready.", "Your tea is ready."));
    let events = told(&mut flow);
    assert_eq!(kinds(&events)[0], "response.created");
    let done = &find(&events, "response.done")["response"];
    assert_eq!(done["output"][0]["content"][0]["transcript"], "Your tea is ready.");
}

#[test]
fn a_failure_is_the_status_of_its_response() {
    let mut flow = session(json!({}));
    ask(&mut flow, 1, "Tell me.");
    flow.heard(Heard::Trouble("the model failed".into()));
    flow.heard(ended(1, Began::Speech, How::Dropped, "Tell me.", "", ""));
    let events = told(&mut flow);
    let done = &find(&events, "response.done")["response"];
    assert_eq!(
        (&done["status"], &done["status_details"]["error"]["message"]),
        (&json!("failed"), &json!("the model failed"))
    );
}

#[test]
fn other_sound_needs_another_conversation() {
    let mut flow = session(json!({}));
    let restarts = |flow: &mut Flow, session: Value| {
        client(flow, json!({"type": "session.update", "session": session}));
        flow.take().iter().any(|effect| matches!(effect, Effect::Restart))
    };
    assert!(!restarts(&mut flow, json!({"max_output_tokens": 9})));
    assert!(restarts(&mut flow, json!({"audio": {"input": {"format": {"type": "audio/pcmu"}}}})));
    assert!(restarts(&mut flow, json!({"instructions": "Be a pirate."})));
    assert!(!restarts(&mut flow, json!({"instructions": "Be a knight."})));
    assert!(restarts(&mut flow, json!({"audio": {"input": {"turn_detection": null}}})));
}

#[test]
fn a_wrong_event_is_an_error_and_the_session_goes_on() {
    let mut flow = session(json!({}));
    for event in [
        "",
        "{",
        "[]",
        "7",
        "{\"type\":\"sing\"}",
        "{\"type\":\"session.update\"}",
        "{\"type\":\"input_audio_buffer.append\"}",
        "{\"type\":\"input_audio_buffer.append\",\"audio\":\"%\"}",
        "{\"type\":\"input_audio_buffer.append\",\"audio\":\"YQ==\"}",
        "{\"type\":\"conversation.item.create\"}",
        "{\"type\":\"conversation.item.delete\",\"item_id\":\"x\"}",
        "{\"type\":\"conversation.item.truncate\",\"item_id\":\"x\",\"audio_end_ms\":1}",
        "{\"type\":\"input_audio_buffer.commit\"}",
    ] {
        flow.client(event);
        let events = told(&mut flow);
        assert_eq!(kinds(&events), ["error"], "{event}");
        assert!(!events[0]["error"]["message"].as_str().unwrap_or_default().is_empty());
    }
    client(&mut flow, json!({"type": "input_audio_buffer.clear"}));
    assert_eq!(kinds(&told(&mut flow)), ["input_audio_buffer.cleared"]);
}

mod any {
    use proptest::prelude::*;

    use super::*;

    fn client_event() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(json!({"type": "response.create"})),
            Just(json!({"type": "response.cancel"})),
            Just(json!({"type": "input_audio_buffer.commit"})),
            Just(json!({"type": "input_audio_buffer.clear"})),
            Just(json!({"type": "input_audio_buffer.append", "audio": "AAAA".repeat(2000)})),
            Just(json!({"type": "session.update", "session": {"turn_detection": null}})),
            Just(
                json!({"type": "session.update", "session": {"turn_detection": {"type": "server_vad"}}})
            ),
            Just(json!({"type": "session.update", "session": {"modalities": ["text"]}})),
            Just(json!({"type": "conversation.item.create", "item":
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}})),
        ]
    }

    fn heard() -> impl Strategy<Value = Heard> {
        let turn = 1u64..4;
        let began = prop_oneof![Just(Began::Speech), Just(Began::Asked), Just(Began::Own)];
        let how = prop_oneof![Just(How::Dropped), Just(How::Complete), Just(How::Interrupted)];
        prop_oneof![
            Just(Heard::Started { ms: 1 }),
            Just(Heard::Stopped { ms: 2 }),
            turn.clone().prop_map(|turn| Heard::Transcript { turn, text: "Hi".into() }),
            turn.clone().prop_map(|turn| Heard::Token { turn, text: "a ".into() }),
            turn.clone().prop_map(|turn| Heard::Speaking { turn, text: "b".into() }),
            (turn, began, how)
                .prop_map(|(turn, began, how)| ended(turn, began, how, "Hi", "a b", "a")),
            Just(Heard::Trouble("x".into())),
        ]
    }

    #[derive(Clone, Debug)]
    enum Step {
        Client(Value),
        Heard(Heard),
        Report(Report),
        Sound,
    }

    fn step() -> impl Strategy<Value = Step> {
        let told = prop_oneof![
            any::<bool>().prop_map(|prompted| Told::Begun { prompted }),
            Just(Told::Text("t".into())),
            Just(Told::Call(Call { name: "f".into(), arguments: "{}".into() })),
            Just(Told::Done(Box::default())),
            Just(Told::Dropped),
        ];
        prop_oneof![
            client_event().prop_map(Step::Client),
            heard().prop_map(Step::Heard),
            (1u64..4, told).prop_map(|(draft, told)| Step::Report(Report { draft, told })),
            Just(Step::Sound),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order: responses do not overlap, and each that was created
        /// is done once; deltas belong to the response in progress.
        #[test]
        fn responses_begin_and_end(steps in prop::collection::vec(step(), 0..60)) {
            let mut flow = Flow::new(Settings::new("v", "m"), "", false, Carrier::Events);
            let mut open: Option<String> = None;
            for step in steps {
                match step {
                    Step::Client(event) => client(&mut flow, event),
                    Step::Heard(heard) => flow.heard(heard),
                    Step::Report(report) => flow.report(report),
                    Step::Sound => {
                        flow.sound(&[0.0; 10]);
                    }
                }
                for event in told(&mut flow) {
                    let kind = event["type"].as_str().unwrap_or_default();
                    let response = event["response"]["id"].as_str().or(event["response_id"].as_str());
                    match kind {
                        "response.created" => {
                            prop_assert!(open.is_none());
                            open = response.map(str::to_owned);
                        }
                        "response.done" => {
                            let done = open.take();
                            prop_assert_eq!(done.as_deref(), response);
                        }
                        kind if kind.starts_with("response.") => {
                            prop_assert_eq!(open.as_deref(), response, "{}", kind);
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}
