//! Emoji, and characters that are not spoken.

/// Emoji that stand for words or numbers; the language decides how they are read.
pub(crate) fn is_meant(c: char) -> bool {
    matches!(
        c,
        '❤' | '♥'
            | '👍'
            | '👎'
            | '✓'
            | '✔'
            | '✅'
            | '☑'
            | '✗'
            | '✘'
            | '❌'
            | '❎'
            | '✖'
            | '☎'
            | '📞'
            | '⚠'
            | '💯'
            | '❓'
            | '★'
            | '⭐'
            | '🌟'
            | '→'
            | '➡'
            | '➔'
            | '➜'
            | '⇒'
            | '←'
            | '↑'
            | '↓'
            | '↔'
            | '▲'
            | '▼'
            | '♠'
            | '♦'
            | '♣'
            | '♯'
            | '♭'
            | '♂'
            | '♀'
            | '☐'
            | '⌘'
            | '⌥'
            | '⇔'
            | '⇐'
            | '⏎'
            | '⌀'
            | '⌈'
            | '⌉'
            | '⌊'
            | '⌋'
    ) || matches!(u32::from(c), 0x2460..=0x24FF | 0x2776..=0x2793 | 0x1F499..=0x1F49C | 0x221E | 0x1F1E6..=0x1F1FF)
}

/// Faces that stand for a mood where they are an answer ("My mood: 😢").
pub(crate) fn is_face(c: char) -> bool {
    "🙂😀😃😄😁😊☺😢😭😞😔🙁☹😟😂🤣😡😠😍🥰😴😐🤔😱😨".contains(c)
}

/// Emoji that only decorate, the characters that join and colour them, and control characters. The
/// blocks are those of Unicode 16's `emoji-data.txt`.
pub(super) fn is_unspoken(c: char) -> bool {
    !is_meant(c)
        && (c.is_control()
            || matches!(u32::from(c),
            0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xFFFD
            | 0x20E3 | 0x2190..=0x21FF | 0x2300..=0x23FF | 0x2460..=0x24FF | 0x2500..=0x27BF
            | 0x2900..=0x297F | 0x2B00..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299
            | 0x1F000..=0x1FAFF | 0xE0000..=0xE007F))
}
