"""Asking the cloud, from the button to the yes: whom, what, how much, and whether it may leave at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from pennyweight.bridge.relay import Relay
from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.services.container import Services
from pennyweight.services.draft import Draft
from pennyweight.services.egress import EgressState
from pennyweight.ui.cloud.lock_pill import LockPill
from pennyweight.ui.theme import Theme

if TYPE_CHECKING:
    from pennyweight.services.comparison import Statistics
    from pennyweight.services.escalation import Preview
    from pennyweight.ui.cloud.ask_sheet import AskSheet
    from pennyweight.ui.cloud.model_picker import CloudModel, CloudModelPicker

NO_KEY = "No provider can be asked yet: none has a key."


class CloudController(QObject):
    """`confirmed` carries the Preview after the yes; `settings_wanted` a section's key; `told` a sentence."""

    confirmed = Signal(object)
    settings_wanted = Signal(str)
    told = Signal(str)
    problem = Signal(object)

    def __init__(self, services: Services, runner: TaskRunner, theme: Theme, lock: LockPill, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._runner = runner
        self._lock = lock
        self._conversation = ""
        self._asked = 0
        self._question: Draft | str | None = None
        self._at_once = False
        self._models: list[CloudModel] = []
        self._chosen: CloudModel | None = None
        self._summary: Cancel | None = None
        self._theme = theme
        self._window = window
        self._relay = Relay(self)
        self._relay.arrived.connect(lambda _none: self.show_lock())
        self._forget = services.egress.on_change(lambda: self._relay.send(None))  # called on any thread
        lock.wanted.connect(self.set_lock)
        self.show_lock()

    @cached_property
    def sheet(self) -> AskSheet:
        """Built for the first question: many a start asks nobody."""
        from pennyweight.ui.cloud.ask_sheet import AskSheet

        sheet = AskSheet(self._theme, self._window)
        sheet.changed.connect(self._preview)
        sheet.history.changed.connect(self._preview)
        sheet.confirmed.connect(lambda: self.confirmed.emit(sheet.previews[0]))
        sheet.picker_wanted.connect(self._open_picker)
        sheet.summary_wanted.connect(self._summarize)
        sheet.way_out.connect(self._way_out)
        sheet.finished.connect(lambda _result: self._closed())
        return sheet

    @cached_property
    def picker(self) -> CloudModelPicker:
        from pennyweight.ui.cloud.model_picker import CloudModelPicker

        picker = CloudModelPicker(self._theme, self.sheet)
        picker.chosen.connect(self._choose)
        return picker

    def close(self) -> None:
        """End what runs for the sheet: for the end of the program."""
        self._forget()
        self._relay.close()
        if self._summary is not None:
            self._summary.cancel()

    def set_conversation(self, conversation_id: str) -> None:
        self._conversation = conversation_id
        self.show_lock()

    def show_lock(self) -> None:
        state = self._services.egress.state(self._conversation or None)
        self._lock.show_state(state, chat=bool(self._conversation))

    def set_lock(self, state: EgressState, then: Callable[[], None] | None = None) -> None:
        """The person's word on what may leave."""
        egress, conversation = self._services.egress, self._conversation

        def change() -> None:
            if state is EgressState.OFFLINE:
                egress.go_offline()
                return
            if state is EgressState.ASK and egress.state(conversation or None) is EgressState.ALLOWED:
                egress.withdraw(conversation)
                return
            egress.ask_first()
            if state is EgressState.ALLOWED:
                egress.allow(conversation)

        def done(_none: None) -> None:
            self.show_lock()
            if then is not None:
                then()

        self._runner.change(change, done, self.problem.emit, owner=self)

    def ask(self, question: Draft | str, *, again: bool = False) -> None:
        """Show the sheet for a draft, or for the id of an answer; without it where this chat is allowed already.

        `again`: from the model that wrote the answer, if it can still be asked.
        """
        self._question = question
        self._at_once = self._lock.state is EgressState.ALLOWED and (again or self._chosen is not None)
        self.sheet.begin()
        self.sheet.show_model(self._chosen)
        if not self._at_once:
            self.sheet.open()
        writer_of = question if again and isinstance(question, str) else ""
        self._runner.query(
            lambda: self._fetch_models(writer_of), lambda f: self._models_came(*f), self._failed, owner=self
        )

    def _fetch_models(self, writer_of: str) -> tuple[list[CloudModel], tuple[str, str] | None]:
        """Who can be asked, and who wrote the answer with this id."""
        from pennyweight.ui.cloud.model_picker import CloudModel

        keys = self._services.keys
        rows = self._services.meter.entries(writer_of) if writer_of else ()
        models = [
            CloudModel(entry.name, price)
            for entry in keys.list()
            if entry.ready
            for price in keys.known_models(entry.id)
        ]
        return models, next(((row.source, row.model) for row in rows if row.source != "local"), None)

    def _models_came(self, models: list[CloudModel], writer: tuple[str, str] | None) -> None:
        from pennyweight.ui.cloud.first_choice import first_choice

        self._models = models
        known = {model.key: model for model in models}
        self._chosen = known.get(self._chosen.key) if self._chosen is not None else None
        if writer is not None:
            self._at_once = self._at_once and writer in known  # another model than expected is shown first
            self._chosen = known.get(writer, self._chosen)
        if self._chosen is None:
            self._chosen = first_choice(models, self._services.settings.get())
        self.sheet.show_model(self._chosen)
        if self._chosen is None:
            self._show(lambda: self.sheet.show_problem(NO_KEY, exit_key="keys", exit_text="Set a key…"))
        else:
            self._preview()

    def _open_picker(self) -> None:
        if self._models:
            self.picker.open_for(self.sheet.who, self._models, self._chosen.key if self._chosen else None)

    def _choose(self, model: CloudModel) -> None:
        remember = self._services.settings.update
        self._runner.change(lambda: remember(cloud_model="/".join(model.key)), None, self.problem.emit)
        self._chosen = model
        self.sheet.show_model(model)
        self.sheet.show_waiting()
        self._preview()

    def _preview(self) -> None:
        question, chosen = self._question, self._chosen
        if question is None or chosen is None:
            return
        self._asked += 1
        asked = self._asked
        history, redaction = self.sheet.choices()
        preview = self._services.escalate.preview
        provider, model = chosen.key
        advice = self._services.compare.advice

        def work() -> tuple[Preview, Statistics | None]:
            found = preview(question, provider, model, history=history, redaction=redaction)
            return found, advice(found.path[-1].task) if found.path else None

        self._runner.query(
            work,
            lambda found: self._previewed(asked, *found),
            lambda error: self._failed(error) if asked == self._asked else None,
            owner=self,
        )

    def _previewed(self, asked: int, preview: Preview, advice: Statistics | None) -> None:
        if asked != self._asked:
            return
        sheet = self.sheet
        sheet.show_record(advice)
        sheet.history.show_options(preview.history_options, preview.path)
        sheet.show_previews([preview], incomplete=sheet.history.incomplete)
        offline = self._lock.state is EgressState.OFFLINE and not preview.local
        sheet.offer_way_out(offline=offline)
        if self._at_once and not preview.problem and not preview.warning:
            self._at_once = False
            sheet.send()
            return
        self._show(lambda: None)

    def _show(self, then: Callable[[], None]) -> None:
        self._at_once = False
        then()
        if not self.sheet.isVisible() and self._question is not None:
            self.sheet.open()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, KnownError):
            self._show(lambda: self.sheet.show_problem(error.sentence))
        else:
            self.sheet.reject()
            self.problem.emit(error)

    def _way_out(self, key: str) -> None:
        if key == "unlock":
            self.set_lock(EgressState.ASK, self._preview)
        elif key:
            self.sheet.reject()
            self.settings_wanted.emit(key)

    def _summarize(self) -> None:
        """The rest of the chat in short, made by the model on this computer."""
        question = self._question
        if question is None or self._summary is not None:
            return
        cancel = self._summary = Cancel()
        summarize, history = self._services.escalate.summarize, self.sheet.history
        history.show_working("Summarizing here…")

        def done(text: str) -> None:
            self._summary = None
            history.show_working("")
            if question is self._question:
                history.set_summary(text)

        def failed(error: Exception) -> None:
            self._summary = None
            history.show_working("")
            self._failed(error)

        self._runner.query(lambda: summarize(question, cancel), done, failed, owner=self)

    def _closed(self) -> None:
        self._question = None
        self._asked += 1
        if self._summary is not None:
            self._summary.cancel()
