"""A thousand damaged files of every kind, each through the whole import, twice, and mostly taken back."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from tests.unit.imports.import_samples import USAGE, chat_exports, claude, codex_event, codex_meta

from pennyweight.domain.errors import InputError
from pennyweight.services.imports import ImportReport, ImportService
from pennyweight.services.imports.rows import Skipped, UsageRow
from pennyweight.services.imports.sources import READERS, SourceFile, rows_of
from pennyweight.store import Store

FILES = 1000
PIECES = [b"-5", b"1e999", b"null", b'"', b"{", b"}", b"\x00", b"\xff", b"[[[[", b"NaN", b"\\", b",", b"9" * 30]
PIECES += [b"\\ud800", b"0.5", b"true", b"\n", b"2100-01-01", b'"usage":']


def seeds(folder: Path) -> dict[str, bytes]:
    usage = {"cache_creation_input_tokens": 1, "iterations": [{"type": "x", "input_tokens": 1, "output_tokens": 1}]}
    texts = {"claude-code": claude("m", 5, usage=usage) + "\n" + claude("n", 7)}
    texts["codex"] = codex_meta("c1") + "\n" + codex_event((10, 5, 5, 1), None)
    message = {"type": "gemini", "timestamp": "2026-11-01", "tokens": {"input": 100, "output": 10, "cached": 40}}
    texts["gemini-cli"] = "\n".join(json.dumps(message | {"id": f"m{number}"}) for number in range(4))
    texts["openai"] = USAGE
    texts["openrouter"] = "generation_id,created_at,cost_total,tokens_prompt\n" + "".join(
        f"gen-{number},2026-11-01 10:00:0{number},0.1,5\n" for number in range(5)
    )
    used = {"model": "claude-sonnet-5", "uncached_input_tokens": 10, "output_tokens": 4}
    texts["anthropic"] = "\n".join(
        json.dumps({"data": [{"starting_at": f"2026-11-0{day}", "results": [used, {"amount": "1.5"}]}]})
        for day in range(1, 5)
    )
    texts["chatgpt"], texts["claude-ai"] = (path.read_text() for path in chat_exports(folder))
    assert set(texts) == set(READERS)
    return {kind: text.encode() for kind, text in texts.items()}


def mutant(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 4])):
        spot = chance.randrange(len(changed) + 1)
        changed[spot : spot + chance.choice([0, 1, 3, 40])] = chance.choice(PIECES)
    return bytes(changed)


def read_alone(path: Path, kind: str) -> Counter[str]:
    """Reasons of what an importer leaves out; its rows are looked at on the way."""
    reasons: Counter[str] = Counter()
    for row in rows_of(SourceFile(path, kind)):
        if isinstance(row, Skipped):
            assert row.reason
            reasons[row.reason] += 1
        elif isinstance(row, UsageRow):
            assert min(row.usage.input_total, row.usage.output_total) >= 0
    return reasons


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_thousand_damaged_files_neither_crash_nor_pay_nor_stay(store: Store, tmp_path: Path) -> None:
    chance, path, service = random.Random(4), tmp_path / "mutant", ImportService(store)
    originals = seeds(tmp_path)
    imported: Counter[str] = Counter()
    skipped = refused = 0
    for number in range(FILES):
        kind = chance.choice(sorted(originals))
        path.write_bytes(mutant(originals[kind], chance))
        before, estimates, bills = store.ledger.totals(), service.estimates(), service.billed()
        try:
            report = service.run(kind, path)
        except InputError:  # one sentence for the whole file
            refused += 1
            assert store.ledger.totals() == before
            continue
        assert report.skipped == read_alone(path, kind), number
        assert report.rows_skipped == sum(report.skipped.values())
        assert min(report.nano, report.billed_nano, store.ledger.totals().billed_nano) >= 0, number
        skipped += report.rows_skipped
        imported[kind] += report.rows_new + report.rows_known
        again = service.run(kind, path)
        assert (again.rows_new, again.rows_corrected, again.run_id) == (0, 0, None), number
        assert again.rows_known == report.rows_new + report.rows_known
        if report.run_id is not None and number % 7:
            taken_back(service, report)
            assert (store.ledger.totals(), service.estimates(), service.billed()) == (before, estimates, bills), number
    assert store.ledger.sums_match_rows()
    assert skipped > 100
    assert refused < FILES / 10
    assert all(imported[kind] > 20 for kind in originals), imported


def taken_back(service: ImportService, report: ImportReport) -> None:
    assert report.run_id is not None
    assert service.undo(report.run_id) == report.rows_new + report.rows_corrected
