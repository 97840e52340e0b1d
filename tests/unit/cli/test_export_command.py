"""What `pennyweight export` refuses, in one line and without leaving anything behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.store.store_samples import cloud_entry

from pennyweight.app.composition import build_services
from pennyweight.cli.main import run
from pennyweight.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    with Store.open(folder / "pennyweight.db") as store:
        store.conversations.create("Harbour")
    return folder


def export(home: Path, *arguments: str) -> int:
    return run(["export", *arguments], lambda: build_services(home))


def test_chats_become_no_folder_that_is_called_like_a_file(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(home, "chats", str(tmp_path / "out.md")) == 1
    assert "into a folder, or all into one .json file" in capsys.readouterr().err
    assert not (tmp_path / "out.md").exists()
    (tmp_path / "mine.md").mkdir()
    for name in ("out.json", "mine.md", "all"):
        assert export(home, "chats", str(tmp_path / name)) == 0
    assert (tmp_path / "out.json").is_file()
    assert len(list((tmp_path / "mine.md").iterdir())) == len(list((tmp_path / "all").iterdir())) == 1


@pytest.mark.parametrize("given", [("ledger", "x.csv"), ("report", "x.md"), ("chats", "x.json"), ("chats", "x")])
def test_a_folder_that_is_not_there_is_told_and_not_made(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: tuple[str, str]
) -> None:
    kind, name = given
    missing = tmp_path / "missing"
    assert export(home, kind, str(missing / name)) == 1
    assert f"There is no folder {missing}." in capsys.readouterr().err
    assert not missing.exists()


def test_it_says_how_many_of_what_it_wrote(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(home / "pennyweight.db") as store:
        store.ledger.add([cloud_entry("a"), cloud_entry("b")])
    for kind, name, what in (("chats", "all", "1 chat"), ("ledger", "l.csv", "2 rows"), ("focus", "f.csv", "2 rows")):
        assert export(home, kind, str(tmp_path / name)) == 0
        assert capsys.readouterr().err == f"{what} written to {tmp_path / name}.\n"


def test_a_files_name_has_single_spaces(home: Path, tmp_path: Path) -> None:
    with Store.open(home / "pennyweight.db") as store:
        store.conversations.create("Offsite notes → summary")
    assert export(home, "chats", str(tmp_path / "all")) == 0
    names = sorted(file.name for file in (tmp_path / "all").iterdir())
    assert any(" Offsite notes summary " in name for name in names)
    assert not any("  " in name for name in names)
