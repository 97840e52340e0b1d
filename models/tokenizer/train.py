"""``python -m models.tokenizer.train``: learns the merges from generated text (pure Python, about a minute).

The vocabulary is the same for small and capital words. Merges are learned on words without their space and capital;
each is then written four times: for the word as it stands, after a space, with a capital, and with both. So
``heating``, `` heating``, ``Heating`` and `` Heating`` are cut at the same places and differ in their first token only:
to begin a sentence with a word of the source, the model changes one token and copies the rest. (With an ordinary
vocabulary it has to spell such a word anew, and often misspells it.)
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from itertools import pairwise
from string import ascii_lowercase

from ..generator.chat import make_example
from .bpe import FILE, Tokenizer
from .split import LETTER_RUN, pieces, to_letters

EXTRA = "system user assistant system\n user\n assistant\n"
SPACE = to_letters(" ")
Pair = tuple[str, str]


def count_pieces(examples: int) -> Counter[str]:
    found: Counter[str] = Counter(pieces(EXTRA) * 50)
    for index in range(examples):
        for turn in make_example(f"tokenizer-{index}").turns:
            if turn.role != "system" or index % 20 == 0:
                found.update(pieces(turn.text))
    return found


def learn(counts: Counter[str], size: int, least: int = 3) -> list[Pair]:
    """Byte-pair merges by frequency; frequencies of pieces are damped so that rare words get tokens too."""
    words: list[list[str]] = []
    weights: list[int] = []
    for piece, count in counts.items():
        if count >= least:
            words.append(list(to_letters(piece)))
            weights.append(max(1, round(count**0.75)))
    pairs: Counter[Pair] = Counter()
    where: dict[Pair, set[int]] = defaultdict(set)
    for index, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += weights[index]
            where[pair].add(index)
    merges: list[Pair] = []
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


def plain_word(piece: str) -> str | None:
    """A word without its space and capital; ``None`` where it is not an ordinary word (``IBAN``, ``---``)."""
    word = piece.removeprefix(" ")
    if not LETTER_RUN.fullmatch(word):
        return None
    low = word[0].lower() + word[1:]
    return low if low.islower() else None


def mirrored(merge: Pair) -> list[Pair]:
    """The four forms of one merge; letters that have no capital of one byte have two."""
    left, right = merge
    forms = [left, SPACE + left]
    if left[0].isascii() and left[0].isalpha():
        forms += [left[0].upper() + left[1:], SPACE + left[0].upper() + left[1:]]
    return [(form, right) for form in forms]


def first_letters(words: Counter[str]) -> list[Pair]:
    """A space before a first letter comes before all other merges, so that it never changes how a word is cut."""
    first = sorted({to_letters(word)[0] for word in words} | set(ascii_lowercase))
    capitals = sorted({letter.upper() for letter in first if letter.isascii()})
    return [(SPACE, letter) for letter in [*first, *(c for c in capitals if c not in first)]]


def vocabulary(counts: Counter[str], words: int, others: int) -> list[Pair]:
    """All merges in order: first letters, the words' in their four forms, then those of signs and white space."""
    plain: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    for piece, count in counts.items():
        word = plain_word(piece)
        if word is not None:
            plain[word] += count
        elif not LETTER_RUN.search(piece) or piece.startswith("'"):
            signs[piece] += count
    found = first_letters(plain)
    seen = {left + right for left, right in found}
    for merge in [form for base in learn(plain, words) for form in mirrored(base)] + learn(signs, others, least=40):
        if merge[0] + merge[1] not in seen:
            seen.add(merge[0] + merge[1])
            found.append(merge)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the tokenizer on generated text.")
    parser.add_argument("--examples", type=int, default=40_000)
    parser.add_argument("--words", type=int, default=1250, help="merges of words, each in four forms")
    parser.add_argument("--signs", type=int, default=60, help="merges of signs and white space")
    options = parser.parse_args()
    counts = count_pieces(options.examples)
    tokenizer = Tokenizer(vocabulary(counts, options.words, options.signs))
    tokenizer.save()
    used = sum(len(tokenizer.encode(piece)) * count for piece, count in counts.items())
    print(f"{len(counts)} pieces, {len(tokenizer.tokens)} tokens -> {FILE.name}; {used / counts.total():.3f} per piece")


if __name__ == "__main__":
    main()
