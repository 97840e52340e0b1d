"""The pages of the import dialog: where to look, the work, what was found, and past imports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.services.imports import ImportReport
from pennyweight.services.imports.kinds import readable
from pennyweight.services.imports.survey import Place
from pennyweight.store.imports import ImportRun
from pennyweight.ui.audit.import_words import (
    FOUND_HEADS,
    PAST_HEADS,
    SKIPPED_HEADS,
    facts,
    found_line,
    headline,
    past_line,
    short_path,
    skipped_lines,
)
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.widgets import (
    Card,
    ElidedLabel,
    FlowLayout,
    GhostButton,
    PlainLabel,
    PrimaryButton,
    ProgressBar,
)

_ABOUT = (
    "Logs of other programs, and providers' own reports. They are read on this computer, and you see what is in them "
    "before anything is written. Or drop a file, a folder or a zip here."
)


class _Page(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(12)


class StartPage(_Page):
    """`chosen` carries a path and the kind of import (`auto`: told by its content)."""

    chosen = Signal(object, str)
    look_wanted = Signal()
    file_wanted = Signal()
    folder_wanted = Signal()
    watch_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._places: Sequence[Place] = ()
        self.look = PrimaryButton("Look in the usual places")
        self.file = GhostButton("Choose a file…")
        self.folder = GhostButton("Choose a folder…")
        self.found = FactsTable(FOUND_HEADS, name="Logs that were found", most_rows=8, words=2, wide=1)
        self.note = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.watch = QCheckBox("Import the usual places again at each start")
        buttons = FlowLayout(gap=8, line_gap=8)
        for button in (self.look, self.file, self.folder):
            buttons.addWidget(button)
        self._card = Card("Found on this computer")
        self._card.body.addWidget(self.found)
        self._card.body.addWidget(self.note)
        self.known = PlainLabel(f"What can be read: {readable()}.", tone="mute", kind="small", wrap=True)
        self.body.addWidget(PlainLabel(_ABOUT, tone="mute", wrap=True))
        self.body.addWidget(self.known)
        self.body.addLayout(buttons)
        self.body.addWidget(self._card)
        self.body.addStretch(1)
        self.body.addWidget(self.watch)
        self._card.hide()
        self.look.clicked.connect(self.look_wanted)
        self.file.clicked.connect(self.file_wanted)
        self.folder.clicked.connect(self.folder_wanted)
        self.found.opened.connect(lambda row: self.chosen.emit(self._places[row].path, self._places[row].kind))
        self.watch.clicked.connect(self.watch_changed)

    def show_found(self, places: Sequence[Place]) -> None:
        self._places = places
        self.found.show_lines([found_line(place) for place in places])
        self.found.setVisible(bool(places))
        words = "Open a line to see what is in it." if places else "There are no logs in the usual places."
        self.note.setText(words)
        self._card.show()
        if places:
            self.found.setFocus(Qt.FocusReason.TabFocusReason)
            self.found.setCurrentCell(0, 0)


class BusyPage(_Page):
    """What is being read, and how far; `stopped` is the person's wish."""

    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = PlainLabel("", kind="strong")
        self.detail = ElidedLabel("", tone="mute", kind="small")
        self.bar = ProgressBar("How far the import is")
        self.stop = GhostButton("Stop")
        row = QHBoxLayout()
        row.addWidget(PlainLabel("Stopping keeps nothing of it.", tone="mute", kind="small"))
        row.addStretch(1)
        row.addWidget(self.stop)
        self.body.addStretch(1)
        self.body.addWidget(self.title)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.detail)
        self.body.addLayout(row)
        self.body.addStretch(2)
        self.stop.clicked.connect(self.stopped)

    def begin(self, title: str) -> None:
        self.title.setText(title)
        self.detail.setText("")
        self.bar.show_fraction(None)
        self.stop.setEnabled(True)

    def show_progress(self, text: str, fraction: object) -> None:
        self.detail.setText(text)
        self.bar.show_fraction(fraction if isinstance(fraction, float) else None)


class ReportPage(_Page):
    """A preview (`go` imports it) or a result (`undo` takes it back)."""

    go = Signal()
    undo = Signal()
    another = Signal()
    reconcile = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = PlainLabel("", kind="title", wrap=True)
        self.path = ElidedLabel("", tone="mute", kind="small")
        self.warning = PlainLabel("", tone="warn", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self.skipped = FactsTable(SKIPPED_HEADS, name="Left out, and why", most_rows=5)
        self.go_button = PrimaryButton("Import")
        self.undo_button = GhostButton("Undo this import")
        self.reconcile_button = GhostButton("Compare with the ledger…")
        self.back = GhostButton("Back")
        self._card = Card()
        self._card.body.addLayout(self._grid)
        row = FlowLayout(gap=8, line_gap=8)
        for button in (self.go_button, self.reconcile_button, self.undo_button, self.back):
            row.addWidget(button)
        self.body.addWidget(self.title)
        self.body.addWidget(self.path)
        self.body.addWidget(self._card)
        self.body.addWidget(self.warning)
        self.body.addWidget(self.skipped)
        self.body.addStretch(1)
        self.body.addLayout(row)
        self.go_button.clicked.connect(self.go)
        self.undo_button.clicked.connect(self.undo)
        self.back.clicked.connect(self.another)
        self.reconcile_button.clicked.connect(self.reconcile)

    def show_report(self, report: ImportReport, path: Path, warning: str, *, written: bool) -> None:
        self.title.setText(headline(report, written=written))
        self.path.setText(short_path(path))
        self._show_facts(report)
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))
        lines = skipped_lines(report)
        self.skipped.show_lines(lines)
        self.skipped.setVisible(bool(lines))
        new = bool(report.rows_new or report.rows_known)
        self.go_button.setText(f"Import {report.rows_new:,} {'row' if report.rows_new == 1 else 'rows'}")
        self.go_button.setVisible(not written and new and bool(report.rows_new))
        self.undo_button.setVisible(written and report.run_id is not None)
        self.reconcile_button.setVisible(written and bool(report.bills))
        self.back.setText("Import something else" if written else "Back")
        (self.go_button if not self.go_button.isHidden() else self.back).setFocus(Qt.FocusReason.TabFocusReason)

    def shown(self) -> dict[str, str]:
        """The facts by name, as they are read."""
        pairs: dict[str, str] = {}
        for row in range(self._grid.rowCount()):
            names = self._grid.itemAtPosition(row, 0), self._grid.itemAtPosition(row, 1)
            labels = [item.widget() for item in names if item is not None]
            if len(labels) == 2 and isinstance(labels[0], PlainLabel) and isinstance(labels[1], PlainLabel):
                pairs[labels[0].text()] = labels[1].text()
        return pairs

    def _show_facts(self, report: ImportReport) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for line, (name, value, tone) in enumerate(facts(report)):
            self._grid.addWidget(PlainLabel(name, tone="mute"), line, 0)
            self._grid.addWidget(PlainLabel(value, tone=tone, wrap=True), line, 1)


class PastPage(_Page):
    """`undo` and `put_back` carry the id of an import."""

    undo = Signal(str)
    put_back = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._runs: Sequence[ImportRun] = ()
        self.table = FactsTable(PAST_HEADS, name="Past imports", most_rows=12, words=3, wide=2)
        self.table.currentCellChanged.connect(lambda *_: self._offer())
        self.empty = PlainLabel("Nothing was imported yet.", tone="mute")
        self.undo_button = GhostButton("Undo this import")
        self.put_back_button = GhostButton("Put it back")
        self.note = PlainLabel(
            "An import is taken back as a whole. Its rows are kept aside, and can be put back.",
            tone="mute",
            kind="small",
            wrap=True,
        )
        row = QHBoxLayout()
        row.addWidget(self.undo_button)
        row.addWidget(self.put_back_button)
        row.addStretch(1)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.table)
        self.body.addWidget(self.note)
        self.body.addStretch(1)
        self.body.addLayout(row)
        self.undo_button.clicked.connect(lambda: self._act(self.undo))
        self.put_back_button.clicked.connect(lambda: self._act(self.put_back))
        self.show_runs(())

    def show_runs(self, runs: Sequence[ImportRun]) -> None:
        row = max(0, self.table.currentRow())
        self._runs = runs
        self.table.show_lines([past_line(run) for run in runs])
        for widget, wanted in ((self.empty, not runs), (self.table, bool(runs)), (self.note, bool(runs))):
            widget.setVisible(wanted)
        if runs:
            self.table.setCurrentCell(min(row, len(runs) - 1), 0)
        self._offer()

    def _chosen(self) -> ImportRun | None:
        row = self.table.currentRow()
        return self._runs[row] if 0 <= row < len(self._runs) else None

    def _offer(self) -> None:
        run = self._chosen()
        self.undo_button.setVisible(run is not None and run.state != "undone")
        self.put_back_button.setVisible(run is not None and run.state == "undone" and not run.put_back_as)

    def _act(self, signal: SignalInstance) -> None:
        run = self._chosen()
        if run is not None:
            signal.emit(run.id)
