//! Words of the reading of German.

use crate::aloud::tables::{Cues, Emoji, Kinds, Letters, Place, Short, Words};

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

/// Signs. A "." after one means: only if nothing comes before it.
pub(super) const SIGNS: &[(&str, &str)] = &[
    ("&", "und"),
    ("@", "ät"),
    ("%", "Prozent"),
    ("+", "plus"),
    ("−", "minus"),
    ("×", "mal"),
    ("÷", "geteilt durch"),
    ("÷/", "durch"),
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
    ("§", "Paragraf"),
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

pub(super) const CUES: Cues = Cues {
    before_date: &[],
    after_date: &[],
    before_time: &["um", "ab", "bis", "gegen", "seit", "von", "vor", "nach"],
    at: &["um"],
    ratio: &["format", "verhältnis"],
    after_time: &[],
    lasting: &["minuten", "min", "lang"],
    timers: &["timer", "countdown"],
    calls: &["tel", "telefon", "telefonnummer", "fax", "mobil", "notruf", "ruf"],
    linking: &["ist", "lautet", "unter", "wählen"],
    telephones: &["nummer", "telefonnummer", "handynummer", "rufnummer"],
    texting: &[],
    linking_code: &["ist", "lautet", "nummer"],
    extension: "durchwahl",
    flights: &["flug", "flugnummer"],
    pronoun: "",
    article: "",
};

pub(super) const LETTERS: Letters = Letters {
    spelt: &["USA", "EU", "ARD", "UNO", "IBAN"],
    loud: &[],
    acronyms: &[
        "NATO", "UNESCO", "UNICEF", "FIFA", "UEFA", "IKEA", "NASA", "AIDS", "TÜV", "PIN", "SIM",
    ],
    after_article: &[],
    articles: &["der", "die", "das"],
    mixed: &["GmbH", "LKWs", "PKWs"],
    short: &[
        "ab", "am", "an", "da", "das", "der", "die", "du", "er", "es", "ich", "ihr", "im", "in",
        "ist", "ja", "mit", "nie", "ob", "so", "sie", "um", "und", "uns", "vor", "was", "wer",
        "wie", "wir", "wo", "zu",
    ],
    words: &[],
};

const fn short(written: &'static str, words: &'static str, place: Place) -> Short {
    Short { written, words, place }
}

pub(super) const SHORT: &[Short] = &[
    short("z. B.", "zum Beispiel", Place::Inside),
    short("d. h.", "das heißt", Place::Inside),
    short("u. a.", "unter anderem", Place::Inside),
    short("bzw.", "beziehungsweise", Place::Inside),
    short("usw.", "und so weiter", Place::Last),
    short("etc.", "et cetera", Place::Last),
    short("ca.", "circa", Place::Inside),
    short("Nr.", "Nummer", Place::BeforeNumber),
    short("S.", "Seite", Place::BeforeNumber),
    short("Dr.", "Doktor", Place::Inside),
    short("Prof.", "Professor", Place::Inside),
];

pub(super) const EMOJI: &[Emoji] = &[
    Emoji { sign: '❤', alone: "Herz", between: "liebe", answer: "Herz", counted: None },
    Emoji { sign: '👍', alone: "Daumen hoch", between: "", answer: "ja", counted: None },
    Emoji { sign: '✓', alone: "ja", between: "", answer: "ja", counted: None },
    Emoji { sign: '✗', alone: "nein", between: "", answer: "nein", counted: None },
    Emoji {
        sign: '★',
        alone: "Stern",
        between: "Stern",
        answer: "ein Stern",
        counted: Some(["Stern", "Sterne"]),
    },
];

/// German has compounds for "a five dollar bill".
pub(super) const KINDS: Kinds = Kinds { articles: &[], things: &[], no_things: &[] };

pub(super) const OF_TIME: &[&str] = &["dauer", "dauert", "timer", "lang", "noch", "nach", "alle"];
pub(super) const CODES: &[&str] = &["code", "pin", "passwort", "iban", "plz", "kennzeichen"];
pub(super) const NAMED: &[&str] = &["zimmer", "raum", "gleis", "linie", "flug", "kanal"];
pub(super) const SUMS: &[&str] = &["ist", "berechne", "rechne", "ergibt"];
pub(super) const YEARS: &[&str] = &["jahr", "jahre", "seit", "bis", "um", "nach", "vor"];
pub(super) const SIZES: &[&str] = &["lang", "breit", "hoch", "tief", "dick", "groß"];
pub(super) const VERSIONED: &[&str] = &["version", "python", "ubuntu", "java"];
pub(super) const HEAT: &[&str] = &["bei", "auf", "grad"];
