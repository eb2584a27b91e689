#!/usr/bin/env python3
"""Makes vad.json: speech probabilities by the reference implementation.

ONNX Runtime runs silero_vad.onnx of the package silero-vad 6.2.3 the way that
the package's own OnnxWrapper does: 512 new samples behind the last 64 of the
frame before (zeros at first), state handed on from frame to frame.

  pip install numpy==2.2.6 onnxruntime==1.22.1 soundfile==0.13.1
  pip download --no-deps silero-vad==6.2.3 && unzip silero_vad-6.2.3-*.whl
  vad.py silero_vad/data/silero_vad.onnx TESTS_DATA_DIR OUT.JSON
"""
import json
import sys

import numpy as np
import onnxruntime
import soundfile

CLIPS = [
    "commands-misc-en/gdo_audio.flac",
    "smoke/jfk.flac",
    "fleurs/de-000.flac",
    "librispeech/2414-128291-0001.flac",
    "noise-music-silence/babble_5spk.flac",
    "noise-music-silence/doing_the_dishes.flac",
    "env-esc10/baby-cry_1-60997-B.flac",
]
FRAME, CONTEXT, MOST_FRAMES = 512, 64, 400


def probabilities(session, samples):
    state = np.zeros((2, 1, 128), np.float32)
    context = np.zeros(CONTEXT, np.float32)
    rate = np.array(16000, np.int64)
    result = []
    for start in range(0, len(samples) - FRAME + 1, FRAME):
        window = np.concatenate([context, samples[start : start + FRAME]])
        output, state = session.run(None, {"input": window[None], "state": state, "sr": rate})
        context = window[-CONTEXT:]
        result.append(round(float(output[0, 0]), 6))
    return result[:MOST_FRAMES]


def main(model, data, out):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    golden = []
    for clip in CLIPS:
        samples, rate = soundfile.read(f"{data}/{clip}", dtype="float32")
        assert rate == 16000 and samples.ndim == 1, clip
        golden.append({"clip": clip, "probabilities": probabilities(session, samples)})
    with open(out, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in golden) + "\n]\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
