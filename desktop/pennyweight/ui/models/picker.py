"""The model picker under the top bar's pill: the models known, and two doors further."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QWidget

from pennyweight.domain.model import ModelInfo
from pennyweight.ui.models.words import FITS, context_text, size_text
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import LinkButton, PlainLabel
from pennyweight.ui.widgets.popup import PopupPanel
from pennyweight.ui.widgets.rows import BADGE, DOT, RIGHT, SUBTITLE, RowDelegate

_ROOT = QModelIndex()
_ROW_HEIGHT = 46
_MOST_ROWS = 8


class ModelList(QAbstractListModel):
    """Rows of `ModelInfo`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models: list[ModelInfo] = []
        self._current = ""
        self._free = 0

    def set_models(self, models: Sequence[ModelInfo], current: str, free_bytes: int) -> None:
        self.beginResetModel()
        self._models, self._current, self._free = list(models), current, free_bytes
        self.endResetModel()

    def model(self, row: int) -> ModelInfo | None:
        return self._models[row] if 0 <= row < len(self._models) else None

    def row_of(self, model_id: str) -> int:
        return next((row for row, model in enumerate(self._models) if model.id == model_id), -1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._models)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        info = self.model(index.row())
        if info is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return info.name
        if role == SUBTITLE:
            return f"{size_text(info.size_bytes)} · {info.quantization} · {context_text(info)} tokens"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{info.name}, {info.quantization}, {self._memory(info)}, {FITS[info.fits][0]}"
        if role == RIGHT:
            return self._memory(info)
        if role == BADGE:
            return self._badge(info)
        return info.id == self._current if role == DOT else None

    def _memory(self, info: ModelInfo) -> str:
        return f"needs {size_text(info.memory_needed_bytes)} of {size_text(self._free)} free"

    def _badge(self, info: ModelInfo) -> tuple[str, str] | None:
        if info.fits != "yes":
            return FITS[info.fits]
        return ("for trying things out", "warn") if info.is_starter else None


class ModelPicker(PopupPanel):
    """`use_wanted` carries a model's id; `add_wanted` and `manage_wanted` are the two doors."""

    use_wanted = Signal(str)
    add_wanted = Signal()
    manage_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Choose a model")
        self.setFixedWidth(540)
        self.list = ModelList(self)
        self.view = QListView()
        self.view.setAccessibleName("Models")
        self.view.setModel(self.list)
        self.view.setItemDelegate(RowDelegate(theme, self.view))
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._chosen)
        self.view.activated.connect(self._chosen)
        self.add = LinkButton("Add a GGUF file…")
        self.manage = LinkButton("Manage models…")
        self.add.clicked.connect(self._add)
        self.manage.clicked.connect(self._manage)
        doors = QHBoxLayout()
        doors.setContentsMargins(8, 2, 8, 2)
        doors.addWidget(self.add)
        doors.addStretch(1)
        doors.addWidget(self.manage)
        self.body.addWidget(PlainLabel("Models on this computer", kind="caps"))
        self.body.addWidget(self.view)
        self.body.addLayout(doors)

    def open_for(self, anchor: QWidget, models: Sequence[ModelInfo], current: str, free_bytes: int) -> None:
        """`free_bytes`: memory that programs can have now."""
        self.list.set_models(models, current, free_bytes)
        rows = max(1, min(_MOST_ROWS, len(models)))
        self.view.setFixedHeight(rows * _ROW_HEIGHT + 4)
        self.view.setCurrentIndex(self.list.index(max(0, self.list.row_of(current))))
        self.open_under(anchor)
        self.view.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.hasFocus():
            self._chosen(self.view.currentIndex())
        else:
            super().keyPressEvent(event)

    def _chosen(self, index: QModelIndex) -> None:
        info = self.list.model(index.row())
        if index.isValid() and info is not None and self.isVisible():
            self.close()
            self.use_wanted.emit(info.id)

    def _add(self) -> None:
        self.close()
        self.add_wanted.emit()

    def _manage(self) -> None:
        self.close()
        self.manage_wanted.emit()
