//! Whole conversations on the replay board with scripted engines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use sayso::event::{Ending, TurnRecord};
use sayso::{Assistant, Event, Pace, Stop};
use sayso_core::turn::State;
use sayso_replay::{Layout, Output, Replay, Tracks};

struct Run {
    log: Vec<String>,
    states: Vec<State>,
    turns: Vec<TurnRecord>,
    troubles: Vec<String>,
    history: Vec<(String, String)>,
    tracks: Tracks,
}

fn run(
    lines: &[&'static str],
    parts: &[(bool, usize)],
    pace: Pace,
    change: impl FnOnce(&mut sayso::Config),
) -> Run {
    run_judged(lines, parts, pace, None, change)
}

/// With an end-of-turn model that always gives this score.
fn run_judged(
    lines: &[&'static str],
    parts: &[(bool, usize)],
    pace: Pace,
    score: Option<f32>,
    change: impl FnOnce(&mut sayso::Config),
) -> Run {
    let (mut engines, seen) = common::engines(lines);
    engines.eot = score.map(|score| Box::new(common::Sounds(score)) as _);
    let mut config = common::config();
    change(&mut config);
    let mut assistant = Assistant::new(config, engines);
    let mut board =
        Replay::from_samples(common::sound(parts)).output(Output::Memory(Layout::Stereo));
    if pace == Pace::Live {
        board = board.pace(sayso_replay::Pace::RealTime);
    }
    let handle = board.handle();
    let (mut log, mut states, mut turns, mut troubles) = (vec![], vec![], vec![], vec![]);
    assistant
        .converse(&mut board, pace, &Stop::new(), &mut |event| {
            if event.logged() {
                let event = match &event {
                    Event::Turn(record) => Event::Turn(Box::new(record.without_timings())),
                    other => other.clone(),
                };
                log.push(serde_json::to_string(&event).expect("serialises"));
            }
            match event {
                Event::State { state, .. } => states.push(state),
                Event::Turn(record) => turns.push(*record),
                Event::Trouble { message, .. } => troubles.push(message),
                _ => {}
            }
        })
        .expect("a conversation");
    let history = seen.lock().expect("seen");
    let history = history.iter().map(|e| (e.user.clone(), e.assistant.clone())).collect();
    let tracks = handle.finish().expect("tracks").expect("in memory");
    Run { log, states, turns, troubles, history, tracks }
}

/// Where the reply (the right channel) is audible, in s.
fn reply_span(tracks: &Tracks) -> Option<(f64, f64)> {
    let right = || tracks.samples.iter().skip(1).step_by(2);
    let loud = |s: &&f32| s.abs() > 0.05;
    let first = right().position(|s| loud(&s))?;
    let length = right().count();
    let last = length - 1 - right().rev().position(|s| loud(&s))?;
    let rate = f64::from(tracks.rate);
    Some((first as f64 / rate, last as f64 / rate))
}

const QUESTION: [(bool, usize); 3] = [(false, 500), (true, 1500), (false, 1500)];

#[test]
fn a_question_is_answered_after_the_hangover() {
    let run = run(&["Who wrote Hamlet?"], &QUESTION, Pace::Lockstep, |_| {});
    use State::{Hearing, Listening, Speaking};
    // The guess was right and its sound ready: no time was spent thinking.
    assert_eq!(run.states, [Listening, Hearing, Speaking, Listening]);
    let [turn] = run.turns.as_slice() else { panic!("one turn: {:?}", run.turns) };
    assert_eq!(turn.ending, Ending::Complete);
    assert_eq!(turn.transcript, "Who wrote Hamlet?");
    assert_eq!(turn.heard, turn.reply);
    // Speech ends at 2.0 s; a guess begins after 64 ms of quiet, the hangover is 800.
    assert!((2_064..2_130).contains(&turn.begun.as_ms()), "{:?}", turn.begun);
    let released = turn.released.expect("released").as_ms();
    assert!((2_800..2_870).contains(&released), "{released}");
    assert_eq!(run.history, [(turn.transcript.clone(), turn.reply.clone())]);
    let (start, end) = reply_span(&run.tracks).expect("a reply");
    // Speech ends at 2.0 s, the hangover is 0.8 s, frames are 32 ms.
    assert!((2.75..2.90).contains(&start), "{start}");
    // Each word is a tenth of a second.
    let words = turn.reply.split_whitespace().count() as f64;
    assert!((end - start - words * 0.1).abs() < 0.05, "{start} {end} {words}");
}

#[test]
fn the_less_complete_the_utterance_the_longer_the_wait() {
    let start = |line, score| {
        let parts = [(false, 500), (true, 1500), (false, 2500)];
        let run = run_judged(&[line], &parts, Pace::Lockstep, score, |_| {});
        reply_span(&run.tracks).expect("a reply").0
    };
    // Speech ends at 2.0 s; 0.29, 0.45, 0.8 and 1.5 s of quiet, in frames of 32 ms.
    let asks = start("Who wrote Hamlet?", Some(0.9));
    assert!((2.26..2.36).contains(&asks), "{asks}");
    let both = start("Turn on the light.", Some(0.9));
    assert!((2.42..2.52).contains(&both), "{both}");
    let sounds_unfinished = start("Who wrote Hamlet?", Some(0.1));
    assert!((2.75..2.90).contains(&sounds_unfinished), "{sounds_unfinished}");
    let reads_unfinished = start("Who wrote the", Some(0.9));
    assert!((3.45..3.60).contains(&reads_unfinished), "{reads_unfinished}");
}

#[test]
fn a_long_utterance_is_transcribed_while_it_goes_on() {
    let parts = [(false, 300), (true, 3000), (false, 40), (true, 6000), (false, 1500)];
    let lines = ["I have been thinking", "about the weather."];
    let run = run(&lines, &parts, Pace::Lockstep, |_| {});
    let [turn] = run.turns.as_slice() else { panic!("one turn: {:?}", run.turns) };
    assert_eq!(turn.transcript, "I have been thinking about the weather.");
    let place = |what: &str| run.log.iter().position(|line| line.contains(what)).expect("logged");
    assert!(place("\"partial\"") < place("may_have_ended"), "{:?}", run.log);
}

#[test]
fn one_recording_gives_one_log() {
    let first = run(&["One.", "Two."], &[QUESTION, QUESTION].concat(), Pace::Lockstep, |_| {});
    let second = run(&["One.", "Two."], &[QUESTION, QUESTION].concat(), Pace::Lockstep, |_| {});
    assert!(first.log.len() > 8, "{:?}", first.log);
    assert_eq!(first.log, second.log);
    assert!(first.tracks == second.tracks);
}

#[test]
fn a_pause_does_not_end_a_turn_and_a_wrong_guess_leaves_no_trace() {
    let parts = [(false, 500), (true, 800), (false, 400), (true, 800), (false, 1500)];
    let run = run(&["Turn on", "Turn on the light."], &parts, Pace::Lockstep, |_| {});
    let endings: Vec<_> = run.turns.iter().map(|turn| turn.ending).collect();
    assert_eq!(endings, [Ending::Dropped, Ending::Complete]);
    assert_eq!(run.history.len(), 1);
    assert_eq!(run.history[0].0, "Turn on the light.");
    let (start, _) = reply_span(&run.tracks).expect("a reply");
    assert!(start > 3.0, "sound of a dropped guess was heard at {start}");
    assert_eq!(run.turns[0].released, None);
    assert!(run.turns[1].released > Some(run.turns[1].begun));
    // The second guess hears the utterance from its beginning.
    assert_eq!(run.turns[0].speech_from, run.turns[1].speech_from);
}

#[test]
fn an_utterance_without_words_is_not_answered() {
    let run = run(&[""], &QUESTION, Pace::Lockstep, |_| {});
    assert_eq!(run.states.last(), Some(&State::Listening));
    assert!(run.history.is_empty());
    assert_eq!(reply_span(&run.tracks), None);
}

#[test]
fn stop_is_not_answered() {
    let run = run(&["Never mind."], &QUESTION, Pace::Lockstep, |_| {});
    let endings: Vec<_> = run.turns.iter().map(|turn| turn.ending).collect();
    assert_eq!(endings, [Ending::Stopped]);
    assert!(run.history.is_empty());
    assert_eq!(reply_span(&run.tracks), None);
}

#[test]
fn stop_does_not_count_if_the_person_goes_on() {
    let parts = [(false, 500), (true, 700), (false, 300), (true, 700), (false, 1500)];
    let lines = ["Never mind.", "Never mind the rain, is it warm?"];
    let run = run(&lines, &parts, Pace::Lockstep, |_| {});
    let endings: Vec<_> = run.turns.iter().map(|turn| turn.ending).collect();
    assert_eq!(endings, [Ending::Dropped, Ending::Complete]);
    assert_eq!(run.history[0].0, lines[1]);
}

#[test]
fn a_failure_is_reported_and_the_next_turn_works() {
    let lines = ["(broken)", "Still there?"];
    // The guess fails; when the end is certain, the machine tries again.
    let run = run(&lines, &[QUESTION, QUESTION].concat(), Pace::Lockstep, |_| {});
    assert_eq!(run.troubles.len(), 1);
    assert!(run.troubles[0].contains("the script says so"));
    assert_eq!(run.history.len(), 1);
    assert_eq!(run.history[0].0, "Still there?");
}

#[test]
fn an_answer_that_does_not_come_is_given_up_and_reported() {
    let parts = [(false, 300), (true, 700), (false, 3_000)];
    let config = |config: &mut sayso::Config| config.turn.think_timeout_s = 1;
    let live = run(&[common::NO_ANSWER], &parts, Pace::Live, config);
    assert_eq!(live.troubles.len(), 1, "{:?}", live.troubles);
    assert!(live.troubles[0].contains("no answer within 1 s"), "{:?}", live.troubles);
    assert_eq!(live.turns.last().map(|turn| turn.ending), Some(Ending::Dropped));
    assert_eq!((live.states.last(), live.history.len()), (Some(&State::Listening), 0));
}

#[test]
fn an_interruption_stops_the_sound_and_only_what_was_heard_is_remembered() {
    // The reply begins at about 2.6 s and lasts 1.3 s; the interruption begins at 3.2 s.
    let parts = [(false, 500), (true, 1500), (false, 1200), (true, 1000), (false, 1500)];
    let lines = ["First question.", "Second question."];
    let run = run(&lines, &parts, Pace::Lockstep, |_| {});
    let endings: Vec<_> = run.turns.iter().map(|turn| turn.ending).collect();
    assert_eq!(endings, [Ending::Interrupted, Ending::Complete]);
    let cut = &run.turns[0];
    assert!(cut.reply.starts_with(&cut.heard) && cut.heard.len() < cut.reply.len());
    assert!(!cut.heard.is_empty());
    // Ten words a second: the heard words match the time from the start of the sound to its stop.
    let words = cut.heard.split_whitespace().count();
    assert!((7..=10).contains(&words), "{words}: {}", cut.heard);
    assert_eq!(run.history.len(), 2);
    assert_eq!(run.history[0].1, format!("{}…", cut.heard));
}

#[test]
fn a_question_that_was_interrupted_before_its_answer_was_heard_is_not_lost() {
    // The question is over after 0.29 s of quiet; the person goes on while the reply begins.
    let asked = |said: &'static str, ms: usize| {
        let pause = [(false, 500), (true, 1500), (false, 320), (true, ms), (false, 4500)];
        let parts = [&pause[..], &QUESTION[..]].concat();
        let config = |config: &mut sayso::Config| config.turn.barge_in_ms = 0;
        let lines = ["Slowly: who wrote Hamlet?", said, "What is tea?"];
        let run = run_judged(&lines, &parts, Pace::Lockstep, Some(0.9), config);
        let cut = &run.turns[0];
        assert_eq!((cut.ending, cut.heard.as_str()), (Ending::Interrupted, ""), "{:?}", run.log);
        run.history.into_iter().map(|(user, _)| user).collect::<Vec<_>>()
    };
    let asked_both = "Slowly: who wrote Hamlet? And when?";
    assert_eq!(asked("And when?", 900), [asked_both, "What is tea?"]);
    // No answer is wanted any more.
    assert_eq!(asked("Stop.", 400), ["What is tea?"]);
}

/// A question, and speech of this length over the reply, which begins at about
/// 2.7 s and would last 1.3 s.
fn over_the_reply(ms: usize, said: &'static str) -> Run {
    let parts = [(false, 500), (true, 1500), (false, 1200), (true, ms), (false, 3500)];
    let lines = ["First question.", said, said];
    run(&lines, &parts, Pace::Lockstep, |_| {})
}

#[test]
fn a_mhm_lets_the_reply_go_on() {
    let run = over_the_reply(400, "Mhm.");
    use State::{Hearing, Listening, Paused, Speaking};
    assert_eq!(run.states, [Listening, Hearing, Speaking, Paused, Speaking, Listening]);
    let [turn] = run.turns.as_slice() else { panic!("one turn: {:?}", run.turns) };
    assert_eq!((turn.ending, &turn.heard), (Ending::Complete, &turn.reply));
    // It was quiet for a while: the reply ends that much later.
    let (start, end) = reply_span(&run.tracks).expect("a reply");
    let words = turn.reply.split_whitespace().count() as f64;
    assert!(end - start > words * 0.1 + 0.2, "{start} {end}");
}

#[test]
fn noise_lets_the_reply_go_on() {
    assert_eq!(over_the_reply(400, "").turns[0].ending, Ending::Complete);
    assert_eq!(over_the_reply(400, "(broken)").turns[0].ending, Ending::Complete);
}

#[test]
fn a_short_word_interrupts_and_is_answered() {
    let run = over_the_reply(400, "No, Macbeth.");
    let endings: Vec<_> = run.turns.iter().map(|turn| turn.ending).collect();
    assert_eq!(endings, [Ending::Interrupted, Ending::Complete]);
    assert_eq!(run.history[1].0, "No, Macbeth.");
}

#[test]
fn stop_over_the_reply_stops_it_and_is_not_answered() {
    let run = over_the_reply(400, "Stop.");
    let endings: Vec<_> = run.turns.iter().map(|turn| turn.ending).collect();
    assert_eq!(endings, [Ending::Interrupted]);
    assert_eq!(run.history.len(), 1);
    assert_eq!(run.states.last(), Some(&State::Listening));
}

#[test]
fn without_barge_in_the_reply_goes_on() {
    let parts = [(false, 500), (true, 1500), (false, 1200), (true, 400), (false, 2500)];
    let off = |config: &mut sayso::Config| config.turn.barge_in = false;
    let run = run(&["First question.", "x"], &parts, Pace::Lockstep, off);
    assert_eq!(run.turns[0].ending, Ending::Complete);
    assert_eq!(run.history.len(), 1);
}

#[test]
fn the_live_conversation_gives_the_same_result() {
    let parts = [(false, 300), (true, 700), (false, 900)];
    let live = run(&["Hello there."], &parts, Pace::Live, |_| {});
    let [turn] = live.turns.as_slice() else { panic!("one turn: {:?}", live.turns) };
    assert_eq!(turn.ending, Ending::Complete);
    let lockstep = run(&["Hello there."], &parts, Pace::Lockstep, |_| {});
    assert_eq!(live.history, lockstep.history);
    assert_eq!(live.history.len(), 1);
    let (start, end) = reply_span(&live.tracks).expect("a reply");
    assert!(start > 1.5 && end > start + 0.9, "{start} {end}");
}

#[test]
fn the_clauses_of_a_live_reply_follow_without_a_gap() {
    let parts = [(false, 300), (true, 700), (false, 900)];
    let live = run(&["Hello there."], &parts, Pace::Live, |_| {});
    let rate = live.tracks.rate as usize;
    let right: Vec<f32> = live.tracks.samples.iter().skip(1).step_by(2).copied().collect();
    let first = right.iter().position(|s| s.abs() > 0.05).expect("a reply");
    let last = right.iter().rposition(|s| s.abs() > 0.05).expect("a reply");
    // The scripted voice is a tone without a pause, so each quiet is a gap between the sounds that
    // were given to the loudspeaker.
    let longest = right[first..last].split(|s| *s != 0.0).map(<[f32]>::len).max();
    assert!(longest.unwrap_or_default() < rate / 500, "{longest:?} samples of silence");
    let clauses = live.log.iter().filter(|line| line.contains("\"speaking\",\"turn\"")).count();
    assert!(clauses >= 2, "{:?}", live.log);
}

/// Longer than any test.
const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

#[test]
fn stop_ends_a_live_conversation() {
    let (engines, _) = common::engines(&[]);
    let mut assistant = Assistant::new(common::config(), engines);
    let mut board =
        Replay::from_samples(vec![]).tail(HOUR).max_tail(HOUR).pace(sayso_replay::Pace::RealTime);
    let clock = board.handle();
    let stop = Stop::new();
    let handle = std::thread::spawn({
        let stop = stop.clone();
        move || {
            std::thread::sleep(std::time::Duration::from_millis(300));
            stop.stop();
        }
    });
    assistant.converse(&mut board, Pace::Live, &stop, &mut |_| {}).expect("ends");
    handle.join().expect("thread");
    assert!(
        u128::from(clock.now().as_ms()) < HOUR.as_millis(),
        "it went on to the end of the recording"
    );
}
