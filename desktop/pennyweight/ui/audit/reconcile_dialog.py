"""A provider's bill against the ledger, UTC day by UTC day."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from pennyweight.domain.errors import KnownError
from pennyweight.services.imports import ImportReport
from pennyweight.services.imports.overlap import Overlap
from pennyweight.services.imports.reconcile import Reconciliation
from pennyweight.services.imports.words import BILLING, provider_name, told_twice
from pennyweight.ui.audit.import_words import DAY_HEADS, day_line, reconciled, rows_text
from pennyweight.ui.audit.importing import Importing
from pennyweight.ui.audit.table import FactsTable
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import Banner, GhostButton, PlainLabel, ProgressBar, SegmentedControl
from pennyweight.ui.widgets.screen_room import resize_within_screen

_SIZE = QSize(860, 600)
_SMALLEST = QSize(360, 380)
_ABOUT = (
    "What the provider says it billed, next to what the ledger holds for the same days. Days are those of UTC, as in "
    "the bill. A bill is compared and never added to what you spent."
)
_COUNTINGS = (("calls", "Calls"), ("reports", "Report"), ("both", "Both"))


class ReconcileDialog(QDialog):
    """`show_provider` compares what was imported; a cost report that is chosen here is imported first."""

    def __init__(self, importing: Importing, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._importing = importing
        self.found: Reconciliation | None = None
        self.setWindowTitle("Billed by the provider")
        self.setMinimumSize(_SMALLEST)
        resize_within_screen(self, _SIZE)
        self.providers = SegmentedControl([(one, provider_name(one)) for one in BILLING], name="Provider")
        self.file = GhostButton("Choose a cost report…")
        self.banner = Banner(theme)
        self.note = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.note.hide()
        self.bar = ProgressBar("The cost report is being read")
        self.bar.show_fraction(None)
        self.table = FactsTable(DAY_HEADS, name="Billed and in the ledger, by UTC day", most_rows=31, words=2, wide=1)
        self.table.head(1).setToolTip("What stands for the difference of the day, and for how many rows.")
        self.sentence = PlainLabel("", wrap=True)
        self.twice = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.counting = SegmentedControl(_COUNTINGS, name="What counts where both tell the same use")
        self._arrange()
        self.providers.changed.connect(self.show_provider)
        self.file.clicked.connect(self._choose)
        self.counting.changed.connect(self._count)
        importing.failed.connect(self._failed)
        self.bar.hide()

    def show_provider(self, provider: str) -> None:
        """Compare and show."""
        if provider in BILLING:
            self.providers.set_value(provider)
        source = self.providers.value()
        imports = self._importing.imports

        def work() -> tuple[Reconciliation, bool, Overlap]:
            billed = {one[0]: one for one in imports.billed()}
            found = imports.reconcile(source)
            twice = imports.overlap_of_days(found.days[0].utc_day, found.days[-1].utc_day) if found.days else Overlap()
            return found, source in billed, twice

        self._importing.query(work, lambda result: self._show(*result))

    def bring(self, path: Path) -> None:
        """Import a cost report and compare."""
        self.banner.hide()
        self.note.hide()
        self.bar.show()

        def done(report: ImportReport) -> None:
            self.bar.hide()
            self.show_provider(report.kind)
            if report.bills or report.rows_known:
                self.note.setText(f"{path.name}: {rows_text(report.bills)} of a bill new.")
                self.note.show()
            else:
                self.banner.tell(f"{path.name} holds no bill.")

        self._importing.run(path, self.providers.value() if path.suffix == ".csv" else "auto", done)

    def reject(self) -> None:
        self._importing.stop()
        super().reject()

    def _show(self, found: Reconciliation, billed: bool, twice: Overlap) -> None:
        self.found = found
        self.table.setVisible(billed)
        self.table.show_lines([day_line(day) for day in found.days] if billed else [])
        for row, day in enumerate(found.days if billed else ()):
            self.table.mark(row, "local" if not day.unexplained_nano else "warn")
        name = provider_name(found.source)
        self.sentence.setText(
            reconciled(found) if billed else f"There is no bill of {name} here yet. Choose its cost report."
        )
        self.twice.setText(told_twice(twice, found.counting))
        self.counting.set_value(found.counting)
        for widget in (self.twice, self.counting):
            widget.setVisible(bool(twice))

    def _count(self, chosen: str) -> None:
        self._importing.change(
            lambda: self._importing.imports.set_counting(chosen),
            lambda _chosen: self.show_provider(self.providers.value()),
        )

    def _failed(self, error: object) -> None:
        self.bar.hide()
        if self.isVisible():
            self.banner.tell(error.sentence if isinstance(error, KnownError) else f"Something went wrong: {error}")

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Choose a cost report", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Cost reports (*.csv *.json)", "All files (*)"])
        dialog.fileSelected.connect(lambda path: self.bring(Path(path)))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.providers)
        head.addStretch(1)
        head.addWidget(self.file)
        self.providers.setMinimumWidth(200)
        self.counting.setMaximumWidth(240)
        close = GhostButton("Close")
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(12)
        column.addWidget(PlainLabel("Billed by the provider", kind="h1"))
        column.addWidget(PlainLabel(_ABOUT, tone="mute", kind="small", wrap=True))
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(self.note)
        column.addWidget(self.bar)
        column.addWidget(self.table, 1)
        column.addWidget(self.sentence)
        column.addWidget(self.twice)
        column.addWidget(self.counting, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        column.addLayout(foot)
