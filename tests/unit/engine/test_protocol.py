from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennyweight.engine import protocol as p

texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(0, 2**53)
turns = st.lists(st.builds(p.Turn, st.sampled_from(["system", "user", "assistant"]), texts), max_size=5).map(tuple)
fractions = st.floats(0, 2, allow_nan=False)

requests = st.one_of(
    st.builds(p.Load, id=numbers, path=texts, context_length=st.none() | numbers, threads=numbers),
    st.builds(
        p.Generate, id=numbers, turns=turns, temperature=fractions, top_p=fractions, top_k=numbers, min_p=fractions,
        repeat_penalty=fractions, max_output_tokens=numbers, seed=numbers, stop=st.lists(texts, max_size=3).map(tuple),
    ),
    st.builds(p.CountPrompt, id=numbers, turns=turns),
    st.builds(p.CountText, id=numbers, text=texts),
    st.builds(p.Tokenize, id=numbers, turns=turns),
    st.builds(p.Stop, id=numbers),
)  # fmt: skip
replies = st.one_of(
    st.builds(p.Hello, pid=numbers, build=texts),
    st.builds(p.Loading, id=numbers, fraction=fractions),
    st.builds(p.SelfTest, id=numbers),
    st.builds(p.Prompt, id=numbers, evaluated=numbers, reused=numbers, total=numbers),
    st.builds(p.Delta, id=numbers, text=texts, reasoning=st.booleans(), tokens=numbers),
    st.builds(p.Counted, id=numbers, tokens=numbers),
    st.builds(p.Failed, id=numbers, kind=st.sampled_from(["file", "memory", "bug"]), message=texts),
)


@given(requests)
def test_a_request_comes_back_as_it_was(message: p.Request) -> None:
    line = p.encode(message)
    assert line.count(b"\n") == 1
    assert p.decode_request(line) == message


@given(replies)
def test_a_reply_comes_back_as_it_was(message: p.Reply) -> None:
    line = p.encode(message)
    assert line.count(b"\n") == 1
    assert p.decode_reply(line) == message


@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    for decode in (p.decode_request, p.decode_reply):
        try:
            decode(noise)
        except p.ProtocolError:
            continue
        msgspec.json.decode(noise)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[1]",
        b"null",
        b'{"do":"stop"}',
        b'{"do":"fly","id":1}',
        b'{"do":"stop","id":"x"}',
        b'{"is":"stop"}',
    ],
)
def test_a_wrong_message_is_refused(line: bytes) -> None:
    with pytest.raises(p.ProtocolError):
        p.decode_request(line)
