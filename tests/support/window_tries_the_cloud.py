"""Tries everything in the window that could lead to the cloud: `python -m tests.support.window_tries_the_cloud HOME`.

For a witness outside the process. Each phase begins with a mark that the witness sees: a connection to a local socket
of that name, which nobody listens at. At the end one JSON object says what was tried and what the window said.

The far addresses are in 233.252.0.0/24, a multicast network for documentation (RFC 6676): the system refuses to connect
a stream there at once, on every machine, so that a try is seen and nothing leaves.
"""

from __future__ import annotations

import json
import socket
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtGui import QShortcut
from tests.support.window_driver import WindowDriver

from pennyweight.domain.conversation import Message, MessageState
from pennyweight.domain.errors import KnownError
from pennyweight.services.egress import EgressState
from pennyweight.services.settings import SettingsService
from pennyweight.store import Store
from pennyweight.ui.cloud.lock_pill import TEXTS
from pennyweight.ui.cloud.sheet import CloudSheet

MARK = "pennyweight-phase "
FAR, OTHER_FAR = "233.252.0.1", "233.252.0.2"
KEYS = {
    "openai": "sk-proj-" + "planted0" * 5,
    "anthropic": "sk-ant-api03-" + "planted0" * 5,
    "google": "AIza" + "planted0" * 5,
    "openrouter": "sk-or-v1-" + "planted0" * 5,
    "mistral": "planted0" * 4,
    "x-ai": "xai-" + "planted0" * 5,
    "deepseek": "sk-" + "planted0" * 4,
    "groq": "gsk_" + "planted0" * 5,
}
RAIL = ("Chat", "Compare", "Audit", "Models", "Settings")
PAGES = ("chat", "compare", "audit", "models", "settings")
TAKES_TOO_LONG = ("Calibrate",)
"""Measures this machine for half a minute; opens nothing."""
IS_A_YES = ("Test the key of", "Fetch the model list of")
"""The question is in the button: pressing it is the yes to that one request."""
ENGINE = ("Answer this question again",)
"""Writes an answer on this computer."""
SKIPPED_KEYS = ("Ctrl+Q", "Ctrl+R", "Ctrl+Shift+R")
"""The end, and local answers again."""
LOOKS = ("As the desktop", "Light", "Dark", "Reset Appearance")
"""Pressed in the first phase only: each restyles the whole window."""
LOCK = tuple(f"{text}. {about}" for text, about in TEXTS.values())
"""What may leave is changed by the script alone."""


def prepare(home: Path) -> None:
    """A chat with one answer, a model of the far server on record, and the lock on by the person's own word."""
    home.mkdir(exist_ok=True)
    with Store.open(home / "pennyweight.db") as store:
        chat = store.conversations.create("A private thought")
        question = Message(
            id=uuid.uuid4().hex,
            conversation_id=chat.id,
            parent_id=None,
            role="user",
            text="Write to maria.keller@example.org",
            created_at=datetime.now(UTC),
        )
        store.conversations.add_message(question)
        answer = replace(question, id=uuid.uuid4().hex, parent_id=question.id, role="assistant", text="Dear Maria.")
        store.conversations.add_message(replace(answer, model="Starter", source="local"))
        SettingsService(store).update(onboarding_done=True)
        store.settings.set("egress.mode", "offline")
        store.settings.set("cloud.models.own-server", [{"id": "far-model", "name": "Far model", "context": 8192}])


class Tries:
    def __init__(self, driver: WindowDriver) -> None:
        self.driver = driver
        self.window = driver.window
        self.services = driver.services
        self.tried: list[str] = []
        self.said: list[str] = []
        self.report: dict[str, dict[str, list[str]]] = {}
        self.window.pages.settings_page.keys.failed.connect(self._heard)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self.tried, self.said = [], []
        with socket.socket(socket.AF_UNIX) as mark, suppress(OSError):
            mark.connect(f"\0{MARK}{name}.")
        yield
        self.driver.idle(name)
        self.report[name] = {"tried": self.tried, "said": self.said}

    def set_keys_and_addresses(self) -> None:
        window, page = self.window, self.window.pages.settings_page
        window.show_page("settings")
        self.driver.idle("the settings")
        for provider, key in KEYS.items():
            page.keys.buttons[provider, "Set key"].click()
            assert page.keys.editor is not None
            page.keys.editor.field.setText(key)
            page.keys.editor.keep.click()
            self.driver.until(partial(self._can_be_tested, provider), f"the key of {provider}")
        page.server.field.setText(f"http://{FAR}:9/v1")
        page.server.keep.click()
        self.driver.until(partial(self._can_be_tested, "own-server"), "the own server")
        self.services.keys.set_address("anthropic", f"https://{OTHER_FAR}")

    def everything(self, *leave: str) -> None:
        """Every button of every page, every shortcut, what the lock's menu says already, and both sheets."""
        never = (*TAKES_TOO_LONG, *LOCK, *leave)
        for page in PAGES:
            self.tried += self.driver.press_everything(
                page, lambda name: name.startswith(never) or (name in RAIL and name in self.tried)
            )
        self.window.show_page("chat")
        for shortcut in self.window.findChildren(QShortcut):
            keys = shortcut.key().toString()
            if shortcut.parent() is self.window and keys not in SKIPPED_KEYS:
                self.driver.strike(shortcut)
                self.tried.append(keys)
        lock = self.window.page.top.lock
        lock.actions_by_state[lock.state].trigger()

    def refused_sheets(self) -> None:
        """With the lock on: the answer, the draft and a comparison, to each of two far places."""
        for model in ("far-model", "claude-sonnet-4-5"):
            self._open_sheet("")
            self._choose(model)
            self._insist(self.window.cloud.sheet)
        self._open_sheet("A draft")
        self._insist(self.window.cloud.sheet)
        self._compare()
        self._insist(self.window.pages.compare.sheet)

    def refused_again(self) -> None:
        """The menu of an answer that came from the cloud (or failed to)."""
        self.window.show_page("chat")
        shown = self.window.page.transcript.answer(self.window.page.transcript.column.entries[-1].message.id)
        assert shown is not None
        shown.footer.again_menu.actions()[0].trigger()
        self.driver.until(self.window.cloud.sheet.isVisible, "the sheet")
        self.driver.until(lambda: bool(self.window.cloud.sheet.previews), "the preview")
        self.driver.idle("the preview")
        self._insist(self.window.cloud.sheet)

    def cancelled_sheets(self) -> None:
        """Everything on the sheets but the yes."""
        sheet = self.window.cloud.sheet
        for draft in ("", "A draft for tom@example.org"):
            self._open_sheet(draft)
            self._choose("claude-sonnet-4-5")
            self._choose("far-model")
            for radio in sheet.history.radios.values():
                if radio.isVisible():
                    radio.click()
                    self.driver.idle("another preview")
            for chip in list(sheet.found.chips.values()):
                chip.click()
                self.driver.idle("another preview")
            sheet.show_bytes.click()
            self.driver.until(sheet.send_button.isEnabled, "the preview")
            self.said.append(sheet.heading.text())
            sheet.cancel_button.click()
            self.driver.idle("the sheet")
        self._compare()
        self.driver.until(self.window.pages.compare.sheet.send_button.isEnabled, "the preview of both")
        self.said.append(self.window.pages.compare.sheet.heading.text())
        self.window.pages.compare.sheet.reject()

    def take_the_lock_off(self) -> None:
        """From the sheet, as somebody would who wants to send."""
        self._open_sheet("")
        sheet = self.window.cloud.sheet
        self.driver.until(sheet.exit.isVisible, "the way to take the lock off")
        sheet.exit.click()
        self.driver.until(lambda: self.window.page.top.lock.state is EgressState.ASK, "the lock to come off")
        self.driver.until(sheet.send_button.isEnabled, "the preview")
        sheet.reject()

    def send(self) -> None:
        self._open_sheet("")
        sheet = self.window.cloud.sheet
        self.driver.until(sheet.send_button.isEnabled, "the preview")
        sheet.send_button.click()
        self._failed_answer()

    def test_and_fetch(self) -> None:
        self.window.show_page("settings")
        self.driver.idle("the settings")
        for label in ("Test", "Models"):
            self.window.pages.settings_page.keys.buttons["own-server", label].click()
        self.driver.idle("both requests")

    def send_comparison(self) -> None:
        self._compare()
        page, sheet = self.window.pages.compare_page, self.window.pages.compare.sheet
        self.driver.until(sheet.send_button.isEnabled, "the preview of both")
        sheet.send_button.click()
        self.driver.until(lambda: page.comparison is not None and not page.running, "both answers")
        assert page.comparison is not None
        self.said += [side.note for side in page.comparison.sides]
        page.show_setup()

    def send_when_allowed(self) -> None:
        """To a model with a price: without one the sheet comes up all the same."""
        self._open_sheet("")
        self._choose("claude-sonnet-4-5")
        self.window.cloud.sheet.reject()
        lock = self.window.page.top.lock
        lock.actions_by_state[EgressState.ALLOWED].trigger()
        self.driver.until(lambda: lock.state is EgressState.ALLOWED, "the chat to be allowed")
        self.window.ask_cloud()
        self.driver.until(lambda: self.window.chat.answering.active, "the answer to begin")
        self._failed_answer()
        lock.actions_by_state[EgressState.ASK].trigger()
        self.driver.until(lambda: lock.state is EgressState.ASK, "the chat to ask again")

    def lock_while_the_sheet_is_open(self) -> None:
        """What was ready to be sent is not sent any more."""
        self._open_sheet("")
        sheet = self.window.cloud.sheet
        self.driver.until(sheet.send_button.isEnabled, "the preview")
        self.services.egress.go_offline()
        sheet.send()
        self.driver.idle("the refusal")
        assert self.window.page.banner.isVisible()
        self.said.append(self.window.page.banner.text())

    def _can_be_tested(self, provider: str) -> bool:
        return (provider, "Test") in self.window.pages.settings_page.keys.buttons

    def _open_sheet(self, draft: str) -> None:
        self.window.show_page("chat")
        self.window.page.composer.editor.setPlainText(draft)
        self.driver.idle("the draft")
        if draft:
            self.window.page.composer.cloud_button.click()
        else:
            entries = self.window.page.transcript.column.entries
            shown = self.window.page.transcript.answer(entries[-1].message.id)
            assert shown is not None
            shown.footer.cloud_button.click()
        self.driver.until(lambda: bool(self.window.cloud.sheet.previews), "the preview")
        self.driver.idle("the preview")

    def _choose(self, model: str) -> None:
        cloud = self.window.cloud
        cloud.sheet.who.clicked.emit()
        self.driver.until(cloud.picker.isVisible, "the picker")
        cloud.picker.search.setText(model)
        cloud.picker.choose_current()
        self.driver.idle("the preview")

    def _compare(self) -> None:
        self.window.show_page("compare")
        self.driver.idle("the compare page")
        setup, menu = self.window.pages.compare_page.setup, self.window.pages.compare.menu
        for chip in list(setup._pills):
            chip.out.click()
        for model in ("far-model", "claude-sonnet-4-5"):
            setup.add.click()
            next(action for action in menu.menu.actions() if action.text() == "In the cloud…").trigger()
            menu.menu.close()
            menu.picker.search.setText(model)
            menu.picker.choose_current()
        setup.editor.setPlainText("What is Pennyweight?")
        setup.go.click()
        self.driver.until(lambda: bool(self.window.pages.compare.sheet.previews), "the previews")
        self.driver.idle("the previews")

    def _insist(self, sheet: CloudSheet) -> None:
        """Send by the button, by the keys, and by the call behind both."""
        self.said.append(sheet.warning.text())
        sheet.send_button.click()
        for shortcut in sheet.findChildren(QShortcut):
            shortcut.activated.emit()
        sheet.send()
        self.driver.idle("nothing")
        sheet.reject()
        self.driver.idle("the sheet")

    def _failed_answer(self) -> None:
        self.driver.idle("the answer")
        last = self.window.page.transcript.column.entries[-1].message
        assert last.state is MessageState.FAILED, last
        self.said.append(last.note)

    def _heard(self, error: object) -> None:
        if isinstance(error, KnownError):
            self.said.append(error.sentence)


def main() -> int:
    home = Path(sys.argv[1])
    prepare(home)
    with WindowDriver(home) as driver:
        tries = Tries(driver)
        with tries.phase("offline"):
            tries.set_keys_and_addresses()
            tries.everything(*ENGINE)
            tries.refused_sheets()
        with tries.phase("ask first"):
            tries.take_the_lock_off()
            tries.everything(*ENGINE, *IS_A_YES, *LOOKS)
            tries.cancelled_sheets()
        for name, yes in (
            ("yes: send", tries.send),
            ("yes: key test and model list", tries.test_and_fetch),
            ("yes: compare", tries.send_comparison),
            ("yes: allowed for this chat", tries.send_when_allowed),
        ):
            with tries.phase(name):
                yes()
        with tries.phase("offline again"):
            tries.lock_while_the_sheet_is_open()
            tries.test_and_fetch()
            tries.refused_sheets()
            tries.refused_again()
        problems = [str(problem) for problem in driver.problems]
    json.dump({"phases": tries.report, "problems": problems}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
