"""Counts the right and false commands of a language model, for limits of their probabilities.

    calls.py ANSWERS.jsonl TRY [-v]

ANSWERS.jsonl is written by measure.py; TRY is the program of firmware/skills/examples/try.rs.
"""

import json
import math
import subprocess
import sys


def claims(sentences):
    """What the skills make of each sentence, or None."""
    program = subprocess.run([sys.argv[2]], input="\n".join(sentences), capture_output=True, text=True, check=True)
    lines = program.stdout.splitlines()[1::2]
    return [None if "for no skill" in line else json.loads(line) for line in lines]


def same(plan, wanted):
    """Whether two sentences mean the same: the intent, and the slots or what will be done or said."""
    one, other = plan["command"], wanted["command"]
    lower = lambda value: json.dumps(value, sort_keys=True).lower()
    # What these say and do shows the slots: "9 am" is "nine in the morning".
    shown = plan["skill"] in ("home", "reminders", "alarms", "calculator")
    return one["intent"] == other["intent"] and (
        lower(one["slots"]) == lower(other["slots"]) or shown and lower(plan["claim"]) == lower(wanted["claim"]))


def likelihood(answer):
    """The probability that a command begins; mean and least log-probability of its sentence."""
    tokens = answer["probs"]
    begins = sum(math.exp(l) for t, l in tokens[0]["top"] if t == '{"') if tokens else 0
    text, inside = "", []
    for token in tokens:
        if text.startswith('{"command": "'):
            inside.append(token["lp"])
            if '"' in token["tok"]:
                break
        text += token["tok"]
    return begins, (sum(inside) / len(inside), min(inside)) if inside else (-99, -99)


def main():
    answers = [json.loads(line) for line in open(sys.argv[1])]
    answers = [a for a in answers if a["kind"] != "q"]
    rows = []
    for a in answers:
        begins, (mean, least) = likelihood(a)
        sentence = a["r"].split('"command": "')[-1].split('"')[0] if '"command": "' in a["r"] else ""
        rows.append([a, begins, mean, least, sentence])
    plans = claims([r[4] or "nothing" for r in rows])
    for row, plan in zip(rows, plans):
        a = row[0]
        wanted = claims(a["want"].split(" | ")) if a["want"] else []
        row.append(plan)
        row.append(plan is not None and any(w and same(plan, w) for w in wanted))
    limits = [(0.5, -99, -99)]
    limits += [(b, m, l) for b in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8) for m in (-99, -0.8, -0.6, -0.5, -0.4, -0.3) for l in (-99, -3, -2.5, -2, -1.5)]
    for half in (0, 1):
        rows_of = lambda kind: [r for r in rows if r[0]["half"] == half and r[0]["kind"] == kind]
        said, chat = rows_of("p"), rows_of("c")
        if not said and not chat:
            continue
        table = []
        for b, m, l in limits:
            calls = lambda r: r[1] >= b and r[2] >= m and r[3] >= l and r[5] is not None
            right = sum(calls(r) and r[6] for r in said)
            wrong = sum(calls(r) and not r[6] for r in said)
            false = sum(calls(r) for r in chat)
            table.append((false, -right, wrong, (b, m, l)))
        print(f"half {half}: {len(said)} paraphrases, {len(chat)} of chit-chat")
        best = {}
        for false, right, wrong, limit in table:
            if false not in best or (right, wrong) < best[false][:2]:
                best[false] = (right, wrong, limit)
        for false in sorted(best)[:5]:
            print(f"  {false} false: {-best[false][0]} right, {best[false][1]} wrong at {best[false][2]}")
        if len(sys.argv) > 3 and sys.argv[3] not in "-v":
            b, m, l = map(float, sys.argv[3].split(","))
            calls = lambda r: r[1] >= b and r[2] >= m and r[3] >= l and r[5] is not None
            print(f"  at {b, m, l}: {sum(calls(r) and r[6] for r in said)} right, {sum(calls(r) and not r[6] for r in said)} wrong, {sum(calls(r) for r in chat)} false")
    if "-v" in sys.argv:
        for a, b, m, l, sentence, plan, right in rows:
            print("right" if right else "call " if plan else "-    ", f"{b:.2f} {m:.2f} {l:.2f}", a["said"], "=>", sentence or a["r"])


main()
