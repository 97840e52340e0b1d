"""Running a file of prompts: its price before, the yes, the progress, the table. Services by the runner only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from pennyweight.bridge.stream import StreamHandle
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.comparison import Choice, Comparison, Side
from pennyweight.domain.conversation import Task
from pennyweight.services.compare_batch import BatchItem
from pennyweight.services.comparison import (
    CompareDone,
    CompareEvent,
    CompareStarted,
    SideDone,
    SideFailed,
    SideStatus,
)
from pennyweight.services.container import Services
from pennyweight.services.egress import EgressState
from pennyweight.services.escalation import Preview, RedactionChoice
from pennyweight.ui.cloud.sheet import CloudSheet
from pennyweight.ui.cloud.words import counted
from pennyweight.ui.compare.page import ComparePage
from pennyweight.ui.compare.words import batch_price, when

_AT_ONCE = 20
"""Prompts to price before the window hears of it."""
_FILES = "Prompts (*.txt *.md *.csv *.jsonl *.ndjson);;All files (*)"


class BatchController(QObject):
    """`failed` carries an exception; `chosen` a comparison after a choice; `spent`: the ledger has new rows."""

    failed = Signal(object)
    chosen = Signal(object)
    opened = Signal(str)
    spent = Signal()

    def __init__(
        self,
        services: Services,
        runner: TaskRunner,
        page: ComparePage,
        provider: Callable[[str], str],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._runner = runner
        self._page = page
        self._provider = provider
        self._window = window
        self._handle: StreamHandle | None = None
        self._asked = 0
        self._items: list[BatchItem] = []
        self._row = -1
        self._current: Comparison | None = None
        self._done = 0
        self._total = 0
        self.sheet = CloudSheet(window, under=page.setup.go)
        setup, card = page.setup, page.batch
        setup.batch_wanted.connect(self._choose_file)
        setup.changed.connect(self.plan)
        self.sheet.changed.connect(self.plan)
        self.sheet.confirmed.connect(self._start)
        self.sheet.way_out.connect(self._way_out)
        card.stop_wanted.connect(self.stop)
        card.export_wanted.connect(self._choose_place)
        card.opened.connect(self.opened)
        card.chosen.connect(self.choose)

    @property
    def running(self) -> bool:
        return self._handle is not None

    def close(self) -> None:
        self._asked += 1
        self.stop()

    def stop(self) -> None:
        """What is done is kept, and what has begun as far as it got."""
        if self._handle is not None:
            self._page.batch.set_running(running=True, status="Stopping…")
            self._handle.stop()

    def load(self, path: Path) -> None:
        """Read a file of prompts into the setup; its price follows."""
        read = self._services.compare.read_prompts

        def done(prompts: list[str]) -> None:
            self._page.banner.hide()
            self.sheet.found.forget()
            self._page.setup.show_prompts(path.name, prompts)

        self._runner.query(lambda: read(path), done, self.failed.emit, owner=self)

    def plan(self) -> None:
        """Work out what would be sent and what it costs, a few prompts at a time; a newer call ends an older one."""
        self._asked += 1
        self._items = []
        setup = self._page.setup
        if setup.prompts and len(setup.contenders) > 1:
            self._next(self._asked)

    def run(self) -> None:
        """Ask for the yes where something would leave this computer; else begin."""
        if self.running or not self._items:
            return
        self._page.banner.hide()
        if self._previews():
            self._show_sheet()
        else:
            self._start()

    def choose(self, comparison_id: str, choice: Choice) -> None:
        service = self._services.compare

        def done(comparison: Comparison) -> None:
            self._page.batch.update_comparison(comparison, self._provider)
            self.chosen.emit(comparison)

        self._runner.change(lambda: service.choose(comparison_id, choice), done, self.failed.emit, owner=self)

    def export(self, path: Path) -> None:
        batch, service = self._page.batch.batch_id, self._services.compare

        def done(count: int) -> None:
            self._page.toast.tell(f"{count:,} row{'' if count == 1 else 's'} written to {path}.")

        self._runner.change(lambda: service.export_batch(batch, path), done, self.failed.emit, owner=self)

    def reopen(self, batch: str) -> None:
        """The table of an earlier batch, as it stands now."""
        if self.running:
            self._page.banner.tell("A batch is running. Stop it first, or wait until it is done.")
            return
        service = self._services.compare
        self._runner.query(lambda: service.of_batch(batch), self._reopened, self.failed.emit, owner=self)

    def _reopened(self, found: Sequence[Comparison]) -> None:
        if self.running or not found:
            return
        card, first = self._page.batch, found[0]
        prompts = [each.prompt for each in found]
        card.begin(f"Batch of {when(first)}", prompts, [_column(side) for side in first.sides], blind=first.blind)
        for row, comparison in enumerate(found):
            card.show_comparison(row, comparison, self._provider)
        card.set_running(running=False, status=counted(len(found), "prompt"))
        self._page.banner.hide()
        self._page.show_batch()

    # -- before it starts

    def _next(self, asked: int) -> None:
        setup, service = self._page.setup, self._services.compare
        start = len(self._items)
        part = setup.prompts[start : start + _AT_ONCE]
        if not part:
            self._planned()
            return
        setup.show_price(f"Working out what it costs: {start:,} of {len(setup.prompts):,}…", ready=False)
        task, redaction = Task(setup.tasks.value()), RedactionChoice(keep=self.sheet.found.keep)
        targets = [each.target for each in setup.contenders]

        def came(items: list[BatchItem]) -> None:
            if asked == self._asked:
                self._items += items
                self._next(asked)

        def failed(error: Exception) -> None:
            if asked == self._asked:
                setup.show_price("", ready=False)
                self.failed.emit(error)

        self._runner.query(
            lambda: service.plan_batch(part, task, targets, redaction=redaction), came, failed, owner=self
        )

    def _planned(self) -> None:
        setup = self._page.setup
        words = batch_price(len(self._items), len(setup.contenders), self._previews())
        setup.show_price(words, ready=not self.running)
        if self.sheet.isVisible():
            self._show_sheet()

    def _previews(self) -> list[Preview]:
        return [preview for item in self._items for preview in item.previews]

    def _show_sheet(self) -> None:
        previews = self._previews()
        self.sheet.show_previews(previews)
        offline = self._services.egress.state() is EgressState.OFFLINE and any(not each.local for each in previews)
        words = "Take the lock off: ask first from now on" if offline else ""
        self.sheet.offer_exit("unlock" if offline else "", words)
        if not self.sheet.isVisible():
            self.sheet.open()

    def _way_out(self, key: str) -> None:
        if key == "unlock":
            ask_first = self._services.egress.ask_first
            self._runner.change(ask_first, lambda _none: self.plan(), self.failed.emit, owner=self)

    # -- while it runs

    def _start(self) -> None:
        setup, card, service = self._page.setup, self._page.batch, self._services.compare
        if self.running:
            return
        items, targets, blind = list(self._items), [each.target for each in setup.contenders], setup.blind.isChecked()
        self._row, self._current, self._done, self._total = -1, None, 0, len(items)
        names = [each.name for each in setup.contenders]
        card.begin(setup.prompts_name, [item.draft.text for item in items], names, blind=blind)
        handle = self._handle = self._runner.stream(
            lambda cancel: service.run_batch(items, targets, cancel, blind=blind)
        )
        setup.show_prompts("", ())
        self._page.show_batch()
        handle.events.connect(self._arrived)
        handle.finished.connect(lambda: self._ended(None))
        handle.failed.connect(self._ended)
        handle.start()

    def _arrived(self, batch: list[CompareEvent]) -> None:
        for event in batch:
            self._take(event)

    def _take(self, event: CompareEvent) -> None:
        card = self._page.batch
        match event:
            case CompareStarted(comparison=comparison):
                self._row += 1
                self._show(comparison)
                card.set_running(running=True, status=f"{self._row + 1:,} of {self._total:,}")
            case SideStatus(text=text):
                card.set_running(running=True, status=f"{self._row + 1:,} of {self._total:,} · {text}")
            case SideDone(position=position, side=side) | SideFailed(position=position, side=side):
                if self._current is not None:
                    sides = list(self._current.sides)
                    sides[position] = side
                    self._show(replace(self._current, sides=tuple(sides)))
            case CompareDone(comparison=comparison):
                self._done += 1
                self._show(comparison)
                card.bar.setValue(self._done)
            case _:
                pass

    def _show(self, comparison: Comparison) -> None:
        self._current = comparison
        self._page.batch.show_comparison(self._row, comparison, self._provider)

    def _ended(self, error: Exception | None) -> None:
        stopped = self._handle is not None and self._handle.cancel.cancelled
        self._handle = None
        left = range(self._row + 1, self._total)
        self._page.batch.leave_out(left)
        if error is not None:
            status = f"Ended early: {self._done:,} of {self._total:,} are done and kept"
            self.failed.emit(error)
        elif stopped and left:
            status = f"Stopped: {self._done:,} of {self._total:,} are kept"
        else:
            status = f"Done: {self._done:,} of {self._total:,}"
        self._page.batch.set_running(running=False, status=status)
        self.plan()
        self.spent.emit()

    # -- files

    def _choose_file(self) -> None:
        dialog = QFileDialog(self._window, "A file of prompts")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(_FILES)
        dialog.filesSelected.connect(lambda names: self.load(Path(names[0])))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _choose_place(self) -> None:
        name = f"{Path(self._page.batch.name.text()).stem or 'batch'}-answers.csv"
        dialog = QFileDialog(self._window, "Export the table", str(Path.home() / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV (*.csv);;All files (*)")
        dialog.selectFile(name)
        dialog.filesSelected.connect(lambda names: self.export(Path(names[0])))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()


def _column(side: Side) -> str:
    return side.model_name or side.model or side.source
