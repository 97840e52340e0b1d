"""Notices what makes the window's figures old while nothing happens in it: midnight, and other processes' answers."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.meter import MeterService, Moment

EVERY_MS = 20_000


class DayWatch(QObject):
    """Looks every twenty seconds, from `start` on."""

    new_day = Signal()
    rows_added = Signal()

    def __init__(self, meter: MeterService, runner: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._meter = meter
        self._runner = runner
        self._seen: Moment | None = None
        self.timer = QTimer(self)
        self.timer.setInterval(EVERY_MS)
        self.timer.timeout.connect(self.look)

    def start(self) -> None:
        self.timer.start()
        self.look()

    def stop(self) -> None:
        self.timer.stop()

    def look(self) -> None:
        """Failures are silent: what asks for figures next tells them."""
        self._runner.query(self._meter.moment, self._compare, lambda _error: None, owner=self)

    def _compare(self, now: Moment) -> None:
        before, self._seen = self._seen, now
        if before is None:
            return
        if now.day != before.day:
            self.new_day.emit()
        elif now.last_row != before.last_row:
            self.rows_added.emit()
