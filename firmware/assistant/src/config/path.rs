//! A setting that is a path: `#[serde(with = "path")]`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serializer};

/// Writes a path as text, because TOML and JSON hold only text. Bytes that are not UTF-8 are
/// replaced.
pub fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&path.display())
}

/// Reads a path. It may begin with `~`.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    PathBuf::deserialize(from).map(|path| expanded(&path))
}

/// Expands `~` and `~/…` as a shell does, because no shell expands settings.
pub fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home,
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

/// A program and its arguments, each of which may be a path: `#[serde(with = "words")]`.
pub mod words {
    use std::path::Path;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::expanded;

    /// Writes the words.
    pub fn serialize<S: Serializer>(words: &[String], to: S) -> Result<S::Ok, S::Error> {
        words.serialize(to)
    }

    /// Reads words. Each may begin with `~`.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
        let words = Vec::<String>::deserialize(from)?;
        let path = |word: String| match word.starts_with('~') {
            true => expanded(Path::new(&word)).to_string_lossy().into_owned(),
            false => word,
        };
        Ok(words.into_iter().map(path).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_begin_at_home() {
        let home = std::env::home_dir().expect("a home");
        assert_eq!(expanded(Path::new("~/a/b")), home.join("a/b"));
        assert_eq!(expanded(Path::new("~")), home);
        for same in ["/a/~/b", "~ann/b", "a~", ""] {
            assert_eq!(expanded(Path::new(same)), Path::new(same));
        }
    }
}
