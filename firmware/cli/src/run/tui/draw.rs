//! Draws a [`Model`]: a pure function of it and of the size of the terminal.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};
use sayso::internals::control::operation::Phase;
use sayso_core::turn::State;
use sayso_skills::{Coming, ComingPhase};

use super::model::{Bar, Board, Entry, Model, clean};
use super::wrap::wrapped;

/// From this size on there is room for more than the conversation.
const ROOMY: (u16, u16) = (72, 16);
/// The width of the column with boards, timers and devices.
const SIDE: u16 = 32;
/// The stages of a turn, and how each is drawn: they differ without colours as well.
const STAGES: [(&str, &str, Color); 4] = [
    ("text", "█", Color::Cyan),
    ("word", "▓", Color::Magenta),
    ("clause", "▒", Color::Yellow),
    ("sound", "░", Color::Green),
];
/// Cells of the level meter.
const METER: usize = 16;
/// The signs of a level, from quiet to loud.
const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

const HELP: [(&str, &str); 9] = [
    ("Space, Enter", "talk: listen, as after the wake phrase"),
    ("Esc, d", "dismiss: end what is said"),
    ("m", "mute, or unmute"),
    ("Tab", "the next board"),
    ("↑ ↓ PgUp PgDn", "scroll the conversation"),
    ("End", "back to the newest"),
    ("?", "this help"),
    ("q, Ctrl-C", "quit"),
    ("any key", "close this help"),
];

/// Which styles are used.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Whether colours are; bold and dim letters are used all the same.
    pub colours: bool,
}

impl Theme {
    fn paint(self, colour: Color) -> Style {
        if self.colours { Style::new().fg(colour) } else { Style::new() }
    }

    fn dim() -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    fn bold() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }
}

/// Draws everything. Returns by how many lines the conversation can be scrolled back.
pub fn draw(model: &Model, theme: Theme, frame: &mut Frame<'_>) -> usize {
    let area = frame.area();
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
            .areas(area);
    frame.render_widget(Paragraph::new(header(model, theme, area.width)), head);
    frame.render_widget(Paragraph::new(footer(model)), foot);
    let roomy = area.width >= ROOMY.0 && area.height >= ROOMY.1;
    let most = if roomy {
        let bars = model.turns.len().min(5);
        let below = if bars == 0 { 0 } else { bars as u16 + 2 };
        let [above, stages] =
            Layout::vertical([Constraint::Min(6), Constraint::Length(below)]).areas(body);
        let [left, right] =
            Layout::horizontal([Constraint::Min(30), Constraint::Length(SIDE)]).areas(above);
        let most = conversation(model, theme, frame, left, true);
        side(model, theme, frame, right);
        if bars > 0 {
            stage_bars(model, theme, frame, stages);
        }
        most
    } else {
        conversation(model, theme, frame, body, false)
    };
    if model.help {
        help(frame, area);
    }
    most
}

/// State, level, board.
fn header(model: &Model, theme: Theme, width: u16) -> Line<'static> {
    let Some(board) = model.focused() else {
        return Line::from(Span::styled(" Sayso: no boards yet", Theme::bold()));
    };
    let (word, colour) = state(board);
    let style = theme.paint(colour).add_modifier(Modifier::BOLD);
    let mut spans = vec![Span::styled(format!(" ● {word:<11}"), style)];
    spans.extend(meter(board, theme));
    spans.push(Span::raw(" "));
    spans.push(Span::styled(clean(&model.focus), Theme::bold()));
    if let Some(status) = &board.status {
        if status.muted {
            spans.push(Span::styled(
                "  MUTED",
                theme.paint(Color::Red).add_modifier(Modifier::BOLD),
            ));
        }
        if width >= ROOMY.0 {
            let volume = (status.volume * 100.0).round();
            spans.push(Span::styled(format!("  volume {volume:.0} %"), Theme::dim()));
        }
    }
    Line::from(spans)
}

/// What a board is doing, and its colour.
fn state(board: &Board) -> (&'static str, Color) {
    match board.status.as_ref().map(|status| status.phase) {
        Some(Phase::Loading) => return ("loading", Color::Yellow),
        Some(Phase::Waiting) => return ("waiting", Color::Yellow),
        Some(Phase::Open) | None => {}
    }
    match board.state {
        None => ("starting", Color::Yellow),
        Some(State::Asleep) => ("asleep", Color::DarkGray),
        Some(State::Listening) => ("listening", Color::Green),
        Some(State::Hearing) => ("hearing", Color::Cyan),
        Some(State::Thinking) => ("thinking", Color::Yellow),
        Some(State::Speaking) => ("speaking", Color::Magenta),
        Some(State::Paused) => ("paused", Color::Blue),
    }
}

/// The last levels as a row of bars; those of speech are coloured.
fn meter(board: &Board, theme: Theme) -> Vec<Span<'static>> {
    let missing = METER.saturating_sub(board.levels.len());
    let mut spans = vec![Span::raw(" ".repeat(missing))];
    let newest = board.levels.iter().skip(board.levels.len().saturating_sub(METER));
    spans.extend(newest.map(|level| {
        // −70 dBFS is the lowest bar, −14 the highest.
        let height = ((level.dbfs + 70.0) / 8.0).clamp(0.0, 7.0) as usize;
        let style = match level.speech >= 0.5 {
            true => theme.paint(Color::Green).add_modifier(Modifier::BOLD),
            false => Theme::dim(),
        };
        Span::styled(HEIGHTS[height], style)
    }));
    spans
}

fn footer(model: &Model) -> Line<'static> {
    if model.ends {
        return Line::from(Span::styled(" ending …  (Ctrl-C again: at once)", Theme::bold()));
    }
    let key = |key: &'static str| Span::styled(key, Style::new().add_modifier(Modifier::REVERSED));
    let mut spans = vec![Span::raw(" ")];
    for (name, does) in
        [("Space", " talk  "), ("Esc", " dismiss  "), ("m", " mute  "), ("q", " quit  "), ("?", "")]
    {
        spans.extend([key(name), Span::raw(does)]);
    }
    Line::from(spans)
}

fn conversation(
    model: &Model,
    theme: Theme,
    frame: &mut Frame<'_>,
    area: Rect,
    framed: bool,
) -> usize {
    let block = match framed {
        true => Block::bordered().title(" conversation "),
        false => Block::new(),
    };
    let inside = block.inner(area);
    let lines = talk(model, theme, usize::from(inside.width));
    let height = usize::from(inside.height);
    let most = lines.len().saturating_sub(height);
    let top = most - model.back.min(most);
    let shown: Vec<Line<'_>> = lines.into_iter().skip(top).take(height).collect();
    let block = match top < most {
        true if framed => block.title_bottom(" ↓ End: back to the newest "),
        _ => block,
    };
    frame.render_widget(Paragraph::new(shown).block(block), area);
    most
}

/// The lines of the conversation, with what is being said and answered now.
fn talk(model: &Model, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let several = model.boards.len() > 1;
    let mut lines = Vec::new();
    let mut say = |who: &'static str, style: Style, text: &[(&str, Style)]| {
        lines.extend(wrapped(Span::styled(format!("{who:<6} "), style), text, width));
    };
    let (you, sayso) = (theme.paint(Color::Cyan), theme.paint(Color::Magenta));
    for entry in &model.entries {
        match entry {
            Entry::Exchange { board, you: said, sayso: answer, cut } => {
                if several {
                    say("", you, &[(board, Theme::dim())]);
                }
                if !said.is_empty() {
                    say("you", you, &[(said, Style::new())]);
                }
                if !answer.is_empty() {
                    let end = if *cut { " …" } else { "" };
                    say("sayso", sayso, &[(answer, Theme::bold()), (end, Theme::dim())]);
                }
            }
            Entry::Note { text, wrong: true } => {
                let style = theme.paint(Color::Red);
                say("!", style.add_modifier(Modifier::BOLD), &[(text, style)]);
            }
            Entry::Note { text, wrong: false } => say("", you, &[(text, Theme::dim())]),
        }
    }
    if let Some(board) = model.focused() {
        if !board.partial.is_empty() {
            say("you", you, &[(&board.partial, Style::new().add_modifier(Modifier::ITALIC))]);
        }
        let to_come = board.to_come();
        if !board.spoken.is_empty() || !to_come.is_empty() {
            let gap = if board.spoken.is_empty() { "" } else { " " };
            let text =
                [(&*board.spoken, Theme::bold()), (gap, Theme::bold()), (to_come, Theme::dim())];
            say("sayso", sayso, &text);
        }
    }
    if lines.is_empty() {
        let hint = match model.focused().and_then(|board| board.state) {
            Some(State::Asleep) => "Say the wake phrase, or press the space bar.",
            Some(_) => "Speak when you like.",
            None => "",
        };
        lines.push(Line::from(Span::styled(hint, Theme::dim())));
    }
    lines
}

/// Boards, timers, devices: as many as there is room for.
fn side(model: &Model, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let width = usize::from(SIDE) - 2;
    let boards: Vec<Line<'_>> = model
        .boards
        .iter()
        .map(|(name, board)| {
            let (word, colour) = state(board);
            let mark = if *name == model.focus { "▸ " } else { "  " };
            let word = if board.is_muted() { "muted" } else { word };
            row(&format!("{mark}{name}"), Span::styled(word, theme.paint(colour)), width)
        })
        .collect();
    let timers: Vec<Line<'_>> = model
        .coming
        .iter()
        .map(|coming| row(&coming.label, Span::styled(left(coming), Theme::bold()), width))
        .collect();
    let devices: Vec<Line<'_>> = model
        .devices
        .iter()
        .map(|device| row(&device.name, Span::styled(clean(&device.shown), Theme::dim()), width))
        .collect();
    let parts = [(" boards ", boards), (" timers ", timers), (" devices ", devices)];
    let mut rest = area;
    for (title, lines) in parts {
        if lines.is_empty() || rest.height < 3 {
            continue;
        }
        let height = (lines.len() as u16).saturating_add(2).min(rest.height);
        let [here, below] =
            Layout::vertical([Constraint::Length(height), Constraint::Min(0)]).areas(rest);
        frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(title)), here);
        rest = below;
    }
}

/// A name on the left and a value on the right.
fn row(name: &str, value: Span<'static>, width: usize) -> Line<'static> {
    let room = width.saturating_sub(value.width() + 1);
    let mut name = clean(name);
    while Span::raw(&*name).width() > room && name.pop().is_some() {}
    let gap = width.saturating_sub(Span::raw(&*name).width() + value.width());
    Line::from(vec![Span::raw(name), Span::raw(" ".repeat(gap)), value])
}

/// The time until something rings: "4:05", "1:02:00".
fn left(coming: &Coming) -> String {
    let (minutes, seconds) = (coming.left_s / 60, coming.left_s % 60);
    let text = match minutes / 60 {
        0 => format!("{minutes}:{seconds:02}"),
        1..=23 => format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60),
        hours => format!("{} d {} h", hours / 24, hours % 24),
    };
    match coming.phase {
        ComingPhase::Waits => text,
        ComingPhase::Paused => format!("paused {text}"),
        ComingPhase::Rings => "rings".to_owned(),
    }
}

/// A bar for each of the last turns, all to the same scale.
fn stage_bars(model: &Model, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut title = vec![Span::raw(" time to the first sound: ")];
    for (name, sign, colour) in STAGES {
        title.push(Span::styled(sign, theme.paint(colour)));
        title.push(Span::raw(format!(" {name}  ")));
    }
    let block = Block::bordered().title(Line::from(title));
    let inside = block.inner(area);
    let bars: Vec<&Bar> = model.turns.iter().rev().take(usize::from(inside.height)).collect();
    let longest = bars.iter().map(|bar| bar.whole()).fold(1.0, f64::max);
    // What is written after the bar.
    const TAIL: usize = 36;
    let cells = usize::from(inside.width).saturating_sub(TAIL);
    let lines: Vec<Line<'_>> = bars
        .iter()
        .rev()
        .map(|bar| {
            let mut spans = Vec::new();
            let (mut sum, mut drawn) = (0.0, 0);
            for (ms, (_, sign, colour)) in bar.stages.iter().zip(STAGES) {
                sum += ms;
                let end = ((sum / longest) * cells as f64).round() as usize;
                spans.push(Span::styled(
                    sign.repeat(end.saturating_sub(drawn)),
                    theme.paint(colour),
                ));
                drawn = drawn.max(end);
            }
            spans.push(Span::raw(format!(" {:.0} ms", bar.whole())));
            if let Some(latency) = bar.voice_to_voice {
                spans
                    .push(Span::styled(format!(" · voice to voice {latency:.0} ms"), Theme::dim()));
            }
            Line::from(spans)
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn help(frame: &mut Frame<'_>, area: Rect) {
    let lines: Vec<Line<'_>> = HELP
        .iter()
        .map(|(key, does)| {
            Line::from(vec![Span::styled(format!(" {key:<14}"), Theme::bold()), Span::raw(*does)])
        })
        .collect();
    let width = 56.min(area.width);
    let height = (HELP.len() as u16 + 2).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 2;
    let place = Rect::new(x, y, width, height);
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(" keys ")), place);
}
