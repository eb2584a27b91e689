//! Homographs, and the words around them that decide the pronunciation.

/// Nouns and adjectives that are also verbs: the word, and its sound as either.
pub(super) const NOUN_OR_VERB: &[(&str, &str, &str)] = &[
    ("abuse", "əbjˈus", "əbjˈuz"),
    ("combine", "kˈɑmbˌaɪn", "kəmbˈaɪn"),
    ("conduct", "kˈɑndˌʌkt", "kəndˈʌkt"),
    ("conflict", "kˈɑnflˌɪkt", "kənflˈɪkt"),
    ("contest", "kˈɑntˌɛst", "kəntˈɛst"),
    ("contract", "kˈɑntɹˌækt", "kəntɹˈækt"),
    ("convert", "kˈɑnvˌɜɹt", "kənvˈɜɹt"),
    ("convict", "kˈɑnvˌɪkt", "kənvˈɪkt"),
    ("decrease", "dˈikɹˌis", "dəkɹˈis"),
    ("desert", "dˈɛzəɹt", "dəzˈɜɹt"),
    ("duplicate", "dˈupləkət", "dˈupləkˌeɪt"),
    ("estimate", "ˈɛstəmət", "ˈɛstəmˌeɪt"),
    ("excuse", "ɪkskjˈus", "ɪkskjˈuz"),
    ("extract", "ˈɛkstɹˌækt", "ɪkstɹˈækt"),
    ("graduate", "ɡɹˈædʒəwət", "ɡɹˈædʒʊˌeɪt"),
    ("house", "hˈaʊs", "hˈaʊz"),
    ("import", "ˈɪmpˌɔɹt", "ɪmpˈɔɹt"),
    ("increase", "ˈɪnkɹˌis", "ɪnkɹˈis"),
    ("insult", "ˈɪnsˌʌlt", "ɪnsˈʌlt"),
    ("object", "ˈɑbdʒəkt", "əbdʒˈɛkt"),
    ("perfect", "pˈɜɹfəkt", "pəɹfˈɛkt"),
    ("permit", "pˈɜɹmɪt", "pəɹmˈɪt"),
    ("present", "pɹˈɛzᵊnt", "pɹizˈɛnt"),
    ("produce", "pɹˈoʊdˌus", "pɹədˈus"),
    ("progress", "pɹˈɑɡɹəs", "pɹəɡɹˈɛs"),
    ("project", "pɹˈɑdʒˌɛkt", "pɹədʒˈɛkt"),
    ("rebel", "ɹˈɛbᵊl", "ɹəbˈɛl"),
    ("record", "ɹˈɛkəɹd", "ɹəkˈɔɹd"),
    ("refuse", "ɹˈɛfjˌus", "ɹəfjˈuz"),
    ("reject", "ɹˈidʒˌɛkt", "ɹədʒˈɛkt"),
    ("resume", "ɹˈɛzəmˌeɪ", "ɹəzˈum"),
    ("separate", "sˈɛpəɹət", "sˈɛpəɹˌeɪt"),
    ("subject", "sˈʌbdʒɛkt", "səbdʒˈɛkt"),
    ("suspect", "sˈʌspˌɛkt", "səspˈɛkt"),
    ("use", "jˈus", "jˈuz"),
];

/// Words after which a verb comes.
pub(super) const BEFORE_VERB: &[&str] = &[
    "can",
    "can't",
    "cannot",
    "could",
    "couldn't",
    "did",
    "didn't",
    "do",
    "does",
    "doesn't",
    "don't",
    "he'll",
    "i",
    "i'd",
    "i'll",
    "it'll",
    "let's",
    "may",
    "might",
    "must",
    "never",
    "not",
    "often",
    "please",
    "shall",
    "she'll",
    "should",
    "shouldn't",
    "they",
    "they'd",
    "they'll",
    "to",
    "us",
    "we",
    "we'd",
    "we'll",
    "who",
    "will",
    "won't",
    "would",
    "wouldn't",
    "you",
    "you'd",
    "you'll",
    "always",
    "usually",
    "rarely",
    "also",
    "just",
    "then",
    "help",
    "and",
    "that",
];

/// Words after which a noun or an adjective comes.
pub(super) const BEFORE_NOUN: &[&str] = &[
    "a", "an", "the", "this", "these", "those", "my", "your", "his", "her", "its", "our", "their",
    "no", "any", "some", "every", "each", "of", "in", "on", "for", "with", "from", "by", "at",
    "is", "are", "was", "were", "be", "been", "am", "it's", "that's", "more", "most", "less",
    "much", "new", "old", "whose", "what", "which", "another", "very", "so", "too", "made", "make",
];

/// Words with which an object begins.
pub(super) const OBJECT: &[&str] = &[
    "a", "an", "the", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our",
    "their", "it", "them", "him", "me", "us", "you", "all", "some", "any", "every", "each", "up",
    "down", "no",
];

pub(super) const AUXILIARY: &[&str] = &[
    "can", "could", "did", "didn't", "do", "does", "doesn't", "don't", "may", "might", "must",
    "shall", "should", "will", "would", "won't", "can't", "let", "let's", "to", "please", "i'll",
    "you'll", "we'll", "they'll", "he'll", "she'll", "not", "when's",
];

pub(super) const BE: &[&str] = &[
    "is", "are", "was", "were", "be", "been", "am", "i'm", "it's", "we're", "they're", "you're",
    "he's", "she's", "being", "that's",
];

pub(super) const SPECIAL: &[&str] = &[
    "bass", "bow", "close", "content", "dove", "lead", "live", "lives", "minute", "polish", "read",
    "records", "tear", "tears", "wind", "winds", "wound",
];

pub(super) const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "hundred", "thousand",
    "million", "dozen",
];
