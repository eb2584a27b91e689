//! Arithmetic, percentages and units, by the library `fend-core`.

use std::sync::atomic::{AtomicUsize, Ordering};

use fend_core::{Context, Interrupt, evaluate_with_interrupt};
use sayso_intents::{Grammar, Home};

use crate::expression::{Unit, Words, Written};
use crate::language::Texts;
use crate::plan::{Claim, Command, Said, Scene, Slots};
use crate::skill::Skill;

/// The number of looks after which a calculation is given up: many times what ordinary ones take.
const MOST: usize = 20_000;

/// The most digits that are said.
const DIGITS: usize = 15;

/// The skill.
#[derive(Debug)]
pub struct Calculator {
    words: Words,
    /// The words around an expression.
    frames: Grammar,
    home: Home,
}

/// A limit on the work, so that a claim is quick.
#[derive(Default)]
struct Limit(AtomicUsize);

impl Interrupt for Limit {
    fn should_interrupt(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) > MOST
    }
}

/// The result of a calculation.
enum Outcome {
    Number(f64),
    /// A whole number with more digits than are said.
    Long(usize),
    ByZero,
}

impl Calculator {
    /// With the words of a language.
    pub fn new(words: Words, frames: Grammar) -> Self {
        Self { words, frames, home: Home::default() }
    }

    /// The expression in the slots: a whole one, or two parts and the sign between them.
    fn written(&self, slots: &Slots) -> Option<Written> {
        let part = |slot: &str| self.words.expression(slots.get(slot)?.as_str()?);
        let Some(sign) = slots.get("sign") else { return part("expression") };
        let (first, second) = (part("first")?.text, part("second")?.text);
        let text = match sign.as_str()? {
            "off" => format!("(100 - ({first})) % of ({second})"),
            sign => format!("({first}) {sign} ({second})"),
        };
        Some(Written { text, calculates: true })
    }

    fn convert(&self, slots: &Slots, texts: &Texts) -> Option<String> {
        let text = |slot: &str| slots.get(slot)?.as_str();
        let unit = self.words.unit(text("to")?)?;
        let from = self.words.quantity(text("from")?)?;
        match calculated(&format!("{from} to {}", unit.written))? {
            Outcome::Number(number) => Some(said(number, Some(unit), texts)),
            Outcome::Long(_) | Outcome::ByZero => None,
        }
    }
}

/// The result of an expression, in words and as a number.
fn calculate(written: &str, texts: &Texts) -> Option<(String, Option<f64>)> {
    Some(match calculated(written)? {
        Outcome::Number(number) => (said(number, None, texts), Some(number)),
        Outcome::Long(digits) => {
            let digits = i64::try_from(digits).ok()?;
            (texts.get("calculator-long", [("digits", digits.into())]), None)
        }
        Outcome::ByZero => (texts.get("calculator-zero", []), None),
    })
}

/// The command that an expression is, with the result as a slot for what follows, and the answer.
fn solved(written: &str, texts: &Texts) -> Option<(Command, String)> {
    let (said, result) = calculate(written, texts)?;
    let mut slots = Slots::from([("written".to_owned(), written.into())]);
    slots.extend(result.map(|result| ("result".to_owned(), result.into())));
    Some((Command::new("SaysoCalculate", slots), said))
}

/// Calculates. `None` if it is no calculation, or takes too long.
fn calculated(written: &str) -> Option<Outcome> {
    let result = match evaluate_with_interrupt(written, &mut Context::new(), &Limit::default()) {
        Ok(result) => result,
        Err(error) => return error.contains("by zero").then_some(Outcome::ByZero),
    };
    let shown = result.get_main_result();
    let number = shown
        .split_whitespace()
        .find(|part| part.starts_with(|c: char| c.is_ascii_digit() || c == '-'))?;
    let digits = number.trim_start_matches('-').chars().count();
    if number.chars().all(|c| c.is_ascii_digit() || c == '-') && digits > DIGITS {
        return Some(Outcome::Long(digits));
    }
    let number = number.trim_end_matches(|c: char| !c.is_ascii_digit());
    Some(Outcome::Number(number.parse().ok()?))
}

/// A number for the ear: exact if it is short, otherwise rounded, and then it says so.
fn said(number: f64, unit: Option<Unit>, texts: &Texts) -> String {
    let size = number.abs();
    let places = match size {
        _ if size == 0.0 => 0,
        100.0.. if unit.is_some() => 0,
        10.0.. if unit.is_some() => 1,
        1.0.. => 2,
        // Three digits that are not zero.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        _ => (2.0 - size.log10().floor()).clamp(0.0, 12.0) as usize,
    };
    let mut shown = format!("{number:.places$}");
    if shown.contains('.') {
        shown.truncate(shown.trim_end_matches('0').trim_end_matches('.').len());
    }
    let rounded: f64 = shown.parse().unwrap_or(number);
    // The last digits of a binary fraction are not what was rounded.
    let exact = (rounded - number).abs() <= size * 1e-9;
    let one = rounded == 1.0;
    let result = match unit {
        Some(unit) => format!("{shown} {}", if one { unit.one } else { unit.many }),
        None => shown,
    };
    let id = if exact { "calculator-is" } else { "calculator-about" };
    texts.get(id, [("result", result.into())])
}

impl Skill for Calculator {
    type Action = ();
    const NAME: &'static str = "calculator";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<()>> {
        let said = match command.intent.as_str() {
            "SaysoConvert" => self.convert(&command.slots, scene.texts),
            "SaysoCalculate" => Some(calculate(command.text("written")?, scene.texts)?.0),
            _ => None,
        };
        said.map(Claim::Say)
    }

    /// What follows a result: "and times three", "and in ounces".
    fn complete(&self, command: &Command, scene: &Scene<'_>) -> Option<Command> {
        let last = scene.last_of(Self::NAME)?;
        match command.intent.as_str() {
            "SaysoConvert" => Some(last.with(&command.slots)),
            "SaysoCalculate" => {
                let result = last.slots.get("result")?.as_f64()?.to_string();
                let written = self.words.continued(&result, command.text("then")?)?;
                solved(&written.text, scene.texts).map(|(command, _)| command)
            }
            _ => None,
        }
    }

    fn claim_text(&self, text: &str, scene: &Scene<'_>) -> Option<(Command, Claim<()>)> {
        let context = sayso_intents::Context::default();
        let matches = self.frames.exact_matches(&self.home, &context, text);
        matches.into_iter().find_map(|found| {
            if &*found.intent == "SaysoConvert" {
                let said = self.convert(&found.slots, scene.texts)?;
                return Some((Command::new(&found.intent, found.slots), Claim::Say(said)));
            }
            let written = self.written(&found.slots)?;
            let (command, said) =
                solved(&written.text, scene.texts).filter(|_| written.calculates)?;
            Some((command, Claim::Say(said)))
        })
    }

    fn act(&mut self, (): (), _: &Scene<'_>) -> Said {
        Said::default()
    }
}
