"""hassil on the sentences that `cargo run --example evaluate` takes.

    pip install hassil==3.13.0 home-assistant-intents==2026.11.25
    python3 with_hassil.py LANGUAGE SENTENCES.json CASES.json [--misses]

hassil is called as Home Assistant does it: the best of all results, with names preferred. If a
case states no area of the speaker, the area is "?", because hassil ignores sentences that
require an area if there is none.
"""

import json
import sys
import time

from hassil.intents import Intents, TextSlotList
from hassil.recognize import recognize_best

language, templates, cases = sys.argv[1:4]
begin = time.thread_time()
with open(templates, encoding="utf-8") as file:
    intents = Intents.from_dict(json.load(file))
loading = time.thread_time() - begin
with open(cases, encoding="utf-8") as file:
    data = json.load(file)


def slot_lists(env):
    home = {
        key: (data["fixtures"] or {}).get(key, []) + env.get(key, [])
        for key in ("areas", "floors", "entities")
    }
    names = []
    for entity in home["entities"]:
        context = {"domain": entity.get("domain") or entity.get("id", ".").split(".")[0]}
        if device_class := entity.get("attributes", {}).get("device_class"):
            context["device_class"] = device_class
        names.append((entity["name"], entity["name"], context))
    return {
        "name": TextSlotList.from_tuples(names, allow_template=False, name="name"),
        **{
            slot: TextSlotList.from_tuples(
                [(item["name"], item["name"]) for item in home[key]],
                allow_template=False,
                name=slot,
            )
            for slot, key in (("area", "areas"), ("floor", "floors"))
        },
    }


def same(expected, actual):
    if expected == actual:
        return True
    if isinstance(expected, list):
        return any(same(item, actual) for item in expected)
    if isinstance(expected, str) and isinstance(actual, str):
        return expected.strip() == actual.strip()
    return False


lists = [slot_lists(env) for env in data["environments"]]
right, wrong_intent, wrong_slots, none, times = 0, 0, 0, 0, []
for case in data["cases"]:
    area = case["context"] or {"area": "?"}
    begin = time.thread_time()
    result = recognize_best(
        case["sentence"],
        intents,
        slot_lists=lists[case["env"]],
        intent_context=area,
        language=language,
        best_slot_name="name",
    )
    times.append(time.thread_time() - begin)
    slots = {e.name: e.value for e in result.entities_list} if result else {}
    if result is None:
        none, kind = none + 1, "none"
    elif result.intent.name != case["intent"]:
        wrong_intent, kind = wrong_intent + 1, "intent"
    elif not all(same(value, slots.get(key)) for key, value in case["slots"].items()) or any(
        key not in case["slots"] and slots[key] != "?" and key not in ("domain", "device_class")
        for key in slots
    ):
        wrong_slots, kind = wrong_slots + 1, "slots"
    else:
        right += 1
        continue
    if "--misses" in sys.argv:
        found = result and result.intent.name
        print(f"{kind}: {case['sentence']!r} {case['intent']} {case['slots']} -> {found} {slots}")
times.sort()
count = len(times)
print(
    f"{language}: {right} of {count} right ({100 * right / count:.1f} %); no match {none}, "
    f"intent {wrong_intent}, slots {wrong_slots}; p50 {times[count // 2] * 1e3:.2f} ms, "
    f"p99 {times[count * 99 // 100] * 1e3:.2f} ms; loading {loading * 1e3:.0f} ms"
)
