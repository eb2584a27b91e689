#!/usr/bin/env python3
"""Writes what the tests of this crate hold it to, by the references:

    features-CLIP.bin  the features of each 10 ms, 40 numbers of 16 bits (pymicro-features)
    NET-CLIP.bin       of each 30 ms three bytes: what goes into the logistic function and the
                       probability, by TensorFlow Lite's reference kernels, and the
                       probability by the library that pymicro-wakeword brings

Needs Python 3.11 and

    pip install "numpy<2" pymicro-wakeword==2.5.0 tflite-runtime==2.14.0 soundfile
"""

from pathlib import Path

import numpy as np
import soundfile
from pymicro_features import MicroFrontend
from pymicro_wakeword import MicroWakeWord, Model
from tflite_runtime.interpreter import Interpreter, OpResolverType

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "tests/data"
NETS = HERE.parent / "nets"

CLIPS = {
    "alexa_131": HERE / "alexa_131.flac",
    "alexa_267": HERE / "alexa_267.flac",
    "hey_mycroft": DATA / "commands-misc-en/v2j_hey_mycroft.flac",
    "sentence": DATA / "librispeech/1688-142285-0002.flac",
    "extremes": None,
}


def extremes():
    """Two seconds of what no microphone gives; the tests compute the same."""
    state, samples = 1, []
    for i in range(32000):
        state = (state * 1103515245 + 12345) % 2**31
        noise = state // 2**15 - 32768
        samples.append(
            [
                noise,
                0,
                noise // 16384,
                32767 if i // 20 % 2 else -32768,
                noise // 256,
                -32768,
                noise if i % 1000 == 0 else 0,
                noise // 8,
            ][i // 4000]
        )
    return np.array(samples, dtype=np.int16)


def features(samples):
    front_end, data, at, frames = MicroFrontend(), samples.tobytes(), 0, []
    while at + 320 <= len(data):
        result = front_end.process_samples(data[at : at + 320])
        at += 2 * result.samples_read
        if result.features:
            frames.append([round(feature * 25.6) for feature in result.features])
    return np.array(frames, dtype="<u2")


def logits(net, frames):
    """By the reference kernels, which compute with whole numbers only."""
    interpreter = Interpreter(
        str(NETS / f"{net}.tflite"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    entry, end = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero = entry["quantization"]
    # The result of the matrix product is the last tensor but two.
    logit = end["index"] - 2
    for i in range(0, len(frames) - 2, 3):
        values = np.round(frames[i : i + 3] * 0.0390625 / scale + zero)
        interpreter.set_tensor(entry["index"], values.astype(np.int8)[None])
        interpreter.invoke()
        yield (
            int(interpreter.get_tensor(logit).item()) % 256,
            int(interpreter.get_tensor(end["index"]).item()),
        )


def probabilities(net, frames):
    """By the library of pymicro-wakeword."""
    word = MicroWakeWord.from_builtin(Model(net))
    for i, frame in enumerate(frames):
        word.process_streaming((frame * 0.0390625).reshape(1, 1, 40))
        if i % 3 == 2:
            yield round(word._probabilities[-1] * 256)


for clip, path in CLIPS.items():
    samples = extremes() if path is None else soundfile.read(path, dtype="int16")[0]
    frames = features(samples)
    (HERE / f"features-{clip}.bin").write_bytes(frames.tobytes())
    for net in ["alexa", "hey_jarvis", "hey_mycroft", "okay_nabu"]:
        rows = zip(logits(net, frames), probabilities(net, frames))
        rows = [[logit, ours, theirs] for (logit, ours), theirs in rows]
        (HERE / f"{net}-{clip}.bin").write_bytes(bytes(sum(rows, [])))
        print(clip, net, max(row[1] for row in rows), max(row[2] for row in rows),
              max(abs(row[1] - row[2]) for row in rows))
