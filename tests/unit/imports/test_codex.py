"""Codex CLI rollouts: forks and events told twice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.imports.import_samples import codex_event, codex_meta

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_codex_forks_and_repeated_events_count_once(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    folder.mkdir()
    one, two = (1000, 700, 60, 30), (1800, 1400, 125, 60)
    events = [codex_event(one, one), codex_event(one, one), codex_event(two, (800, 700, 65, 30))]
    null = json.dumps({"type": "event_msg", "payload": {"type": "token_count", "info": None}})
    (folder / "rollout-1.jsonl").write_text("\n".join([codex_meta("c1"), null, *events, "{torn"]))
    late = "2026-11-02T10:00:00Z"
    fork = [codex_event(one, one, late), codex_event(two, (800, 700, 65, 30), late)]
    fork.append(codex_event((2800, 1400, 225, 60), None, late))
    (folder / "rollout-2.jsonl").write_text("\n".join([codex_meta("c2", "c1"), codex_meta("c1"), *fork]))
    report = ImportService(store).run("auto", folder)
    assert (report.kind, report.rows_new, report.rows_skipped) == ("codex", 3, 1)
    # $2 in, 0.2 cached, $12 out: 300/700/60, 100/700/65, 1000/0/100
    nano = (600 + 140 + 720 + 200 + 140 + 780 + 2000 + 1200) * 1000
    assert report.nano == store.ledger.totals().billed_nano == nano
    assert report.first is not None
    assert report.first.day == 1
