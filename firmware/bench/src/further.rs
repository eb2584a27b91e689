//! Further recordings: those of the folder that the environment names.

use std::path::{Path, PathBuf};

use sayso::{Error, Result};

/// The environment variable that names the folder; `tests/data/README.md` says how it is
/// laid out.
pub const VARIABLE: &str = "SAYSO_TEST_DATA";

/// The list of what is in it.
const LIST: &str = "manifest.tsv";

/// A recording in which English is spoken.
#[derive(Debug, PartialEq, Eq)]
pub struct Further {
    /// The file as it is listed.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What kind of recording it is.
    category: String,
    /// What is said in it.
    transcript: String,
}

impl Further {
    /// Whether more than a word or two are said.
    pub fn is_sentence(&self) -> bool {
        self.transcript.split_whitespace().count() >= 3
    }

    /// Whether it is something to say over a reply.
    pub fn is_command(&self) -> bool {
        self.category == "commands-misc-en"
    }
}

/// Those in which English is spoken and what is said is known; none where the variable is
/// not set.
///
/// # Errors
/// When the folder has no list, or one without the columns that are needed.
pub fn further() -> Result<Vec<Further>> {
    match std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
        Some(folder) => list(Path::new(&folder)),
        None => Ok(Vec::new()),
    }
}

fn list(folder: &Path) -> Result<Vec<Further>> {
    let file = folder.join(LIST);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| Error::io(format!("{VARIABLE}: {}", file.display()), error))?;
    let mut rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = rows.next().unwrap_or_default();
    let column = |name: &str| {
        head.iter().position(|column| *column == name).ok_or_else(|| {
            Error::input(format!("{VARIABLE}: {}: no column {name}", file.display()))
        })
    };
    let (path, category) = (column("path")?, column("category")?);
    let (language, transcript) = (column("lang")?, column("transcript")?);
    let mut found = Vec::new();
    for row in rows {
        let cell = |n: usize| row.get(n).copied().unwrap_or_default().to_owned();
        if cell(language) == "en" && !cell(transcript).is_empty() {
            found.push(Further {
                name: cell(path),
                path: folder.join(cell(path)),
                category: cell(category),
                transcript: cell(transcript),
            });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_in_english_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let list_of = |text: &str| {
            std::fs::write(folder.path().join(LIST), text).expect("written");
            list(folder.path())
        };
        let rows = "lang\tpath\ttranscript\tcategory\n\
            en\ta.wav\tturn it off\tcommands-misc-en\nen\tb.wav\tstop\tspeech-commands\n\
            de\tc.wav\tguten tag\tx\nen\td.wav\t\tx\n";
        let found = list_of(rows).expect("a list");
        let [a, b] = found.as_slice() else { panic!("two: {found:?}") };
        assert_eq!((&*a.name, &a.path), ("a.wav", &folder.path().join("a.wav")));
        assert!(a.is_sentence() && a.is_command());
        assert!(!b.is_sentence() && !b.is_command());
        let error = list_of("path\tlang\tcategory\n").expect_err("a column is missing");
        assert!(error.to_string().contains("no column transcript"), "{error}");
        assert!(list(Path::new("/no/such")).is_err_and(|e| e.to_string().contains(VARIABLE)));
    }
}
