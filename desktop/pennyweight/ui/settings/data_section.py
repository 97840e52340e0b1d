"""Where everything is kept, and how to take it along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.services.conversations import ConversationService
from pennyweight.services.exports import ExportService
from pennyweight.ui.settings.section import Section
from pennyweight.ui.widgets import ElidedLabel, GhostButton
from pennyweight.ui.widgets.confirm import confirm
from pennyweight.ui.widgets.export_line import ExportLine
from pennyweight.ui.widgets.flow import FlowLayout
from pennyweight.ui.widgets.saving import ask_place


class DataSection(Section):
    """`told` is a sentence about what was written; a failure goes to `failed`."""

    told = Signal(str)
    failed = Signal(object)
    chats_removed = Signal()
    """For good: no deleted chat can come back any more."""

    def __init__(
        self, home: Path, exports: ExportService, conversations: ConversationService, runner: TaskRunner
    ) -> None:
        super().__init__(
            "data",
            "Data",
            "Chats, ledger and settings are one database in this folder, backed up there once a day.",
        )
        self._home = home
        self._exports = exports
        self._conversations = conversations
        self._runner = runner
        self.path = ElidedLabel(str(home))
        self.folder = GhostButton("Open folder")
        self.backup = GhostButton("Back up now…")
        self.chats = GhostButton("Export chats…")
        self.ledger = GhostButton("Export ledger…")
        row = FlowLayout(gap=8, line_gap=8)
        self.report = GhostButton("Export report…")
        self.remove = GhostButton("Remove deleted chats…")
        for button in (self.folder, self.backup, self.chats, self.ledger, self.report, self.remove):
            row.addWidget(button)
        self.body.addWidget(self.path)
        self.body.addLayout(row)
        self.line = ExportLine(runner)
        self.line.told.connect(self.told)
        self.line.failed.connect(self.failed)
        self.body.addWidget(self.line)
        self.folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._home))))
        self.backup.clicked.connect(self._choose_backup)
        self.chats.clicked.connect(self._choose_chats)
        self.ledger.clicked.connect(self._choose_ledger)
        self.report.clicked.connect(self._choose_report)
        self.remove.clicked.connect(self._ask_to_remove)

    def write_backup(self, path: Path) -> None:
        self.line.write(
            lambda cancel, progress: f"Backed up to {self._exports.backup(path, cancel=cancel, progress=progress)}."
        )

    def write_chats(self, path: Path) -> None:
        chats = self._exports.chats
        self.line.write(lambda cancel, progress: _counted(chats(path, cancel=cancel, progress=progress), "chat", path))

    def write_ledger(self, path: Path) -> None:
        ledger = self._exports.ledger
        self.line.write(lambda cancel, progress: _counted(ledger(path, cancel=cancel, progress=progress), "row", path))

    def write_report(self, path: Path) -> None:
        self.line.write(lambda _cancel, _progress: f"Report written to {self._exports.report(path)}.")

    def _ask_to_remove(self) -> None:
        confirm(
            self.window(),
            "Remove deleted chats for good?",
            "Deleted chats stay in the database for 30 days, so that Ctrl+Shift+T can bring them back. Now their texts "
            "are removed; what they cost stays in the ledger. A backup of the last seven days may hold them still.",
            "Remove",
            self.remove_deleted,
        )

    def remove_deleted(self) -> None:
        def told(count: int) -> None:
            chats = f"{count:,} deleted chat{'' if count == 1 else 's'}"
            self.chats_removed.emit()
            self.told.emit(f"{chats} removed for good." if count else "There were no deleted chats.")

        self._runner.change(self._conversations.remove_deleted, told, owner=self)

    def _choose_backup(self) -> None:
        self._choose("Back up to", f"pennyweight-{date.today().isoformat()}.db", "Database (*.db)", self.write_backup)

    def _choose_chats(self) -> None:
        self._choose("Export all chats", "pennyweight-chats.json", "JSON (*.json)", self.write_chats)

    def _choose_ledger(self) -> None:
        self._choose(
            "Export the ledger", "pennyweight-ledger.csv", "CSV (*.csv);;JSON lines (*.jsonl)", self.write_ledger
        )

    def _choose_report(self) -> None:
        self._choose("Export a report", "pennyweight-report.md", "Markdown (*.md)", self.write_report)

    def _choose(self, title: str, name: str, kinds: str, write: Callable[[Path], None]) -> None:
        ask_place(self.window(), title, Path.home() / name, kinds, write)


def _counted(count: int, what: str, path: Path) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'} written to {path}."
