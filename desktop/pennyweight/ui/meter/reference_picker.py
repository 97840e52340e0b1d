"""Choosing the reference model: type to filter, arrows to move, Enter to choose."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from pennyweight.meter.reference import ReferenceModel
from pennyweight.ui.meter.reference_list import ReferenceList
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import PlainLabel
from pennyweight.ui.widgets.popup import PopupPanel
from pennyweight.ui.widgets.rows import RowDelegate

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ReferenceChooser(QWidget):
    """Search line and list; `chosen` carries the ReferenceModel that was picked."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = ReferenceList(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search all models and providers")
        self.search.setAccessibleName("Search reference models")
        self.search.setClearButtonEnabled(True)
        self.view = QListView()
        self.view.setAccessibleName("Reference models")
        self.view.setModel(self.list)
        self.view.setItemDelegate(RowDelegate(theme, self.view))
        self.view.setUniformItemSizes(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = PlainLabel("No model of the price table matches.", tone="mute", kind="small")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange()
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self.choose_current)
        self.view.clicked.connect(self._clicked)
        self.view.activated.connect(self._clicked)
        self._show_state()

    def set_models(
        self, models: Sequence[ReferenceModel], suggested: Sequence[ReferenceModel], chosen: str = ""
    ) -> None:
        self.list.set_models(models, suggested, chosen)
        self.select(max(0, self.list.row_of(chosen)))
        self._show_state()

    def select(self, row: int) -> None:
        index = self.list.index(row)
        self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index)

    def choose_current(self) -> None:
        self._clicked(self.view.currentIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8}.get(Qt.Key(event.key()), 8)
            last = self.list.rowCount() - 1
            self.select(max(0, min(last, self.view.currentIndex().row() + step)))
            return True
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 24, 0)
        self.count = PlainLabel("", tone="mute", kind="small")
        head.addWidget(self.count, 1)
        for text in ("in", "out"):
            label: QLabel = PlainLabel(text, tone="mute", kind="small-strong")
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            label.setFixedWidth(84)
            head.addWidget(label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.nothing, 1)

    def _filter(self, text: str) -> None:
        self.list.set_query(text)
        self.select(0)
        self._show_state()

    def _show_state(self) -> None:
        rows = self.list.rowCount()
        self.count.setText(f"{rows:,} model{'' if rows == 1 else 's'}, US dollars per million tokens")
        self.view.setVisible(rows > 0)
        self.nothing.setVisible(rows == 0)

    def _clicked(self, index: QModelIndex) -> None:
        model = self.list.reference(index.row())
        if index.isValid() and model is not None:
            self.chosen.emit(model)


class ReferencePicker(PopupPanel):
    """The chooser as a panel under a button."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Choose the reference model")
        self.chooser = ReferenceChooser(theme)
        self.chooser.chosen.connect(self._chosen)
        self.body.addWidget(self.chooser)

    def sizeHint(self) -> QSize:
        return QSize(520, 460)

    def open_for(
        self,
        anchor: QWidget,
        models: Sequence[ReferenceModel],
        suggested: Sequence[ReferenceModel],
        chosen: str,
    ) -> None:
        self.chooser.search.clear()
        self.chooser.set_models(models, suggested, chosen)
        self.open_under(anchor, right=True)
        self.chooser.search.setFocus()

    def _chosen(self, model: ReferenceModel) -> None:
        self.close()
        self.chosen.emit(model)
