"""The window, killed in the middle of a provider's answer, and opened again: what had come, and what it cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from tests.support.cloud_window import Opened
from tests.support.tap import MODEL, Tap, until_recorded

from pennyweight.app.composition import build_services
from pennyweight.domain.conversation import MessageState
from pennyweight.domain.resources import starter_model_path
from pennyweight.ui.theme import Theme

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX matter"),
    pytest.mark.skipif(not starter_model_path().is_file(), reason="the starter model is not here"),
    pytest.mark.timeout(300),
]


@pytest.fixture
def tap() -> Iterator[Tap]:
    server = Tap()
    yield server
    server.close()


def test_the_answer_is_interrupted_and_its_cost_an_estimate(
    tmp_path: Path, theme: Theme, qtbot: QtBot, tap: Tap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    services = build_services(tmp_path)
    services.keys.set_address("anthropic", tap.url)
    services.settings.update(onboarding_done=True, cloud_model=f"anthropic/{MODEL}")
    services.close()
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.support.window_asks_the_cloud", str(tmp_path)]
    with subprocess.Popen(command, env=environment) as running:
        tap.open(30)
        try:
            until_recorded(tmp_path, "sent = 1 AND output_total > 200", running)
        finally:
            running.send_signal(signal.SIGKILL)
    one = Opened(tmp_path, theme, qtbot, tap)
    try:
        answer = one.messages[-1]
        assert answer.state is MessageState.INTERRUPTED
        assert answer.text.startswith("ten plain words")
        (row,) = one.services.meter.entries(answer.id)
        shown = one.window.page.transcript.answer(answer.id)
        assert shown is not None
        assert "ended before this answer was finished" in shown.ending.text()
        assert "at least" in shown.footer.parts.text()
        assert "estimated" in shown.footer.parts.text()
        assert f"{row.usage.input_total} in · {row.usage.output_total} out" in shown.footer.parts.text()
        assert one.services.budgets.spent() == row.billed_nano
    finally:
        one.close()
    assert one.problems == []
