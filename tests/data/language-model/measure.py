"""Asks a language model the sentences of this folder, and writes its answers with the probabilities.

    measure.py MODEL.gguf p0,c0,q0,q1 ANSWERS.jsonl [plain]

p: paraphrases, c: chit-chat, q: questions; 0: odd lines, 1: even lines. The prompt is that of the
profile `large` with the skills and devices of the demonstration; with `plain`, it is that of
`standard`. Needs the package xllamacpp, which contains llama.cpp. One thread, greedy.
"""

import json
import re
import sys
import time
from pathlib import Path

import xllamacpp

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PROMPTS = ROOT / "core/language/src/en/prompts"
SKILLS = ROOT / "firmware/skills/languages/en"
ORDER = ["clock", "calculator", "timers", "alarms", "reminders", "lists", "device", "home"]
FILES = {"p": "paraphrases.tsv", "c": "chit-chat.txt", "q": "questions.tsv"}
LENGTH = {"p": 28, "c": 24, "q": 24}


def prompt(plain):
    system = (PROMPTS / "standard.txt").read_text().strip()
    examples = PROMPTS / "standard-examples.txt"
    if not plain:
        orders = [re.search(rf"^orders-{s} = (.*)$", (SKILLS / f"{s}.ftl").read_text(), re.M)[1] for s in ORDER]
        names = [e["name"] for e in json.loads((SKILLS / "home.json").read_text())["entities"]]
        calls = (PROMPTS / "calls.txt").read_text().strip()
        system += "\n\n" + calls.replace("{commands}", "\n".join(orders)).replace("{devices}", ", ".join(names))
        examples = PROMPTS / "calls-examples.txt"
    text = f"<|im_start|>system\n{system}<|im_end|>\n"
    lines = [line.strip() for line in examples.read_text().splitlines() if line.strip()]
    for user, answer in zip(lines[::2], lines[1::2]):
        text += f"<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n{answer}<|im_end|>\n"
    return text


def ask(server, request):
    answer = server.handle_completions(request)
    answer = answer if isinstance(answer, dict) else json.loads(answer)
    return answer["choices"][0]


def main():
    model, which, out = sys.argv[1:4]
    before = prompt("plain" in sys.argv)
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx, params.n_parallel, params.n_batch, params.n_ubatch = 2048, 1, 256, 64
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    with open(out, "a") as file:
        for part in which.split(","):
            kind, half = part[0], int(part[1])
            lines = [l.rstrip("\n") for l in open(HERE / FILES[kind]) if not l.startswith("#")]
            for line in lines[half::2]:
                said, _, want = line.partition("\t")
                started = time.time()
                request = {
                    "prompt": f"{before}<|im_start|>user\n{said}<|im_end|>\n<|im_start|>assistant\n",
                    "n_predict": LENGTH[kind], "temperature": 0, "n_probs": 8, "cache_prompt": True,
                    "id_slot": 0, "stop": ["\n"] if kind == "q" else ["}"],
                }
                # What does not begin as a command calls nothing, so the rest need not be written.
                short = ask(server, {**request, "n_predict": 1}) if kind == "c" else None
                answer = ask(server, request) if short is None or short["text"] == '{"' else short
                probs = [
                    {"tok": t["token"], "lp": t["logprob"],
                     "top": [(o["token"], o["logprob"]) for o in t["top_logprobs"]]}
                    for t in answer["logprobs"]["content"]
                ]
                row = {"kind": kind, "half": half, "said": said, "want": want, "r": answer["text"],
                       "probs": probs, "s": round(time.time() - started, 2)}
                file.write(json.dumps(row) + "\n")
                file.flush()


main()
