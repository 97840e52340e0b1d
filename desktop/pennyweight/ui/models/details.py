"""Everything a model file says about itself, read from its header."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.domain.model import ModelInfo
from pennyweight.ui.models.words import FITS, context_text, parameters_text, size_text, source_text
from pennyweight.ui.widgets import ElidedLabel, GhostButton, PlainLabel


def detail_rows(info: ModelInfo) -> list[tuple[str, str]]:
    """(name, value) pairs, top to bottom."""
    trained = f"{info.context_length:,} tokens" if info.context_length is not None else "the file does not say"
    return [
        ("File", str(info.path)),
        ("Found in", source_text(info)),
        ("Size", f"{size_text(info.size_bytes)} ({info.size_bytes:,} bytes)"),
        ("Architecture", info.architecture or "unknown"),
        ("Parameters", parameters_text(info.parameters)),
        ("Quantization", info.quantization or "unknown"),
        ("Layers", "unknown" if info.layers is None else f"{info.layers:,}"),
        ("Trained for", trained),
        ("Context used", f"{context_text(info)} tokens"),
        ("Memory needed", f"≈ {size_text(info.memory_needed_bytes)}: {FITS[info.fits][0]} on this computer now"),
        ("Chat template", "yes" if info.has_chat_template else "no: answers may be poor"),
    ]


class ModelDetails(QDialog):
    def __init__(self, info: ModelInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{info.name} — details")
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(ElidedLabel(info.name, kind="title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        for line, (name, value) in enumerate(detail_rows(info)):
            grid.addWidget(PlainLabel(name, tone="mute"), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(PlainLabel(value, wrap=True, selectable=True), line, 1)
        column.addLayout(grid)
        column.addStretch(1)
        close = GhostButton("Close")
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
