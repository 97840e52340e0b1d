"""Where an export is written: the kind chosen in the dialog decides, and no folder comes into being by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot
from tests.support.open_window import open_window
from tests.unit.store.store_samples import user_message

from pennyweight.store import Store
from pennyweight.ui.settings.data_section import DataSection
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets.confirm import ConfirmDialog
from pennyweight.ui.widgets.saving import with_ending

LEDGER = "CSV (*.csv);;JSON lines (*.jsonl)"


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, theme: Theme) -> Iterator[MainWindow]:
    home = tmp_path / "home"
    home.mkdir()
    with Store.open(home / "pennyweight.db") as store:
        store.conversations.create("Harbour: plan?", conversation_id="one")
        store.conversations.add_message(user_message("one", "m1", text="When does it open?"))
    with open_window(home, theme) as made:
        made.start()
        qtbot.waitUntil(lambda: not made.runner.busy and bool(made.sidebar.model.conversations()))
        yield made


def type_name(window: MainWindow, path: Path, kind: str = "") -> None:
    (dialog,) = window.findChildren(QFileDialog)
    dialog.setDirectory(str(path.parent))
    if kind:
        dialog.selectNameFilter(kind)
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(line, QLineEdit)
    line.setText(path.name)
    dialog.accept()


@pytest.mark.parametrize(
    ("name", "kinds", "chosen", "written"),
    [
        ("out.md", "JSON (*.json)", "JSON (*.json)", "out.json"),
        ("out", "JSON (*.json)", "JSON (*.json)", "out.json"),
        ("chats v1.2", "JSON (*.json)", "JSON (*.json)", "chats v1.2.json"),
        ("Out.JSON", "JSON (*.json)", "JSON (*.json)", "Out.JSON"),
        ("ledger.csv", LEDGER, "JSON lines (*.jsonl)", "ledger.jsonl"),
        ("ledger.jsonl", LEDGER, "CSV (*.csv)", "ledger.jsonl"),
        ("ledger.md", LEDGER, "CSV (*.csv)", "ledger.csv"),
        ("anything.odd", "All files (*)", "All files (*)", "anything.odd"),
    ],
)
def test_a_name_gets_the_ending_of_the_kind_that_was_chosen(name: str, kinds: str, chosen: str, written: str) -> None:
    assert with_ending(Path("/home/a") / name, kinds, chosen) == Path("/home/a") / written


def test_chats_that_were_to_be_json_are_one_file_whatever_name_was_typed(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.show_page("settings")
    (section,) = window.findChildren(DataSection)
    section.chats.click()
    type_name(window, tmp_path / "out.md")
    qtbot.waitUntil((tmp_path / "out.json").is_file)
    assert not (tmp_path / "out.md").exists()
    assert "When does it open?" in (tmp_path / "out.json").read_text("utf-8")


def test_a_file_that_the_dialog_did_not_ask_about_is_not_replaced_unasked(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "out.json").write_text("mine")
    window.show_page("settings")
    (section,) = window.findChildren(DataSection)
    section.chats.click()
    type_name(window, tmp_path / "out")
    (question,) = window.findChildren(ConfirmDialog)
    assert (tmp_path / "out.json").read_text() == "mine"
    question.yes.click()
    qtbot.waitUntil(lambda: "When does it open?" in (tmp_path / "out.json").read_text("utf-8"))


@pytest.mark.parametrize(("kind", "name"), [("", "plan.md"), ("JSON (*.json)", "plan.json")])
def test_one_chat_is_exported_from_its_menu(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, kind: str, name: str
) -> None:
    listed = window.sidebar.list
    listed.customContextMenuRequested.emit(listed.visualRect(window.sidebar.model.index_of("one")).center())
    menu = next(menu for menu in window.sidebar.findChildren(QMenu) if menu.isVisible())
    next(action for action in menu.actions() if action.text() == "Export…").trigger()
    menu.close()
    (dialog,) = window.findChildren(QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == "Harbour plan.md"
    type_name(window, tmp_path / "plan", kind)
    qtbot.waitUntil((tmp_path / name).is_file)
    assert "When does it open?" in (tmp_path / name).read_text("utf-8")
    qtbot.waitUntil(lambda: name in window.toast.text())
    QApplication.processEvents()
