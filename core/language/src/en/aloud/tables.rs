//! Words of the reading of English.

use crate::aloud::grammar::Gender::Neuter;
use crate::aloud::tables::{Scale, Words};

/// Finds the entry of a table.
pub(super) fn find<'a, T>(table: &'a [(&str, T)], key: &str) -> Option<&'a T> {
    table.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
}

/// Months by the first three letters of their names.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The month, from 1, that a word names, and whether in full. Not "may" and "march", which are
/// also other words.
pub(super) fn month(word: &str) -> Option<(usize, bool)> {
    if matches!(word, "may" | "march" | "mar" | "dec" | "sep") {
        return None;
    }
    let lower = word.to_lowercase();
    let lower = if lower == "sept" { "sep" } else { &lower };
    MONTHS
        .iter()
        .position(|m| {
            let month = m.to_lowercase();
            month == lower || (lower.len() == 3 && month.starts_with(lower))
        })
        .map(|at| (at + 1, MONTHS[at].len() == lower.len()))
}

/// The day of the week or the month that a word names, in full or shortened.
pub(super) fn calendar_name(word: &str) -> Option<&'static str> {
    if !word.starts_with(char::is_uppercase) {
        return None;
    }
    let day = |d: &&&str| {
        **d == word || matches!(word.len(), 3..=5) && d.starts_with(word) && word.len() < d.len()
    };
    DAYS.iter().find(day).copied().or_else(|| month(word).map(|(at, _)| MONTHS[at - 1]))
}

const fn scale(sign: &'static str, name: &'static str) -> Scale {
    Scale { sign, one: name, several: name, gender: Neuter }
}

/// What may follow an amount.
pub(super) const SCALES: &[Scale] = &[
    scale("k", "thousand"),
    scale("K", "thousand"),
    scale("m", "million"),
    scale("M", "million"),
    scale("mn", "million"),
    scale("b", "billion"),
    scale("B", "billion"),
    scale("bn", "billion"),
    scale("tn", "trillion"),
    scale("trn", "trillion"),
    scale("mln", "million"),
    scale("MM", "million"),
    scale("bln", "billion"),
    scale("T", "trillion"),
    scale("hundred", "hundred"),
    scale("thousand", "thousand"),
    scale("million", "million"),
    scale("billion", "billion"),
    scale("trillion", "trillion"),
];

/// Signs. A "." after one means: only if nothing comes before it.
pub(super) const SIGNS: &[(&str, &str)] = &[
    ("&", "and"),
    ("@", "at"),
    ("%", "percent"),
    ("+", "plus"),
    ("−", "minus"),
    ("×", "times"),
    ("÷", "divided by"),
    ("÷/", "over"),
    ("^", "to the power of"),
    ("=", "equals"),
    ("==", "equals"),
    ("===", "equals"),
    ("!=", "is not equal to"),
    ("≠", "is not equal to"),
    ("<", "is less than"),
    (">", "is greater than"),
    ("<=", "is less than or equal to"),
    (">=", "is greater than or equal to"),
    ("≤", "is less than or equal to"),
    ("≥", "is greater than or equal to"),
    ("<.", "less than"),
    (">.", "more than"),
    ("≤.", "at most"),
    ("≥.", "at least"),
    ("≈.", "about"),
    ("≈", "is about"),
    ("~", "about"),
    ("±", "plus or minus"),
    ("+/-", "plus or minus"),
    ("∓", "minus or plus"),
    ("√", "the square root of"),
    ("∞", "infinity"),
    ("∑", "the sum of"),
    ("∫", "the integral of"),
    ("∈", "in"),
    ("∉", "not in"),
    ("∪", "union"),
    ("∩", "intersected with"),
    ("⊂", "is a subset of"),
    ("∅", "the empty set"),
    ("∀", "for all"),
    ("∃", "there is"),
    ("∝", "is proportional to"),
    ("!", "factorial"),
    ("|", "the absolute value of"),
    (".", "dot"),
    (":", "to"),
    ("°", "degrees"),
    ("§", "section"),
    ("¶", "paragraph"),
    ("→", "to"),
    ("->", "to"),
    ("=>", "to"),
    ("⇒", "implies"),
    ("←", "from"),
    ("↑", "up"),
    ("↓", "down"),
    ("↔", "to and from"),
    ("©", "copyright"),
    ("µ", "micro"),
    ("Ω", "omega"),
    ("x", "by"),
    (".1", "point"),
    ("(.", "of"),
    ("#", "number"),
    ("№", "number"),
    ("sin", "sine of"),
    ("cos", "cosine of"),
    ("tan", "tangent of"),
    ("log", "log of"),
    ("ln", "natural log of"),
    ("exp", "the exponential of"),
    ("sqrt", "the square root of"),
];

/// Greek letters, small.
pub(super) const GREEK: &[(&str, &str)] = &[
    ("α", "alpha"),
    ("β", "beta"),
    ("γ", "gamma"),
    ("δ", "delta"),
    ("ε", "epsilon"),
    ("ζ", "zeta"),
    ("η", "eta"),
    ("θ", "theta"),
    ("ι", "iota"),
    ("κ", "kappa"),
    ("λ", "lambda"),
    ("µ", "mu"),
    ("μ", "mu"),
    ("ν", "nu"),
    ("ξ", "xi"),
    ("π", "pi"),
    ("ρ", "rho"),
    ("σ", "sigma"),
    ("τ", "tau"),
    ("φ", "phi"),
    ("χ", "chi"),
    ("ψ", "psi"),
    ("ω", "omega"),
];

pub(super) const WORDS: Words = Words {
    point: "point",
    plus: "plus",
    minus: "minus",
    to: "to",
    and: "and",
    or: "or",
    out_of: "out of",
    each: "per",
    version: "version",
    exponent: "times ten to the power of",
    squared: "squared",
    cubed: "cubed",
    power: "to the power of",
    stars: "stars",
    hashtag: "hashtag",
    address: &[
        (".", "dot"),
        ("/", "slash"),
        ("\\", "backslash"),
        ("@", "at"),
        ("-", "dash"),
        ("_", "underscore"),
        (":", "colon"),
        ("+", "plus"),
        ("~", "tilde"),
        ("?", "question mark"),
        ("=", "equals"),
        ("&", "and"),
        ("#", "hash"),
        ("%", "percent"),
        (",", "comma"),
        (";", "semicolon"),
        ("!", "exclamation mark"),
        ("$", "dollar"),
        ("*", "star"),
    ],
    address_words: &[
        "com", "org", "net", "env", "gov", "info", "biz", "app", "dev", "int", "mil", "shop",
        "zip", "tar", "toml", "json", "yaml", "java", "go", "doc", "bin", "log", "lock", "conf",
        "mov", "wav", "swift", "service", "bat", "img", "etc", "usr", "www2", "docs", "main",
        "src", "lib", "the", "my", "for", "and", "foo", "bar", "news", "co", "store", "site",
        "tech", "online", "cloud", "blog", "edu",
    ],
};

/// Points of the compass.
pub(super) const COMPASS: &[(&str, &str)] = &[
    ("N", "north"),
    ("S", "south"),
    ("E", "east"),
    ("W", "west"),
    ("NE", "northeast"),
    ("NW", "northwest"),
    ("SE", "southeast"),
    ("SW", "southwest"),
    ("NNE", "north northeast"),
    ("NNW", "north northwest"),
    ("ENE", "east northeast"),
    ("ESE", "east southeast"),
    ("SSE", "south southeast"),
    ("SSW", "south southwest"),
    ("WSW", "west southwest"),
    ("WNW", "west northwest"),
];
