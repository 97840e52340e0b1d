"""The cloud in pictures: the sheet, an answer that was billed, budgets and keys, Compare open and blind.

The provider is a server of our own on loopback, so nothing leaves the computer; the key is kept for the session only.
"""

from __future__ import annotations

from tests.shots.driver import Driver
from tests.support.cloud_bench import sse
from tests.support.loopback import Loopback

from pennyweight.domain.comparison import Choice
from pennyweight.domain.conversation import Task
from pennyweight.services.comparison import Target
from pennyweight.services.container import Services
from pennyweight.ui.compare.setup_panel import Contender

KEY = "sk-ant-api03-" + "notakey0" * 8
MODEL = "claude-sonnet-4-5"
QUESTION = (
    "Rewrite this clause so that a tenant without a lawyer understands it, and send it to maria.keller@example.org: "
    "the lessee may determine the lease upon two months' notice in writing. Deposit to DE89 3704 0044 0532 0130 00."
)
ANSWER = (
    "You can leave before the lease ends by giving **two months' written notice**. Rent stays due for those two months "
    "whether or not you still live there. Send the notice so that you can prove when it arrived."
)


def play(driver: Driver, services: Services) -> None:
    server = Loopback()
    try:
        _sheet(driver, services, server)
        _settings(driver)
        _compare(driver, server)
    finally:
        server.close()


def _idle(driver: Driver) -> None:
    driver.wait(lambda: not driver.window.runner.busy, "the services")
    driver.settle()


def _sheet(driver: Driver, services: Services, server: Loopback) -> None:
    window, sheet = driver.window, driver.window.cloud.sheet
    window.show_page("chat")
    driver.new_chat()
    driver.ask(QUESTION, Task.REWRITE)
    services.keys.set_address("anthropic", server.url)
    services.keys.set("anthropic", KEY)
    services.budgets.set("", 10_000_000_000)
    services.settings.update(cloud_model=f"anthropic/{MODEL}")
    for look in ("light", "dark"):
        driver.look(look)
        window.ask_cloud()
        driver.wait(sheet.send_button.isEnabled, "the preview")
        _idle(driver)
        driver.shoot_screen(f"cloud-sheet-{look}")
        sheet.reject()
    driver.look("light")
    window.ask_cloud()
    driver.wait(sheet.send_button.isEnabled, "the preview")
    sheet.show_bytes.click()
    driver.shoot_screen("cloud-bytes-light")
    _say(server)
    sheet.send()
    driver.wait(lambda: bool(server.asked), "the request")
    driver.answered()
    driver.shoot("cloud-answer-light")


def _settings(driver: Driver) -> None:
    window = driver.window
    window.show_page("settings")
    _idle(driver)
    for section in ("keys", "budgets"):
        window.settings_page.show_section(section)
        driver.shoot(f"settings-{section}-light")


def _compare(driver: Driver, server: Loopback) -> None:
    window, page, sheet = driver.window, driver.window.compare_page, driver.window.compare.sheet
    window.show_page("compare")
    _idle(driver)
    page.setup.add_contender(Contender(Target("anthropic", MODEL), "Anthropic", "Claude Sonnet 4.5"))
    page.setup.fill(QUESTION, Task.REWRITE, ())
    driver.shoot("compare-setup-light")
    for blind in (False, True):
        page.setup.blind.setChecked(blind)
        page.setup.go.click()
        driver.wait(sheet.send_button.isEnabled, "the preview")
        _say(server)
        sheet.send()
        driver.wait(lambda: page.comparison is not None and not page.running, "both answers")
        _idle(driver)
        driver.shoot("compare-blind-light" if blind else "compare-open-light")
        page.choices.choose(Choice.RIGHT)
        _idle(driver)
        if not blind:
            driver.look("dark")
            driver.shoot("compare-chosen-dark")
            driver.look("light")
        page.show_setup()
    window.show_page("chat")


def _say(server: Loopback) -> None:
    words = [f"{word} " for word in ANSWER.split(" ")]
    deltas = [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": w}} for w in words]
    stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 89}}
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 452, "output_tokens": 1}}}
    opened = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    closed = {"type": "content_block_stop", "index": 0}
    server.say(sse(start, opened, *deltas, closed, stop, {"type": "message_stop"}, names=True))
