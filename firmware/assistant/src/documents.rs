//! The folder of documents that answer questions.

use std::time::Duration;

use sayso_skills::Documents;

use crate::config::Config;
use crate::error::{Error, Result};

/// The skill that answers from them.
const KNOWLEDGE: &str = "knowledge";
/// How often they are looked at for changes.
const LOOK: Duration = Duration::from_secs(10);

/// Reads the documents of the settings, if there are any and their skill is switched on. What is
/// wrong with them is added to `faults`. What changes is read as long as they exist.
///
/// # Errors
/// [`Input`](crate::ErrorKind::Input) when there are no data files for the language.
pub fn open(config: &Config, faults: &mut Vec<String>) -> Result<Option<Documents>> {
    let folder = &config.skills.documents;
    if folder.as_os_str().is_empty() || !config.has_skill(KNOWLEDGE) {
        return Ok(None);
    }
    let documents = Documents::new(folder, config.spoken().code());
    let documents = documents.map_err(|error| Error::input(error.to_string()))?;
    let wrong = documents.refresh().unwrap_or_default();
    faults.extend(wrong.iter().map(ToString::to_string));
    let shared = documents.downgrade();
    let watch = move || {
        loop {
            std::thread::sleep(LOOK);
            let Some(documents) = shared.upgrade() else { return };
            refresh(&documents);
        }
    };
    let thread = std::thread::Builder::new().name("documents".into());
    thread.spawn(watch).map_err(|source| Error::io("documents", source))?;
    Ok(Some(documents))
}

/// Reads what has changed.
pub fn refresh(documents: &Documents) {
    let Some(wrong) = documents.refresh() else { return };
    log::info!("the documents were read again");
    for error in wrong {
        log::warn!("{error}");
    }
}
