"""Bytes to text, and stop texts, however the stream is cut."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from pennyweight.engine.stop_text import StopText, partial_suffix
from pennyweight.engine.utf8 import Utf8Stream

cuts = st.lists(st.integers(1, 7), min_size=1)


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    found, at, turn = [], 0, 0
    while at < len(data):
        found.append(data[at : at + sizes[turn % len(sizes)]])
        at += sizes[turn % len(sizes)]
        turn += 1
    return found


@given(st.binary(), cuts)
def test_any_bytes_become_the_same_text_however_they_are_cut(data: bytes, sizes: list[int]) -> None:
    stream = Utf8Stream()
    text = "".join(stream.feed(piece) for piece in pieces(data, sizes)) + stream.finish()
    assert text == data.decode("utf-8", "replace")


@given(st.binary(max_size=50))
def test_at_most_three_bytes_are_held_back(data: bytes) -> None:
    stream = Utf8Stream()
    shown = stream.feed(data)
    assert len(data) - len(shown.encode("utf-8", "replace")) <= 3


@given(st.text("abc", max_size=60), st.lists(st.text("abc", min_size=1, max_size=4), max_size=3), cuts)
@example("baa", ["a", "baa"], [1])
def test_the_first_complete_stop_text_ends_the_stream_however_it_is_cut(
    text: str, stops: list[str], sizes: list[int]
) -> None:
    stream = StopText(stops)
    shown = "".join(stream.feed(piece.decode()) for piece in pieces(text.encode(), sizes))
    if stream.hit is None:
        shown += stream.finish()
    complete = [(text.find(stop) + len(stop), text.find(stop)) for stop in stops if stop in text]
    assert shown == (text[: min(complete)[1]] if complete else text)
    assert (stream.hit is not None) == bool(complete)


@given(st.text("ab"), st.text("ab", min_size=1))
def test_partial_suffix_is_the_longest_beginning_at_the_end(text: str, target: str) -> None:
    length = partial_suffix(text, target)
    assert text.endswith(target[:length])
    assert not any(text.endswith(target[:more]) for more in range(length + 1, len(target)))


def test_an_empty_stop_text_is_ignored() -> None:
    stream = StopText(["", "x"])
    assert stream.feed("abx") == "ab"
