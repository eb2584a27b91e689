#!/usr/bin/env python3
"""Makes the tracks (*.txt): the voice activity detector's probabilities over recordings.

ONNX Runtime runs silero_vad.onnx of the package silero-vad 6.2.3 the way that the
package's own OnnxWrapper does: 512 new samples behind the last 64 of the frame before
(zeros at first), state handed on from frame to frame.

  pip install numpy==2.2.6 onnxruntime==1.22.1 soundfile==0.13.1
  pip download --no-deps silero-vad==6.2.3 && unzip silero_vad-6.2.3-*.whl
  tracks.py silero_vad/data/silero_vad.onnx TESTS_DATA_DIR OUT_DIR
"""
import sys

import numpy as np
import onnxruntime
import soundfile

TRACKS = {
    "noise": "env-esc10/person-sneeze_2-93030-A.flac",
    "sentence_with_pause": "fleurs/en-000.flac",
    "set_timer": "commands-misc-en/rh3_set_timer.flac",
    "what_time_is_it": "commands-misc-en/v2j_what_time_is_it.flac",
}
FRAME, CONTEXT, A_LINE = 512, 64, 16
HEAD = """\
# Silero VAD v6 (16 kHz, 512-sample frames, 64 samples of context; ONNX Runtime)
# on tests/data/{}: one probability a frame. Made by tracks.py.
"""


def probabilities(session, samples):
    state = np.zeros((2, 1, 128), np.float32)
    context = np.zeros(CONTEXT, np.float32)
    rate = np.array(16000, np.int64)
    for start in range(0, len(samples) - FRAME + 1, FRAME):
        window = np.concatenate([context, samples[start : start + FRAME]])
        output, state = session.run(None, {"input": window[None], "state": state, "sr": rate})
        context = window[-CONTEXT:]
        yield f"{float(output[0, 0]):.3f}"


def main(model, data, out):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    for name, clip in TRACKS.items():
        samples, rate = soundfile.read(f"{data}/{clip}", dtype="float32")
        assert rate == 16000 and samples.ndim == 1, clip
        found = list(probabilities(session, samples))
        with open(f"{out}/{name}.txt", "w") as file:
            file.write(HEAD.format(clip))
            for start in range(0, len(found), A_LINE):
                file.write(" ".join(found[start : start + A_LINE]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
