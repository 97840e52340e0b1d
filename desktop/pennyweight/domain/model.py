"""What is known about a model file without loading it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Fits = Literal["yes", "tight", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A GGUF file on this disk. Sizes in bytes, context in tokens; None where the file does not say."""

    id: str
    """Stable short name, unique on the shelf (the file name without `.gguf`, made unique)."""
    name: str
    """As shown to a person, from `general.name` or the file name."""
    path: Path
    source: str
    """Where it was found: `starter`, `added`, `huggingface`, …"""
    size_bytes: int
    architecture: str
    quantization: str
    parameters: int | None
    context_length: int | None
    """The context window it was trained for."""
    has_chat_template: bool
    memory_needed_bytes: int
    """Estimate for the context it would be loaded with (`context_used`)."""
    context_used: int
    fits: Fits
    layers: int | None = None
    is_starter: bool = False
