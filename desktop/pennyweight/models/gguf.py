"""A bounded reader of GGUF headers (versions 2 and 3, little-endian).

A file is data from somewhere else: no count or length in it is believed before it is checked against what is left of
the file and against fixed limits, nothing is allocated by a claimed length, and every fault is a `ModelFileError`.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pennyweight.domain.errors import ModelFileError
from pennyweight.models.tensor_types import TENSOR_TYPES

MAX_KEYS = 20_000
MAX_TENSORS = 100_000
MAX_NAME_BYTES = 65_535
MAX_STRINGS = 4_000_000
"""Elements of all text arrays together (the largest vocabularies have under a million)."""
MAX_KEPT_TEXT_BYTES = 4_096
MAX_KEPT_NUMBERS = 4_096
MAX_DIMENSIONS = 8

_CHUNK = 1 << 20
_SCALARS = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_TEXT, _ARRAY = 8, 9
_U32, _U64 = _SCALARS[4], _SCALARS[10]

Value = int | float | bool | str | tuple[int | float | bool, ...]

_KEPT = frozenset({"general.name", "general.architecture", "general.file_type", "general.alignment"})
_KEPT_ENDINGS = (
    ".context_length",
    ".block_count",
    ".embedding_length",
    ".feed_forward_length",
    ".vocab_size",
    ".attention.head_count",
    ".attention.head_count_kv",
    ".attention.key_length",
    ".attention.value_length",
    ".attention.kv_lora_rank",
    ".attention.sliding_window",
    ".rope.dimension_count",
    ".ssm.state_size",
    ".full_attention_interval",
)


@dataclass(slots=True)
class GgufHeader:
    """What one GGUF file says about itself. Sizes in bytes."""

    version: int
    file_size: int
    values: dict[str, Value] = field(default_factory=dict)
    """The keys this program needs, no others."""
    has_chat_template: bool = False
    vocabulary: int = 0
    """Tokens in the tokenizer; 0 if the file has none."""
    tensors: int = 0
    parameters: int = 0
    bytes_by_type: Counter[str] = field(default_factory=Counter)


def read_header(path: Path) -> GgufHeader:
    """Read and check the header of one file. Raises ModelFileError; never reads the weights."""
    try:
        if path.is_dir():
            raise ModelFileError(f"{shown(path)} is a folder, not a model file.")
        if path.is_fifo():  # opening it would wait for ever
            raise ModelFileError(f"{shown(path)} is a pipe, not a model file.")
        with path.open("rb") as file:
            return _read(_Source(file, path), path)
    except FileNotFoundError as error:
        raise ModelFileError(f"There is no file {shown(path, whole=True)}.") from error
    except OSError as error:
        raise ModelFileError(
            f"{shown(path, whole=True)} cannot be read: {error.strerror or type(error).__name__}."
        ) from error


def shown(path: Path, *, whole: bool = False) -> str:
    """A file name for a sentence: on one line, whatever it is made of."""
    return "".join(letter if letter.isprintable() else "?" for letter in (str(path) if whole else path.name))


class _Source:
    """Reads forward, refuses to read past the end."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.size = file.seek(0, 2)
        file.seek(0)
        self.strings = 0
        self._file = file
        self._name = shown(path)
        self._buffer = b""
        self._start = 0  # of the buffer in the file
        self._at = 0  # in the buffer

    def damaged(self, detail: str) -> ModelFileError:
        return ModelFileError(f"{self._name} is damaged or incomplete: {detail}.", advice="Download or copy it again.")

    @property
    def position(self) -> int:
        return self._start + self._at

    def left(self) -> int:
        return self.size - self.position

    def take(self, count: int) -> bytes:
        """Exactly `count` bytes (callers bound `count`)."""
        end = self._at + count
        if end > len(self._buffer):
            self._fill(count)
            end = count
        piece = self._buffer[self._at : end]
        self._at = end
        return piece

    def _fill(self, count: int) -> None:
        if count > self.left():
            raise self.damaged("its header ends too early")
        self._start = self.position
        self._file.seek(self._start)
        self._buffer = self._file.read(max(count, _CHUNK))
        self._at = 0
        if len(self._buffer) < count:
            raise self.damaged("its header ends too early")

    def skip(self, count: int) -> None:
        if count > self.left():
            raise self.damaged("a length in its header is larger than the file")
        if self._at + count <= len(self._buffer):
            self._at += count
            return
        self._start, self._at, self._buffer = self.position + count, 0, b""

    def number(self, kind: struct.Struct) -> int:
        return int(kind.unpack(self.take(kind.size))[0])

    def text(self, limit: int) -> str:
        length = self.number(_U64)
        if length > limit:
            raise self.damaged("a name in its header is too long")
        return self.take(length).decode("utf-8", "replace")

    def skip_texts(self, count: int) -> None:
        """Pass over `count` length-prefixed texts: a vocabulary, so the loop is written for speed."""
        self.strings += count
        if self.strings > MAX_STRINGS or count * 8 > self.left():
            raise self.damaged("a list in its header is too long")
        unpack = _U64.unpack_from
        for _ in range(count):
            at = self._at
            if at + 8 <= len(self._buffer):
                end = at + 8 + unpack(self._buffer, at)[0]
                if end <= len(self._buffer):
                    self._at = end
                    continue
            self.skip(self.number(_U64))


def _read(source: _Source, path: Path) -> GgufHeader:
    if source.size == 0:
        raise ModelFileError(f"{shown(path)} is empty.", advice="Download or copy it again.")
    if source.size < 4 or source.take(4) != b"GGUF":
        raise ModelFileError(f"{shown(path)} is not a GGUF model file.")
    version = source.number(_U32)
    if version & 0xFFFF == 0:
        raise ModelFileError(f"{shown(path)} was made for another kind of processor (big-endian).")
    if version not in (2, 3):
        raise ModelFileError(f"{shown(path)} has GGUF version {version}; this program reads versions 2 and 3.")
    tensors, keys = source.number(_U64), source.number(_U64)
    if keys > MAX_KEYS or tensors > MAX_TENSORS or keys * 13 + tensors * 24 > source.left():
        raise source.damaged("it claims more entries than it can hold")
    header = GgufHeader(version, source.size, tensors=tensors)
    for _ in range(keys):
        _read_key(source, header)
    _read_tensors(source, header)
    return header


def _read_key(source: _Source, header: GgufHeader) -> None:
    key = source.text(MAX_NAME_BYTES)
    kind = source.number(_U32)
    if key == "tokenizer.chat_template" or key.startswith("tokenizer.chat_template."):
        header.has_chat_template = True
    kept = key in _KEPT or key.endswith(_KEPT_ENDINGS)
    if kind in _SCALARS:
        value = _SCALARS[kind].unpack(source.take(_SCALARS[kind].size))[0]
        if kept:
            header.values[key] = value
    elif kind == _TEXT:
        _read_text(source, header, key, kept=kept)
    elif kind == _ARRAY:
        _read_array(source, header, key, kept=kept)
    else:
        raise source.damaged(f"unknown kind of value ({kind})")


def _read_text(source: _Source, header: GgufHeader, key: str, *, kept: bool) -> None:
    length = source.number(_U64)
    if not kept:
        source.skip(length)
        return
    if length > source.left():
        raise source.damaged("a length in its header is larger than the file")
    start = source.take(min(length, MAX_KEPT_TEXT_BYTES))
    source.skip(length - len(start))
    header.values[key] = start.decode("utf-8", "replace")


def _read_array(source: _Source, header: GgufHeader, key: str, *, kept: bool) -> None:
    kind, count = source.number(_U32), source.number(_U64)
    if key == "tokenizer.ggml.tokens":
        header.vocabulary = min(count, MAX_STRINGS)
    if kind == _TEXT:
        source.skip_texts(count)
    elif kind in _SCALARS:
        scalar = _SCALARS[kind]
        if kept and 0 < count <= MAX_KEPT_NUMBERS and count * scalar.size <= source.left():
            numbers = scalar.iter_unpack(source.take(count * scalar.size))
            header.values[key] = tuple(number[0] for number in numbers)
        else:
            source.skip(count * scalar.size)
    else:
        raise source.damaged(f"unknown kind of list ({kind})")


def _read_tensors(source: _Source, header: GgufHeader) -> None:
    end_of_data = 0
    for _ in range(header.tensors):
        source.skip(_checked_name_length(source))
        dimensions = source.number(_U32)
        if dimensions > MAX_DIMENSIONS:
            raise source.damaged(f"a tensor with {dimensions} dimensions")
        elements = 1
        for _ in range(dimensions):
            elements *= source.number(_U64)
        kind, offset = source.number(_U32), source.number(_U64)
        header.parameters += elements
        known = TENSOR_TYPES.get(kind)
        size = 0 if known is None else known.size(elements)
        header.bytes_by_type[known.name if known else f"type {kind}"] += size
        end_of_data = max(end_of_data, offset + size)
    alignment = header.values.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
        raise source.damaged("its alignment makes no sense")
    start_of_data = -(-source.position // alignment) * alignment
    if header.tensors and start_of_data + end_of_data > header.file_size:
        raise source.damaged("weights are missing at its end")


def _checked_name_length(source: _Source) -> int:
    length = source.number(_U64)
    if length > MAX_NAME_BYTES:
        raise source.damaged("a name in its header is too long")
    return length
