//! How a setting is defined: once, with its type, default, range and description. The types in
//! [`sections`](super::sections), the commented `sayso.toml`, the tables of `docs/settings.md`,
//! `sayso config explain` and all checks are derived from the definition.

/// One setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its name, without that of its section.
    pub name: &'static str,
    /// Its default, as it is written in TOML.
    pub default: String,
    /// Its lowest and its highest value, if it is a number.
    pub range: Option<(f64, f64)>,
    /// What it does, in lines.
    pub doc: &'static [&'static str],
}

impl Setting {
    /// What it does, as one text.
    pub fn text(&self) -> String {
        join(self.doc)
    }
}

/// A section of `sayso.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its name: `llm`, `llm.sampling`.
    pub path: &'static str,
    /// What it is about, in lines.
    pub doc: &'static [&'static str],
    /// Its settings, in order. Sections within it are listed after it.
    pub settings: Vec<Setting>,
}

impl Section {
    /// What it is about, as one text.
    pub fn text(&self) -> String {
        join(self.doc)
    }
}

/// Lines of a doc comment as one text.
fn join(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// Implemented by the types that [`define!`] makes, one for each section.
pub trait Defined: Default + serde::Serialize {
    /// Its definition, for the section of that name.
    fn define(path: &'static str) -> Section;
}

/// The default of each setting of a section, as it is written in TOML.
pub fn defaults<S: Defined>() -> Vec<(String, String)> {
    // As text, because a `toml::Value` widens each number and prints 0.35 with 16 digits.
    let text = toml::to_string(&S::default()).unwrap_or_default();
    text.lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Defines sections, each as a type. A setting is written `name: type = default, least to most;`
/// after a doc comment; the range is left out if the setting is not a number. Sections within a
/// section follow its settings, in braces.
macro_rules! define {
    ($(
        $(#[doc = $about:literal])+
        $section:ident {
            $(
                $(#[doc = $doc:literal])+
                $(#[serde($($serde:tt)+)])?
                $name:ident: $kind:ty = $default:expr $(, $least:literal to $most:literal)?;
            )*
        } $({ $($(#[doc = $inner_doc:literal])+ $inner:ident: $inner_kind:ty;)+ })?
    )+) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $section {
            $(
                $(#[doc = $doc])+
                $(#[serde($($serde)+)])?
                pub $name: $kind,
            )*
            $($($(#[doc = $inner_doc])+ pub $inner: $inner_kind,)+)?
        }

        impl Default for $section {
            fn default() -> Self {
                Self {
                    $($name: $default.into(),)*
                    $($($inner: Default::default(),)+)?
                }
            }
        }

        impl $crate::config::define::Defined for $section {
            fn define(path: &'static str) -> $crate::config::define::Section {
                let written = $crate::config::define::defaults::<Self>();
                let default = |name| {
                    let found = written.iter().find(|(known, _)| known == name);
                    found.map(|(_, default)| default.clone()).unwrap_or_default()
                };
                let settings = vec![$($crate::config::define::Setting {
                    name: stringify!($name),
                    default: default(stringify!($name)),
                    range: define!(@range $($least $most)?),
                    doc: &[$($doc),+],
                },)*];
                let doc = &[$($about),+];
                $crate::config::define::Section { path, doc, settings }
            }
        }
    )+};
    (@range $least:literal $most:literal) => { Some((f64::from($least), f64::from($most))) };
    (@range) => { None };
}

pub(super) use define;
