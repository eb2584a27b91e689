//! Words in capitals, and letters.

use crate::aloud::tables::Letters;

pub(super) const LETTERS: Letters = Letters {
    spelt: &[
        "LED", "US", "AM", "PM", "UN", "ID", "AC", "DC", "AD", "BC", "CV", "DIY", "EU", "ETA",
        "FAQ", "GP", "HR", "IP", "ISO", "IQ", "MAC", "OS", "PA", "PC", "PR", "RIP", "SOS", "SOC",
        "TB", "UFO", "UK", "USA", "VIP", "GUI", "API", "CEO", "CIA", "USB", "HDMI", "CPU", "GPU",
        "URL", "SQL", "HTML", "IT", "AI", "LA", "OTP", "ASAP", "RSVP", "ADHD", "YMCA", "ISBN",
        "IMEI", "HIV", "UV", "EV", "IPA", "ROI", "IOU", "OCD", "UPS", "USPS", "AAA", "IEEE",
        "IBAN", "EULA", "ABC", "EST", "CEST", "CET", "EDT", "PST", "PDT", "GMT", "UTC", "IPO",
        "IRS", "IRA", "NAACP", "ESPN", "ASCII", "BBQ", "HVAC", "IEC", "ETF", "EPA", "FDA", "UAE",
        "ICU", "ER", "USMC", "USAF", "MIT", "UCLA", "ACL", "IPX", "UHD", "OLED", "DOI", "EOD",
        "LOL", "OMG", "IMO",
    ],
    loud: &["US", "IT", "AM", "AI", "LA", "OR"],
    acronyms: &[
        "NASA", "NATO", "UNESCO", "UNICEF", "AIDS", "OPEC", "FIFA", "UEFA", "IKEA", "LEGO",
        "LASER", "RADAR", "SONAR", "SCUBA", "JPEG", "JPG", "GIF", "PIN", "SIM", "RAM", "ROM",
        "LAN", "WAN", "COVID", "SARS", "CAPTCHA", "ZIP", "VAT", "NAFTA", "ASEAN", "BASIC", "COBOL",
        "YAML", "TOML", "SWAT", "GAAP", "NASDAQ", "FLOWERS", "PUBG", "HELP", "NET", "SAT", "ACT",
        "RAID", "BIOS", "DOS", "SaaS", "CAD", "MIDI", "SMART", "DARPA", "FEMA", "OSHA", "HIPAA",
        "MENSA", "ALSA", "MAX", "PLUS", "PRO",
    ],
    after_article: &["WHO"],
    articles: &["the"],
    mixed: &[
        "PhD", "MSc", "BSc", "BA", "MBA", "iOS", "pH", "GmbH", "dB", "ls", "rm", "mv", "cd",
        "MRIs", "SpO",
    ],
    short: &[
        "act", "add", "age", "ago", "aid", "air", "all", "am", "an", "and", "any", "are", "arm",
        "art", "as", "ask", "at", "ate", "bad", "bag", "ban", "bar", "be", "bed", "bet", "big",
        "bit", "box", "boy", "bus", "but", "buy", "by", "can", "car", "cat", "cry", "cup", "cut",
        "dad", "day", "did", "die", "do", "dog", "dry", "due", "eat", "egg", "end", "eye", "far",
        "fat", "few", "fit", "fix", "fly", "for", "fun", "gas", "get", "go", "god", "got", "gun",
        "guy", "had", "has", "hat", "he", "her", "hey", "hi", "him", "his", "hit", "hot", "how",
        "ice", "if", "in", "ink", "is", "it", "its", "job", "joy", "key", "kid", "law", "lay",
        "let", "lie", "log", "lot", "low", "mad", "man", "map", "may", "me", "men", "met", "mix",
        "mom", "my", "new", "no", "not", "now", "of", "off", "oh", "oil", "old", "on", "one", "or",
        "our", "out", "own", "pay", "per", "put", "ran", "red", "run", "sad", "saw", "say", "sea",
        "see", "set", "she", "sit", "six", "sky", "so", "son", "sun", "tax", "tea", "ten", "the",
        "tie", "tip", "to", "too", "top", "toy", "try", "two", "up", "use", "war", "was", "way",
        "we", "wet", "who", "why", "win", "wow", "yes", "yet", "you",
    ],
    words: &["a", "A", "I"],
};
