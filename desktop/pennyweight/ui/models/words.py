"""Sizes, contexts and verdicts of models in words."""

from __future__ import annotations

from pennyweight.domain.model import Fits, ModelInfo
from pennyweight.ui.widgets import Tone

FITS: dict[Fits, tuple[str, Tone]] = {
    "yes": ("fits", "local"),
    "tight": ("tight", "warn"),
    "no": ("too big", "warn"),
}

_SOURCES = {"starter": "comes with Pennyweight", "added": "your files"}


def size_text(count: int) -> str:
    """Bytes in decimal units as file managers show them: "640 kB", "9 MB", "1.1 GB", "24 GB"."""
    value = float(count)
    for unit in ("bytes", "kB", "MB"):
        if value < 999.5:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB" if value < 9.95 else f"{value:.0f} GB"


def context_text(model: ModelInfo) -> str:
    """ "8,192 of 40,960", or one number where the whole window is used."""
    trained = model.context_length
    if trained is None or trained == model.context_used:
        return f"{model.context_used:,}"
    return f"{model.context_used:,} of {trained:,}"


def quantization_text(model: ModelInfo) -> str:
    """What to write beside the name; empty where the name says it already."""
    return "" if model.quantization.lower() in model.name.lower() else model.quantization


def source_text(model: ModelInfo) -> str:
    return _SOURCES.get(model.source, model.source)


def parameters_text(count: int | None) -> str:
    """ "11 M", "4.0 B"; "unknown" for None."""
    if count is None:
        return "unknown"
    if count < 999_500_000:
        return f"{count / 1e6:.0f} M"
    return f"{count / 1e9:.1f} B"
