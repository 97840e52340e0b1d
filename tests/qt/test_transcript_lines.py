"""The meter's line under a provider's answer says how sure its cost is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.chats import meter_line

from pennyweight.domain.usage import UsageState
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
