"""The price table as a list model: suggestions first, filtered by words, as quick with thousands of rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pennyweight.meter.money import usd_text
from pennyweight.meter.reference import ReferenceModel, search
from pennyweight.ui.widgets.rows import BADGE, DOT, RIGHT, SUBTITLE

REFERENCE = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()


def rate_text(usd_per_million: Decimal) -> str:
    """ "$0.25", "$15", "$0.0375": what a million tokens cost."""
    text = usd_text(usd_per_million)
    whole, _, part = text.partition(".")
    return f"${whole}.{part}0" if len(part) == 1 else f"${text}"


class ReferenceList(QAbstractListModel):
    """Rows of `ReferenceModel`; `suggested` is (cheap, flagship)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[ReferenceModel] = []
        self._suggested: tuple[ReferenceModel, ...] = ()
        self._rows: list[ReferenceModel] = []
        self._query = ""
        self._chosen = ""

    def set_models(
        self, models: Sequence[ReferenceModel], suggested: Sequence[ReferenceModel], chosen: str = ""
    ) -> None:
        self._all = list(models)
        self._suggested = tuple(suggested)
        self._chosen = chosen
        self.set_query(self._query)

    def set_query(self, query: str) -> None:
        """Keep the rows that hold every word, in the order of `search`."""
        self.beginResetModel()
        self._query = query
        if query.strip():
            self._rows = search(query, self._all)
        else:
            ids = {model.id for model in self._suggested}
            rest = [model for model in self._all if model.id not in ids]
            self._rows = [*self._suggested, *sorted(rest, key=lambda model: model.deprecated)]
        self.endResetModel()

    def reference(self, row: int) -> ReferenceModel | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, reference_id: str) -> int:
        """-1 if the filter leaves it out."""
        return next((row for row, model in enumerate(self._rows) if model.id == reference_id), -1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        model = self.reference(index.row())
        if model is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return model.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{model.name}, {model.provider}, {', '.join(_rates(model))} per million tokens in and out"
        if role == SUBTITLE:
            return f"{model.provider} · {model.id}"
        if role == RIGHT:
            return _rates(model)
        if role == BADGE:
            return self._badge(model)
        if role == DOT:
            return model.id == self._chosen
        return model if role == REFERENCE else None

    def _badge(self, model: ReferenceModel) -> tuple[str, str] | None:
        if model.deprecated:
            return ("retired", "warn")
        if model in self._suggested:
            return ("cheap", "local") if model is self._suggested[0] else ("flagship", "cloud")
        return None


def _rates(model: ReferenceModel) -> tuple[str, str]:
    return rate_text(model.input_usd_per_million), rate_text(model.output_usd_per_million)
