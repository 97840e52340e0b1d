"""Providers and their keys: where a key is kept, setting, testing and removing one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from pennyweight.bridge.tasks import TaskRunner
from pennyweight.domain.cancel import Cancel
from pennyweight.domain.errors import KnownError
from pennyweight.services.keys import KeyringState, KeysService, ProviderEntry
from pennyweight.services.settings import Settings
from pennyweight.ui.settings.section import Section
from pennyweight.ui.widgets import (
    Badge,
    ElidedLabel,
    GhostButton,
    Line,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    SmallButton,
    Tone,
)
from pennyweight.ui.widgets.confirm import confirm
from pennyweight.ui.widgets.keyboard import focused_in, give_keyboard

_STATES: dict[KeyringState, tuple[str, Tone]] = {
    "available": ("keyring ready", "local"),
    "locked": ("keyring locked", "warn"),
    "absent": ("no keyring", "warn"),
    "denied": ("keyring refused", "warn"),
}
_KEPT: dict[str, tuple[str, Tone]] = {
    "keyring": ("in the keyring", "local"),
    "session": ("until you quit", "warn"),
    "": ("no key", "mute"),
}


@dataclass(frozen=True, slots=True)
class _Known:
    state: KeyringState
    sentence: str
    entries: list[ProviderEntry]


class KeyEditor(QWidget):
    """A password field for one provider. `kept` carries the text once; it is wiped from the field at once. Esc cancels,
    before the shortcuts of the window hear of it."""

    kept = Signal(str)
    cancelled = Signal()

    def __init__(self, entry: ProviderEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.provider = entry.id
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(f"Key of {entry.name}")
        self.field.setPlaceholderText(f"Paste your {entry.name} key")
        self.field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.keep = PrimaryButton("Keep")
        self.cancel = GhostButton("Cancel")
        self.reason = PlainLabel("", tone="warn", kind="small", wrap=True)
        self.reason.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.keep)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(4)
        column.addLayout(row)
        if entry.key_page:
            page = LinkButton(f"Where to get one: {entry.key_page}", quiet=True)
            page.setToolTip("Opens in your browser; Pennyweight itself makes no connection.")
            page.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(entry.key_page)))
            column.addWidget(page)
        column.addWidget(self.reason)
        self.field.returnPressed.connect(self._keep)
        self.keep.clicked.connect(self._keep)
        self.cancel.clicked.connect(self._cancel)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            if event.type() is QEvent.Type.KeyPress:
                self._cancel()
            return True
        return super().event(event)

    def refuse(self, sentence: str) -> None:
        self.reason.setText(sentence)
        self.reason.show()
        self.field.setFocus()

    def _keep(self) -> None:
        text = self.field.text()
        self.field.clear()
        if text.strip():
            self.kept.emit(text)

    def _cancel(self) -> None:
        self.field.clear()
        self.cancelled.emit()


class KeysSection(Section):
    """`told` is a sentence; `failed` an exception; `changed_keys` after a key was set or removed."""

    told = Signal(str)
    failed = Signal(object)
    settled = Signal(str)
    """The sentence of a failure that is past."""
    changed_keys = Signal()
    address_wanted = Signal()
    """Of the own server: without one there is nobody to show a key to."""

    def __init__(self, keys: KeysService, runner: TaskRunner) -> None:
        super().__init__(
            "keys",
            "Providers and keys",
            "Keys are kept in the keyring of this computer and nowhere else. Without its key, nothing can be sent to a "
            "provider; your own server may need none.",
        )
        self._keys = keys
        self._runner = runner
        self._failures: dict[str, str] = {}
        """By provider, the last one that was told."""
        self._open = ""
        self._known: _Known | None = None
        self.editor: KeyEditor | None = None
        self.state = Badge("")
        self.sentence = PlainLabel("", tone="mute", kind="small", wrap=True)
        self.unlock = SmallButton("Unlock…", name="Unlock the keyring")
        self.unlock.hide()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.state)
        head.addWidget(self.sentence, 1)
        head.addWidget(self.unlock)
        self.body.addLayout(head)
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(6)
        self._grid.setHorizontalSpacing(10)
        self._grid.setColumnStretch(0, 1)
        self.body.addWidget(self._holder)
        self.buttons: dict[tuple[str, str], SmallButton] = {}
        self.unlock.clicked.connect(
            lambda: self._runner.query(self._keys.unlock, lambda _state: self.refresh(), self.failed.emit, owner=self)
        )

    def fill(self, settings: Settings) -> None:
        del settings
        self.refresh()

    def refresh(self) -> None:
        def fetch() -> _Known:
            state, sentence = self._keys.keyring()
            return _Known(state, sentence, self._keys.list())

        self._runner.query(fetch, self._show, self.failed.emit, owner=self)

    def _show(self, known: _Known) -> None:
        if known == self._known and self._grid.count():
            return
        self._known = known
        words, tone = _STATES[known.state]
        self.state.setText(words)
        self.state.set_tone(tone)
        self.sentence.setText(known.sentence)
        self.unlock.setVisible(known.state in ("locked", "denied"))
        self._rebuild()

    def _rebuild(self) -> None:
        used = self._in_use()
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.editor = None
        self.buttons = {}
        for entry in self._known.entries if self._known is not None else ():
            self._add(entry, self._grid.rowCount())
        self.tab_through()
        if used is not None and self.editor is None:
            give_keyboard(self.buttons.get(used) or self._last_button(used[0]))

    def _in_use(self) -> tuple[str, str] | None:
        """Whose line has the keyboard, and which of its buttons, if it is one."""
        focused = focused_in(self._holder)
        if focused is None:
            return None
        if self.editor is not None and self.editor.isAncestorOf(focused):
            return self.editor.provider, ""
        return next((key for key, button in self.buttons.items() if button is focused), None)

    def _last_button(self, provider: str) -> SmallButton:
        """The one that leads to its key: it is always there."""
        return [button for (whose, _), button in self.buttons.items() if whose == provider][-1]

    def _add(self, entry: ProviderEntry, row: int) -> None:
        self._grid.addWidget(Line(), row, 0, 1, 3)
        words, tone = _KEPT[entry.kept_in]
        if not entry.key_needed and not entry.kept_in:
            words = "no key needed" if entry.own_address else "no address"
        name = PlainLabel(entry.name, kind="strong" if entry.ready else "body")
        self._grid.addWidget(name, row + 1, 0)
        self._grid.addWidget(Badge(words, tone=tone), row + 1, 1, Qt.AlignmentFlag.AlignRight)
        actions = QWidget()
        line = QHBoxLayout(actions)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addStretch(1)
        if entry.ready:
            self._button(line, entry, "Test", "Test the key of", partial(self._test, entry))
            self._button(line, entry, "Models", "Fetch the model list of", partial(self._fetch, entry))
        if entry.kept_in:
            self._button(line, entry, "Remove", "Remove the key of", partial(self._ask_remove, entry))
        if not entry.key_needed and not entry.own_address and not entry.kept_in:
            self._button(line, entry, "Set address…", "Set the address of", self.address_wanted.emit)
        else:
            first = "Set key…" if entry.key_needed else "Set key (optional)…"
            words = "Change…" if entry.kept_in else first
            self._button(line, entry, words, "Set the key of", partial(self._edit, entry))
        self._grid.addWidget(actions, row + 1, 2)
        if entry.own_address:
            self._grid.addWidget(ElidedLabel(f"at {entry.address}", tone="mute", kind="small"), row + 2, 0, 1, 3)
        if entry.id == self._open:
            self.editor = KeyEditor(entry)
            self.editor.kept.connect(lambda text: self._keep(entry, text))
            self.editor.cancelled.connect(self._close_editor)
            self._grid.addWidget(self.editor, row + 3, 0, 1, 3)
            self.editor.field.setFocus()

    def _button(self, line: QHBoxLayout, entry: ProviderEntry, text: str, name: str, call: Callable[[], None]) -> None:
        button = SmallButton(text, name=f"{name} {entry.name}")
        button.clicked.connect(lambda _checked=False: call())
        line.addWidget(button)
        self.buttons[entry.id, text.rstrip("…")] = button

    def _edit(self, entry: ProviderEntry) -> None:
        self._open = entry.id
        self._rebuild()

    def _close_editor(self) -> None:
        self._open = ""
        self._rebuild()

    def _keep(self, entry: ProviderEntry, text: str) -> None:
        def done(where: str) -> None:
            self._open = ""
            self._known = None
            self._settle(entry)
            kept = "in the keyring" if where == "keyring" else "until you quit, since there is no keyring to use"
            self.told.emit(f"The key of {entry.name} is kept {kept}.")
            self.changed_keys.emit()
            self.refresh()

        def refused(error: Exception) -> None:
            if isinstance(error, KnownError) and self.editor is not None:
                self.editor.refuse(error.sentence)
            else:
                self.failed.emit(error)

        self._runner.change(lambda: self._keys.set(entry.id, text), done, refused, owner=self)

    def _test(self, entry: ProviderEntry) -> None:
        self.told.emit(f"Asking {entry.name}…")
        self._ask(
            entry,
            lambda: self._keys.test(entry.id, Cancel()),
            lambda _none: self.told.emit(f"{entry.name} accepts it."),
        )

    def _fetch(self, entry: ProviderEntry) -> None:
        self.told.emit(f"Asking {entry.name} for its models…")
        self._ask(
            entry,
            lambda: self._keys.fetch_models(entry.id, Cancel()),
            lambda models: self.told.emit(f"{entry.name} has {len(models):,} models for you."),
        )

    def _ask_remove(self, entry: ProviderEntry) -> None:
        about = (
            "Pennyweight cannot bring it back: you would need to paste it again. The provider itself keeps it valid."
        )
        confirm(self.window(), f"Remove the key of {entry.name}?", about, "Remove", lambda: self.remove(entry))

    def remove(self, entry: ProviderEntry) -> None:
        """After the person has said yes."""

        def done(_there: bool) -> None:
            self._settle(entry)
            self.told.emit(f"The key of {entry.name} is removed from this computer.")
            self.changed_keys.emit()
            self.refresh()

        self._runner.change(lambda: self._keys.remove(entry.id), done, self.failed.emit, owner=self)

    def _ask(self, entry: ProviderEntry, work: Callable[[], object], done: Callable[..., None]) -> None:
        def answered(result: object) -> None:
            self._settle(entry)
            done(result)

        def failed(error: Exception) -> None:
            if isinstance(error, KnownError):
                self._failures[entry.id] = error.sentence
            self.failed.emit(error)

        self._runner.query(work, answered, failed, owner=self)

    def _settle(self, entry: ProviderEntry) -> None:
        self.settled.emit(self._failures.pop(entry.id, ""))
