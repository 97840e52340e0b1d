"""Choosing whom to ask: the models of every provider that is ready, with their prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from pennyweight.services.keys import ModelPrice
from pennyweight.ui.meter.reference_list import rate_text
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import PlainLabel
from pennyweight.ui.widgets.popup import PopupPanel
from pennyweight.ui.widgets.rows import DOT, RIGHT, SUBTITLE, RowDelegate

_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class CloudModel:
    """One row: a model, and the name of the provider that has it."""

    provider_name: str
    price: ModelPrice

    @property
    def key(self) -> tuple[str, str]:
        return self.price.provider, self.price.id


def rates(price: ModelPrice) -> str:
    """ "$3 in, $15 out per million tokens"."""
    if price.input_usd_per_million is None or price.output_usd_per_million is None:
        return "no price known"
    given, written = rate_text(price.input_usd_per_million), rate_text(price.output_usd_per_million)
    return f"{given} in, {written} out per million tokens"


class CloudModelList(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[CloudModel] = []
        self._rows: list[CloudModel] = []
        self._chosen: tuple[str, str] | None = None

    def set_models(self, models: Sequence[CloudModel], chosen: tuple[str, str] | None) -> None:
        self._all, self._chosen = list(models), chosen
        self.set_query("")

    def set_query(self, query: str) -> None:
        words = query.lower().split()
        self.beginResetModel()
        self._rows = [row for row in self._all if all(word in _haystack(row) for word in words)]
        self.endResetModel()

    def model(self, row: int) -> CloudModel | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def chosen_row(self) -> int:
        return next((row for row, model in enumerate(self._rows) if model.key == self._chosen), 0)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.model(index.row())
        if row is None:
            return None
        price = row.price
        if role == Qt.ItemDataRole.DisplayRole:
            return price.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{price.name}, {row.provider_name}, {rates(price)}"
        if role == SUBTITLE:
            return f"{row.provider_name} · {price.id}"
        if role == RIGHT:
            known = (price.input_usd_per_million, price.output_usd_per_million)
            return tuple(rate_text(rate) if rate is not None else "?" for rate in known)
        return row.key == self._chosen if role == DOT else None


class CloudModelPicker(PopupPanel):
    """`chosen` carries the CloudModel. Type to filter, arrows to move, Enter to choose."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Choose whom to ask")
        self.list = CloudModelList(self)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search models and providers")
        self.search.setAccessibleName("Search cloud models")
        self.view = QListView()
        self.view.setAccessibleName("Cloud models")
        self.view.setModel(self.list)
        self.view.setItemDelegate(RowDelegate(theme, self.view))
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        about = "US dollars per million tokens, in and out. Models of the providers that have a key."
        for widget in (self.search, PlainLabel(about, tone="mute", kind="small", wrap=True), self.view):
            self.body.addWidget(widget)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self.choose_current)
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)

    def sizeHint(self) -> QSize:
        return QSize(500, 420)

    def open_for(self, anchor: QWidget, models: Sequence[CloudModel], chosen: tuple[str, str] | None) -> None:
        self.search.clear()
        self.list.set_models(models, chosen)
        self._select(self.list.chosen_row())
        self.open_under(anchor)
        self.search.setFocus()

    def choose_current(self) -> None:
        self._choose(self.view.currentIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            step = _MOVES[Qt.Key(event.key())]
            self._select(max(0, min(self.list.rowCount() - 1, self.view.currentIndex().row() + step)))
            return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self.list.set_query(text)
        self._select(0)

    def _select(self, row: int) -> None:
        index = self.list.index(row)
        self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index)

    def _choose(self, index: QModelIndex) -> None:
        model = self.list.model(index.row()) if index.isValid() else None
        if model is not None:
            self.close()
            self.chosen.emit(model)


def _haystack(row: CloudModel) -> str:
    return f"{row.price.id} {row.price.name} {row.provider_name}".lower()
