"""Answers of a real child with a real (random) model: events, counts, reuse, stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest
from tests.real.engine.conftest import MakeEngine, MakeModel
from tests.support.asking import ask, end_of, request, text_of
from tests.support.random_model import USER_DEFINED, Shape, tiny

from pennyweight.domain.answer import (
    AnswerEvent,
    ChatTurn,
    LoadProgress,
    PromptProgress,
    StopReason,
    TextDelta,
)
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import ContextOverflowError, EngineError
from pennyweight.domain.usage import UsageState
from pennyweight.engine.child import Child, Mail
from pennyweight.engine.process import EngineOptions, EngineState, LocalEngine


def test_an_answer_loads_the_model_then_reads_the_prompt_then_streams(engine: LocalEngine) -> None:
    events = ask(engine, ChatTurn("system", "Be brief."), "Hello there.")
    kinds = [type(event) for event in events]
    assert kinds.index(LoadProgress) < kinds.index(PromptProgress) < kinds.index(TextDelta)
    end = end_of(events)
    assert end.reason is StopReason.LENGTH
    assert end.usage.output_total == 16
    assert end.usage.usage_state is UsageState.REPORTED
    assert end.usage.input_total == engine.count_prompt_tokens(
        (ChatTurn("system", "Be brief."), ChatTurn("user", "Hello there.")), "tiny"
    )
    assert end.prompt_evaluated == end.usage.input_total
    assert end.timing.first_token_seconds is not None
    assert 0 < end.timing.first_token_seconds <= end.timing.total_seconds
    assert engine.state is EngineState.READY


def test_the_last_delta_counts_every_token(engine: LocalEngine) -> None:
    events = ask(engine, "Hello", max_output_tokens=50)
    counts = [event.output_tokens for event in events if isinstance(event, TextDelta)]
    assert counts == sorted(counts)
    assert counts[0] >= 1
    assert counts[-1] <= end_of(events).usage.output_total == 50


def test_the_same_question_with_the_same_seed_gives_the_same_answer(engine: LocalEngine) -> None:
    first = text_of(ask(engine, "Tell me", temperature=1.0, seed=7))
    assert text_of(ask(engine, "Tell me", temperature=1.0, seed=7)) == first
    assert text_of(ask(engine, "Tell me", temperature=1.0, seed=8)) != first


@pytest.mark.parametrize("stated", [0.0, 1e-6])
def test_a_model_that_states_a_low_temperature_is_not_asked_at_a_higher_one(
    make_model: Callable[[str, Shape], Path], engine: LocalEngine, stated: float
) -> None:
    name = f"cool-{stated}"
    make_model(name, tiny(metadata={"general.sampling.temp": stated}))
    greedy = text_of(ask(engine, "Tell me", temperature=0.0, model=name))
    assert {text_of(ask(engine, "Tell me", temperature=1.5, seed=seed, model=name)) for seed in (7, 8)} == {greedy}


def test_a_stated_temperature_that_is_no_number_is_ignored(
    make_model: Callable[[str, Shape], Path], engine: LocalEngine
) -> None:
    make_model("odd", tiny(metadata={"general.sampling.temp": "very hot"}))
    answers = {text_of(ask(engine, "Tell me", temperature=1.5, seed=seed, model="odd")) for seed in (7, 8)}
    assert len(answers) == 2


def test_without_a_seed_two_answers_differ(engine: LocalEngine) -> None:
    answers = {text_of(ask(engine, "Tell me", temperature=1.5, seed=None)) for _ in range(2)}
    assert len(answers) == 2


def test_the_next_turn_reuses_everything_that_was_evaluated(engine: LocalEngine) -> None:
    opening = (ChatTurn("system", "Be brief."), ChatTurn("user", "What is a pennyweight?"))
    first = ask(engine, *opening, max_output_tokens=24)
    answer = ChatTurn("assistant", text_of(first))
    end = end_of(ask(engine, *opening, answer, "And in grams?"))
    # All of the first prompt and all of its answer but the last token, which was sampled and never evaluated.
    assert end.usage.cache_read == end_of(first).usage.input_total + 23
    assert end.prompt_evaluated == end.usage.input_total - end.usage.cache_read


def test_reuse_changes_no_answer(make_engine: MakeEngine) -> None:
    talk = (ChatTurn("user", "One two three."), ChatTurn("assistant", "four five"), ChatTurn("user", "Six?"))
    warm, cold = make_engine(), make_engine()
    ask(warm, talk[0])
    reused = ask(warm, *talk)
    assert end_of(reused).usage.cache_read > 0
    assert text_of(reused) == text_of(ask(cold, *talk))


def test_a_changed_beginning_is_evaluated_anew(engine: LocalEngine) -> None:
    ask(engine, ChatTurn("system", "Alpha alpha."), "Question")
    end = end_of(ask(engine, ChatTurn("system", "Beta beta."), "Question"))
    assert end.usage.cache_read < 10
    assert end.prompt_evaluated + end.usage.cache_read == end.usage.input_total


def test_a_prompt_longer_than_the_context_fails_before_anything_is_generated(engine: LocalEngine) -> None:
    with pytest.raises(ContextOverflowError, match=r"context window has 2,048"):
        ask(engine, "word " * 3000)
    assert text_of(ask(engine, "short"))


def test_output_is_cut_where_the_context_ends(make_engine: MakeEngine) -> None:
    engine = make_engine(EngineOptions(threads=1, context_length=256))
    assert engine.context_window("tiny") == 256
    end = end_of(ask(engine, "Hello", max_output_tokens=10_000))
    assert end.reason is StopReason.LENGTH
    assert end.usage.input_total + end.usage.output_total == 256


def test_stopping_in_mid_answer_keeps_what_was_counted(engine: LocalEngine) -> None:
    cancel = Cancel()
    events: list[AnswerEvent] = []
    for event in engine.stream(request("Hello", max_output_tokens=2000), cancel):
        events.append(event)
        if isinstance(event, TextDelta):
            cancel.cancel()
    end = end_of(events)
    assert end.reason is StopReason.STOPPED
    assert 0 < end.usage.output_total < 1900
    assert text_of(ask(engine, "Hello")) == text_of(ask(engine, "Hello"))


def test_stopping_before_the_start_evaluates_nothing(engine: LocalEngine) -> None:
    engine.load("tiny", Cancel(), lambda _fraction: None)
    cancel = Cancel()
    cancel.cancel()
    end = end_of(list(engine.stream(request("word " * 300), cancel)))
    assert end.reason is StopReason.STOPPED
    assert end.usage.output_total == 0


def test_a_reader_who_walks_away_stops_the_answer(engine: LocalEngine) -> None:
    stream = engine.stream(request("Hello", max_output_tokens=2000), Cancel())
    for event in stream:
        if isinstance(event, TextDelta):
            break
    del stream
    assert end_of(ask(engine, "Hello")).usage.output_total == 16
    assert engine.state is EngineState.READY


def test_tokens_are_counted_while_an_answer_streams(engine: LocalEngine) -> None:
    alone = engine.count_text_tokens("How many tokens is this?", "tiny")
    counted_at: list[int] = []
    for event in engine.stream(request("Hello", max_output_tokens=1500), Cancel()):
        if isinstance(event, TextDelta) and not counted_at:
            assert engine.state is EngineState.BUSY
            assert engine.count_text_tokens("How many tokens is this?", "tiny") == alone
            counted_at.append(event.output_tokens)
    assert counted_at
    assert counted_at[0] < 1500


def test_a_count_that_may_not_load_leaves_the_engine_as_it_is(engine: LocalEngine, make_model: MakeModel) -> None:
    def count(model: str) -> None:
        with pytest.raises(EngineError, match="not in memory"):
            engine.count_text_tokens("Hello", model, may_load=False)
        with pytest.raises(EngineError, match="not in memory"):
            engine.count_prompt_tokens((ChatTurn("user", "Hello"),), model, may_load=False)

    count("tiny")
    assert engine.process_id() is None
    make_model("other", tiny(seed=2))
    engine.load("other", Cancel(), lambda _fraction: None)
    count("tiny")
    assert engine.loaded is not None
    assert engine.loaded.id == "other"
    assert engine.count_text_tokens("Hello", "other", may_load=False) > 0


def test_a_count_that_comes_too_late_is_not_answered_by_the_next_model(
    engine: LocalEngine, make_model: MakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same process holds the next model: what comes behind a load meets the other vocabulary."""
    make_model("knows-hello", tiny(extra_tokens=(("hello", USER_DEFINED),)))
    right, other = (engine.count_text_tokens("hello " * 9, model) for model in ("tiny", "knows-hello"))
    assert right > other
    mailbox = Child.mailbox

    def load_first(child: Child, number: int) -> SimpleQueue[Mail]:
        monkeypatch.setattr(Child, "mailbox", mailbox)
        engine.load("knows-hello", Cancel(), lambda _fraction: None)
        return mailbox(child, number)

    engine.load("tiny", Cancel(), lambda _fraction: None)
    monkeypatch.setattr(Child, "mailbox", load_first)
    assert engine.count_text_tokens("hello " * 9, "tiny") == right
    monkeypatch.setattr(Child, "mailbox", load_first)
    with pytest.raises(EngineError, match="not in memory"):
        engine.count_text_tokens("hello " * 9, "tiny", may_load=False)
    assert engine.loaded is not None
    assert engine.loaded.id == "knows-hello"


def test_two_answers_at_once_take_turns(engine: LocalEngine) -> None:
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(text_of(ask(engine, "Hello")))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 3
    assert len(set(texts)) == 1


def test_a_stop_text_ends_the_answer_and_is_not_shown(engine: LocalEngine) -> None:
    whole = text_of(ask(engine, "Hello", max_output_tokens=40))
    middle = len(whole) // 2
    stop = whole[middle : middle + 5]
    events = ask(engine, "Hello", max_output_tokens=40, stop=(stop,))
    assert text_of(events) == whole[: whole.find(stop)]
    end = end_of(events)
    assert end.reason is StopReason.STOP_TEXT
    assert end.usage.output_total < 40


def test_a_model_that_does_not_fit_the_name_is_told_from_the_loaded_one(
    make_engine: MakeEngine, tiny_model: Path
) -> None:
    engine = make_engine()
    seen: list[EngineState] = []
    engine.on_state.append(seen.append)
    engine.load("tiny", Cancel(), lambda _fraction: None)
    loaded = engine.loaded
    assert loaded is not None
    assert (loaded.id, loaded.context_window, loaded.has_template) == ("tiny", 2048, True)
    assert loaded.parameters > 100_000
    assert loaded.self_tested
    engine.unload()
    assert engine.loaded is None
    assert engine.process_id() is None
    assert engine.state is EngineState.STOPPED
    engine.close()
    assert seen == [EngineState.LOADING, EngineState.READY, EngineState.STOPPED]


def test_an_answer_that_goes_in_circles_is_ended(engine: LocalEngine) -> None:
    free = end_of(ask(engine, "Hello", temperature=0.0, max_output_tokens=1200))
    ended = end_of(ask(engine, "Hello", temperature=0.0, max_output_tokens=1200, stop_repeating=True))
    assert (free.reason, free.usage.output_total) == (StopReason.LENGTH, 1200)
    assert ended.reason is StopReason.REPEATING
    assert ended.usage.output_total < 1200
