//! Words of the reading of Italian.

use crate::aloud::tables::{Cues, Kinds, Letters, Words};

pub(super) const MONTHS: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];

const DAYS: [&str; 7] =
    ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"];

/// The month, from 1, that a word names, and whether in full.
pub(super) fn month(word: &str) -> Option<(usize, bool)> {
    let word = word.to_lowercase();
    if let Some(at) = MONTHS.iter().position(|month| *month == word) {
        return Some((at + 1, true));
    }
    let short = matches!(word.len(), 3 | 4) && (word.len() == 3 || word == "sett");
    let at = MONTHS.iter().position(|month| month.starts_with(&word)).filter(|_| short)?;
    Some((at + 1, false))
}

/// The day of the week that a word names, in full or shortened.
pub(super) fn day_name(word: &str) -> Option<&'static str> {
    calendar_name(word).filter(|name| DAYS.contains(name))
}

/// The month that a word names, in full or shortened.
pub(super) fn month_name(word: &str) -> Option<&'static str> {
    month(word).map(|(at, _)| MONTHS[at - 1])
}

pub(super) fn is_weekday(word: &str) -> bool {
    day_name(word).is_some()
}

/// The day of the week or the month that a word names, in full or shortened.
pub(super) fn calendar_name(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let day = |day: &&&str| **day == word || word.len() == 3 && day.starts_with(&word);
    DAYS.iter().find(day).copied().or_else(|| month(&word).map(|(at, _)| MONTHS[at - 1]))
}

/// Signs. A "." after one means: only if nothing comes before it.
pub(super) const SIGNS: &[(&str, &str)] = &[
    ("&", "e"),
    ("@", "chiocciola"),
    ("%", "per cento"),
    ("‰", "per mille"),
    ("+", "più"),
    ("−", "meno"),
    ("×", "per"),
    ("÷", "diviso"),
    ("/", "barra"),
    ("/.", "su"),
    ("÷/", "diviso"),
    ("÷:", "diviso"),
    ("^", "elevato a"),
    ("=", "uguale a"),
    ("==", "uguale a"),
    ("!=", "diverso da"),
    ("≠", "diverso da"),
    ("<", "minore di"),
    (">", "maggiore di"),
    ("<=", "minore o uguale a"),
    (">=", "maggiore o uguale a"),
    ("≤", "minore o uguale a"),
    ("≥", "maggiore o uguale a"),
    ("<.", "meno di"),
    (">.", "più di"),
    ("≤.", "al massimo"),
    ("≥.", "almeno"),
    ("≈.", "circa"),
    ("≈", "circa uguale a"),
    ("~", "circa"),
    ("±", "più o meno"),
    ("+/-", "più o meno"),
    ("√", "radice quadrata di"),
    ("∞", "infinito"),
    ("∑", "la somma di"),
    ("∫", "l'integrale di"),
    ("∈", "appartiene a"),
    ("!", "fattoriale"),
    (".", "punto"),
    (".1", "punto"),
    (":", "a"),
    ("°", "gradi"),
    ("º", "gradi"),
    ("′", "minuti"),
    ("″", "pollici"),
    ("§", "paragrafo"),
    ("→", "a"),
    ("->", "a"),
    ("⇒", "implica"),
    ("©", "copyright"),
    ("µ", "micro"),
    ("Ω", "omega"),
    ("x", "per"),
    ("(.", "di"),
    ("#", "numero"),
    ("№", "numero"),
    ("sin", "seno di"),
    ("sen", "seno di"),
    ("cos", "coseno di"),
    ("tan", "tangente di"),
    ("log", "logaritmo di"),
    ("ln", "logaritmo naturale di"),
];

pub(super) const GREEK: &[(&str, &str)] = &[
    ("α", "alfa"),
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
    ("μ", "mi"),
    ("ν", "ni"),
    ("ξ", "xi"),
    ("π", "pi greco"),
    ("ρ", "rho"),
    ("σ", "sigma"),
    ("τ", "tau"),
    ("φ", "fi"),
    ("χ", "chi"),
    ("ψ", "psi"),
    ("ω", "omega"),
];

pub(super) const WORDS: Words = Words {
    point: "punto",
    plus: "più",
    minus: "meno",
    to: "a",
    and: "e",
    or: "o",
    out_of: "su",
    each: "ogni",
    version: "versione",
    exponent: "per dieci elevato a",
    squared: "al quadrato",
    cubed: "al cubo",
    power: "elevato a",
    stars: "stelle",
    hashtag: "hashtag",
    address: &[
        (".", "punto"),
        ("/", "barra"),
        ("\\", "barra inversa"),
        ("@", "chiocciola"),
        ("-", "trattino"),
        ("_", "trattino basso"),
        (":", "due punti"),
        ("+", "più"),
        ("~", "tilde"),
        ("?", "punto interrogativo"),
        ("=", "uguale"),
        ("&", "e"),
        ("#", "cancelletto"),
        ("%", "per cento"),
        (",", "virgola"),
        (";", "punto e virgola"),
        ("!", "punto esclamativo"),
        ("$", "dollaro"),
        ("*", "asterisco"),
    ],
    address_words: &[
        "com", "org", "net", "gov", "info", "biz", "app", "dev", "zip", "tar", "json", "go", "doc",
        "bin", "log", "co", "edu", "it", "il", "la", "lo", "le", "di", "da", "mio", "tuo", "rai",
        "uni", "eni", "lib", "via", "per", "con", "casa",
    ],
};

/// Before an hour that is written with a full stop.
pub(super) const HOURLY: &[&str] = &["all", "alle", "dall", "dalle", "delle", "h", "le", "ore"];

pub(super) const CUES: Cues = Cues {
    before_date: &[
        "al", "dal", "data", "del", "entro", "giorno", "il", "l", "dell", "all", "dall", "nell",
    ],
    after_date: &[],
    before_time: HOURLY,
    at: &["alle", "ore"],
    ratio: &["formato"],
    after_time: &[],
    lasting: &[],
    timers: &["cronometro", "timer"],
    calls: &["cell", "cellulare", "fax", "tel", "telefono", "whatsapp"],
    linking: &["al", "il", "lo", "è"],
    telephones: &[
        "cellulare",
        "chiama",
        "chiamare",
        "chiamate",
        "chiami",
        "componi",
        "comporre",
        "numero",
        "sms",
        "telefono",
        "verde",
    ],
    texting: &[],
    linking_code: &["è", "numero"],
    extension: "interno",
    flights: &["volo", "voli", "n"],
    of: &["di", "d"],
    pressure: &["pa", "pressione", "arteriosa"],
    ranged: &[
        ("pagina", "pagine"),
        ("capitolo", "capitoli"),
        ("figura", "figure"),
        ("articolo", "articoli"),
    ],
    noons: &["mezzogiorno", "mezzanotte"],
    winds: &[
        "brezza",
        "direzione",
        "maestrale",
        "orientamento",
        "raffiche",
        "rotta",
        "scirocco",
        "vento",
        "venti",
    ],
    grades: &[
        "do",
        "giudizio",
        "giudizi",
        "punteggio",
        "recensioni",
        "recensione",
        "stelle",
        "valutazione",
        "valutazioni",
        "voto",
        "voti",
    ],
    steps: &[
        "capitolo",
        "domanda",
        "fase",
        "foto",
        "giorno",
        "immagine",
        "lezione",
        "livello",
        "messaggio",
        "pagina",
        "parte",
        "passo",
        "settimana",
        "tappa",
        "tentativo",
        "video",
    ],
    times: &["volte"],
    draws: true,
    capital_nouns: false,
    starters: &[
        "a", "al", "anche", "c'è", "che", "ci", "come", "con", "così", "da", "dopo", "e", "era",
        "gli", "ha", "ho", "i", "il", "in", "io", "la", "le", "lo", "ma", "mi", "nel", "nella",
        "no", "noi", "non", "oggi", "per", "perché", "poi", "prima", "quando", "questa", "questo",
        "qui", "se", "si", "sono", "sì", "ti", "tra", "tu", "un", "una", "è",
    ],
    pronoun: "",
    article: "",
};

/// Words before a number that have lost their vowel.
pub(super) const ELIDED: &[&str] =
    &["all", "c", "d", "dall", "dell", "l", "nell", "quell", "quest", "sull"];

pub(super) const LETTERS: Letters = Letters {
    spelt: &["ISBN", "HTML", "IGP", "OGM", "IPTV", "ATM", "IBM", "AIC"],
    loud: &[],
    acronyms: &[
        "ANAS", "ANSA", "ASL", "CAP", "CAI", "CGIL", "CISL", "COOP", "DAD", "DOC", "DOP", "ENI",
        "FAI", "FIAT", "FIFA", "ICI", "IMU", "INPS", "ISEE", "ISTAT", "IVA", "LIS", "MIUR", "NAS",
        "NASA", "NATO", "ONU", "OMS", "PIL", "PIN", "PUK", "RAI", "RAM", "RAS", "ROS", "SIAE",
        "SIM", "SPID", "SUV", "TAC", "TAR", "TAV", "TASI", "TIM", "UEFA", "UIL", "USA", "VIP",
        "ISO", "SOS", "IKEA", "COVID", "LED", "URP", "DIA", "GIP", "PEC", "PET", "IRA", "ETA",
    ],
    after_article: &[],
    articles: &["il", "lo", "la", "i", "gli", "le"],
    mixed: &["pH"],
    short: &[
        "a", "ad", "ai", "al", "amo", "c'è", "che", "chi", "ci", "col", "con", "cui", "da", "dai",
        "dal", "dei", "del", "di", "dio", "due", "dà", "e", "ed", "era", "fa", "fai", "fra", "fu",
        "già", "giù", "gli", "ha", "hai", "ho", "i", "il", "in", "io", "la", "le", "lei", "li",
        "lo", "lui", "là", "lì", "ma", "mai", "me", "mi", "mia", "mio", "ne", "nei", "nel", "no",
        "noi", "non", "né", "o", "ora", "per", "più", "poi", "può", "qua", "qui", "re", "sa", "se",
        "sei", "si", "sia", "sta", "sto", "su", "sua", "sul", "suo", "sì", "te", "ti", "tra",
        "tre", "tu", "tua", "tuo", "un", "una", "uno", "va", "vai", "vi", "via", "voi", "è",
    ],
    words: &["a", "A", "e", "E", "i", "I", "o", "O", "È", "è"],
};

/// Italian says "una banconota da cinque euro".
pub(super) const KINDS: Kinds = Kinds { articles: &[], things: &[], no_things: &[] };

pub(super) const OF_TIME: &[&str] =
    &["dura", "durano", "mancano", "ogni", "per", "restano", "timer", "tra", "fra"];
pub(super) const CODES: &[&str] = &[
    "puk", "cvv", "otp", "cap", "codice", "iban", "password", "pin", "puk", "targa", "iva",
    "verifica",
];
pub(super) const NAMED: &[&str] = &[
    "aula", "binario", "fila", "gate", "posto", "camera", "canale", "linea", "sala", "stanza",
    "volo",
];
pub(super) const SUMS: &[&str] = &["calcola", "fa", "fanno", "quanto"];
pub(super) const YEARS: &[&str] =
    &["anno", "anni", "dal", "del", "entro", "fino", "nel", "secolo", "verso"];
pub(super) const SIZES: &[&str] = &["alto", "largo", "lungo", "profondo"];
pub(super) const VERSIONED: &[&str] = &["android", "java", "python", "ubuntu", "versione"];
pub(super) const HEAT: &[&str] = &["forno", "gradi", "temperatura"];

/// Points of the compass.
pub(super) const COMPASS: &[(&str, &str)] = &[
    ("N", "nord"),
    ("S", "sud"),
    ("E", "est"),
    ("O", "ovest"),
    ("NE", "nord-est"),
    ("NO", "nord-ovest"),
    ("SE", "sud-est"),
    ("SO", "sud-ovest"),
    ("NNE", "nord-nord-est"),
    ("NNO", "nord-nord-ovest"),
    ("ENE", "est-nord-est"),
    ("ESE", "est-sud-est"),
    ("SSE", "sud-sud-est"),
    ("SSO", "sud-sud-ovest"),
    ("OSO", "ovest-sud-ovest"),
    ("ONO", "ovest-nord-ovest"),
];
