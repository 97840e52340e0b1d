"""How energy is measured here, why not better, and the half minute that makes it better."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.power import SourceInfo
from pennyweight.services.meter import MeterService
from pennyweight.ui.widgets import Badge, ElidedLabel, GhostButton, PlainLabel

_ABOUT_CALIBRATION = (
    "Ten seconds of rest, then twenty of work, tell the idle power from the power of an answer. Close what is busy "
    "first; the model that is in use will be loaded."
)


class EnergyPanel(QWidget):
    """Fill it with `refresh()`. `calibrated` fires when a calibration was kept."""

    calibrated = Signal()
    filled = Signal()
    """The source is shown; a dialog may want to grow."""
    _progress = Signal(float)

    def __init__(self, meter: MeterService, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._meter = meter
        self._runner = runner
        self._cancel: Cancel | None = None
        self.name = ElidedLabel("Looking at this computer…", kind="strong")
        self.certainty = Badge("")
        self.explanation = PlainLabel("", wrap=True)
        self.better_title = PlainLabel("Why not better", kind="small-strong", tone="mute")
        self.better = PlainLabel("", tone="mute", wrap=True, selectable=True)
        self.start = GhostButton("Calibrate, 30 s")
        self.stop = GhostButton("Cancel")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName("Calibration")
        self.outcome = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.outcome.hide()
        self._arrange()
        for widget in (self.certainty, self.better_title, self.better):
            widget.hide()
        self._show_running(False)
        self.start.clicked.connect(self._begin)
        self.stop.clicked.connect(self.cancel)
        self._progress.connect(self._moved)

    def refresh(self) -> None:
        self._runner.query(self._meter.source_info, self.show_source, owner=self)

    def show_source(self, info: SourceInfo) -> None:
        self.name.setText(info.name)
        self.certainty.show()
        self.certainty.setText(f"{'measured' if info.measured else 'estimated'} {info.band_text}")
        self.certainty.set_tone("local" if info.measured else "warn")
        self.explanation.setText(info.explanation)
        self.better.setText("\n".join(f"•  {reason}" for reason in info.why_not_better))
        for label in (self.better_title, self.better):
            label.setVisible(bool(info.why_not_better))
        self.filled.emit()

    def cancel(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()

    @property
    def running(self) -> bool:
        return self._cancel is not None

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name, 1)
        head.addWidget(self.certainty)
        actions = QHBoxLayout()
        actions.setSpacing(10)
        actions.addWidget(self.start)
        actions.addWidget(self.bar, 1)
        actions.addWidget(self.stop)
        actions.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.explanation)
        column.addWidget(self.better_title)
        column.addWidget(self.better)
        column.addSpacing(4)
        column.addWidget(PlainLabel(_ABOUT_CALIBRATION, tone="mute", kind="small", wrap=True))
        column.addLayout(actions)
        column.addWidget(self.outcome)

    def _show_running(self, running: bool) -> None:
        self.start.setVisible(not running)
        self.bar.setVisible(running)
        self.stop.setVisible(running)

    def _begin(self) -> None:
        cancel = Cancel()
        self._cancel = cancel
        self.bar.setValue(0)
        self._tell("")
        self._show_running(True)
        report = self._progress.emit
        self._runner.query(lambda: self._meter.calibrate(cancel, report), self._done, self._failed, owner=self)

    def _tell(self, sentence: str) -> None:
        self.outcome.setText(sentence)
        self.outcome.setVisible(bool(sentence))

    def _moved(self, fraction: float) -> None:
        self.bar.setValue(round(fraction * 1000))

    def _done(self, info: SourceInfo | None) -> None:
        self._cancel = None
        self._show_running(False)
        if info is None:
            self._tell("Cancelled; nothing was changed.")
            return
        self._tell("Calibrated. It is used from the next answer on.")
        self.show_source(info)
        self.calibrated.emit()

    def _failed(self, error: Exception) -> None:
        stopped = self._cancel is not None and self._cancel.cancelled
        self._cancel = None
        self._show_running(False)
        if stopped:
            self._tell("Cancelled; nothing was changed.")
        elif isinstance(error, KnownError):
            self._tell(error.sentence)
        else:
            self._tell("The calibration did not finish.")
            self._runner.problem.emit(error)
