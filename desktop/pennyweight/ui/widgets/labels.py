"""Labels whose text is always plain: what a model, a file or a server says is never read as markup."""

from __future__ import annotations

from html import escape
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

Tone = Literal["ink", "mute", "local", "cloud", "copper", "warn"]
Kind = Literal["body", "small", "strong", "small-strong", "title", "h1", "caps", "figure"]


def restyle(widget: QWidget, **properties: object) -> None:
    """Set style properties and have the style sheet look again."""
    if all(widget.property(name) == value for name, value in properties.items()):
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class PlainLabel(QLabel):
    """A label that never interprets markup. `kind` is the type size, `tone` the colour."""

    def __init__(
        self,
        text: str = "",
        *,
        tone: Tone = "ink",
        kind: Kind = "body",
        wrap: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setProperty("kind", kind)
        self.setWordWrap(wrap)
        if kind == "caps":
            font = self.font()
            font.setCapitalization(QFont.Capitalization.AllUppercase)
            font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 106)
            self.setFont(font)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setText(text)

    def set_tone(self, tone: Tone) -> None:
        restyle(self, tone=tone)


class ElidedLabel(PlainLabel):
    """One line that ends in an ellipsis where there is no room; the whole text is its tooltip then."""

    def __init__(
        self,
        text: str = "",
        *,
        tone: Tone = "ink",
        kind: Kind = "body",
        greedy: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """A `greedy` one takes all the room there is; another one at most what its text needs."""
        super().__init__(text, tone=tone, kind=kind, parent=parent)
        width = QSizePolicy.Policy.Ignored if greedy else QSizePolicy.Policy.Preferred
        self.setSizePolicy(width, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(" ".join(text.split()))
        self._update_tooltip()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_tooltip()

    def _update_tooltip(self) -> None:
        fits = self.fontMetrics().horizontalAdvance(self.text()) <= self.contentsRect().width()
        self.setToolTip("" if fits else plain_tooltip(self.text()))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()


def plain_tooltip(text: str) -> str:
    """Tooltips guess at markup; escaping inside a paragraph keeps what a model or a file says plain."""
    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>" if text else ""


class Badge(PlainLabel):
    """A small tinted word: `Summarize`, `in use`, `for trying things out`."""

    def __init__(self, text: str = "", *, tone: Tone = "mute", parent: QWidget | None = None) -> None:
        super().__init__(text, tone=tone, kind="body", parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        self.ensurePolished()  # its type is smaller than what it inherits
        return super().sizeHint()


class Dot(QFrame):
    """A status dot."""

    def __init__(self, tone: Tone = "mute", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("tone", tone)

    def set_tone(self, tone: Tone) -> None:
        restyle(self, tone=tone)


class Line(QFrame):
    """A hairline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
