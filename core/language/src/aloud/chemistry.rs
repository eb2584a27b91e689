//! Formulae of chemistry.

use super::class::{Class, Item};
use super::item;
use super::lex::Kind;
use super::tables::Aloud;
use super::text::Text;

/// H₂O, CO2, NaCl, Na⁺: symbols of elements.
pub(crate) fn formula(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let joined =
        |at: usize| matches!(text.kind(at), Some(Kind::Word | Kind::Number | Kind::Lowered));
    if joined(i.wrapping_sub(1)) || text.is(i.wrapping_sub(1), ".") {
        return None;
    }
    let mut end = i;
    let mut symbols = 0;
    let mut counts = 0;
    while end < i + 24 {
        match text.kind(end) {
            Some(Kind::Word) => {
                symbols += elements(text.get(end))?;
            }
            Some(Kind::Lowered) if text.get(end).bytes().all(|b| b.is_ascii_digit()) => {
                counts += 10;
            }
            Some(Kind::Number)
                if end > i && text.value(end).is_some_and(|n| (2..=30).contains(&n)) =>
            {
                counts += 1
            }
            Some(Kind::Raised) if end > i => {
                let charge = text.get(end).ends_with(['+', '-']);
                if charge {
                    counts += 10;
                }
                end += usize::from(charge);
                break;
            }
            _ => break,
        }
        end += 1;
    }
    let salt = counts == 0
        && end == i + 1
        && ["NaCl", "KCl", "HCl", "NaOH", "KOH", "CaO", "MgO"].contains(&text.get(i));
    // "B2" and "R2" are not molecules; "CO2" and "H2O" are.
    let plain = counts > 0
        && counts < 10
        && (symbols >= 2 || matches!(text.get(i), "O" | "N" | "H"))
        && is_formula(text, i, end);
    (salt || counts >= 10 || plain).then(|| item(Class::Code, i, end))
}

/// Common formulae written with ordinary digits.
pub(crate) fn is_formula(text: &Text, i: usize, end: usize) -> bool {
    let formula: String = (i..end).map(|p| text.get(p)).collect();
    matches!(
        formula.as_str(),
        "H2O"
            | "CO2"
            | "O2"
            | "O3"
            | "N2"
            | "H2"
            | "CH4"
            | "NH3"
            | "H2O2"
            | "H2SO4"
            | "NO2"
            | "SO2"
            | "N2O"
            | "C6H12O6"
            | "CaCO3"
            | "NaHCO3"
            | "HNO3"
            | "C2H5OH"
            | "SiO2"
            | "TiO2"
            | "Fe2O3"
    )
}

/// How many chemical symbols a word consists of.
fn elements(word: &str) -> Option<usize> {
    const TWO: &[&str] = &[
        "He", "Li", "Be", "Ne", "Na", "Mg", "Al", "Si", "Cl", "Ar", "Ca", "Ti", "Cr", "Mn", "Fe",
        "Co", "Ni", "Cu", "Zn", "As", "Se", "Br", "Ag", "Sn", "Au", "Hg", "Pb", "Ba", "Pt",
    ];
    const ONE: &str = "HBCNOFPSKVIUWY";
    let mut rest = word;
    let mut all = 0;
    while let Some(first) = rest.chars().next() {
        if let Some(later) = rest.get(..2).filter(|s| TWO.contains(s)).map(|_| &rest[2..]) {
            all += 1;
            rest = later;
        } else if ONE.contains(first) {
            all += 1;
            rest = &rest[first.len_utf8()..];
        } else {
            return None;
        }
    }
    Some(all)
}
