"""The audit in pictures: empty, a week, a full month with an imported log, and each of its views and dialogs.

The rows are made up, but they are rows: written to a real ledger and, for the log, by the real importer.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.shots.driver import Driver

from pennyweight.domain.answer import StopReason
from pennyweight.domain.ledger import EnergyReading, LedgerEntry, LocalCost
from pennyweight.domain.usage import UsageRecord, UsageState
from pennyweight.meter.money import decimal_to_nano
from pennyweight.meter.prices import price
from pennyweight.services.audit_period import AuditPeriod, PeriodKind
from pennyweight.services.container import Services
from pennyweight.store import Store
from pennyweight.ui.audit.rows_dialog import RowsDialog
from pennyweight.ui.shell.project_dialog import ProjectDialog
from pennyweight.ui.theme import Look

LOOKS: tuple[Look, ...] = ("light", "dark")
KINDS: tuple[PeriodKind, ...] = ("week", "month")
CLOUD = "claude-sonnet-4-5"
CHATS = (
    ("Harbour lease, three drafts", "harbour"),
    ("Minutes of the March meeting", "harbour"),
    ("Why the boiler trips", ""),
    ("Letter to the school", "family"),
    ("Summary of the energy audit", "energy"),
    ("Rewrite: invoice reminder", ""),
)
_TASKS = ("ask", "draft", "summarize", "rewrite")


def fill(store: Store, now: datetime) -> None:
    """Local and cloud answers of the last eight weeks, in six chats."""
    luck = random.Random(7)
    for number, (title, project) in enumerate(CHATS):
        store.conversations.create(title, conversation_id=f"chat-{number}")
        if project:
            store.projects.set(f"chat-{number}", project)
    store.ledger.add(_rows(luck, now))


def _rows(luck: random.Random, now: datetime) -> Iterator[LedgerEntry]:
    sent = dict.fromkeys(range(len(CHATS)), 0)
    for ago in range(56, -1, -1):
        for turn in range(luck.choice((0, 2, 3, 5, 8))):
            chat = luck.randrange(len(CHATS))
            at = now - timedelta(days=ago, minutes=7 * turn + 3)
            new, out = luck.randrange(40, 400), luck.randrange(60, 700)
            resent = sent[chat]
            sent[chat] = (resent + new + out) if resent < 6_000 else 0
            usage = UsageRecord(input_total=resent + new, output_total=out, at=at)
            shared = {
                "id": f"row-{ago}-{turn}",
                "at": at,
                "kind": "answer",
                "dedup_key": f"row-{ago}-{turn}",
                "conversation_id": f"chat-{chat}",
                "message_id": f"message-{ago}-{turn}",
                "task": _TASKS[chat % len(_TASKS)],
                "resent": resent,
                "seconds": out / 14 + (resent + new) / 300,
            }
            yield _cloud(shared, usage, luck) if luck.random() < 0.25 else _local(shared, usage, out)


def _local(shared: dict[str, object], usage: UsageRecord, out: int) -> LedgerEntry:
    joules = out * 2.9
    nano = round(joules / 3.6e6 * 0.17e9)
    return LedgerEntry(
        **shared,  # type: ignore[arg-type]
        source="local",
        model="Qwen3-1.7B-Q4_K_M.gguf",
        usage=usage,
        prompt_evaluated=usage.input_total,
        prefill_seconds=usage.input_total / 300,
        decode_seconds=out / 14,
        energy=EnergyReading(joules=joules, low=joules * 0.75, high=joules * 1.15, source="rapl", measured=True,
                             seconds=out / 14, watts=40.0),
        local=LocalCost(electric_nano=nano, electric_low_nano=round(nano * 0.75), electric_high_nano=round(nano * 1.15),
                        hardware_nano=nano * 30, usd_per_kwh="0.17"),
    )  # fmt: skip


def _cloud(shared: dict[str, object], usage: UsageRecord, luck: random.Random) -> LedgerEntry:
    at = shared["at"]
    assert isinstance(at, datetime)
    model = CLOUD if luck.random() < 0.93 else "claude-next-preview"
    if luck.random() < 0.2:
        shared |= {"stop_reason": StopReason.STOPPED}
        usage = UsageRecord(
            input_total=usage.input_total, output_total=usage.output_total, at=at, usage_state=UsageState.ESTIMATED
        )
    found = price("anthropic", model, usage, at)
    return LedgerEntry(
        **shared,  # type: ignore[arg-type]
        source="anthropic",
        model=model,
        usage=usage,
        billed_nano=None if found.usd is None else decimal_to_nano(found.usd),
        priced_as=found.matched_model,
        price_source=found.price_source,
        rate_card=found.rate_card,
    )


def write_log(folder: Path, now: datetime) -> Path:
    """A month of Claude Code: three sessions in two projects."""
    luck = random.Random(11)
    for session, (project, days) in enumerate((("harbour-site", (3, 4, 5)), ("boiler", (9, 10)), ("boiler", (15, 16)))):
        context, lines = 12_000, []
        for ago in days:
            for turn in range(40):
                at = now - timedelta(days=ago) + timedelta(minutes=turn)
                fresh, out = luck.randrange(3, 40), luck.randrange(80, 900)
                written = luck.randrange(300, 2_500)
                usage = {"input_tokens": fresh, "output_tokens": out, "cache_read_input_tokens": context,
                         "cache_creation_input_tokens": written}  # fmt: skip
                context = context + written if context < 90_000 else 15_000
                lines.append(
                    json.dumps(
                        {
                            "type": "assistant",
                            "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                            "sessionId": f"{session}f3c2a1b-77",
                            "cwd": f"/home/ann/{project}",
                            "message": {"id": f"msg_{session}_{ago}_{turn}", "model": CLOUD, "stop_reason": "end_turn",
                                        "usage": usage},
                        }
                    )
                )  # fmt: skip
        (folder / f"session-{session}.jsonl").write_text("\n".join(lines))
    return folder


def play(driver: Driver, services: Services, home: Path) -> None:
    window, page = driver.window, driver.window.pages.audit_page
    services.settings.update(onboarding_done=True)
    window.show_page("audit")
    _idle(driver)
    for look in LOOKS:
        driver.look(look)
        driver.shoot(f"audit-empty-{look}")
    now = datetime.now(UTC)
    with Store.open(home / "pennyweight.db") as store:
        fill(store, now)
    (home / "logs").mkdir()
    services.imports.run("claude-code", write_log(home / "logs", now))
    services.subscription.set_plan(Decimal(20))
    for look in LOOKS:
        driver.look(look)
        for kind in KINDS:
            page.picker.show_period(services.audit.period(kind))
            _idle(driver)
            driver.shoot(f"audit-{kind}-{look}")
        driver.resize(1280, 1560)
        _idle(driver)
        driver.shoot(f"audit-whole-page-{look}")
        for view in (page.days.view, page.tasks.view, page.thrift.view):
            view.switch.click()
        driver.shoot(f"audit-tables-{look}")
        for view in (page.days.view, page.tasks.view, page.thrift.view):
            view.switch.click()
        driver.resize(1280, 800)
        _dialogs(driver, look)
    driver.look("light")
    today = services.audit.today()
    page.picker.show_period(AuditPeriod(today - timedelta(days=9), today))
    _idle(driver)
    driver.shoot("audit-custom-light")
    days = page.picker.ask_days()
    days.open()
    driver.shoot_screen("audit-other-days-light")
    days.reject()
    _narrow(driver)
    _project(driver)


def _dialogs(driver: Driver, look: Look) -> None:
    page = driver.window.pages.audit_page
    for side in ("project", "conversation"):
        page.breakdown.sides.choose(side)
        _idle(driver)
        driver.shoot(f"audit-by-{side}-{look}")
    page.breakdown.sides.choose("model")
    page.open_rows(page.breakdown._lines[0])
    _idle(driver)
    driver.shoot_screen(f"audit-rows-{look}")
    for dialog in page.window().findChildren(RowsDialog):
        dialog.accept()
    page.what_if.choice.add.click()
    _idle(driver)
    driver.shoot_screen(f"audit-what-if-models-{look}")
    page.what_if.choice.picker.close()
    page.what_if.choose_chat()
    _idle(driver)
    driver.shoot_screen(f"audit-what-if-chats-{look}")
    page.what_if.chats.close()


def _narrow(driver: Driver) -> None:
    page = driver.window.pages.audit_page
    page.picker.show_period(driver.window.services.audit.period("month"))
    driver.resize(620, 2600)
    _idle(driver)
    driver.shoot("audit-narrow-light")
    driver.resize(1280, 800)


def _project(driver: Driver) -> None:
    """The tag of a chat, asked from the list."""
    window = driver.window
    window.show_page("chat")
    window.sidebar.reload()
    _idle(driver)
    for look in LOOKS:
        driver.look(look)
        window.actions_on_chats.ask_project("chat-0")
        _idle(driver)
        driver.shoot_screen(f"chat-project-{look}")
        for dialog in window.findChildren(ProjectDialog):
            dialog.reject()


def _idle(driver: Driver) -> None:
    driver.wait(lambda: not driver.window.runner.busy, "the audit")
    driver.settle()
    driver.wait(lambda: not driver.window.runner.busy, "the audit")
    driver.settle()
