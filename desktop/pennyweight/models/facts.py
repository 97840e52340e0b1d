"""The facts about a model, from the header of its file or of the first of its parts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pennyweight.domain.errors import ModelFileError
from pennyweight.models.gguf import GgufHeader, Value, read_header, shown
from pennyweight.models.tensor_types import FILE_TYPES

_SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
_MAX_SHARDS = 1_000
_MAX_LAYERS = 1_000
_SANE = 1 << 31


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """Sizes in bytes, lengths in tokens; None or 0 where the file does not say."""

    path: Path
    """The file to load: of a model in parts, the first."""
    name: str
    size_bytes: int
    architecture: str
    quantization: str
    parameters: int | None
    context_length: int | None
    has_chat_template: bool
    layers: int | None
    embedding: int
    feed_forward: int
    vocabulary: int
    kv_width: int | None
    """Numbers that the attention cache holds per token, all layers together; None if the file does not tell."""
    certain: bool
    """False where the memory can only be estimated roughly (recurrent or sliding-window layers, unknown heads)."""


def shard_paths(path: Path) -> list[Path]:
    """All parts of a model, in order, if the name says it is one in parts; else the path alone."""
    match = _SHARD.fullmatch(path.name)
    if match is None:
        return [path]
    count = int(match["count"])
    if not 1 <= count <= _MAX_SHARDS:
        raise ModelFileError(f"{shown(path)} claims to be one of {count} parts.")
    return [
        path.with_name(f"{match['stem']}-{number:05d}-of-{count:05d}{path.suffix}") for number in range(1, count + 1)
    ]


def shelf_name(path: Path) -> str:
    """The file name without `.gguf` and without the number of the part."""
    match = _SHARD.fullmatch(path.name)
    if match is not None:
        return match["stem"]
    return path.name[:-5] if path.name.lower().endswith(".gguf") else path.name


def read_facts(path: Path) -> ModelFacts:
    """Read the header (of every part). Raises ModelFileError in one sentence."""
    parts = shard_paths(path)
    absent = [part for part in parts if not part.exists()]
    if absent and len(parts) > 1:
        raise ModelFileError(
            f"The model comes in {len(parts)} parts, and {shown(absent[0])} is missing.",
            advice="Put all parts into one folder.",
        )
    return _facts(parts[0], [_cached_header(part) for part in parts])


def _cached_header(path: Path) -> GgufHeader:
    try:
        state = path.stat()
    except OSError:
        return read_header(path)  # says what is wrong
    return _header_of(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=256)
def _header_of(path: Path, size: int, changed: int) -> GgufHeader:  # noqa: ARG001 - they are the cache's key
    return read_header(path)


def _facts(path: Path, headers: list[GgufHeader]) -> ModelFacts:
    values = headers[0].values
    architecture = _text(values.get("general.architecture"))
    if not architecture:
        raise ModelFileError(f"{shown(path)} does not say what kind of model it is.")
    layers = _layers(path, values.get(f"{architecture}.block_count"))
    bytes_by_type: Counter[str] = sum((header.bytes_by_type for header in headers), Counter())
    kv_width, certain = _kv_width(values, architecture, layers)
    return ModelFacts(
        path=path,
        name=_text(values.get("general.name")) or shelf_name(path),
        size_bytes=sum(header.file_size for header in headers),
        architecture=architecture,
        quantization=_quantization(values.get("general.file_type"), bytes_by_type),
        parameters=sum(header.parameters for header in headers) or None,
        context_length=_length(values.get(f"{architecture}.context_length")) or None,
        has_chat_template=headers[0].has_chat_template,
        layers=layers,
        embedding=_length(values.get(f"{architecture}.embedding_length")),
        feed_forward=_largest(values.get(f"{architecture}.feed_forward_length")),
        vocabulary=headers[0].vocabulary or _length(values.get(f"{architecture}.vocab_size")),
        kv_width=kv_width,
        certain=certain,
    )


def _layers(path: Path, value: Value | None) -> int | None:
    if value is None:
        return None
    layers = _length(value)
    if not 1 <= layers <= _MAX_LAYERS:
        # The engine aborts on such a file.
        raise ModelFileError(
            f"{shown(path)} is damaged: it claims {value} layers.", advice="Download or copy it again."
        )
    return layers


def _quantization(file_type: Value | None, bytes_by_type: Counter[str]) -> str:
    if isinstance(file_type, int) and file_type in FILE_TYPES:
        return FILE_TYPES[file_type]
    named = [(size, name) for name, size in bytes_by_type.items()]
    return max(named)[1] if named else "unknown"


def _kv_width(values: dict[str, Value], architecture: str, layers: int | None) -> tuple[int | None, bool]:
    def value(key: str) -> Value | None:
        return values.get(f"{architecture}.{key}")

    rank = _length(value("attention.kv_lora_rank"))
    if layers is None:
        return None, False
    if rank:  # the compressed cache of DeepSeek's attention
        return layers * (rank + _length(value("rope.dimension_count"))), False
    heads = value("attention.head_count_kv")
    if heads is None:
        heads = value("attention.head_count")
    per_layer = _per_layer(heads, layers)
    all_heads = _largest(value("attention.head_count"))
    width = _length(value("embedding_length")) // all_heads if all_heads else 0
    key, val = _length(value("attention.key_length")) or width, _length(value("attention.value_length")) or width
    if per_layer is None or not key or not val:
        return None, False
    other = ("attention.sliding_window", "ssm.state_size", "full_attention_interval")
    return sum(per_layer) * (key + val), not any(value(name) for name in other)


def _per_layer(heads: Value | None, layers: int) -> list[int] | None:
    if isinstance(heads, tuple):
        numbers = [_length(number) for number in heads[:layers]]
        return numbers + numbers[-1:] * (layers - len(numbers)) if numbers else None
    if heads is None:
        return None
    return [_length(heads)] * layers


def _length(value: Value | None) -> int:
    """A whole number in a sane range, else 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 <= value < _SANE else 0


def _largest(value: Value | None) -> int:
    if isinstance(value, tuple):
        return max((_length(number) for number in value), default=0)
    return _length(value)


def _text(value: Value | None) -> str:
    """One line a person can be shown: no control characters, at most 120 letters."""
    if not isinstance(value, str):
        return ""
    printable = "".join(letter if letter.isprintable() else " " for letter in value[:400])
    return " ".join(printable.split())[:120]
