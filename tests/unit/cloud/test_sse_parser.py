"""Server-sent events out of bytes split anywhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.cloud.wire.sse import MOST_BYTES, EventTooLargeError, SseEvent, SseParser


def parse(data: bytes, cuts: list[int] | None = None) -> list[SseEvent]:
    parser = SseParser()
    edges = sorted({0, len(data), *(cut for cut in cuts or [] if cut < len(data))})
    return [event for start, end in pairwise(edges) for event in parser.feed(data[start:end])]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_at_every_split(end: bytes) -> None:
    lines = [
        b"\xef\xbb\xbf: hello",
        b"event: ping",
        b'data: {"\xc3\xa9": 1}',
        b"",
        b"data:a",
        b"data",
        b"data: b",
        b"",
        b"",
    ]
    data = end.join(lines) + end
    whole = [SseEvent("ping", '{"é": 1}'), SseEvent("message", "a\n\nb")]
    assert parse(data) == whole
    for at in range(len(data) + 1):
        assert parse(data, [at]) == whole
    assert parse(data, list(range(len(data)))) == whole


def test_comments_unknown_fields_and_events_without_data_are_skipped() -> None:
    assert parse(b": keep-alive\n\nid: 7\nretry: 10\nnonsense\n\nevent: lonely\n\ndata: x\n\n") == [
        SseEvent("message", "x")
    ]


def test_an_event_that_the_stream_did_not_close_is_dropped() -> None:
    parser = SseParser()
    assert list(parser.feed(b"data: a\n\ndata: b\n")) == [SseEvent("message", "a")]
    assert parser.close()


def test_only_one_space_after_the_colon_is_taken() -> None:
    assert parse(b"data:  x\n\n") == [SseEvent("message", " x")]


def test_a_character_split_between_reads_and_bytes_that_are_none() -> None:
    assert parse("data: 🙂\n\n".encode(), [7, 8, 9]) == [SseEvent("message", "🙂")]
    assert parse(b"data: \xff\n\n") == [SseEvent("message", "\ufffd")]


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 1000 + b"\n", b"x" * 1000])
def test_an_event_without_end_is_refused(piece: bytes) -> None:
    parser = SseParser()

    def feed_on() -> None:
        for _ in range(MOST_BYTES // 900):
            list(parser.feed(piece))

    with pytest.raises(EventTooLargeError):
        feed_on()


LINES = st.text(alphabet=st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(LINES, min_size=1, max_size=3), max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_what_was_written_is_read_however_it_is_cut(events: list[list[str]], end: str, data: st.DataObject) -> None:
    written = "".join("".join(f"data: {line}{end}" for line in lines) + f": c{end}{end}" for lines in events).encode()
    cuts = data.draw(st.lists(st.integers(0, len(written)), max_size=10))
    assert [event.data for event in parse(written, cuts)] == ["\n".join(lines) for lines in events]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_any_bytes_are_read_the_same_however_they_are_cut(data: bytes, cuts: list[int]) -> None:
    assert parse(data, cuts) == parse(data)
