"""Everything that can be used has a name, and the keyboard reaches what the mouse does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from pennyweight.app.composition import build_services
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.conversation import Task
from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Toast

USABLE = (QAbstractButton, QLineEdit, QTextEdit, QAbstractItemView, QComboBox)


def _ancestry(widget: QWidget) -> list[str]:
    names: list[str] = []
    at: QWidget | None = widget
    while at is not None:
        names.append(type(at).__name__)
        at = at.parentWidget()
    return names


def _made_by_qt(widget: QWidget) -> bool:
    """The list of a drop-down, the clear button of a search box: their owner speaks for them."""
    if widget.objectName().startswith("qt_") or isinstance(widget.parent(), (QLineEdit, QAbstractItemView)):
        return True
    if Toast.__name__ in _ancestry(widget):
        return True  # has its words when it is shown
    return isinstance(widget, QListView) and "QComboBox" in _ancestry(widget)


def _unnamed(window: QWidget) -> list[str]:
    missing = []
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, USABLE) or _made_by_qt(widget):
            continue
        words = widget.text() if isinstance(widget, QAbstractButton) else ""
        labelled = any(label.buddy() is widget for label in window.findChildren(QLabel))
        if not (widget.accessibleName() or words or labelled):
            missing.append(" in ".join(_ancestry(widget)))
    return missing


def test_everything_usable_has_a_name_and_shortcuts_do_their_work(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    services = build_services(tmp_path)
    services.settings.update(onboarding_done=True)
    window = MainWindow(services, TaskRunner(), theme)
    try:
        window.show()
        window.start()
        qtbot.waitUntil(lambda: not window.runner.busy)
        for key in ("compare", "audit", "models", "settings", "chat"):
            window.show_page(key)
        window.ask_first_questions()
        _built = (window.cloud.picker, window.meter.picker, window.models.picker)
        qtbot.waitUntil(lambda: not window.runner.busy)
        assert _unnamed(window) == []
        window.show_page("chat")
        _use_the_keyboard(qtbot, window)
        window.resize(1234, 700)
        qtbot.waitUntil(lambda: not window.runner.busy)
        window.close()
        assert '"geometry": "' in services.settings.get().window
    finally:
        window.close()
        window.deleteLater()
        services.close()


def _use_the_keyboard(qtbot: QtBot, window: MainWindow) -> None:

    key = QTest.keyClick
    key(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.page.composer.content().task is Task.SUMMARIZE
    meter_hidden = window.meter.isHidden()
    key(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert window.meter.isHidden() is not meter_hidden
    key(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    key(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.currentWidget() is window.pages.settings_page
    key(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.currentWidget() is window.area
    key(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.pages.currentWidget() is window.pages.compare_page
    assert window.focusWidget() is window.pages.compare_page.setup.editor


def test_a_draft_of_the_chat_is_not_sent_from_another_page(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    services = build_services(tmp_path)
    services.settings.update(onboarding_done=True)
    window = MainWindow(services, TaskRunner(), theme)
    try:
        window.show()
        window.start()
        qtbot.waitUntil(lambda: not window.runner.busy)
        window.page.composer.editor.setPlainText("A draft")
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        for page in ("compare", "audit", "models", "settings"):
            window.show_page(page)
            meter_hidden = window.meter.isHidden()
            for key in (Qt.Key.Key_Return, Qt.Key.Key_3, Qt.Key.Key_R, Qt.Key.Key_E, Qt.Key.Key_M, Qt.Key.Key_B):
                QTest.keyClick(window, key, control)
            QTest.keyClick(window, Qt.Key.Key_Return, control | shift)
            assert not window.chat.answering.active
            assert window.page.composer.content().task is Task.ASK
            assert window.meter.isHidden() is meter_hidden
            qtbot.waitUntil(lambda: not window.runner.busy)
        window.show_page("compare")
        assert window.pages.compare_page.setup.draft().task is Task.SUMMARIZE
        QTest.keyClick(window, Qt.Key.Key_L, control)
        assert window.focusWidget() is window.page.composer.editor
        assert window.page.composer.content().text == "A draft"
        assert services.conversations.list() == []
    finally:
        window.close()
        window.deleteLater()
        services.close()


def test_a_click_on_the_rail_shows_no_focus_ring_and_tab_goes_on_from_the_page(
    qtbot: QtBot, window: MainWindow
) -> None:
    for key in ("audit", "models", "settings", "audit"):
        QTest.mouseClick(window.rail.buttons[key], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not window.runner.busy)
        page = window.pages.currentWidget()
        assert window.focusWidget() is page
        QTest.keyClick(page, Qt.Key.Key_Tab)
        focused = window.focusWidget()
        assert focused is not page
        assert page.isAncestorOf(focused)


def test_a_shortcut_to_the_audit_puts_the_keyboard_on_the_chosen_period(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("chat")
    window.show_page("audit")
    kinds = window.pages.audit_page.picker.kinds
    assert window.focusWidget() is kinds.button("month")
    qtbot.waitUntil(lambda: not window.runner.busy)


def test_by_keyboard_the_focus_stays_on_the_rail(qtbot: QtBot, window: MainWindow) -> None:
    button = window.rail.buttons["audit"]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.runner.busy)
    assert window.pages.shows("audit")
    assert window.focusWidget() is button
