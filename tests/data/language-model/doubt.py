"""Fits how certain a language model is of its answers, and counts right, wrong and doubtful ones.

    doubt.py ANSWERS.jsonl

ANSWERS.jsonl is written by measure.py. Odd questions are for the fit, even ones for the figures.
The features are those of models/src/llm/doubt.rs; its constants come from here.
"""

import json
import math
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCE = (ROOT / "core/language/src/en/answers.rs").read_text()
GRAMMAR = set(re.findall(r'"([^"]*)"', SOURCE.split("grammar: &[")[1].split("],")[0]))


def words(text):
    return [w.replace("’", "'") for w in re.split(r"[^\w'’]+", text.lower()) if w]


def features(asked, tokens):
    """Mean and least log-probability of the content, entropy where it begins."""
    asked, content, word = set(words(asked)), [], []

    def close():
        parts = words("".join(piece for piece, _, _ in word))
        if any(p not in asked and p not in GRAMMAR for p in parts):
            content.extend(t for t in word if any(c.isalnum() for c in t[0]))

    count = 0
    for piece, logprob, top in tokens:
        if word and piece[:1].isspace():
            close()
            word = []
        word.append((piece, logprob, top))
        count += 1
        last = "".join(t[0] for t in word).strip(' "”)')
        initials = all(len(part) <= 1 for part in last.split("."))
        if count >= 28 or not initials and last.endswith((".", "!", "?", "\n")):
            break
    close()
    if not content:
        return None
    logprobs = [l for _, l, _ in content]
    entropy = sum(-l * math.exp(l) for _, l in content[0][2])
    return [sum(logprobs) / len(logprobs), min(0, *logprobs) if len(logprobs) > 1 else min(0, logprobs[0]), entropy]


def is_right(answer, accepted):
    answer = " ".join(words(answer.replace("-", " ")))
    return any(f" {' '.join(words(a.replace('-', ' ')))} " in f" {answer} " for a in accepted.split("|"))


def declined(answer):
    return re.search(r"(not sure|don't know|do not know|can't (look|tell|say|find)|no idea)", answer) is not None


def fit(rows):
    """Logistic regression by gradient descent with a little decay."""
    n = len(rows[0][0])
    mean = [sum(x[i] for x, _ in rows) / len(rows) for i in range(n)]
    size = [max(1e-6, (sum((x[i] - mean[i]) ** 2 for x, _ in rows) / len(rows)) ** 0.5) for i in range(n)]
    b, w = 0.0, [0.0] * n
    for _ in range(8000):
        gb, gw = 0.0, [0.0] * n
        for x, y in rows:
            z = [(x[i] - mean[i]) / size[i] for i in range(n)]
            p = 1 / (1 + math.exp(-(b + sum(w[i] * z[i] for i in range(n)))))
            gb += p - y
            for i in range(n):
                gw[i] += (p - y) * z[i]
        b -= 0.3 * gb / len(rows)
        w = [w[i] - 0.3 * (gw[i] / len(rows) + 0.01 * w[i]) for i in range(n)]
    weights = [w[i] / size[i] for i in range(n)]
    return b - sum(weights[i] * mean[i] for i in range(n)), weights


def main():
    answers = [json.loads(line) for line in open(sys.argv[1])]
    halves = [[], []]
    for a in answers:
        if a["kind"] != "q":
            continue
        tokens = [(t["tok"], t["lp"], t["top"]) for t in a["probs"]]
        x = features(a["said"], tokens)
        halves[a["half"]].append((x, is_right(a["r"], a["want"]), declined(a["r"]), a))
    rows = [(x, float(right)) for x, right, no, _ in halves[0] if x and not no]
    constant, weights = fit(rows)
    probability = lambda x: 1 / (1 + math.exp(-(constant + sum(w * f for w, f in zip(weights, x)))))
    print("constant", round(constant, 3), "weights", [round(w, 3) for w in weights])

    def count(half, least):
        wrong = [(x, no) for x, right, no, _ in half if not right]
        right = [(x, no) for x, r, no, _ in half if r]
        doubtful = lambda rows: sum(no or (x is not None and probability(x) < least) for x, no in rows)
        return len(right), doubtful(right), len(wrong), doubtful(wrong)

    best = None
    for least in [n / 100 for n in range(5, 99)]:
        r, rd, w, wd = count(halves[0], least)
        score = wd / max(1, w) - rd / max(1, r)
        if rd <= 0.13 * r and (best is None or wd / max(1, w) > best[0]):
            best = (wd / max(1, w), least)
    least = best[1]
    print("least", least)
    for name, half in zip(["calibration", "figures"], halves):
        r, rd, w, wd = count(half, least)
        print(f"{name}: right {r}, of them doubtful {rd} ({rd / max(1, r):.0%}); wrong {w}, doubtful or declined {wd} ({wd / max(1, w):.0%})")
    if "-v" in sys.argv:
        for half in halves:
            for x, right, no, a in half:
                p = probability(x) if x else None
                print(int(right), "no" if no else "  ", p and round(p, 2), a["said"], "=>", a["r"])


main()
