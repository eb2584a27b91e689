//! Files of sentences, in YAML or JSON.

use std::fmt;
use std::path::Path;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::Value;

/// An error in a file of sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 if it is not known.
    pub line: usize,
    /// The column, from 1; 0 if it is not known.
    pub column: usize,
    /// The reason, in English.
    pub reason: String,
}

impl Error {
    pub(crate) fn new(file: &str, place: Place, reason: impl Into<String>) -> Self {
        let (line, column) = (place.line, place.column);
        Self { file: file.to_owned(), line, column, reason: reason.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, reason } = self;
        match (line, column) {
            (0, _) => write!(f, "{file}: {reason}"),
            (_, 0) => write!(f, "{file}:{line}: {reason}"),
            _ => write!(f, "{file}:{line}:{column}: {reason}"),
        }
    }
}

impl std::error::Error for Error {}

/// A place in a file, from 1; zeros if it is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub line: usize,
    pub column: usize,
}

/// A node of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub place: Place,
    pub data: Data,
}

#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// A string, a number, a Boolean value or null.
    Scalar(Value),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        let found = self.entries().iter().find(|(name, _)| name == key)?;
        Some(&found.1)
    }

    /// The entries of a map. Anything else has none.
    pub fn entries(&self) -> &[(String, Node)] {
        if let Data::Map(entries) = &self.data { entries } else { &[] }
    }

    /// The items of a list. Anything else has none.
    pub fn items(&self) -> &[Node] {
        if let Data::List(items) = &self.data { items } else { &[] }
    }

    pub fn text(&self) -> Option<&str> {
        if let Data::Scalar(Value::String(text)) = &self.data { Some(text) } else { None }
    }

    pub fn scalar(&self) -> Option<&Value> {
        if let Data::Scalar(value) = &self.data { Some(value) } else { None }
    }

    pub fn number(&self) -> Option<f64> {
        self.scalar().and_then(Value::as_f64)
    }

    pub fn value(&self) -> Value {
        match &self.data {
            Data::Scalar(value) => value.clone(),
            Data::List(items) => items.iter().map(Self::value).collect(),
            Data::Map(entries) => {
                entries.iter().map(|(key, value)| (key.clone(), value.value())).collect()
            }
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(&self.data, Data::Scalar(Value::Null))
    }
}

/// A file of sentences.
#[derive(Clone, Debug)]
pub struct Source {
    pub(crate) name: String,
    pub(crate) root: Node,
    /// Whether the user wrote it. Such sentences take precedence.
    pub(crate) own: bool,
    /// The text, if the places in it are not known.
    pub(crate) text: Option<String>,
}

impl Source {
    /// Reads the text of a file: JSON if it begins with a brace, otherwise YAML. The name is for
    /// errors. The user's `own` sentences take precedence.
    ///
    /// # Errors
    /// If the text is neither JSON nor YAML.
    pub fn read(name: &str, text: &str, own: bool) -> Result<Self, Error> {
        let name = name.to_owned();
        if text.trim_start().starts_with('{')
            && let Ok(value) = serde_json::from_str::<Value>(text)
        {
            let root = from_json(value);
            return Ok(Self { name, root, own, text: Some(text.to_owned()) });
        }
        let root = yaml(&name, text)?;
        Ok(Self { name, root, own, text: None })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or is neither JSON nor YAML.
    pub fn open(path: &Path, own: bool) -> Result<Self, Error> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::read(&name, &text, own),
            Err(e) => Err(Error::new(&name, Place::default(), e.to_string())),
        }
    }

    /// The same file with places, if they are not known. JSON is read as YAML then, which is
    /// slower.
    pub(crate) fn placed(&self) -> Option<Self> {
        let root = yaml(&self.name, self.text.as_ref()?).ok()?;
        Some(Self { name: self.name.clone(), root, own: self.own, text: None })
    }
}

fn from_json(value: Value) -> Node {
    let data = match value {
        Value::Array(items) => Data::List(items.into_iter().map(from_json).collect()),
        Value::Object(map) => {
            // Responses are the largest part, and are not used.
            let wanted = map.into_iter().filter(|(key, _)| key != "responses");
            Data::Map(wanted.map(|(key, value)| (key, from_json(value))).collect())
        }
        scalar => Data::Scalar(scalar),
    };
    Node { place: Place::default(), data }
}

fn yaml(name: &str, text: &str) -> Result<Node, Error> {
    let loaded = MarkedYaml::load_from_str(text).map_err(|e| {
        let place = Place { line: e.marker().line(), column: e.marker().col() + 1 };
        Error::new(name, place, e.info())
    })?;
    let Some(document) = loaded.first() else {
        return Ok(Node { place: Place::default(), data: Data::Scalar(Value::Null) });
    };
    from_yaml(name, document, &text.chars().collect::<Vec<_>>())
}

fn from_yaml(name: &str, node: &MarkedYaml<'_>, text: &[char]) -> Result<Node, Error> {
    let start = node.span.start;
    let quoted = matches!(text.get(start.index()), Some('"' | '\''));
    let place = Place { line: start.line(), column: start.col() + 1 + usize::from(quoted) };
    let scalar = |scalar: &Scalar<'_>| match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::from(*value),
        Scalar::Integer(value) => Value::from(*value),
        Scalar::FloatingPoint(value) => Value::from(value.into_inner()),
        Scalar::String(value) => Value::from(value.as_ref()),
    };
    let data = match &node.data {
        YamlData::Value(value) => Data::Scalar(scalar(value)),
        YamlData::Sequence(items) => {
            let items = items.iter().map(|item| from_yaml(name, item, text));
            Data::List(items.collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(map) => {
            let entries = map.iter().map(|(key, value)| {
                let key = match &key.data {
                    YamlData::Value(Scalar::String(key)) => key.to_string(),
                    YamlData::Value(value) => scalar_name(&scalar(value)),
                    _ => return Err(Error::new(name, place, "a key is not text")),
                };
                Ok((key, from_yaml(name, value, text)?))
            });
            Data::Map(entries.collect::<Result<_, _>>()?)
        }
        _ => return Err(Error::new(name, place, "aliases and tags are not supported")),
    };
    Ok(Node { place, data })
}

fn scalar_name(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
