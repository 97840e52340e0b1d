"""What the screenshots show."""

from __future__ import annotations

import hashlib

from tests.shots.driver import Driver

from pennyweight.domain.conversation import Attachment, Task
from pennyweight.ui.shell.about import AboutDialog
from pennyweight.ui.shell.shortcuts import ShortcutsDialog
from pennyweight.ui.transcript.links import LinkDialog

NOTES = """The town library will close for renovation on 4 July. Work is expected to take six months and cost \
$2.3 million.

Books can be borrowed at the community centre on Mill Road. Entry is €8 for adults and €4 for children."""
BULLETS = "- To: Maria Keller\n- the review on 4 March is cancelled\n- we need 12 chairs\n- plan attached\n- from: Tom"
LONG_BULLETS = BULLETS + "\n- tickets cost €12.50\n- our flight was moved to 9:00"
BLUNT = "Make this politer: Send me the invoice for 12 May by Friday. You are too loud after 22:00, stop it."
SHORTER = "Make this shorter: I am writing to let you know that tickets cost €12.50. I hope that this helps."


def play(driver: Driver) -> None:
    window = driver.window
    driver.wait(lambda: not window.runner.busy, "the start")
    driver.settle(0.6)
    driver.shoot("first-questions-light")
    window.pages.onboarding.skip_all.click()
    driver.wait(lambda: window.pages.currentWidget() is window.area, "the chat page")
    driver.wait(lambda: not window.runner.busy, "the settings")
    driver.shoot("empty-light")
    driver.look("dark")
    driver.shoot("empty-dark")
    driver.look("light")
    driver.ask("What is Pennyweight?", Task.ASK)
    driver.new_chat()
    driver.ask(BLUNT, Task.REWRITE)
    driver.new_chat()
    driver.ask(BULLETS, Task.DRAFT)
    driver.new_chat()
    driver.ask(NOTES.strip(), Task.SUMMARIZE)
    _judge(driver, 1, "keep_button")
    driver.type(SHORTER, Task.REWRITE)
    driver.settle(1.0)
    driver.shoot("full-light")
    driver.look("dark")
    driver.shoot("full-dark")
    driver.look("light")
    _panels(driver)
    _streaming(driver)
    _long_text(driver)
    _narrow(driver)
    _pages(driver)
    _messages(driver)


def _judge(driver: Driver, number: int, button: str) -> None:
    """Press Keep or Not useful under the answer that is the transcript's message `number`."""
    transcript = driver.window.page.transcript
    shown = transcript.answer(transcript.column.entries[number].message.id)
    if shown is not None:
        getattr(shown.footer, button).click()
        driver.wait(lambda: not driver.window.runner.busy, "the verdict")


def _panels(driver: Driver) -> None:
    window = driver.window
    window.models.open_picker(window.page.top.model)
    driver.wait(window.models.picker.isVisible, "the picker")
    driver.shoot_screen("model-picker-light")
    window.models.picker.close()
    dialog = ShortcutsDialog(window)
    dialog.open()
    driver.shoot_screen("shortcuts-light")
    dialog.reject()
    about = AboutDialog(window)
    about.open()
    driver.shoot_screen("about-light")
    about.reject()
    link = LinkDialog("https://example.org/a/page?with=parameters", window)
    link.open()
    driver.shoot_screen("link-light")
    link.reject()


def _attach(driver: Driver, name: str, text: str) -> None:
    raw = text.encode()
    driver.window.page.composer.add_attachment(
        Attachment(name=name, text=text, size_bytes=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    )


def _long_text(driver: Driver) -> None:
    """Ten pages go in parts; the estimate says so before, the answer while it does."""
    window = driver.window
    driver.new_chat()
    _attach(driver, "minutes.txt", "\n\n".join(NOTES.replace("4 July", f"{day} July") for day in range(1, 29)))
    driver.type("", Task.SUMMARIZE)
    driver.wait(lambda: bool(window.page.composer.notice_text()), "the plan in parts")
    driver.shoot("long-text-plan-light")
    driver.send()
    driver.settle(1.0)
    driver.shoot("long-text-light")
    driver.answered()


def _streaming(driver: Driver) -> None:
    answering = driver.window.chat.answering
    driver.new_chat()
    driver.type(LONG_BULLETS, Task.DRAFT)
    before = len(driver.window.page.transcript.column.entries)
    driver.send()
    driver.wait(lambda: not answering.active or _written(driver, before) > 0, "the first words")
    driver.shoot("streaming-light", at_once=True)
    driver.answered()


def _written(driver: Driver, before: int) -> int:
    """Characters of the answer that came after the first `before` messages."""
    entries = driver.window.page.transcript.column.entries
    return len(entries[-1].message.text) if len(entries) == before + 2 else 0


def _narrow(driver: Driver) -> None:
    driver.resize(900, 760)
    driver.shoot("narrow-light")
    driver.resize(620, 760)
    driver.shoot("narrowest-light")
    driver.resize(1280, 800)


def _pages(driver: Driver) -> None:
    window = driver.window
    for look in ("light", "dark"):
        driver.look(look)
        for page in ("models", "settings"):
            window.show_page(page)
            driver.wait(lambda: not window.runner.busy, page)
            driver.shoot(f"{page}-{look}")
        settings = window.pages.settings_page
        settings.show_section("about")
        settings.toast.tell("Saved.", ("Undo", lambda: None))
        driver.shoot(f"settings-saved-{look}")
        settings.toast.hide()
        settings.show_section("electricity")
    driver.look("light")
    window.show_page("chat")


def _messages(driver: Driver) -> None:
    window = driver.window
    window.actions_on_chats.delete(window.chat.conversation_id)
    driver.wait(lambda: not window.runner.busy, "the deletion")
    window.page.banner.tell(
        "The model stopped: the engine ran out of memory. What had been written is kept.",
        [("Choose another model", lambda: None)],
    )
    driver.shoot("error-light")
    driver.look("dark")
    driver.shoot("error-dark")
    driver.look("light")
