"""Messages and meter lines for tests of what is shown."""

from __future__ import annotations

from datetime import UTC, datetime

from pennyweight.domain.answer import Role, StopReason
from pennyweight.domain.conversation import Message, MessageState, Task
from pennyweight.domain.usage import UsageState
from pennyweight.services.events import Live, MeterLine

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def message(
    number: int,
    role: Role,
    text: str = "",
    *,
    state: MessageState = MessageState.COMPLETE,
    reasoning: str = "",
    note: str = "",
    task: Task = Task.ASK,
) -> Message:
    parent = f"m{number - 1}" if number else None
    return Message(
        id=f"m{number}",
        conversation_id="c",
        parent_id=parent,
        role=role,
        text=text,
        created_at=NOON,
        state=state,
        reasoning=reasoning,
        note=note,
        task=task,
    )


def long_chat(turns: int) -> list[Message]:
    """`turns` questions, each with an answer of a few lines."""
    messages = []
    for number in range(turns):
        messages.append(message(2 * number, "user", f"Question {number}"))
        answer = f"Answer **{number}**.\n\n- one\n- two\n\nThe end of it."
        messages.append(message(2 * number + 1, "assistant", answer))
    return messages


def meter_line(message_id: str, *, reasoning: int = 0) -> MeterLine:
    return MeterLine(
        message_id=message_id,
        source="local",
        model="starter",
        calls=1,
        input_total=6412,
        reused=6100,
        resent=6000,
        evaluated=312,
        output_total=148,
        reasoning=reasoning,
        seconds=8.1,
        first_token_seconds=0.4,
        tokens_per_second=21.4,
        joules=220.0,
        watts=22.0,
        energy_source="cpu-model",
        energy_measured=False,
        band_text="×0.5…×2",
        local_nano=20_000,
        low=10_000,
        high=40_000,
        hardware_nano=None,
        equivalent_nano=14_000_000,
        equivalent_low_nano=12_000_000,
        equivalent_high_nano=17_000_000,
        reference="openai/gpt-5",
        reference_name="GPT-5",
        billed_nano=None,
        usage_state=UsageState.REPORTED,
        stop_reason=StopReason.END,
    )


def live(message_id: str, written: int = 37) -> Live:
    return Live(
        message_id=message_id,
        input_total=6588,
        reused=6560,
        evaluated=28,
        output_total=written,
        reasoning=0,
        seconds=1.0,
        tokens_per_second=22.0,
        joules=5.0,
        watts=22.0,
        energy_measured=False,
        energy_source="cpu-model",
        local_nano=6_000,
        low=3_000,
        high=12_000,
        equivalent_nano=13_000_000,
        reference_name="GPT-5",
    )
