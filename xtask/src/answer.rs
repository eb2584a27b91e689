//! Checks a spoken answer.

use std::path::{Path, PathBuf};
use std::process::Command;

use sayso_test_support::wer::Wer;

use crate::sh::{Result, Sh};

/// Checks what was recognised against `words`, and the speech in `answer` against the reply: at most
/// `off` percent of its words may be wrong. `turn` is the turn as it was printed.
///
/// # Errors
/// If one of the two does not match.
pub fn hear(
    sh: &Sh,
    program: &dyn Fn() -> Command,
    words: &str,
    turn: &str,
    answer: &Path,
    off: f64,
) -> Result<serde_json::Value> {
    let turn: serde_json::Value = serde_json::from_str(turn)
        .map_err(|error| format!("cannot read the printed turn: {error}"))?;
    let text = |key: &str| turn[key].as_str().unwrap_or_default();
    let (question, reply) = (text("transcript"), text("reply"));
    if Wer::of(words, question).errors > 0 {
        return Err(format!("it heard \"{question}\" instead of \"{words}\""));
    }
    let heard = sh.read(program().arg("transcribe").arg(answer))?;
    println!("reply   {reply}\nspoken  {}", heard.trim());
    if reply.is_empty() || Wer::of(reply, &heard).percent() > off {
        return Err("the spoken answer is not the reply".into());
    }
    Ok(turn)
}

/// The folder of the models.
pub fn models(sh: &Sh) -> Result<PathBuf> {
    match std::env::var_os("SAYSO_MODELS") {
        Some(models) => Ok(PathBuf::from(models)),
        None => Ok(sh.cache()?.join("sayso").join("models")),
    }
}
