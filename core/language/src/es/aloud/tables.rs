//! Words of the reading of Spanish.

use crate::aloud::tables::{Cues, Kinds, Letters, Words};

pub(super) const MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

const DAYS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];

/// The month, from 1, that a word names, and whether in full.
pub(super) fn month(word: &str) -> Option<(usize, bool)> {
    let word = word.to_lowercase();
    if let Some(at) = MONTHS.iter().position(|month| *month == word) {
        return Some((at + 1, true));
    }
    let at = match word.as_str() {
        "setiembre" => return Some((9, true)),
        "sept" => 9,
        _ if word.len() == 3 => MONTHS.iter().position(|month| month.starts_with(&word))? + 1,
        _ => return None,
    };
    Some((at, false))
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
    let day = |day: &&&str| **day == word || word.chars().count() == 3 && day.starts_with(&word);
    DAYS.iter().find(day).copied().or_else(|| month(&word).map(|(at, _)| MONTHS[at - 1]))
}

/// Signs. A "." after one means: only if nothing comes before it.
pub(super) const SIGNS: &[(&str, &str)] = &[
    ("&", "y"),
    ("@", "arroba"),
    ("%", "por ciento"),
    ("‰", "por mil"),
    ("+", "más"),
    ("−", "menos"),
    ("×", "por"),
    ("÷", "entre"),
    ("/", "barra"),
    ("/.", "sobre"),
    ("÷/", "entre"),
    ("÷:", "entre"),
    ("^", "elevado a"),
    ("=", "igual a"),
    ("==", "igual a"),
    ("!=", "distinto de"),
    ("≠", "distinto de"),
    ("<", "menor que"),
    (">", "mayor que"),
    ("<=", "menor o igual que"),
    (">=", "mayor o igual que"),
    ("≤", "menor o igual que"),
    ("≥", "mayor o igual que"),
    ("<.", "menos de"),
    (">.", "más de"),
    ("≤.", "como máximo"),
    ("≥.", "al menos"),
    ("≈.", "unos"),
    ("≈", "aproximadamente igual a"),
    ("~", "unos"),
    ("±", "más menos"),
    ("+/-", "más menos"),
    ("√", "raíz cuadrada de"),
    ("∞", "infinito"),
    ("∑", "la suma de"),
    ("∫", "la integral de"),
    ("∈", "pertenece a"),
    ("!", "factorial"),
    (".", "punto"),
    (".1", "punto"),
    (":", "a"),
    ("°", "grados"),
    ("º", "grados"),
    ("′", "minutos"),
    ("″", "pulgadas"),
    ("§", "párrafo"),
    ("→", "a"),
    ("->", "a"),
    ("⇒", "implica"),
    ("©", "copyright"),
    ("µ", "micro"),
    ("Ω", "omega"),
    ("x", "por"),
    ("(.", "de"),
    ("#", "número"),
    ("№", "número"),
    ("sin", "seno de"),
    ("sen", "seno de"),
    ("cos", "coseno de"),
    ("tan", "tangente de"),
    ("log", "logaritmo de"),
    ("ln", "logaritmo natural de"),
];

pub(super) const GREEK: &[(&str, &str)] = &[
    ("α", "alfa"),
    ("β", "beta"),
    ("γ", "gamma"),
    ("δ", "delta"),
    ("ε", "épsilon"),
    ("ζ", "zeta"),
    ("η", "eta"),
    ("θ", "zeta"),
    ("ι", "iota"),
    ("κ", "kappa"),
    ("λ", "lambda"),
    ("μ", "mi"),
    ("ν", "ni"),
    ("ξ", "xi"),
    ("π", "pi"),
    ("ρ", "ro"),
    ("σ", "sigma"),
    ("τ", "tau"),
    ("φ", "fi"),
    ("χ", "ji"),
    ("ψ", "psi"),
    ("ω", "omega"),
];

pub(super) const WORDS: Words = Words {
    point: "punto",
    plus: "más",
    minus: "menos",
    to: "a",
    and: "y",
    or: "o",
    out_of: "sobre",
    each: "cada",
    version: "versión",
    exponent: "por diez elevado a",
    squared: "al cuadrado",
    cubed: "al cubo",
    power: "elevado a",
    stars: "estrellas",
    hashtag: "hashtag",
    address: &[
        (".", "punto"),
        ("/", "barra"),
        ("\\", "barra invertida"),
        ("@", "arroba"),
        ("-", "guion"),
        ("_", "guion bajo"),
        (":", "dos puntos"),
        ("+", "más"),
        ("~", "virgulilla"),
        ("?", "interrogación"),
        ("=", "igual"),
        ("&", "y"),
        ("#", "almohadilla"),
        ("%", "por ciento"),
        (",", "coma"),
        (";", "punto y coma"),
        ("!", "exclamación"),
        ("$", "dólar"),
        ("*", "asterisco"),
    ],
    address_words: &[
        "com", "org", "net", "gob", "info", "biz", "app", "dev", "zip", "tar", "json", "go", "doc",
        "bin", "log", "co", "edu", "mi", "tu", "su", "el", "la", "los", "las", "de", "web", "sol",
        "ana", "boe", "eva", "luz", "paz", "mar", "ver", "hoy", "es",
    ],
};

pub(super) const CUES: Cues = Cues {
    before_date: &["al", "del", "desde", "día", "el", "fecha", "hasta"],
    after_date: &[],
    before_time: &["la", "las"],
    at: &["las"],
    ratio: &["formato", "proporción"],
    after_time: &[],
    lasting: &[],
    timers: &["cronómetro", "temporizador"],
    calls: &["fax", "móvil", "tel", "teléfono", "tfno", "whatsapp"],
    linking: &["al", "es"],
    telephones: &[
        "llama",
        "llamad",
        "llamar",
        "llame",
        "marca",
        "marcar",
        "marque",
        "móvil",
        "número",
        "sms",
        "teléfono",
    ],
    texting: &[],
    linking_code: &["es", "número"],
    extension: "extensión",
    flights: &["vuelo", "vuelos"],
    of: &["de"],
    pressure: &["ta", "tensión", "presión", "arterial"],
    ranged: &[
        ("página", "páginas"),
        ("capítulo", "capítulos"),
        ("figura", "figuras"),
        ("artículo", "artículos"),
    ],
    noons: &["mediodía", "medianoche"],
    winds: &[
        "brisa",
        "dirección",
        "orientación",
        "rachas",
        "rumbo",
        "tramontana",
        "viento",
        "vientos",
    ],
    grades: &[
        "calificación",
        "califico",
        "doy",
        "dieron",
        "estrellas",
        "nota",
        "notas",
        "puntuación",
        "puntúo",
        "saqué",
        "sacó",
        "valoración",
        "valoraciones",
    ],
    steps: &[
        "capítulo",
        "diapositiva",
        "día",
        "etapa",
        "fase",
        "foto",
        "imagen",
        "intento",
        "lección",
        "mensaje",
        "nivel",
        "parte",
        "paso",
        "pregunta",
        "página",
        "ronda",
        "semana",
        "vídeo",
    ],
    times: &["veces"],
    draws: true,
    capital_nouns: false,
    starters: &[
        "a", "al", "así", "como", "con", "cuando", "de", "después", "el", "ella", "en", "entonces",
        "era", "es", "esta", "este", "esto", "fue", "ha", "hay", "la", "las", "lo", "los", "más",
        "me", "mi", "no", "nos", "para", "pero", "por", "que", "qué", "se", "si", "sí", "su",
        "también", "te", "todos", "tu", "un", "una", "y", "ya", "yo",
    ],
    pronoun: "",
    article: "",
};

pub(super) const LETTERS: Letters = Letters {
    spelt: &[
        "BOE", "DGT", "ISBN", "HTML", "IRPF", "URSS", "USA", "FM", "ITV", "ESO", "IES", "CEO",
        "UEX",
    ],
    loud: &["ESO"],
    acronyms: &[
        "AVE", "BBVA", "CIS", "CES", "FIFA", "GEO", "INE", "IVA", "NASA", "NIE", "NIF", "OEA",
        "OMS", "ONU", "OPEP", "OTAN", "OVNI", "PIB", "PIN", "PYME", "RAE", "RAM", "SEAT", "SIDA",
        "SIM", "TAC", "TIC", "UCI", "UEFA", "UNED", "USO", "UVI", "ZARA", "BIC", "EVA", "VIH",
        "UME", "IBEX", "MIR",
    ],
    after_article: &[],
    articles: &["el", "la", "los", "las"],
    mixed: &["PYMEs", "pH"],
    short: &[
        "a", "al", "aún", "con", "cuál", "da", "de", "del", "di", "dos", "día", "el", "en", "era",
        "es", "esa", "ese", "eso", "fue", "fin", "ha", "han", "hay", "he", "hoy", "ir", "la",
        "las", "le", "les", "ley", "lo", "los", "luz", "mal", "mar", "mas", "me", "mes", "mi",
        "mil", "mis", "más", "mí", "ni", "no", "nos", "o", "os", "paz", "por", "que", "qué", "rey",
        "se", "ser", "si", "sin", "sol", "son", "su", "sus", "sé", "sí", "te", "tu", "tus", "tú",
        "un", "una", "uno", "va", "van", "vas", "ver", "vez", "vía", "voy", "y", "ya", "yo", "él",
    ],
    words: &["a", "A", "e", "E", "o", "O", "u", "U", "y", "Y"],
};

/// Spanish says "un billete de cinco euros".
pub(super) const KINDS: Kinds = Kinds { articles: &[], things: &[], no_things: &[] };

pub(super) const OF_TIME: &[&str] =
    &["cada", "dura", "durante", "en", "faltan", "hace", "quedan", "tarda", "temporizador"];
pub(super) const CODES: &[&str] = &[
    "puk",
    "cvv",
    "otp",
    "clave",
    "código",
    "contraseña",
    "cp",
    "dni",
    "iban",
    "matrícula",
    "nie",
    "pin",
    "postal",
    "verificación",
    "wifi",
];
pub(super) const NAMED: &[&str] = &[
    "andén",
    "asiento",
    "aula",
    "fila",
    "letra",
    "portal",
    "puerta",
    "canal",
    "habitación",
    "línea",
    "sala",
    "vuelo",
];
pub(super) const SUMS: &[&str] = &["calcula", "cuánto", "es", "son"];
pub(super) const YEARS: &[&str] =
    &["año", "años", "desde", "en", "entre", "hacia", "hasta", "para", "siglo"];
pub(super) const SIZES: &[&str] = &["alto", "ancho", "largo", "profundo"];
pub(super) const VERSIONED: &[&str] = &["android", "java", "python", "ubuntu", "versión"];
pub(super) const HEAT: &[&str] = &["grados", "horno", "temperatura"];

/// Before a duration that is written as a time: "tarda 2:30 h".
pub(super) const LASTING: &[&str] =
    &["de", "dura", "durante", "duran", "duró", "en", "lleva", "tarda", "tardan", "tardó"];

/// Points of the compass.
pub(super) const COMPASS: &[(&str, &str)] = &[
    ("N", "norte"),
    ("S", "sur"),
    ("E", "este"),
    ("O", "oeste"),
    ("W", "oeste"),
    ("NE", "noreste"),
    ("NO", "noroeste"),
    ("NW", "noroeste"),
    ("SE", "sureste"),
    ("SO", "suroeste"),
    ("SW", "suroeste"),
    ("NNE", "nornoreste"),
    ("NNO", "nornoroeste"),
    ("ENE", "estenoreste"),
    ("ESE", "estesureste"),
    ("SSE", "sursureste"),
    ("SSO", "sursuroeste"),
    ("OSO", "oestesuroeste"),
    ("ONO", "oestenoroeste"),
];
