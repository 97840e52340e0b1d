"""Everything about imports that the audit page shows: the button, the dialogs, the panel beside the ledger, drops."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.errors import KnownError
from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.container import Services
from pennyweight.services.imports.beside import Beside, beside
from pennyweight.ui.audit.beside_panel import BesidePanel
from pennyweight.ui.audit.import_dialog import ImportDialog, dropped
from pennyweight.ui.audit.importing import Importing
from pennyweight.ui.audit.reconcile_dialog import ReconcileDialog
from pennyweight.ui.theme import Theme
from pennyweight.ui.widgets import GhostButton


class ImportsDesk(QObject):
    """`changed` follows every change of the ledger or of what counts. Who gave `importing` ends it."""

    changed = Signal()
    notice = Signal(str)
    """What went wrong or was stopped when no dialog was left to say it."""

    def __init__(
        self, services: Services, runner: TaskRunner, theme: Theme, page: QWidget, importing: Importing
    ) -> None:
        super().__init__(page)
        self._services = services
        self._runner = runner
        self._theme = theme
        self._page = page
        self._dialog: ImportDialog | None = None
        self._bill: ReconcileDialog | None = None
        self._period: AuditPeriod | None = None
        self.importing = importing
        self.button = GhostButton("Import…")
        self.panel = BesidePanel()
        page.setAcceptDrops(True)
        page.installEventFilter(self)
        self.button.clicked.connect(lambda: self.open())
        self.panel.reconcile_wanted.connect(self.reconcile)
        self.panel.counting_chosen.connect(self._count)
        self.importing.changed.connect(self.changed)
        self.importing.failed.connect(self._failed)

    @property
    def dialog(self) -> ImportDialog:
        if self._dialog is None:
            self._dialog = ImportDialog(self.importing, self._theme, self._page.window())
            self._dialog.reconcile_wanted.connect(self.reconcile)
        return self._dialog

    @property
    def bill(self) -> ReconcileDialog:
        if self._bill is None:
            self._bill = ReconcileDialog(self.importing, self._theme, self._page.window())
        return self._bill

    def open(self, path: Path | None = None) -> None:
        """The import dialog; with a file or folder, what is in it."""
        self.dialog.open_at()
        if path is not None:
            self.dialog.preview(path)

    def reconcile(self, provider: str = "") -> None:
        """A provider's bill against the ledger."""
        self.bill.show_provider(provider)
        self.bill.show()
        self.bill.raise_()

    def show_period(self, period: AuditPeriod) -> None:
        """What is beside the ledger in that period; worked out after the page itself is shown."""
        self._period = period

        def show(found: Beside) -> None:
            if period == self._period:
                self.panel.show_beside(found)

        imports, audit = self._services.imports, self._services.audit
        self._runner.query(lambda: beside(imports, audit, period), show, owner=self.panel)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A file, folder or zip that is dropped on the page."""
        if isinstance(event, QDragEnterEvent):  # before the drop, whose class it shares
            if dropped(event) is not None:
                event.acceptProposedAction()
                return True
        elif event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            path = dropped(event)
            if path is not None:
                event.acceptProposedAction()
                self.open(path)
                return True
        return super().eventFilter(watched, event)

    def _count(self, chosen: str) -> None:
        self.importing.change(lambda: self._services.imports.set_counting(chosen), lambda _chosen: None)

    def _failed(self, error: object) -> None:
        if any(dialog is not None and dialog.isVisible() for dialog in (self._dialog, self._bill)):
            return  # which say it themselves
        if isinstance(error, KnownError):
            self.notice.emit(error.sentence)
        else:
            self._runner.problem.emit(error)
