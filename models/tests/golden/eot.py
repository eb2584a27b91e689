#!/usr/bin/env python3
"""Makes eot.json and fills in the columns int8 and f32 of eot.tsv: end-of-turn scores by
the reference implementation. The other columns are what it reads.

ONNX Runtime runs smart-turn-v3.2-cpu.onnx of the package pipecat-ai 1.14.0 on the
features of the package's own _whisper_features.py, once as it is shipped (int8)
and once with every QuantizeLinear and DequantizeLinear taken out, the weights
turned back into f32 and the activations left unrounded (f32).

  pip install numpy==2.2.6 onnx onnxruntime==1.22.1 soundfile==0.13.1
  pip download --no-deps pipecat-ai==1.14.0 && unzip pipecat_ai-1.14.0-*.whl
  eot.py pipecat/audio/turn/smart_turn TESTS_DATA_DIR OUT.JSON [TABLE.TSV SPEECH_DIR]

SPEECH_DIR must hold all recordings of the table; tests/data holds a part.
"""
import csv
import json
import sys

import numpy as np
import onnx
import onnxruntime
import soundfile
from onnx import numpy_helper

RATE = 16000
SAMPLES = 8 * RATE
# Clips, and where to cut them (ms); a cut is followed by 200 ms of digital silence.
CLIPS = [
    ("commands-misc-en/gdo_audio.flac", None),
    ("commands-misc-en/gdo_audio.flac", 915),
    ("commands-misc-en/rh3_set_timer.flac", None),
    ("commands-misc-en/rh3_set_timer.flac", 1255),
    ("commands-misc-en/rh3_turn_on_the_lamp.flac", None),
    ("commands-misc-en/rh3_turn_on_the_lamp.flac", 1595),
    ("commands-misc-en/v2j_would_you_please_turn_on_living_room_lamp.flac", None),
    ("commands-misc-en/v2j_would_you_please_turn_on_living_room_lamp.flac", 1705),
    ("commands-misc-en/gdo_today.flac", None),
    ("librispeech/1998-15444-0005.flac", None),
    ("librispeech/1998-15444-0005.flac", 3060),
    ("librispeech/1998-15444-0005.flac", 7205),
    ("ljspeech/LJ001-0006.flac", None),
    ("ljspeech/LJ001-0005.flac", None),
    ("ljspeech/LJ001-0005.flac", 3000),
    ("smoke/jfk.flac", None),
    ("smoke/jfk.flac", 2130),
    ("smoke/jfk.flac", 9995),
    ("smoke/librivox_0890.flac", None),
    ("smoke/librivox_0890.flac", 4175),
    ("s2i-coffee/18ae57a1-c98d-453a-bbcc-d1d063d2eff1.flac", None),
    ("s2i-coffee/18ae57a1-c98d-453a-bbcc-d1d063d2eff1.flac", 2000),
    ("noise-music-silence/doing_the_dishes.flac", None),
]
# The frames of the features that are kept.
FRAMES = [0, 400, 600, 650, 700, 725, 750, 775, 790, 799]


def dequantised(path):
    """The network with its quantisation taken out."""
    model = onnx.load(path)
    graph = model.graph
    stored = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    same, weights, nodes = {}, [], []
    for node in graph.node:
        if node.op_type == "QuantizeLinear":
            same[node.output[0]] = node.input[0]
        elif node.op_type == "DequantizeLinear" and node.input[0] in stored:
            value, scale, zero = (stored[name] for name in node.input)
            if scale.ndim == 1 and scale.size > 1:
                axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
                shape = [1] * value.ndim
                shape[axis if value.ndim > 1 else 0] = scale.size
                scale, zero = scale.reshape(shape), zero.reshape(shape)
            value = (value.astype(np.float32) - zero.astype(np.float32)) * scale
            weights.append(numpy_helper.from_array(value.astype(np.float32), node.output[0]))
        elif node.op_type == "DequantizeLinear":
            same[node.output[0]] = node.input[0]
        else:
            nodes.append(node)
    for node in nodes:
        for i, name in enumerate(node.input):
            while name in same:
                name = same[name]
            node.input[i] = name
    used = {name for node in nodes for name in node.input}
    weights += [t for t in graph.initializer if t.name in used]
    for field, values in (("node", nodes), ("initializer", weights), ("value_info", [])):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    return model.SerializeToString()


class Reference:
    def __init__(self, folder):
        sys.path.insert(0, folder)
        from _whisper_features import compute_whisper_log_mel_features

        self.mel = compute_whisper_log_mel_features
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path = f"{folder}/data/smart-turn-v3.2-cpu.onnx"
        session = lambda model: onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self.int8, self.f32 = session(path), session(dequantised(path))

    def features(self, audio):
        audio = audio[-SAMPLES:]
        return self.mel(np.pad(audio, (SAMPLES - len(audio), 0)))

    def scores(self, features):
        inputs = {"input_features": features[None]}
        return [round(float(s.run(None, inputs)[0][0, 0]), 5) for s in (self.int8, self.f32)]


def read(path):
    audio, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE and audio.ndim == 1, path
    return audio


def golden(reference, data, out):
    rows = []
    for clip, cut in CLIPS:
        audio = read(f"{data}/{clip}")
        if cut:
            audio = np.concatenate([audio[: cut * 16], np.zeros(200 * 16, np.float32)])
        features = reference.features(audio)
        int8, f32 = reference.scores(features)
        row = {"clip": clip, "cut_ms": cut, "int8": int8, "f32": f32, "frames": FRAMES}
        row["features"] = [[round(float(v), 4) for v in f] for f in features.T[FRAMES]]
        rows.append(row)
    with open(out, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")


def quietest(audio, samples):
    """The quietest stretch of this length, sought in steps of 10 ms."""
    hop = RATE // 100
    energy = np.square(audio[: len(audio) // hop * hop].astype(np.float64)).reshape(-1, hop).sum(1)
    hops = min(samples // hop, len(energy))
    start = int(np.argmin(np.convolve(energy, np.ones(hops), "valid"))) * hop
    return audio[start : start + hops * hop]


def asked(audio, end_ms, quiet_ms, pause_ms):
    """The audio as it is `pause_ms` after the end of speech: the recording itself while it is
    quiet, then its own quietest 320 ms, repeated."""
    end = end_ms * 16
    have = audio[: end + min(quiet_ms, pause_ms) * 16].copy()
    need = end + pause_ms * 16 - len(have)
    if need > 0:
        # No click where speech is cut.
        have[-80:] *= np.linspace(1, 0, 80, dtype=np.float32) if quiet_ms == 0 else 1
        room = quietest(audio, 320 * 16)
        have = np.concatenate([have, np.tile(room, need // len(room) + 1)[:need]])
    return have


def table(reference, path, speech):
    with open(path) as file:
        lines = file.read().splitlines()
    head = lines[0].split("\t")
    with open(path, "w") as file:
        file.write(lines[0] + "\n")
        for line in lines[1:]:
            row = dict(zip(head, line.split("\t")))
            audio = read(f"{speech}/{row['clip']}")
            audio = asked(audio, int(row["end_ms"]), int(row["quiet_ms"]), 192)
            row["int8"], row["f32"] = reference.scores(reference.features(audio))
            file.write("\t".join(str(row[name]) for name in head) + "\n")


def main(folder, data, out, *rest):
    reference = Reference(folder)
    golden(reference, data, out)
    if rest:
        table(reference, *rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
