"""Draws the conversation list: titles, a muted second line, headings."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pennyweight.ui.shell.conversation_model import ANSWERING_ROLE, ROW_ROLE, Row
from pennyweight.ui.theme import Theme
from pennyweight.ui.theme.fonts import tabular, ui_font
from pennyweight.ui.theme.tokens import SMALL_PX, TINY_PX

Index = QModelIndex | QPersistentModelIndex
_ROW_PX, _HEADING_PX, _PAD, _GAP = 54, 34, 10, 4
_BOLDER = 6
"""Pixels that words take more when they are bold."""


class ConversationDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = ui_font()
        self._small = tabular(ui_font(SMALL_PX))
        self._caps = ui_font(TINY_PX, QFont.Weight.DemiBold)
        self._caps.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 106)

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        row: Row = index.data(ROW_ROLE)
        return QSize(100, _HEADING_PX if row.heading else _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        if row.heading:
            self._heading(painter, rect, row)
        else:
            state: QStyle.StateFlag = option.state
            self._row(painter, rect, row, state, answering=bool(index.data(ANSWERING_ROLE)))
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, row: Row) -> None:
        painter.setFont(self._caps)
        painter.setPen(QColor(self._theme.tokens().mute))
        room = rect.adjusted(4, 0, -4, -5)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft), row.title.upper())

    def _row(self, painter: QPainter, rect: QRect, row: Row, state: QStyle.StateFlag, *, answering: bool) -> None:
        tokens = self._theme.tokens()
        box = rect.adjusted(0, 0, 0, -_GAP)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            colour = QColor(tokens.soft)
            colour.setAlphaF(1.0 if chosen else 0.6)
            painter.setBrush(colour)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(box), 8, 8)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(tokens.copper))
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        inner = box.adjusted(_PAD, 6, -_PAD, -6)
        top, bottom = QRect(inner), QRect(inner)
        top.setHeight(inner.height() * 55 // 100)
        bottom.setTop(top.bottom())
        _draw(painter, top, self._title, tokens.ink, row.title)
        right, ink = ("● answering", tokens.local) if answering else (row.cost, tokens.mute)
        right_width = QFontMetrics(self._small).horizontalAdvance(right)
        self._detail(painter, bottom.adjusted(0, 0, -right_width - 8, 0), row)
        _draw(painter, bottom, self._small, ink, right, Qt.AlignmentFlag.AlignRight)

    def _detail(self, painter: QPainter, rect: QRect, row: Row) -> None:
        """The second line; the words that a search found stand out in it."""
        tokens = self._theme.tokens()
        start, length = row.found
        if not length:
            _draw(painter, rect, self._small, tokens.mute, row.detail)
            return
        room = rect.width() - _BOLDER
        shown = QFontMetrics(self._small).elidedText(row.detail, Qt.TextElideMode.ElideRight, room)
        layout = QTextLayout(shown, self._small)
        strong = QTextLayout.FormatRange()
        strong.start, strong.length = start, length
        strong.format.setFontWeight(QFont.Weight.DemiBold)
        strong.format.setForeground(QColor(tokens.ink))
        layout.setFormats([strong])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(rect.width())
        layout.endLayout()
        painter.setPen(QColor(tokens.mute))
        layout.draw(painter, QPointF(rect.left(), rect.top() + (rect.height() - line.height()) / 2))

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("Title of the chat")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(0, 0, 0, -_GAP))


def _draw(
    painter: QPainter,
    rect: QRect,
    font: QFont,
    colour: str,
    text: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
