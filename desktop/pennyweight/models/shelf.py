"""The models this program knows: the starter and the files a person added."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pennyweight.domain.errors import InputError, ModelFileError
from pennyweight.domain.model import ModelInfo
from pennyweight.domain.resources import starter_model_path
from pennyweight.models.facts import read_facts, shelf_name
from pennyweight.models.inspect import inspect

STARTER_ID = "pennyweight-starter"


@dataclass(frozen=True, slots=True)
class MissingModel:
    """A model on the shelf that cannot be used now; `reason` is one sentence."""

    id: str
    path: Path
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Place:
    id: str
    path: Path
    source: str
    name: str = ""
    """As its file said when it was added, so that telling models apart reads no other file; "" where not known."""


_Models = list[ModelInfo]
_Saved = list[dict[str, str]]


class Shelf:
    """Safe to use from any thread. Files are never copied, moved or deleted.

    `load` returns what `save` was last given, a JSON list, or None at first; anything else in it is ignored.
    """

    def __init__(
        self,
        *,
        load: Callable[[], object],
        save: Callable[[_Saved], None],
        starter: Path | None = None,
        available_memory: Callable[[], int] | None = None,
    ) -> None:
        self._save = save
        self._load = load
        self._starter = starter_model_path() if starter is None else starter
        self._available = available_memory
        self._lock = threading.RLock()

    def list(self) -> _Models:
        """Every model that is there, the starter first, then in the order of adding."""
        return [found for found in self._look() if isinstance(found, ModelInfo)]

    def missing(self) -> tuple[MissingModel, ...]:
        """Models whose file is gone or damaged; they stay on the shelf until they are removed."""
        return tuple(found for found in self._look() if isinstance(found, MissingModel))

    def get(self, model_id: str) -> ModelInfo:
        """Raises ModelFileError if it is not on the shelf or its file cannot be used."""
        return self._inspect(self._place(model_id), self._places())

    def locate(self, model_id: str) -> Path:
        """The file to load. Raises ModelFileError if it is not on the shelf or not there."""
        place = self._place(model_id)
        if not place.path.is_file():
            raise ModelFileError(
                f"The file of the model {model_id} is not there any more: {place.path}.",
                advice="Put it back, or choose another model.",
            )
        return place.path

    def add(self, path: Path, source: str = "added") -> ModelInfo:
        """Put a file on the shelf; one that is there already is returned as it is. Raises ModelFileError."""
        with self._lock:
            facts = read_facts(path.expanduser().absolute())
            first, places = facts.path, self._places()
            for place in places:
                if _same_file(place.path, first):
                    return self._inspect(place, places)
            new_id = _unique(shelf_name(first), {place.id for place in places} | {STARTER_ID})
            new = _Place(new_id, first, source, facts.name)
            info = self._inspect(new, places)
            self._keep((*places, new))
            return info

    def remove(self, model_id: str) -> None:
        """Take it off the shelf; the file stays. Raises InputError for the starter and for an unknown id."""
        with self._lock:
            if model_id == STARTER_ID:
                raise InputError("The starter model comes with the program and stays on the shelf.")
            places = self._places()
            left = tuple(place for place in places if place.id != model_id)
            if len(left) == len(places):
                raise InputError(f"There is no model {model_id} on the shelf.")
            self._keep(left)

    def _look(self) -> Iterator[ModelInfo | MissingModel]:
        places = self._places()
        for place in places:
            try:
                yield self._inspect(place, places)
            except ModelFileError as error:
                yield MissingModel(place.id, place.path, place.source, error.sentence)

    def _inspect(self, place: _Place, places: tuple[_Place, ...]) -> ModelInfo:
        info = inspect(
            place.path,
            model_id=place.id,
            source=place.source,
            available_bytes=None if self._available is None else self._available(),
            is_starter=place.id == STARTER_ID,
        )
        twins = [other for other in places if other.id != place.id and _name(other) == info.name]
        return replace(info, name=f"{info.name} ({_difference(info, twins)})") if twins else info

    def _place(self, model_id: str) -> _Place:
        for place in self._places():
            if place.id == model_id:
                return place
        raise ModelFileError(
            f"There is no model {model_id} on the shelf.", advice="Choose another one, or add its file again."
        )

    def _places(self) -> tuple[_Place, ...]:
        with self._lock:
            kept = self._load()
        places = [_Place(STARTER_ID, self._starter, "starter")]
        for item in kept if isinstance(kept, list | tuple) else ():
            match item:
                case {"id": str(model_id), "path": str(path), "source": str(source)} if model_id and path:
                    if all(place.id != model_id for place in places):
                        name = item.get("name", "")
                        places.append(_Place(model_id, Path(path), source, name if isinstance(name, str) else ""))
        return tuple(places)

    def _keep(self, places: tuple[_Place, ...]) -> None:
        self._save(
            [
                {"id": place.id, "path": str(place.path), "source": place.source, "name": place.name}
                for place in places
                if place.id != STARTER_ID
            ]
        )


def _name(place: _Place) -> str:
    if place.name:
        return place.name
    try:
        return read_facts(place.path).name
    except ModelFileError:
        return ""


def _difference(info: ModelInfo, twins: Sequence[_Place]) -> str:
    """What tells a model from others of its name: the quantization, else the file's name, else the id."""
    if info.quantization not in {_quantization(twin) for twin in twins}:
        return info.quantization
    file_name = shelf_name(info.path)
    return file_name if file_name not in {shelf_name(twin.path) for twin in twins} else info.id


def _quantization(place: _Place) -> str:
    try:
        return read_facts(place.path).quantization
    except ModelFileError:
        return ""


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other


def _unique(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
