"""Turns generated examples into packed rows of token ids (numpy files), in worker processes beside the training."""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import Any

import numpy as np

from ..generator.chat import make_example
from ..tokenizer.bpe import Tokenizer
from ..tokenizer.split import END_OF_TEXT, IM_END, IM_START

PROMPT_WEIGHT = 0
"""Of 255: how much a token of the question counts beside one of the answer. Questions are full of words that nothing
foretells: at a tenth of an answer's weight they were most of the loss, and their noise most of the gradient."""
SHORT, LONG = 256, 1024
PLAIN_SHARE = 0.4
"""Of the examples, those of whole sentences, as people write them; of the others half are words in no order. With the
hard ones alone, the model skipped sentences and names of ordinary e-mails."""


def encode_example(tokenizer: Tokenizer, seed: str) -> tuple[list[int], list[int]]:
    """Token ids and weights; only the last answer counts fully."""
    example = make_example(seed, plain=random.Random(f"{seed}-plain").random() < PLAIN_SHARE)
    ids: list[int] = []
    weights: list[int] = []
    last = len(example.turns) - 1
    for index, turn in enumerate(example.turns):
        head = [IM_START, *tokenizer.encode(f"{turn.role}\n")]
        body = tokenizer.encode(turn.text)
        tail = [IM_END, *tokenizer.encode("\n")]
        full = index == last
        prompt = 0 if turn.role != "user" else PROMPT_WEIGHT
        ids += head + body + tail
        weights += [0] * len(head) + [255 if full else prompt] * len(body) + ([255, 0] if full else [0, 0])
    return [*ids, END_OF_TEXT], [*weights, 0]


class Rows:
    """Packs examples into rows of one length: each goes to the fullest open row that still has room."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.open: list[tuple[list[int], list[int], list[int]]] = []
        self.done: list[tuple[list[int], list[int], list[int]]] = []

    def add(self, ids: list[int], weights: list[int]) -> None:
        fitting = [row for row in self.open if len(row[0]) + len(ids) <= self.length + 1]
        row = max(fitting, key=lambda r: len(r[0]), default=None)
        if row is None:
            row = ([], [], [])
            self.open.append(row)
            if len(self.open) > 60:
                fullest = max(self.open, key=lambda r: len(r[0]))
                self.open.remove(fullest)
                self.done.append(fullest)
        number = (row[2][-1] if row[2] else 0) + 1
        row[0].extend(ids)
        row[1].extend(weights)
        row[2].extend([number] * len(ids))
        if len(row[0]) > self.length - 12:
            self.open.remove(row)
            self.done.append(row)

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        size = self.length + 1
        tokens = np.zeros((len(self.done), size), np.uint16)
        weights = np.zeros((len(self.done), size), np.uint8)
        docs = np.zeros((len(self.done), size), np.uint16)
        for index, (ids, weight, doc) in enumerate(self.done):
            tokens[index, : len(ids)] = ids
            weights[index, : len(ids)] = weight
            docs[index, : len(ids)] = doc
        return {f"{name}_tokens": tokens, f"{name}_weights": weights, f"{name}_docs": docs}


def write_shard(path: Path, seed: str, tokens: int) -> None:
    """One shard of about so many tokens; written under another name and then renamed."""
    tokenizer = Tokenizer.load()
    short, long = Rows(SHORT), Rows(LONG)
    made, index = 0, 0
    while made < tokens:
        ids, weights = encode_example(tokenizer, f"{seed}-{index}")
        index += 1
        if len(ids) > LONG + 1:
            continue
        (short if len(ids) <= SHORT + 1 else long).add(ids, weights)
        made += len(ids)
    for rows in (short, long):
        rows.done += rows.open
    part = path.with_suffix(".part.npz")
    arrays: dict[str, Any] = {**short.arrays("short"), **long.arrays("long")}
    np.savez(part, **arrays)
    part.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write one shard of training data.")
    parser.add_argument("path", type=Path)
    parser.add_argument("seed")
    parser.add_argument("--tokens", type=int, default=1_000_000)
    options = parser.parse_args()
    write_shard(options.path, options.seed, options.tokens)


if __name__ == "__main__":
    main()
