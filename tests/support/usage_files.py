"""Small files of other programs, with figures that can be added up by hand.

Sonnet 5 costs $2 for a million tokens in and $10 out; gpt-5-mini $0.25 and $2.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

USAGE_HEAD = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,"
    "service_tier,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens"
)
COST_HEAD = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,"
    "organization_id,organization_name"
)
GPT_5_MINI_DAYS = (
    ("2025-10-07", 80_992, 274_770, "0.569788"),
    ("2025-10-10", 124_784, 154_852, "0.34090"),
    ("2025-10-11", 22_688, 33_191, "0.072054"),
)
"""(UTC day, tokens in, tokens out, dollars billed): three days of a real bill."""


def claude_line(message: str, taken: int, made: int, at: str, model: str = "claude-sonnet-5") -> str:
    usage = {"input_tokens": taken, "output_tokens": made}
    inner = {"id": message, "model": model, "stop_reason": "end_turn", "usage": usage}
    return json.dumps({"type": "assistant", "timestamp": at, "sessionId": "s1", "cwd": "/p", "message": inner})


def claude_log(path: Path, *lines: tuple[str, int, int, str]) -> Path:
    """(message id, tokens in, tokens out, time) each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(claude_line(*line) for line in lines), "utf-8")
    return path


def anthropic_usage(path: Path, *days: tuple[str, int, int]) -> Path:
    """(UTC day, tokens in, tokens out) each."""
    data = [
        {
            "starting_at": f"{day}T00:00:00Z",
            "results": [{"model": "claude-sonnet-5", "uncached_input_tokens": taken, "output_tokens": made}],
        }
        for day, taken, made in days
    ]
    path.write_text(json.dumps({"data": data, "has_more": False}), "utf-8")
    return path


def anthropic_cost(path: Path, *days: tuple[str, str]) -> Path:
    """(UTC day, cents) each."""
    data = [
        {"starting_at": f"{day}T00:00:00Z", "results": [{"amount": cents, "currency": "USD"}]} for day, cents in days
    ]
    path.write_text(json.dumps({"data": data, "has_more": False}), "utf-8")
    return path


def openai_usage(path: Path, *days: tuple[str, int, int]) -> Path:
    """(UTC day, tokens in, tokens out) of gpt-5-mini each."""
    same = "p,21.0,u,k,gpt-5-mini-2025-08-07,FALSE,default"
    lines = [
        f"{_seconds(day)},x,{day}T00:00:00+00:00,x,{same},{taken}.0,{made}.0,0.0,{taken}.0" for day, taken, made in days
    ]
    path.write_text("\n".join([USAGE_HEAD, *lines, ""]), "utf-8")
    return path


def openai_cost(path: Path, *days: tuple[str, str]) -> Path:
    """(UTC day, dollars) each."""
    lines = [f"{_seconds(day)},x,{day}T00:00:00+00:00,x,{usd},usd,,p,o,n" for day, usd in days]
    path.write_text("\n".join([COST_HEAD, *lines, ""]), "utf-8")
    return path


def chatgpt_export(path: Path, *turns: tuple[str, str], at: float = 1761991200.0) -> Path:
    """One chat of (question, answer) turns."""
    nodes: dict[str, Any] = {}
    parent = None
    for number, text in enumerate(part for turn in turns for part in turn):
        key = f"n{number}"
        author = {"role": "assistant" if number % 2 else "user"}
        content = {"content_type": "text", "parts": [text]}
        nodes[key] = {
            "id": key,
            "parent": parent,
            "children": [],
            "message": {"author": author, "create_time": at + number, "content": content},
        }
        parent = key
    chat = {"id": "c1", "title": "t", "create_time": at, "current_node": parent, "mapping": nodes}
    path.write_text(json.dumps([chat]), "utf-8")
    return path


def _seconds(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
