//! Servers that behave, and servers that do not.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use sayso_mcp::{Access, Server, Servers};
use sayso_skills::CallError;
use serde_json::json;
use support::{Count, Manner, call_of, double, echo, wait_until};

/// The servers, of which the first start behaves so.
fn servers(manner: Manner) -> (Servers, Count) {
    let count = Count::default();
    (Servers::start(vec![double(&[manner], &count)]).unwrap(), count)
}

/// The double was ended, and another one does what it is asked.
fn is_replaced(servers: &Servers, count: &Count) {
    wait_until("it was ended", || count.kept.load(Ordering::SeqCst) == 0);
    assert_eq!(echo(servers, "again"), Ok("again\n".into()));
    assert_eq!(count.started.load(Ordering::SeqCst), 2);
}

#[test]
fn a_server_is_started_once_and_ended_at_the_end() {
    let (servers, count) = servers(Manner::Good);
    assert_eq!(count.started.load(Ordering::SeqCst), 0, "nobody needs it yet");
    for text in ["one", "two", "drei, vier"] {
        assert_eq!(echo(&servers, text), Ok(format!("{text}\n")));
    }
    assert_eq!(count.started.load(Ordering::SeqCst), 1);
    drop(servers);
    assert_eq!(count.kept.load(Ordering::SeqCst), 0);
}

#[test]
fn only_text_counts() {
    let (servers, _) = servers(Manner::Mixed);
    assert_eq!(echo(&servers, ""), Ok("One.\nTwo.\n".into()));
}

#[test]
fn a_tool_that_is_not_there_is_not_called() {
    let (servers, _) = servers(Manner::Good);
    let changed =
        |tool: &str, slots| match servers.call(&call_of("double", tool, slots, 1), &|| true) {
            Err(CallError::Changed(why)) => why,
            other => panic!("{other:?}"),
        };
    assert_eq!(changed("delete_all", json!({})), "the server has no such tool");
    assert_eq!(changed("echo", json!({"path": "/"})), "the tool has no argument path");
    let nowhere = servers.call(&call_of("other", "echo", json!({}), 1), &|| true);
    assert!(matches!(nowhere, Err(CallError::Unreachable(_))), "{nowhere:?}");
}

#[test]
fn a_server_that_cannot_be_started_is_named() {
    let opener = || Err("there is no program /none".into());
    let access = Access::Program(Box::new(opener));
    let servers = Servers::start(vec![Server { name: "double".into(), access }]).unwrap();
    let error = echo(&servers, "a").unwrap_err();
    assert_eq!(error, CallError::Unreachable("there is no program /none".into()));
}

#[test]
fn a_call_that_hangs_ends_in_time() {
    let (servers, count) = servers(Manner::Hang);
    assert_eq!(echo(&servers, "a"), Err(CallError::Late));
    is_replaced(&servers, &count);
}

#[test]
fn a_server_that_hangs_up_is_started_again() {
    let (servers, count) = servers(Manner::Crash);
    assert!(matches!(echo(&servers, "a"), Err(CallError::Lost(_))));
    is_replaced(&servers, &count);
}

#[test]
fn a_server_without_end_is_ended() {
    for manner in [Manner::Flood, Manner::Endless] {
        let (servers, count) = servers(manner);
        // Long enough to read all that it may send, on a busy machine.
        let call = call_of("double", "echo", json!({"text": "a"}), 60);
        let error = servers.call(&call, &|| true).unwrap_err();
        let CallError::Lost(why) = &error else { panic!("{manner:?}: {error:?}") };
        assert!(why.starts_with("it sent"), "{manner:?}: {why}");
        is_replaced(&servers, &count);
    }
}

#[test]
fn what_a_server_sends_between_two_calls_is_bounded() {
    let (servers, count) = servers(Manner::Chatty);
    assert_eq!(echo(&servers, "a"), Ok("a\n".into()));
    // It may be noticed only now.
    let again = echo(&servers, "b").or_else(|_| echo(&servers, "b"));
    assert_eq!(again, Ok("b\n".into()));
    assert_eq!(count.started.load(Ordering::SeqCst), 2);
    assert_eq!(count.kept.load(Ordering::SeqCst), 1, "the first was ended");
}

#[test]
fn a_result_that_is_too_long_is_dropped() {
    let (servers, count) = servers(Manner::Huge);
    let error = echo(&servers, "a").unwrap_err();
    let CallError::Lost(why) = &error else { panic!("{error:?}") };
    assert!(why.starts_with("it sent a message of more than 1 MB"), "{why}");
    is_replaced(&servers, &count);
}

#[test]
fn a_tool_that_is_described_badly_leaves_the_others() {
    let (servers, _) = servers(Manner::BadSchema);
    assert_eq!(echo(&servers, "a"), Ok("a\n".into()));
    let odd = servers.call(&call_of("double", "odd", json!({}), 1), &|| true);
    assert!(matches!(&odd, Err(CallError::Changed(why)) if why.contains("describe")), "{odd:?}");
    let tools = servers.offered("double", Duration::from_secs(60)).unwrap();
    let faults =
        |name: &str| tools.iter().find(|tool| tool.name == name).unwrap().faults(&["text"].into());
    assert_eq!(faults("echo"), Vec::<String>::new());
    assert_eq!(faults("odd").len(), 1);
    assert_eq!(tools.len(), 3, "the one without a name cannot be called");
}

#[test]
fn what_is_not_understood_fails() {
    let (servers, _) = servers(Manner::Odd);
    let error = echo(&servers, "a").unwrap_err();
    assert!(matches!(error, CallError::Failed(_)), "{error:?}");
    let (servers, _) = self::servers(Manner::Error);
    let error = echo(&servers, "a").unwrap_err();
    assert_eq!(error, CallError::Failed("the server reports error -32000".into()));
}

#[test]
fn a_list_without_end_is_cut() {
    let (servers, _) = servers(Manner::Pages);
    let error = echo(&servers, "a").unwrap_err();
    assert_eq!(error, CallError::Changed("the server has no such tool".into()));
}

#[test]
fn a_server_that_asks_is_refused_and_answers_all_the_same() {
    let (servers, _) = servers(Manner::Asks);
    assert_eq!(echo(&servers, "a"), Ok("asked\n".into()));
}

#[test]
fn a_server_that_does_not_start_is_given_up() {
    for manner in [Manner::Silent, Manner::Garbage] {
        let (servers, count) = servers(manner);
        let error = echo(&servers, "a").unwrap_err();
        assert!(matches!(error, CallError::Unreachable(_)), "{manner:?}: {error:?}");
        is_replaced(&servers, &count);
    }
}

#[test]
fn a_call_that_is_stopped_ends_at_once() {
    let (servers, count) = servers(Manner::Hang);
    let call = call_of("double", "echo", json!({"text": "a"}), 1_000);
    let begun = Instant::now();
    let stopped = servers.call(&call, &|| begun.elapsed() < Duration::from_millis(200));
    assert!(matches!(stopped, Err(CallError::Lost(_))), "{stopped:?}");
    is_replaced(&servers, &count);
}

#[test]
fn a_server_that_hangs_does_not_keep_the_others() {
    let (bad, good) = (Count::default(), Count::default());
    let other = Server { name: "other".into(), ..double(&[], &good) };
    let servers = Servers::start(vec![double(&[Manner::Silent], &bad), other]).unwrap();
    std::thread::scope(|scope| {
        let hanging = scope.spawn(|| echo(&servers, "a"));
        wait_until("it hangs", || bad.started.load(Ordering::SeqCst) == 1);
        let call = call_of("other", "echo", json!({"text": "b"}), 5);
        assert_eq!(servers.call(&call, &|| true), Ok("b\n".into()));
        assert!(!hanging.is_finished());
    });
}
