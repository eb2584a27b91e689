//! Finds the pieces that somebody asks for by title, artist or album.

use sayso_intents::sounds_like;

use super::library::Track;

/// The cost of a name of which only some words were said: more than that of a letter that was
/// misheard in a name that sounds alike, and less than that of another name.
const PART: u16 = 5;
/// The cost of what [`sounds_like`] counts as one.
const UNIT: u16 = 2;
/// Words of fewer letters in all do not stand for a longer name.
const SHORTEST_PART: usize = 5;
/// The cost of a piece whose artist, not its title, was named, and of one whose album was: among
/// equal names, an artist's counts first.
const BY_TITLE: u16 = 1;
const BY_ALBUM: u16 = 2;
/// How much more a mistake counts than the kind of a name.
const STEP: u16 = 4;

/// Words that names may have besides those that are said.
pub(super) struct Around<'a> {
    /// Before a name: "the", "a".
    pub articles: &'a str,
    /// Between artists, and before what is added to a title: "feat".
    pub joins: &'a str,
}

/// How well names fit what was said.
struct Heard<'a> {
    said: Vec<String>,
    around: &'a Around<'a>,
}

/// The words of a text: letters and digits in small letters, accents kept.
fn words(text: &str) -> Vec<String> {
    // An apostrophe is within a word.
    let text = text.replace(['\'', '’'], "");
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

impl<'a> Heard<'a> {
    fn new(said: &str, around: &'a Around<'a>) -> Self {
        let mut heard = Self { said: Vec::new(), around };
        heard.said = heard.bare(words(said));
        heard
    }

    /// Words without an article before them.
    fn bare(&self, mut words: Vec<String>) -> Vec<String> {
        let is_article =
            |word: &String| self.around.articles.split_whitespace().any(|article| article == word);
        if words.len() > 1 && words.first().is_some_and(is_article) {
            words.remove(0);
        }
        words
    }

    /// How badly a name fits, from 0; `None` if it is another one.
    fn cost(&self, name: &str) -> Option<u16> {
        // Without what is added: "(Live)", "[2011 Remaster]".
        let plain = name.split(['(', '[']).next().filter(|plain| !plain.trim().is_empty());
        let [whole, plain] = [Some(name), plain].map(|name| self.one(name?));
        let joined = |word: &&str| {
            let word = word.to_lowercase();
            self.around.joins.split_whitespace().any(|join| join == word.trim_matches(['.', ',']))
        };
        // One of several artists.
        let parts: Vec<&str> = name.split_whitespace().collect();
        let each = parts.split(joined_at(&joined)).filter(|part| part.len() < parts.len());
        let each = each.filter_map(|part| self.one(&part.join(" ")));
        whole.into_iter().chain(plain).chain(each).min()
    }

    fn one(&self, name: &str) -> Option<u16> {
        let name = self.bare(words(name));
        let (said, name_as_one) = (self.said.concat(), name.concat());
        if said.is_empty() || name.is_empty() {
            return None;
        }
        if said == name_as_one {
            return Some(0);
        }
        let whole = sounds_like(&self.said.join(" "), &name.join(" "));
        let word = |(said, name): (&String, &String)| {
            if said == name { Some(0) } else { sounds_like(said, name) }
        };
        let each = || -> Option<u16> {
            let same = self.said.len() == name.len();
            self.said.iter().zip(&name).filter(|_| same).map(word).sum::<Option<u16>>()
        };
        let near = whole.or_else(|| each().filter(|units| *units > 0));
        let is_part = || {
            said.len() >= SHORTEST_PART
                && name.windows(self.said.len().max(1)).any(|part| part == self.said)
        };
        let part = is_part().then_some(PART);
        near.map(|units| UNIT * units).into_iter().chain(part).min()
    }
}

/// For `slice::split`, whose closure gets references.
fn joined_at<'s>(joined: &'s dyn Fn(&&str) -> bool) -> impl FnMut(&&'s str) -> bool {
    move |word| joined(word)
}

/// Which name of the pieces was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// None: any piece will do.
    None,
    Artist,
    Title,
    Album,
}

/// The pieces that fit best: by a title, an artist or an album (`what`), and by an artist (`who`).
/// They all fit by the same kind of name.
pub(super) fn find<'t>(
    tracks: &'t [Track],
    what: Option<&str>,
    who: Option<&str>,
    around: &Around<'_>,
) -> (By, Vec<&'t Track>) {
    let [what, who] = [what, who].map(|said| said.map(|said| Heard::new(said, around)));
    let mut best = u16::MAX;
    let mut by = if who.is_some() { By::Artist } else { By::None };
    let mut found: Vec<&Track> = Vec::new();
    for track in tracks {
        let of_artist = match &who {
            Some(who) => match who.cost(&track.artist) {
                Some(cost) => cost,
                None => continue,
            },
            None => 0,
        };
        let (of, kind) = match &what {
            Some(what) => {
                let artist = what.cost(&track.artist).filter(|_| who.is_none());
                let title = what.cost(&track.title).map(|cost| STEP * cost + BY_TITLE);
                let album = what.cost(&track.album).map(|cost| STEP * cost + BY_ALBUM);
                let costs = [
                    artist.map(|cost| (STEP * cost, By::Artist)),
                    title.map(|cost| (cost, By::Title)),
                    album.map(|cost| (cost, By::Album)),
                ];
                match costs.into_iter().flatten().min_by_key(|(cost, _)| *cost) {
                    Some(best) => best,
                    None => continue,
                }
            }
            None => (0, by),
        };
        let cost = STEP * of_artist + of;
        if cost < best {
            (best, by) = (cost, kind);
            found.clear();
        }
        if cost == best {
            found.push(track);
        }
    }
    (by, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AROUND: Around<'_> = Around { articles: "the a an", joins: "and feat ft & with" };

    fn tracks() -> Vec<Track> {
        let all = [
            ("Blue Morning", "The Larks", "Dawn"),
            ("Night Train", "The Larks", "Dawn"),
            ("Blue Morning", "Ada Stone feat. Tom Reed", ""),
            ("Rain (Live at the Mill)", "Björk", "Debut"),
            ("Reed", "Quartet", ""),
            ("Larks", "Nobody", ""),
        ];
        let track = |(id, (title, artist, album)): (u32, (&str, &str, &str))| Track {
            id,
            path: "/m".into(),
            title: title.into(),
            artist: artist.into(),
            album: album.into(),
        };
        (0..).zip(all).map(track).collect()
    }

    fn ids(what: Option<&str>, who: Option<&str>) -> Vec<u32> {
        let tracks = tracks();
        find(&tracks, what, who, &AROUND).1.iter().map(|track| track.id).collect()
    }

    #[test]
    fn pieces_are_found_by_title_artist_and_album() {
        assert_eq!(ids(Some("Blue morning"), None), [0, 2]);
        assert_eq!(ids(Some("blue morning"), Some("larks")), [0]);
        assert_eq!(ids(Some("dawn"), None), [0, 1]);
        assert_eq!(ids(None, Some("The Larks")), [0, 1]);
        assert_eq!(ids(Some("larks"), None), [0, 1], "an artist counts first");
        assert_eq!(ids(None, Some("Tom Reed")), [2]);
        assert_eq!(ids(Some("rain"), None), [3]);
        assert_eq!(ids(Some("the mill"), None), Vec::<u32>::new());
        assert_eq!(ids(Some("mill live"), None), Vec::<u32>::new());
        assert_eq!(ids(Some("train"), None), [1], "a part of a title");
        assert_eq!(ids(Some("Thriller"), None), Vec::<u32>::new());
        assert_eq!(ids(Some("?"), None), Vec::<u32>::new());
        assert_eq!(ids(None, None).len(), 6);
    }

    #[test]
    fn it_is_known_which_name_was_said() {
        let tracks = tracks();
        let by = |what, who| find(&tracks, what, who, &AROUND).0;
        assert_eq!(by(Some("larks"), None), By::Artist);
        assert_eq!(by(Some("blue morning"), Some("larks")), By::Title);
        assert_eq!(by(Some("dawn"), None), By::Album);
        assert_eq!(by(None, Some("larks")), By::Artist);
        assert_eq!(by(None, None), By::None);
    }

    #[test]
    fn a_name_of_one_letter_is_no_other() {
        let mut tracks = tracks();
        tracks.push(Track { title: "x".repeat(80), ..tracks[0].clone() });
        for said in ["thriller", "sex", "my fox", "yesterday"] {
            assert_eq!(find(&tracks, Some(said), None, &AROUND).1, Vec::<&Track>::new(), "{said}");
        }
    }

    #[test]
    fn misheard_names_are_found() {
        assert_eq!(ids(Some("blew morning"), Some("the larcs")), [0]);
        assert_eq!(ids(Some("nite train"), None), [1]);
        assert_eq!(ids(None, Some("Bjork")), [3]);
        assert_eq!(ids(Some("bluemorning"), None), [0, 2]);
    }
}
