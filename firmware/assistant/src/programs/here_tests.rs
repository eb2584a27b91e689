//! Programs that behave, and programs that do not.

use sayso_models::Cancel;
use sayso_skills::{Input, Program, Run, RunError};

use super::KEPT;

/// A program that is told about this sentence.
fn run(program: &[&str], sentence: &str) -> Run {
    let program = Program {
        name: "test".into(),
        run: program.iter().map(|part| (*part).to_owned()).collect(),
        time_limit_s: 30,
        ..Program::default()
    };
    let input = Input {
        intent: "Test".into(),
        slots: [("what".to_owned(), "milk".into())].into(),
        sentence: sentence.into(),
        board: "kitchen".into(),
        area: None,
    };
    Run { program, input }
}

/// What a program prints.
fn printed(program: &[&str], sentence: &str) -> Result<String, RunError> {
    super::run(&run(program, sentence), &Cancel::new())
}

/// What a script prints.
fn script(text: &str) -> Result<String, RunError> {
    printed(&["/bin/sh", "-c", text], "")
}

/// The same for a script that does not end by itself.
fn endless(text: &str) -> Result<String, RunError> {
    let mut run = run(&["/bin/sh", "-c", text], "");
    run.program.time_limit_s = 1;
    super::run(&run, &Cancel::new())
}

/// Waits until a process has ended.
fn wait_for_the_end(pid: &str) {
    let stat = format!("/proc/{}/stat", pid.trim());
    // A process that nobody waits for is a zombie.
    let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    while runs() {
        std::thread::yield_now();
    }
}

#[test]
fn a_program_is_told_of_the_sentence_and_its_output_is_returned() {
    let told: serde_json::Value =
        serde_json::from_str(&printed(&["/bin/cat"], "Good night!").unwrap()).unwrap();
    let due = serde_json::json!({
        "intent": "Test",
        "slots": {"what": "milk"},
        "sentence": "Good night!",
        "board": "kitchen",
        "area": null,
    });
    assert_eq!(told, due);
    assert_eq!(script("echo no >&2; echo yes").unwrap(), "yes\n");
    assert_eq!(script("true").unwrap(), "");
    assert_eq!(script("printf '\\377'").unwrap(), "\u{FFFD}");
}

#[test]
fn no_shell_sees_the_arguments_and_the_words() {
    let hostile = "$(echo x); `echo y` $HOME * | cat > /dev/null && \"'\\";
    assert_eq!(printed(&["/bin/echo", hostile], "").unwrap(), format!("{hostile}\n"));
    let told: serde_json::Value =
        serde_json::from_str(&printed(&["/bin/cat"], hostile).unwrap()).unwrap();
    assert_eq!(told["sentence"], hostile);
}

#[test]
fn a_failure_says_what_failed() {
    assert_eq!(printed(&["/no/such/program"], ""), Err(RunError::Missing));
    assert_eq!(printed(&[], ""), Err(RunError::Missing));
    let failed = |result: Result<String, RunError>| match result {
        Err(RunError::Failed(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(failed(script("echo words; exit 3")), "exit status: 3");
    assert!(failed(script("kill -9 $$")).contains('9'));
    assert!(failed(printed(&["/"], "")).contains("cannot be started"));
    assert!(failed(printed(&["/bin/e\0cho"], "")).contains("NUL byte"));
}

#[test]
fn a_program_that_prints_for_ever_is_ended() {
    assert_eq!(endless("while :; do echo words; done"), Err(RunError::Late));
}

#[test]
fn a_program_that_ignores_signals_is_ended_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let text = format!(
        "trap '' TERM INT HUP PIPE; sleep 1000 & echo $! $$ > {}; while :; do wait; sleep 1; done",
        pids.display()
    );
    assert_eq!(endless(&text), Err(RunError::Late));
    let pids = std::fs::read_to_string(pids).unwrap();
    assert_eq!(pids.split_whitespace().count(), 2);
    pids.split_whitespace().for_each(wait_for_the_end);
}

#[test]
fn what_it_left_running_ends_with_it() {
    wait_for_the_end(&script("sleep 1000 & echo $!").unwrap());
    // Even if it keeps the output open and prints on.
    let pid = script("(while :; do echo; done) & echo $!; sleep 0.1").unwrap();
    wait_for_the_end(pid.split_whitespace().next().unwrap());
}

#[test]
fn only_the_beginning_of_a_long_output_is_kept() {
    let text = script("i=0; while [ $i -lt 3000 ]; do echo 'sixteen letters,'; i=$((i+1)); done");
    let text = text.unwrap();
    assert_eq!(text.len(), KEPT);
    assert!(text.starts_with("sixteen letters,\n"));
}

#[test]
fn a_program_need_not_read_what_it_is_told() {
    let long = "word ".repeat(100_000);
    let said = |text: &str| printed(&["/bin/sh", "-c", text], &long).unwrap();
    assert_eq!(said("echo fine"), "fine\n");
    assert_eq!(said("exec 0<&-; sleep 0.1; echo fine"), "fine\n");
    assert_eq!(said("head -c 10 > /dev/null; echo fine"), "fine\n");
    let all: usize = said("wc -c").trim().parse().unwrap();
    assert!(all > long.len(), "{all}");
}

#[test]
fn a_program_inherits_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let _file = std::fs::File::create(folder.path().join("open")).unwrap();
    let _socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert_eq!(script("ls /proc/$$/fd").unwrap(), "0\n1\n2\n");
    let environment = printed(&["/usr/bin/env"], "").unwrap();
    let names = environment.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    let other: Vec<&str> =
        names.filter(|name| !["HOME", "TZ", "PATH", "LANG"].contains(name)).collect();
    assert!(other.is_empty(), "{other:?}");
    assert_eq!(script("pwd").unwrap(), "/\n");
    // Its group is its own, so a signal to the terminal's group does not reach it.
    assert_eq!(script("[ $(cut -d' ' -f5 /proc/$$/stat) = $$ ] && echo own").unwrap(), "own\n");
}

#[test]
fn work_that_is_stopped_ends_it() {
    let cancel = Cancel::new();
    cancel.cancel();
    let run = run(&["/bin/sleep", "1000"], "");
    assert_eq!(super::run(&run, &cancel), Err(RunError::Failed("it was stopped".into())));
}
