//! Street addresses: numbers of houses, kinds of streets, states and their postal codes.

use super::tables::find;
use crate::aloud::class::{Class, Item, Style};
use crate::aloud::item;
use crate::aloud::tables::Aloud;
use crate::aloud::text::Text;
use crate::aloud::when::ends_there;

/// Kinds of streets, shortened and in full.
const STREETS: &[(&str, &str)] = &[
    ("St", "Street"),
    ("Ave", "Avenue"),
    ("Av", "Avenue"),
    ("Blvd", "Boulevard"),
    ("Rd", "Road"),
    ("Ln", "Lane"),
    ("Dr", "Drive"),
    ("Ct", "Court"),
    ("Pl", "Place"),
    ("Sq", "Square"),
    ("Pkwy", "Parkway"),
    ("Hwy", "Highway"),
    ("Ter", "Terrace"),
    ("Cir", "Circle"),
    ("Trl", "Trail"),
];

const FULL: &[&str] = &[
    "Street",
    "Avenue",
    "Boulevard",
    "Road",
    "Lane",
    "Drive",
    "Court",
    "Place",
    "Square",
    "Parkway",
    "Highway",
    "Terrace",
    "Circle",
    "Way",
    "Trail",
    "Row",
    "Close",
];

const POINTS: &[(&str, &str)] = &[
    ("N", "North"),
    ("S", "South"),
    ("E", "East"),
    ("W", "West"),
    ("NE", "northeast"),
    ("NW", "northwest"),
    ("SE", "southeast"),
    ("SW", "southwest"),
];

const STATES: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
    ("DC", "D C"),
];

/// The last words of the names of large towns in states whose letters also make a word.
const TOWNS: &[&str] = &[
    "akron",
    "anchorage",
    "angeles",
    "antonio",
    "arbor",
    "augusta",
    "aurora",
    "bangor",
    "baton",
    "bend",
    "birmingham",
    "bloomington",
    "boise",
    "boston",
    "boulder",
    "cambridge",
    "cincinnati",
    "city",
    "cleveland",
    "collins",
    "columbus",
    "dayton",
    "denver",
    "dover",
    "edmond",
    "erie",
    "eugene",
    "evansville",
    "gary",
    "gulfport",
    "harrisburg",
    "hilo",
    "honolulu",
    "huntsville",
    "indianapolis",
    "jackson",
    "kahului",
    "lafayette",
    "lancaster",
    "lawton",
    "lewiston",
    "lowell",
    "medford",
    "meridian",
    "mobile",
    "montgomery",
    "nampa",
    "newark",
    "norman",
    "orleans",
    "philadelphia",
    "pittsburgh",
    "portland",
    "pueblo",
    "reading",
    "rouge",
    "salem",
    "scranton",
    "shreveport",
    "somerville",
    "springfield",
    "springs",
    "toledo",
    "tulsa",
    "wayne",
    "wilmington",
    "worcester",
];

/// Words before the name of a place.
const PLACED: &[&str] = &[
    "around", "at", "from", "in", "into", "leave", "leaving", "near", "of", "outside", "reach",
    "through", "to", "via", "visit", "visiting",
];

/// Whether a piece is a kind of street, shortened or in full.
fn is_street(text: &Text, i: usize) -> bool {
    FULL.contains(&text.get(i)) || find(STREETS, text.get(i)).is_some()
}

/// The number of a house, and a postal code.
pub(super) fn number(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_digits(i, 1..=5) || text.is_word(i.wrapping_sub(1)) {
        return None;
    }
    let before = text.before(i);
    // CA 95051; Berlin, 10115
    if text.is_digits(i, 5..=5) {
        let state = find(STATES, text.get(before)).is_some();
        let town =
            text.is_capital(text.past_space(i + 1)) && text.starts_fresh(i) && i + 3 >= text.len();
        let long = text.is(i + 1, "-") && text.is_digits(i + 2, 4..=4) && !text.is(i + 3, "-");
        if state || town || long {
            return match long {
                true => Some(item(Class::Code, i, i + 3)),
                false => Some(item(Class::Number(i, Style::Digits), i, i + 1)),
            };
        }
    }
    if text.is(i.wrapping_sub(1), "-") || text.is(i.wrapping_sub(1), "/") {
        return None;
    }
    // A house: a number, names with capitals, a kind of street.
    let flat = text.is_capitals(i + 1) && text.is_letter(i + 1);
    let mut at = text.past_space(i + 1 + usize::from(flat));
    let first = at;
    for _ in 0..5 {
        if at > first && is_street(text, at) {
            let style = if text.get(i).len() < 5 { Style::Pairs } else { Style::Digits };
            return Some(item(Class::Number(i, style), i, i + 1));
        }
        let ordinal = text.is_number(at) && text.one_of(at + 1, &["st", "nd", "rd", "th"]);
        if !(text.is_capital(at) || ordinal) {
            break;
        }
        let mut next = at + 1 + usize::from(ordinal);
        next += usize::from(text.is(next, ".") && text.get(at).len() <= 2);
        if !text.is(next, " ") {
            break;
        }
        at = next + 1;
    }
    None
}

/// Whether a house's number or a street's name stands before piece `i`.
fn in_address(text: &Text, i: usize) -> bool {
    let mut at = text.before(i);
    for _ in 0..4 {
        if text.is_number(at)
            || text.one_of(at, &["st", "nd", "rd", "th"]) && text.is_number(at.wrapping_sub(1))
        {
            return true;
        }
        if !(text.is_capital(at) || text.is(at, ".")) {
            return false;
        }
        at = if text.is(at, ".") { at.wrapping_sub(1) } else { text.before(at) };
    }
    false
}

/// St., Dr., Ave, N, CA: words of addresses.
pub(super) fn word(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_word(i) || text.is(i.wrapping_sub(1), ".") || text.is(i.wrapping_sub(1), "-") {
        return None;
    }
    let word = text.get(i);
    let stop = text.is(i + 1, ".");
    let end = i + 1 + usize::from(stop);
    let before = text.before(i);
    let next = text.past_space(end);
    let name_before =
        text.is_capital(before) && !text.is_capitals(before) && !aloud.starts(text, before)
            || text.one_of(before, &["st", "nd", "rd", "th"]);
    let name_after = next > end && text.is_capital(next);
    let said = |words, end: usize| {
        let mut found = item(Class::Abbreviation(words), i, end);
        found.ends = end == i + 2 && ends_there(aloud, text, end);
        Some(found)
    };
    if let Some(words) = find(STREETS, word) {
        // "Dr. King Dr.", "St. James St.": what follows a name is a street.
        let lone = !matches!(word, "St" | "Dr" | "Sq" | "Pl" | "Ct" | "Av" | "Ter" | "Cir");
        let named = name_before && (in_address(text, i) || !name_after || aloud.starts(text, next));
        // "St." and "Dr." before a name are a saint and a doctor.
        let saint =
            name_after && !aloud.starts(text, next) && !(in_address(text, i) && name_before);
        if matches!(word, "St" | "Dr") && saint {
            return None;
        }
        if named || lone && stop {
            return said(words, end);
        }
        return None;
    }
    if find(POINTS, word).is_some() && !text.is(i + 1, "'") {
        let words = *find(POINTS, word)?;
        let ahead = text.is_number(before) && (name_after || text.is_number(next));
        let behind = word.len() == 2
            && is_street(text, if text.is(before, ".") { before.wrapping_sub(1) } else { before });
        let degrees = text.is(before, "°");
        if ahead && (stop || is_street_ahead(text, next)) || behind || degrees {
            return Some(Item {
                ends: text.ends_line(end) && stop,
                ..item(Class::Abbreviation(words), i, end)
            });
        }
    }
    // States: before a postal code, or after a town and a comma.
    let state = *find(STATES, word)?;
    let code = text.is_digits(next, 5..=5) && next > end;
    // A clause may begin after the comma.
    let word_too = matches!(
        word,
        "OR" | "IN"
            | "ME"
            | "OK"
            | "HI"
            | "OH"
            | "PA"
            | "MA"
            | "LA"
            | "ID"
            | "CO"
            | "AL"
            | "DE"
            | "MS"
    );
    let lone = i == 0
        && !word_too
        && (end >= text.len()
            || matches!(text.get(i + 1), "," | "." | "!" | "?") && text.ends_line(i + 2));
    let after_name = text.is(before, ",")
        && text.is_capital(before.wrapping_sub(1))
        && (!name_after || stop && aloud.starts(text, next));
    let town = after_name && (!word_too || is_town(text, before.wrapping_sub(1))) || lone;
    if word == "DC" || !(code || town) {
        return None;
    }
    said(state, i + 1)
}

/// Whether the name that ends with piece `i` is that of a town, before a state whose letters also
/// make a word: "in Tulsa, OK", but "Yes, OK", "Thanks, Ma", "Call, OR wait".
fn is_town(text: &Text, i: usize) -> bool {
    let mut first = i;
    while text.is_capital(text.before(first)) && text.before(first) < first {
        first = text.before(first);
    }
    let name = text.lower(i);
    let before = text.before(first);
    TOWNS.contains(&name.as_str())
        || PLACED.contains(&text.lower(before).as_str())
        || in_address(text, first)
}

fn is_street_ahead(text: &Text, i: usize) -> bool {
    (i..i + 6).any(|at| is_street(text, at))
}
