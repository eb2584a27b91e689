"""Writes the goldens by the reference: the engine in the package hama.

    pip install hama==1.7.0 soundfile
    python goldens.py

The acoustic golden is the log-probabilities of a recording, in half precision, a row for each
20 ms. The words are those whose pronunciation by the reference has only phonemes of English.
"""

from pathlib import Path

import numpy as np
import soundfile
from hama import ASRModel, G2PModel

HERE = Path(__file__).parent
RECORDING = HERE.parents[2] / "core/wake/goldens/alexa_131.flac"
ENGLISH = set(
    "aɪ aʊ b d d͡ʒ eɪ f g h i j k l m n oʊ p s t t͡ʃ u v w z æ ð ŋ ɑ ɔ ɔɪ ə ɛ ɝ ɪ ɹ ʃ ʊ ʌ ʒ θ".split()
)
WORDS = """computer jarvis alexa okay hey hello athena sayso marvin sheila jasper snowboy smart glass
good morning house nine thousand terminator abracadabra water elephant television samantha umbrella
octopus galaxy kitchen friday penelope excalibur winston barbara volcano hey's mister smith""".split()

samples, rate = soundfile.read(RECORDING, dtype="float32")
assert rate == 16000
model = ASRModel()
feeds = {
    model._waveform_input_name: samples.reshape(1, -1),
    model._waveform_lengths_input_name: np.array([len(samples)], np.int64),
}
wanted = [model._log_probs_output_name, model._out_lengths_output_name]
log_probabilities = np.asarray(model.session.run(wanted, feeds)[0][0])
log_probabilities.astype("<f2").tofile(HERE / "alexa_131.bin")

reader = G2PModel()
lines = []
for word in WORDS:
    phonemes = [alignment.phoneme for alignment in reader.predict(word).alignments]
    if set(phonemes) <= ENGLISH:
        lines.append(f"{word}\t{''.join(phonemes)}\n")
(HERE / "words.txt").write_text("".join(lines), encoding="utf-8")
