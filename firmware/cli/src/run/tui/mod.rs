//! `sayso run --tui`: a screen with the conversation, the level, boards, timers, and stage times.
//!
//! [`model`] is what it shows, and what keys do; [`draw`] draws that. Both are pure. Only this file
//! and [`terminal`] know a terminal.

mod draw;
mod model;
mod terminal;
#[cfg(test)]
mod tests;
mod wrap;

use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::crossterm::event::{self, Event as Input};
use sayso::internals::control::Hub;
use sayso::internals::control::operation::{Operation, Request};
use sayso::internals::skills::{SharedSkills, wall_now};
use sayso::{Event, Result, Stop};

use self::draw::{Theme, draw};
use self::model::{Model, Wish};
use self::terminal::Screenful;
use super::screen::Display;

pub use self::terminal::restore;

/// The time between two pictures, at least.
const PICTURE: Duration = Duration::from_millis(40);
/// The time between two looks at boards, timers and devices.
const LOOK: Duration = Duration::from_millis(250);

/// The screen.
pub struct Tui {
    screen: Screenful,
    model: Model,
    theme: Theme,
    hub: Hub,
    skills: SharedSkills,
    stop: Stop,
    drawn: Option<Instant>,
    looked: Option<Instant>,
}

impl Tui {
    /// Takes the terminal.
    ///
    /// # Errors
    /// As [`Screenful::new`].
    pub fn new(hub: Hub, skills: SharedSkills, stop: Stop) -> Result<Self> {
        let theme = Theme { colours: std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty()) };
        let screen = Screenful::new()?;
        let model = Model::default();
        Ok(Self { screen, model, theme, hub, skills, stop, drawn: None, looked: None })
    }

    /// Carries out what the keys ask for. Returns whether any was pressed.
    fn keys(&mut self) -> std::io::Result<bool> {
        let mut any = false;
        while event::poll(Duration::ZERO)? {
            any = true;
            // A change of the size is noticed when the next picture is drawn.
            if let Input::Key(key) = event::read()?
                && let Some(wish) = self.model.key(key)
            {
                self.wish(wish);
            }
        }
        Ok(any)
    }

    fn wish(&mut self, wish: Wish) {
        let operation = match wish {
            Wish::Talk => Operation::Listen {},
            Wish::Dismiss => Operation::Stop {},
            Wish::Mute(true) => Operation::Mute {},
            Wish::Mute(false) => Operation::Unmute {},
            Wish::Quit => return self.quit(),
        };
        let board = Some(self.model.focus.clone()).filter(|board| !board.is_empty());
        if let Some(error) = self.hub.answer(&Request { board, operation }).error {
            self.model.note(&error, true);
        }
        // What it changes is seen at once.
        self.looked = None;
    }

    /// The first time asks for a clean end, the second time ends the program at once.
    fn quit(&mut self) {
        if self.stop.is_stopped() {
            restore();
            std::process::exit(130);
        }
        self.stop.stop();
    }
}

/// Whether it is time again.
fn is_due(last: Option<Instant>, every: Duration) -> bool {
    last.is_none_or(|last| last.elapsed() >= every)
}

impl Display for Tui {
    fn show(&mut self, board: &str, event: &Event) {
        self.model.take(board, event);
    }

    fn listening(&mut self, address: &str) {
        self.model.note(&format!("listening at {address}"), false);
    }

    fn patience(&self) -> Duration {
        PICTURE
    }

    fn refresh(&mut self) {
        for line in self.screen.notes() {
            self.model.note(&line, true);
        }
        // If the terminal is closed, its end is noticed as a signal.
        let pressed = self.keys().unwrap_or(false);
        self.model.ends = self.stop.is_stopped();
        if is_due(self.looked, LOOK) {
            self.looked = Some(Instant::now());
            self.model.status(self.hub.status());
            self.model.overview(self.skills.overview(&wall_now()));
        }
        if pressed || is_due(self.drawn, PICTURE) {
            self.drawn = Some(Instant::now());
            let mut most = 0;
            let draw = |frame: &mut Frame<'_>| most = draw(&self.model, self.theme, frame);
            let _ = self.screen.terminal.draw(draw);
            self.model.back = self.model.back.min(most);
        }
    }
}
