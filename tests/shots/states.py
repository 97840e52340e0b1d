"""What can be in the way of the cloud, in pictures: the lock, a keyring that is locked, refused or absent, a provider's
refusal, an answer cut in the middle, and a budget that ends one.

The keyring is a real one (GNOME Keyring on a bus of its own), the provider a server on loopback.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.shots.driver import Driver
from tests.support.cloud_bench import sse
from tests.support.loopback import Loopback
from tests.support.secret_service import Daemon

from pennyweight.domain.conversation import Task
from pennyweight.services.container import Services
from pennyweight.services.egress import EgressState

KEY = "sk-ant-api03-" + "notakey0" * 8
MODEL = "claude-sonnet-4-5"
QUESTION = "Explain to a tenant without a lawyer what two months' notice in writing means."
FAR = "http://233.252.0.1:9"
"""A documentation network that the system refuses to connect to."""
SENTENCE = (
    "You can end the lease by telling your landlord so in a letter, and it ends two months after the letter arrives. "
    "Until then the rent stays due, whether or not you still live there. "
)
_BUS = "DBUS_SESSION_BUS_ADDRESS"


def play(driver: Driver, services: Services) -> None:
    driver.idle("the start")
    driver.window.pages.onboarding.skip_all.click()
    driver.idle("the chat page")
    _keyring(driver, services)
    services.settings.update(cloud_model=f"anthropic/{MODEL}")
    _offline(driver, services)
    server = Loopback()
    try:
        services.keys.set_address("anthropic", server.url)
        _budget(driver, services, server)
        _refusals(driver, server)
    finally:
        server.close()


def _both(driver: Driver, name: str, *, screen: bool = False) -> None:
    for look in ("light", "dark"):
        driver.look("light" if look == "light" else "dark")
        driver.idle("the look")
        (driver.shoot_screen if screen else driver.shoot)(f"{name}-{look}")
    driver.look("light")


def _keyring(driver: Driver, services: Services) -> None:
    """Locked and refused by a real daemon, then no bus at all."""
    with _daemon() as daemon:
        services.keys.set("openai", "sk-proj-" + "notakey0" * 6)
        services.keys.set("anthropic", KEY)
        page = driver.window.pages.settings_page
        _keys(driver)
        _both(driver, "keyring-ready")
        daemon.lock()
        _keys(driver)
        _both(driver, "keyring-locked")
        page.keys.unlock.click()
        driver.idle("the refusal")
        _keys(driver)
        _both(driver, "keyring-refused")
        page.keys.buttons["anthropic", "Test"].click()
        driver.idle("the refusal")
        _both(driver, "keyring-refused-key-test")
        page.banner.hide()
    _keys(driver)
    _both(driver, "keyring-absent")
    services.keys.set("anthropic", KEY)
    _keys(driver)
    _both(driver, "keyring-absent-key-until-quit")


def _keys(driver: Driver) -> None:
    driver.window.show_page("settings")
    driver.idle("the settings")
    driver.window.pages.settings_page.show_section("keys")


def _offline(driver: Driver, services: Services) -> None:
    """The pill, its menu, and the sheet that says what would have to change."""
    window = driver.window
    services.keys.set_address("anthropic", FAR)
    services.egress.go_offline()
    window.show_page("chat")
    driver.new_chat()
    driver.ask(QUESTION, Task.ASK)
    _both(driver, "offline-pill")
    for look in ("light", "dark"):
        driver.look("light" if look == "light" else "dark")
        window.page.top.lock.open_menu()
        driver.shoot_screen(f"offline-menu-{look}")
        window.page.top.lock.menu.close()
        window.ask_cloud()
        driver.wait(lambda: bool(window.cloud.sheet.previews), "the preview")
        driver.idle("the preview")
        driver.shoot_screen(f"offline-sheet-{look}")
        window.cloud.sheet.reject()
    driver.look("light")
    services.egress.ask_first()
    driver.wait(lambda: window.page.top.lock.state is EgressState.ASK, "the lock to come off")
    window.ask_cloud()
    driver.wait(window.cloud.sheet.send_button.isEnabled, "the preview")
    services.egress.go_offline()
    window.cloud.sheet.send()
    driver.idle("the refusal")
    _both(driver, "offline-while-the-sheet-was-open")
    services.egress.ask_first()


def _refusals(driver: Driver, server: Loopback) -> None:
    """A key that is turned down, a limit that is reached, an error in mid-answer."""
    driver.new_chat()
    driver.ask(QUESTION, Task.ASK)
    server.fail(401, {"error": {"type": "authentication_error", "message": "invalid x-api-key"}})
    _send(driver, server)
    _both(driver, "refused-key")
    server.fail(429, {"error": {"type": "rate_limit_error", "message": "Too many requests"}}, **{"retry-after": "3600"})
    _send(driver, server)
    _both(driver, "refused-limit")
    overloaded = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    server.say(_stream(3, overloaded))
    _send(driver, server)
    _both(driver, "error-in-mid-answer")


def _budget(driver: Driver, services: Services, server: Loopback) -> None:
    """A cap of a cent, and an answer that is longer than that."""
    driver.new_chat()
    driver.ask(QUESTION, Task.ASK)
    services.budgets.set("", 10_000_000)
    for look in ("light", "dark"):
        driver.look("light" if look == "light" else "dark")
        driver.window.ask_cloud()
        driver.wait(driver.window.cloud.sheet.send_button.isEnabled, "the preview")
        driver.shoot_screen(f"budget-sheet-{look}")
        driver.window.cloud.sheet.reject()
    driver.look("light")
    server.say(*(_stream(1, number=number) for number in range(400)))
    _send(driver, server)
    _both(driver, "budget-stopped")
    driver.window.ask_cloud()
    driver.wait(lambda: bool(driver.window.cloud.sheet.previews), "the preview")
    driver.idle("the preview")
    _both(driver, "budget-used-up-sheet", screen=True)
    driver.window.cloud.sheet.reject()
    driver.window.show_page("settings")
    driver.idle("the settings")
    driver.window.pages.settings_page.show_section("budgets")
    _both(driver, "budget-used-up-settings")
    services.budgets.set("", None)
    driver.window.show_page("chat")


def _send(driver: Driver, server: Loopback) -> None:
    window, before = driver.window, len(server.asked)
    window.ask_cloud()
    driver.wait(window.cloud.sheet.send_button.isEnabled, "the preview")
    window.cloud.sheet.send()
    driver.wait(lambda: len(server.asked) > before, "the request")
    driver.answered()


def _stream(sentences: int, *end: object, number: int = 0) -> bytes:
    """The beginning of a stream (with `number` 0), or a further piece of it."""
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 52, "output_tokens": 1}}}
    opened = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    words = [f"{word} " for _ in range(sentences) for word in SENTENCE.split()]
    deltas = [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": w}} for w in words]
    return sse(*([] if number else [start, opened]), *deltas, *end, names=True)


@contextmanager
def _daemon() -> Iterator[Daemon]:
    before = os.environ[_BUS]
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder))
        daemon.start()
        os.environ[_BUS] = daemon.address
        try:
            yield daemon
        finally:
            os.environ[_BUS] = before
            daemon.close()
