//! Addresses of pages and people; names of files.

use super::class::{Class, Item};
use super::item;
use super::lex::Kind;
use super::tables::Aloud;
use super::text::Text;

/// Addresses longer than this many pieces are read as ordinary text.
const LONGEST: usize = 120;

/// Endings that make a dotted name an address.
const DOMAINS: &[&str] = &[
    "ai", "app", "au", "biz", "blog", "ca", "ch", "cloud", "co", "com", "de", "dev", "edu", "es",
    "eu", "fr", "gov", "info", "int", "io", "it", "jp", "me", "mil", "net", "nl", "online", "org",
    "shop", "site", "store", "tech", "tv", "uk", "us", "xyz",
];

/// Endings that make a dotted name a file.
const FILES: &[&str] = &[
    "avi", "bak", "bat", "bin", "bmp", "c", "cfg", "conf", "cpp", "css", "csv", "db", "deb", "doc",
    "docx", "epub", "exe", "flac", "gif", "go", "gz", "h", "htm", "html", "ini", "ipynb", "iso",
    "jar", "java", "jpeg", "jpg", "js", "json", "jsx", "kt", "lock", "log", "md", "mkv", "mov",
    "mp", "msi", "odt", "onnx", "pdf", "php", "png", "ppt", "pptx", "ps", "py", "rb", "rs", "rtf",
    "service", "sh", "sql", "svg", "swift", "tar", "tex", "tmp", "toml", "ts", "tsv", "tsx", "txt",
    "wav", "wasm", "webm", "webp", "xls", "xlsx", "xml", "yaml", "yml", "zip", "zst",
];

/// `https://example.com/page`, `someone@example.com`, `report.pdf`, `/etc/hosts`, `C:\Users`.
pub(crate) fn electronic(_: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let before = i.wrapping_sub(1);
    if text.is_space(i) || !(text.starts_fresh(i) || matches!(text.get(before), "“" | "<" | "="))
    {
        return None;
    }
    let mut end = i;
    while end < text.len().min(i + LONGEST)
        && !text.is_space(end)
        && !matches!(text.get(end), ">" | "<" | "\"" | "”" | ")" | "]" | "|" | "—")
    {
        end += 1;
    }
    // Marks that end a sentence are not part of the address.
    while end > i
        && matches!(
            text.get(end - 1),
            "." | "," | ";" | ":" | "!" | "?" | "'" | "*" | "_" | "`" | "…"
        )
    {
        end -= 1;
    }
    if end < i + 2 {
        return None;
    }
    let pieces = || i..end;
    let named = |p: usize| matches!(text.kind(p), Some(Kind::Word | Kind::Number));
    // An address consists of Latin letters, digits and a few signs.
    let odd = |p: usize| {
        text.kind(p) == Some(Kind::Sign) && !"./:@-_+~?=&#%\\,;!$'()*".contains(text.get(p))
    };
    if pieces().any(odd) {
        return None;
    }
    let scheme =
        text.is_word(i) && text.is(i + 1, ":") && text.is(i + 2, "/") && text.is(i + 3, "/");
    let dotted = pieces().skip(1).any(|p| text.is(p, ".") && named(p + 1) && p + 1 < end);
    let mail = pieces()
        .skip(1)
        .find(|&p| text.is(p, "@"))
        .is_some_and(|at| named(at - 1) && named(at + 1))
        && dotted;
    let last = |p: usize| p + 1 == end || matches!(text.get(p + 1), "/" | ":" | "?" | "#");
    let ending = |list: &[&str]| {
        let of = |p: usize| text.is(p - 1, ".") && named(p - 2) && text.one_of(p, list);
        pieces().skip(2).any(|p| of(p) && last(p))
    };
    let domain =
        ending(DOMAINS) && !text.is_number(i) && text.get(i).len() + text.get(i + 2).len() > 3;
    let www = text.is(i, "www") && dotted;
    // A file's ending, in one case.
    let file = {
        let p = end - 1;
        end >= i + 3
            && text.is(p - 1, ".")
            && text.one_of(p, FILES)
            && named(p - 2)
            && !(text.is_number(p - 2) && end == i + 3)
            && (text.get(p).len() > 1 || text.get(p - 2).len() > 1 && !text.is_capital(p))
            || end >= i + 4
                && text.is_number(p)
                && text.one_of(p - 1, &["mp", "7z", "m4"])
                && text.is(p - 2, ".")
    };
    let slashes = pieces().filter(|&p| text.is(p, "/")).count();
    let path = (text.is(i, "/") && text.is_word(i + 1) && (slashes > 1 || dotted))
        || (text.is(i, "~") && text.is(i + 1, "/"))
        || (text.is(i, ".") && text.is(i + 1, "/"))
        || (slashes > 1 && text.is_word(i) && pieces().skip(1).any(|p| text.is(p, "_")))
        || (text.is_letter(i) && text.is(i + 1, ":") && text.is(i + 2, "\\"))
        || (file && slashes > 0)
        || (text.is(i, ".") && text.is_word(i + 1) && end == i + 2 && !text.is_capital(i + 1));
    let name = (text.is(i, "@") || text.is(i, "#")) && text.is_word(i + 1) && !text.is_number(i + 2)
            // "order #A-10293"
            && !(text.is(i + 2, "-") && text.is_number(i + 3));
    let underscored = end > i + 2
        && pieces().any(|p| text.is(p, "_"))
        && pieces().any(|p| text.is_number(p))
        && dotted;
    let found = scheme || www || mail || domain || file || path || name || underscored;
    found.then(|| item(Class::Electronic, i, end))
}
