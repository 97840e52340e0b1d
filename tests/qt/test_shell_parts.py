"""Parts of the shell: the rows of the list, the window's place, the shortcuts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QKeySequence, QScreen
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from tests.support.open_window import open_window
from tests.unit.store.store_samples import local_entry

from pennyweight.domain.conversation import ConversationSummary, SearchHit
from pennyweight.ui.audit.rows_dialog import RowsDialog
from pennyweight.ui.shell import geometry
from pennyweight.ui.shell.about import AboutDialog
from pennyweight.ui.shell.conversation_model import ANSWERING_ROLE, ConversationModel, Row, hit_rows, summary_rows
from pennyweight.ui.shell.geometry import WindowState, open_at
from pennyweight.ui.shell.shortcuts import BINDINGS, ShortcutsDialog, bind
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Banner, Toast

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def _summary(number: int, days: int, *, spent: int = 30_000) -> ConversationSummary:
    moment = NOON - timedelta(days=days)
    return ConversationSummary(
        id=f"c{number}", title=f"Chat {number}", updated_at=moment, turns=number, escalated=False, spent_nano=spent
    )


def test_chats_are_grouped_by_age_with_turns_and_cost() -> None:
    rows = summary_rows([_summary(1, 0), _summary(2, 3), _summary(3, 30, spent=0)], date(2026, 3, 18))
    assert [(row.title, row.detail, row.cost) for row in rows] == [
        ("Today", "", ""),
        ("Chat 1", "1 turn · local", "0.003¢"),
        ("This week", "", ""),
        ("Chat 2", "2 turns · local", "0.003¢"),
        ("Earlier", "", ""),
        ("Chat 3", "3 turns · local", ""),
    ]


def test_headings_cannot_be_chosen_and_chats_can_be_renamed(qtbot: QtBot) -> None:
    model = ConversationModel()
    model.show_rows(summary_rows([_summary(1, 0)], date(2026, 3, 18)))
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags
    with qtbot.waitSignal(model.renamed) as renamed:
        model.setData(model.index(1), "  New   name ")
    assert renamed.args == ["c1", "New name"]
    assert not model.setData(model.index(1), "   ")


def test_search_hits_show_their_words_without_marks() -> None:
    hit = SearchHit(conversation_id="c", message_id="m", title="T", snippet="a \u2068word\u2069\nhere", at=NOON)
    rows = hit_rows([hit])
    assert (rows[0].title, rows[1].detail, rows[1].message_id) == ("1 place", "a word here", "m")
    assert hit_rows([])[0].title == "Nothing found"


@pytest.mark.parametrize(
    ("snippet", "shown", "words"),
    [
        ("a \u2068word\u2069 here", "a word here", "word"),
        (f"{'long words before it ' * 3}and **then \u2068rowing\u2069** again", "…and then rowing again", "rowing"),
        (f"the row of {'rows and ' * 4}\u2068row\u2069 is", "…rows and rows and row is", "row"),
        ("no mark at all", "no mark at all", ""),
    ],
)
def test_the_words_that_were_found_stand_near_the_beginning(snippet: str, shown: str, words: str) -> None:
    hit = SearchHit(conversation_id="c", message_id="m", title="T", snippet=snippet, at=NOON)
    row = hit_rows([hit])[1]
    start, length = row.found
    assert (row.detail, row.detail[start : start + length]) == (shown, words)
    assert start <= 30


@pytest.mark.parametrize(
    ("snippet", "shown"),
    [
        ("…the **\u2068Harbour\u2069** opens", "…the Harbour opens"),
        ("- **Keys:** Priya, (**Hall B**), **$4.00**.", "- Keys: Priya, (Hall B), $4.00."),
        ("x = 2**10", "x = 2**10"),
        ("2**10 and a**b", "2**10 and a**b"),
        ("x ** 2 + y ** 3", "x ** 2 + y ** 3"),
        ("f(**first, **second)", "f(**first, **second)"),
        ("f(**first) or g(**second)", "f(**first) or g(**second)"),
        ("src/**/a.py and **/b.py, docs/**", "src/**/a.py and **/b.py, docs/**"),
        ("the price** is **new", "the price** is **new"),
        ("…of the hall** is new", "…of the hall** is new"),
        ("2**3 **bold** 2**4", "2**3 bold 2**4"),
    ],
)
def test_marks_of_bold_words_are_left_out_of_a_hit_and_other_asterisks_stay(snippet: str, shown: str) -> None:
    hit = SearchHit(conversation_id="c", message_id="m", title="T", snippet=snippet, at=NOON)
    assert hit_rows([hit])[1].detail == shown


def test_every_hit_of_the_chat_that_is_answered_is_marked_and_drawn_anew(qtbot: QtBot) -> None:
    model = ConversationModel()
    model.show_rows([Row("Found"), *(Row("a chat", conversation_id=chat) for chat in ("one", "two", "one"))])
    drawn: list[int] = []
    model.dataChanged.connect(lambda index: drawn.append(index.row()))
    model.set_answering("one")
    assert drawn == [1, 3]
    assert [bool(model.data(model.index(row), ANSWERING_ROLE)) for row in range(4)] == [False, True, False, True]
    model.set_answering("")
    assert drawn == [1, 3, 1, 3]


def test_the_windows_place_survives_as_text_and_nonsense_gives_the_defaults() -> None:
    state = WindowState(b"\x00\xff", 300, list_wanted=False, meter_wanted=True)
    assert WindowState.from_text(state.to_text()) == state
    for nonsense in ("", "{", "[]", "null", '{"geometry": "§"}'):
        assert WindowState.from_text(nonsense) == WindowState()


def test_the_window_opens_as_large_as_it_was_left(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    with open_window(tmp_path, theme) as window:
        window.resize(1010, 707)
    with open_window(tmp_path, theme) as window:
        assert (window.width(), window.height()) == (1010, 707)
        window.showMaximized()
    with open_window(tmp_path, theme) as window:
        assert window.isMaximized()


@pytest.mark.parametrize("kept", [True, False], ids=["as it was left", "as usual"])
def test_the_window_is_never_larger_than_the_screen_with_a_title_bar(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, *, kept: bool
) -> None:
    before, window = QWidget(), QWidget()
    for widget in (before, window):
        qtbot.addWidget(widget)
    before.resize(4000, 3000)
    monkeypatch.setattr(geometry, "DEFAULT_SIZE", (4000, 3000))
    open_at(window, before.saveGeometry() if kept else QByteArray())
    room = window.screen().availableSize()
    assert window.width() <= room.width()
    assert window.height() < room.height()


def test_no_two_shortcuts_share_keys_and_none_is_dead(qtbot: QtBot) -> None:
    keys = [key for binding in BINDINGS for key in binding.keys]
    assert len(keys) == len(set(keys))
    assert all(not QKeySequence(key).isEmpty() for key in keys)
    window = QWidget()
    qtbot.addWidget(window)
    bind(window, {binding.action: lambda: None for binding in BINDINGS})


def test_dialogs_open_and_close(qtbot: QtBot, theme: Theme) -> None:
    for dialog in (ShortcutsDialog(), AboutDialog()):
        qtbot.addWidget(dialog)
        dialog.open()
        dialog.accept()


def test_a_dialog_is_no_larger_than_a_small_screen(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    shortcuts = ShortcutsDialog()
    qtbot.addWidget(shortcuts)
    whole = shortcuts.size()
    small = QSize(853, 533)  # one of 1280 × 800 at 150 %
    monkeypatch.setattr(QScreen, "availableSize", lambda _screen: small)
    for dialog in (ShortcutsDialog(), RowsDialog("all", [local_entry("l", at=datetime.now(UTC))])):
        qtbot.addWidget(dialog)
        dialog.show()
        assert dialog.width() <= small.width()
        assert dialog.height() < small.height()
    assert whole.width() > small.width()


def test_a_toast_undoes_and_a_banner_acts(qtbot: QtBot, theme: Theme) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(400, 300)
    done: list[str] = []
    toast = Toast(host)
    toast.tell("Deleted.", ("Undo", lambda: done.append("undo")))
    toast._action.click()
    banner = Banner(theme, host)
    banner.tell("It failed.", [("Again", lambda: done.append("again"))])
    banner._buttons[0].click()
    assert done == ["undo", "again"]
    assert toast.isHidden()
    assert banner.isHidden()
