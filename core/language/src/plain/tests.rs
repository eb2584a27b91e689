//! Written text, and the plain text that results.

use super::Plain;
use proptest::prelude::*;

#[test]
fn written_text_becomes_plain_text() {
    for (written, said) in [
        ("Paris.", "Paris."),
        ("  **Paris** is the capital. ", "Paris is the capital."),
        ("Sure! 😊\n\nIt is _very_ late 🌙.", "Sure! It is very late."),
        ("Great 👍🏽 news 👨‍👩‍👧!", "Great 👍 news!"),
        ("# Title\nText", "Title. Text"),
        ("You need:\n- eggs\n- milk\n* bread", "You need: eggs. milk. bread"),
        ("1. Stir it\n2. Bake it\n10) Eat it", "1. Stir it. 2. Bake it. 10) Eat it"),
        ("42. That is it", "42. That is it"),
        ("4", "4"),
        ("-5 degrees", "-5 degrees"),
        ("Look at [the site](https://x.y/z_a) now", "Look at the site now"),
        ("An array[3] here", "An array 3 here"),
        ("Use `ls` or:\n```sh\nls -l\n```\nThat is all", "Use ls or: ls -l. That is all"),
        ("2 * 3 is 6 and ~5 km", "2 * 3 is 6 and ~5 km"),
        ("snake_case __bold__", "snake_case bold"),
        ("(laughs) So it is. (sighs softly) Yes", "So it is. Yes"),
        (
            "It is far (about five miles). (See above.) (2 of 3)",
            "It is far (about five miles). (See above.) (2 of 3)",
        ),
        ("> quoted\n---\nend", "quoted. end"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a, b. 1, 2"),
        ("C# and F#", "C# and F#"),
        ("line one\r\nline two\n\nline three", "line one line two. line three"),
        ("", ""),
        ("<think>5 < 7, so\n\nyes</think>\n\nYes.", "Yes."),
        ("<THINK>a</Think>b<think>never closed", "b"),
        ("<b>Hello</b>, <a href=\"x>y\">you</a>", "Hello, y\">you"),
        ("a<b and c>d, x<y, 5<7, <unknown>", "a<b and c>d, x<y, 5<7, <unknown>"),
        ("One<br/>Two<p>Three</p>", "One. Two. Three"),
        ("H<sub>2</sub>O x<sup>2</sup>", "H₂O x²"),
        ("Tom &amp; Jerry &lt;b&gt; AT&T &nosuch; &#x41;&#66;", "Tom & Jerry <b> AT&T &nosuch; AB"),
        ("Bye<|im_end|>", "Bye"),
        ("a<!-- b -- c -->d", "ad"),
        ("![photo](a.png) [x](y)!", "photo x!"),
        ("- [x] done\n- [ ] open", "☑ done. ☐ open"),
        ("C:\\Users \\*not bold\\*", "C:\\Users not bold"),
        ("👍", "👍"),
        ("3.5 and 10:30", "3.5 and 10:30"),
        ("So it is[^1].\n\n[^1]: Said Ann.", "So it is. Said Ann."),
        ("x^2^ and H~2~O, ~~gone~~ x^2", "x² and H₂O, gone x^2"),
        ("==mark== it, a == b", "mark it, a == b"),
        ("the `<br>` tag, <br>", "the <br> tag,"),
        (
            "HTML has <script> and <style> tags. Both do.",
            "HTML has <script> and <style> tags. Both do.",
        ),
        ("I <think> so. Set <title> to 5, or <head>", "I <think> so. Set <title> to 5, or <head>"),
        ("So <think>hidden</think> it is. <b> Bold </b> it.", "So it is. Bold it."),
        ("One\n<script>let x = 1;</script>\nTwo", "One. Two"),
        ("5 ** 2 and **so**", "5 ** 2 and so"),
        ("~~$20~~ $15", "$20 $15"),
        ("So :-) it is. Ping ::1 in .NET", "So :-) it is. Ping ::1 in .NET"),
        (
            "Bake it for *30 minutes* or so. Dial *67 now",
            "Bake it for 30 minutes or so. Dial *67 now",
        ),
    ] {
        assert_eq!(Plain::filter(written), said, "{written:?}");
    }
}

#[test]
fn an_open_bracket_is_not_held_for_ever() {
    let mut plain = Plain::new();
    let said = plain.push(&format!("[{}", "word ".repeat(60)));
    assert!(said.starts_with("word word"), "{said:?}");
}

#[test]
fn plain_words_are_not_held_back() {
    let mut plain = Plain::new();
    assert_eq!(plain.push("The"), "The");
    assert_eq!(plain.push(" capital"), " capital");
    assert_eq!(plain.push("."), ".");
}

proptest! {
    #[test]
    fn any_cutting_gives_the_same(
        text in "([a-c1-3 \n*_#>`$=^\\-\\[\\]().~|😊é\r<>&;:!]|\\[a\\]\\(b\\)|```|1\\. |<think>|</think>|<br>|&lt;|<!--|-->|<sup>|\\\\\\(|\\\\\\)|\\\\frac\\{1\\}\\{|\\[\\^1\\]){0,60}",
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let mut at: Vec<usize> = cuts.iter().map(|i| i.index(text.len() + 1)).collect();
        at.retain(|&i| text.is_char_boundary(i));
        at.push(text.len());
        at.sort_unstable();
        let mut plain = Plain::new();
        let mut said = String::new();
        let mut from = 0;
        for to in at {
            said.push_str(&plain.push(&text[from..to]));
            from = to;
        }
        said.push_str(&plain.finish());
        prop_assert_eq!(&said, &Plain::filter(&text));
        prop_assert!(!said.contains("  ") && !said.contains('\n') && !said.contains('😊'), "{:?}", said);
    }
}
