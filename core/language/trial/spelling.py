"""What the rules of CLDR (RBNF) and num2words spell as the listed cases say.

    pip install unicode-rbnf==2.4.1 num2words==0.5.14
    python3 spelling.py

Only cases of the classes cardinal, ordinal and decimal are tried. In their texts, each number is
put into words, and the rest stays. `default` takes the words that the library gives for a number or
an ordinal; `best` takes, for each case, the rule set that fits if there is one.
"""

import itertools
import pathlib
import re

import num2words
from unicode_rbnf import FormatPurpose, RbnfEngine

CLASSES = ("cardinal", "ordinal", "decimal")
CASES = pathlib.Path(__file__).parent.parent / "tests" / "cases"
# A sign before a number only where it is no dash between two.
SIGN = r"(?:(?<![\w.)])[−–-])?"
NUMBERS = {
    "en": SIGN + r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|" + SIGN + r"\d+(?:\.\d+)?",
    "other": SIGN + r"\d{1,3}(?:[.\s']\d{3})+(?:,\d+)?|" + SIGN + r"\d+(?:,\d+)?",
}
ORDINALS = {
    "en": r"(\d[\d,]*)(?:st|nd|rd|th)\b",
    "de": r"(?<!\.)(\d+)\.(?!\d)",
    "fr": r"(\d+)(?:ers?|res?|ères?|èmes?|es?|nde?s?|de)\b",
    "es": r"(\d+)\.?(?:º|ª|°|er\b|o\b|a\b)",
    "it": r"(\d+)(?:°(?! ?C)|º|ª|a\b|o\b)",
}
# The most combinations of rule sets that are tried for one case.
MOST = 5000


def heard(words):
    """The words without capitals, hyphens and soft hyphens."""
    words = words.lower().replace("-", " ").replace("\u00ad", "").rstrip(". ")
    return re.sub(r"\s+", " ", words).strip()


def value(number, code):
    """A written number as digits with a point."""
    number = number.replace("−", "-").replace("–", "-")
    if code == "en":
        return number.replace(",", "")
    return re.sub(r"[.\s']", "", number).replace(",", ".")


def rbnf(code):
    """The spellings of CLDR: the default first."""
    engine = RbnfEngine.for_language(code)

    def spell(number, ordinal):
        purposes = [FormatPurpose.ORDINAL] if ordinal else [FormatPurpose.CARDINAL, FormatPurpose.YEAR]
        words = []
        for purpose in purposes:
            try:
                result = engine.format_number(number, purpose)
            except Exception:  # Not every rule set has every number.
                continue
            words += [result.text, *result.text_by_ruleset.values()]
        return words

    return spell


def pynum(code):
    """The spellings of num2words."""

    def spell(number, ordinal):
        words = []
        parsed = float(number) if "." in number else int(number)
        for kind in ["ordinal"] if ordinal else ["cardinal", "year"]:
            try:
                words.append(num2words.num2words(parsed, lang=code, to=kind).replace(",", ""))
            except Exception:  # It raises many kinds.
                continue
        return words

    return spell


def tried(code, spell):
    """How many cases there are, and how many are as listed by default and at best."""
    rows = []
    for file in sorted((CASES / code).glob("*.tsv")):
        for line in file.read_text(encoding="utf8").splitlines():
            kind, text, words = line.split("\t")
            if kind in CLASSES:
                rows.append((kind, text, words))
    pattern = re.compile(ORDINALS[code] + "|(" + NUMBERS.get(code, NUMBERS["other"]) + ")")
    counts = {kind: [0, 0, 0] for kind in CLASSES}
    for kind, text, words in rows:
        parts, spellings, last = [], [], 0
        for match in pattern.finditer(text):
            parts.append(text[last : match.start()])
            last = match.end()
            number = value(match.group(1) or match.group(2), code)
            spellings.append(spell(number, match.group(1) is not None) or [match.group()])
        parts.append(text[last:])
        join = lambda chosen: heard("".join(map(str.__add__, parts, [*chosen, ""])))
        default = join([words[0] for words in spellings]) == heard(words)
        combinations = itertools.islice(itertools.product(*spellings), MOST)
        best = default or any(join(chosen) == heard(words) for chosen in combinations)
        counts[kind][0] += 1
        counts[kind][1] += default
        counts[kind][2] += best
    return counts


for name, library in [("RBNF of CLDR", rbnf), ("num2words", pynum)]:
    total = [0, 0, 0]
    for code in ORDINALS:
        counts = tried(code, library(code))
        total = [sum(column) for column in zip(total, *counts.values())]
        classes = ", ".join(f"{k} {d} ({b}) of {n}" for k, (n, d, b) in counts.items() if n)
        print(f"{name} {code}: default (best) {classes}")
    print(f"{name}: {total[1]} by default, {total[2]} at best, of {total[0]}")
