//! Gender and case, as far as the words around a number show them.

use super::numbers::Case;
use super::{nouns, short, tables};
use crate::aloud::grammar::Gender;
use crate::aloud::text::Text;

/// Words before a dative.
const DATIVE: &[&str] = &[
    "ab", "am", "an", "aus", "außer", "bei", "beim", "dem", "einem", "im", "in", "mit", "nach",
    "seit", "unter", "vom", "von", "vor", "zu", "zum", "zur", "zwischen",
];
const ACCUSATIVE: &[&str] =
    &["auf", "bis", "den", "durch", "einen", "für", "gegen", "je", "ohne", "pro", "um", "über"];

/// Verbs with an object, and of time and distance.
const VERBS: &str = "
arbeitete backe bauen baut baute bekam bekomme bekommen bekommst bekommt benötige benötigen
benötigt besitze besitzen besitzt bestelle bestellen bestellt bestellte bezahle bezahlen bieten
bietet brauche brauchen brauchst braucht brauchte bring bringe bringen bringt buche buchen bucht
dauert dauerte enthalten enthält entwickelte erfand erhalte erhalten erhält erstelle erzielt
erzielte erzielten esse essen fahre fahren fand finde finden findet fährt füge gab gebe geben gehe
gehen geht gewann gewinnen gewinnt gib gibt gründete habe haben habt hast hat hatte hatten
hinterließ hol hole holen holt hätte hätten höre hören hört isst kauf kaufe kaufen kauft kaufte
kenne kennen kennt koche kosten kostet lade laufe laufen lebt lebte lege legen legt lerne lernen
lernt lese lesen liest läuft lösche löse löste mache machen macht miete mieten mietet mische mischen mischt misst
möchte möchten nehme nehmen nimm nimmst nimmt plane planen plant reiche reserviere reservieren
reserviert rufe rühre sah schafft schaffte schaue schaut schenke schenken schenkt schicke schicken
schickt schlief schließe schlägt schneide schneiden schoss schreibe schreiben schreibt sehe sehen
sende sendet setze setzen setzt siehst sieht spare sparen spiel spiele spielen spielt starte stell
stelle stellen stellt streiche suche suchen suchst sucht suchte traf trafen trage tragen treffe
treffen trinke trinken trinkt trägt umfasst verbrachte verbringen verbringt verdiene verdienen
verdient verkaufe verkaufen verkauft verlieren verliert verlor verpasse verpasst veröffentlichte
warf wartet wartete wiegt will wohnte wollen wollte wollten wünsche wünschen zahle zahlen zahlt
zeig zeige zeigen zeigt zähle zählen zählt öffne öffnen";
const GENITIVE: &[&str] = &["des", "innerhalb", "während", "wegen", "trotz", "eines"];

/// Whether the word at piece `i` takes an accusative.
fn takes_accusative(text: &Text, i: usize) -> bool {
    let word = text.lower(i);
    text.one_of(i, ACCUSATIVE) || VERBS.split_ascii_whitespace().any(|verb| verb == word)
}

/// The case of the noun after the number at piece `i`.
pub(super) fn case(text: &Text, i: usize) -> Case {
    let mut before = text.before(i);
    // "Ich brauche 1 Ei und 1 Becher": what comes before the first of several.
    if text.is(before, ",") || text.one_of(before, &["und", "oder"]) {
        let mut at = before;
        for _ in 0..16 {
            at = text.before(at);
            // "1/2 Bd. Petersilie, 3-4 Zehen Knoblauch"
            let short = text.is(at, ".") && text.is_capital(at - 1) && text.get(at - 1).len() < 5;
            let counted = text.is_number(at)
                || short
                || matches!(text.get(at), "," | "/" | "-" | "–")
                || text.one_of(at, &["und", "oder"]);
            let noun = text.is_capital(at) && at > 0;
            if !counted && !noun {
                break;
            }
        }
        before = at;
    }
    // "0,5 bis 1 Liter"
    if text.one_of(before, &["bis"]) && text.is_number(text.before(before)) {
        before = text.before(text.before(before));
    }
    match () {
        // "bis zu 3 m"
        () if text.one_of(before, &["zu"]) && text.one_of(text.before(before), &["bis"]) => {
            Case::Accusative
        }
        () if text.one_of(before, DATIVE) => Case::Dative,
        () if takes_accusative(text, before) => Case::Accusative,
        () if text.one_of(before, GENITIVE) => Case::Genitive,
        // "Ich habe nur 1 Termin."
        () if text.one_of(
            before,
            &[
                "nur",
                "noch",
                "ich",
                "sie",
                "er",
                "du",
                "wir",
                "es",
                "man",
                "ihr",
                "auch",
                "schon",
                "immer",
                "heute",
                "morgen",
                "gestern",
                "gerade",
                "sich",
                "ihm",
                "ihnen",
                "dir",
                "euch",
                "mindestens",
                "höchstens",
                "genau",
                "etwa",
                "circa",
                "täglich",
                "gern",
                "gerne",
                "bitte",
                "dann",
                "mir",
                "jetzt",
                "uns",
            ],
        ) && takes_accusative(text, text.before(before)) =>
        {
            Case::Accusative
        }
        () => Case::Nominative,
    }
}

/// The gender of the noun at piece `i`, or after the adjective at piece `i`.
pub(super) fn gender(text: &Text, i: usize) -> Option<Gender> {
    // "1 Be. Sahne"
    if text.is(i + 1, ".")
        && text.is_number(text.before(i))
        && let Some(noun) = short::counted(text.get(i))
    {
        // "das Bund Petersilie", but "der Bund"
        return if noun == "Bund" { Some(Gender::Neuter) } else { nouns::gender(noun) };
    }
    let mut at = i;
    for _ in 0..2 {
        if text.is_capital(at) {
            // "E-Mail"
            while text.is(at + 1, "-") && text.is_word(at + 2) && at < i + 12 {
                at += 2;
            }
            return nouns::gender(text.get(at));
        }
        let adjective = ["e", "en", "er", "es", "em"].iter().any(|end| text.get(at).ends_with(end));
        if !adjective || text.get(at).len() < 4 || !text.is(at + 1, " ") {
            return None;
        }
        at += 2;
    }
    None
}

/// The gender that a noun at piece `i` probably has.
pub(super) fn likely_gender(text: &Text, i: usize) -> Option<Gender> {
    let word = text.get(i);
    let noun = text.is_capital(i) && !text.is_capitals(i) && word.len() > 2;
    noun.then(|| match () {
        () if word.ends_with("er") => Gender::Masculine,
        () if word.ends_with('e') || word.ends_with("in") => Gender::Feminine,
        () if word.ends_with("um") || word.ends_with("nis") => Gender::Neuter,
        () => Gender::Masculine,
    })
}

/// Whether the number at piece `i` names what stands before it ("Kapitel 1 Seite 3").
pub(super) fn is_name(text: &Text, i: usize) -> bool {
    let before = text.before(i);
    // "Art. 1 Abs. 1"
    let part = &["abb", "abs", "art", "bd", "kap", "kl", "lit", "nr", "rn", "s", "tab", "ziff"];
    if text.is(before, ".") && text.one_of(before.wrapping_sub(1), part) {
        return true;
    }
    if text.is(before, "§") {
        return true;
    }
    text.is_capital(before)
        && !matches!(text.get(before), "Sie" | "Ihnen" | "Ihr" | "Ihre")
        && !takes_accusative(text, before)
        && !text.one_of(before, DATIVE)
        && (before > 0 && !text.is(before.wrapping_sub(2), ".")
            || nouns::gender(text.get(before)).is_some())
}

/// The ending of an adjective after "ein" in its forms.
pub(super) fn ending(gender: Gender, case: Case) -> &'static str {
    match (gender, case) {
        (Gender::Masculine, Case::Nominative) => "er",
        (Gender::Neuter, Case::Nominative | Case::Accusative) => "es",
        (Gender::Feminine, Case::Nominative | Case::Accusative) => "e",
        _ => "en",
    }
}

/// Words before an ordinal number, which show its ending.
const WEAK: &[&str] = &[
    "am", "beim", "dem", "den", "des", "im", "ins", "vom", "zum", "zur", "einem", "einen", "einer",
    "eines", "seit", "ab", "bis", "keinem", "keinen", "keiner", "meinem", "meinen", "meiner",
    "seinem", "seinen", "seiner", "ihrem", "ihren", "ihrer", "unserem", "unseren", "diesem",
    "diesen", "jedem", "jeden", "deinem", "deinen", "deiner", "vor", "nach",
];
const STRONG: &[&str] = &["ein", "kein", "mein", "dein", "sein", "ihr", "unser", "euer"];
const FINAL_E: &[&str] = &[
    "die", "das", "eine", "jede", "jeder", "jedes", "diese", "dieser", "dieses", "meine", "deine",
    "seine", "ihre", "unsere", "keine", "ans", "fürs",
];

/// Whether the word at piece `i` may come before an ordinal number.
pub(super) fn is_before_ordinal(text: &Text, i: usize) -> bool {
    text.is(i, "der")
        || text.is(i, "Der")
        || [WEAK, STRONG, FINAL_E].iter().any(|list| text.one_of(i, list))
}

/// The ending of the ordinal number at piece `i`, by the word before it and the noun at `noun`.
pub(super) fn ordinal_ending(text: &Text, i: usize, noun: Option<Gender>) -> &'static str {
    let mut before = text.before(i);
    // "im 3. und 4. Stock"
    for _ in 0..3 {
        // "am 1. u. 2. Juni"
        let short = text.is(before, ".") && text.one_of(before.wrapping_sub(1), &["u", "od"]);
        before = if short { before.wrapping_sub(1) } else { before };
        let first = text.before(before);
        let joins = short
            || text.one_of(before, &["und", "oder"])
            || text.is_dash(before)
            || matches!(text.get(before), "," | "/");
        if !joins || !text.is(first, ".") || !text.is_number(first.wrapping_sub(1)) {
            break;
        }
        before = text.before(first.wrapping_sub(1));
    }
    // "bis einschl. 3. Mai"
    let short = if text.is(before, ".") { before.wrapping_sub(1) } else { before };
    // "Ihr Schreiben v. 8. Jan."
    if short != before && text.is(short, "v") {
        return "en";
    }
    if text.one_of(short, &["ca", "circa", "einschl", "einschließlich", "etwa", "spätestens"]) {
        before = text.before(short);
    }
    // "am Montag, 3. Mai"
    if text.is(before, ",") {
        let mut day = before.wrapping_sub(1);
        day = if text.is(day, ".") { day.wrapping_sub(1) } else { day };
        if text.get(day).ends_with("tag") || tables::calendar_name(text.get(day)).is_some() {
            before = text.before(day);
            // "von Dienstag, 4. Juni, auf Donnerstag, 6. Juni"
            if text.one_of(before, DATIVE) || text.one_of(before, &["auf", "bis", "für"]) {
                return "en";
            }
        }
    }
    let strong = match noun {
        Some(Gender::Feminine) => "e",
        Some(Gender::Neuter) => "es",
        _ => "er",
    };
    match () {
        () if text.one_of(before, WEAK) => "en",
        () if text.one_of(before, FINAL_E) => "e",
        // "der 3. Tag", but "in der 3. Klasse"
        () if text.one_of(before, &["der"]) => {
            let second = text.before(before);
            let preposition = text.one_of(second, DATIVE) || text.one_of(second, &["auf"]);
            if noun == Some(Gender::Feminine) || preposition { "en" } else { "e" }
        }
        () => strong,
    }
}
