//! Further recordings, from the folder that the environment variable names.

use std::path::{Path, PathBuf};

use sayso::{Error, Result};

use super::data::{VARIABLE, variable};

/// The list of its recordings.
const LIST: &str = "manifest.tsv";

/// A recording in which English is spoken.
#[derive(Debug, PartialEq, Eq)]
pub struct Further {
    /// The file as the list names it.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What kind of recording it is.
    category: String,
    /// The words that are said in it.
    transcript: String,
}

impl Further {
    /// Whether it has more than a word or two.
    pub fn is_sentence(&self) -> bool {
        self.transcript.split_whitespace().count() >= 3
    }

    /// Whether it can be said over a reply.
    pub fn is_command(&self) -> bool {
        self.category == "commands-misc-en"
    }
}

/// Those in which English is spoken and the words are known; none if the variable is not set.
///
/// # Errors
/// If the folder has no list, or one without the required columns.
pub fn further() -> Result<Vec<Further>> {
    variable().map_or_else(|| Ok(Vec::new()), |folder| list(&folder))
}

fn list(folder: &Path) -> Result<Vec<Further>> {
    let file = folder.join(LIST);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| Error::io(format!("{VARIABLE}: {}", file.display()), error))?;
    let mut rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = rows.next().unwrap_or_default();
    let column = |name: &str| {
        head.iter().position(|column| *column == name).ok_or_else(|| {
            Error::input(format!("{VARIABLE}: {}: the column {name} is missing", file.display()))
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
    fn english_recordings_with_known_words_are_used() {
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
        assert!(error.to_string().contains("the column transcript is missing"), "{error}");
        assert!(list(Path::new("/no/such")).is_err_and(|e| e.to_string().contains(VARIABLE)));
    }
}
