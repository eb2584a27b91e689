//! What is drawn, on a terminal in memory.

use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Color, Style};
use ratatui::text::Span;
use ratatui::{Frame, Terminal};
use sayso::Event;
use sayso::event::{Ending, TurnRecord};
use sayso::internals::control::operation::{BoardStatus, Phase};
use sayso_core::audio::SampleTime;
use sayso_core::turn::{State, TurnId};
use sayso_skills::{Coming, ComingPhase, DeviceStatus, Overview};

use super::draw::{Theme, draw};
use super::model::{Entry, Model, Wish};
use super::wrap::wrapped;

const AT: SampleTime = SampleTime::ZERO;

fn drawn(model: &Model, width: u16, height: u16, colours: bool) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("terminal");
    let paint = |frame: &mut Frame<'_>| _ = draw(model, Theme { colours }, frame);
    terminal.draw(paint).expect("picture");
    terminal.backend().buffer().clone()
}

/// The lines of a picture, without the spaces at their ends.
fn lines(model: &Model, width: u16, height: u16) -> Vec<String> {
    let buffer = drawn(model, width, height, true);
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| row(y).trim_end().to_owned()).collect()
}

fn status(board: &str, state: State) -> BoardStatus {
    BoardStatus {
        board: board.into(),
        area: String::new(),
        phase: Phase::Open,
        reason: None,
        state: Some(state),
        muted: false,
        volume: 1.0,
        waiting: 0,
    }
}

fn turn(you: &str, heard: &str, ending: Ending) -> Event {
    let mut record = TurnRecord::default();
    record.transcript = you.into();
    record.heard = heard.into();
    record.ending = ending;
    let times = &mut record.timings_ms;
    (times.stt, times.llm_first_token, times.llm_first_clause) = (100.0, 50.0, 150.0);
    (times.tts_first_sound, times.first_sound) = (50.0, 300.0);
    times.voice_to_voice = Some(555.0);
    Event::Turn(Box::new(record))
}

fn example() -> Model {
    let mut model = Model::default();
    model.status(vec![status("kitchen", State::Speaking)]);
    for n in 0..30_u8 {
        let dbfs = -70.0 + f32::from(n) * 2.0;
        model.take("kitchen", &Event::Level { at: AT, dbfs, speech: f32::from(n) / 30.0 });
    }
    model.take("kitchen", &turn("What time is it?", "It is 11:20 AM.", Ending::Complete));
    let text = "Why is the sky blue?".to_owned();
    model.take("kitchen", &Event::Segment { turn: TurnId::default(), text });
    let text = "Sunlight is scattered, blue light most of all.".to_owned();
    model.take("kitchen", &Event::Token { turn: TurnId::default(), text });
    let text = "Sunlight is scattered,".to_owned();
    model.take("kitchen", &Event::Speaking { turn: TurnId::default(), at: AT, text });
    let coming = |label: &str, left_s, phase| Coming {
        skill: "timers",
        id: 1,
        label: label.into(),
        board: "kitchen".into(),
        at: None,
        left_s,
        phase,
    };
    model.overview(Overview {
        coming: vec![
            coming("pasta timer", 245, ComingPhase::Waits),
            coming("call the doctor", 3_725, ComingPhase::Paused),
            coming("tomorrow at 7:00 AM", 0, ComingPhase::Rings),
        ],
        lists: Vec::new(),
        devices: vec![DeviceStatus {
            name: "Living Room Lamp".into(),
            kind: Some("light".into()),
            area: None,
            shown: "50 percent".into(),
            state: None,
        }],
    });
    model
}

#[test]
fn a_large_terminal_shows_everything() {
    let lines = lines(&example(), 90, 24);
    let has =
        |text: &str| assert!(lines.iter().any(|line| line.contains(text)), "{text}: {lines:#?}");
    assert!(lines[0].starts_with(" ● speaking"), "{}", lines[0]);
    assert!(lines[0].contains('█') || lines[0].contains('▆'), "the level: {}", lines[0]);
    for text in [
        "you    What time is it?",
        "sayso  It is 11:20 AM.",
        "you    Why is the sky blue?",
        "sayso  Sunlight is scattered, blue light most",
        "▸ kitchen",
        "4:05",
        "paused 1:02:05",
        "rings",
        "Living Room Lamp    50 percent",
        "█ text  ▓ word  ▒ clause  ░ sound",
        "300 ms · voice to voice 555 ms",
    ] {
        has(text);
    }
    assert!(lines[23].contains("Space talk") && lines[23].contains("q quit"), "{}", lines[23]);
}

#[test]
fn a_small_terminal_shows_the_essentials() {
    let mut model = example();
    let small = lines(&model, 40, 12);
    assert!(small[0].contains("speaking") && small[0].contains("kitchen"), "{small:#?}");
    assert!(small.iter().any(|line| line.starts_with("sayso  It is 11:20 AM.")), "{small:#?}");
    assert!(small.iter().any(|line| line.contains("most of all.")), "{small:#?}");
    assert!(small[11].contains("q quit"), "{small:#?}");
    assert!(!small.iter().any(|line| line.contains("voice to voice")), "{small:#?}");
    model.key(KeyEvent::from(KeyCode::Char('?')));
    assert!(lines(&model, 40, 12).iter().any(|line| line.contains("q, Ctrl-C")));
    // Smaller ones are no fault.
    for (width, height) in [(1, 1), (3, 2), (10, 3), (71, 40), (200, 15), (72, 16)] {
        drawn(&model, width, height, true);
    }
}

#[test]
fn without_colours_stages_and_states_still_differ() {
    let model = example();
    let coloured = |buffer: &Buffer| {
        buffer.content().iter().any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
    };
    assert!(coloured(&drawn(&model, 90, 24, true)));
    let plain = drawn(&model, 90, 24, false);
    assert!(!coloured(&plain));
    let signs: String = plain.content().iter().map(|cell| cell.symbol()).collect();
    assert!(["█", "▓", "▒", "░"].iter().all(|sign| signs.contains(sign)));
}

#[test]
fn nothing_that_a_terminal_obeys_is_drawn() {
    let mut model = Model::default();
    model.status(vec![status("hall\u{1b}[31m", State::Hearing)]);
    let evil = "a\u{1b}]0;title\u{7}b\u{9b}2J\u{202e}c\nd\re\u{8}";
    model.take("hall\u{1b}[31m", &turn(evil, evil, Ending::Complete));
    model.take("hall\u{1b}[31m", &Event::Partial { utterance: AT, text: evil.into() });
    model.take("hall\u{1b}[31m", &Event::Token { turn: TurnId::default(), text: evil.into() });
    model.take("", &Event::Trouble { at: AT, message: evil.into() });
    model.note(evil, true);
    let device =
        DeviceStatus { name: evil.into(), kind: None, area: None, shown: evil.into(), state: None };
    let coming = Coming {
        skill: "reminders",
        id: 0,
        label: evil.into(),
        board: evil.into(),
        at: None,
        left_s: 0,
        phase: ComingPhase::Waits,
    };
    model.overview(Overview { coming: vec![coming], lists: Vec::new(), devices: vec![device] });
    for (width, height) in [(90, 30), (40, 12)] {
        for cell in drawn(&model, width, height, true).content() {
            let bad = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}');
            assert!(!cell.symbol().contains(bad), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn a_dropped_guess_leaves_only_the_partial_transcript() {
    let mut model = Model::default();
    model.take("b", &Event::Partial { utterance: AT, text: "turn on ".into() });
    model.take("b", &Event::Segment { turn: TurnId::default(), text: "the lamp".into() });
    model.take("b", &Event::Token { turn: TurnId::default(), text: "Which".into() });
    let board = |model: &Model| model.boards["b"].clone();
    assert_eq!(
        (board(&model).partial.as_str(), board(&model).to_come()),
        ("turn on the lamp", "Which")
    );
    model.take("b", &turn("turn on the lamp", "", Ending::Dropped));
    assert_eq!((board(&model).partial.as_str(), board(&model).to_come()), ("turn on ", ""));
    assert!(model.entries.is_empty() && model.turns.is_empty());
    model.take("b", &turn("turn on the lamp in the hall", "It is on.", Ending::Interrupted));
    assert_eq!(board(&model).partial, "");
    let Some(Entry::Exchange { cut: true, .. }) = model.entries.back() else {
        panic!("{:?}", model.entries)
    };
}

#[test]
fn keys_do_what_the_help_says() {
    let mut model = Model::default();
    model.status(vec![status("hall", State::Asleep), status("kitchen", State::Asleep)]);
    let mut press = |code: KeyCode| model.key(KeyEvent::from(code));
    assert_eq!(press(KeyCode::Char(' ')), Some(Wish::Talk));
    assert_eq!(press(KeyCode::Enter), Some(Wish::Talk));
    assert_eq!(press(KeyCode::Esc), Some(Wish::Dismiss));
    assert_eq!(press(KeyCode::Char('m')), Some(Wish::Mute(true)));
    assert_eq!(press(KeyCode::Char('q')), Some(Wish::Quit));
    // A key that closes the help does nothing else.
    assert_eq!(press(KeyCode::Char('?')), None);
    assert_eq!(press(KeyCode::Char('q')), None);
    let quit = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    model.key(KeyEvent::from(KeyCode::Char('?')));
    assert_eq!(model.key(quit), Some(Wish::Quit));
    model.help = false;
    for next in ["kitchen", "hall", "kitchen"] {
        model.key(KeyEvent::from(KeyCode::Tab));
        assert_eq!(model.focus, next);
    }
    let mut muted = status("kitchen", State::Asleep);
    muted.muted = true;
    model.status(vec![muted]);
    model.help = false;
    assert_eq!(model.key(KeyEvent::from(KeyCode::Char('m'))), Some(Wish::Mute(false)));
    assert!(lines(&model, 80, 20)[0].contains("MUTED"));
    // The board that was looked at is gone.
    model.status(vec![status("attic", State::Listening)]);
    assert_eq!(model.focus, "attic");
    model.status(Vec::new());
    assert!(lines(&model, 80, 20)[0].contains("no boards"));
}

#[test]
fn the_conversation_scrolls_and_ends_at_the_newest() {
    let mut model = Model::default();
    model.status(vec![status("b", State::Listening)]);
    for n in 0..600 {
        model.take("b", &turn(&format!("question {n}"), "Yes.", Ending::Complete));
    }
    assert!(lines(&model, 40, 12).iter().any(|line| line.contains("question 599")));
    for _ in 0..1_000 {
        model.key(KeyEvent::from(KeyCode::PageUp));
    }
    let top = lines(&model, 90, 24);
    assert!(top.iter().any(|line| line.contains("question 100")), "{top:#?}");
    assert!(top.iter().any(|line| line.contains("End: back to the newest")), "{top:#?}");
    model.key(KeyEvent::from(KeyCode::End));
    assert!(lines(&model, 40, 12).iter().any(|line| line.contains("question 599")));
}

#[test]
fn texts_are_broken_between_words_and_only_long_words_within() {
    let style = Style::new();
    let shown = |text: &str, width| -> Vec<String> {
        let lines = wrapped(Span::raw("you "), &[(text, style)], width);
        lines.iter().map(|line| line.to_string().trim_end().to_owned()).collect()
    };
    assert_eq!(shown("turn on the lamp", 11), ["you turn on", "    the", "    lamp"]);
    assert_eq!(shown("turn on the lamp", 80), ["you turn on the lamp"]);
    assert_eq!(shown("abcdefghij", 8), ["you abcd", "    efgh", "    ij"]);
    assert_eq!(shown("日本語です", 8), ["you 日本", "    語で", "    す"]);
    assert_eq!(shown("", 8), ["you"]);
    let two = [("Sunlight is", style), (" scattered", style.fg(Color::Red))];
    let lines = wrapped(Span::raw("sayso "), &two, 18);
    let lines: Vec<String> =
        lines.iter().map(|line| line.to_string().trim_end().to_owned()).collect();
    assert_eq!(lines, ["sayso Sunlight is", "      scattered"]);
}
