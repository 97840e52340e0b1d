"""Open models worth trying, from `assets/models-suggested.toml`. Named only: this version downloads nothing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from pennyweight.domain.model import Fits
from pennyweight.domain.resources import assets_dir

_ROOM = 0.8
"""Below this share of the free memory a model fits with room; above it, up to all of it, it is tight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedModel:
    """Sizes in bytes: the Q4_K_M file, and what it needs in memory with 8,192 tokens of context. Approximate."""

    name: str
    maker: str
    parameters: str
    size: int
    memory: int
    context: int
    licence: str
    good_for: str
    file: str
    page: str

    def fits(self, free_bytes: int) -> Fits:
        if self.memory <= free_bytes * _ROOM:
            return "yes"
        return "tight" if self.memory <= free_bytes else "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeClass:
    name: str
    about: str
    models: tuple[SuggestedModel, ...]


def load_suggestions() -> tuple[SizeClass, ...]:
    """The classes of the file, smallest first."""
    with (assets_dir() / "models-suggested.toml").open("rb") as file:
        data = tomllib.load(file)
    return tuple(
        SizeClass(
            name=group["name"],
            about=group["about"],
            models=tuple(SuggestedModel(**model) for model in group["model"]),
        )
        for group in data["class"]
    )
