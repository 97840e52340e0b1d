"""Writes small GGUF files for the tests."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

KINDS = {"u32": (4, "<I"), "u64": (10, "<Q"), "i32": (5, "<i"), "f32": (6, "<f"), "bool": (7, "<?")}

QWEN_LIKE: dict[str, object] = {
    "general.architecture": "qwen2",
    "general.name": "Tiny Test 0.1B",
    "general.file_type": ("u32", 15),
    "qwen2.context_length": ("u32", 32768),
    "qwen2.block_count": ("u32", 2),
    "qwen2.embedding_length": ("u32", 64),
    "qwen2.feed_forward_length": ("u32", 128),
    "qwen2.attention.head_count": ("u32", 4),
    "qwen2.attention.head_count_kv": ("u32", 2),
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ["a", "b", "c", "<|end|>"],
    "tokenizer.chat_template": "{{ messages }}",
}
TENSORS: list[tuple[str, tuple[int, ...], int]] = [("token_embd.weight", (64, 4), 8), ("output_norm.weight", (64,), 0)]


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def key(name: str, value: object) -> bytes:
    if isinstance(value, str):
        return text(name) + struct.pack("<I", 8) + text(value)
    if isinstance(value, list):
        if value and isinstance(value[0], int):
            return text(name) + struct.pack("<IIQ", 9, 4, len(value)) + struct.pack(f"<{len(value)}I", *value)
        return text(name) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(text(item) for item in value)
    assert isinstance(value, tuple)
    kind, layout = KINDS[value[0]]
    return text(name) + struct.pack("<I", kind) + struct.pack(layout, value[1])


def gguf_bytes(
    values: Mapping[str, object] = QWEN_LIKE,
    tensors: Sequence[tuple[str, tuple[int, ...], int]] = TENSORS,
    *,
    version: int = 3,
) -> bytes:
    """A whole file; tensor types 0 (F32) and 8 (Q8_0) get their data."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(values))
    head += b"".join(key(name, value) for name, value in values.items())
    offset = 0
    for name, shape, kind in tensors:
        elements = 1
        for length in shape:
            elements *= length
        head += text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        head += struct.pack("<IQ", kind, offset)
        size = elements * 4 if kind == 0 else elements // 32 * 34
        offset += -(-size // 32) * 32
    return head + bytes(-len(head) % 32) + bytes(offset)


def write_gguf(path: Path, values: Mapping[str, object] = QWEN_LIKE, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf_bytes(values, **options))  # type: ignore[arg-type]
    return path
