"""Stopping at a cap, and hiding personal data, on a real stream."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

from tests.support.cloud_bench import Bench, chat_chunk, sse
from tests.support.loopback import Loopback

from pennyweight.cloud.tally import RoughEstimate
from pennyweight.domain.answer import AnswerRequest, ChatTurn, StopReason, TextDelta
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.usage import UsageState
from pennyweight.meter.budget import StreamGuard, floor_nano, stream_cost
from pennyweight.meter.money import NANO
from pennyweight.services.redaction import Redactor

MODEL = "gpt-4o-2024-05-13"
CAP = NANO // 100


def test_a_budget_of_a_cent_stops_a_long_stream_within_one_piece(bench: Bench, server: Loopback) -> None:
    piece = "some words of an answer that does not want to end " * 4
    server.say(*[sse(chat_chunk(piece))] * 500)
    at = datetime.now(UTC)
    request = bench.request(MODEL)
    cost = stream_cost("openai", MODEL, RoughEstimate().prompt(request.turns, MODEL), at)
    assert cost is not None
    guard, cancel = StreamGuard(cost, CAP), Cancel()

    def watch(event: object) -> None:
        if isinstance(event, TextDelta) and not guard.allows(event.output_tokens):
            cancel.cancel()

    answer = bench.ask("openai", "openai-chat", model=MODEL, cancel=cancel, seen=watch)
    assert answer.finished.reason is StopReason.STOPPED
    assert answer.finished.usage.usage_state is UsageState.ESTIMATED
    assert answer.text
    assert len(answer.text) % len(piece) == 0
    floor = floor_nano("openai", MODEL, answer.finished.usage, at)
    one_piece = cost.nano(RoughEstimate().text(piece, MODEL)) - cost.nano(0)
    assert floor is not None
    assert CAP - one_piece <= floor <= CAP + one_piece
    assert Decimal(floor) / NANO < Decimal("0.011")


def test_personal_data_stays_here_and_stands_in_the_answer(bench: Bench, server: Loopback) -> None:
    redactor = Redactor(words=["Heron"])
    texts = redactor.hide_all(["Answer politely.", "Mail jana@example.com on Heron, IBAN DE89 3704 0044 0532 0130 00"])
    turns = (ChatTurn("system", texts[0]), ChatTurn("user", texts[1]))
    said = "Dear ⟨email-1⟩, on ⟨word-1⟩: pay to ⟨iban-1⟩."
    server.say(*(sse(chat_chunk(letter)) for letter in said), sse(chat_chunk(finish="stop"), "[DONE]"))
    restorer = redactor.restorer()
    shown = ""
    for event in bench.source("openai", "openai-chat").stream(AnswerRequest(turns=turns, model="m"), Cancel()):
        shown += restorer.feed(event.text) if isinstance(event, TextDelta) else ""
    shown += restorer.close()
    assert shown == "Dear jana@example.com, on Heron: pay to DE89 3704 0044 0532 0130 00."
    sent = server.asked[0].body.decode()
    assert json.loads(sent)["messages"][1]["content"] == "Mail ⟨email-1⟩ on ⟨word-1⟩, IBAN ⟨iban-1⟩"
    for hidden in redactor.table:
        assert hidden.value not in sent
