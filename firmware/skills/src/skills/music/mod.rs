//! Music from a folder: which pieces are meant, and what the player is told.

mod find;
mod library;

use serde::{Deserialize, Serialize};

pub use self::library::{Library, Track};

use self::find::{Around, By, find};
use crate::language::Texts;
use crate::plan::{Claim, Command, Effect, Said, Scene, Slots};
use crate::skill::Skill;

/// The most pieces that are played one after the other.
const MOST: usize = 500;
/// Among more than these, nobody is asked which was meant.
const FEW: usize = 4;
/// More words are hardly the name of a piece.
const LONGEST_NAME: usize = 8;

/// What a player is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MusicOrder {
    /// Play these, one after the other, instead of what is played.
    Play(Vec<Track>),
    /// Stop for now.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Play the next piece.
    Next,
    /// Play the piece before this one; if there is none, this one from its beginning.
    Previous,
    /// Stop, and forget what was to be played.
    Stop,
}

/// What the music player at a board does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Deck {
    /// The piece that is played, or paused.
    pub track: Option<Track>,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether another piece comes after it.
    pub has_next: bool,
}

/// The skill: it plays the music in this library.
#[derive(Debug)]
pub struct Music(pub Library);

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Plays the pieces with these numbers.
    Play(Vec<u32>),
    /// Stops for now.
    Pause,
    /// Goes on after a pause.
    Resume,
    /// Plays the next piece.
    Next,
    /// Plays the piece before.
    Previous,
    /// Stops.
    Stop,
}

impl Music {
    /// What somebody wants to hear. `None` if there is no such music.
    fn play(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        let texts = scene.texts;
        let (what, who) = (command.text("search_query"), command.text("artist"));
        let tracks = self.0.tracks();
        let any = what.is_none() && who.is_none();
        let [articles, joins] = ["music-articles", "music-joins"].map(|id| texts.get(id, []));
        let around = Around { articles: &articles, joins: &joins };
        let (by, mut found) = find(&tracks, what, who, &around);
        if scene.situation.music.is_none() {
            let here = any || !found.is_empty();
            return here.then(|| Claim::Say(texts.get("music-not-here", [])));
        }
        if found.is_empty() {
            return any.then(|| Claim::Say(nothing(&self.0, texts)));
        }
        if by == By::Title
            && let Some(claim) = which(&found, command, texts)
        {
            return Some(claim);
        }
        let (first, one) = (found.first()?, found.len() == 1);
        let artist = (!any && found.iter().all(|track| track.artist == first.artist))
            .then_some(first.artist.as_str())
            .filter(|artist| !artist.is_empty());
        let title = found.iter().all(|track| track.title == first.title);
        let album = found.iter().all(|track| track.album == first.album)
            && found.iter().any(|track| track.artist != first.artist || !title)
            && by == By::Album
            && !first.album.is_empty();
        let say = match (artist, one || title) {
            (Some(artist), true) => {
                let values = [("title", first.title.as_str().into()), ("artist", artist.into())];
                texts.get("music-plays-by", values)
            }
            (None, true) => texts.get("music-plays", [("title", first.title.as_str().into())]),
            _ if album => texts.get("music-plays", [("title", first.album.as_str().into())]),
            _ if by == By::Title => {
                let n = i64::try_from(found.len()).unwrap_or(i64::MAX);
                let name = what.unwrap_or_default();
                texts.get("music-plays-several", [("n", n.into()), ("name", name.into())])
            }
            (Some(artist), false) => texts.get("music-plays-artist", [("artist", artist.into())]),
            (None, false) => texts.get("music-plays-some", []),
        };
        if !album && !title {
            // Another order each time.
            let seed = u64::try_from(scene.now.timestamp().as_millisecond()).unwrap_or_default();
            fastrand::Rng::with_seed(seed).shuffle(&mut found);
        }
        let ids = found.iter().take(MOST).map(|track| track.id).collect();
        Some(Claim::Do { action: Action::Play(ids), say: Some(say) })
    }

    /// A change of what is played. Without music, it is for the skill only if it names music.
    fn change(command: &Command, scene: &Scene<'_>, action: Action) -> Option<Claim<Action>> {
        let named = command.slots.contains_key("music");
        let say = |id: &str| Some(Claim::Say(scene.texts.get(id, [])));
        let Some(deck) = &scene.situation.music else {
            return if named { say("music-not-here") } else { None };
        };
        match (&action, &deck.track, deck.paused) {
            (_, None, _) => named.then(|| Claim::Say(scene.texts.get("music-silent", []))),
            (Action::Pause, _, true) | (Action::Resume, _, false) if !named => None,
            (Action::Next, ..) if !deck.has_next => say("music-last"),
            _ => Some(Claim::Do { action, say: None }),
        }
    }
}

/// What is said if there is no music at all, or not yet.
fn nothing(library: &Library, texts: &Texts) -> String {
    texts.get(if library.is_whole() { "music-none" } else { "music-not-yet" }, [])
}

/// Asks which of several pieces with a title that was said is meant, if they are few. Pieces with the
/// same title by the same artist are not told apart: they are played one after the other.
fn which(found: &[&Track], command: &Command, texts: &Texts) -> Option<Claim<Action>> {
    let first = found.first()?;
    let titles = found.iter().all(|track| track.title == first.title);
    let label = |track: &Track| if titles { track.artist.clone() } else { track.title.clone() };
    let mut choices: Vec<(String, Command)> = Vec::new();
    for track in found {
        let label = label(track);
        if label.is_empty() || choices.iter().any(|(known, _)| *known == label) {
            continue;
        }
        let slots = [("search_query", &track.title), ("artist", &track.artist)];
        let slots = slots.into_iter().filter(|(_, name)| !name.is_empty());
        let slots: Slots =
            slots.map(|(slot, name)| (slot.to_owned(), name.as_str().into())).collect();
        choices.push((label, command.with(&slots)));
    }
    if !(2..=FEW).contains(&choices.len()) {
        return None;
    }
    let labels: Vec<String> = choices.iter().map(|(label, _)| label.clone()).collect();
    let question = texts.get("which", [("choices", texts.or(&labels).into())]);
    Some(Claim::Which { question, choices })
}

impl Skill for Music {
    type Action = Action;
    const NAME: &'static str = "music";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        match command.intent.as_str() {
            "HassMediaSearchAndPlay" => self.play(command, scene),
            "HassMediaPause" => Self::change(command, scene, Action::Pause),
            "HassMediaUnpause" => Self::change(command, scene, Action::Resume),
            "HassMediaNext" => Self::change(command, scene, Action::Next),
            "HassMediaPrevious" => Self::change(command, scene, Action::Previous),
            "SaysoMusicStop" => Self::change(command, scene, Action::Stop),
            "SaysoMusicPlaying" => {
                let track = scene.situation.music.as_ref().and_then(|deck| deck.track.as_ref());
                let texts = scene.texts;
                Some(Claim::Say(match track {
                    None => texts.get("music-silent", []),
                    Some(track) if track.artist.is_empty() => {
                        texts.get("music-is", [("title", track.title.as_str().into())])
                    }
                    Some(Track { title, artist, .. }) => {
                        let values =
                            [("title", title.as_str().into()), ("artist", artist.as_str().into())];
                        texts.get("music-is-by", values)
                    }
                }))
            }
            _ => None,
        }
    }

    /// Says that there is no such music, if a short sentence begins as one that asks for it does.
    fn claim_text(&self, text: &str, scene: &Scene<'_>) -> Option<(Command, Claim<Action>)> {
        let texts = scene.texts;
        let (asks, others) = (texts.get("music-asks", []), texts.get("music-others", []));
        let plain = |word: &str| {
            word.to_lowercase().replace(|c: char| !c.is_alphanumeric() && c != '\'', "")
        };
        let (first, name) = text.trim().split_once(char::is_whitespace)?;
        let is_in = |words: &str, word: &str| words.split_whitespace().any(|other| other == word);
        let mut words = name.split_whitespace();
        if !is_in(&asks, &plain(first))
            || words.clone().count() > LONGEST_NAME
            || words.any(|word| is_in(&others, &plain(word)))
        {
            return None;
        }
        let name = name.trim_matches(|c: char| !c.is_alphanumeric());
        let slots = Slots::from([("search_query".to_owned(), name.into())]);
        let said = if scene.situation.music.is_none() {
            texts.get("music-not-here", [])
        } else if self.0.tracks().is_empty() || !self.0.is_whole() {
            nothing(&self.0, texts)
        } else {
            texts.get("music-not-found", [("name", name.into())])
        };
        Some((Command::new("HassMediaSearchAndPlay", slots), Claim::Say(said)))
    }

    fn act(&mut self, action: Action, scene: &Scene<'_>) -> Said {
        let (order, undo) = match action {
            Action::Play(ids) => {
                let tracks = self.0.tracks();
                let found = |id: &u32| tracks.iter().find(|track| track.id == *id).cloned();
                let found: Vec<Track> = ids.iter().filter_map(found).collect();
                if found.is_empty() {
                    return Said::text(scene.texts.get("failed", []));
                }
                (MusicOrder::Play(found), Some(Action::Stop))
            }
            Action::Pause => (MusicOrder::Pause, Some(Action::Resume)),
            Action::Resume => (MusicOrder::Resume, Some(Action::Pause)),
            Action::Next => (MusicOrder::Next, Some(Action::Previous)),
            Action::Previous => (MusicOrder::Previous, Some(Action::Next)),
            Action::Stop => (MusicOrder::Stop, None),
        };
        let said = Said::default().and(Effect::Music(order));
        undo.map_or(said.clone(), |undo| said.undone_by(&undo))
    }
}
