"""Writes numbers.txt: the number words of languages, from CLDR's rule-based number formats.

    pip install unicode-rbnf==2.4.1
    python3 cldr_numbers.py LANGUAGE... > numbers.txt

Only rule sets for cardinal numbers are kept, and rules below one million. Each set is one line
in ICU's notation: `name: value: text; text; value/radix: text;`. A rule without a value has the
value after that of the rule before it. An apostrophe keeps the space after it.
"""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import unicode_rbnf

FOLDER = Path(unicode_rbnf.__file__).parent / "rbnf"
ALIASES = {"zh_CN": "zh", "zh_TW": "zh_Hant", "zh_HK": "zh_Hant", "pt_BR": "pt", "nb": "no"}


def rules(language):
    for name in (ALIASES.get(language, language), language, language.split("_")[0]):
        if (FOLDER / f"{name}.xml").exists():
            tree = ET.parse(FOLDER / f"{name}.xml")
            break
    else:
        return None
    sets = {}
    for ruleset in tree.iter("ruleset"):
        name = ruleset.get("type")
        private = ruleset.get("access") == "private"
        rows = []
        for rule in ruleset.iter("rbnfrule"):
            value, text = rule.get("value"), (rule.text or "").rstrip(";")
            text = text.replace("\u00ad", "").lstrip("'")
            if value.isdigit() and int(value) >= 1_000_000:
                continue
            if not value.isdigit() and value not in ("x.x", "-x"):
                continue
            rows.append((value, rule.get("radix", ""), text))
        sets[name] = (private, rows)

    def public(name):
        return (
            not sets[name][0]
            and name.startswith("spellout")
            and ("cardinal" in name or "numbering" in name)
            and "ordinal" not in name
            and "year" not in name
            and "verbose" not in name
        )

    keep, queue = set(), [name for name in sets if public(name)]
    while queue:
        name = queue.pop()
        if name in keep or name not in sets:
            continue
        keep.add(name)
        for _, _, text in sets[name][1]:
            queue.extend(re.findall(r"%+([\w-]+)", text))
    return {name: (not public(name), sets[name][1]) for name in sets if name in keep}


def line(rows):
    """The rules of a set in ICU's notation."""
    rules, following = [], None
    for value, radix, text in rows:
        text = f"'{text}" if text.startswith(" ") else text
        successor = not radix and value == following
        rules.append(f"{text};" if successor else f"{value}{radix and '/'}{radix}: {text};")
        following = str(int(value) + 1) if value.isdigit() else None
    return " ".join(rules)


print("# Number words from the Unicode CLDR, under the Unicode License v3: see NOTICE.")
print("# Written by cldr_numbers.py in ICU's notation for rule-based number formats.")
for language in sys.argv[1:]:
    found = rules(language.replace("-", "_"))
    if not found:
        continue
    print(f"@{language}")
    for name, (private, rows) in found.items():
        print(f"%{'%' if private else ''}{name}: {line(rows)}")
