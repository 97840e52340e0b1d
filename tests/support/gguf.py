"""A small GGUF writer: metadata and tensors, one tensor in memory at a time."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

ALIGNMENT = 32
F32, F16 = 0, 1
Value = str | bool | int | float | Sequence[str] | Sequence[int] | Sequence[float]


@dataclass(frozen=True)
class Tensor:
    """`shape` as numpy has it (rows first); `make` gives the values when their turn comes."""

    name: str
    shape: tuple[int, ...]
    make: Callable[[], NDArray[np.float32]]
    half: bool = True

    @property
    def size(self) -> int:
        return int(np.prod(self.shape)) * (2 if self.half else 4)


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value: Value) -> bytes:
    """Type code and value; ints are u32, floats f32, lists of ints i32."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _string(value)
    head = struct.pack("<I", 9)
    first = value[0]
    if isinstance(first, str):
        return head + struct.pack("<IQ", 8, len(value)) + b"".join(_string(str(item)) for item in value)
    if isinstance(first, int):
        return head + struct.pack("<IQ", 5, len(value)) + np.asarray(value, "<i4").tobytes()
    return head + struct.pack("<IQ", 6, len(value)) + np.asarray(value, "<f4").tobytes()


def write_gguf(path: Path, metadata: Mapping[str, Value], tensors: Sequence[Tensor]) -> None:
    with path.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
        for key, value in metadata.items():
            file.write(_string(key) + _value(value))
        offset = 0
        for tensor in tensors:
            shape = tuple(reversed(tensor.shape))
            file.write(_string(tensor.name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape))
            file.write(struct.pack("<IQ", F16 if tensor.half else F32, offset))
            offset += -(-tensor.size // ALIGNMENT) * ALIGNMENT
        _pad(file)
        for tensor in tensors:
            file.write(tensor.make().astype("<f2" if tensor.half else "<f4").tobytes())
            _pad(file)


def _pad(file: BinaryIO) -> None:
    file.write(b"\x00" * (-file.tell() % ALIGNMENT))
