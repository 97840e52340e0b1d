"""The models on this computer as a table of widgets: a shelf holds dozens of rows, not thousands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QWidget

from pennyweight.domain.model import ModelInfo
from pennyweight.meter.quantities import format_rate
from pennyweight.models import MissingModel
from pennyweight.ui.models.words import FITS, context_text, quantization_text, size_text, source_text
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Badge, Dot, ElidedLabel, IconButton, Line, PlainLabel, SmallButton, plain_tooltip
from pennyweight.ui.widgets.keyboard import focused_in, give_keyboard

_NEEDS = {1: 700, 2: 800, 3: 600, 4: 960, 5: 1080}
"""How wide the page must be for each column: size, context, memory, speed, found in."""
_ROOMY, _EXTRAS = 1100, 780
_HEADS = ("Model", "size", "context", "memory needed", "measured speed", "found in", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A model of the shelf; `speed` in tokens per second of the last answers, None if the ledger knows none."""

    info: ModelInfo
    in_use: bool
    speed: float | None


class ModelTable(QWidget):
    """`use_wanted`, `remove_wanted`, `details_wanted` carry the model's id."""

    use_wanted = Signal(str)
    remove_wanted = Signal(str)
    details_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Models on this computer")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(8, 0, 4, 0)
        self._grid.setHorizontalSpacing(22)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self._line = 0
        self._width = 10_000
        self._columns: dict[int, list[QWidget]] = {}
        self._extras: list[QWidget] = []
        self.use_buttons: dict[str, SmallButton] = {}
        self.more_buttons: dict[str, IconButton] = {}
        self.menus: dict[str, QMenu] = {}

    def show_rows(self, rows: Sequence[Row], missing: Sequence[MissingModel]) -> None:
        used = focused_in(self)
        kind = self.use_buttons if used in self.use_buttons.values() else self.more_buttons
        whose = next((model_id for model_id, button in kind.items() if button is used), "")
        self._clear()
        self._line = 0
        for column, text in enumerate(_HEADS):
            head = PlainLabel(text, tone="mute", kind="small-strong")
            head.setAlignment(_side(column))
            self._put(head, column)
        self._line = 1
        for row in rows:
            self._hairline()
            self._add(row)
        for gone in missing:
            self._hairline()
            self._add_missing(gone)
        self.fit_to(self._width)
        if used is not None:
            give_keyboard(kind.get(whose) or self.more_buttons.get(whose) or self)

    def fit_to(self, width: int) -> None:
        """Leave out what matters least where there is less room than `width` pixels would need."""
        self._width = width
        for column, needed in _NEEDS.items():
            for cell in self._columns.get(column, []):
                cell.setVisible(width >= needed)
        self._grid.setHorizontalSpacing(22 if width >= _ROOMY else 10)
        for extra in self._extras:
            extra.setVisible(width >= _EXTRAS)

    def _put(self, cell: QWidget, column: int) -> None:
        self._grid.addWidget(cell, self._line, column)
        self._columns.setdefault(column, []).append(cell)

    def _clear(self) -> None:
        self._columns.clear()
        self._extras.clear()
        self.use_buttons.clear()
        self.more_buttons.clear()
        self.menus.clear()
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _hairline(self) -> None:
        self._grid.addWidget(Line(), self._line, 0, 1, len(_HEADS))
        self._line += 1

    def _add(self, row: Row) -> None:
        info = row.info
        self._grid.addWidget(self._name_cell(row), self._line, 0)
        texts = (
            size_text(info.size_bytes),
            context_text(info),
            size_text(info.memory_needed_bytes),
            format_rate(row.speed) if row.speed else "not yet",
            source_text(info),
        )
        for column, text in enumerate(texts, start=1):
            cell: QWidget = PlainLabel(text, tone="mute" if text == "not yet" else "ink")
            if isinstance(cell, PlainLabel):
                cell.setAlignment(_side(column))
            if column == 3:
                cell = _memory_cell(cell, info)
            self._put(cell, column)
        self._grid.addWidget(self._actions(row), self._line, len(_HEADS) - 1)
        self._line += 1

    def _actions(self, row: Row) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addStretch(1)
        if not row.in_use:
            use = SmallButton("Use", name=f"Use {row.info.name}")
            use.clicked.connect(lambda: self.use_wanted.emit(row.info.id))
            self.use_buttons[row.info.id] = use
            line.addWidget(use)
        more = IconButton(self._theme, "dots-three-bold", f"More about {row.info.name}", size=26)
        self.more_buttons[row.info.id] = more
        menu = QMenu(more)
        menu.addAction("Show details").triggered.connect(lambda: self.details_wanted.emit(row.info.id))
        if not row.info.is_starter:
            menu.addAction("Remove from this list").triggered.connect(lambda: self.remove_wanted.emit(row.info.id))
        self.menus[row.info.id] = menu
        more.clicked.connect(lambda: menu.popup(more.mapToGlobal(more.rect().bottomLeft())))
        line.addWidget(more)
        return holder

    def _add_missing(self, gone: MissingModel) -> None:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(ElidedLabel(gone.id, tone="mute", greedy=False))
        line.addWidget(Badge("cannot be used", tone="warn"))
        line.addStretch(1)
        remove = SmallButton("Remove from this list", name=f"Remove {gone.id} from this list")
        remove.clicked.connect(lambda: self.remove_wanted.emit(gone.id))
        line.addWidget(remove)
        self._grid.addWidget(holder, self._line, 0, 1, len(_HEADS))
        reason = ElidedLabel(gone.reason, tone="mute", kind="small")
        self._grid.addWidget(reason, self._line + 1, 0, 1, len(_HEADS))
        self._line += 2

    def _name_cell(self, row: Row) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(7)
        dot = Dot("local" if row.in_use else "mute")
        if not row.in_use:
            dot.hide()
        line.addWidget(dot)
        name = ElidedLabel(row.info.name, kind="strong" if row.in_use else "body", greedy=False)
        holder.setToolTip(plain_tooltip(str(row.info.path)))
        line.addWidget(name)
        if words := quantization_text(row.info):
            quantization = PlainLabel(words, tone="mute")
            self._extras.append(quantization)
            line.addWidget(quantization)
        if row.in_use:
            in_use = Badge("in use", tone="local")
            self._extras.append(in_use)
            line.addWidget(in_use)
        if row.info.is_starter:
            line.addWidget(Badge("for trying things out", tone="warn"))
        if not row.info.has_chat_template and not row.info.is_starter:
            line.addWidget(Badge("no chat template", tone="warn"))
        line.addStretch(1)
        return holder


def _memory_cell(text: QWidget, info: ModelInfo) -> QWidget:
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addStretch(1)
    word, tone = FITS[info.fits]
    line.addWidget(Badge(word, tone=tone))
    line.addWidget(text)
    return holder


def _side(column: int) -> Qt.AlignmentFlag:
    if column == 0:
        return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
