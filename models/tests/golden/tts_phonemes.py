#!/usr/bin/env python3
"""Fills in tts_phonemes.tsv: the phonemes that Hibari's own Python reads its first column
as (American English).

  pip download --no-deps hibari-tts==0.2.1 && unzip hibari_tts-0.2.1-*.whl
  pip install numpy==2.2.6 onnxruntime==1.22.1
  PYTHONPATH=. tts_phonemes.py tts_phonemes.tsv
"""
import sys

from hibari.g2p import G2P


def main(table):
    with open(table, encoding="utf-8") as file:
        texts = [line.split("\t")[0] for line in file.read().splitlines()]
    read = G2P()
    with open(table, "w", encoding="utf-8") as file:
        file.writelines(f"{text}\t{read(text)}\n" for text in texts)


if __name__ == "__main__":
    main(*sys.argv[1:])
