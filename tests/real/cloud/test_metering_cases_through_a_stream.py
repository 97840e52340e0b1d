"""The worked examples of metering whose usage comes from a provider, through a real stream to the bill."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.support.cloud_bench import Bench, chat_chunk, sse
from tests.support.loopback import Loopback

from pennyweight.cloud.facts import WireName
from pennyweight.meter.prices import price

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "unit" / "meter" / "metering-cases.json").read_text("utf-8")
)["cases"]
CHAT_PROVIDERS = ("openai", "openrouter")


def stream(wire: WireName, usage: dict[str, Any], tier: str | None) -> bytes:
    outside = {"service_tier": tier} if tier else {}
    if wire == "openai-chat":
        return sse(chat_chunk("ok", finish="stop"), {"choices": [], "usage": usage} | outside, "[DONE]")
    if wire == "openai-responses":
        details = {
            "input_tokens_details": usage.get("prompt_tokens_details", {}),
            "output_tokens_details": usage.get("completion_tokens_details", {}),
        }
        told = {"input_tokens": usage["prompt_tokens"], "output_tokens": usage["completion_tokens"]} | details
        return sse({"type": "response.completed", "response": {"usage": told} | outside})
    if wire == "anthropic":
        early = usage | {"output_tokens": 0}
        return sse(
            {"type": "message_start", "message": {"usage": early}},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn"},
                "usage": {"output_tokens": usage["output_tokens"]},
            },
            {"type": "message_stop"},
        )
    half = usage | {"candidatesTokenCount": usage["candidatesTokenCount"] // 2}
    return sse(
        {"candidates": [{"content": {"parts": [{"text": "o"}]}}], "usageMetadata": half},
        {"candidates": [{"content": {"parts": [{"text": "k"}]}, "finishReason": "STOP"}], "usageMetadata": usage},
    )


def both() -> list[Any]:
    wires: dict[str, list[WireName]] = {
        "openai": ["openai-chat", "openai-responses"],
        "openrouter": ["openai-chat"],
        "anthropic": ["anthropic"],
        "google": ["gemini"],
    }
    return [pytest.param(case, wire, id=f"{case['id']}-{wire}") for case in CASES for wire in wires[case["provider"]]]


@pytest.mark.parametrize(("case", "wire"), both())
def test_the_bill(bench: Bench, server: Loopback, case: dict[str, Any], wire: WireName) -> None:
    server.say(stream(wire, case["usage"], case.get("service_tier")))
    answer = bench.ask(case["provider"], wire, model=case["model"])
    assert answer.error is None
    finished = answer.finished
    at = datetime.fromisoformat(case["at"])
    listed = price(case["provider"], case["model"], replace(finished.usage, at=at), at)
    usd = Decimal(finished.billed_usd) if finished.billed_usd is not None else listed.usd
    assert usd == (None if case["usd"] is None else Decimal(case["usd"]))
    for name, value in case.get("record", {}).items():
        assert getattr(finished.usage, name) == value
