"""A toast covers nothing that can be used while it is there, on any page and in any window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from pennyweight.ui.shell.window import MainWindow
from pennyweight.ui.widgets import Toast

USABLE = (QAbstractButton, QLineEdit, QTextEdit, QAbstractItemView, QComboBox, QAbstractSpinBox)
LONG = "Written to a folder whose name is rather long, with a great many rows in it, and all of them were kept."
PAGES = ("chat", "compare", "audit", "models", "settings")


def toast_of(window: MainWindow, page: str) -> Toast:
    toast = window.pages.page(page).findChild(Toast)
    assert toast is not None
    return toast


def seen(widget: QWidget, window: QWidget) -> QRect:
    """What of it is not cut off by an area that scrolls, in the window."""
    rect = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    at = widget.parentWidget()
    while at is not None and at is not window:
        rect &= QRect(at.mapTo(window, QPoint(0, 0)), at.size())
        at = at.parentWidget()
    return rect


def covered(toast: Toast, window: QWidget) -> list[str]:
    place = seen(toast, window)
    return [
        f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()}"
        for widget in window.findChildren(QWidget)
        if isinstance(widget, USABLE)
        and widget.isVisible()
        and widget.isEnabled()
        and not toast.isAncestorOf(widget)
        and seen(widget, window).intersects(place)
    ]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("size", [(1280, 800), (560, 500)])
def test_no_control_is_under_a_toast_wherever_the_page_is_scrolled_to(
    qtbot: QtBot, window: MainWindow, page: str, size: tuple[int, int]
) -> None:
    window.resize(*size)
    window.show_page(page)
    qtbot.waitUntil(lambda: not window.runner.busy)
    toast = toast_of(window, page)
    areas = [area for area in window.pages.page(page).findChildren(QScrollArea) if area.isVisible()]
    for share in (0.0, 0.5, 1.0):
        for bar in (area.verticalScrollBar() for area in areas):
            bar.setValue(round(bar.maximum() * share))
        toast.tell(LONG, ("Undo", lambda: None))
        QApplication.processEvents()
        assert covered(toast, window) == []
        if share == 1.0:
            ends = [bar.maximum() for bar in (area.verticalScrollBar() for area in areas)]
            assert [area.verticalScrollBar().value() for area in areas] == ends, "the foot of the page stays in view"
        shown = seen(toast, window)
        for part in (toast, *toast.findChildren(QWidget)):
            assert shown.contains(QRect(part.mapTo(window, QPoint(0, 0)), part.size())), "all of it is seen"
        toast.hide()
    assert window.size().toTuple() == size


def test_what_was_just_used_stays_in_view_and_usable(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("settings")
    page = window.pages.settings_page
    qtbot.waitUntil(lambda: not window.runner.busy)
    area = next(area for area in page.findChildren(QScrollArea) if area.isAncestorOf(page.about))
    bar, inside = area.verticalScrollBar(), seen(area.viewport(), window)
    for _ in range(3):  # the sections are filled, and laid out
        qtbot.waitUntil(lambda: not window.runner.busy and bar.maximum() > 0)
        QApplication.processEvents()
    bar.setValue(bar.maximum())
    last = max(
        (button for button in page.findChildren(QAbstractButton) if button.isVisible() and area.isAncestorOf(button)),
        key=lambda button: seen(button, window).bottom(),
    )
    last.setFocus(Qt.FocusReason.TabFocusReason)
    bar.setValue(bar.value() - (inside.bottom() - seen(last, window).bottom()))  # at the very foot
    assert inside.contains(seen(last, window))
    page.toast.tell("Saved.", ("Undo", lambda: None))
    QApplication.processEvents()
    assert covered(page.toast, window) == []
    assert seen(last, window).size() == last.size()


def test_the_room_is_given_back_and_the_action_is_done(qtbot: QtBot, window: MainWindow) -> None:
    heights = [window.page.transcript.height(), window.page.composer.y()]
    done: list[str] = []
    for ending in ("action", "time"):
        window.tell("Deleted.", ("Undo", lambda: done.append("undo")))
        if ending == "action":
            QTest.mouseClick(window.toast._action, Qt.MouseButton.LeftButton)
        else:
            window.toast.tell("Deleted.", milliseconds=1)
            qtbot.waitUntil(window.toast.isHidden)
        QApplication.processEvents()
        assert [window.page.transcript.height(), window.page.composer.y()] == heights
    assert done == ["undo"]
