"""Chats without token counts at a reference model's price; worked out by hand at gpt-5-mini's $0.25 in, $0.025 cached
and $2 out per million."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.usage_files import chatgpt_export

from pennyweight.domain.cancel import Cancel
from pennyweight.services.imports import ImportService
from pennyweight.services.imports.estimates import priced
from pennyweight.store import Store

MINI = "openai/gpt-5-mini"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ImportService]:
    with Store.open(tmp_path / "home" / "pennyweight.db") as opened:
        yield ImportService(opened)


def test_each_answer_is_priced_alone_with_its_band_and_never_as_spend(service: ImportService, tmp_path: Path) -> None:
    service.run(
        "auto", chatgpt_export(tmp_path / "conversations.json", ("q" * 8_000, "a" * 4_000), ("r" * 8_000, "b" * 400))
    )
    (found,) = service.priced_estimates(MINI, None, None)
    assert (found.source, found.answers, found.left_answers, found.unpriced) == ("chatgpt", 2, 0, 0)
    # Tokens (low, expected, high). First answer: in 1,600 2,000 3,200; out 800 1,000 1,600, nothing sent before.
    # Second: in 4,000 5,000 8,000; out 80 100 160; of it 2,400 or 3,000 had been sent.
    assert (found.input_tokens, found.output_tokens) == (7_000, 1_100)
    assert found.low_nano == (1_600 * 250 + 800 * 2_000) + (1_600 * 250 + 2_400 * 25 + 80 * 2_000)
    cached = 2_000 * 250 + 3_000 * 25 + 100 * 2_000
    whole = 5_000 * 250 + 100 * 2_000
    assert found.expected_nano == (2_000 * 250 + 1_000 * 2_000) + (cached + whole) // 2
    assert found.high_nano == (3_200 * 250 + 1_600 * 2_000) + (8_000 * 250 + 160 * 2_000)


def test_a_period_prices_its_own_answers_with_what_was_sent_before_it(service: ImportService, tmp_path: Path) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    export = chatgpt_export(
        tmp_path / "c.json", ("q" * 8_000, "a" * 4_000), ("r" * 8_000, "b" * 400), at=at.timestamp()
    )
    service.run("auto", export)
    start = datetime(2026, 11, 1, 0, 0, 2, tzinfo=UTC)
    (found,) = service.priced_estimates(MINI, start, None)
    assert (found.answers, found.low_nano) == (1, 1_600 * 250 + 2_400 * 25 + 80 * 2_000)
    assert service.priced_estimates(MINI, datetime(2026, 12, 1, tzinfo=UTC), None) == ()


def test_a_reference_without_a_price_is_counted_and_in_no_sum(service: ImportService, tmp_path: Path) -> None:
    service.run("auto", chatgpt_export(tmp_path / "c.json", ("Hi", "Hello")))
    (found,) = service.priced_estimates("openai/no-such-model", None, None)
    assert (found.answers, found.unpriced, found.high_nano) == (1, 1, 0)


def test_a_cancelled_pricing_gives_nothing(service: ImportService, tmp_path: Path) -> None:
    service.run("auto", chatgpt_export(tmp_path / "c.json", ("Hi", "Hello")))
    cancel = Cancel()
    cancel.cancel()
    assert priced(service.estimates(), MINI, cancel) == ()
