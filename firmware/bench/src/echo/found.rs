//! What was detected, and its figures.

use super::super::figures::{Figures, Sheet};
use super::{ECHO_DB, How, NEAR_DB};

/// What was detected at one level of echo.
#[derive(Default)]
pub struct Level {
    /// Starts of speech that were reported while only the assistant spoke.
    pub starts: u32,
    /// Those that were taken for an interruption: words, and not its own.
    pub interrupted: u32,
    /// The length of that speech.
    pub seconds: f64,
    /// For each level of [`NEAR_DB`], whether each interruption was noticed.
    pub caught: [Vec<bool>; NEAR_DB.len()],
}

/// Everything that was detected.
pub struct Found {
    /// Echo return loss enhancement in the first second of the first reply.
    pub first: Figures,
    /// The same after 5 s.
    pub converged: Figures,
    /// How long it took to notice an interruption.
    pub noticed: Figures,
    /// For each level of [`ECHO_DB`], one for each [`How`].
    levels: [[Level; How::ALL.len()]; ECHO_DB.len()],
}

impl Default for Found {
    fn default() -> Self {
        Self {
            first: Figures::new("erle_first_second_db"),
            converged: Figures::new("erle_converged_db"),
            noticed: Figures::new("noticed_after_ms"),
            levels: Default::default(),
        }
    }
}

impl Found {
    /// What was detected at the level number `level`.
    pub fn at(&mut self, level: usize, how: How) -> &mut Level {
        &mut self.levels[level][how as usize]
    }

    /// Converts it to figures. The share of interruptions noticed is given for each of their
    /// levels over all paths and, with cancellation, also for each level of echo.
    pub fn sheet(self) -> Sheet {
        let Self { first, converged, noticed, levels } = self;
        let mut sheet = Sheet::new("echo").with(first).with(converged).with(noticed);
        for how in How::ALL {
            let of = how.prefix();
            let all = || levels.iter().map(|level| &level[how as usize]);
            let minutes = all().map(|level| level.seconds).sum::<f64>() / 60.0;
            let starts: u32 = all().map(|level| level.starts).sum();
            let interrupted: u32 = all().map(|level| level.interrupted).sum();
            if minutes > 0.0 {
                sheet = sheet
                    .value(format!("{of}own_speech_min"), minutes)
                    .count(format!("{of}heard_itself"), starts.into())
                    .count(format!("{of}interrupted_itself"), interrupted.into());
            }
            for (n, near) in NEAR_DB.iter().enumerate() {
                let caught = all().flat_map(|level| &level.caught[n]);
                sheet = sheet.value(format!("{of}caught_at_{near}_db_percent"), percent(caught));
            }
        }
        for (echo, level) in ECHO_DB.iter().zip(&levels) {
            let level = &level[How::Cancelled as usize];
            sheet = sheet.count(format!("echo_{echo}_db_heard_itself"), level.starts.into());
            for (near, caught) in NEAR_DB.iter().zip(&level.caught) {
                let name = format!("echo_{echo}_db_caught_at_{near}_db_percent");
                sheet = sheet.value(name, percent(caught.iter()));
            }
        }
        sheet
    }
}

fn percent<'a>(caught: impl Iterator<Item = &'a bool>) -> f64 {
    let (caught, all) = caught.fold((0, 0), |(caught, all), is| (caught + u32::from(*is), all + 1));
    100.0 * f64::from(caught) / f64::from(all)
}
