"""The log database of `llm`, both generations."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_llm_reads_both_generations_and_each_id_once(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "logs.db"
    with closing(sqlite3.connect(path)) as db, db:
        columns = (
            "id TEXT, model TEXT, resolved_model TEXT, datetime_utc TEXT, input_tokens, output_tokens, token_details"
        )
        for table in ("turns", "responses"):
            db.execute(f"CREATE TABLE {table} ({columns})")
        at, details = "2026-11-01T10:00:00", '{"prompt_tokens_details": {"cached_tokens": 900}}'
        db.execute("INSERT INTO turns VALUES ('a','gpt-5-mini','gpt-5-mini-2025-08-07',?,1000,40,?)", [at, details])
        db.execute("INSERT INTO responses VALUES ('a','gpt-5-mini',NULL,?,1000,40,?)", [at, details])
        db.execute(
            "INSERT INTO responses VALUES ('b','gemini-2.5-pro',NULL,?,100,10,?)", [at, '{"thoughtsTokenCount": 5}']
        )
        db.execute("INSERT INTO responses VALUES ('c','gpt-5-mini',NULL,?,NULL,NULL,NULL)", [at])
        db.execute("INSERT INTO responses VALUES ('d','my-own-model',NULL,?,5,5,NULL)", [at])
    report = ImportService(store).run("auto", path)
    assert (report.rows_new, report.rows_skipped, report.rows_unpriced) == (3, 1, 1)
    assert report.nano == (25_000 + 22_500 + 80_000) + (125_000 + 150_000)
