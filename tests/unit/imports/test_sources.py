"""Which file is read how, and where other programs keep their logs."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from tests.unit.imports.import_samples import chat_exports, claude

from pennyweight.domain.errors import InputError
from pennyweight.services.imports import ImportService, sources
from pennyweight.services.imports.kinds import KINDS
from pennyweight.services.imports.sources import SourceFile, detect, files, size_of, usual_places
from pennyweight.store import Store

PLACES = ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_DATA_DIR", "LLM_USER_PATH", "XDG_CONFIG_HOME")


def packed(path: Path, *members: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            archive.writestr(name, text)
    return path


def test_a_zip_is_read_and_measured_as_what_is_in_it(tmp_path: Path) -> None:
    for export, kind in zip(chat_exports(tmp_path), ("chatgpt", "claude-ai"), strict=True):
        path = packed(tmp_path / f"{kind}.zip", ("users.json", "[]"), ("conversations.json", export.read_text()))
        assert detect(path) == kind
        assert size_of(SourceFile(path, kind)) == export.stat().st_size


def test_a_zip_without_chats_or_with_a_damaged_one_is_refused_in_one_sentence(store: Store, tmp_path: Path) -> None:
    service = ImportService(store)
    with pytest.raises(InputError, match=r"none\.zip holds no conversations\.json"):
        service.run("chatgpt", packed(tmp_path / "none.zip", ("a.json", "[]")))
    whole = packed(tmp_path / "whole.zip", ("conversations.json", chat_exports(tmp_path)[0].read_text()))
    data = bytearray(whole.read_bytes())
    data[60:70] = b"\xff" * 10
    (tmp_path / "damaged.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"damaged\.zip is a damaged zip file"):
        service.run("chatgpt", tmp_path / "damaged.zip")
    assert service.estimates() == []
    (tmp_path / "torn.zip").write_bytes(whole.read_bytes()[:-30])
    with pytest.raises(InputError):
        service.run("auto", tmp_path / "torn.zip")


def test_a_zip_that_would_unpack_without_end_is_not_opened(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_SMALL", 1 << 20)
    bomb = packed(tmp_path / "bomb.zip", ("conversations.json", "[" + " " * (3 << 20) + "]"))
    assert bomb.stat().st_size < 5_000
    with pytest.raises(InputError, match=r"bomb\.zip would unpack to 3 MiB of nothing but repetition"):
        ImportService(store).run("chatgpt", bomb)
    monkeypatch.setattr(sources, "_SMALL", 4 << 20)
    assert ImportService(store).run("chatgpt", bomb).rows_estimated == 0


def test_one_bad_zip_in_a_folder_is_counted_and_the_rest_is_imported(store: Store, tmp_path: Path) -> None:
    packed(tmp_path / "a.zip", ("conversations.json", chat_exports(tmp_path)[0].read_text()))
    packed(tmp_path / "b.zip", ("a.json", "[]"))
    for one in ("chatgpt.json", "claude.json"):
        (tmp_path / one).unlink()
    report = ImportService(store).run("chatgpt", tmp_path)
    assert (report.rows_estimated, report.skipped) == (2, {"b.zip holds no conversations.json.": 1})


def test_a_kind_is_told_from_the_content_and_not_from_the_name(tmp_path: Path) -> None:
    log = tmp_path / "anything.json"
    log.write_text(claude("m", 5))
    assert detect(log) == "claude-code"
    log.write_text(json.dumps({"sessionId": "g", "startTime": "x", "messages": []}))
    assert detect(log) == "gemini-cli"
    log.write_text("no log at all")
    assert detect(log) is None
    with pytest.raises(InputError, match="Nothing in"):
        files("auto", log)
    with pytest.raises(InputError, match="There is no file"):
        files("auto", tmp_path / "missing")


def test_the_usual_places_are_the_programs_own_and_their_variables_move_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "person"
    for name in PLACES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert usual_places() == []
    usual = [
        (".claude/projects", "claude-code"),
        (".config/claude/projects", "claude-code"),
        (".codex/sessions", "codex"),
        (".codex/archived_sessions", "codex"),
        (".gemini/tmp", "gemini-cli"),
    ]
    for folder, _ in usual:
        (home / folder).mkdir(parents=True)
    (home / ".config/io.datasette.llm").mkdir()
    (home / ".config/io.datasette.llm/logs.db").write_bytes(b"SQLite format 3\0")
    found = [SourceFile(home / folder, kind) for folder, kind in usual]
    assert usual_places() == [*found, SourceFile(home / ".config/io.datasette.llm/logs.db", "llm")]
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "projects").mkdir(parents=True)
    (two / "sessions").mkdir(parents=True)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{one},{tmp_path / 'missing'}")
    monkeypatch.setenv("CODEX_HOME", str(two))
    moved = usual_places()
    assert moved[:2] == [SourceFile(one / "projects", "claude-code"), SourceFile(two / "sessions", "codex")]
    assert [place.kind for place in moved] == ["claude-code", "codex", "gemini-cli", "llm"]


def test_what_cannot_be_looked_at_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    too_long = tmp_path / ("a" * 300)
    with pytest.raises(InputError, match="There is no file"):
        files("auto", too_long)
    monkeypatch.setenv("CODEX_HOME", str(too_long))
    assert all(place.kind != "codex" for place in usual_places())


def test_every_kind_that_is_named_has_a_reader_and_no_other() -> None:
    assert set(KINDS) == set(sources.READERS) | {"llm"}
