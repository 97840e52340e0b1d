"""Large arrays and objects, read in pieces."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.services.imports import json_items
from pennyweight.services.imports.json_items import documents

VALUES = st.recursive(
    st.none() | st.integers() | st.text('{}"\\[] aé\n', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('{"\\}', max_size=3), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=5)


class Pieces(io.BytesIO):
    """A stream that gives a few bytes at a time, whatever it is asked for."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        super().__init__(data)
        self._sizes = sizes or [1]
        self._turn = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._turn += 1
        return super().read(self._sizes[self._turn % len(self._sizes)])


@given(OBJECTS, st.sampled_from(["array", "lines", "indented"]), st.lists(st.integers(1, 9), max_size=5))
def test_each_object_comes_once_however_the_file_is_cut(found: list[object], shape: str, sizes: list[int]) -> None:
    if shape == "lines":
        text = "\n".join(json.dumps(one, ensure_ascii=False) for one in found)
    else:
        text = json.dumps(found, ensure_ascii=False, indent=1 if shape == "indented" else None)
    got = list(documents(Pieces(text.encode(), sizes)))
    assert [json.loads(one) for _, one in got] == found
    assert [number for number, _ in got] == list(range(1, len(found) + 1))


@given(st.binary(max_size=200), st.lists(st.integers(1, 9), max_size=5))
def test_any_bytes_give_the_same_whether_cut_or_whole(data: bytes, sizes: list[int]) -> None:
    assert list(documents(Pieces(data, sizes))) == list(documents(io.BytesIO(data)))


def test_an_object_longer_than_any_chat_is_passed_over_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_items, "LONGEST", 1000)
    monkeypatch.setattr(json_items, "_CHUNK", 100)
    chats = [{"n": 1}, {"n": 2, "text": '"}' * 4000}, {"n": 3}]
    assert list(documents(io.BytesIO(json.dumps(chats).encode()))) == [(1, b'{"n": 1}'), (2, b""), (3, b'{"n": 3}')]
    torn = json.dumps(chats[1])[:-3].encode()
    assert list(documents(io.BytesIO(torn))) == [(1, b"")]


def test_a_torn_end_comes_as_it_is() -> None:
    assert list(documents(io.BytesIO(b'[{"n": 1}, {"n": '))) == [(1, b'{"n": 1}'), (2, b'{"n": ')]
