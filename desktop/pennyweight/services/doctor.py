"""Is everything in order? One line per part of the program."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.engine.process import LocalEngine
from pennyweight.power import PowerMeter
from pennyweight.services.keys import KeysService
from pennyweight.services.models import ModelService
from pennyweight.store import Store


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str
    essential: bool = True
    """False where the program works without it."""


class DoctorService:
    def __init__(
        self, store: Store, models: ModelService, engine: LocalEngine, power: PowerMeter, keys: KeysService
    ) -> None:
        self._store = store
        self._models = models
        self._engine = engine
        self._power = power
        self._keys = keys

    def run(self) -> list[Check]:
        """Engine, model, database, keyring, energy source, display, in this order.

        Takes a second or two, longer where the database is large: all of it is read.
        """
        return [
            _checked("engine", self._engine_check),
            _checked("model", self._model_check),
            _checked("database", self._database_check),
            self._keyring_check(),
            self._energy_check(),
            display_check(os.environ, sys.platform),
        ]

    def _engine_check(self) -> str:
        model = self._models.resolve(None)
        loaded = self._engine.load(model.id, Cancel(), lambda _: None)
        where = "on the GPU" if loaded.gpu else f"with {loaded.threads} thread{'' if loaded.threads == 1 else 's'}"
        quirk = f" {loaded.quirk}" if loaded.quirk else ""
        return f"Loaded {loaded.name} in {loaded.seconds:.1f} s and tested it, {where}.{quirk}"

    def _model_check(self) -> str:
        model = self._models.resolve(None)
        if model.fits == "no":
            raise KnownError(f"{model.name} needs more memory than is free.", advice="Choose a smaller model.")
        return f"{model.name}, {model.quantization}, {model.size_bytes / 1e6:,.0f} MB, context {model.context_used:,}."

    def _database_check(self) -> str:
        self._store.check()
        totals = self._store.ledger.totals()
        return f"{self._store.path}: {totals.calls:,} calls in the ledger."

    def _keyring_check(self) -> Check:
        state, sentence = self._keys.keyring()
        kept = [entry.name for entry in self._keys.list() if entry.kept_in]
        holds = f" Keys for {', '.join(kept)}." if kept else " No keys are set; local answers need none."
        return Check("keyring", state == "available", sentence + holds, essential=False)

    def _energy_check(self) -> Check:
        info = self._power.describe()
        advice = "" if info.measured or not info.why_not_better else f" {info.why_not_better[0]}"
        return Check("energy", info.measured, f"{info.name}, {info.band_text}.{advice}", essential=False)


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except KnownError as error:
        return Check(name, False, error.sentence)


def display_check(environment: Mapping[str, str], platform: str) -> Check:
    """Can the window open? The command line works in any case."""
    if importlib.util.find_spec("PySide6") is None:
        return Check("display", False, "Qt is not installed; the command line works without it.", essential=False)
    if not platform.startswith("linux"):
        return Check("display", True, "The desktop's own.", essential=False)
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        if environment.get(name):
            return Check("display", True, f"{name}={environment[name]}", essential=False)
    return Check("display", False, "There is no screen here; the command line works without one.", essential=False)
