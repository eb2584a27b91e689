//! Words around numbers by which recognisers decide.

use crate::aloud::tables::{Cues, Kinds};

pub(super) const CUES: Cues = Cues {
    before_date: &[],
    after_date: &[],
    before_time: &["à", "de", "dès", "vers", "jusqu'à", "avant", "après", "depuis", "est"],
    at: &["à", "vers"],
    ratio: &["rapport", "ratio", "proportion", "échelle", "format"],
    after_time: &[],
    lasting: &["minutes", "min"],
    timers: &["minuteur", "minuterie", "chronomètre", "chrono", "durée"],
    calls: &[
        "appelez",
        "appeler",
        "appelle",
        "appelons",
        "composez",
        "composer",
        "compose",
        "contactez",
        "contacter",
        "joignez",
        "tél",
        "tel",
        "téléphone",
        "fax",
        "mobile",
        "portable",
    ],
    linking: &["est"],
    telephones: &["numéro", "téléphone", "portable", "mobile"],
    texting: &[],
    linking_code: &["est", "numéro"],
    extension: "poste",
    flights: &["vol", "vols"],
    of: &["de", "d"],
    pressure: &["tension", "ta"],
    ranged: &[
        ("page", "pages"),
        ("chapitre", "chapitres"),
        ("figure", "figures"),
        ("article", "articles"),
    ],
    noons: &["midi", "minuit"],
    winds: &["brise", "cap", "direction", "mistral", "orientation", "rafales", "vent", "vents"],
    grades: &[
        "avis", "donne", "donné", "étoiles", "évalué", "note", "noté", "notée", "notes", "notés",
        "score",
    ],
    steps: &[
        "chapitre",
        "diapositive",
        "essai",
        "image",
        "jour",
        "leçon",
        "message",
        "niveau",
        "page",
        "partie",
        "phase",
        "photo",
        "question",
        "semaine",
        "série",
        "tome",
        "vidéo",
        "étape",
    ],
    times: &["fois"],
    draws: true,
    capital_nouns: false,
    starters: &[
        "au", "aux", "avec", "c'est", "ce", "cela", "ces", "cet", "cette", "comme", "d'abord",
        "dans", "de", "depuis", "des", "du", "elle", "elles", "en", "ensuite", "et", "il", "ils",
        "j'ai", "je", "l'", "la", "le", "les", "leur", "lors", "mais", "mon", "nous", "on", "ou",
        "par", "pour", "puis", "quand", "que", "qui", "sa", "ses", "si", "son", "sur", "tu", "un",
        "une", "vous", "à",
    ],
    pronoun: "",
    article: "à",
};

pub(super) const KINDS: Kinds = Kinds { articles: &[], things: &[], no_things: &[] };

pub(super) const OF_TIME: &[&str] =
    &["durée", "dure", "durent", "minuteur", "pendant", "reste", "restantes", "encore", "dans"];
pub(super) const CODES: &[&str] = &[
    "puk",
    "cvv",
    "otp",
    "code",
    "pin",
    "passe",
    "iban",
    "digicode",
    "immatriculation",
    "vérification",
    "confirmation",
    "validation",
    "sécurité",
];
pub(super) const NAMED: &[&str] = &[
    "siège", "place", "rang", "chambre", "salle", "voie", "ligne", "bus", "quai", "porte", "chaîne",
];
pub(super) const TRAINS: &[&str] = &["tgv", "ter", "intercités", "ouigo", "eurostar"];
pub(super) const SUMS: &[&str] = &["calcule", "calculez", "calculer", "font", "fait"];
pub(super) const YEARS: &[&str] =
    &["an", "année", "années", "en", "depuis", "dès", "vers", "de", "jusqu'en", "avant", "après"];
pub(super) const SIZES: &[&str] = &["long", "large", "haut", "longueur", "largeur", "hauteur"];
pub(super) const VERSIONED: &[&str] = &["version", "python", "ubuntu", "java", "debian"];
pub(super) const HEAT: &[&str] = &["à", "température", "degrés"];
/// Words before a fraction that is a grade.
pub(super) const GRADES: &[&str] = &["note", "noté", "notée", "notés", "score", "évalué"];

/// Words before a number that is the name of something, and does not agree.
pub(super) const NUMBERED: &[&str] = &[
    "an", "année", "années", "page", "pages", "chapitre", "numéro", "chambre", "salle", "question",
    "ligne", "étape", "article", "porte", "voie", "leçon", "exercice", "niveau", "version",
    "chaîne", "option", "partie", "phase", "saison",
];

/// Words before "de" and what is several.
pub(super) const MANY: &[&str] =
    &["centaines", "dizaines", "milliards", "milliers", "millions", "million", "milliard"];

/// Words before a Roman numeral.
pub(super) const ROMAN_COUNTED: &[&str] = &[
    "acte", "annexe", "article", "chapitre", "chap", "livre", "niveau", "partie", "phase", "scène",
    "section", "titre", "tome", "type", "vol", "volume", "épisode",
];

/// Names before one.
pub(super) const MONARCHS: &[&str] = &[
    "albert",
    "alexandre",
    "alphonse",
    "benoît",
    "catherine",
    "charles",
    "clovis",
    "constantin",
    "cosme",
    "dagobert",
    "édouard",
    "élisabeth",
    "elizabeth",
    "ferdinand",
    "françois",
    "frédéric",
    "george",
    "georges",
    "grégoire",
    "guillaume",
    "gustave",
    "henri",
    "isabelle",
    "ivan",
    "jacques",
    "jean",
    "joseph",
    "louis",
    "léon",
    "léopold",
    "marie",
    "mohammed",
    "napoléon",
    "nicolas",
    "otto",
    "paul",
    "philippe",
    "pie",
    "pierre",
    "ramsès",
    "richard",
    "sixte",
    "urbain",
    "victor",
    "vatican",
    "mondiale",
];
