//! What `sayso run` shows.

use std::io::{IsTerminal, Write};

use sayso::event::{Ending, TurnRecord};
use sayso::{Event, Losses};
use sayso_core::turn::State;

use super::term;

/// The live screen: finished lines above, one line with what goes on below. With
/// several boards, the finished lines alone, each with its board's name.
pub struct Screen {
    json: bool,
    several: bool,
    terminal: bool,
    greeted: bool,
    state: State,
    level: f32,
    drafted: String,
    partial: String,
    reply: String,
}

impl Screen {
    pub fn new(json: bool, several: bool) -> Self {
        Self {
            json,
            several,
            terminal: std::io::stdout().is_terminal() && !several,
            greeted: false,
            state: State::Listening,
            level: -90.0,
            drafted: String::new(),
            partial: String::new(),
            reply: String::new(),
        }
    }

    pub fn goodbye(&self) {
        if self.greeted && !self.json && self.terminal {
            println!("\r\x1b[K{}", term::dim("Goodbye."));
        }
    }

    /// What the streams of a conversation lost, if they did.
    pub fn losses(&self, board: &str, losses: &Losses) {
        let at = if self.several { format!("{board}: ") } else { String::new() };
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

    pub fn show(&mut self, board: &str, event: &Event) {
        if self.json {
            if event.logged() {
                let mut line = serde_json::json!(event);
                if self.several {
                    line["board"] = board.into();
                }
                println!("{line}");
            }
            return;
        }
        // The first event comes when the devices are open.
        if !std::mem::replace(&mut self.greeted, true) {
            self.above(&term::dim("Speak when you like; Ctrl-C ends."));
        }
        if self.several {
            match event {
                Event::Turn(record) if record.ending != Ending::Dropped => {
                    self.above(&term::dim(board));
                    self.lines(record);
                }
                _ => {
                    if let Some(message) = aside(event) {
                        self.above(&format!("{board}: {message}"));
                    }
                }
            }
            return;
        }
        match event {
            Event::State { state, .. } => self.state = *state,
            Event::Level { dbfs, .. } => self.level = *dbfs,
            Event::Draft { text, .. } => {
                self.drafted.push_str(text);
                self.partial.clone_from(&self.drafted);
            }
            Event::Partial { text, .. } => self.partial.push_str(text),
            Event::Transcript { transcript, .. } => {
                self.partial = transcript.text.trim().to_owned();
            }
            Event::Token { text, .. } => self.reply.push_str(text),
            Event::Turn(record) => {
                // A dropped guess takes back its own words, not the drafts before.
                if record.ending != Ending::Dropped {
                    self.drafted.clear();
                }
                self.partial.clone_from(&self.drafted);
                self.reply.clear();
                if record.ending != Ending::Dropped {
                    self.lines(record);
                }
            }
            _ => {
                if let Some(message) = aside(event) {
                    self.above(&message);
                }
            }
        }
        self.status();
    }

    fn lines(&self, record: &TurnRecord) {
        self.above(&format!("{}    {}", term::dim("you"), record.transcript));
        if record.ending == Ending::Stopped {
            return;
        }
        let cut = if record.ending == Ending::Interrupted { " …" } else { "" };
        self.above(&format!("{}  {}{cut}", term::dim("sayso"), term::bold(record.heard.trim())));
        for line in term::folded(&super::super::ask::times(record), " · ", term::COLUMNS - 7) {
            self.above(&term::dim(format!("       {line}")));
        }
    }

    fn above(&self, line: &str) {
        if self.terminal {
            println!("\r\x1b[K{line}");
        } else {
            println!("{line}");
        }
    }

    fn status(&self) {
        if !self.terminal {
            return;
        }
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
        let text = tail(text, 50).replace('\n', " ");
        print!("\r\x1b[K{} {} {text}", term::bold(state), term::dim(meter));
        // A closed terminal shows at the next whole line.
        let _ = std::io::stdout().flush();
    }
}

/// The last words of `text`, in at most `columns`; "…" stands for what is left out.
fn tail(text: &str, columns: usize) -> String {
    let length = text.chars().count();
    if length <= columns {
        return text.into();
    }
    let end: String = text.chars().skip(length + 1 - columns).collect();
    // A single word that is longer is cut where it must be.
    let words = end.split_once(' ').map_or(end.as_str(), |(_, words)| words);
    format!("…{words}")
}

/// The line for what is no part of the conversation, if that is what it is.
fn aside(event: &Event) -> Option<String> {
    match event {
        Event::Trouble { message, .. } | Event::DeviceLost { message, .. } => {
            Some(format!("! {message}"))
        }
        Event::DeviceBack { message, .. } => Some(term::dim(message)),
        _ => None,
    }
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
