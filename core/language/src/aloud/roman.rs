//! Roman numerals.

/// The value of a Roman numeral below 4000, written as Romans would.
pub(crate) fn value(text: &str) -> Option<usize> {
    const VALUES: [(&str, usize); 13] = [
        ("M", 1000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    let write = |mut n: usize| {
        let mut text = String::new();
        for (symbol, value) in VALUES {
            while n >= value {
                text.push_str(symbol);
                n -= value;
            }
        }
        text
    };
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let mut rest = text;
    let mut n = 0;
    for (symbol, value) in VALUES {
        while let Some(later) = rest.strip_prefix(symbol) {
            n += value;
            rest = later;
        }
    }
    (rest.is_empty() && write(n) == text).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numerals_as_romans_wrote_them_have_a_value() {
        for (text, want) in
            [("XIV", Some(14)), ("MCMXCIX", Some(1999)), ("IIII", None), ("IVX", None), ("", None)]
        {
            assert_eq!(value(text), want, "{text}");
        }
    }
}
