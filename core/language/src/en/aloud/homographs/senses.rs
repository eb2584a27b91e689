//! Which of its meanings a word has.

use super::around::Around;
use super::words::{AUXILIARY, BE};

/// "read" in the past.
pub(super) fn is_past(around: &Around<'_>) -> bool {
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
pub(super) fn is_live(around: &Around<'_>) -> bool {
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
pub(super) fn is_metal(around: &Around<'_>) -> bool {
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
pub(super) fn is_rip(around: &Around<'_>) -> bool {
    let (before, next) = (around.before(), around.next());
    if next == "gas" {
        return false;
    }
    let joined = before == "and" && matches!(around.get(-2), "wear" | "rip");
    let hole = next == "in" || matches!(next, "up" | "down" | "apart" | "off" | "open");
    joined || hole || around.is_verb()
}

/// "close" as a verb.
pub(super) fn is_closing(around: &Around<'_>) -> bool {
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
