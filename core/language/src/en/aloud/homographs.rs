//! Homographs: words that are written alike and pronounced in two ways. The words around them
//! decide which is meant.

use super::homograph_words::{
    AUXILIARY, BE, BEFORE_NOUN, BEFORE_VERB, NOUN_OR_VERB, NUMBERS, OBJECT, SPECIAL,
};
use crate::token::{Token, TokenKind};

/// The words around one word, in lower case; empty where there is none.
struct Around<'a> {
    words: &'a [String],
    i: usize,
}

impl<'a> Around<'a> {
    fn get(&self, by: isize) -> &'a str {
        let at = self.i.checked_add_signed(by);
        at.and_then(|at| self.words.get(at)).map_or("", String::as_str)
    }

    fn before(&self) -> &'a str {
        self.get(-1)
    }

    fn next(&self) -> &'a str {
        self.get(1)
    }

    /// Whether one of the words from the second to the first place is in the list.
    fn within(&self, from: isize, to: isize, list: &[&str]) -> bool {
        (from..=to).any(|by| by != 0 && list.contains(&self.get(by)))
    }

    fn says(&self, list: &[&str]) -> bool {
        self.within(-12, 12, list)
    }

    /// Whether nothing follows in the phrase.
    fn ends(&self) -> bool {
        matches!(
            self.next(),
            "" | "." | "," | "!" | "?" | ";" | ":" | "…" | ")" | "—" | "and" | "but" | "or"
        )
    }

    /// Whether the phrase begins here.
    fn begins(&self) -> bool {
        matches!(self.before(), "" | "." | "," | "!" | "?" | ";" | ":" | "…" | "(" | "—")
    }

    /// Whether the word before may be a subject of several ("the shops …").
    fn after_plural(&self) -> bool {
        let word = self.before();
        let plural = word.len() > 3
            && word.ends_with('s')
            && !word.ends_with("ss")
            && !word.ends_with("us")
            && !word.ends_with("'s")
            || matches!(word, "people" | "men" | "women" | "children");
        plural && !BEFORE_NOUN.contains(&word)
    }

    /// Whether the word is a verb here.
    fn is_verb(&self) -> bool {
        let before = self.before();
        if BEFORE_NOUN.contains(&before) {
            return false;
        }
        if self.begins() {
            return OBJECT.contains(&self.next()) || self.get(1) == "me";
        }
        let near = |word: &str| matches!(word, "and" | "that" | "then");
        if near(before) {
            return OBJECT.contains(&self.next());
        }
        // "Can John record it?"
        let asked = self.within(-3, -2, &["can", "could", "will", "would", "did", "does", "do"])
            && !self.within(-1, -1, BEFORE_NOUN);
        BEFORE_VERB.contains(&before)
            || self.after_plural() && !self.ends()
            || asked && OBJECT.contains(&self.next())
    }

    /// Whether a word that ends in "s" is a verb of a single subject ("the path winds through").
    fn is_third_person(&self) -> bool {
        let next = self.next();
        let object = next.ends_with("ly")
            || OBJECT.contains(&next)
            || matches!(next, "through" | "around" | "along" | "past");
        let subject = matches!(self.before(), "he" | "she" | "it" | "who" | "which" | "that");
        let article = matches!(
            self.get(-2),
            "the" | "a" | "this" | "that" | "my" | "your" | "our" | "every" | "each"
        );
        let noun = !self.ends()
            && !BE.contains(&next)
            && !AUXILIARY.contains(&next)
            && !matches!(next, "of" | "in" | "from" | "on" | "for" | "with" | "have" | "were");
        subject
            || !self.begins()
                && article
                && (object || noun)
                && !BEFORE_NOUN.contains(&self.before())
    }
}

/// Chooses the pronunciation of each word that has two.
pub(super) fn pronounce(tokens: &mut [Token]) {
    let known = |token: &Token| token.kind == TokenKind::Word && is_known(&token.text);
    if !tokens.iter().any(known) {
        return;
    }
    let words: Vec<String> = tokens.iter().map(|token| token.text.to_lowercase()).collect();
    for i in 0..tokens.len() {
        if tokens[i].kind == TokenKind::Word {
            let around = Around { words: &words, i };
            tokens[i].ipa = sound(&words[i], &tokens[i].text, &around);
        }
    }
}

fn is_known(word: &str) -> bool {
    let word = word.to_lowercase();
    SPECIAL.contains(&word.as_str()) || NOUN_OR_VERB.iter().any(|(known, ..)| *known == word)
}

fn sound(word: &str, written: &str, around: &Around<'_>) -> Option<&'static str> {
    let two = |first: bool, yes: &'static str, no: &'static str| Some(if first { yes } else { no });
    let (before, next) = (around.before(), around.next());
    match word {
        "read" => two(is_past(around), "ɹˈɛd", "ɹˈid"),
        "live" => two(is_live(around), "lˈaɪv", "lˈɪv"),
        "lives" => two(
            !matches!(
                before,
                "he" | "she"
                    | "it"
                    | "who"
                    | "that"
                    | "one"
                    | "nobody"
                    | "everyone"
                    | "everybody"
                    | "someone"
            ) && (before.ends_with('s')
                || BEFORE_NOUN.contains(&before)
                || NUMBERS.contains(&before)
                || matches!(
                    before,
                    "many"
                        | "save"
                        | "saved"
                        | "other"
                        | "past"
                        | "all"
                        | "both"
                        | "lost"
                        | "lose"
                        | "several"
                        | "people's"
                        | "human"
                        | "daily"
                        | "private"
                        | "personal"
                )
                || around.begins() && BE.contains(&next)),
            "lˈaɪvz",
            "lˈɪvz",
        ),
        "lead" => two(is_metal(around), "lˈɛd", "lˈid"),
        "records" => two(around.is_third_person(), "ɹəkˈɔɹdz", "ɹˈɛkəɹdz"),
        "wound" => two(
            matches!(
                next,
                "up" | "around" | "round" | "down" | "through" | "tightly" | "its" | "back"
            ) || matches!(before, "he" | "she" | "they" | "i" | "we" | "it"),
            "wˈaʊnd",
            "wˈund",
        ),
        "tear" => two(is_rip(around), "tˈɛɹ", "tˈɪɹ"),
        "tears" => two(
            around.is_third_person() || matches!(next, "apart" | "up" | "off" | "easily"),
            "tˈɛɹz",
            "tˈɪɹz",
        ),
        "minute" => two(
            matches!(
                next,
                "traces"
                    | "amounts"
                    | "amount"
                    | "quantities"
                    | "quantity"
                    | "detail"
                    | "details"
                    | "particles"
                    | "differences"
                    | "difference"
                    | "changes"
                    | "fragments"
                    | "doses"
                    | "dose"
                    | "fraction"
                    | "organisms"
                    | "variations"
                    | "scale"
            ) || around.ends()
                && (BE.contains(&before)
                    || matches!(before, "very" | "so" | "extremely" | "too" | "almost")),
            "maɪnˈut",
            "mˈɪnət",
        ),
        "close" => two(is_closing(around), "klˈoʊz", "klˈoʊs"),
        "wind" => two(
            !BEFORE_NOUN.contains(&before)
                && (AUXILIARY.contains(&before)
                    || matches!(before, "we" | "they" | "you" | "i")
                    || around.begins() && OBJECT.contains(&next)),
            "wˈaɪnd",
            "wˈɪnd",
        ),
        "winds" => two(
            around.is_third_person()
                || matches!(next, "through" | "around" | "along" | "up" | "down"),
            "wˈaɪndz",
            "wˈɪndz",
        ),
        "bow" => two(
            around.is_verb()
                || matches!(next, "down" | "out" | "before")
                || before == "a" && matches!(around.get(-2), "took" | "take" | "takes" | "taking"),
            "bˈaʊ",
            "bˈoʊ",
        ),
        "bass" => two(
            around.says(&[
                "fish", "fishing", "caught", "catch", "lake", "river", "sea", "striped", "grilled",
                "fillet", "pond", "trout",
            ]) && !matches!(next, "guitar" | "player" | "drum" | "line" | "clef"),
            "bˈæs",
            "bˈeɪs",
        ),
        "dove" => two(
            matches!(before, "he" | "she" | "they" | "we" | "i" | "it" | "who")
                || matches!(next, "into" | "under" | "off"),
            "dˈoʊv",
            "dˈʌv",
        ),
        "polish" => two(
            written.starts_with('P') && !(around.begins() && OBJECT.contains(&next)),
            "pˈoʊlɪʃ",
            "pˈɑlɪʃ",
        ),
        "content" => two(
            BE.contains(&before) && (around.ends() || matches!(next, "with" | "to"))
                || matches!(before, "quite" | "very" | "feel" | "felt" | "perfectly" | "not"),
            "kəntˈɛnt",
            "kˈɑntɛnt",
        ),
        "use" => two(
            (BEFORE_NOUN.contains(&before)
                || next == "of"
                || matches!(
                    before,
                    "daily" | "personal" | "everyday" | "energy" | "good" | "first"
                ))
                && !BEFORE_VERB.contains(&before),
            "jˈus",
            "jˈuz",
        ),
        _ => {
            let (_, noun, verb) = NOUN_OR_VERB.iter().find(|(known, ..)| *known == word)?;
            let determined = BEFORE_NOUN.contains(&before) && !BE.contains(&before);
            // Verbs that are rarely nouns.
            let mostly_verb =
                matches!(word, "refuse" | "convert" | "extract" | "resume" | "reject" | "combine")
                    && !determined;
            two(!(around.is_verb() || mostly_verb), noun, verb)
        }
    }
}

/// "read" in the past.
fn is_past(around: &Around<'_>) -> bool {
    let before = around.before();
    // A noun: "a good read".
    if around.within(
        -1,
        -1,
        &["a", "the", "this", "that", "good", "great", "quick", "long", "interesting"],
    ) {
        return false;
    }
    if around.within(
        -3,
        -1,
        &[
            "have", "has", "had", "having", "i've", "you've", "we've", "they've", "haven't",
            "hasn't", "hadn't",
        ],
    ) {
        return true;
    }
    if AUXILIARY.contains(&before) || around.within(-3, -2, AUXILIARY) {
        return false;
    }
    if around.within(-2, -1, BE) || before.ends_with("ly") {
        return true;
    }
    if matches!(before, "he" | "she" | "it") {
        return true;
    }
    let habit =
        around.says(&["every", "often", "always", "usually", "sometimes", "daily", "rarely"]);
    let past = around.says(&[
        "yesterday",
        "ago",
        "last",
        "once",
        "earlier",
        "was",
        "were",
        "then",
        "already",
        "had",
        "did",
        "never",
        "when",
        "before",
    ]);
    let past_verb = around.words.iter().any(|word| word.len() > 4 && word.ends_with("ed"));
    if around.begins() || habit {
        return false;
    }
    if matches!(before, "i" | "we" | "you" | "they") {
        return past
            || past_verb
            || matches!(before, "i" | "we")
                && matches!(
                    around.next(),
                    "that" | "about" | "it" | "your" | "the" | "in" | "somewhere"
                );
    }
    past || past_verb || !around.after_plural()
}

/// "live" as in "live music".
fn is_live(around: &Around<'_>) -> bool {
    let (before, next) = (around.before(), around.next());
    let thing = matches!(
        next,
        "music"
            | "stream"
            | "streaming"
            | "streams"
            | "show"
            | "shows"
            | "wire"
            | "wires"
            | "concert"
            | "performance"
            | "tv"
            | "television"
            | "broadcast"
            | "broadcasts"
            | "audience"
            | "coverage"
            | "event"
            | "events"
            | "updates"
            | "chat"
            | "action"
            | "band"
            | "album"
            | "version"
            | "video"
            | "feed"
            | "ammunition"
            | "bait"
            | "demo"
            | "score"
            | "scores"
            | "data"
            | "report"
            | "traffic"
            | "sports"
            | "radio"
            | "session"
    );
    let made = matches!(
        before,
        "broadcast"
            | "played"
            | "play"
            | "plays"
            | "perform"
            | "performed"
            | "performs"
            | "recorded"
            | "streamed"
            | "aired"
            | "going"
            | "go"
            | "goes"
            | "went"
            | "watch"
            | "watching"
            | "sang"
            | "sing"
            | "streaming"
            | "shown"
            | "now"
    );
    thing || made || BE.contains(&before) || matches!(before, "a" | "the") && !around.ends()
}

/// "lead" as a metal.
fn is_metal(around: &Around<'_>) -> bool {
    let (before, next) = (around.before(), around.next());
    let thing = matches!(
        next,
        "pipe"
            | "pipes"
            | "paint"
            | "paints"
            | "poisoning"
            | "acid"
            | "shot"
            | "pencil"
            | "pencils"
            | "weight"
            | "weights"
            | "glass"
            | "crystal"
            | "apron"
            | "exposure"
            | "levels"
            | "solder"
            | "oxide"
            | "dust"
            | "ore"
            | "mine"
            | "mines"
            | "bullets"
            | "bullet"
            | "sinker"
    );
    let made = matches!(
        before,
        "of" | "contain"
            | "contains"
            | "contained"
            | "containing"
            | "molten"
            | "with"
            | "like"
            | "copper"
            | "tin"
    ) && around.ends();
    thing
        || made
        || around.begins() && (BE.contains(&next) || matches!(next, "has" | "melts"))
        || around.ends() && around.says(&["metal", "mercury", "zinc"])
}

/// "tear" as in paper.
fn is_rip(around: &Around<'_>) -> bool {
    let (before, next) = (around.before(), around.next());
    if next == "gas" {
        return false;
    }
    let joined = before == "and" && matches!(around.get(-2), "wear" | "rip");
    let hole = next == "in" || matches!(next, "up" | "down" | "apart" | "off" | "open");
    joined || hole || around.is_verb()
}

/// "close" as a verb.
fn is_closing(around: &Around<'_>) -> bool {
    let (before, next) = (around.before(), around.next());
    let near = matches!(
        before,
        "a" | "the"
            | "very"
            | "so"
            | "too"
            | "quite"
            | "how"
            | "stay"
            | "come"
            | "comes"
            | "came"
            | "get"
            | "getting"
            | "got"
            | "keep"
            | "kept"
            | "stand"
            | "sit"
            | "hold"
            | "pretty"
            | "as"
            | "really"
            | "more"
            | "most"
            | "my"
            | "our"
            | "his"
            | "her"
            | "their"
            | "draw"
            | "drew"
            | "up"
            | "this"
            | "extremely"
            | "fairly"
            | "relatively"
            | "not"
    );
    if near
        || BE.contains(&before)
        || matches!(next, "to" | "by" | "friend" | "friends" | "enough")
            && !AUXILIARY.contains(&before)
    {
        return false;
    }
    let asked = around.within(-5, -2, &["does", "do", "did", "will", "can", "should", "could"]);
    AUXILIARY.contains(&before)
        || asked
        || around.is_verb()
        || around.after_plural()
        || around.begins() && !around.ends()
}
