"""The cloud in pictures: the sheet, an answer that was billed, budgets and keys, Compare open and blind.

The provider is a server of our own on loopback, so nothing leaves the computer; the key is kept for the session only.
"""

from __future__ import annotations

import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from tests.shots.driver import SIZE, Driver
from tests.support.cloud_bench import sse
from tests.support.loopback import Loopback

from pennyweight.domain.comparison import Choice, Comparison, Side, TokenSample
from pennyweight.domain.conversation import MessageState, Task
from pennyweight.services.comparison import Target
from pennyweight.services.container import Services
from pennyweight.ui.compare.setup_panel import Contender

KEY = "sk-ant-api03-" + "notakey0" * 8
MODEL = "claude-sonnet-4-5"
QUESTION = (
    "Rewrite this clause so that a tenant without a lawyer understands it, and send it to maria.keller@example.org: "
    "the lessee may determine the lease upon two months' notice in writing. Deposit to DE89 3704 0044 0532 0130 00."
)
CLAUDE = (f"anthropic/{MODEL}", "Claude Sonnet 4.5", 2_700_000)
PROMPTS = (
    "Rewrite politely: Send me the invoice by Friday.",
    "Make this shorter: I am writing to let you know that tickets cost €12.50. I hope that this helps.",
    "Rewrite for a tenant without a lawyer: the lessee may determine the lease upon two months' notice.",
    "Rewrite politely: You are too loud after 22:00, stop it.",
    "Make this shorter: Please be informed that the training is cancelled because of a power cut.",
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
        _calibrated(driver, services)
        _compare(driver, services, server)
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
        window.pages.settings_page.show_section(section)
        driver.shoot(f"settings-{section}-light")


def _calibrated(driver: Driver, services: Services) -> None:
    """The same work at the price of a provider whose tokenizer is known: before, and after twelve questions to it."""
    window = driver.window
    window.show_page("chat")
    services.meter.set_reference(f"anthropic/{MODEL}")
    window.meter.refresh()
    _idle(driver)
    driver.shoot("meter-estimated-light")
    for number in range(12):
        sample = TokenSample(400, 420 + 2 * number)
        services.compare._store.calibrations.add("anthropic", MODEL, "starter", datetime.now(UTC), sample)
    window.meter.refresh()
    _idle(driver)
    driver.new_chat()
    driver.ask(QUESTION, Task.REWRITE)
    driver.shoot("meter-partly-calibrated-light")
    window.meter.periods.choose("chat")
    _idle(driver)
    for look in ("light", "dark"):
        driver.look(look)
        driver.shoot(f"meter-calibrated-{look}")
    driver.look("light")
    window.meter.periods.choose("today")
    _idle(driver)


def _compare(driver: Driver, services: Services, server: Loopback) -> None:
    window, page, sheet = driver.window, driver.window.pages.compare_page, driver.window.pages.compare.sheet
    window.show_page("compare")
    _idle(driver)
    page.setup.add_contender(Contender(Target("anthropic", MODEL), "Anthropic", "Claude Sonnet 4.5"))
    page.setup.fill(QUESTION, Task.REWRITE, ())
    _everywhere(driver, "compare-setup")
    for blind in (False, True):
        page.setup.blind.setChecked(blind)
        page.setup.go.click()
        driver.wait(sheet.send_button.isEnabled, "the preview")
        _say(server)
        sheet.send()
        driver.wait(lambda: page.comparison is not None and not page.running, "both answers")
        _idle(driver)
        _everywhere(driver, "compare-blind" if blind else "compare-open")
        page.choices.choose(Choice.RIGHT)
        _idle(driver)
        _everywhere(driver, "compare-unveiled" if blind else "compare-chosen")
        if not blind:
            page.cards[1].edit.click()
            driver.shoot("compare-edit-light")
            page.cards[1].words.cancel.click()
            page.marks.click()
            driver.shoot("compare-marks-light")
            page.marks.click()
        page.show_setup()
    _batch(driver, server)
    _statistics(driver, services)
    window.show_page("chat")


def _batch(driver: Driver, server: Loopback) -> None:
    """A file of prompts: its price, the yes, half way, done."""
    page, batch = driver.window.pages.compare_page, driver.window.pages.compare.batch
    page.setup.blind.setChecked(False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clauses.txt"
        path.write_text("\n\n".join(PROMPTS), "utf-8")
        batch.load(path)
        driver.wait(lambda: bool(page.setup.prompts) and page.setup.go.isEnabled(), "the price of the batch")
    driver.shoot("compare-batch-setup-light")
    page.setup.go.click()
    driver.settle()
    driver.shoot_screen("compare-batch-sheet-light")
    hold = threading.Event()
    for _ in PROMPTS:
        _say(server)
    asked = len(server.asked)
    server.before_answer = lambda: hold.wait(60) if len(server.asked) == asked + 3 else None
    batch.sheet.send()
    driver.wait(lambda: len(server.asked) == asked + 3, "the third prompt")
    driver.shoot("compare-batch-running-light")
    hold.set()
    driver.wait(lambda: not batch.running, "the batch")
    server.before_answer = lambda: None
    _idle(driver)
    for row, choice in enumerate((Choice.LEFT, Choice.RIGHT, Choice.BOTH)):
        page.batch.table.setCurrentCell(row, 0)
        page.batch.table.chosen.emit(row, choice)
        _idle(driver)
    _everywhere(driver, "compare-batch")


def _statistics(driver: Driver, services: Services) -> None:
    """Enough choices for each kind of suggestion, put into the store as if they had been made."""
    pairs = (
        (Task.SUMMARIZE, ("local/starter", "Pennyweight Starter", 20_000), CLAUDE, 29, 31),
        (Task.DRAFT, ("local/starter", "Pennyweight Starter", 30_000), CLAUDE, 17, 22),
        (Task.ASK, ("local/starter", "Pennyweight Starter", 40_000), CLAUDE, 5, 11),
        (Task.REWRITE, ("local/starter", "Pennyweight Starter", 40_000), ("local/q", "Qwen3 1.7B", 90_000), 4, 9),
        (Task.DRAFT, ("openai/gpt-5-mini", "GPT-5 mini", 2_000_000), CLAUDE, 12, 14),
    )
    at, store = datetime.now(UTC), services.compare._store.comparisons
    for number, (task, first, second, good, compared) in enumerate(pairs):
        for turn in range(compared):
            key = f"{number}-{turn}"
            sides = tuple(_side(f"{key}-{side}", who) for side, who in enumerate((first, second)))
            store.add(
                Comparison(id=key, at=at, task=task, prompt="A prompt", conversation_id=f"chat-{key}", sides=sides)
            )
            store.choose(key, Choice.LEFT if turn < good else Choice.RIGHT, [0 if turn < good else 1], "", at)
    page = driver.window.pages.compare_page
    page.show_setup()
    driver.window.pages.compare.refresh()
    _idle(driver)
    _everywhere(driver, "compare-statistics")


def _side(key: str, who: tuple[str, str, int]) -> Side:
    source, _, model = who[0].partition("/")
    return Side(
        id=key, source=source, model=model, model_name=who[1], text="An answer", state=MessageState.COMPLETE,
        cost_nano=who[2],
    )  # fmt: skip


def _everywhere(driver: Driver, name: str) -> None:
    """Light, dark and narrow."""
    driver.shoot(f"{name}-light")
    driver.look("dark")
    driver.shoot(f"{name}-dark")
    driver.look("light")
    driver.resize(620, 800)
    driver.shoot(f"{name}-narrow")
    driver.resize(*SIZE)


def _say(server: Loopback) -> None:
    words = [f"{word} " for word in ANSWER.split(" ")]
    deltas = [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": w}} for w in words]
    stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 89}}
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 452, "output_tokens": 1}}}
    opened = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    closed = {"type": "content_block_stop", "index": 0}
    server.say(sse(start, opened, *deltas, closed, stop, {"type": "message_stop"}, names=True))
