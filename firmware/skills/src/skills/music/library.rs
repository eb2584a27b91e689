//! The pieces of music that there are.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

/// A piece of music.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Its number, which no other piece has while the program runs.
    pub id: u32,
    /// Its file.
    pub path: PathBuf,
    /// Its title.
    pub title: String,
    /// Who plays it; "" if that is not known.
    pub artist: String,
    /// The album that it is on; "" if that is not known.
    pub album: String,
}

impl Track {
    /// The piece in a file. What its tags (title, artist, album) do not say follows from its name,
    /// `within` the folder of all music: `Artist/Album/Title.mp3`, `Artist - Title.mp3`,
    /// `Artist - Album - 03 - Title.mp3`.
    pub fn new(id: u32, path: PathBuf, within: &Path, tags: [Option<String>; 3]) -> Self {
        let mut folders: Vec<String> = within.iter().map(spoken).collect();
        let stem = within.file_stem().map(spoken).unwrap_or_default();
        folders.pop();
        let mut parts: Vec<&str> = stem.split(" - ").map(str::trim).collect();
        // The number of a piece on its album.
        parts.retain(|part| part.is_empty() || !part.chars().all(|c| c.is_ascii_digit()));
        let named_title = parts.pop().map(without_number).unwrap_or_default();
        let mut parts = parts.into_iter().map(|part| without_number(part).to_owned());
        let mut folders = folders.into_iter();
        let (artist, album) = match (parts.next(), parts.next()) {
            (Some(artist), album) => (Some(artist), album.or_else(|| folders.nth(1))),
            (None, _) => (folders.next(), folders.next()),
        };
        let tags = tags.map(|tag| tag.map(spoken).filter(|tag| !tag.is_empty()));
        let [title_tag, artist_tag, album_tag] = tags;
        let title = title_tag.unwrap_or_else(|| named_title.to_owned());
        Self {
            id,
            path,
            title: if title.is_empty() { stem } else { title },
            artist: artist_tag.or(artist).unwrap_or_default(),
            album: album_tag.or(album).unwrap_or_default(),
        }
    }
}

/// A tag or a part of a path, as it is said: in one line, without characters that control a
/// terminal.
fn spoken(part: impl AsRef<std::ffi::OsStr>) -> String {
    let text = part.as_ref().to_string_lossy();
    let words = text.split(|c: char| c == '_' || c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A name without the number of the piece before it: "03 Title", "3. Title". A number that is all
/// or a part of the name stays: "99 Luftballons" has three digits at most, and no dot or zero.
fn without_number(name: &str) -> &str {
    let digits = name.chars().take_while(char::is_ascii_digit).count();
    let rest = name.get(digits..).unwrap_or_default();
    let marked = rest.starts_with(['.', ')', '-']) || name.starts_with('0');
    let after = rest.trim_start_matches(['.', ')', '-', ' ']);
    if (1..=3).contains(&digits) && marked && !after.is_empty() { after } else { name }
}

/// All pieces of music, in the order of their files. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Library(Arc<RwLock<Shelf>>);

#[derive(Clone, Debug, Default)]
struct Shelf {
    tracks: Arc<[Track]>,
    whole: bool,
}

impl Library {
    /// Replaces the pieces. `whole` says whether these are all, or more are being looked for.
    pub fn set(&self, tracks: Vec<Track>, whole: bool) {
        let tracks = tracks.into();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Shelf { tracks, whole };
    }

    /// The pieces that are known.
    pub fn tracks(&self) -> Arc<[Track]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).tracks)
    }

    /// Whether all have been looked at.
    pub fn is_whole(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(within: &str, tags: [Option<&str>; 3]) -> [String; 3] {
        let tags = tags.map(|tag| tag.map(str::to_owned));
        let track = Track::new(1, PathBuf::from("/music").join(within), Path::new(within), tags);
        [track.title, track.artist, track.album]
    }

    #[test]
    fn names_follow_from_files_and_folders() {
        for (within, expected) in [
            ("The Larks - Blue Morning.mp3", ["Blue Morning", "The Larks", ""]),
            ("The_Larks/Dawn/03_Blue_Morning.ogg", ["Blue Morning", "The Larks", "Dawn"]),
            ("The Larks/3. Blue Morning.flac", ["Blue Morning", "The Larks", ""]),
            ("The Larks - Dawn - 03 - Blue Morning.wav", ["Blue Morning", "The Larks", "Dawn"]),
            ("03 - Blue Morning.mp3", ["Blue Morning", "", ""]),
            ("99 Balloons.mp3", ["99 Balloons", "", ""]),
            ("1984.mp3", ["1984", "", ""]),
            ("12.mp3", ["12", "", ""]),
        ] {
            assert_eq!(named(within, [None; 3]), expected, "{within}");
        }
    }

    #[test]
    fn tags_count_more_than_names() {
        let tags = [Some("Night"), None, Some("Dusk")];
        assert_eq!(named("Larks/Dawn/01 Morning.mp3", tags), ["Night", "Larks", "Dusk"]);
    }

    #[test]
    fn names_control_no_terminal() {
        let tags = [Some("Ni\u{1b}[31mght\u{7}"), Some("\0\r\n"), None];
        let names = named("La\u{1b}rks/Da\nwn/01 Morning.mp3", tags);
        assert_eq!(names, ["Ni [31mght", "La rks", "Da wn"]);
    }
}
