//! What a piece of music says about itself.

use symphonia::core::meta::{Metadata, StandardTag};

/// The most characters of a tag that are used: a title has fewer.
const LONGEST: usize = 200;

/// The title and the like of a piece of music. A tag that is empty or missing is `None`; none has
/// control characters or line breaks in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The title.
    pub title: Option<String>,
    /// Who plays it.
    pub artist: Option<String>,
    /// The album that it is on.
    pub album: Option<String>,
}

impl Tags {
    /// The tags in a file's metadata. What was written last counts.
    pub(crate) fn of(mut metadata: Metadata<'_>) -> Self {
        let mut tags = Self::default();
        let mut by_album = None;
        loop {
            if let Some(revision) = metadata.current() {
                let of_tracks = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
                for tag in revision.media.tags.iter().chain(of_tracks) {
                    let (place, text) = match &tag.std {
                        Some(StandardTag::TrackTitle(text)) => (&mut tags.title, text),
                        Some(StandardTag::Artist(text)) => (&mut tags.artist, text),
                        Some(StandardTag::Album(text)) => (&mut tags.album, text),
                        Some(StandardTag::AlbumArtist(text)) => (&mut by_album, text),
                        _ => continue,
                    };
                    *place = plain(text).or(place.take());
                }
            }
            if metadata.pop().is_none() {
                break;
            }
        }
        tags.artist = tags.artist.or(by_album);
        tags
    }
}

/// A text in one line, without what controls a terminal; `None` if nothing is left.
fn plain(text: &str) -> Option<String> {
    let shown = text.split(|c: char| c.is_control() || c.is_whitespace());
    let words: Vec<&str> = shown.filter(|word| !word.is_empty()).collect();
    let text: String = words.join(" ").chars().take(LONGEST).collect();
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_tag_is_one_line_without_control_characters() {
        assert_eq!(plain(" Blue\tin \u{1b}[31mGreen\r\n").as_deref(), Some("Blue in [31mGreen"));
        assert_eq!(plain("\0 \n"), None);
        assert_eq!(plain(&"x".repeat(1_000)).map(|text| text.len()), Some(200));
    }
}
