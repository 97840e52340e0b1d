"""Gemini CLI chats."""

from __future__ import annotations

import json
from pathlib import Path

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_gemini_replaces_a_message_told_again(store: Store, tmp_path: Path) -> None:
    tokens = {"input": 100, "output": 10, "cached": 40, "thoughts": 5, "tool": 0, "total": 115}
    message = {"type": "gemini", "id": "m1", "timestamp": "2026-11-01T09:00:05Z", "model": "gemini-2.5-pro"}
    older = message | {"tokens": tokens | {"output": 1, "total": 106}}
    chat = {"sessionId": "g1", "startTime": "x", "messages": [older, message | {"tokens": tokens}]}
    path = tmp_path / "session-1.json"
    path.write_text(json.dumps(chat, indent=1))
    report = ImportService(store).run("auto", path)
    # 60 at 1.25, 40 at 0.125, 15 at 10
    assert (report.kind, report.rows_new, report.nano) == ("gemini-cli", 1, 75_000 + 5_000 + 150_000)
    path.with_suffix(".jsonl").write_text(json.dumps({"sessionId": "g1"}) + "\n" + json.dumps(chat["messages"][1]))
    assert ImportService(store).run("gemini-cli", path.with_suffix(".jsonl")).rows_known == 1
