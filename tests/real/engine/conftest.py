"""A tiny model, and engines that must leave nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import llama_cpp.llama_cpp as lib
import psutil
import pytest
from tests.support.random_model import Shape, tiny, write_random_model

from pennyweight.engine.process import EngineOptions, LocalEngine
from pennyweight.engine.worker.native import EngineLog

MakeEngine = Callable[..., LocalEngine]
MakeModel = Callable[[str, Shape], Path]


@pytest.fixture
def library_log() -> Iterator[EngineLog]:
    """For tests that call the library in this very process: its log, quiet."""
    lib.llama_backend_init()
    log = EngineLog()
    log.quiet = True
    yield log
    lib.llama_log_set(lib.llama_log_callback(), None)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def make_model(model_folder: Path) -> Callable[[str, Shape], Path]:
    """Write a model once per session; the name is its id."""

    def make(name: str, shape: Shape) -> Path:
        path = model_folder / f"{name}.gguf"
        if not path.exists():
            write_random_model(path, shape)
        return path

    return make


@pytest.fixture(scope="session")
def tiny_model(make_model: Callable[[str, Shape], Path]) -> Path:
    return make_model("tiny", tiny())


@pytest.fixture
def make_engine(tiny_model: Path, model_folder: Path, tmp_path: Path) -> Iterator[MakeEngine]:
    """Engines over the session's models; afterwards no thread and no child process may be left."""
    engines: list[LocalEngine] = []
    threads_before = set(threading.enumerate())
    children_before = {child.pid for child in psutil.Process().children(recursive=True)}

    def make(options: EngineOptions | None = None, environment: dict[str, str] | None = None) -> LocalEngine:
        chosen = options or EngineOptions(threads=1)
        engine = LocalEngine(
            locate=lambda name: model_folder / f"{name}.gguf",
            state_dir=tmp_path / "state",
            options=lambda _name: chosen,
            environment=environment,
        )
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.close()
    assert set(threading.enumerate()) <= threads_before
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= children_before


@pytest.fixture
def engine(make_engine: MakeEngine) -> LocalEngine:
    return make_engine()
