"""Long-context tiers: one request pays by its own length, a sum of requests is never priced as one of them.

gpt-5.5 costs $5 in and $30 out per million; above 272,000 input tokens $10 and $45.
"""

from __future__ import annotations

import json
from datetime import UTC, date
from pathlib import Path

import pytest
from tests.support.usage_files import claude_log
from tests.unit.imports.import_samples import USAGE, codex_event

from pennyweight.domain.cancel import Cancel
from pennyweight.domain.usage import UsageState
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.imports import ImportService
from pennyweight.services.reprice import RepriceService
from pennyweight.store import Store

HEAD = USAGE.splitlines()[0]


def codex(path: Path, *inputs: int) -> Path:
    meta = {"type": "session_meta", "payload": {"id": "c1", "model_provider": "openai"}}
    context = {"type": "turn_context", "payload": {"model": "gpt-5.5"}}
    total, lines = 0, [json.dumps(meta), json.dumps(context)]
    for count in inputs:
        total += count
        lines.append(codex_event((total, 0, 0, 0), (count, 0, 0, 0)))
    path.write_text("\n".join(lines))
    return path


def usage(path: Path, requests: str, taken: int, made: int) -> Path:
    row = "1759795200,1759881600,2026-11-07T00:00:00+00:00,2026-11-08T00:00:00+00:00,p"
    path.write_text(f"{HEAD}\n{row},{requests},u,k,gpt-5.5,FALSE,default,{taken}.0,{made}.0,0.0,{taken}.0\n")
    return path


def test_a_request_above_the_threshold_pays_the_higher_rate_on_all_of_it(store: Store, tmp_path: Path) -> None:
    report = ImportService(store).run("codex", codex(tmp_path / "rollout.jsonl", 272_000, 272_001))
    assert report.nano == 272_000 * 5_000 + 272_001 * 10_000
    assert {row.rate_card["input_mtok"] for row in store.ledger.recent()} == {"5", "10"}


@pytest.mark.parametrize(
    ("requests", "nano"),
    [
        ("10.0", 400_000 * 5_000 + 1_000 * 30_000),  # ten of 40,000
        ("1.0", 400_000 * 10_000 + 1_000 * 45_000),  # one of 400,000
        ("", 400_000 * 5_000 + 1_000 * 30_000),  # as many as there may have been
    ],
)
def test_a_sum_is_priced_by_the_length_of_its_requests(store: Store, tmp_path: Path, requests: str, nano: int) -> None:
    report = ImportService(store).run("openai", usage(tmp_path / "usage.csv", requests, 400_000, 1_000))
    assert report.nano == nano
    (row,) = store.ledger.recent()
    assert (row.usage.input_total, row.usage.output_total) == (400_000, 1_000)
    told = row.usage.usage_state is UsageState.ESTIMATED and "as if all were alike" in row.note
    assert told is (requests != "1.0")


def test_a_sum_that_does_not_divide_loses_no_token(store: Store, tmp_path: Path) -> None:
    report = ImportService(store).run("openai", usage(tmp_path / "usage.csv", "7", 400_003, 11))
    assert report.nano == 400_003 * 5_000 + 11 * 30_000


def test_a_model_without_tiers_is_priced_as_a_sum_and_is_no_estimate(store: Store, tmp_path: Path) -> None:
    path = usage(tmp_path / "usage.csv", "7", 400_000, 0)
    path.write_text(path.read_text().replace("gpt-5.5", "gpt-5-mini"))
    assert ImportService(store).run("openai", path).nano == 400_000 * 250
    assert store.ledger.recent()[0].usage.usage_state is UsageState.REPORTED


def test_other_prices_are_reckoned_on_what_a_call_turned_out_to_have_used(store: Store, tmp_path: Path) -> None:
    service, log = ImportService(store), tmp_path / "s.jsonl"
    for output in (100, 150):  # the second time with a correction
        service.run("claude-code", claude_log(log, ("m1", 10, output, "2026-11-01T10:00:00Z")))
    own = "anthropic/claude-sonnet-5"
    (row,) = RepriceService(store, UTC).at_prices_of(AuditPeriod.month(date(2026, 11, 1)), [own], Cancel())
    assert (row.calls, row.expected_nano) == (1, 10 * 2_000 + 150 * 10_000)
    assert row.expected_nano == store.ledger.totals().billed_nano
