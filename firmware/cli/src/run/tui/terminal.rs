//! The terminal while the screen has it, and as it was afterwards.
//!
//! What the program and its libraries write to stderr meanwhile would destroy the screen. It goes
//! through a pipe to the screen instead, and is written to stderr when the screen is gone.

use std::io::{BufRead, BufReader, IsTerminal, PipeReader, Read, Stdout, stdout};
#[cfg(unix)]
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, bounded};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use sayso::{Error, ErrorKind, Result};

use crate::term;

/// Lines that may wait to be shown; more are lost.
const WAITING: usize = 256;
/// The longest line that is read, in bytes.
const LONGEST: u64 = 4_096;
/// Lines that are written again at the end.
const KEPT: usize = 100;

/// What must be given back; `None` while the terminal is as it was.
static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);

struct Taken {
    /// The program's stderr, if it goes to the screen now.
    #[cfg(unix)]
    stderr: Option<OwnedFd>,
}

/// The terminal in use.
pub struct Screenful {
    /// Where to draw.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
    lines: Option<Receiver<String>>,
    kept: Vec<String>,
}

impl Screenful {
    /// Takes the terminal.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) when stdout is no terminal; [`Io`](ErrorKind::Io) when it cannot
    /// be controlled.
    pub fn new() -> Result<Self> {
        if !stdout().is_terminal() {
            return Err(Error::input(
                "--tui: the output is no terminal, so nothing can be drawn there. Leave --tui \
                 away, or run it in a terminal",
            ));
        }
        let failed = |error: std::io::Error| {
            let message = format!("--tui: the terminal cannot be controlled: {error}");
            Error::new(ErrorKind::Io, message).with_source(error)
        };
        // Only a terminal would be drawn over.
        #[cfg(unix)]
        let (stderr, lines) = match std::io::stderr().is_terminal() {
            true => {
                let (stderr, lines) = captured().map_err(failed)?;
                (Some(stderr), Some(lines))
            }
            false => (None, None),
        };
        #[cfg(not(unix))]
        let lines = None;
        let taken = Taken {
            #[cfg(unix)]
            stderr,
        };
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken);
        let begin = || {
            enable_raw_mode()?;
            execute!(stdout(), EnterAlternateScreen)?;
            Terminal::new(CrosstermBackend::new(stdout()))
        };
        match begin() {
            Ok(terminal) => Ok(Self { terminal, lines, kept: Vec::new() }),
            Err(error) => {
                restore();
                Err(failed(error))
            }
        }
    }

    /// The lines that were written to stderr since the last call.
    pub fn notes(&mut self) -> Vec<String> {
        let lines: Vec<String> = self.lines.iter().flat_map(Receiver::try_iter).collect();
        self.kept.extend(lines.iter().cloned());
        self.kept.drain(..self.kept.len().saturating_sub(KEPT));
        lines
    }
}

impl Drop for Screenful {
    fn drop(&mut self) {
        restore();
        // The reader may still hold the last lines, such as the message of a panic.
        if let Some(lines) = self.lines.take() {
            self.kept.extend(lines.iter());
        }
        self.kept.iter().for_each(|line| eprintln!("{line}"));
    }
}

/// Gives the terminal back, if the screen has it. May be called from any thread, at any time.
pub fn restore() {
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(taken) = taken else { return };
    // Nothing can be done if the terminal is gone.
    let _ = disable_raw_mode();
    let _ = execute!(stdout(), LeaveAlternateScreen, Show);
    #[cfg(unix)]
    if let Some(stderr) = taken.stderr {
        let _ = rustix::stdio::dup2_stderr(&stderr);
    }
    #[cfg(not(unix))]
    drop(taken);
}

/// Puts a pipe in the place of stderr. Returns the old stderr, and the lines that come through the
/// pipe.
#[cfg(unix)]
fn captured() -> std::io::Result<(OwnedFd, Receiver<String>)> {
    let stderr = std::io::stderr().as_fd().try_clone_to_owned()?;
    let (reader, writer) = std::io::pipe()?;
    let (to_screen, lines) = bounded(WAITING);
    std::thread::Builder::new().name("stderr".into()).spawn(move || forward(reader, &to_screen))?;
    rustix::stdio::dup2_stderr(&writer)?;
    Ok((stderr, lines))
}

/// Passes lines on until nobody can write any more.
fn forward(reader: PipeReader, to_screen: &Sender<String>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while let Ok(1..) = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
        let text = term::plain(String::from_utf8_lossy(&line).trim_end());
        // If the screen does not keep up, it has other problems.
        let _ = to_screen.try_send(text);
        line.clear();
    }
}
