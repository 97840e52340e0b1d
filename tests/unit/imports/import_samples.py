"""Hand-made files of every kind with their traps; the tests beside it work the totals out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def claude(message: str, output: int, **more: Any) -> str:
    usage = {"input_tokens": 10, "output_tokens": output, **more.pop("usage", {})}
    line = {
        "type": "assistant",
        "timestamp": "2026-11-01T10:00:02.1Z",
        "sessionId": "s1",
        "requestId": "req_1",
        "message": {
            "id": message,
            "model": more.pop("model", "claude-sonnet-5"),
            "stop_reason": more.pop("stop_reason", "end_turn"),
            "usage": usage,
        },
    }
    return json.dumps(line | more)


def claude_folder(folder: Path) -> Path:
    """Sonnet 5: $2 in, $10 out, 0.2 read, 4 one-hour write, $10 per 1,000 searches. Opus 5: $5 and $25."""
    sub = folder / "s1"
    sub.mkdir(parents=True)
    full = {
        "cache_creation_input_tokens": 1000,
        "cache_read_input_tokens": 15555,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1000},
        "server_tool_use": {"web_search_requests": 1},
        "service_tier": "standard",
        "iterations": [
            {"type": "message", "input_tokens": 10, "output_tokens": 159},
            {"type": "advisor_message", "model": "claude-opus-5", "input_tokens": 500, "output_tokens": 40},
        ],
    }
    lines = [
        '{"type":"user","message":{"content":"hello"}}',
        claude("msg_A", 1, usage=full, stop_reason=None),
        claude("msg_A", 159, usage=full),
        "{torn",
        claude("msg_0", 0, model="<synthetic>"),
        claude("msg_B", 5, stop_reason=None),
        "",
    ]
    (folder / "s1.jsonl").write_text("\n".join(lines))
    copies = [claude("msg_A", 159, usage=full, requestId=None), claude("msg_C", 100, isSidechain=True)]
    (sub / "agent-1.jsonl").write_text("\n".join(copies))
    return folder


# A: 18,721,000 with the search; advisor 2,500,000 + 1,000,000; B: 20,000 + 50,000; C: 20,000 + 1,000,000
CLAUDE_NANO = 18_721_000 + 3_500_000 + 70_000 + 1_020_000


def codex_event(total: tuple[int, ...], last: tuple[int, ...] | None, at: str = "2026-11-01T10:00:09Z") -> str:
    names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
    info: dict[str, Any] = {"total_token_usage": dict(zip(names, total, strict=True))}
    if last:
        info["last_token_usage"] = dict(zip(names, last, strict=True))
    return json.dumps({"timestamp": at, "type": "event_msg", "payload": {"type": "token_count", "info": info}})


def codex_meta(session: str, parent: str | None = None) -> str:
    payload = {"id": session, "cwd": "/p", "model_provider": "openai", "forked_from_id": parent}
    model = {"type": "turn_context", "timestamp": "2026-11-01T10:00:00Z", "payload": {"model": "gpt-5.6-terra"}}
    return json.dumps({"type": "session_meta", "timestamp": "x", "payload": payload}) + "\n" + json.dumps(model)


USAGE = """start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,\
api_key_id,model,batch,service_tier,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens
1759795200,1759881600,2025-10-07T00:00:00+00:00,2025-10-08T00:00:00+00:00,p,21.0,u,k,gpt-5-mini-2025-08-07,\
FALSE,default,80992.0,274770.0,0.0,80992.0
1759881600,1759968000,2025-10-08T00:00:00+00:00,2025-10-09T00:00:00+00:00,,,,,,,,,,,
1760054400,1760140800,2025-10-10T00:00:00+00:00,2025-10-11T00:00:00+00:00,p,21.0,u,k,gpt-5-mini-2025-08-07,\
FALSE,default,124784.0,154852.0,0.0,124784.0
1760140800,1760227200,2025-10-11T00:00:00+00:00,2025-10-12T00:00:00+00:00,p,21.0,u,k,gpt-5-mini-2025-08-07,\
FALSE,default,22688.0,33191.0,0.0,22688.0
"""


COST = """start_time,end_time,start_time_iso,end_time_iso,\
amount_value,amount_currency,line_item,project_id,organization_id,organization_name
1759795200,1759881600,2025-10-07T00:00:00+00:00,2025-10-08T00:00:00+00:00,0.569788,usd,,p,o,n
1760054400,1760140800,2025-10-10T00:00:00+00:00,2025-10-11T00:00:00+00:00,0.34090,usd,,p,o,n
1760140800,1760227200,2025-10-11T00:00:00+00:00,2025-10-12T00:00:00+00:00,0.072054,usd,,p,o,n
"""


def chat_exports(folder: Path) -> list[Path]:
    def node(key: str, parent: str | None, role: str, text: str) -> dict[str, Any]:
        content = {"content_type": "text", "parts": [text]}
        message = {"author": {"role": role}, "create_time": 1761991200.5, "content": content}
        return {"id": key, "parent": parent, "children": [], "message": message}

    tree = {key: node(key, *rest) for key, *rest in (("a", None, "user", "Hi Hi Hi"), ("b", "a", "assistant", "Hello"))}
    tree["c"] = node("c", "a", "assistant", "Bye")
    chats = [{"id": "c1", "title": 't {"', "create_time": 1761991200.0, "current_node": "b", "mapping": tree}]
    messages = [
        {"uuid": "m1", "sender": "human", "text": "Hi", "attachments": [{"extracted_content": "x" * 398}]},
        {"uuid": "m2", "sender": "assistant", "text": "Hello", "created_at": "2026-11-01T10:00:03Z"},
    ]
    (folder / "chatgpt.json").write_text(json.dumps(chats))
    (folder / "claude.json").write_text(json.dumps([{"uuid": "u1", "chat_messages": messages}]))
    return [folder / "chatgpt.json", folder / "claude.json"]
