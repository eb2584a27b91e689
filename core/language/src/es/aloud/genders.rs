//! The genders of nouns.

use crate::aloud::grammar::Gender::{self, Feminine, Masculine};

/// Masculine nouns that end like feminine ones, in the singular.
const MASCULINE: &[&str] = &[
    "aroma",
    "avión",
    "camión",
    "carisma",
    "clima",
    "cometa",
    "diagrama",
    "dilema",
    "diploma",
    "drama",
    "día",
    "esquema",
    "fantasma",
    "fonema",
    "guion",
    "idioma",
    "kilograma",
    "lema",
    "mapa",
    "panda",
    "panorama",
    "pijama",
    "planeta",
    "poema",
    "poeta",
    "problema",
    "programa",
    "pirata",
    "síntoma",
    "sistema",
    "sofá",
    "telegrama",
    "tema",
    "teorema",
    "tranvía",
    "trauma",
    "yoga",
    "atleta",
    "guía",
    "gorila",
    "compa",
    "papa",
    "análisis",
    "énfasis",
    "oasis",
    "paréntesis",
];

/// Feminine nouns that do not end like such ones, in the singular.
const FEMININE: &[&str] = &[
    "arte",
    "base",
    "calle",
    "carne",
    "cárcel",
    "catedral",
    "clase",
    "clave",
    "corriente",
    "costumbre",
    "crisis",
    "cruz",
    "dosis",
    "fase",
    "fiebre",
    "flor",
    "foto",
    "frase",
    "fuente",
    "gente",
    "hipótesis",
    "imagen",
    "labor",
    "leche",
    "ley",
    "llave",
    "luz",
    "mano",
    "mente",
    "moto",
    "muerte",
    "mujer",
    "nariz",
    "nave",
    "nieve",
    "noche",
    "nube",
    "orden",
    "pared",
    "parte",
    "perdiz",
    "piel",
    "radio",
    "raíz",
    "red",
    "sal",
    "sangre",
    "sede",
    "señal",
    "serie",
    "sílaba",
    "suerte",
    "tarde",
    "tesis",
    "torre",
    "tribu",
    "vez",
    "voz",
    "web",
    "actriz",
    "cicatriz",
    "matriz",
    "nuez",
    "superficie",
    "especie",
    "variante",
    "vertiente",
    "sartén",
    "miel",
    "razón",
    "canción",
];

const FEMININE_ENDINGS: &[&str] =
    &["ción", "sión", "xión", "gión", "nión", "dad", "tad", "tud", "umbre"];

/// The singular of a plural, as far as the endings show it.
fn singular(word: &str) -> String {
    for (plural, ending) in [
        ("ciones", "ción"),
        ("siones", "sión"),
        ("xiones", "xión"),
        ("giones", "gión"),
        ("niones", "nión"),
        ("viones", "vión"),
        ("miones", "mión"),
        ("razones", "razón"),
        ("imágenes", "imagen"),
        ("órdenes", "orden"),
        ("sartenes", "sartén"),
        ("ces", "z"),
        ("des", "d"),
        ("les", "l"),
        ("res", "r"),
        ("ses", "s"),
        ("yes", "y"),
    ] {
        if let Some(stem) = word.strip_suffix(plural) {
            let singular = format!("{stem}{ending}");
            let listed = |word: &str| FEMININE.contains(&word);
            // "clases" and "tardes" lose only their "s".
            let shorter = word.strip_suffix('s').is_some_and(listed);
            if !shorter {
                return singular;
            }
        }
    }
    let keeps = word.ends_with("sis");
    word.strip_suffix('s').filter(|_| !keeps).unwrap_or(word).to_owned()
}

/// The gender of a noun in the singular or the plural, by its ending and by tables.
pub(super) fn gender(noun: &str) -> Gender {
    let one = singular(noun);
    let is = |list: &[&str]| list.contains(&noun) || list.contains(&one.as_str());
    let feminine = one.ends_with('a') && !one.ends_with("ista")
        || FEMININE_ENDINGS.iter().any(|ending| one.ends_with(ending));
    match () {
        () if is(MASCULINE) => Masculine,
        () if feminine || is(FEMININE) => Feminine,
        () => Masculine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_show_the_gender() {
        for noun in [
            "persona",
            "horas",
            "canciones",
            "ciudades",
            "veces",
            "tardes",
            "clases",
            "mujeres",
            "leyes",
            "imágenes",
            "fotos",
            "opiniones",
            "redes",
            "calles",
            "crisis",
        ] {
            assert_eq!(gender(noun), Feminine, "{noun}");
        }
        for noun in [
            "día",
            "días",
            "kilómetros",
            "problemas",
            "turistas",
            "aviones",
            "meses",
            "hoteles",
            "países",
            "jueces",
            "análisis",
            "millones",
            "planetas",
            "trenes",
        ] {
            assert_eq!(gender(noun), Masculine, "{noun}");
        }
    }
}
