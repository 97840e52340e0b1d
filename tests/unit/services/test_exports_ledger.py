"""The ledger into files, row by row."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.store.store_samples import NOON, cloud_entry

from pennyweight.app.composition import build_services
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import InputError
from pennyweight.services.container import Services
from pennyweight.services.exports import ExportStopped
from pennyweight.services.exports_ledger import COLUMNS
from pennyweight.store import Store

ROWS = 2_000
Export = Callable[..., int]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    home = tmp_path / "home"
    with Store.open(home / "pennyweight.db") as store:
        add(store, 0, ROWS)
    opened = build_services(home)
    yield opened
    opened.close()


def add(store: Store, first: int, past: int) -> None:
    """Of imported rows, which belong to no chat of ours."""
    row = cloud_entry("c", message_id=None, conversation_id=None)
    store.imports.add(
        "run",
        [
            replace(row, id=f"run-{number}", dedup_key=f"k{number}", at=NOON + timedelta(seconds=number))
            for number in range(first, past)
        ],
    )


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_every_row_comes_once_and_in_order_in_both_formats(services: Services, tmp_path: Path) -> None:
    table, lines = tmp_path / "ledger.csv", tmp_path / "ledger.JSONL"
    assert services.exports.ledger(table) == services.exports.ledger(lines) == ROWS
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == COLUMNS
    assert [row["id"] for row in rows] == [f"run-{number}" for number in range(ROWS)]
    with lines.open(encoding="utf-8") as file:
        assert [json.loads(line)["billed_usd"] for line in file] == [row["billed_usd"] for row in rows]


def test_an_export_takes_the_memory_of_a_page_whatever_the_length_of_the_ledger(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pennyweight.store.ledger._PAGE", 100)  # many pages in the small one too
    with Store.open(tmp_path / "small" / "pennyweight.db") as store:
        add(store, 0, ROWS // 4)
    small = build_services(tmp_path / "small")
    for name in ("ledger.csv", "ledger.jsonl"):
        few = peak(lambda path=tmp_path / name: small.exports.ledger(path))  # type: ignore[misc]
        many = peak(lambda path=tmp_path / name: services.exports.ledger(path))  # type: ignore[misc]
        assert many < few * 1.3
    few, many = (peak(lambda of=of: of.exports.focus(tmp_path / "f.csv")) for of in (small, services))  # type: ignore[misc]
    assert many < few * 1.3
    small.close()


def test_progress_grows_and_a_stop_leaves_the_file_as_it_was(services: Services, tmp_path: Path) -> None:
    path, told = tmp_path / "ledger.csv", list[float]()
    path.write_text("as it was")
    cancel = Cancel()

    def progress(_text: str, fraction: float | None) -> None:
        told.append(fraction or 0.0)
        if len(told) == 3:
            cancel.cancel()

    for export in (services.exports.ledger, services.exports.focus):
        with pytest.raises(ExportStopped, match="Stopped"):
            export(path, cancel=cancel, progress=progress)
    assert told == sorted(told)
    assert len(told) == 3
    assert path.read_text() == "as it was"
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("ledger", "ledger.pdf", "The ledger is written as .csv or .jsonl, not as .pdf."),
        ("focus", "rows.jsonl", "FOCUS rows are written as .csv, not as .jsonl."),
        ("report", "report.pdf", "The report is written as .html or .md, not as .pdf."),
    ],
)
def test_an_ending_that_promises_another_format_is_refused(
    services: Services, tmp_path: Path, kind: str, name: str, told: str
) -> None:
    with pytest.raises(InputError) as refused:
        getattr(services.exports, kind)(tmp_path / name)
    assert refused.value.what == told
    assert not (tmp_path / name).exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(services: Services, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        services.exports.ledger(tmp_path / "file" / "ledger.csv")


def test_stopped_chats_leave_one_file_as_it_was_and_whole_files_in_a_folder(services: Services, tmp_path: Path) -> None:
    for number in range(3):
        services.meter._store.conversations.create(f"Chat {number}")
    one, folder, cancel = tmp_path / "chats.json", tmp_path / "chats", Cancel()
    one.write_text("as it was")

    def progress(_text: str, fraction: float | None) -> None:
        if fraction:
            cancel.cancel()

    with pytest.raises(ExportStopped, match=r"Nothing was written."):
        services.exports.chats(one, cancel=cancel, progress=progress)
    assert one.read_text() == "as it was"
    cancel = Cancel()
    with pytest.raises(ExportStopped, match="is whole"):
        services.exports.chats(folder, cancel=cancel, progress=progress)
    assert [file.suffix for file in folder.iterdir()] == [".md", ".md"]
    assert [file.name for file in tmp_path.rglob("*.part")] == []
