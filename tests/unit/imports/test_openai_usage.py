"""OpenAI usage and cost tables."""

from __future__ import annotations

from pathlib import Path

from tests.unit.imports.import_samples import COST, USAGE

from pennyweight.services.imports import ImportService
from pennyweight.store import Store


def test_the_three_billed_days_reconcile_to_zero(store: Store, tmp_path: Path) -> None:
    (tmp_path / "usage.csv").write_text(USAGE)
    (tmp_path / "cost.csv").write_text(COST)
    service = ImportService(store)
    assert service.run("auto", tmp_path / "usage.csv").nano == 569_788_000 + 340_900_000 + 72_054_000
    report = service.run("openai", tmp_path / "cost.csv")
    assert (report.bills, report.nano) == (3, 0)
    found = service.reconcile("openai")
    assert [day.explanation for day in found.days] == ["agrees"] * 3
    assert (found.difference_nano, found.unexplained_nano) == (0, 0)
    assert report.run_id is not None
    service.undo(report.run_id)
    assert [day.explanation for day in service.reconcile("openai").days] == ["no bill"] * 3


def test_days_that_only_the_readable_column_tells_apart_are_rows_of_their_own(store: Store, tmp_path: Path) -> None:
    """Spreadsheets turn the seconds since 1970 into 1.7E+09; the date beside them stays."""
    (tmp_path / "usage.csv").write_text(
        "start_time,start_time_iso,model,input_tokens,output_tokens\n"
        "1.76E+09,2025-10-10T00:00:00Z,gpt-5-mini,1000,100\n"
        "1.76E+09,2025-10-11T00:00:00Z,gpt-5-mini,2000,200\n"
    )
    service = ImportService(store)
    assert service.run("openai", tmp_path / "usage.csv").rows_new == 2
    assert service.run("openai", tmp_path / "usage.csv").rows_known == 2
