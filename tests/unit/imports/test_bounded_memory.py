"""Memory of an import does not grow with the file."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bench.import_speed import generate, generate_chatgpt, zipped

from pennyweight.services.imports import ImportService, pipeline
from pennyweight.store import Store, staging


def log(path: Path, megabytes: int) -> Path:
    generate(path, megabytes)
    return path


def export(path: Path, megabytes: int) -> Path:
    generate_chatgpt(path, megabytes)
    return path


def packed(path: Path, megabytes: int) -> Path:
    return zipped(export(path, megabytes))


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize("make", [log, export, packed])
def test_four_times_the_file_takes_the_same_memory(
    make: Callable[[Path, int], Path], store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pipeline, staging):
        monkeypatch.setattr(module, "_BATCH", 50)  # full batches in the small file too
    service = ImportService(store)
    service.preview("auto", make(tmp_path / "first", 1))  # what is loaded once is no matter of size
    small, large = make(tmp_path / "small", 3), make(tmp_path / "large", 12)
    few = peak(lambda: service.run("auto", small))
    many = peak(lambda: service.run("auto", large))
    assert many < few * 1.3
    assert many < 12 << 20
