"""The meter's line under a provider's answer says how sure its cost is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.chats import meter_line

from pennyweight.domain.usage import UsageState
from pennyweight.services.line_text import line_text
from pennyweight.ui.transcript.lines import line_parts


@pytest.mark.parametrize(
    ("state", "written", "words"),
    [
        (UsageState.REPORTED, 148, "Claude 0.2¢ billed"),
        (UsageState.PARTIAL, 148, "Claude at least 0.2¢, estimated"),
        (UsageState.ESTIMATED, 148, "Claude at least 0.2¢, estimated"),
        (UsageState.ESTIMATED, 0, "Claude about 0.2¢, estimated"),
    ],
)
def test_a_bill_a_floor_and_a_prompt_that_may_not_have_been_billed(state: UsageState, written: int, words: str) -> None:
    line = replace(meter_line("m"), source="anthropic", billed_nano=2_000_000, usage_state=state, output_total=written)
    bill = line_parts(line, "Claude")[0]
    assert bill.text == words
    assert ("may not have been billed" in bill.hint) is (written == 0)


@pytest.mark.parametrize(
    ("written", "words"), [(12, "at least 35 in · 12 out, estimated"), (0, "about 35 in · 0 out, estimated")]
)
def test_tokens_without_a_price_say_that_they_are_estimated(written: int, words: str) -> None:
    line = replace(
        meter_line("m"), source="server", billed_nano=None, usage_state=UsageState.ESTIMATED, input_total=35, reused=0,
        output_total=written, reasoning=0, local_nano=None,
    )  # fmt: skip
    bill, tokens, _ = line_parts(line, "my-own-7b")
    assert bill.text == "my-own-7b: no price known"
    assert tokens.text == words
    assert "at least 35 in, " in line_text(line)
    sure = replace(line, usage_state=UsageState.REPORTED)
    assert "estimated" not in line_parts(sure, "my-own-7b")[1].text
    assert line_text(replace(line, billed_nano=2_000_000)).startswith("server 0.2¢ estimated")
