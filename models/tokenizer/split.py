"""Splits text before BPE as llama.cpp does for ``tokenizer.ggml.pre = smollm``: digits alone, then GPT-2's rule."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
END_OF_TEXT, IM_START, IM_END = 0, 1, 2

DIGIT = re.compile(r"([\d²³¹¼½¾])")
LETTER = r"[^\W\d_²³¹¼½¾]"
LETTER_RUN = re.compile(rf"{LETTER}+")
PIECE = re.compile(rf"'s|'t|'re|'ve|'m|'ll|'d| ?{LETTER}+| ?(?:(?!{LETTER})[^\s\d²³¹¼½¾])+|\s+(?!\S)|\s+")


def pieces(text: str) -> list[str]:
    """The pieces that BPE never merges across."""
    found: list[str] = []
    for part in DIGIT.split(unicodedata.normalize("NFC", text)):
        if part and DIGIT.fullmatch(part):
            found.append(part)
        elif part:
            found.extend(PIECE.findall(part))
    return found


@cache
def byte_letters() -> tuple[str, ...]:
    """GPT-2's printable letter for each byte, as GGUF files store byte-level tokens."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in kept}
    extra = 0
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + extra)
            extra += 1
    return tuple(letters[byte] for byte in range(256))


def to_letters(piece: str) -> str:
    table = byte_letters()
    return "".join(table[byte] for byte in piece.encode("utf-8"))


def from_letters(text: str) -> bytes:
    table = {letter: byte for byte, letter in enumerate(byte_letters())}
    return bytes(table[letter] for letter in text)
