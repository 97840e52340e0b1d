from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pennyweight.engine.quirks import Quirks
from pennyweight.engine.watchdog import TookTooLongError, call_with_limit


def test_a_quirk_is_remembered_for_its_build_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "quirks.json"
    Quirks(path).remember("Xeon abc", "It crashed.")
    assert Quirks(path).no_extra_buffers("Xeon abc") == "It crashed."
    assert Quirks(path).no_extra_buffers("Xeon other") == ""
    assert [file.name for file in path.parent.iterdir()] == ["quirks.json"]


@pytest.mark.parametrize("content", ["", "[]", "nonsense", '{"b": 3}', "\x00"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "quirks.json"
    path.write_text(content)
    assert Quirks(path).no_extra_buffers("b") == ""
    Quirks(path).remember("b", "cause")
    assert Quirks(path).no_extra_buffers("b") == "cause"


def test_a_result_and_an_error_come_through() -> None:
    assert call_with_limit(lambda: 42, 5) == 42
    with pytest.raises(ZeroDivisionError):
        call_with_limit(lambda: 1 // 0, 5)


def test_endless_work_is_interrupted_and_its_thread_ends() -> None:
    before = threading.active_count()

    def endless() -> None:
        while True:
            pass

    with pytest.raises(TookTooLongError):
        call_with_limit(endless, 0.05)
    assert threading.active_count() == before
