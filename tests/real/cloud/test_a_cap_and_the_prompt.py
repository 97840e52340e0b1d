"""A cap, and a prompt that the provider counts higher than we do: it holds as soon as the provider tells its count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.cloud_bench import chat_chunk, sse
from tests.support.loopback import Loopback
from tests.support.tap import message_start, text_piece

from pennyweight.app import composition
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.domain.errors import InputError
from pennyweight.domain.usage import UsageState
from pennyweight.keys import KeyStore
from pennyweight.meter.budget import StreamCost, stream_cost
from pennyweight.meter.money import format_usd
from pennyweight.services.container import Services
from pennyweight.services.draft import Draft
from pennyweight.services.events import AnswerDone

KEYS = {
    "anthropic": "sk-ant-api03-" + "planted0" * 5,
    "google": "AIza" + "planted0" * 5,
    "mistral": "planted0" * 4,
    "openai": "sk-proj-" + "planted0" * 5,
}
PIECE = "forty letters of an answer without end. "
PIECE_TOKENS = len(PIECE) // 4
PROMPT = "How now? " * 150
COUNTED = 3_000
"""What the provider makes of the prompt: nine times our estimate."""
OUTPUT_TOKENS = 100


def _gemini(output: int) -> bytes:
    usage = {"promptTokenCount": COUNTED, "candidatesTokenCount": output, "totalTokenCount": COUNTED + output}
    return sse({"candidates": [{"content": {"parts": [{"text": PIECE}]}}], "usageMetadata": usage})


def _running(output: int) -> bytes:
    usage = {"prompt_tokens": COUNTED, "completion_tokens": output, "total_tokens": COUNTED + output}
    return sse(chat_chunk(PIECE) | {"usage": usage})


EARLY: dict[str, tuple[str, bytes, Callable[[int], bytes]]] = {
    "anthropic": ("claude-sonnet-4-5", message_start(COUNTED), lambda _: text_piece(PIECE)),
    "google": ("gemini-2.5-pro", b"", _gemini),
    "mistral": ("mistral-large-latest", b"", _running),
}


@pytest.fixture
def opened(tmp_path: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(composition, "_open_keys", lambda: KeyStore(find=lambda: None))
    services = composition.build_services(tmp_path)
    for provider, key in KEYS.items():
        services.keys.set_address(provider, server.url)
        services.keys.set(provider, key)
    yield services
    services.close()


def cost_of(provider: str, model: str, input_tokens: int) -> StreamCost:
    found = stream_cost(provider, model, input_tokens, datetime.now(UTC))
    assert found is not None
    return found


def asked(services: Services, provider: str, model: str) -> AnswerDone:
    preview = services.escalate.preview(Draft(text=PROMPT, task=Task.ASK), provider, model)
    assert preview.problem == ""
    assert preview.most_input_tokens * 6 < COUNTED
    done = list(services.escalate.send(preview, Cancel()))[-1]
    assert isinstance(done, AnswerDone)
    assert done.message.state is MessageState.STOPPED
    assert "budget" in done.message.note
    return done


@pytest.mark.parametrize("provider", EARLY)
def test_a_count_told_early_stops_the_stream_within_one_piece_of_the_cap(
    opened: Services, server: Loopback, provider: str
) -> None:
    model, start, piece = EARLY[provider]
    cost = cost_of(provider, model, COUNTED)
    cap = cost.nano(OUTPUT_TOKENS)
    opened.budgets.set("", cap)
    server.say(start, *[piece(PIECE_TOKENS * number) for number in range(1, 500)])
    done = asked(opened, provider, model)
    (row,) = opened.meter.entries(done.message.id)
    assert row.usage.input_total == COUNTED
    assert row.usage.usage_state is UsageState.PARTIAL
    assert row.billed_nano is not None
    assert cap <= row.billed_nano <= cap + cost.nano(PIECE_TOKENS) - cost.nano(0)


def test_a_prompt_that_alone_costs_more_than_the_cap_stops_the_stream_at_its_first_event(
    opened: Services, server: Loopback
) -> None:
    model, start, piece = EARLY["anthropic"]
    opened.budgets.set("", cost_of("anthropic", model, COUNTED).nano(0) - 1)
    server.say(start, *[piece(0)] * 500)
    done = asked(opened, "anthropic", model)
    (row,) = opened.meter.entries(done.message.id)
    assert row.usage.input_total == COUNTED
    assert row.usage.output_total <= 1, "what Anthropic says at the start"
    assert done.message.text == ""


def test_a_prompt_that_only_could_cost_more_is_refused_in_those_words(opened: Services, server: Loopback) -> None:
    """It is stopped before it is sent: the stream would end at its first word, with the prompt billed."""
    draft, model = Draft(text="word " * 25_000, task=Task.ASK), "gpt-4o-2024-05-13"
    free = opened.escalate.preview(draft, "openai", model)
    assert (free.problem, free.over_budget) == ("", False)
    expected, most = (
        cost_of("openai", model, tokens).nano(0) for tokens in (free.input_tokens, free.most_input_tokens)
    )
    opened.budgets.set("", most - 1)
    preview = opened.escalate.preview(draft, "openai", model)
    assert preview.price.low_nano is not None
    assert preview.price.low_nano < expected < most - 1
    assert preview.over_budget
    assert "It could cost more than the" in preview.problem
    assert (
        f"prompt alone may come to {format_usd(most)}. Raise the budget in the settings, or send less."
        in preview.problem
    )
    with pytest.raises(InputError, match="could cost more"):
        opened.escalate.check(preview)
    opened.budgets.set("", preview.price.low_nano - 1)
    preview = opened.escalate.preview(draft, "openai", model)
    assert "It would cost more than the" in preview.problem
    assert "send less" in preview.problem
    assert preview.over_budget
    opened.budgets.set("", most + cost_of("openai", model, 0).nano(16))
    assert opened.escalate.preview(draft, "openai", model).problem == ""
    assert server.asked == []


def test_while_nothing_is_told_the_high_edge_of_our_estimate_counts(opened: Services, server: Loopback) -> None:
    model = "gpt-4o-2024-05-13"
    preview = opened.escalate.preview(Draft(text=PROMPT, task=Task.ASK), "openai", model)
    assert preview.input_tokens * 13 // 10 <= preview.most_input_tokens <= preview.input_tokens * 13 // 10 + 1
    most = cost_of("openai", model, preview.most_input_tokens)
    cap = most.nano(OUTPUT_TOKENS)
    opened.budgets.set("", cap)
    server.say(*[sse({"type": "response.output_text.delta", "delta": PIECE}, names=True)] * 500)
    done = asked(opened, "openai", model)
    (row,) = opened.meter.entries(done.message.id)
    assert row.usage.usage_state is UsageState.ESTIMATED
    assert row.usage.input_total == preview.input_tokens
    surplus = most.nano(0) - cost_of("openai", model, preview.input_tokens).nano(0)
    assert row.billed_nano is not None
    assert cap <= row.billed_nano + surplus <= cap + most.nano(PIECE_TOKENS) - most.nano(0)


def test_what_a_running_answer_has_cost_is_shown_with_the_providers_count(opened: Services, server: Loopback) -> None:
    model, start, piece = EARLY["anthropic"]
    server.say(start, piece(0))
    preview = opened.escalate.preview(Draft(text=PROMPT, task=Task.ASK), "anthropic", model)
    told = [event.billed_nano for event in opened.escalate.send(preview, Cancel()) if hasattr(event, "billed_nano")]
    assert told
    assert told[-1] == cost_of("anthropic", model, COUNTED).nano(PIECE_TOKENS)
