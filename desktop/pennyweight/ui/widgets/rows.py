"""Rows of two lines in a list view, painted as plain text: no widget per row, thousands of rows stay quick."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pennyweight.ui.theme import Theme

SUBTITLE = Qt.ItemDataRole.UserRole + 1
RIGHT = Qt.ItemDataRole.UserRole + 2
"""Text at the right edge; a tuple is set as columns of equal width."""
BADGE = Qt.ItemDataRole.UserRole + 3
"""(word, tone) of the badge after the title, or None."""
DOT = Qt.ItemDataRole.UserRole + 4
"""True for the row that is in use."""

_COLUMN = 84
_PAD = 12


class RowDelegate(QStyledItemDelegate):
    """Title (display role) with a badge, a muted second line, figures on the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del option
        return QSize(200, 46 if index.data(SUBTITLE) else 32)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = self._theme.tokens()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            path = QPainterPath()
            path.addRoundedRect(QRectF(rect).adjusted(2, 1, -2, -1), 8, 8)
            painter.fillPath(path, QColor(tokens.soft))
        room = rect.adjusted(_PAD, 0, -_PAD, 0)
        room = self._paint_dot(painter, room, bool(index.data(DOT)))
        room = self._paint_right(painter, room, index.data(RIGHT))
        self._paint_words(painter, room, index)
        painter.restore()

    def _font(self, pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        parent = self.parent()
        font = QFont(parent.font() if isinstance(parent, QWidget) else QFont())
        font.setPixelSize(pixels)
        font.setWeight(weight)
        return font

    def _paint_dot(self, painter: QPainter, room: QRect, in_use: bool) -> QRect:
        if in_use:
            painter.setBrush(QColor(self._theme.tokens().local))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QRectF(room.left(), room.center().y() - 3.5, 8, 8))
            return room.adjusted(18, 0, 0, 0)
        return room

    def _paint_right(self, painter: QPainter, room: QRect, right: object) -> QRect:
        columns = right if isinstance(right, tuple) else (right,) if right else ()
        font = self._font(12)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.tokens().mute))
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        edge = room.right()
        for text in reversed(columns):
            width = _COLUMN if len(columns) > 1 else QFontMetrics(font).horizontalAdvance(str(text)) + 4
            painter.drawText(QRect(edge - width, room.top(), width, room.height()), flags, str(text))
            edge -= width
        return room.adjusted(0, 0, edge - room.right() - (8 if columns else 0), 0)

    def _paint_words(self, painter: QPainter, room: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        tokens = self._theme.tokens()
        subtitle = str(index.data(SUBTITLE) or "")
        upper = QRect(room.left(), room.top() + 5, room.width(), 19) if subtitle else room
        font = self._font(13, QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(QColor(tokens.ink))
        badge = index.data(BADGE)
        reserve = self._badge_width(badge) if badge else 0
        title = QFontMetrics(font).elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole) or ""), Qt.TextElideMode.ElideRight, upper.width() - reserve
        )
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(upper, flags, title)
        if badge:
            self._paint_badge(painter, upper, QFontMetrics(font).horizontalAdvance(title) + 8, badge)
        if subtitle:
            small = self._font(12)
            painter.setFont(small)
            painter.setPen(QColor(tokens.mute))
            lower = QRect(room.left(), room.top() + 23, room.width(), 18)
            painter.drawText(
                lower, flags, QFontMetrics(small).elidedText(subtitle, Qt.TextElideMode.ElideRight, lower.width())
            )

    def _badge_font(self) -> QFont:
        return self._font(11, QFont.Weight.DemiBold)

    def _badge_width(self, badge: tuple[str, str]) -> int:
        return QFontMetrics(self._badge_font()).horizontalAdvance(badge[0]) + 22

    def _paint_badge(self, painter: QPainter, line: QRect, offset: int, badge: tuple[str, str]) -> None:
        tokens = self._theme.tokens()
        word, tone = badge
        ink, ground = {
            "local": (tokens.local, tokens.localbg),
            "cloud": (tokens.cloud, tokens.cloudbg),
            "warn": (tokens.warn, tokens.warnbg),
        }.get(tone, (tokens.mute, tokens.soft))
        box = QRect(line.left() + offset, line.center().y() - 8, self._badge_width(badge) - 8, 17)
        path = QPainterPath()
        path.addRoundedRect(QRectF(box), 6, 6)
        painter.fillPath(path, QColor(ground))
        painter.setFont(self._badge_font())
        painter.setPen(QColor(ink))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), word)
