"""Writes a second of a tone of 440 Hz, left and right, in formats for music.

Needs soundfile, av and numpy. The tone is ours; nothing is recorded.
"""
import sys
import numpy as np
import soundfile as sf
import av
from fractions import Fraction

rate = 44100
t = np.arange(rate) / rate
tone = (0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)
both = np.stack([tone, tone], axis=1)
tags = {"title": "Blue Morning", "artist": "The Larks", "album": "Dawn"}
folder = sys.argv[1]

for name, format, subtype in [
    ("tone.mp3", "MP3", "MPEG_LAYER_III"),
    ("tone.ogg", "OGG", "VORBIS"),
    ("tone.flac", "FLAC", "PCM_16"),
]:
    with sf.SoundFile(f"{folder}/{name}", "w", rate, 2, subtype, format=format) as file:
        for tag, text in tags.items():
            setattr(file, tag, text)
        file.write(both)

with av.open(f"{folder}/tone.m4a", "w", format="ipod") as container:
    container.metadata.update(tags)
    stream = container.add_stream("aac", rate=rate, layout="stereo")
    stream.bit_rate = 64000
    for at in range(0, rate, 1024):
        part = np.ascontiguousarray(both[at:at + 1024].T)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate = rate
        frame.pts = at
        frame.time_base = Fraction(1, rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
