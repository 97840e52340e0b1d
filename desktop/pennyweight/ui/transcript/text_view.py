"""Text that is exactly as high as it needs to be, can be selected and copied, and never scrolls or loads by itself."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QTextDocument, QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from pennyweight.ui.transcript.markdown import SafeDocument


class TextView(QTextBrowser):
    """Read-only text over a `SafeDocument`. `link` carries the address of a clicked link; nothing opens by itself."""

    link = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = SafeDocument(self)
        self._measuring = False
        self.setDocument(self._shown)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.viewport().setAutoFillBackground(False)
        self.anchorClicked.connect(lambda url: self.link.emit(url.toString()))
        self._shown.documentLayout().documentSizeChanged.connect(self._fit)

    def shown(self) -> QTextDocument:
        return self._shown

    def ideal_width(self) -> int:
        """Pixels the text would like to have without wrapping."""
        self._measuring = True
        width = self._shown.textWidth()
        self._shown.setTextWidth(-1)
        ideal = ceil(self._shown.idealWidth())
        self._shown.setTextWidth(width)
        self._measuring = False
        return ideal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Measures at `width` and puts the text back: a layout asks for widths it does not give."""
        own = self.viewport().width() if self.isVisible() else width
        self._measuring = True
        if self._shown.textWidth() != width:
            self._shown.setTextWidth(width)
        height = max(ceil(self._shown.size().height()), 1)
        if own != width:
            self._shown.setTextWidth(own)
        self._measuring = False
        return height

    def sizeHint(self) -> QSize:
        return QSize(400, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 1)

    def _fit(self, _size: QSizeF) -> None:
        if not self._measuring:
            self.updateGeometry()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the transcript scrolls, not the paragraph
