//! Decides when a reply must be ended (endless repetition, the token limit) and what must not be
//! in it. Pure.

/// The longest repeated phrase that is looked for, in tokens.
const LONGEST: usize = 24;
/// A phrase that is repeated this often in a row is a loop …
const TIMES: usize = 3;
/// … if it has at least this many tokens in all ("no, no, no" may be meant).
const FILLS: usize = 12;

/// Whether `tokens` end with a phrase that is repeated again and again.
pub(super) fn loops(tokens: &[i32]) -> bool {
    (1..=LONGEST).any(|length| {
        let times = TIMES.max(FILLS.div_ceil(length));
        let Some(start) = tokens.len().checked_sub(times * length) else { return false };
        let tail = &tokens[start..];
        tail.iter().skip(length).zip(tail).all(|(later, earlier)| later == earlier)
    })
}

/// Whether a reply that has used `used` of `limit` tokens and reads `text` should end before
/// `next` is added: near the limit, the end of a sentence is a better place than the limit itself.
pub(super) fn ends_well(text: &str, next: &str, used: u32, limit: u32) -> bool {
    used >= limit - limit / 4
        && next.starts_with(char::is_whitespace)
        && text.trim_end_matches(['"', '\'', ')', '”', '’']).ends_with(['.', '!', '?', '…'])
}

/// Whether a token writes an ellipsis. In the history an ellipsis marks a reply that was cut off;
/// a model that may write one imitates such replies.
pub(super) fn trails_off(token: &[u8]) -> bool {
    let text = String::from_utf8_lossy(token);
    text.contains('…') || text.contains("..")
}

/// So many tokens in a row are a repetition of what was told before.
const SAME: usize = 5;

/// Whether `tokens` would repeat, with `next`, what was `told` before.
pub(super) fn repeats(told: &[Vec<i32>], tokens: &[i32], next: i32) -> bool {
    let Some(start) = (tokens.len() + 1).checked_sub(SAME) else { return false };
    let tail = &tokens[start..];
    told.iter().any(|told| {
        told.windows(SAME).any(|same| same[..SAME - 1] == *tail && same[SAME - 1] == next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_not_told_again() {
        let told = [vec![9, 9], vec![1, 2, 3, 4, 5, 6]];
        assert!(repeats(&told, &[7, 1, 2, 3, 4], 5));
        assert!(!repeats(&told, &[7, 1, 2, 3, 4], 6));
        assert!(!repeats(&told, &[1, 2, 3], 4));
        assert!(!repeats(&told, &[2, 2, 3, 4], 5));
        assert!(!repeats(&[], &[1, 2, 3, 4], 5));
    }

    #[test]
    fn an_ellipsis_is_recognised() {
        assert!(trails_off(" …".as_bytes()) && trails_off(b"..."));
        assert!(!trails_off(b".") && !trails_off(&"…".as_bytes()[..2]));
    }

    #[test]
    fn loops_are_found() {
        assert!(loops(&[7; 12]));
        assert!(!loops(&[7; 11]));
        let phrase = [1, 2, 3, 4, 5];
        assert!(loops(&phrase.repeat(3)));
        assert!(!loops(&phrase.repeat(2)));
        let mut tokens = vec![9, 9, 8];
        tokens.extend(phrase.repeat(3));
        assert!(loops(&tokens));
        tokens.push(6);
        assert!(!loops(&tokens));
        assert!(!loops(&(0..200).collect::<Vec<_>>()));
    }

    #[test]
    fn near_the_limit_a_reply_ends_with_a_sentence() {
        assert!(ends_well("It is so.", " And", 75, 100));
        assert!(ends_well("\"It is so.\"", "\n", 99, 100));
        assert!(!ends_well("It is so.", " And", 74, 100));
        assert!(!ends_well("It is 3.", "5", 90, 100));
        assert!(!ends_well("It is", " so", 90, 100));
    }
}
