"""``python -m models.tokenizer.train``: learns the merges from generated text (pure Python, about a minute)."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from itertools import pairwise

from ..generator.chat import make_example
from .bpe import FILE, Tokenizer
from .split import SPECIALS, pieces, to_letters

EXTRA = "system user assistant system\n user\n assistant\n"


def count_pieces(examples: int) -> Counter[str]:
    found: Counter[str] = Counter(pieces(EXTRA) * 50)
    for index in range(examples):
        for turn in make_example(f"tokenizer-{index}").turns:
            if turn.role != "system" or index % 20 == 0:
                found.update(pieces(turn.text))
    return found


def learn(counts: Counter[str], size: int) -> list[tuple[str, str]]:
    """Byte-pair merges by frequency; frequencies of pieces are damped so that rare words get tokens too."""
    words: list[list[str]] = []
    weights: list[int] = []
    for piece, count in counts.items():
        if count >= 3:
            words.append(list(to_letters(piece)))
            weights.append(max(1, round(count**0.75)))
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[int]] = defaultdict(set)
    for index, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += weights[index]
            where[pair].add(index)
    merges: list[tuple[str, str]] = []
    seen: set[str] = set()
    while len(merges) < size and pairs:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        if pairs[best] <= 0:
            break
        joined = best[0] + best[1]
        for index in list(where[best]):
            word, weight = words[index], weights[index]
            for pair in pairwise(word):
                pairs[pair] -= weight
                where[pair].discard(index)
            merged: list[str] = []
            at = 0
            while at < len(word):
                if at + 1 < len(word) and (word[at], word[at + 1]) == best:
                    merged.append(joined)
                    at += 2
                else:
                    merged.append(word[at])
                    at += 1
            words[index] = merged
            for pair in pairwise(merged):
                pairs[pair] += weight
                where[pair].add(index)
        del pairs[best]
        if joined not in seen:
            seen.add(joined)
            merges.append(best)
    return merges


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the tokenizer on generated text.")
    parser.add_argument("--examples", type=int, default=40_000)
    parser.add_argument("--vocabulary", type=int, default=4096)
    options = parser.parse_args()
    counts = count_pieces(options.examples)
    merges = learn(counts, options.vocabulary - 256 - len(SPECIALS))
    Tokenizer(merges).save()
    print(f"{len(counts)} pieces, {len(merges)} merges -> {FILE.name}")


if __name__ == "__main__":
    main()
