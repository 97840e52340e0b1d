"""The import dialog: where to look, what is in it, the import, its result, and the past ones."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pennyweight.domain.errors import KnownError
from pennyweight.services.imports import ImportReport
from pennyweight.services.imports.survey import Place
from pennyweight.services.imports.words import told_twice
from pennyweight.store.overlaps import Counting
from pennyweight.ui.audit.import_pages import BusyPage, PastPage, ReportPage, StartPage
from pennyweight.ui.audit.import_words import rows_text
from pennyweight.ui.audit.importing import Importing
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Banner, GhostButton, PlainLabel, SegmentedControl
from pennyweight.ui.widgets.screen_room import resize_within_screen

_SIZE = QSize(760, 600)
_SMALLEST = QSize(360, 380)


class ImportDialog(QDialog):
    """Kept while its page lives: closing it stops what is under way. `reconcile_wanted` carries a provider's id."""

    reconcile_wanted = Signal(str)

    def __init__(self, importing: Importing, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._importing = importing
        self._path = Path()
        self._kind = "auto"
        self.report: ImportReport | None = None
        self.setWindowTitle("Import")
        self.setMinimumSize(_SMALLEST)
        resize_within_screen(self, _SIZE)
        self.setAcceptDrops(True)
        self.tabs = SegmentedControl((("new", "New import"), ("past", "Past imports")), name="Imports")
        self.banner = Banner(theme)
        self.start, self.busy, self.shown, self.past = StartPage(), BusyPage(), ReportPage(), PastPage()
        self.stack = QStackedWidget()
        for page in (self.start, self.busy, self.shown, self.past):
            self.stack.addWidget(page)
        self.close_button = GhostButton("Close")
        self.bill_button = GhostButton("Compare with a bill…")
        self._arrange()
        self._connect()

    def open_at(self, key: str = "new") -> None:
        """Show it, at `new` or at `past`."""
        self.banner.hide()
        if not self._importing.busy:
            self.tabs.set_value(key)
            self._turn(key)
        self._importing.query(self._importing.imports.watching, self.start.watch.setChecked)
        self.show()
        self.raise_()
        self.activateWindow()

    def look(self) -> None:
        self._begin("Looking in the usual places")

        def done(places: list[Place]) -> None:
            self._show(self.start)
            self.start.show_found(places)

        self._importing.look(done)

    def preview(self, path: Path, kind: str = "auto") -> None:
        """Read the file or folder and say what is in it."""
        if self._importing.busy:
            return
        self._path, self._kind = path, kind
        self.tabs.set_value("new")
        self._begin(f"Reading {path.name}")
        self._importing.preview(path, kind, lambda report: self._show_report(report, written=False))

    def run(self) -> None:
        """Import what was previewed."""
        self._begin(f"Importing {self._path.name}")
        self._importing.run(self._path, self._kind, lambda report: self._show_report(report, written=True))

    def reject(self) -> None:
        self._importing.stop()
        super().reject()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event) is not None and not self._importing.busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.preview(path)

    def _begin(self, title: str) -> None:
        self.banner.hide()
        self.busy.begin(title)
        self._show(self.busy)
        self.busy.stop.setFocus(Qt.FocusReason.TabFocusReason)

    def _show(self, page: QWidget) -> None:
        self.stack.setCurrentWidget(page)
        for widget in (self.tabs, self.bill_button):
            widget.setEnabled(page is not self.busy)

    def _turn(self, key: str) -> None:
        if key == "past":
            self._show(self.past)
            self._importing.query(self._importing.imports.runs, self.past.show_runs)
        else:
            self._show(self.start)
            self.start.look.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_report(self, report: ImportReport, *, written: bool) -> None:
        self.report = report

        def show(counting: Counting) -> None:
            warning = told_twice(report.overlap, counting, ahead=not written)
            self.shown.show_report(report, self._path, warning, written=written)
            self._show(self.shown)

        self._importing.query(self._importing.imports.counting, show)

    def _undo_shown(self) -> None:
        if self.report is not None and self.report.run_id is not None:
            self._undo(self.report.run_id)

    def _undo(self, run_id: str) -> None:
        def done(rows: int) -> None:
            self.open_at("past")
            self.banner.tell(f"Taken back: {rows_text(rows)}.", [("Put back", lambda: self._put_back(run_id))])

        self._importing.change(lambda: self._importing.imports.undo(run_id), done)

    def _put_back(self, run_id: str) -> None:
        def done(result: tuple[str, int]) -> None:
            new_id, rows = result
            self.open_at("past")
            self.banner.tell(f"Put back: {rows_text(rows)}.", [("Undo", lambda: self._undo(new_id))])

        self._importing.change(lambda: self._importing.imports.put_back(run_id), done)

    def _failed(self, error: object) -> None:
        """What could not be done, in one sentence, over the page it was asked on."""
        if self.isVisible():
            if self.stack.currentWidget() is self.busy:
                self._show(self.start)
            self.banner.tell(error.sentence if isinstance(error, KnownError) else f"Something went wrong: {error}")

    def _set_watching(self, on: bool) -> None:
        self._importing.change(lambda: self._importing.imports.set_watching(on), lambda _done: None)

    def _choose(self, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, "Import", str(Path.home()))
        dialog.setFileMode(mode)
        if mode == QFileDialog.FileMode.ExistingFile:
            dialog.setNameFilters(["Logs and reports (*.jsonl *.json *.csv *.zip *.db)", "All files (*)"])
        dialog.fileSelected.connect(lambda path: self.preview(Path(path)))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _connect(self) -> None:
        importing, start, shown = self._importing, self.start, self.shown
        importing.progress.connect(self.busy.show_progress)
        importing.failed.connect(self._failed)
        self.tabs.changed.connect(self._turn)
        self.close_button.clicked.connect(self.reject)
        self.bill_button.clicked.connect(lambda: self._reconcile(""))
        start.look_wanted.connect(self.look)
        start.file_wanted.connect(lambda: self._choose(QFileDialog.FileMode.ExistingFile))
        start.folder_wanted.connect(lambda: self._choose(QFileDialog.FileMode.Directory))
        start.chosen.connect(self.preview)
        start.watch_changed.connect(self._set_watching)
        self.busy.stopped.connect(importing.stop)
        shown.go.connect(self.run)
        shown.undo.connect(self._undo_shown)
        shown.another.connect(lambda: self._turn("new"))
        shown.reconcile.connect(lambda: self._reconcile(self.report.kind if self.report is not None else ""))
        self.past.undo.connect(self._undo)
        self.past.put_back.connect(self._put_back)

    def _reconcile(self, provider: str) -> None:
        self.reject()
        self.reconcile_wanted.emit(provider)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(PlainLabel("Import", kind="h1"))
        head.addSpacing(12)
        head.addWidget(self.tabs)
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self.bill_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(14)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(self.stack, 1)
        column.addLayout(foot)
        self.tabs.setMinimumWidth(210)


def dropped(event: QDropEvent) -> Path | None:
    """The first local file or folder of what is dragged."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return paths[0] if paths else None
