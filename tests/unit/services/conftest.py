"""The services over a real store and a scripted answer source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.random_model import PRESETS, write_random_model
from tests.support.scripted_source import Says, ScriptedSource

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import Task
from pennyweight.engine.process import LocalEngine
from pennyweight.engine.state import EngineOptions
from pennyweight.models import Shelf
from pennyweight.power import PowerMeter
from pennyweight.services.ask import AskService, Draft
from pennyweight.services.conversations import ConversationService
from pennyweight.services.events import AnswerDone, AnswerFailed, AskEvent
from pennyweight.services.meter import MeterService
from pennyweight.services.models import ModelService
from pennyweight.services.recipes import RecipeBook
from pennyweight.services.settings import SettingsService
from pennyweight.store import Store


@dataclass
class Bench:
    store: Store
    source: ScriptedSource
    settings: SettingsService
    models: ModelService
    ask: AskService
    conversations: ConversationService
    meter: MeterService

    def run(self, text: str = "How are you?", *says: Says, task: Task = Task.ASK, **more: object) -> list[AskEvent]:
        self.source.script = list(says)
        return list(self.ask.ask(Draft(text=text, task=task, **more), Cancel()))  # type: ignore[arg-type]


def end_of(events: list[AskEvent]) -> AnswerDone | AnswerFailed:
    last = events[-1]
    assert isinstance(last, AnswerDone | AnswerFailed)
    return last


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "tiny.gguf"
    write_random_model(path, PRESETS["tiny"])
    return path


@pytest.fixture
def bench(tmp_path: Path, tiny_model: Path) -> Iterator[Bench]:
    store = Store.open(tmp_path / "pennyweight.db")
    settings = SettingsService(store)
    places: list[object] = []
    shelf = Shelf(load=lambda: places, save=places.append, starter=tiny_model)
    engine = LocalEngine(locate=shelf.locate, state_dir=tmp_path, options=lambda _: EngineOptions())
    models = ModelService(shelf, engine, settings)
    power = PowerMeter(first_rest_seconds=0)
    source = ScriptedSource()
    ask = AskService(store=store, source=source, power=power, settings=settings, models=models, recipes=RecipeBook())
    meter = MeterService(store=store, settings=settings, power=power, models=models, engine=engine)
    yield Bench(store, source, settings, models, ask, ConversationService(store), meter)
    engine.close()
    power.close()
    store.close()
