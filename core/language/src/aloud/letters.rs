//! Words, and letters that are said one by one.

use super::class::{Class, Item};
use super::item;
use super::tables::Aloud;
use super::text::Text;

/// mother-in-law, well-known.
pub(crate) fn compound(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let mut end = i + 1;
    // "Sevilla-Sta. Justa" ends with an abbreviation.
    let short = |at: usize| {
        text.get(at).len() < 4 && text.is(at + 1, ".") && text.is_capital(text.past_space(at + 2))
    };
    while text.is(end, "-") && text.is_word(end + 1) && !short(end + 1) && end < i + 12 {
        end += 2;
    }
    let plain = |at: usize| {
        let word = text.get(at);
        let article = word.eq_ignore_ascii_case(aloud.cues.article);
        let letters = text.is_capitals(at) || aloud.letters.mixed.contains(&word);
        word.chars().count() > 1 && !letters || article
    };
    let fits = text.is_word(i) && end > i + 1 && (i..end).step_by(2).all(plain);
    fits.then(|| item(Class::Word, i, end))
}

/// l'UE: capitals that are said one by one, after a word that has lost its vowel.
pub(crate) fn elided(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    let (before, letters) = text.get(i).split_once('\'')?;
    let capitals = letters.chars().count() > 1 && letters.chars().all(char::is_uppercase);
    let fits = text.is_word(i) && capitals && is_initialism(aloud, text, i, letters);
    let spelt: String = letters.chars().flat_map(|c| [c, '.']).collect();
    fits.then(|| item(Class::Coined(format!("{before}' {spelt}")), i, i + 1))
}

/// A word, or letters that are said one by one.
pub(crate) fn single(aloud: &Aloud, text: &Text, i: usize) -> Option<Item> {
    if !text.is_word(i) {
        return None;
    }
    let word = text.get(i);
    let (before, after) = (i.wrapping_sub(1), i + 1);
    let stem = word.strip_suffix("'s").unwrap_or(word);
    // "l'UE"
    let stem = match stem.split_once('\'') {
        Some((article, stem)) if is_article(aloud.letters.articles, article) => stem,
        _ => stem,
    };
    let plural = stem
        .strip_suffix('s')
        .filter(|s| s.chars().count() > 1 && s.chars().all(char::is_uppercase));
    let stem = plural.unwrap_or(stem);
    let letters = match stem.chars().count() {
        // Next to a number, a letter is part of a code: "A4", "4K".
        1 => {
            let number = text.is_number(after) || text.is_number(before);
            number && !text.is(before, ".")
                || !aloud.letters.words.contains(&stem)
                || is_letter_name(aloud, text, i)
                // "2*a*b", "(a) Do this."
                || text.is(before, "*")
                || text.is(after, "*")
                || text.is(before, "(") && text.is(after, ")")
        }
        // AT&T
        2 if text.is_capitals(i) && (text.is(after, "&") || text.is(before, "&")) => true,
        _ if stem.chars().all(char::is_uppercase) => is_initialism(aloud, text, i, stem),
        // "F = ma", "bx + c"
        2 if !aloud.letters.short.contains(&word) && word.chars().all(char::is_lowercase) => {
            let operator = |at: usize| matches!(text.get(at), "=" | "+" | "×" | "−" | "≈");
            operator(text.past_space(after))
                || operator(text.before(i))
                || aloud.letters.mixed.contains(&word)
                || is_unspeakable(word)
        }
        _ => aloud.letters.mixed.contains(&word) || is_unspeakable(word),
    };
    Some(item(if letters { Class::Initialism } else { Class::Word }, i, i + 1))
}

/// Whether it is a few small letters without a vowel, and no sound such as "hmm".
fn is_unspeakable(word: &str) -> bool {
    const SOUNDS: &[&str] = &[
        "brr", "grr", "hm", "hmm", "hmmm", "mh", "mm", "mhm", "mmm", "pf", "pfff", "pff", "psst",
        "pst", "sh", "shh", "shhh", "tss", "tsk", "zzz",
    ];
    (2..=4).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_lowercase() && !b"aeiouy".contains(&b))
        && !SOUNDS.contains(&word)
}

/// Whether what comes before an apostrophe is an article.
pub(crate) fn is_article(articles: &[&str], word: &str) -> bool {
    articles.contains(&word.to_lowercase().as_str())
}

/// Whether a word of one letter ("a", "I") is the name of a letter here.
fn is_letter_name(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let (before, after) = (i.wrapping_sub(1), i + 1);
    let operator = |at: usize| {
        matches!(
            text.get(at),
            "=" | "+" | "<" | ">" | "&" | "∈" | "×" | "≠" | "^" | "∧" | "∨" | "¬" | "|"
        )
    };
    let near = operator(text.past_space(after)) || operator(text.before(i));
    let joined = matches!(text.get(before), "/" | "-" | "(")
        && text.is_word(before.wrapping_sub(1))
        || matches!(text.get(after), "/") && text.is_word(after + 1)
        || text.is(after, "-") && text.is(i, aloud.cues.pronoun) && text.is_number(after + 1);
    let list =
        text.is(after, ",") && !text.ends_line(before) && text.is(i, aloud.cues.article) && i == 0;
    near || joined
        || list
        || text.is(i, aloud.cues.pronoun)
            && text.is_number(text.past_space(after))
            && text.is(after, "-")
}

/// Whether capitals are said letter by letter: not a word, and not emphasis.
fn is_initialism(aloud: &Aloud, text: &Text, i: usize, word: &str) -> bool {
    if aloud.letters.spelt.contains(&word) {
        return !shouted(aloud, text, i) || !aloud.letters.loud.contains(&word);
    }
    // "the WHO", but "WHO?"
    let definite = || text.one_of(text.before(i), aloud.letters.articles);
    if aloud.letters.after_article.contains(&word) && definite() && !shouted(aloud, text, i) {
        return true;
    }
    if aloud.letters.acronyms.contains(&word) || shouted(aloud, text, i) {
        return false;
    }
    let vowels = word.chars().filter(|c| "AEIOUYÄÖÜÉÈÀÍÓÚ".contains(*c)).count();
    let lower = word.to_lowercase();
    match word.chars().count() {
        2 | 3 => !aloud.letters.short.contains(&lower.as_str()),
        4 | 5 => vowels == 0 || !is_pronounceable(&lower),
        _ => vowels == 0,
    }
}

/// Whether a word of four or five letters begins and ends as words of these languages do: not
/// "AAPL" and "FTSE".
fn is_pronounceable(word: &str) -> bool {
    const BEGINNINGS: &str = "bl br ch chl chr cl cn cr dr dw fl fr gh gl gn gr kh kl kn kr ll ph phr \
        pf pl pn pr ps pt rh sb sc sch schl schm schn schr schw sd sf sg sh shr sk sl sm sn sp spl \
        spr squ sr st str sv sw sz th thr tr ts tw tz vl vr wh wr zw qu gu";
    const ENDINGS: &str = "bb bs ch ck ct cks cht cts dd ds dt ff fs ft fts fz gg gh ght ghts gn gs \
        hl hm hn hr hrt ks kt lb ld lds lf lk lks ll lls lm ln lp lps ls lsch lt lts lz mb mm mp mpf \
        mps ms mt nc nch nct nd nds nf ng ngs ngst nk nks nn nns ns nst nt nts nz pf ph pp ps pt pts \
        rb rbs rc rch rd rds rf rg rgs rk rks rl rls rm rms rn rns rp rps rr rs rsch rst rt rth rts \
        rz sch sh sk sks sm sms sp ss st sts tch th ths tt ts tz wl wls wn wns ws x xt ys z zz";
    let vowel = |c: char| "aeiouyäöüàáâèéêëìíîïòóôùúûœæ".contains(c);
    let first = word.find(vowel).unwrap_or(word.len());
    let last =
        word.rfind(vowel).map_or(0, |at| at + word[at..].chars().next().map_or(1, char::len_utf8));
    let (begin, end) = (&word[..first], &word[last.max(first)..]);
    let known = |part: &str, list: &str| {
        part.chars().count() < 2 || list.split_ascii_whitespace().any(|known| known == part)
    };
    // "IEEE", "AAPL"
    let three = word.as_bytes().windows(3).any(|three| three.iter().all(|b| b"aeiou".contains(b)));
    let double = word.starts_with("aa") || word.starts_with("ii") || word.starts_with("uu");
    known(begin, BEGINNINGS) && known(end, ENDINGS) && !three && !double
}

/// Whether the words around are all in capitals too.
fn shouted(aloud: &Aloud, text: &Text, i: usize) -> bool {
    let word = |at: usize| text.is_capitals(at) && text.get(at).chars().count() > 1;
    let ordinary = |at: usize| {
        word(at)
            && (aloud.letters.short.contains(&text.lower(at).as_str()) || text.get(at).len() > 4)
    };
    let next = text.past_space(i + 1);
    let after =
        text.past_space(if matches!(text.get(next), ":" | "," | "!") { next + 1 } else { next });
    let before = text.before(i);
    ordinary(before)
        || ordinary(after)
            && (aloud.letters.short.contains(&text.lower(i).as_str())
                || text.get(i).len() > 4
                || text.before(i) >= text.len())
}
