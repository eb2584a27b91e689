//! The genders of common nouns, for numbers before them.

use super::genders;
use crate::aloud::grammar::Gender::{self, Feminine, Masculine, Neuter};

const MASCULINE: &[&str] = &[
    "Abend",
    "Abschnitt",
    "Absatz",
    "Advent",
    "Alarm",
    "Anruf",
    "Apfel",
    "Arzt",
    "Auftrag",
    "Ausweis",
    "Baum",
    "Becher",
    "Beitrag",
    "Besucher",
    "Beutel",
    "Block",
    "Brief",
    "Bruder",
    "Bus",
    "Cent",
    "Dollar",
    "Durchgang",
    "Eimer",
    "Eintrag",
    "Esslöffel",
    "Euro",
    "Fall",
    "Fehler",
    "Feiertag",
    "Film",
    "Finger",
    "Fisch",
    "Franken",
    "Fund",
    "Gang",
    "Gast",
    "Geburtstag",
    "Gedanke",
    "Gegenstand",
    "Grad",
    "Grund",
    "Halbfinalist",
    "Hund",
    "Kaffee",
    "Kandidat",
    "Kasten",
    "Kilometer",
    "Klick",
    "Kollege",
    "König",
    "Kontakt",
    "Kreis",
    "Kuchen",
    "Kunde",
    "Kurs",
    "Lauf",
    "Liter",
    "Löffel",
    "Mann",
    "Meter",
    "Mitarbeiter",
    "Monat",
    "Morgen",
    "Nachmittag",
    "Name",
    "Ort",
    "Platz",
    "Preis",
    "Punkt",
    "Quadratmeter",
    "Rang",
    "Raum",
    "Rest",
    "Ring",
    "Saal",
    "Satz",
    "Schlüssel",
    "Schnitt",
    "Schritt",
    "Schüler",
    "Senator",
    "Sieg",
    "Sitz",
    "Sohn",
    "Spieler",
    "Spieltag",
    "Start",
    "Stein",
    "Stern",
    "Stock",
    "Stuhl",
    "Tag",
    "Teelöffel",
    "Teil",
    "Teilnehmer",
    "Termin",
    "Test",
    "Tipp",
    "Tisch",
    "Timer",
    "Titel",
    "Topf",
    "Traum",
    "Tropfen",
    "Versuch",
    "Vorname",
    "Vorschlag",
    "Wagen",
    "Wecker",
    "Weg",
    "Weltkrieg",
    "Wert",
    "Wunsch",
    "Zentimeter",
    "Zug",
    "Zweig",
];

const FEMININE: &[&str] = &[
    "Abfahrt",
    "Adresse",
    "Antwort",
    "App",
    "Aufgabe",
    "Ausgabe",
    "Auflage",
    "Banane",
    "Birne",
    "Bundesliga",
    "Chance",
    "Datei",
    "Dose",
    "Ebene",
    "Ehe",
    "Etage",
    "Farbe",
    "Flasche",
    "Folge",
    "Frage",
    "Frau",
    "Gruppe",
    "Hälfte",
    "Hand",
    "Haltestelle",
    "Idee",
    "Kanne",
    "Karte",
    "Kartoffel",
    "Katze",
    "Kerze",
    "Kiste",
    "Klasse",
    "Kugel",
    "Lampe",
    "Liga",
    "Liste",
    "Mail",
    "Mannschaft",
    "Meile",
    "Milliarde",
    "Million",
    "Minute",
    "Möglichkeit",
    "Mutter",
    "Nachricht",
    "Nacht",
    "Nummer",
    "Packung",
    "Pause",
    "Person",
    "Pizza",
    "Portion",
    "Prise",
    "Reihe",
    "Reise",
    "Rolle",
    "Rose",
    "Runde",
    "Scheibe",
    "Schwester",
    "Seite",
    "Sekunde",
    "Sendung",
    "Spalte",
    "Spur",
    "Staffel",
    "Stadt",
    "Stelle",
    "Stimme",
    "Straße",
    "Strophe",
    "Stufe",
    "Stunde",
    "Tablette",
    "Tafel",
    "Tasche",
    "Tasse",
    "Tochter",
    "Tonne",
    "Tür",
    "Tüte",
    "Uhr",
    "Umdrehung",
    "Version",
    "Wahl",
    "Welle",
    "Woche",
    "Wohnung",
    "Zahl",
    "Zehe",
    "Zeile",
    "Zitrone",
    "Zone",
    "Zwiebel",
];

const NEUTER: &[&str] = &[
    "Album",
    "Angebot",
    "Auto",
    "Bein",
    "Bett",
    "Beispiel",
    "Bild",
    "Blatt",
    "Brot",
    "Brötchen",
    "Buch",
    "Bundesland",
    "Dach",
    "Dokument",
    "Dutzend",
    "Ei",
    "Elfmeter",
    "Ergebnis",
    "Fach",
    "Fenster",
    "Fest",
    "Finale",
    "Foto",
    "Gebot",
    "Gerät",
    "Gericht",
    "Geschoss",
    "Glas",
    "Gleis",
    "Gramm",
    "Halbjahr",
    "Haus",
    "Jahr",
    "Jahrhundert",
    "Jahrtausend",
    "Jahrzehnt",
    "Kapitel",
    "Kilo",
    "Kilogramm",
    "Kind",
    "Konto",
    "Konzert",
    "Land",
    "Leben",
    "Licht",
    "Lied",
    "Los",
    "Mal",
    "Mädchen",
    "Mitglied",
    "Obergeschoss",
    "Paar",
    "Paket",
    "Pferd",
    "Pfund",
    "Prozent",
    "Quartal",
    "Rad",
    "Rezept",
    "Schiff",
    "Schuljahr",
    "Semester",
    "Spiel",
    "Stockwerk",
    "Stück",
    "Thema",
    "Ticket",
    "Tier",
    "Tor",
    "Treffen",
    "Trimester",
    "Turnier",
    "Untergeschoss",
    "Unternehmen",
    "Update",
    "Viertel",
    "Werk",
    "Wort",
    "Zeichen",
    "Ziel",
    "Zimmer",
];

/// Nouns of several, as they come after "1-2".
const PLURALS: &[(&str, Gender)] = &[
    ("Jahre", Neuter),
    ("Jahren", Neuter),
    ("Kinder", Neuter),
    ("Leute", Masculine),
    ("Male", Neuter),
    ("Monate", Masculine),
    ("Monaten", Masculine),
    ("Schritte", Masculine),
    ("Stück", Neuter),
    ("Tage", Masculine),
    ("Tagen", Masculine),
    ("Eier", Neuter),
    ("Gläser", Neuter),
    ("Bücher", Neuter),
];

/// The gender of a noun in the singular, and of some in the plural.
pub(super) fn gender(word: &str) -> Option<Gender> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    let listed = |word: &str| {
        [(MASCULINE, Masculine), (FEMININE, Feminine), (NEUTER, Neuter)]
            .into_iter()
            .find_map(|(list, gender)| list.contains(&word).then_some(gender))
            .or_else(|| {
                let more = [
                    (genders::MASCULINE, Masculine),
                    (genders::FEMININE, Feminine),
                    (genders::NEUTER, Neuter),
                ];
                let has = |list: &str| list.split_ascii_whitespace().any(|noun| noun == word);
                more.into_iter().find_map(|(list, gender)| has(list).then_some(gender))
            })
    };
    let plural = || PLURALS.iter().find(|(known, _)| *known == word).map(|(_, gender)| *gender);
    // The last part of a compound decides.
    let compound = || {
        let first = [(MASCULINE, Masculine), (FEMININE, Feminine), (NEUTER, Neuter)]
            .into_iter()
            .flat_map(|(list, gender)| list.iter().map(move |noun| (*noun, gender)));
        let more = [
            (genders::MASCULINE, Masculine),
            (genders::FEMININE, Feminine),
            (genders::NEUTER, Neuter),
        ]
        .into_iter()
        .flat_map(|(list, gender)| {
            list.split_ascii_whitespace().map(move |noun| (noun, gender))
        });
        first
            .chain(more)
            .filter(|(noun, _)| noun.len() > 3 && ends_with_noun(word, noun))
            .max_by_key(|(noun, _)| noun.len())
            .map(|(_, gender)| gender)
    };
    listed(word).or_else(plural).or_else(compound).or_else(|| match () {
        () if ends(&[
            "ung", "heit", "keit", "schaft", "tion", "tät", "ungen", "tionen", "keiten",
        ]) =>
        {
            Some(Feminine)
        }
        () if ends(&["chen", "lein", "ment"]) => Some(Neuter),
        // "Minuten", "Wochen": feminine nouns take an "n".
        () => word.strip_suffix('n').and_then(listed).filter(|gender| *gender == Feminine).or_else(
            || word.strip_suffix("en").and_then(listed).filter(|gender| *gender == Feminine),
        ),
    })
}

/// Whether `word` is a compound that ends with `noun`.
fn ends_with_noun(word: &str, noun: &str) -> bool {
    let Some(split) = word.len().checked_sub(noun.len()).filter(|at| *at > 1) else { return false };
    let (Some(first), Some(last)) = (word.get(..split), word.get(split..)) else { return false };
    !first.is_empty() && last.chars().eq(noun.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_a_noun_decides() {
        for (noun, want) in [
            ("Katze", Some(Feminine)),
            ("Hauskatze", Some(Feminine)),
            ("Bundesliga", Some(Feminine)),
            ("Weltkrieg", Some(Masculine)),
            ("Bilderbuch", Some(Neuter)),
            ("Zeitung", Some(Feminine)),
            ("Minuten", Some(Feminine)),
            ("Xyz", None),
        ] {
            assert_eq!(gender(noun), want, "{noun}");
        }
    }
}
