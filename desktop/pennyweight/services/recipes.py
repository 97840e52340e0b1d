"""The recipes of the four tasks, read from `assets/recipes/`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pennyweight.domain.answer import Sampling
from pennyweight.domain.conversation import Task
from pennyweight.domain.recipe import Recipe
from pennyweight.domain.resources import assets_dir


class RecipeBook:
    """Every task's recipe, in the order of the composer's buttons."""

    def __init__(self, folder: Path | None = None) -> None:
        files = sorted((folder or assets_dir() / "recipes").glob("*.toml"))
        found = sorted((_read(path) for path in files), key=lambda recipe: recipe.order)
        self._recipes = {recipe.task: recipe for recipe in found}

    def __iter__(self) -> Iterator[Recipe]:
        return iter(self._recipes.values())

    def __getitem__(self, task: Task) -> Recipe:
        return self._recipes[task]


def _read(path: Path) -> Recipe:
    with path.open("rb") as file:
        return recipe_from(tomllib.load(file))


def recipe_from(data: Mapping[str, Any]) -> Recipe:
    """A recipe from its table. KeyError, TypeError or ValueError for one that is not whole: it is our own data."""
    long = data.get("long", {})
    return Recipe(
        task=Task(data["id"]),
        name=data["name"],
        order=data["order"],
        placeholder=data["placeholder"],
        system=data["system"],
        default_instruction=data["default_instruction"],
        expected_output_tokens=data["expected_output_tokens"],
        sampling=Sampling(**data["sampling"]),
        part_instruction=long.get("part_instruction", ""),
        join_instruction=long.get("join_instruction", ""),
    )
