"""Tokens in and out, here and in the cloud."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from pennyweight.domain.ledger import TokenTotals
from pennyweight.meter.quantities import format_tokens
from pennyweight.ui.widgets import Line, PlainLabel, plain_tooltip

_ROWS = (
    ("in", False, "Prompt tokens of all calls: what you wrote, the instructions, and the turns sent again."),
    ("new", True, "Prompt tokens that were sent for the first time."),
    ("re-sent", True, "Prompt tokens that an earlier turn of the chat had already sent. The cloud bills them again."),
    ("from cache", True, "Of all these prompt tokens, those that the KV cache still held, new chats' instructions "
     "included: they cost no work here. In the cloud column: those billed at the provider's cached rate."),
    ("out", False, "Tokens of the answers, reasoning included."),
    ("reasoning", True, "Output tokens spent on reasoning that is shown folded."),
)  # fmt: skip


def token_rows(tokens: TokenTotals) -> tuple[int, ...]:
    """in, new, re-sent, from cache, out, reasoning."""
    return (
        tokens.input_total,
        max(0, tokens.input_total - tokens.resent),
        tokens.resent,
        tokens.reused,
        tokens.output_total,
        tokens.reasoning,
    )


class TokensTable(QWidget):
    """Six rows, two columns; `in` is the sum of new and re-sent, whatever of it came from a cache."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Tokens")
        grid = QGridLayout(self)
        grid.setContentsMargins(2, 0, 2, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(0, 1)
        for column, text in enumerate(("Tokens", "local", "cloud")):
            label = PlainLabel(text, tone="mute", kind="small-strong")
            label.setAlignment(_side(column))
            grid.addWidget(label, 0, column)
        grid.addWidget(Line(), 1, 0, 1, 3)
        self._cells: list[tuple[PlainLabel, PlainLabel]] = []
        for number, (name, inner, meaning) in enumerate(_ROWS):
            row = 2 + 2 * number
            label = PlainLabel(name, tone="mute" if inner else "ink", kind="small" if inner else "body")
            label.setContentsMargins(12 if inner else 0, 0, 0, 0)
            label.setToolTip(plain_tooltip(meaning))
            grid.addWidget(label, row, 0)
            pair = (self._cell(inner, meaning), self._cell(inner, meaning))
            for column, cell in enumerate(pair):
                grid.addWidget(cell, row, column + 1)
            self._cells.append(pair)
            if number + 1 < len(_ROWS) and not _ROWS[number + 1][1]:
                grid.addWidget(Line(), row + 1, 0, 1, 3)

    def show_tokens(self, local: TokenTotals, cloud: TokenTotals) -> None:
        for pair, here, there in zip(self._cells, token_rows(local), token_rows(cloud), strict=True):
            pair[0].setText(format_tokens(here))
            pair[1].setText(format_tokens(there))

    def texts(self) -> list[tuple[str, str, str]]:
        """(name, local, cloud) of each row as shown."""
        return [(name, pair[0].text(), pair[1].text()) for (name, _, _), pair in zip(_ROWS, self._cells, strict=True)]

    def _cell(self, inner: bool, meaning: str) -> PlainLabel:
        cell = PlainLabel("0", tone="mute" if inner else "ink", kind="small" if inner else "body")
        cell.setAlignment(_side(1))
        cell.setToolTip(plain_tooltip(meaning))
        return cell


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
