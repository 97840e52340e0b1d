"""Running a comparison, keeping the choice, and going on with the winner. Services are reached by the runner only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from pennyweight.bridge.stream import StreamHandle
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.comparison import Choice, Comparison, Earlier, Side
from pennyweight.domain.errors import KnownError
from pennyweight.domain.model import ModelInfo
from pennyweight.services.attachments import ReadFile, read_attachment
from pennyweight.services.comparison import (
    CompareDone,
    CompareEvent,
    CompareStarted,
    SideDelta,
    SideDone,
    SideFailed,
    SideLive,
    SideStatus,
    Statistics,
    Target,
)  # fmt: skip
from pennyweight.services.container import Services
from pennyweight.services.draft import Draft
from pennyweight.services.egress import EgressState
from pennyweight.services.escalation import Preview, RedactionChoice
from pennyweight.services.verdict_statistics import KeptShare
from pennyweight.ui.cloud.model_picker import CloudModel
from pennyweight.ui.cloud.sheet import CloudSheet
from pennyweight.ui.compare.batch_controller import BatchController
from pennyweight.ui.compare.contender_menu import ContenderMenu
from pennyweight.ui.compare.history_dialog import HistoryDialog
from pennyweight.ui.compare.page import ComparePage
from pennyweight.ui.compare.setup_panel import Contender
from pennyweight.ui.compare.words import marks
from pennyweight.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class _Known:
    statistics: list[Statistics]
    choices: int
    locals: list[ModelInfo]
    current: ModelInfo | None
    clouds: list[CloudModel]
    marks: Sequence[KeptShare]


class CompareController(QObject):
    """`continued` carries the id of the new chat; `spent` says that the ledger has new rows."""

    continued = Signal(str)
    spent = Signal()
    settings_wanted = Signal(str)
    problem = Signal(object)

    def __init__(
        self, services: Services, runner: TaskRunner, theme: Theme, page: ComparePage, window: QWidget
    ) -> None:
        super().__init__(window)
        self._services = services
        self._runner = runner
        self._theme = theme
        self._page = page
        self._window = window
        self._handle: StreamHandle | None = None
        self._sides: list[Side] = []
        self._names: dict[str, str] = {}
        self._draft: Draft | None = None
        self._asked = 0
        self._begun = False
        self.sheet = CloudSheet(window, under=page.setup.go)
        self.menu = ContenderMenu(theme, page)
        self.batch = BatchController(services, runner, page, lambda source: self._names.get(source, source), window)
        self._connect()

    @property
    def page(self) -> ComparePage:
        return self._page

    def close(self) -> None:
        self.batch.close()
        if self._handle is not None:
            self._handle.stop()

    def refresh(self) -> None:
        """Fetch the statistics and who could answer."""

        def fetch() -> _Known:
            keys = self._services.keys
            clouds = [
                CloudModel(entry.name, price)
                for entry in keys.list()
                if entry.ready
                for price in keys.known_models(entry.id)
            ]
            models = self._services.models
            compare = self._services.compare
            marks = self._services.conversations.kept_shares()
            return _Known(compare.statistics(), compare.choices(), list(models.list()), models.current(), clouds, marks)

        self._runner.query(fetch, self._refreshed, self._failed, owner=self)

    def run(self) -> None:
        """Ask them all; with one in the cloud among them, show first what would be sent."""
        if self._handle is not None:
            return
        if self.batch.running:
            self._page.banner.tell("A batch is running. Stop it first, or wait until it is done.")
            return
        if self._page.setup.prompts:
            self.batch.run()
            return
        self._page.banner.hide()
        self._draft = self._page.setup.draft()
        if any(not each.is_local for each in self._page.setup.contenders):
            self.sheet.previews = ()
            self.sheet.found.forget()
            self.sheet.show_waiting()
            self._preview()
        else:
            self._start(())

    def choose(self, choice: Choice, note: str) -> None:
        shown = self._page.comparison
        if shown is None or self._page.running:
            return
        service = self._services.compare

        def done(comparison: Comparison) -> None:
            self._show(comparison)
            self._page.batch.update_comparison(comparison, lambda source: self._names.get(source, source))
            self.refresh()

        self._runner.change(lambda: service.choose(shown.id, choice, note), done, self._failed, owner=self)

    def edit(self, text: str) -> None:
        """Keep the person's own wording of the winner; the model's stays beside it."""
        shown, service = self._page.comparison, self._services.compare
        if shown is not None:
            self._runner.change(lambda: service.edit(shown.id, text), self._show, self._failed, owner=self)

    def continue_with(self, position: int) -> None:
        shown = self._page.comparison
        if shown is not None:
            service = self._services.compare
            self._runner.change(
                lambda: service.continue_with(shown.id, position),
                lambda conversation: self.continued.emit(conversation.id),
                self._failed,
                owner=self,
            )

    def export(self, path: Path) -> None:
        service = self._services.compare

        def done(count: int) -> None:
            self._page.toast.tell(f"{count:,} preference{'' if count == 1 else 's'} written to {path}.")

        self._runner.change(lambda: service.export_preferences(path), done, self._failed, owner=self)

    def _connect(self) -> None:
        page, setup = self._page, self._page.setup
        setup.run.connect(self.run)
        setup.add_wanted.connect(lambda: self.menu.open_for(setup.add, setup.contenders))
        setup.attach_wanted.connect(self._attach)
        setup.files.connect(self._take)
        self.menu.chosen.connect(setup.add_contender)
        self.menu.keys_wanted.connect(lambda: self.settings_wanted.emit("keys"))
        page.chosen.connect(self.choose)
        page.continue_wanted.connect(self.continue_with)
        page.edited.connect(self.edit)
        page.new_wanted.connect(page.show_setup)
        self.batch.failed.connect(self._failed)
        self.batch.chosen.connect(lambda _comparison: self.refresh())
        self.batch.opened.connect(self._open)
        self.batch.spent.connect(self.spent)
        page.stop_wanted.connect(lambda: self._handle.stop() if self._handle else None)
        page.history_wanted.connect(self._open_history)
        page.export_wanted.connect(self._choose_file)
        self.sheet.changed.connect(self._preview)
        self.sheet.confirmed.connect(lambda: self._start(self.sheet.previews))
        self.sheet.way_out.connect(self._way_out)

    def _refreshed(self, known: _Known) -> None:
        self._page.statistics.show_statistics(known.statistics, known.choices)
        self._page.statistics.show_marks(marks(known.marks, {each.id: each.name for each in known.locals}))
        self._names = {cloud.price.provider: cloud.provider_name for cloud in known.clouds} | self._names
        self.menu.set_choices(known.locals, known.clouds)
        if not self._begun and known.current is not None:
            self._begun = True
            here = Contender(Target("local", known.current.id), "On this computer", known.current.name)
            self._page.setup.set_contenders([here, *self._page.setup.contenders])

    def _preview(self) -> None:
        draft = self._draft
        if draft is None:
            return
        self._asked += 1
        asked = self._asked
        targets = [each.target for each in self._page.setup.contenders]
        redaction = RedactionChoice(keep=self.sheet.found.keep)
        service = self._services.compare
        self._runner.query(
            lambda: service.previews(draft, targets, redaction=redaction),
            lambda found: self._previewed(asked, found),
            self._failed,
            owner=self,
        )

    def _previewed(self, asked: int, previews: list[Preview]) -> None:
        if asked != self._asked:
            return
        self.sheet.show_previews(previews)
        offline = self._services.egress.state() is EgressState.OFFLINE and any(
            not preview.local for preview in previews
        )
        self.sheet.offer_way_out(offline=offline)
        if not self.sheet.isVisible():
            self.sheet.open()

    def _way_out(self, key: str) -> None:
        if key == "unlock":
            self._runner.change(
                self._services.egress.ask_first, lambda _none: self._preview(), self._failed, owner=self
            )
        elif key:
            self.sheet.reject()
            self.settings_wanted.emit(key)

    def _start(self, previews: Sequence[Preview]) -> None:
        draft, setup = self._draft, self._page.setup
        if draft is None or self._handle is not None:
            return
        targets = [each.target for each in setup.contenders]
        blind, service = setup.blind.isChecked(), self._services.compare
        handle = self._handle = self._runner.stream(
            lambda cancel: service.run(draft, targets, cancel, previews=previews, blind=blind)
        )
        setup.go.setEnabled(False)
        handle.events.connect(self._arrived)
        handle.finished.connect(lambda: self._ended(None))
        handle.failed.connect(self._ended)
        handle.start()

    def _arrived(self, batch: list[CompareEvent]) -> None:
        for event in batch:
            self._handle_event(event)

    def _handle_event(self, event: CompareEvent) -> None:
        cards = self._page.cards
        match event:
            case CompareStarted(comparison=comparison):
                self._sides = list(comparison.sides)
                self._show(comparison, running=True)
            case SideDelta(position=position, text=text, reasoning=reasoning):
                cards[position].append(text, reasoning)
            case SideLive(position=position):
                cards[position].show_live(event)
            case SideStatus(position=position, text=text):
                cards[position].show_status(text)
            case SideDone(position=position, side=side) | SideFailed(position=position, side=side):
                self._sides[position] = side
                if self._page.comparison is not None:
                    self._show(replace(self._page.comparison, sides=tuple(self._sides)), running=True)
            case CompareDone(comparison=comparison):
                self._show(comparison)

    def _show(self, comparison: Comparison, *, running: bool = False) -> None:
        self._page.show_comparison(comparison, lambda source: self._names.get(source, source), running=running)

    def _ended(self, error: Exception | None) -> None:
        self._handle = None
        shown = self._page.comparison
        if error is not None:
            self._failed(error)
            if shown is None:
                self._page.show_setup()
        if shown is not None and self._page.running:
            self._runner.query(lambda: self._services.compare.get(shown.id), self._show, self._failed, owner=self)
        self._page.setup.set_contenders(self._page.setup.contenders)
        self.spent.emit()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            sheets = [sheet for sheet in (self.sheet, self.batch.sheet) if sheet.isVisible()]
            if sheets:
                sheets[0].show_problem(error.sentence)
            else:
                self._page.banner.tell(error.sentence)
        else:
            self.problem.emit(error)

    def _open_history(self) -> None:
        def show(lines: Sequence[Earlier]) -> None:
            dialog = HistoryDialog(self._theme, lines, self._window)
            dialog.chosen.connect(self._open)
            dialog.batch_chosen.connect(self._open_batch)
            dialog.finished.connect(lambda _result: dialog.deleteLater())
            dialog.open()

        self._runner.query(self._services.compare.history, show, self._failed, owner=self)

    def _open_batch(self, batch: str) -> None:
        if not self._page.running:
            self.batch.reopen(batch)

    def _open(self, comparison_id: str) -> None:
        if not self._page.running:
            self._runner.query(lambda: self._services.compare.get(comparison_id), self._show, self._failed, owner=self)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self._window, "Export your choices", str(Path.home() / "pennyweight-preferences.jsonl"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["JSON lines (*.jsonl)", "All files (*)"])
        dialog.selectFile("pennyweight-preferences.jsonl")
        dialog.filesSelected.connect(lambda names: self.export(Path(names[0])))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _attach(self) -> None:
        dialog = QFileDialog(self._window, "Attach text files")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self._take([Path(name) for name in names]))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _take(self, paths: Sequence[Path]) -> None:
        def read(found: ReadFile) -> None:
            self._page.setup.add_file(found.attachment)

        for path in paths:
            self._runner.query(partial(read_attachment, path), read, self._failed, owner=self)
