//! What the screen shows, without a terminal.

use std::collections::{BTreeMap, VecDeque};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use sayso::Event;
use sayso::event::{Ending, TurnRecord};
use sayso::internals::control::operation::BoardStatus;
use sayso_core::turn::State;
use sayso_skills::{Coming, DeviceStatus, Overview};

use super::super::screen::aside;

/// Entries of the conversation that are kept.
const ENTRIES: usize = 500;
/// Turns whose stages are kept.
const TURNS: usize = 8;
/// Levels that are kept: about 2 s.
const LEVELS: usize = 64;
/// How far one key press scrolls, in lines.
const PAGE: usize = 5;

/// Everything that the screen shows.
#[derive(Debug, Default)]
pub struct Model {
    /// What was said, answered and reported, the oldest first.
    pub entries: VecDeque<Entry>,
    /// What each board is doing, by its name.
    pub boards: BTreeMap<String, Board>,
    /// The board whose state and level are shown large, and which the keys are for.
    pub focus: String,
    /// The stage times of the last turns, the oldest first.
    pub turns: VecDeque<Bar>,
    /// Timers, alarms and reminders.
    pub coming: Vec<Coming>,
    /// The devices of the home.
    pub devices: Vec<DeviceStatus>,
    /// Lines that the conversation is scrolled back by.
    pub back: usize,
    /// Whether the help is shown.
    pub help: bool,
    /// Whether the program is ending.
    pub ends: bool,
}

/// A finished part of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A turn.
    Exchange {
        /// Its board.
        board: String,
        /// What was said.
        you: String,
        /// What was answered, as far as it was heard.
        sayso: String,
        /// Whether the answer was interrupted.
        cut: bool,
    },
    /// Something else that happened.
    Note {
        /// What.
        text: String,
        /// Whether something is wrong.
        wrong: bool,
    },
}

/// A board.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// As the program reports it; `None` before that.
    pub status: Option<BoardStatus>,
    /// Whose turn it is; `None` before the conversation begins.
    pub state: Option<State>,
    /// The last levels of its microphone, the oldest first.
    pub levels: VecDeque<Level>,
    /// The part of the utterance that is certain.
    so_far: String,
    /// What is being said, as it is understood so far.
    pub partial: String,
    /// The reply, as far as it is written.
    written: String,
    /// The part of the reply that is heard or was.
    pub spoken: String,
}

/// A level of the microphone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// In dB relative to full scale.
    pub dbfs: f32,
    /// The probability (0…1) that it is speech.
    pub speech: f32,
}

/// The stage times of a turn, in ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Transcript, first word, first clause, first sound; each from the one before.
    pub stages: [f64; 4],
    /// From the end of the speech to the first sound, if it was measured.
    pub voice_to_voice: Option<f64>,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Listen, as after a wake phrase.
    Talk,
    /// End what is said or answered.
    Dismiss,
    /// Mute, or end that.
    Mute(bool),
    /// End the program.
    Quit,
}

impl Model {
    /// Takes up an event of a board.
    pub fn take(&mut self, board: &str, event: &Event) {
        if let Some(aside) = aside(event) {
            self.note(&aside.text, aside.wrong);
        }
        if let Event::Turn(record) = event {
            self.turn(board, record);
        }
        // An event of the program as a whole has no board.
        if !board.is_empty() {
            self.boards.entry(board.to_owned()).or_default().take(event);
            self.look();
        }
    }

    fn turn(&mut self, board: &str, record: &TurnRecord) {
        if record.ending == Ending::Dropped {
            return;
        }
        self.push(Entry::Exchange {
            board: clean(board),
            you: clean(record.transcript.trim()),
            sayso: clean(record.heard.trim()),
            cut: record.ending == Ending::Interrupted,
        });
        if record.ending != Ending::Stopped {
            keep(&mut self.turns, Bar::of(record), TURNS);
        }
    }

    /// Shows a line that is no event: a warning of the program.
    pub fn note(&mut self, text: &str, wrong: bool) {
        self.push(Entry::Note { text: clean(text.trim()), wrong });
    }

    fn push(&mut self, entry: Entry) {
        keep(&mut self.entries, entry, ENTRIES);
    }

    /// Takes up which boards there are.
    pub fn status(&mut self, boards: Vec<BoardStatus>) {
        self.boards.retain(|name, _| boards.iter().any(|board| board.board == *name));
        for status in boards {
            let board = self.boards.entry(status.board.clone()).or_default();
            if status.state.is_some() {
                board.state = status.state;
            }
            board.status = Some(status);
        }
        self.look();
    }

    /// Takes up timers and devices.
    pub fn overview(&mut self, overview: Overview) {
        self.coming = overview.coming;
        self.devices = overview.devices;
    }

    /// Looks at the first board if that which was looked at is gone.
    fn look(&mut self) {
        if !self.boards.contains_key(&self.focus) {
            self.focus = self.boards.keys().next().cloned().unwrap_or_default();
        }
    }

    /// The board that is looked at.
    pub fn focused(&self) -> Option<&Board> {
        self.boards.get(&self.focus)
    }

    /// Carries out what concerns only the screen, and returns what concerns the program.
    pub fn key(&mut self, key: KeyEvent) -> Option<Wish> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c' | 'd') if control => return Some(Wish::Quit),
            // Any key closes it.
            _ if self.help => self.help = false,
            KeyCode::Char('q') => return Some(Wish::Quit),
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => self.help = true,
            KeyCode::Char(' ' | 't') | KeyCode::Enter => return Some(Wish::Talk),
            KeyCode::Char('d') | KeyCode::Esc => return Some(Wish::Dismiss),
            KeyCode::Char('m') => {
                let muted = self.focused().is_some_and(Board::is_muted);
                return Some(Wish::Mute(!muted));
            }
            KeyCode::Tab => {
                let mut names = self.boards.keys().skip_while(|name| **name != self.focus).skip(1);
                let next = names.next().or(self.boards.keys().next()).cloned();
                self.focus = next.unwrap_or_default();
            }
            KeyCode::Up => self.back += 1,
            KeyCode::Down => self.back = self.back.saturating_sub(1),
            KeyCode::PageUp => self.back += PAGE,
            KeyCode::PageDown => self.back = self.back.saturating_sub(PAGE),
            KeyCode::End => self.back = 0,
            _ => {}
        }
        None
    }
}

impl Board {
    fn take(&mut self, event: &Event) {
        match event {
            Event::State { state, .. } => self.state = Some(*state),
            Event::Level { dbfs, speech, .. } => {
                keep(&mut self.levels, Level { dbfs: *dbfs, speech: *speech }, LEVELS);
            }
            Event::Partial { text, .. } => {
                self.so_far.push_str(&clean(text));
                self.partial.clone_from(&self.so_far);
            }
            Event::Segment { text, .. } => self.partial.push_str(&clean(text)),
            Event::Transcript { transcript, .. } => self.partial = clean(transcript.text.trim()),
            Event::Token { text, .. } => self.written.push_str(&clean(text)),
            Event::Speaking { text, .. } => {
                if !self.spoken.is_empty() && !self.spoken.ends_with(' ') {
                    self.spoken.push(' ');
                }
                self.spoken.push_str(clean(text).trim());
            }
            Event::Turn(record) => {
                // A dropped guess removes its own words, not the partial transcript before.
                if record.ending != Ending::Dropped {
                    self.so_far.clear();
                }
                self.partial.clone_from(&self.so_far);
                self.written.clear();
                self.spoken.clear();
            }
            _ => {}
        }
    }

    /// The part of the reply that is written and not yet heard.
    pub fn to_come(&self) -> &str {
        let mut heard = self.spoken.chars().filter(|c| !c.is_whitespace()).count();
        let end = self.written.char_indices().find(|(_, c)| {
            if !c.is_whitespace() {
                if heard == 0 {
                    return true;
                }
                heard -= 1;
            }
            false
        });
        end.map_or("", |(at, _)| &self.written[at..])
    }

    /// Whether it is muted.
    pub fn is_muted(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.muted)
    }
}

impl Bar {
    fn of(record: &TurnRecord) -> Self {
        let times = &record.timings_ms;
        let clause = (times.llm_first_clause - times.llm_first_token).max(0.0);
        Self {
            stages: [times.stt, times.llm_first_token, clause, times.tts_first_sound],
            voice_to_voice: times.voice_to_voice,
        }
    }

    /// The sum of the stages.
    pub fn whole(&self) -> f64 {
        self.stages.iter().sum()
    }
}

fn keep<T>(queue: &mut VecDeque<T>, item: T, most: usize) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(item);
}

/// A text without what a terminal would obey: control characters, and those that turn the
/// direction of writing. Each becomes a space.
pub fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect()
}
