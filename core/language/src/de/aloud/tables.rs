//! Words of the reading of German.

use crate::aloud::tables::{Letters, Words};

pub(super) const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

pub(super) const DAYS: [&str; 8] =
    ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonnabend", "Sonntag"];

/// The month, from 1, that a word names, and whether in full.
pub(super) fn month(word: &str) -> Option<(usize, bool)> {
    if let Some(at) = MONTHS.iter().position(|month| *month == word) {
        return Some((at + 1, true));
    }
    let at = match word {
        "Jänner" => return Some((1, true)),
        "Jan" => 1,
        "Feb" | "Febr" => 2,
        "Mrz" => 3,
        "Apr" => 4,
        "Jun" => 6,
        "Jul" => 7,
        "Aug" => 8,
        "Sep" | "Sept" => 9,
        "Okt" => 10,
        "Nov" => 11,
        "Dez" => 12,
        _ => return None,
    };
    Some((at, false))
}

/// The day of the week or the month that a word names, in full or shortened.
pub(super) fn calendar_name(word: &str) -> Option<&'static str> {
    let day = match word {
        "Mo" => "Montag",
        "Di" => "Dienstag",
        "Mi" => "Mittwoch",
        "Do" => "Donnerstag",
        "Fr" => "Freitag",
        "Sa" => "Samstag",
        "So" => "Sonntag",
        _ => {
            let day = DAYS.iter().copied().find(|day| *day == word);
            return day.or_else(|| month(word).map(|(at, _)| MONTHS[at - 1]));
        }
    };
    Some(day)
}

/// Signs. A "." after one means: only if nothing comes before it.
pub(super) const SIGNS: &[(&str, &str)] = &[
    ("&", "und"),
    ("@", "ät"),
    ("%", "Prozent"),
    ("+", "plus"),
    ("−", "minus"),
    ("×", "mal"),
    ("÷", "geteilt durch"),
    ("/", "Schrägstrich"),
    ("/.", "zu"),
    ("÷/", "durch"),
    ("÷:", "geteilt durch"),
    ("^", "hoch"),
    ("=", "gleich"),
    ("==", "gleich"),
    ("!=", "ungleich"),
    ("≠", "ungleich"),
    ("<", "kleiner als"),
    (">", "größer als"),
    ("<=", "kleiner gleich"),
    (">=", "größer gleich"),
    ("≤", "kleiner gleich"),
    ("≥", "größer gleich"),
    ("<.", "unter"),
    (">.", "über"),
    ("≤.", "höchstens"),
    ("≥.", "mindestens"),
    ("≈.", "etwa"),
    ("≈", "ungefähr"),
    ("~", "etwa"),
    ("±", "plus minus"),
    ("+/-", "plus minus"),
    ("√", "Wurzel aus"),
    ("∞", "unendlich"),
    ("∑", "Summe von"),
    ("∫", "Integral von"),
    ("∈", "Element von"),
    ("!", "Fakultät"),
    (".", "Punkt"),
    (".1", "Punkt"),
    (":", "zu"),
    ("°", "Grad"),
    ("′", "Minuten"),
    ("″", "Zoll"),
    ("§", "Paragraf"),
    ("§§", "Paragrafen"),
    ("†", "gestorben"),
    ("→", "nach"),
    ("->", "nach"),
    ("⇒", "daraus folgt"),
    ("©", "Copyright"),
    ("µ", "Mikro"),
    ("Ω", "Omega"),
    ("x", "mal"),
    ("(.", "von"),
    ("#", "Nummer"),
    ("№", "Nummer"),
    ("sin", "Sinus von"),
    ("cos", "Kosinus von"),
    ("tan", "Tangens von"),
    ("log", "Logarithmus von"),
    ("ln", "natürlicher Logarithmus von"),
];

pub(super) const GREEK: &[(&str, &str)] = &[
    ("α", "Alpha"),
    ("β", "Beta"),
    ("γ", "Gamma"),
    ("δ", "Delta"),
    ("ε", "Epsilon"),
    ("ζ", "Zeta"),
    ("η", "Eta"),
    ("θ", "Theta"),
    ("ι", "Iota"),
    ("κ", "Kappa"),
    ("λ", "Lambda"),
    ("μ", "My"),
    ("ν", "Ny"),
    ("ξ", "Xi"),
    ("π", "Pi"),
    ("ρ", "Rho"),
    ("σ", "Sigma"),
    ("τ", "Tau"),
    ("φ", "Phi"),
    ("χ", "Chi"),
    ("ψ", "Psi"),
    ("ω", "Omega"),
];

pub(super) const WORDS: Words = Words {
    point: "Punkt",
    plus: "plus",
    minus: "minus",
    to: "bis",
    and: "und",
    or: "oder",
    out_of: "von",
    each: "pro",
    version: "Version",
    exponent: "mal zehn hoch",
    squared: "Quadrat",
    cubed: "hoch drei",
    power: "hoch",
    stars: "Sterne",
    hashtag: "Hashtag",
    address: &[
        (".", "Punkt"),
        ("/", "Schrägstrich"),
        ("\\", "Backslash"),
        ("@", "ät"),
        ("-", "Bindestrich"),
        ("_", "Unterstrich"),
        (":", "Doppelpunkt"),
        ("+", "plus"),
        ("~", "Tilde"),
        ("?", "Fragezeichen"),
        ("=", "gleich"),
        ("&", "und"),
        ("#", "Raute"),
        ("%", "Prozent"),
        (",", "Komma"),
        (";", "Semikolon"),
        ("!", "Ausrufezeichen"),
        ("$", "Dollar"),
        ("*", "Stern"),
    ],
    address_words: &[
        "com", "org", "net", "gov", "info", "biz", "app", "dev", "int", "shop", "zip", "tar",
        "json", "go", "doc", "bin", "log", "lock", "co", "store", "site", "tech", "online", "blog",
        "die", "der", "das", "und", "wir", "uni", "bahn", "post",
    ],
};

pub(super) const LETTERS: Letters = Letters {
    spelt: &[
        "IEEE", "USA", "EU", "ARD", "IBAN", "ISBN", "ISSN", "BIC", "ADAC", "AG", "AEG", "ABC",
        "IP", "IT", "ID", "IQ", "OP", "EDV", "EKG", "USB", "UV", "UKW", "ICE", "IC", "EC", "RE",
        "WC", "LED", "PC", "CD", "DVD", "URL", "AOK", "IHK", "ADHS", "EZB", "IWF", "AFD", "OB",
        "API", "EKD", "BAFÖG",
    ],
    loud: &[],
    acronyms: &[
        "NATO", "UNESCO", "UNICEF", "FIFA", "UEFA", "IKEA", "NASA", "AIDS", "TÜV", "PIN", "TAN",
        "SIM", "RAM", "ROM", "DIN", "DAX", "UNO", "WLAN", "LAN", "EDEKA", "ALDI", "LIDL", "NABU",
        "DAK", "VIP", "COVID", "OPEC", "RADAR",
    ],
    after_article: &[],
    articles: &["der", "die", "das"],
    mixed: &["GmbH", "StGB", "StVO", "StPO", "GmbHs", "AfD", "eG", "BGHZ", "MwSt", "iOS", "pH"],
    short: &[
        "ab", "am", "an", "da", "das", "der", "die", "du", "er", "es", "ich", "ihr", "im", "in",
        "ist", "ja", "mit", "nie", "ob", "so", "sie", "um", "und", "uns", "vor", "was", "wer",
        "wie", "wir", "wo", "zu",
    ],
    words: &["à", "À"],
};

/// Points of the compass.
pub(super) const COMPASS: &[(&str, &str)] = &[
    ("N", "Nord"),
    ("S", "Süd"),
    ("O", "Ost"),
    ("W", "West"),
    ("NO", "Nordost"),
    ("NW", "Nordwest"),
    ("SO", "Südost"),
    ("SW", "Südwest"),
    ("NNO", "Nordnordost"),
    ("NNW", "Nordnordwest"),
    ("ONO", "Ostnordost"),
    ("OSO", "Ostsüdost"),
    ("SSO", "Südsüdost"),
    ("SSW", "Südsüdwest"),
    ("WSW", "Westsüdwest"),
    ("WNW", "Westnordwest"),
];
