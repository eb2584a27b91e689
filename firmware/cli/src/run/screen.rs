//! The output of `sayso run`.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use sayso::event::{Ending, MusicState, TurnRecord};
use sayso::{Event, Losses};
use sayso_core::audio::wrong_order;
use sayso_core::turn::State;

use crate::{ask, term};

/// What shows a running program.
pub trait Display {
    /// Shows an event of a board.
    fn show(&mut self, board: &str, event: &Event);

    /// Shows that boards may connect at `address`.
    fn listening(&mut self, address: &str);

    /// Takes up what is no event, such as keys. Called after each event and after
    /// [`patience`](Self::patience).
    fn refresh(&mut self) {}

    /// How long it may be left alone.
    fn patience(&self) -> Duration {
        super::TELL
    }
}

/// The live screen: finished lines above, and below one line with what is happening. With several
/// boards there are only finished lines, each with its board's name.
///
/// What is said and answered is shown on a terminal, and in JSON if that is requested. Elsewhere,
/// such as in the log of a service, it is left out unless the settings ask for it.
pub struct Screen {
    json: bool,
    several: bool,
    /// Whether JSON names the board.
    named: bool,
    /// Whether there is a line that is overwritten.
    live: bool,
    /// Whether what was said is shown.
    words: bool,
    greeted: bool,
    state: State,
    level: f32,
    so_far: String,
    partial: String,
    reply: String,
}

impl Screen {
    /// With `log_words`, the words of a conversation are always shown.
    pub fn new(json: bool, several: bool, named: bool, log_words: bool) -> Self {
        let terminal = std::io::stdout().is_terminal();
        Self {
            json,
            several,
            named,
            live: terminal && !several,
            words: terminal || json || log_words,
            greeted: false,
            state: State::Listening,
            level: -90.0,
            so_far: String::new(),
            partial: String::new(),
            reply: String::new(),
        }
    }

    pub fn goodbye(&self) {
        if self.greeted && !self.json && self.live {
            println!("\r\x1b[K{}", term::dim("Goodbye."));
        }
    }

    /// Whether it has a line on a terminal that shows what is happening.
    pub fn is_live(&self) -> bool {
        self.live && !self.json
    }

    /// Whether it shows what is said and answered.
    pub fn shows_words(&self) -> bool {
        self.words
    }

    /// Reports what the streams of a conversation lost, if anything.
    pub fn losses(&self, board: &str, losses: &Losses) {
        let at = if self.several { term::shown(format!("{board}: ")) } else { String::new() };
        if losses.music > 0 {
            let seconds = losses.music as f64 / 16_000.0;
            term::note(format!(
                "{at}music: silent for {seconds:.1} s, because it was read too slowly"
            ));
        }
        for (name, stats) in
            [("microphone", losses.microphone), ("loudspeaker", losses.loudspeaker)]
        {
            if stats.xruns + stats.dropped + stats.missing > 0 {
                term::note(format!(
                    "{at}{name}: {} xruns, {} samples dropped, {} missing, opened again {} times",
                    stats.xruns, stats.dropped, stats.missing, stats.reopened
                ));
            }
        }
    }

    /// How many [negative differences](wrong_order) of the sample clock all conversations asked
    /// for, if any.
    pub fn mistakes(&self) {
        match wrong_order() {
            0 => {}
            count => term::note(format!(
                "{count} negative differences of times counted as zero: a mistake in sayso"
            )),
        }
    }

    fn lines(&self, record: &TurnRecord) {
        self.above(&format!("{}    {}", term::dim("you"), term::shown(&record.transcript)));
        if record.ending == Ending::Stopped {
            return;
        }
        let cut = if record.ending == Ending::Interrupted { " …" } else { "" };
        self.above(&format!("{}  {}{cut}", term::dim("sayso"), term::bold(record.heard.trim())));
        for line in term::folded(&ask::times(record), " · ", term::COLUMNS - 7) {
            self.above(&term::dim(format!("       {line}")));
        }
    }

    fn above(&self, line: &str) {
        if self.live {
            println!("\r\x1b[K{line}");
        } else {
            println!("{line}");
        }
    }

    fn status(&self) {
        let state = match self.state {
            State::Asleep => "asleep   ",
            State::Listening => "listening",
            State::Hearing => "hearing  ",
            State::Thinking => "thinking ",
            State::Speaking => "speaking ",
            State::Paused => "paused   ",
        };
        // −60 dBFS is an empty meter, 0 a full one.
        let bars = ((self.level + 60.0) / 5.0).clamp(0.0, 12.0) as usize;
        let meter = format!("{}{}", "▮".repeat(bars), "·".repeat(12 - bars));
        let text = if self.reply.is_empty() { &self.partial } else { &self.reply };
        let text = term::shown(tail(text, 50).replace('\n', " "));
        print!("\r\x1b[K{} {} {text}", term::bold(state), term::dim(meter));
        // If the terminal is closed, the next whole line reports it.
        let _ = std::io::stdout().flush();
    }
}

impl Display for Screen {
    fn listening(&mut self, address: &str) {
        if !self.json {
            self.above(&term::dim(format!("listening at {address}")));
        }
    }

    fn show(&mut self, board: &str, event: &Event) {
        if self.json {
            if event.logged() {
                let mut line = serde_json::json!(event);
                if self.named {
                    line["board"] = board.into();
                }
                println!("{}", term::json(&line));
            }
            return;
        }
        if let Event::State { .. } = event
            && !std::mem::replace(&mut self.greeted, true)
        {
            self.above(&term::dim(match self.live {
                true => "Speak when you like. Ctrl-C ends the program.",
                false => "listening",
            }));
        }
        if !self.live {
            let at = if self.several { term::shown(format!("{board}: ")) } else { String::new() };
            match event {
                Event::Turn(record) if record.ending != Ending::Dropped => {
                    if self.words {
                        if self.several {
                            self.above(&term::dim(board));
                        }
                        self.lines(record);
                    } else {
                        self.above(&format!("{at}{}", without_words(record)));
                    }
                }
                // What was asked for would be known from it.
                Event::Changed { .. } | Event::Music { .. } if !self.words => {}
                _ => {
                    if let Some(aside) = aside(event) {
                        self.above(&format!("{at}{}", aside.painted()));
                    }
                }
            }
            return;
        }
        match event {
            Event::State { state, .. } => self.state = *state,
            Event::Level { dbfs, .. } => self.level = *dbfs,
            Event::Partial { text, .. } => {
                self.so_far.push_str(text);
                self.partial.clone_from(&self.so_far);
            }
            Event::Segment { text, .. } => self.partial.push_str(text),
            Event::Transcript { transcript, .. } => {
                self.partial = transcript.text.trim().to_owned();
            }
            Event::Token { text, .. } => self.reply.push_str(text),
            Event::Turn(record) => {
                // A dropped guess removes its own words, not the partial transcript before.
                if record.ending != Ending::Dropped {
                    self.so_far.clear();
                }
                self.partial.clone_from(&self.so_far);
                self.reply.clear();
                if record.ending != Ending::Dropped {
                    self.lines(record);
                }
            }
            _ => {
                if let Some(aside) = aside(event) {
                    self.above(&aside.painted());
                }
            }
        }
        self.status();
    }
}

/// How a turn went, and nothing of what was said.
fn without_words(record: &TurnRecord) -> String {
    match record.ending {
        Ending::Stopped => "a turn: stopped".into(),
        Ending::Interrupted => format!("a turn: answered, interrupted · {}", ask::times(record)),
        _ => format!("a turn: answered · {}", ask::times(record)),
    }
}

/// The last words of `text`, in at most `columns`; "…" replaces what is left out.
fn tail(text: &str, columns: usize) -> String {
    let length = text.chars().count();
    if length <= columns {
        return text.into();
    }
    let end: String = text.chars().skip(length + 1 - columns).collect();
    // A single longer word is cut anywhere.
    let words = end.split_once(' ').map_or(end.as_str(), |(_, words)| words);
    format!("…{words}")
}

/// A line that is not part of the conversation.
pub struct Aside {
    /// What happened.
    pub text: String,
    /// Whether something is wrong.
    pub wrong: bool,
}

impl Aside {
    fn painted(&self) -> String {
        let text = term::shown(&self.text);
        if self.wrong { format!("! {text}") } else { term::dim(text) }
    }
}

/// The line for an event that is not part of the conversation, if it is one.
pub fn aside(event: &Event) -> Option<Aside> {
    let (text, wrong) = match event {
        Event::Trouble { message, .. } | Event::DeviceLost { message, .. } => {
            (message.clone(), true)
        }
        Event::DeviceBack { message, .. } => (message.clone(), false),
        Event::Changed { name, state, .. } => (format!("{name}: {state}"), false),
        Event::Music { music: MusicState::Plays, title, artist, .. } => {
            let by = if artist.is_empty() { "" } else { " – " };
            (format!("♪ {artist}{by}{title}"), false)
        }
        _ => return None,
    };
    Some(Aside { text, wrong })
}

#[cfg(test)]
mod tests {
    use super::tail;

    #[test]
    fn the_end_of_a_long_text_begins_with_a_whole_word() {
        assert_eq!(tail("turn on the lamp", 16), "turn on the lamp");
        assert_eq!(tail("turn on the lamp", 15), "…on the lamp");
        assert_eq!(tail("turn on the lamp", 12), "…the lamp");
        assert_eq!(tail("äöü-äöü", 4), "…äöü");
    }
}
