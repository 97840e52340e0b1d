"""“How this is measured”: a small dialog around the energy panel."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.meter import MeterService
from pennyweight.ui.meter.energy_panel import EnergyPanel
from pennyweight.ui.widgets import GhostButton, PlainLabel


class EnergyDialog(QDialog):
    """Closing it ends a calibration that is under way."""

    def __init__(self, meter: MeterService, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("How this is measured")
        self.setMinimumWidth(520)
        self.panel = EnergyPanel(meter, runner)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(PlainLabel("How this is measured", kind="title"))
        column.addWidget(
            PlainLabel(
                "Only what an answer adds counts: energy at the wall above what the computer uses at rest, from the "
                "first prompt token to the last word.",
                tone="mute",
                wrap=True,
            )
        )
        column.addWidget(self.panel)
        column.addStretch(1)
        close = GhostButton("Close")
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
        self.panel.filled.connect(self._grow)
        self.panel.refresh()

    def _grow(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), max(self.height(), layout.heightForWidth(self.width())))

    def done(self, result: int) -> None:
        self.panel.cancel()
        super().done(result)
