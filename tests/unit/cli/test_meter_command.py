"""What `pennyweight meter` says to a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.store.store_samples import cloud_entry, local_entry

from pennyweight.app.composition import build_services
from pennyweight.cli.main import run
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.store import Store


def said(home: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run(["meter", "--period", "all"], lambda: build_services(home)) == 0
    return capsys.readouterr().out.splitlines()


def test_tokens_are_told_of_this_computer_and_of_the_cloud(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.ledger.add([local_entry("l"), cloud_entry("c"), cloud_entry("d", resent=500)])
    lines = said(tmp_path, capsys)
    assert "Tokens here       100 in (60 re-sent, 40 from cache), 20 out" in lines
    assert "Tokens, cloud     2,000 in (500 re-sent, 400 from cache), 600 out" in lines
    assert "In all            3 answers, here and in the cloud" in lines


def test_estimated_tokens_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dropped = UsageRecord(input_total=35, output_total=12, usage_state=UsageState.ESTIMATED)
    with Store.open(tmp_path / "pennyweight.db") as store:
        store.ledger.add([cloud_entry("u", source="server", billed_nano=None, usage=dropped)])
    assert "Estimated         the tokens of 1 call: at least so many" in said(tmp_path, capsys)
