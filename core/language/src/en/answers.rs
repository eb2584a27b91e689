//! English words for judging the answers of a language model.

use crate::answers::Answers;

pub(super) static ANSWERS: Answers = Answers {
    grammar: &[
        "a", "about", "after", "also", "an", "and", "approximately", "are", "around", "as", "at", "be",
        "been", "before", "by", "called", "can", "consists", "did", "do", "does", "for", "from", "had",
        "has", "have", "he", "her", "his", "in", "into", "is", "it", "it's", "its", "known", "located",
        "most", "of", "on", "one", "or", "over", "s", "she", "situated", "that", "the", "their", "there",
        "these", "they", "this", "to", "typically", "usually", "was", "were", "which", "who", "with",
        "written", "wrote", "painted", "painter", "author", "composed", "composer", "directed", "director",
        "film", "novel", "book", "play", "painting", "opera", "discovered", "invented", "developed",
        "born", "founded", "began", "ended", "started", "took", "place", "happened", "occurred", "city",
        "country", "year", "capital", "official", "language", "currency", "famous", "first",
    ],
    questions: &[
        "who", "who's", "what is", "what's", "what was", "what are", "what were", "what do", "what does",
        "what did", "what language", "what gas", "what year", "what color", "what country", "what city",
        "which", "when", "where", "where's", "in what", "in which", "on what", "on which", "how many",
        "how much", "how long", "how tall", "how far", "how old", "how high", "how deep", "how big",
        "how fast", "how heavy", "do you know who", "do you know what", "do you know when",
        "do you know where", "do you know which", "tell me who", "tell me when", "tell me where",
    ],
    personal: &["i", "i'm", "me", "my", "we", "our", "us", "your", "yours", "think", "should"],
    another: &[
        "another one", "one more", "another joke", "another story", "another fact", "another riddle",
        "another poem", "a different one", "a new one", "a different joke", "again but different",
        "something else", "more like that", "the next one",
    ],
    unsure: "I'm not sure about this.",
    not_done: "I can't do that, I'm sorry.",
    speakers: &["i", "i've", "i'll", "i'm"],
    beside: &[
        "ok", "okay", "sure", "done", "alright", "great", "have", "will", "am", "just", "now", "already",
        "also", "successfully", "certainly", "yes", "all",
    ],
    deeds: &[
        "turned", "turning", "switched", "switching", "set", "setting", "added", "adding", "opened",
        "opening", "closed", "closing", "locked", "locking", "unlocked", "unlocking", "dimmed",
        "dimming", "started", "starting", "stopped", "stopping", "cancelled", "canceled", "removed",
        "removing", "scheduled", "created", "adjusted", "adjusting", "increased", "decreased", "lowered",
        "raised", "muted", "paused", "resumed", "reminded", "remind", "wake", "sent", "sending",
        "called", "calling", "booked", "ordered", "ordering", "saved", "noted", "put", "played", "playing",
        "turn", "switch", "add", "open", "close", "lock", "unlock", "dim", "activated", "deactivated",
    ],
    doing: &[
        "turning", "switching", "setting", "adding", "opening", "closing", "locking", "unlocking",
        "dimming", "starting", "stopping", "cancelling", "canceling", "playing", "raising", "lowering",
    ],
    articles: &["the", "your", "a", "an"],
    things: &[
        "light", "lights", "lamp", "lamps", "fan", "door", "doors", "blinds", "curtains", "timer",
        "timers", "alarm", "alarms", "reminder", "reminders", "heating", "thermostat", "heater", "list",
        "volume", "music", "machine", "maker", "garage", "window", "tv", "television", "radio", "oven",
    ],
    are: &["is", "are", "has", "have", "was", "were"],
    states: &[
        "been", "on", "off", "set", "open", "opened", "closed", "locked", "unlocked", "turned", "switched",
        "running", "started", "cancelled", "canceled", "added", "dimmed", "updated", "playing",
    ],
};
