//! Counts the steps of reading, so that a test can see whether they grow in proportion to the
//! length of a text. Outside of the tests of this crate, it does nothing.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Counts so many steps.
#[inline]
pub(crate) fn steps(count: usize) {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + count));
    #[cfg(not(test))]
    let _ = count;
}

/// The steps that `work` takes.
#[cfg(test)]
fn counted(work: impl FnOnce()) -> usize {
    STEPS.with(|steps| steps.set(0));
    work();
    STEPS.with(Cell::get)
}

#[cfg(test)]
mod tests {
    use super::counted;
    use crate::Reader;

    #[test]
    fn steps_grow_in_proportion_to_the_length() {
        for unit in [
            "](a) ", "1-", "(1)", "$5-", "a.b@", "www.", "1/2/", "12:30 ", "'", "- ", "St. ",
            "[a](b)", "<b", "&", "1 ", "1-1-1 ", "a:", "5 m ", "((", "H2", "A.", "x^", "read ",
            "N. ", "1,", "XX e ", "9.00-", "1 o ", "l'1", "n.º ", "2026/27/", "6 1-", "$x", "\\(",
            "<a1>", "✓ ", "🇫", "==", "\\frac{",
        ] {
            for reader in Reader::all() {
                let steps = |times: usize| {
                    let text = unit.repeat(times);
                    counted(|| drop(reader.spoken(&text)))
                };
                let (once, twice) = (steps(1000), steps(2000));
                let code = reader.code();
                assert!(twice < 2 * once + once / 4 + 1000, "{code} {unit:?}: {once}, {twice}");
            }
        }
    }
}
