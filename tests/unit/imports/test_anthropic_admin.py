"""Anthropic usage and cost reports."""

from __future__ import annotations

import json
from pathlib import Path

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_anthropic_reports_give_usage_and_cents(store: Store, tmp_path: Path) -> None:
    result = {
        "model": "claude-sonnet-5",
        "uncached_input_tokens": 100,
        "cache_read_input_tokens": 900,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 50},
        "output_tokens": 40,
    }
    bucket = {"starting_at": "2026-11-01T00:00:00Z", "results": [result]}
    bill = {"starting_at": "2026-11-01T00:00:00Z", "results": [{"amount": "0.098", "currency": "USD"}]}
    (tmp_path / "usage.json").write_text(json.dumps({"data": [bucket]}))
    (tmp_path / "cost.json").write_text(json.dumps({"data": [bill]}))
    service = ImportService(store)
    assert service.run("auto", tmp_path / "usage.json").nano == 980_000
    assert service.run("auto", tmp_path / "cost.json").billed_nano == 980_000
    assert service.reconcile("anthropic").unexplained_nano == 0
