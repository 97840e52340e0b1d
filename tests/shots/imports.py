"""Imports in pictures: what was found, previews, progress, results, past imports, the bill, and what goes wrong.

Real files of other programs in a home of their own, through the real importers into a real database.
"""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from tests.shots import audit
from tests.shots.driver import Driver
from tests.support.usage_files import (
    GPT_5_MINI_DAYS,
    anthropic_usage,
    chatgpt_export,
    claude_line,
    claude_log,
    openai_cost,
    openai_usage,
)

from pennyweight.services.audit_period import AuditPeriod
from pennyweight.services.container import Services

_MANY = 20_000
"""Lines of a log that takes a few seconds."""
_ELSEWHERE = ("XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "GEMINI_DATA_DIR", "LLM_USER_PATH")


def play(driver: Driver, services: Services, home: Path) -> None:
    person = home / "ann"
    person.mkdir()
    before = {name: os.environ.pop(name) for name in ("HOME", *_ELSEWHERE) if name in os.environ}
    os.environ["HOME"] = str(person)
    try:
        _play(driver, services, _files(person))
    finally:
        os.environ.pop("HOME", None)
        os.environ.update(before)


def _files(person: Path) -> dict[str, Path]:
    now = datetime.now(UTC)
    logs = person / ".claude" / "projects" / "harbour-site"
    logs.mkdir(parents=True)
    audit.write_log(logs, now)
    with next(iter(logs.glob("*.jsonl"))).open("a") as log:
        log.write("\n{torn\n" + claude_line("msg_0", 0, 0, now.isoformat(), "<synthetic>"))
    codex = person / ".codex" / "sessions" / "2026"
    codex.mkdir(parents=True)
    meta = '{"timestamp":"2026-11-01T10:00:00Z","type":"session_meta","payload":{"id":"c1","model_provider":"openai"}}'
    (codex / "rollout-1.jsonl").write_text(meta)
    downloads = person / "Downloads"
    downloads.mkdir()
    chats = chatgpt_export(downloads / "conversations.json", *[("Why? " * 300, "Because. " * 700)] * 12,
                           at=now.timestamp() - 3 * 86_400)  # fmt: skip
    with zipfile.ZipFile(downloads / "chatgpt-export.zip", "w") as archive:
        archive.write(chats, "conversations.json")
    day = f"{now:%Y-%m-%d}"
    bad = downloads / "holiday.csv"
    bad.write_text("place,days\nHarbour,3\n")
    own = claude_log(downloads / "own.jsonl", ("m1", 400, 9_000, f"{day}T00:10:00Z"))
    bill = [(day, usd) for day, _, _, usd in GPT_5_MINI_DAYS]
    many = ((f"m{number}", 10, 10, "2026-11-01T10:00:00Z") for number in range(_MANY))
    return {
        "big": claude_log(downloads / "claude-code-2026.jsonl", *many),
        "claude": person / ".claude" / "projects",
        "chats": downloads / "chatgpt-export.zip",
        "usage": openai_usage(
            downloads / "usage.csv", *((one, taken, made) for one, taken, made, _ in GPT_5_MINI_DAYS)
        ),
        "cost": openai_cost(downloads / "cost.csv", *bill, ("2025-10-08", "0.114512"), ("2025-10-12", "0.200001")),
        "more": openai_usage(downloads / "more.csv", ("2025-10-12", 90_000, 60_000)),
        "own": own,
        "report": anthropic_usage(downloads / "anthropic-usage.json", (day, 1_000, 12_000)),
        "bad": bad,
    }


def _play(driver: Driver, services: Services, files: dict[str, Path]) -> None:
    window, page = driver.window, driver.window.pages.audit_page
    services.settings.update(onboarding_done=True)
    window.show_page("audit")
    _idle(driver)
    page.imports.open()
    dialog = page.imports.dialog
    for look in audit.LOOKS:
        driver.look(look)
        driver.shoot_screen(f"import-start-{look}")
        dialog.look()
        _idle(driver)
        driver.shoot_screen(f"import-found-{look}")
        dialog.preview(files["big"])
        driver.wait(lambda: dialog.busy.bar.value() > 150, "the progress")
        driver.shoot_screen(f"import-progress-{look}", at_once=True)
        dialog.busy.stop.click()
        _idle(driver)
        driver.shoot_screen(f"import-stopped-{look}")
        dialog.preview(files["claude"])
        _idle(driver)
        driver.shoot_screen(f"import-preview-{look}")
        dialog.preview(files["bad"])
        _idle(driver)
        driver.shoot_screen(f"import-error-{look}")
    _results(driver, files)
    page.imports.reconcile("openai")
    page.imports.bill.bring(files["cost"])
    _idle(driver)
    for look in audit.LOOKS:
        driver.look(look)
        driver.shoot_screen(f"reconcile-{look}")
    page.imports.bill.resize(420, 620)
    driver.shoot_screen("reconcile-narrow-dark")
    page.imports.bill.reject()
    _page(driver, services)


def _results(driver: Driver, files: dict[str, Path]) -> None:
    dialog = driver.window.pages.audit_page.imports.dialog
    for name in ("claude", "usage", "more", "chats", "own", "report"):
        dialog.preview(files[name])
        _idle(driver)
        if name in ("chats", "report"):
            driver.shoot_screen(f"import-preview-{name}-dark")
        dialog.run()
        _idle(driver)
        if name in ("claude", "report"):
            driver.shoot_screen(f"import-result-{name}-dark")
    dialog.open_at("past")
    _idle(driver)
    dialog.past.table.setCurrentCell(1, 0)
    dialog.past.undo_button.click()
    _idle(driver)
    for look in audit.LOOKS:
        driver.look(look)
        driver.shoot_screen(f"import-past-{look}")
    dialog.resize(420, 620)
    driver.shoot_screen("import-past-narrow-dark")
    dialog.open_at()
    dialog.look()
    _idle(driver)
    driver.shoot_screen("import-found-narrow-dark")
    dialog.open_at("past")
    _idle(driver)
    dialog.past.put_back_button.click()
    _idle(driver)
    dialog.reject()


def _page(driver: Driver, services: Services) -> None:
    page = driver.window.pages.audit_page
    today = services.audit.today()
    for name, period in (
        ("audit-beside", AuditPeriod.month(today)),
        ("audit-billed", AuditPeriod.month(today.replace(year=2025, month=10, day=1))),
    ):
        page.picker.show_period(period)
        for look in audit.LOOKS:
            driver.look(look)
            _idle(driver)
            driver.shoot(f"{name}-{look}")
    driver.resize(620, 900)
    _idle(driver)
    driver.shoot("audit-billed-narrow-dark")
    driver.resize(1280, 800)


def _idle(driver: Driver) -> None:
    driver.wait(lambda: not driver.window.runner.busy, "the import")
    driver.settle()
    driver.wait(lambda: not driver.window.runner.busy, "the import")
    driver.settle()
