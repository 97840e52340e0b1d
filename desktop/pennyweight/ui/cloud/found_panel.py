"""Personal data that was found, one chip each: on, a placeholder goes in its place; off, it is sent as it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pennyweight.services.redaction import Hidden
from pennyweight.services.redaction_patterns import Kind
from pennyweight.ui.cloud.buttons import FoundChip
from pennyweight.ui.cloud.words import kind_name, short_value
from pennyweight.ui.widgets import FlowLayout, PlainLabel, plain_tooltip

_MOST_CHIPS = 24


class FoundPanel(QWidget):
    """`changed` fires after a switch; `keep` names what is sent as it is."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: dict[str, Hidden] = {}
        self._off: set[str] = set()
        self.chips: dict[str, FoundChip] = {}
        self.setAccessibleName("Personal data found")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        self.words = PlainLabel("", tone="mute", kind="small", wrap=True)
        self._holder = QWidget()
        self._flow = FlowLayout(self._holder, gap=6, line_gap=5)
        column.addWidget(self.words)
        column.addWidget(self._holder)

    @property
    def keep(self) -> frozenset[str]:
        return frozenset(self._off)

    def forget(self) -> None:
        """Another question: every switch is on again."""
        self._known.clear()
        self._off.clear()
        for chip in self.chips.values():
            chip.hide()
            chip.deleteLater()
        self.chips.clear()

    def show_found(self, hidden: Sequence[Hidden]) -> None:
        """What the preview keeps back now; what was switched off stays, so that it can be switched on again."""
        now = {each.value: each for each in hidden if each.kind is not Kind.TEXT}
        self._known = {value: each for value, each in self._known.items() if value in self._off} | now
        for value in [value for value in self.chips if value not in self._known]:
            chip = self.chips.pop(value)
            chip.hide()
            chip.deleteLater()
        for value, each in self._known.items():
            if value not in self.chips and len(self.chips) < _MOST_CHIPS:
                self.chips[value] = self._chip(each)
        for value, chip in self.chips.items():
            kept = value not in self._off
            each = self._known[value]
            shown = short_value(value)
            chip.setText(f"{shown} → {each.placeholder}" if kept else f"{shown} is sent as it is")
            chip.setAccessibleName(f"{kind_name(each.kind)} {shown}: " + ("kept back" if kept else "sent as it is"))
        self._holder.setVisible(bool(self.chips))
        self.words.setText(self._sentence(list(now.values())))

    def _sentence(self, hidden: list[Hidden]) -> str:
        if not self._known:
            return "No address, phone, account or card number, key or word of your list was found in it."
        counts: dict[Kind, int] = {}
        for each in hidden:
            counts[each.kind] = counts.get(each.kind, 0) + 1
        found = ", ".join(f"{number} {kind_name(kind, number)}" for kind, number in counts.items())
        rest = len(self._known) - len(self.chips)
        more = f" {rest} more are kept back as well." if rest > 0 else ""
        off = f" {len(self._off)} sent as {'it is' if len(self._off) == 1 else 'they are'}." if self._off else ""
        head = f"Kept back: {found}. They are put back into the answer here." if found else "Nothing is kept back."
        return head + off + more

    def _chip(self, hidden: Hidden) -> FoundChip:
        chip = FoundChip(hidden.value, name=hidden.value)
        chip.setToolTip(plain_tooltip(f"{kind_name(hidden.kind)}: {hidden.value}\nClick to send it as it is, or not."))
        chip.clicked.connect(lambda _checked=False, value=hidden.value: self._switched(value))
        self._flow.addWidget(chip)
        chip.show()
        return chip

    def _switched(self, value: str) -> None:
        chip = self.chips[value]
        if chip.isChecked():
            self._off.discard(value)
        else:
            self._off.add(value)
        self.changed.emit()
