"""Feeds packed rows to the training; the next shard is generated in a worker while the last one is used."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .shards import LONG, SHORT, write_shard

ROOT = Path(__file__).resolve().parents[2]
SHARE = 0.42
"""At so many of the positions the loss is computed: those of answers first, then some of the questions."""


@dataclass
class Batch:
    tokens: Tensor
    docs: Tensor
    spots: Tensor
    weights: Tensor

    def to(self, device: str) -> Batch:
        return Batch(self.tokens.to(device), self.docs.to(device), self.spots.to(device), self.weights.to(device))


class ShardWorker:
    """Keeps one shard ahead; falls back on the last good one when the generator fails."""

    def __init__(self, folder: Path, tokens: int, seed: str) -> None:
        self.folder, self.tokens, self.seed = folder, tokens, seed
        self.number = 0
        self.last: Path | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.process = self.start()

    def path(self) -> Path:
        return self.folder / f"shard-{self.seed}-{self.number}.npz"

    def start(self) -> subprocess.Popen[bytes]:
        name = f"{self.seed}-{self.number}"
        command = [sys.executable, "-m", "models.training.shards", str(self.path()), name, "--tokens", str(self.tokens)]
        return subprocess.Popen(command, cwd=ROOT)

    def take(self) -> dict[str, np.ndarray]:
        failed = self.process.wait() != 0
        path = self.path()
        if failed:
            if self.last is None:
                write_shard(path, f"{self.seed}-{self.number}-again", self.tokens)
            else:
                print("generator failed; the last shard is used again", flush=True)
                path = self.last
        arrays = dict(np.load(path))
        if self.last is not None and self.last != path:
            self.last.unlink()
        self.last = path
        self.number += 1
        self.process = self.start()
        return arrays


def batch_of(arrays: dict[str, np.ndarray], name: str, rows: list[int], rng: random.Random) -> Batch:
    tokens = arrays[f"{name}_tokens"][rows].astype(np.int64)
    docs = arrays[f"{name}_docs"][rows].astype(np.int64)
    weights = arrays[f"{name}_weights"][rows][:, 1:].astype(np.float32).ravel() / 255
    noise = np.random.default_rng(rng.getrandbits(32)).random(weights.shape)
    order = np.argsort(-((weights > 0.99) * 2.0 + (weights > 0) * 1.0 + noise))
    spots = np.sort(order[: int(len(order) * SHARE)])
    return Batch(*(torch.from_numpy(a) for a in (tokens, docs, spots, weights[spots])))


def batches(worker: ShardWorker, tokens: int, seed: int) -> Iterator[Batch]:
    """Endless batches of about so many tokens, short and long rows mixed."""
    rng = random.Random(seed)
    while True:
        arrays = worker.take()
        plan: list[tuple[str, list[int]]] = []
        for name, length in (("short", SHORT), ("long", LONG)):
            order = list(range(len(arrays[f"{name}_tokens"])))
            rng.shuffle(order)
            size = tokens // length
            plan += [(name, order[at : at + size]) for at in range(0, len(order) - size + 1, size)]
        rng.shuffle(plan)
        for name, rows in plan:
            yield batch_of(arrays, name, rows, rng)
