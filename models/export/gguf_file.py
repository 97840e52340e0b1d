"""A small GGUF (version 3) writer: metadata, F32/F16/Q8_0 tensors."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Value = str | bool | int | float | Sequence[str] | Sequence[int]

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
F32, F16, Q8_0 = 0, 1, 8
BLOCK = 32


def string(text: str) -> bytes:
    raw = text.encode("utf-8")
    return struct.pack("<Q", len(raw)) + raw


def value_bytes(value: Value) -> bytes:
    """The type number of a metadata value and its bytes."""
    if isinstance(value, bool):
        return struct.pack("<I?", BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", UINT32, value)
    if isinstance(value, float):
        return struct.pack("<If", FLOAT32, value)
    if isinstance(value, str):
        return struct.pack("<I", STRING) + string(value)
    items = list(value)
    head = struct.pack("<I", ARRAY)
    texts = [item for item in items if isinstance(item, str)]
    if texts:
        return head + struct.pack("<IQ", STRING, len(texts)) + b"".join(string(text) for text in texts)
    return (
        head
        + struct.pack("<IQ", INT32, len(items))
        + struct.pack(f"<{len(items)}i", *(item for item in items if isinstance(item, int)))
    )


def quantize_q8_0(values: Array) -> bytes:
    """Blocks of 32: one half-precision scale, 32 signed bytes."""
    blocks = values.astype(np.float32).reshape(-1, BLOCK)
    scales = (np.abs(blocks).max(axis=1) / 127).astype(np.float16)
    divisor = np.where(scales == 0, np.float32(1), scales.astype(np.float32))
    quants = np.clip(np.round(blocks / divisor[:, None]), -127, 127).astype(np.int8)
    out = np.empty((len(blocks), 2 + BLOCK), np.uint8)
    out[:, :2] = scales.view(np.uint8).reshape(-1, 2)
    out[:, 2:] = quants.view(np.uint8)
    return out.tobytes()


def tensor_bytes(values: Array, kind: int) -> bytes:
    if kind == Q8_0:
        return quantize_q8_0(values)
    return values.astype(np.float16 if kind == F16 else np.float32).tobytes()


def pad(stream: BinaryIO) -> None:
    stream.write(b"\0" * (-stream.tell() % ALIGNMENT))


def write_gguf(path: Path, metadata: dict[str, Value], tensors: dict[str, tuple[Array, int]]) -> None:
    """Write the file under another name first, then rename it."""
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        stream.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
        for key, value in metadata.items():
            stream.write(string(key) + value_bytes(value))
        bodies: list[bytes] = []
        offset = 0
        for name, (values, kind) in tensors.items():
            body = tensor_bytes(values, kind)
            dimensions = values.shape[::-1]
            stream.write(string(name) + struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions))
            stream.write(struct.pack("<IQ", kind, offset))
            bodies.append(body)
            offset += len(body) + (-len(body) % ALIGNMENT)
        for body in bodies:
            pad(stream)
            stream.write(body)
        pad(stream)
    part.rename(path)
