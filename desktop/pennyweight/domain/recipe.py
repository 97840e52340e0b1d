"""A recipe: the words and sampling settings around one task. Read from `assets/recipes/*.toml`."""

from __future__ import annotations

from dataclasses import dataclass, field

from pennyweight.domain.answer import Sampling
from pennyweight.domain.conversation import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    task: Task
    name: str
    order: int
    placeholder: str
    system: str
    default_instruction: str
    """Used when the person gave only a file or a text."""
    expected_output_tokens: int
    """A first guess for the estimate before sending, until the ledger knows better."""
    sampling: Sampling = field(default_factory=Sampling)
    part_instruction: str = ""
    join_instruction: str = ""
