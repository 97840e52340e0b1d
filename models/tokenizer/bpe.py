"""Encoding and decoding with a trained vocabulary."""

from __future__ import annotations

import json
import random
from pathlib import Path

from .split import SPECIALS, byte_letters, from_letters, pieces, to_letters

FILE = Path(__file__).with_name("vocabulary.json")


class Tokenizer:
    """``merges`` in order of rank; token ids: specials, the 256 bytes, then one token for each merge."""

    def __init__(self, merges: list[tuple[str, str]]) -> None:
        self.merges = merges
        self.tokens = [*SPECIALS, *byte_letters(), *(left + right for left, right in merges)]
        self.ids = {token: index for index, token in enumerate(self.tokens)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.cache: dict[str, list[int]] = {}

    @classmethod
    def load(cls, path: Path = FILE) -> Tokenizer:
        raw: list[str] = json.loads(path.read_text(encoding="utf-8"))
        merges = [(left, right) for left, right in (line.split(" ") for line in raw)]
        return cls(merges)

    def save(self, path: Path = FILE) -> None:
        path.write_text(
            json.dumps([f"{a} {b}" for a, b in self.merges], ensure_ascii=False, indent=0), encoding="utf-8"
        )

    def merge(self, letters: str, rng: random.Random | None = None, dropout: float = 0.0) -> list[int]:
        parts = list(letters)
        while len(parts) > 1:
            best: tuple[int, int] | None = None
            for index in range(len(parts) - 1):
                rank = self.ranks.get((parts[index], parts[index + 1]))
                if rank is None or (rng is not None and rng.random() < dropout):
                    continue
                if best is None or rank < best[0]:
                    best = (rank, index)
            if best is None:
                break
            at = best[1]
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return [self.ids[part] for part in parts]

    def encode(self, text: str, rng: random.Random | None = None, dropout: float = 0.0) -> list[int]:
        """Token ids of plain text (special tokens are not recognised in it); with dropout some merges are left out."""
        found: list[int] = []
        for piece in pieces(text):
            if rng is not None and dropout:
                found += self.merge(to_letters(piece), rng, dropout)
                continue
            known = self.cache.get(piece)
            if known is None:
                known = self.merge(to_letters(piece))
                if len(self.cache) < 200_000:
                    self.cache[piece] = known
            found += known
        return found

    def decode(self, ids: list[int]) -> str:
        body = b"".join(from_letters(self.tokens[i]) for i in ids if i >= len(SPECIALS))
        return body.decode("utf-8", "replace")
