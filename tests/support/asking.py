"""Short ways to ask an engine in tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pennyweight.domain.answer import (
    AnswerEvent,
    AnswerRequest,
    ChatTurn,
    Finished,
    ReasoningDelta,
    Sampling,
    TextDelta,
)
from pennyweight.domain.cancel import Cancel
from pennyweight.engine.process import LocalEngine

GREEDY = Sampling(temperature=0, max_output_tokens=16, seed=1)


def request(
    *turns: ChatTurn | str, model: str = "tiny", sampling: Sampling = GREEDY, **changes: object
) -> AnswerRequest:
    """A request; plain strings are the person's turns."""
    wanted = tuple(ChatTurn("user", turn) if isinstance(turn, str) else turn for turn in turns)
    return AnswerRequest(turns=wanted, model=model, sampling=replace(sampling, **changes))  # type: ignore[arg-type]


def ask(engine: LocalEngine, *turns: ChatTurn | str, **changes: object) -> list[AnswerEvent]:
    """All events of one answer."""
    return list(engine.stream(request(*turns, **changes), Cancel()))  # type: ignore[arg-type]


def text_of(events: Iterable[AnswerEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def reasoning_of(events: Iterable[AnswerEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def end_of(events: list[AnswerEvent]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished)
    assert not any(isinstance(event, Finished) for event in events[:-1])
    return last
