"""Before a model is loaded: is it a GGUF file at all, and will it fit into memory?"""

from __future__ import annotations

import re
import struct
from pathlib import Path

DEFAULT_CONTEXT = 8192
SMALLEST_CONTEXT = 512
RESERVE_BYTES = 200 * 1024 * 1024
"""What stays free for the rest of the computer."""


def file_problem(path: Path) -> str:
    """A sentence if this cannot be a model file, "" if it may be one."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            return "This is a folder, not a model file."
        with path.open("rb") as file:
            head = file.read(24)
    except FileNotFoundError:
        return "The model file is not there any more."
    except OSError as error:
        return f"The model file cannot be read: {error.strerror or error}."
    if size == 0:
        return "The model file is empty."
    if head[:4] != b"GGUF":
        return "This is not a GGUF model file."
    if len(head) < 24:
        return "The model file is damaged or incomplete. Download or copy it again."
    version, tensors, keys = struct.unpack("<IQQ", head[4:24])
    if version & 0xFFFF == 0:
        return "The model file is big-endian; this computer cannot run it."
    if version not in (2, 3):
        return f"The model file has GGUF version {version}, which this engine cannot read."
    if tensors > 1_000_000 or keys > 1_000_000 or tensors * 24 + keys * 12 > size:
        return "The model file is damaged or incomplete. Download or copy it again."
    return ""


def total_size(path: Path) -> int:
    """Bytes of the model, all parts of a split one together."""
    match = re.fullmatch(r"(.*)-\d{5}-of-(\d{5})\.gguf", path.name)
    if not match:
        return path.stat().st_size
    parts = path.parent.glob(f"{_glob_escape(match[1])}-*-of-{match[2]}.gguf")
    return sum(part.stat().st_size for part in parts)


def _glob_escape(text: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", text)


def weights_problem(size_bytes: int, available_bytes: int) -> str:
    """A sentence if the weights alone do not fit into what is free."""
    if size_bytes + RESERVE_BYTES <= available_bytes:
        return ""
    return (
        f"This model needs about {gigabytes(size_bytes + RESERVE_BYTES)} of memory, "
        f"and {gigabytes(available_bytes)} are free."
    )


def kv_bytes_per_token(layers: int, embedding: int, heads: int, kv_heads: int) -> int:
    """Bytes of KV cache (f16 keys and values) that one token takes, at most."""
    head_size = embedding // max(heads, 1)
    return 2 * 2 * layers * head_size * max(kv_heads, 1)


def choose_context(wanted: int | None, trained: int, per_token: int, available_bytes: int) -> int:
    """The context window to use: what was wanted, or the smaller of trained, 8192 and what memory allows."""
    if wanted is not None:
        return max(1, min(wanted, trained) if trained > 0 else wanted)
    context = min(trained, DEFAULT_CONTEXT) if trained > 0 else DEFAULT_CONTEXT
    while context > SMALLEST_CONTEXT and context * per_token > max(available_bytes - RESERVE_BYTES, 0):
        context = max(context // 2, SMALLEST_CONTEXT)
    return context


def context_problem(context: int, per_token: int, available_bytes: int) -> str:
    """A sentence if a context window of this many tokens does not fit into what is free."""
    needed = context * per_token
    if needed + RESERVE_BYTES // 2 <= available_bytes:
        return ""
    return (
        f"A context window of {context:,} tokens needs about {gigabytes(needed)} of memory, "
        f"and {gigabytes(available_bytes)} are free. Choose a smaller one."
    )


def gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 50_000_000 else f"{size / 1e6:.0f} MB"
