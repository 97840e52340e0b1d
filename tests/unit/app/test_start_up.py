"""Starting: where the data is, whether a window can open, one window only, and notes about crashes without texts."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.support.damaged_database import damage

from pennyweight.app import crash, single
from pennyweight.app.composition import build_services
from pennyweight.app.display import display_problem, missing_library, x_server_answers
from pennyweight.app.home import data_folder
from pennyweight.app.single import WindowLock
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError, StoreError


def test_the_data_folder_can_be_moved_and_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENNYWEIGHT_HOME", str(tmp_path / "deep" / "home"))
    folder = data_folder()
    assert folder == tmp_path / "deep" / "home"
    assert folder.stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PENNYWEIGHT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(KnownError, match="PENNYWEIGHT_HOME"):
        data_folder()


def test_the_second_window_is_told_and_the_next_may_open(tmp_path: Path) -> None:
    with WindowLock(tmp_path), pytest.raises(KnownError, match=r"already open \(process \d+\)"), WindowLock(tmp_path):
        pass
    with WindowLock(tmp_path):
        pass


HOLDING = """
import sys, time
from pathlib import Path
from pennyweight.app.single import WindowLock
with WindowLock(Path(sys.argv[1])) as lock:
    print("held", flush=True)
    while sys.argv[2] == "answers" and not lock.asked():
        time.sleep(0.01)
    sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["answers", "is silent"])
def test_a_second_start_asks_for_the_window_that_is_open_and_a_killed_one_frees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(single, "_WAIT_SECONDS", 30.0 if how == "answers" else 0.2)
    command = [sys.executable, "-c", HOLDING, str(tmp_path), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == "held\n"
        second = WindowLock(tmp_path)
        with pytest.raises(single.AlreadyOpenError), second:
            pass
        assert second.ask() is (how == "answers")
        window.kill()
        window.wait()
    with WindowLock(tmp_path) as lock:
        assert not lock.asked()  # what was asked of the one that is gone


def test_damage_in_a_large_database_is_kept_to_be_told_and_the_doctor_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(tmp_path, monkeypatch)
    services = build_services(tmp_path)
    try:
        found = services.each_day(Cancel())
        assert found is not None
        assert "is damaged" in found.sentence
        assert list((tmp_path / "backups").iterdir()) == []
        check = next(each for each in services.doctor.run() if each.name == "database")
        assert (check.ok, check.essential) == (False, True)
        assert "is damaged" in check.detail
    finally:
        services.close()


def test_a_disk_without_room_for_the_backup_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("in the way")
    services = build_services(tmp_path)
    try:
        assert services.each_day(Cancel()) is None
    finally:
        services.close()


def test_opening_leaves_the_backup_of_the_day_until_it_is_asked_for(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    services = build_services(tmp_path)
    try:
        assert list(backups.glob("*")) == []
        services.each_day(Cancel())
        assert len(list(backups.glob("*"))) == 1
    finally:
        services.close()


def test_without_a_screen_there_is_a_sentence_and_with_one_there_is_none() -> None:
    assert "xvfb-run" in display_problem({}, "linux")
    assert display_problem({"QT_QPA_PLATFORM": "offscreen"}, "linux") == ""
    assert display_problem({"WAYLAND_DISPLAY": "wayland-0"}, "linux") == ""
    assert display_problem({}, "darwin") == ""
    assert "does not answer" in display_problem({"DISPLAY": ":7919"}, "linux")
    assert x_server_answers("elsewhere:0")


def test_a_missing_system_library_is_named() -> None:
    error = "libxcb-cursor.so.0: cannot open shared object file: No such file or directory"
    assert "libxcb-cursor.so.0" in missing_library(error)


def test_a_crash_note_names_the_place_and_not_the_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    uninstall = crash.install(tmp_path)
    try:
        try:
            raise ValueError("a secret sentence of the user")
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
            logging.getLogger("pennyweight.test").exception("something failed")
    finally:
        uninstall()
    notes = "".join(path.read_text("utf-8") for path in (tmp_path / "logs").iterdir())
    assert "test_start_up.py" in notes
    assert "builtins.ValueError" in notes
    assert "secret" not in notes
    assert "secret" in capsys.readouterr().err


def test_services_close_without_leaving_threads(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    services = build_services(tmp_path)
    services.close()
    services.close()
    assert set(threading.enumerate()) <= before


def test_a_database_that_is_none_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "pennyweight.db").write_text("this is not a database at all")
    before = set(threading.enumerate())
    with pytest.raises(StoreError):
        build_services(tmp_path)
    assert set(threading.enumerate()) <= before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_takes_the_notes_but_not_the_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").mkdir()
    for name in ("pennyweight.log", "faults.log"):
        (tmp_path / "logs" / name).symlink_to("/dev/full")
    uninstall = crash.install(tmp_path)
    logging.getLogger("pennyweight").warning("a note")
    uninstall()
    assert capsys.readouterr().err == ""


def test_a_folder_that_takes_no_lock_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "window.lock").mkdir()
    with pytest.raises(KnownError, match="cannot write to"), WindowLock(tmp_path):
        pass
